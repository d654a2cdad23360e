//! Virtual scrolling over rows of one height: which rows to draw, and where.
//!
//! ```text
//!   rows        0 ── logical ──────────────────────► count × row height   (28,000,000 px for a million)
//!   scrollbar   0 ── physical ──► at most 8,000,000 px, since browsers stop at 17,895,697
//! ```
//!
//! Up to the cap the two are the same. Beyond it a long jump (the scrollbar) maps proportionally, while a short
//! step (wheel, keys) moves the rows by exactly its own pixels; when the scrolling rests, the scrollbar is put
//! where it belongs without moving a row.

use std::{ops::Range, time::Duration};

use crate::components::dynamic::{effect, memo};
use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::dom::on_resize;
use autotask_core::number;

/// The highest spacer. Firefox cuts elements at 17,895,697 px; half of that leaves room for zoom.
const SPACER_PX_MAX: f64 = 8_000_000.0;
/// Rows drawn beyond what is visible, each way.
const OVERSCAN_ROWS: usize = 8;
/// No more rows than this are drawn, unless more than this are visible.
const ROWS_MAX: usize = 80;
/// The window moves in steps of this many rows, so that most scroll events change nothing in the page.
const WINDOW_STEP: usize = 4;
/// How long the scrolling must rest before the scrollbar is put right.
const REST: Duration = Duration::from_millis(150);
/// How long no other rows must have been asked for before more than the visible ones are drawn again: longer than it
/// is from key to key.
const REST_OF_ROWS: Duration = Duration::from_millis(500);
/// So many rows more are then drawn each way at once, as long as a key that comes just then must not wait for many.
const ROWS_MORE: usize = 6;
/// How long it is from one such step to the next.
const STEP_OF_ROWS: Duration = Duration::from_millis(50);

/// The sizes that everything follows from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// How many rows there are.
    pub count: usize,
    /// The height of one, in pixels.
    pub row_height: f64,
    /// The height of the visible part, without the header.
    pub view_height: f64,
}

/// Where the view stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    /// The first visible pixel of the rows.
    pub logical: f64,
    /// What the scrollbar says.
    pub physical: f64,
    /// Moving towards the end; the window reaches further that way.
    pub is_forward: bool,
}

impl Geometry {
    fn content_height(&self) -> f64 {
        self.count as f64 * self.row_height
    }

    /// The height of the element that makes the scrollbar.
    pub fn spacer_height(&self) -> f64 {
        self.content_height().min(SPACER_PX_MAX)
    }

    /// Whether the spacer is capped.
    pub fn is_scaled(&self) -> bool {
        self.content_height() > SPACER_PX_MAX
    }

    fn logical_max(&self) -> f64 {
        (self.content_height() - self.view_height).max(0.0)
    }

    fn physical_max(&self) -> f64 {
        (self.spacer_height() - self.view_height).max(0.0)
    }

    /// The position after the scrollbar has moved.
    pub fn after_scroll(&self, before: Position, physical: f64) -> Position {
        let step = physical - before.physical;
        let logical = if !self.is_scaled() {
            physical
        } else if physical <= 0.0 {
            0.0
        } else if physical >= self.physical_max() - 1.0 {
            self.logical_max()
        } else if step.abs() <= 2.0 * self.view_height {
            before.logical + step
        } else {
            physical / self.physical_max() * self.logical_max()
        };
        let is_forward = if step == 0.0 { before.is_forward } else { step > 0.0 };
        Position { logical: logical.clamp(0.0, self.logical_max()), physical, is_forward }
    }

    /// The same rows, with the scrollbar where it belongs.
    pub fn settled(&self, position: Position) -> Position {
        let logical = position.logical.clamp(0.0, self.logical_max());
        let physical =
            if self.is_scaled() { (logical / self.logical_max() * self.physical_max()).round() } else { logical };
        Position { logical, physical, ..position }
    }

    /// The nearest position that shows a row entirely.
    pub fn revealed(&self, before: Position, row: usize) -> Position {
        let top = row as f64 * self.row_height;
        let bottom = top + self.row_height;
        let logical = if top < before.logical {
            top
        } else if bottom > before.logical + self.view_height {
            bottom - self.view_height
        } else {
            return before;
        };
        self.settled(Position { logical, is_forward: logical > before.logical, ..before })
    }

