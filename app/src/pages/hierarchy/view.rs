//! View: what of the trees is shown, as signals: the address, what is open, what is found, which row has the focus.

use std::sync::Arc;

use crate::components::dynamic::{effect, memo};
use autotask_core::{hierarchy::Place, text::fold};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{
    address::{Address, use_address, use_set_address},
    problems::{Finding, findings},
    state::companies_found,
    visible::{CYCLES, Choices, Found, ORPHANS, visible},
};
use crate::{
    components::{announcer::use_announcer, grid_parts::GridPlace, tree_grid::TreeRow},
    store::hierarchy::{Expansion, Forest, HierarchyStore},
};

/// For how many frames a row is held in focus: enough for the grid to scroll, draw and order its rows.
const HELD_FRAMES: u32 = 8;

/// What is shown and how.
#[derive(Clone, Copy)]
pub struct TreeView {
    /// What the address says.
    pub address: Memo<Address>,
    /// The visible rows.
    pub rows: Memo<Vec<TreeRow>>,
    /// What is found; `None` without a search.
    pub found: Memo<Option<Arc<Found>>>,
    /// What is wrong with the trees.
    pub findings: Memo<Vec<Finding>>,
    /// Whether the findings are unfolded.
    pub is_findings_open: RwSignal<bool>,
    /// The row with the tab stop.
    pub active: RwSignal<GridPlace>,
    store: HierarchyStore,
    set_address: Callback<Address>,
    /// What is open while a search is shown; begins with everything.
    search_expansion: RwSignal<Expansion>,
    /// A row that waits to be drawn, to get the focus.
    wanted: RwSignal<Option<i64>>,
}

/// The view of the trees.
pub fn use_tree_view(store: HierarchyStore) -> TreeView {
    let address = use_address();
    let search = memo(move || address.with(|address| fold(address.search.trim())));
    let with_all = memo(move || address.with(|address| address.with_all));
    let expansion = store.expansion;
    let search_expansion = RwSignal::new(Expansion::all());
    let found = memo(move || {
        let forest = store.forest.get()?;
        search.with(|search| (!search.is_empty()).then(|| Arc::new(Found::new(&forest, search, with_all.get()))))
    });
    let rows = memo(move || {
        let Some(forest) = store.forest.get() else { return Vec::new() };
        let found = found.get();
        let show = |expansion: &Expansion| {
            visible(&forest, Choices { with_all: with_all.get(), expansion, found: found.as_deref() })
        };
        if found.is_some() { search_expansion.with(show) } else { expansion.with(show) }
    });
    let view = TreeView {
        address,
        set_address: use_set_address(),
        rows,
        found,
        findings: memo(move || store.forest.with(|forest| forest.as_deref().map(findings).unwrap_or_default())),
        is_findings_open: RwSignal::new(window_is_wide()),
        active: RwSignal::new(GridPlace { line: 1, column: None }),
        store,
        search_expansion,
        wanted: RwSignal::new(None),
    };
    // Another search begins with all its ways open.
    Effect::new(move |before: Option<()>| {
        search.with(|_| ());
        if before.is_some() {
            search_expansion.set(Expansion::all());
        }
    });
    view.announce_matches();
    view.keep_active_row();
    view
}

impl TreeView {
    /// The trees. Not reactive: the rows are, and change with them.
    pub fn forest(&self) -> Option<Arc<Forest>> {
        self.store.forest.get_untracked()
    }

    /// Changes the address. The company to go to goes: left there, it would send the reader back.
    pub fn edit(&self, change: impl FnOnce(&mut Address)) {
        let before = self.address.get_untracked();
        let mut after = Address { focus: None, ..before.clone() };
        change(&mut after);
        if after != before {
            self.set_address.run(after);
        }
    }

    /// Opens or closes rows.
    pub fn set_open(&self, rows: &[TreeRow], is_open: bool) {
        self.shown_expansion().update(|expansion| {
            for row in rows {
                expansion.set(row.key, row.level, is_open);
            }
        });
    }

    /// Opens a row and all its siblings.
    pub fn open_siblings(&self, row: TreeRow) {
        let siblings = self.rows.with_untracked(|rows| siblings_of(rows, row));
        self.set_open(&siblings, true);
    }

    /// Opens all rows down to a level and closes the others.
    pub fn open_through(&self, level: u32) {
        self.shown_expansion().set(Expansion::through(level));
    }

    fn shown_expansion(&self) -> RwSignal<Expansion> {
        if self.found.with_untracked(Option::is_some) { self.search_expansion } else { self.store.expansion }
    }

    /// Opens the way to a company, leaves a search that hides it, and gives its row the focus.
    pub fn go_to(&self, id: i64) {
        let Some(forest) = self.forest() else { return };
        let Some(row) = forest.row(id) else { return };
        let is_hidden = self.found.with_untracked(|found| found.as_ref().is_some_and(|found| !found.is_match(row)));
        self.edit(|address| {
            address.with_all |= !forest.is_in_tree(row);
            if is_hidden {
                address.search.clear();
            }
        });
        self.store.expansion.update(|expansion| open_way(expansion, &forest, row));
        self.search_expansion.update(|expansion| open_way(expansion, &forest, row));
        self.wanted.set(Some(id));
    }