    /// The rows that are visible, be it in part.
    pub fn visible(&self, position: Position) -> Range<usize> {
        if self.count == 0 || self.row_height <= 0.0 {
            return 0..0;
        }
        let first = (position.logical / self.row_height) as usize;
        let end = ((position.logical + self.view_height) / self.row_height).ceil() as usize;
        first.min(self.count)..end.min(self.count)
    }

    /// The rows to draw.
    pub fn window(&self, position: Position) -> Range<usize> {
        if self.count == 0 || self.row_height <= 0.0 {
            return 0..0;
        }
        let first_visible = (position.logical / self.row_height) as usize;
        let end_visible = ((position.logical + self.view_height) / self.row_height).ceil() as usize;
        let visible = end_visible.saturating_sub(first_visible);
        // Rounding to steps adds up to two steps less one row each.
        let ahead = ROWS_MAX.saturating_sub(visible + 2 * OVERSCAN_ROWS + 2 * WINDOW_STEP).min(visible);
        let overscan = if visible + 2 * (OVERSCAN_ROWS + WINDOW_STEP) > ROWS_MAX { 1 } else { OVERSCAN_ROWS };
        let (before, after) =
            if position.is_forward { (overscan, overscan + ahead) } else { (overscan + ahead, overscan) };
        let first = first_visible.saturating_sub(before) / WINDOW_STEP * WINDOW_STEP;
        let end = (end_visible + after).div_ceil(WINDOW_STEP) * WINDOW_STEP;
        first.min(self.count)..end.min(self.count)
    }

    /// The rows to draw while so many beyond the visible ones are the most, each way.
    pub fn window_within(&self, position: Position, margin: usize) -> Range<usize> {
        let (window, visible) = (self.window(position), self.visible(position));
        let start = visible.start.saturating_sub(margin).max(window.start);
        start..(visible.end + margin).min(window.end)
    }

    /// How far PageDown goes.
    pub fn page_rows(&self) -> usize {
        ((self.view_height / self.row_height) as usize).saturating_sub(1).max(1)
    }
}

/// The virtual scrolling of one scroll container.
#[derive(Clone, Copy)]
pub struct VirtualScroll {
    root: NodeRef<html::Div>,
    position: RwSignal<Position>,
    geometry: Signal<Geometry>,
    sizes: RwSignal<(f64, f64)>,
    rest_timer: StoredValue<Option<TimeoutHandle>>,
    /// How many rows beyond the visible ones are drawn each way at most, while not all of them are.
    margin: RwSignal<Option<usize>>,
    rows_timer: StoredValue<Option<TimeoutHandle>>,
    /// The rows to draw.
    pub window: Memo<(usize, usize)>,
    /// The row that stands at the top of the layer: 0 as long as the spacer is not capped.
    pub origin: Memo<usize>,
    /// Where the layer lies in the spacer, in pixels.
    pub layer_y: Memo<f64>,
    /// The height of the spacer.
    pub spacer_height: Memo<f64>,
    /// The height of a row.
    pub row_height: Memo<f64>,
}

impl VirtualScroll {
    /// For the scroll container `root`, whose sticky header is its `.head`.
    pub fn new(root: NodeRef<html::Div>, count: Signal<usize>) -> Self {
        // Until the first measure: rows of the usual height on half a screen, so that the first paint has rows.
        let sizes = RwSignal::new((28.0, 600.0));
        let position = RwSignal::new(Position { is_forward: true, ..Position::default() });
        let geometry = Signal::derive(move || {
            let (row_height, view_height) = sizes.get();
            Geometry { count: count.get(), row_height, view_height }
        });
        let margin = RwSignal::new(None);
        let window = memo(move || {
            let (geometry, position) = (geometry.get(), position.get());
            let window = match margin.get() {
                Some(margin) => geometry.window_within(position, margin),
                None => geometry.window(position),
            };
            (window.start, window.end)
        });
        let origin = memo(move || if geometry.get().is_scaled() { window.get().0 } else { 0 });
        let layer_y = memo(move || {
            let geometry = geometry.get();
            if !geometry.is_scaled() {
                return 0.0;
            }
            let position = position.get();
            position.physical - position.logical + origin.get() as f64 * geometry.row_height
        });
        let scroll = Self {
            root,
            position,
            geometry,
            sizes,
            rest_timer: StoredValue::new(None),
            margin,
            rows_timer: StoredValue::new(None),
            window,
            origin,
            layer_y,
            spacer_height: memo(move || geometry.get().spacer_height()),
            row_height: memo(move || geometry.get().row_height),
        };
        effect(move || {
            if let Some(element) = root.get() {
                scroll.measure();
                on_resize(&element, move || scroll.measure());
            }
        });
        on_cleanup(move || {
            scroll.cancel_rest();
            scroll.cancel_rows();
        });
        scroll
    }

    /// The handler of the container's scroll event.
    pub fn on_scroll(&self) {
        let Some(root) = self.root.get_untracked() else { return };
        let geometry = self.geometry.get_untracked();
        let before = self.position.get_untracked();
        let physical = f64::from(root.scroll_top());
        // A sideways scroll, or the echo of our own setting.
        if (physical - before.physical).abs() < 1.0 {
            return;
        }
        self.draw_all();
        self.position.set(geometry.after_scroll(before, physical));
        if geometry.is_scaled() {
            self.cancel_rest();
            let scroll = *self;
            let timer = set_timeout_with_handle(move || scroll.settle(), REST).ok();
            self.rest_timer.set_value(timer);
        }
    }

    /// Brings a row into view with the least movement.
    pub fn reveal(&self, row: usize) {
        let before = self.position.get_untracked();
        let after = self.geometry.get_untracked().revealed(before, row);
        if after != before {
            self.apply(after);
        }
    }

    /// Goes to the first row.
    fn go_to_start(&self) {
        self.apply(Position { is_forward: true, ..Position::default() });
    }

    /// Goes to the first of other rows, and draws only those that are visible until no others have come for a moment
    /// or it scrolls: at a key in a search nobody waits for the rest, and each row more makes the key slower.
    pub fn show_others(&self) {
        if self.margin.get_untracked() != Some(0) {
            self.margin.set(Some(0));
        }
        self.draw_more_after(REST_OF_ROWS);
        // At the start already, as at most keys: setting the scrollbar would have the page laid out twice.
        if self.position.with_untracked(|position| position.physical != 0.0 || position.logical != 0.0) {
            self.go_to_start();
        }
    }

    /// Draws the rows around the visible ones too.
    fn draw_all(&self) {
        self.cancel_rows();
        if self.margin.get_untracked().is_some() {
            self.margin.set(None);
        }
    }

    fn draw_more_after(&self, rest: Duration) {
        self.cancel_rows();
        let scroll = *self;
        self.rows_timer.set_value(set_timeout_with_handle(move || scroll.draw_more(), rest).ok());
    }

    fn draw_more(&self) {
        let Some(margin) = self.margin.try_get_untracked().flatten() else { return };
        if margin + ROWS_MORE < ROWS_MAX {
            self.margin.set(Some(margin + ROWS_MORE));
            self.draw_more_after(STEP_OF_ROWS);
        } else {
            self.draw_all();
        }
    }