    /// As long as the tree is drawn: goes to the company that the address asks for, or back to where the reader was,
    /// and gives the row that is wanted the focus once it is among the rows.
    pub fn follow_wishes(&self) {
        let view = *self;
        let asked = memo(move || view.address.with(|address| address.focus));
        Effect::new(move |before: Option<()>| match asked.get() {
            Some(id) => untrack(|| view.go_to(id)),
            None if before.is_none() => untrack(|| view.return_to_last_row()),
            None => {}
        });
        effect(move || {
            let Some(id) = view.wanted.get() else { return };
            let Some((index, count)) = view.rows.with(|rows| Some((index_of(rows, id)?, rows.len()))) else { return };
            view.wanted.set(None);
            view.show_row(index, count, true);
        });
    }

    /// The focus stays on the heading of the page, where a new page has it.
    fn return_to_last_row(&self) {
        let last = self.store.last_row.get_value();
        let place = self.rows.with_untracked(|rows| Some((index_of(rows, last?)?, rows.len())));
        if let Some((index, count)) = place.filter(|(index, _)| *index > 0) {
            self.show_row(index, count, false);
        }
    }

    fn show_row(&self, index: usize, count: usize, takes_focus: bool) {
        self.active.set(GridPlace { line: index + 1, column: None });
        // One frame for the grid to draw its rows, so that there is something to scroll.
        request_animation_frame(move || scroll_to(index, count, takes_focus));
    }

    /// When the rows change, the tab stop stays with its company, not with its place; so does the focus.
    fn keep_active_row(&self) {
        let Self { rows, active, wanted, store, .. } = *self;
        let key = store.last_row;
        let key_at = move |line: usize| rows.with_untracked(|rows| Some(rows.get(line.checked_sub(1)?)?.key));
        effect(move || {
            rows.with(|_| ());
            let line = active.with_untracked(|place| place.line);
            let kept = key.get_value();
            if kept.is_none() || kept == key_at(line) {
                key.set_value(key_at(line));
                return;
            }
            match kept.and_then(|kept| rows.with_untracked(|rows| index_of(rows, kept))) {
                Some(index) if is_focus_in_grid() => {
                    active.set(GridPlace { line: index + 1, column: None });
                    wanted.set(kept);
                }
                Some(index) => active.update(|place| place.line = index + 1),
                None => key.set_value(key_at(line)),
            }
        });
        effect(move || {
            let line = active.with(|place| place.line);
            key.set_value(key_at(line));
        });
    }

    /// Says how many companies are found.
    fn announce_matches(&self) {
        let announcer = use_announcer();
        let found = self.found;
        Effect::new(move |before: Option<Option<usize>>| {
            let count = found.with(|found| found.as_ref().map(|found| found.count));
            if let Some(count) = count
                && before.flatten() != Some(count)
            {
                announcer.polite(companies_found(count));
            }
            count
        });
    }
}

/// Opens everything above a row.
fn open_way(expansion: &mut Expansion, forest: &Forest, row: usize) {
    let way: Vec<usize> = forest.hierarchy.above(row).map(|above| above as usize).collect();
    let root = way.last().copied().unwrap_or(row);
    let heading = match forest.hierarchy.place(root) {
        Place::Cycle(_) => Some(CYCLES),
        Place::Orphan => Some(ORPHANS),
        Place::Top | Place::Child => None,
    };
    if let Some(heading) = heading {
        expansion.set(heading, 1, true);
    }
    for row in way {
        expansion.set(forest.companies[row].id, forest.level(row) + u32::from(heading.is_some()), true);
    }
}

fn index_of(rows: &[TreeRow], key: i64) -> Option<usize> {
    rows.iter().position(|row| row.key == key)
}

/// A row and the visible rows that share its parent.
fn siblings_of(rows: &[TreeRow], row: TreeRow) -> Vec<TreeRow> {
    let Some(index) = index_of(rows, row.key) else { return Vec::new() };
    let before = rows[..index].iter().rev().take_while(|other| other.level >= row.level);
    let after = rows[index..].iter().take_while(|other| other.level >= row.level);
    before.chain(after).filter(|other| other.level == row.level && other.is_expandable).copied().collect()
}

fn is_focus_in_grid() -> bool {
    document().active_element().is_some_and(|element| element.closest(".gridwrap").is_ok_and(|grid| grid.is_some()))
}

fn window_is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= 800.0)
}

/// Puts a row in the middle of the grid and, if it shall, gives it the focus once it is drawn.
fn scroll_to(index: usize, count: usize, takes_focus: bool) {
    let Some(wrap) = document().query_selector(".gridwrap").ok().flatten() else { return };
    let Some(rows) = wrap.query_selector(".rows").ok().flatten() else { return };
    // By share, not by row height, since the grid may scale its scrollbar.
    let top = index as f64 / count.max(1) as f64 * f64::from(rows.client_height());
    wrap.set_scroll_top((top - f64::from(wrap.client_height()) / 2.0) as i32);
    let frames = if takes_focus { HELD_FRAMES } else { 0 };
    hold_focus(wrap, ["[data-line='", &(index + 1).to_string(), "']"].concat(), frames);
}

/// Focuses the element in each of the next frames: the grid puts rows in order after a scroll, and an element that
/// is moved loses the focus.
fn hold_focus(wrap: web_sys::Element, selector: String, frames: u32) {
    if frames == 0 {
        return;
    }
    request_animation_frame(move || {
        let row = wrap.query_selector(&selector).ok().flatten();
        if let Some(row) = row.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok())
            && document().active_element().as_ref() != Some(&row)
        {
            let _ = row.focus();
        }
        hold_focus(wrap, selector, frames - 1);
    });
}