    fn cancel_rows(&self) {
        if let Some(timer) = self.rows_timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// How far PageDown goes.
    pub fn page_rows(&self) -> usize {
        self.geometry.get_untracked().page_rows()
    }

    fn settle(&self) {
        let before = self.position.get_untracked();
        let after = self.geometry.get_untracked().settled(before);
        if (after.physical - before.physical).abs() >= 1.0 {
            self.apply(after);
        }
    }

    fn apply(&self, position: Position) {
        self.position.set(position);
        if let Some(root) = self.root.get_untracked() {
            root.set_scroll_top(position.physical.round() as i32);
        }
    }

    fn cancel_rest(&self) {
        if let Some(timer) = self.rest_timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn measure(&self) {
        let Some(root) = self.root.get_untracked() else { return };
        let head = root.query_selector(".head").ok().flatten().map_or(0, |head| head.client_height());
        let view_height = f64::from((root.client_height() - head).max(0));
        let row_height = row_height_of(&root).unwrap_or(28.0);
        // A container that is not laid out at the moment keeps its last sizes.
        if view_height > 0.0 && self.sizes.get_untracked() != (row_height, view_height) {
            self.sizes.set((row_height, view_height));
        }
    }
}

/// The row height that density, pointer and theme decide in the stylesheet.
fn row_height_of(element: &web_sys::Element) -> Option<f64> {
    let style = window().get_computed_style(element).ok()??;
    let value = style.get_property_value("--grid-row-h").ok()?;
    number::read(value.trim().strip_suffix("px")?)
}

#[cfg(test)]
mod tests {
    use super::{Geometry, Position, ROWS_MAX};

    const HUGE: Geometry = Geometry { count: 1_000_000, row_height: 28.0, view_height: 700.0 };
    const SMALL: Geometry = Geometry { count: 2_000, row_height: 28.0, view_height: 700.0 };

    #[test]
    fn below_the_cap_the_scrollbar_is_the_truth() {
        let position = SMALL.after_scroll(Position::default(), 28_000.0);
        assert_eq!(position.logical, 28_000.0);
        assert!(SMALL.window(position).contains(&1_000));
        assert_eq!(SMALL.spacer_height(), 56_000.0);
    }

    #[test]
    fn a_window_covers_the_view_and_stays_small() {
        for view_height in [100.0, 700.0, 1_400.0, 1_900.0] {
            for logical in [0.0, 13.0, 5_000.0, 54_000.0] {
                for is_forward in [true, false] {
                    let geometry = Geometry { view_height, ..SMALL };
                    let window = geometry.window(Position { logical, physical: logical, is_forward });
                    assert!(window.start as f64 * 28.0 <= logical);
                    assert!(window.end as f64 * 28.0 >= (logical + view_height).min(56_000.0));
                    assert!(window.len() <= ROWS_MAX, "{} rows", window.len());
                }
            }
        }
    }

    #[test]
    fn what_is_visible_is_drawn_and_no_more() {
        let at = |logical| SMALL.visible(Position { logical, ..Position::default() });
        assert_eq!(at(0.0), 0..25);
        assert_eq!(at(27.0), 0..26);
        assert_eq!(at(28.0), 1..26);
        assert_eq!(at(56_000.0 - 10.0), 1_999..2_000);
        assert_eq!(Geometry { count: 3, ..SMALL }.visible(Position::default()), 0..3);
        for logical in [0.0, 13.0, 5_000.0, 55_000.0] {
            let position = Position { logical, ..Position::default() };
            assert_eq!(SMALL.window_within(position, 0), at(logical));
            assert_eq!(SMALL.window_within(position, ROWS_MAX), SMALL.window(position));
            let some = SMALL.window_within(position, 2);
            assert!(some.len() <= at(logical).len() + 4 && some.len() >= at(logical).len());
        }
    }

    #[test]
    fn above_the_cap_steps_are_exact_and_jumps_proportional() {
        let start = HUGE.settled(Position { logical: 14_000_000.0, ..Position::default() });
        let step = HUGE.after_scroll(start, start.physical + 100.0);
        assert_eq!(step.logical, start.logical + 100.0);
        let jump = HUGE.after_scroll(start, 1_000_000.0);
        assert!((jump.logical / 27_999_300.0 - 1_000_000.0 / 7_999_300.0).abs() < 1e-9);
        let settled = HUGE.settled(step);
        assert_eq!(settled.logical, step.logical);
        assert!(settled.physical < step.physical);
    }

    #[test]
    fn both_ends_are_reached() {
        let end = HUGE.after_scroll(Position::default(), 8_000_000.0 - 700.0);
        assert_eq!(HUGE.window(end).end, 1_000_000);
        let last = HUGE.revealed(Position::default(), 999_999);
        assert_eq!(last.logical, 28_000_000.0 - 700.0);
        let first = HUGE.after_scroll(last, 0.0);
        assert_eq!(first.logical, 0.0);
        assert_eq!(HUGE.revealed(last, 0).physical, 0.0);
    }

    #[test]
    fn nothing_is_a_legal_number_of_rows() {
        let none = Geometry { count: 0, ..SMALL };
        assert_eq!(none.window(Position::default()), 0..0);
        assert_eq!(none.visible(Position::default()), 0..0);
        assert_eq!(none.settled(Position::default()).physical, 0.0);
        assert_eq!(none.revealed(Position::default(), 0).logical, 0.0);
    }
}
