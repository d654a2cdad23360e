//! What the data grid and the tree grid share: columns, cells, the sort order, and the grid itself.

use std::borrow::Cow;
use std::ops::Range;

use crate::components::dynamic::{Item, dynamic, effect, handler, keyed, memo, shared};
use leptos::{attr::custom::custom_attribute, ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    announcer::Announcer,
    drawn_cell::{CellContent, DrawnCell},
    glyph::TypeGlyph,
    icon::Icon,
    row_pool::{RowPool, Slot},
    tone::Tone,
    virtual_scroll::VirtualScroll,
};

/// Where a column's text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Text, dates.
    #[default]
    Start,
    /// Numbers.
    End,
}

/// A column. The first one is sticky and names the row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// What the sort order calls it, such as a field name.
    pub key: Cow<'static, str>,
    /// The header.
    pub title: Cow<'static, str>,
    /// The least width, in pixels.
    pub width_px: u16,
    /// Its share of the room that is left, 0 for none.
    pub grow: u8,
    /// Where its text stands.
    pub align: Align,
    /// Whether its header sorts.
    pub is_sortable: bool,
    /// Whether its cells show their own share before the total; the header then says "own" over the first.
    pub has_own: bool,
}

impl Column {
    /// A text column that takes its share of the room that is left.
    pub fn new(key: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>, width_px: u16) -> Self {
        Self { key: key.into(), title: title.into(), width_px, grow: 1, ..Self::default() }
    }

    /// The same for numbers: right-aligned, of fixed width.
    pub fn number(mut self) -> Self {
        self.align = Align::End;
        self.grow = 0;
        self
    }

    /// The same with a header that sorts.
    pub fn sortable(mut self) -> Self {
        self.is_sortable = true;
        self
    }

    /// The same for numbers that stand beside their own share: "own" and "subtree".
    pub fn own_and_total(mut self) -> Self {
        self.has_own = true;
        self.number()
    }

    /// The same with another share of the room that is left.
    pub fn grow(mut self, grow: u8) -> Self {
        self.grow = grow;
        self
    }
}

/// What stands before the text of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lead {
    /// Nothing.
    #[default]
    None,
    /// The shape of a company type.
    Glyph(TypeGlyph),
    /// The initials of the person the cell names.
    Avatar,
    /// The same for the signed-in person.
    AvatarMe,
    /// An icon.
    Icon(Icon),
}

/// What a cell shows. An empty text is drawn as a dash with the hidden word "empty".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellView {
    /// The text.
    pub text: String,
    /// What of it a search has found, in bytes, in ascending order.
    pub marks: Vec<Range<usize>>,
    /// What stands before it.
    pub lead: Lead,
    /// A second, muted text before a number: "own" beside "subtree".
    pub own: Option<String>,
    /// A badge behind it.
    pub badge: Option<(Tone, String)>,
    /// Muted text.
    pub is_muted: bool,
    /// The value has not arrived yet.
    pub is_pending: bool,
}

impl CellView {
    /// A plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A cell whose value has not arrived yet.
    pub fn pending() -> Self {
        Self { is_pending: true, ..Self::default() }
    }

    /// The same with something before the text.
    pub fn with_lead(mut self, lead: Lead) -> Self {
        self.lead = lead;
        self
    }

    /// The same with these parts of the text highlighted, in ascending order.
    pub fn with_marks(mut self, marks: Vec<Range<usize>>) -> Self {
        self.marks = marks;
        self
    }

    /// The same with a badge behind the text.
    pub fn with_badge(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.badge = Some((tone, text.into()));
        self
    }

    /// The same with its own share before the total.
    pub fn with_own(mut self, own: impl Into<String>) -> Self {
        self.own = Some(own.into());
        self
    }

    /// The same in muted text.
    pub fn muted(mut self) -> Self {
        self.is_muted = true;
        self
    }
}

/// One step of a sort order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The column's key.
    pub key: String,
    /// Largest first.
    pub is_descending: bool,
}

impl SortKey {
    /// Smallest first.
    pub fn ascending(key: impl Into<String>) -> Self {
        Self { key: key.into(), is_descending: false }
    }
}

/// The sort order after a click on a header: ascending, descending, none; with `adds` the other keys stay.
pub fn toggled_sort(sort: &[SortKey], key: &str, adds: bool) -> Vec<SortKey> {
    let now = sort.iter().position(|one| one.key == key);
    let next = match now.map(|index| sort[index].is_descending) {
        None => Some(SortKey::ascending(key)),
        Some(false) => Some(SortKey { key: key.to_owned(), is_descending: true }),
        Some(true) => None,
    };
    if !adds {
        return next.into_iter().collect();
    }
    let mut sort = sort.to_vec();
    match (now, next) {
        (Some(index), Some(next)) => sort[index] = next,
        (Some(index), None) => drop(sort.remove(index)),
        (None, next) => sort.extend(next),
    }
    sort
}

/// How a row looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowTone {
    /// As usual.
    #[default]
    Normal,
    /// An inactive record.
    Inactive,
    /// Kept only because it leads to a match.
    Dim,
    /// Not a record: a heading that collects broken ones.
    Synthetic,
}

impl RowTone {
    /// The class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Inactive => "inactive",
            Self::Dim => "dim",
            Self::Synthetic => "synthetic",
        }
    }
}

/// What a row is, apart from its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowView {
    /// Where Enter and a click on the name go.
    pub href: Option<String>,
    /// How it looks.
    pub tone: RowTone,
    /// Its place in the tree; `None` in a data grid.
    pub tree: Option<TreePlace>,
}

/// The place of a row in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreePlace {
    /// 1 for roots.
    pub level: u32,
    /// 1 for the first of its siblings.
    pub position: u32,
    /// How many siblings there are, itself included.
    pub siblings: u32,
    /// Whether it is open; `None` for a leaf.
    pub is_expanded: Option<bool>,
}

/// The cell or row that is the grid's tab stop. Line 0 is the header; `column` is `None` where a whole row has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridPlace {
    /// 0 for the header, then 1 + the index of the row.
    pub line: usize,
    /// The column, or the whole row.
    pub column: Option<usize>,
}

/// All a grid is made of. `Copy`, so that handlers can have it.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub columns: Signal<Vec<Column>>,
    pub row_count: Signal<usize>,
    pub row: Callback<usize, RowView>,
    pub cell: Callback<(usize, usize), CellView>,
    pub version: Signal<u64>,
    pub sort: Signal<Vec<SortKey>>,
    pub on_sort: Option<Callback<Vec<SortKey>>>,
    pub active: RwSignal<GridPlace>,
    /// The keys only this kind of grid has; says whether it took the event.
    pub on_key: Option<Callback<(ev::KeyboardEvent, usize), bool>>,
    /// Opens or closes a row of a tree.
    pub on_toggle: Option<Callback<usize>>,
    pub announcer: Announcer,
    pub root: NodeRef<html::Div>,
    pub scroll: VirtualScroll,
}

impl Grid {
    fn is_tree(&self) -> bool {
        self.on_toggle.is_some()
    }

    /// Makes exactly one element reachable by Tab.
    fn put_tab_stop(&self) {
        let Some(root) = self.root.try_get_untracked().flatten() else { return };
        let place = self.element_at(self.active.get_untracked());
        if let Ok(stops) = root.query_selector_all("[tabindex='0']") {
            for index in 0..stops.length() {
                let stop = stops.item(index).and_then(|stop| stop.dyn_into::<web_sys::HtmlElement>().ok());
                if let Some(stop) = stop.filter(|stop| Some(stop) != place.as_ref()) {
                    stop.set_tab_index(-1);
                }
            }
        }
        if let Some(place) = place {
            place.set_tab_index(0);
        }
    }

    /// Makes a place the tab stop, shows it and gives it the focus.
    pub fn focus(&self, place: GridPlace) {
        self.active.set(place);
        if place.line > 0 {
            self.scroll.reveal(place.line - 1);
        }
        let grid = *self;
        // A frame later the row is drawn, wherever it was.
        request_animation_frame(move || {
            // The page may be left by then.
            let Some(place) = grid.active.try_get_untracked() else { return };
            let Some(element) = grid.focus_element(place) else { return };
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            // A whole row is as wide as the grid; bringing it into view would scroll sideways for nothing.
            if place.column.is_some() {
                element.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }

    fn focus_element(&self, place: GridPlace) -> Option<web_sys::HtmlElement> {
        let element = self.element_at(place)?;
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
        Some(element)
    }

    fn row_element(&self, line: usize) -> Option<web_sys::HtmlElement> {
        let selector = ["[data-line='", &line.to_string(), "']"].concat();
        self.root.get_untracked()?.query_selector(&selector).ok().flatten()?.dyn_into().ok()
    }

    fn element_at(&self, place: GridPlace) -> Option<web_sys::HtmlElement> {
        let row = self.row_element(place.line)?;
        match place.column {
            Some(column) => row.children().item(column as u32)?.dyn_into().ok(),
            None => Some(row),
        }
    }

    /// The place an event happened at.
    fn place_of(&self, event: &ev::Event) -> Option<GridPlace> {
        let target: web_sys::Element = event.target()?.dyn_into().ok()?;
        let row = target.closest("[data-line]").ok().flatten()?;
        let line = row.get_attribute("data-line")?.parse().ok()?;
        let mut cell = target.closest("[data-line] > *").ok().flatten();
        let mut column = None;
        while let Some(element) = cell {
            column = Some(column.map_or(0, |column| column + 1));
            cell = element.previous_element_sibling();
        }
        Some(GridPlace { line, column })
    }

    fn sort_by(&self, column: usize, adds: bool) {
        let Some(on_sort) = self.on_sort else { return };
        let Some(column) = self.columns.with_untracked(|columns| columns.get(column).cloned()) else { return };
        if !column.is_sortable {
            return;
        }
        let sort = self.sort.with_untracked(|sort| toggled_sort(sort, &column.key, adds));
        let words = match sort.iter().find(|one| one.key == column.key) {
            Some(key) if key.is_descending => ", descending",
            Some(_) => ", ascending",
            None => ", no longer sorted",
        };
        self.announcer.polite([&column.title, words].concat());
        on_sort.run(sort);
    }

    fn on_keydown(&self, event: ev::KeyboardEvent) {
        let now = self.active.get_untracked();
        let rows = self.row_count.get_untracked();
        if let Some(on_key) = self.on_key
            && now.line > 0
            && on_key.run((event.clone(), now.line - 1))
        {
            event.prevent_default();
            return;
        }
        let last_column = self.columns.with_untracked(Vec::len).saturating_sub(1);
        let with_control = event.ctrl_key() || event.meta_key();
        let at_line = |line: usize| GridPlace { line, ..now };
        // The header has no whole-row focus: it is reached at its first cell.
        let line_up = |by: usize| match now.line.saturating_sub(by) {
            0 if now.column.is_none() => GridPlace { line: 0, column: Some(0) },
            line => at_line(line),
        };
        let next = match event.key().as_str() {
            "ArrowDown" if now.line == 0 && rows > 0 && self.is_tree() => GridPlace { line: 1, column: None },
            "ArrowDown" if now.line < rows => at_line(now.line + 1),
            "ArrowUp" if now.line > 0 => line_up(1),
            "PageDown" => at_line((now.line + self.scroll.page_rows()).min(rows)),
            "PageUp" if now.line > 1 => at_line(now.line.saturating_sub(self.scroll.page_rows()).max(1)),
            "Home" if with_control => GridPlace { line: rows.min(1), column: now.column.map(|_| 0) },
            "End" if with_control => GridPlace { line: rows, column: now.column.map(|_| last_column) },
            "Home" if now.column.is_none() => at_line(rows.min(1)),
            "End" if now.column.is_none() => at_line(rows),
            "Home" => GridPlace { column: Some(0), ..now },
            "End" => GridPlace { column: Some(last_column), ..now },
            "ArrowRight" => {
                GridPlace { column: Some(now.column.map_or(0, |column| (column + 1).min(last_column))), ..now }
            }
            "ArrowLeft" => match now.column {
                Some(0) if self.is_tree() && now.line > 0 => GridPlace { column: None, ..now },
                Some(column) => GridPlace { column: Some(column.saturating_sub(1)), ..now },
                None => return,
            },
            "Enter" | " " if now.line == 0 => {
                event.prevent_default();
                self.sort_by(now.column.unwrap_or(0), event.shift_key());
                return;
            }
            "Enter" => {
                event.prevent_default();
                self.open(now.line, with_control);
                return;
            }
            // Keys at the edge still belong to the grid: the page behind must not scroll.
            "ArrowDown" | "ArrowUp" | "PageUp" => now,
            _ => return,
        };
        event.prevent_default();
        self.focus(next);
    }

    fn open(&self, line: usize, in_new_tab: bool) {
        let Some(row) = self.row_element(line) else { return };
        let Some(link) = row.query_selector("a[href]").ok().flatten() else { return };
        if in_new_tab {
            let _ = window().open_with_url_and_target(&link.get_attribute("href").unwrap_or_default(), "_blank");
        } else if let Ok(link) = link.dyn_into::<web_sys::HtmlElement>() {
            link.click();
        }
    }
}

/// The grid as an element.
pub(super) fn grid_view(grid: Grid, label: String) -> AnyView {
    let Grid { columns, row_count, active, root, scroll, .. } = grid;
    let is_tree = grid.is_tree();
    // A new set of columns draws every row anew; all other changes reach single cells.
    let columns_epoch = Memo::new(move |before: Option<&u32>| {
        // Read, not only tracked: a memo that nobody reads never runs, and then never says that it changed.
        columns.with(|_| ());
        before.map_or(0, |before| before + 1)
    });
    let lines = memo(move || {
        let (start, end) = scroll.window.get();
        let rows = row_count.get();
        let mut lines: Vec<usize> = (start + 1..=end).collect();
        // INVARIANT: the tab stop is always in the page, or Tab could not enter the grid and the focus would be lost.
        let kept = active.with(|place| place.line);
        if kept > 0 && kept <= rows {
            if kept <= start {
                lines.insert(0, kept);
            } else if kept > end {
                lines.push(kept);
            }
        }
        lines
    });
    // Fewer rows than before: the tab stop moves to the last one.
    effect(move || {
        let rows = row_count.get();
        let place = active.get_untracked();
        if place.line > rows && rows > 0 {
            active.set(GridPlace { line: rows, ..place });
        } else if place.line == 0 && rows > 0 && root.get_untracked().is_some_and(|root| !has_focus_within(&root)) {
            active.set(GridPlace { line: 1, column: (!is_tree).then_some(0) });
        }
    });
    let layer = NodeRef::new();
    let pool = RowPool::new(layer);
    effect(move || {
        lines.with(|lines| pool.show(lines));
    });
    Effect::new(move |before: Option<u32>| {
        let epoch = columns_epoch.get();
        // New columns mean new elements, drawn in the order of the pool.
        if before.is_some_and(|before| before != epoch) {
            pool.place_later();
        }
        epoch
    });
    // Set by hand: an effect in every cell would run for all of them on each arrow key.
    effect(move || {
        active.track();
        // The row of the new place may only now have got its line, or may have been drawn anew.
        lines.track();
        columns_epoch.track();
        request_animation_frame(move || grid.put_tab_stop());
    });

    let template = move || columns.with(|columns| template_of(columns));
    let least_width = move || columns.with(|columns| least_width_of(columns));
    let pinned_width = move || columns.with(|columns| columns.first().map(pinned_width_of));
    let on_focusin = move |event: ev::FocusEvent| {
        if let Some(place) = grid.place_of(&event)
            && place != active.get_untracked()
        {
            active.set(place);
        }
    };
    let on_dblclick = move |event: ev::MouseEvent| {
        if let Some(place) = grid.place_of(&event)
            && place.line > 0
        {
            grid.open(place.line, false);
        }
    };
    view! {
        <div
            class="gridwrap"
            style=("--pin", pinned_width)
            on:scroll=handler(move |_| scroll.on_scroll())
            on:keydown=handler(move |event| grid.on_keydown(event))
            on:focusin=handler(on_focusin)
            on:dblclick=handler(on_dblclick)
            node_ref=root
        >
            <div
                class=if is_tree { "grid tree" } else { "grid" }
                role=if is_tree { "treegrid" } else { "grid" }
                aria-label=label
                aria-rowcount=move || (row_count.get() + 1).to_string()
                aria-colcount=move || columns.with(Vec::len).to_string()
                style=("--cols", template)
                style=("min-inline-size", least_width)
            >
                {dynamic(move || head_view(grid))}
                <div class="rows" role="rowgroup" style:height=move || px(scroll.spacer_height.get())>
                    <div
                        class="layer"
                        role="presentation"
                        node_ref=layer
                        style:transform=move || ["translateY(", &px(scroll.layer_y.get()), ")"].concat()
                    >
                        {keyed(move || {
                            let epoch = u64::from(columns_epoch.get()) << 32;
                            let item = |slot: Slot| Item::new(epoch | slot.id as u64, move || row_view(grid, slot, lines));
                            pool.slots.get().into_iter().map(item).collect()
                        })}
                    </div>
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn head_view(grid: Grid) -> AnyView {
    let cells = grid.columns.with(|columns| {
        columns.iter().enumerate().map(|(index, column)| head_cell_view(grid, index, column.clone())).collect_view()
    });
    view! {
        <div class="head" role="row" aria-rowindex="1" data-line="0">
            {cells}
        </div>
    }
    .into_any()
}

fn head_cell_view(grid: Grid, index: usize, column: Column) -> AnyView {
    let key = column.key.clone();
    let place = memo(move || {
        grid.sort.with(|sort| {
            sort.iter().position(|one| one.key == key).map(|rank| (rank, sort[rank].is_descending, sort.len()))
        })
    });
    // ARIA wants one sorted header at a time: the first key. The others say their rank in words.
    let aria_sort = move || match place.get() {
        Some((0, true, _)) => Some("descending"),
        Some((0, false, _)) => Some("ascending"),
        _ => None,
    };
    let mark = move || {
        place.get().map(|(rank, is_descending, count)| {
            let icon = if is_descending { Icon::Down } else { Icon::Up };
            let hidden = (rank > 0).then(|| {
                let order = if is_descending { ", sorted descending, key " } else { ", sorted ascending, key " };
                view! { <span class="vh">{[order, &(rank + 1).to_string()].concat()}</span> }
            });
            let number = (count > 1).then(|| view! { <sup aria-hidden="true">{(rank + 1).to_string()}</sup> });
            view! {
                {icon.view()}
                {number}
                {hidden}
            }
        })
    };
    let title = if column.has_own {
        view! { <span class="both"><i>"own"</i><i>{column.title}</i></span> }.into_any()
    } else {
        view! { <span>{column.title}</span> }.into_any()
    };
    let content = if column.is_sortable && grid.on_sort.is_some() {
        view! {
            <button type="button" tabindex="-1" on:click=handler(move |event: web_sys::MouseEvent| grid.sort_by(index, event.shift_key()))>
                {title}
                {dynamic(mark)}
            </button>
        }
        .into_any()
    } else {
        title
    };
    view! {
        <div role="columnheader" class=cell_class(index, column.align) aria-sort=shared(aria_sort) tabindex="-1">
            {content}
        </div>
    }
    .into_any()
}

fn row_view(grid: Grid, slot: Slot, lines: Memo<Vec<usize>>) -> AnyView {
    let line = slot.line;
    // What the parts of this row listen to. Were each of them to listen to the version itself, its list of
    // listeners would be ten times as long, and leaving a list takes as long as the list is.
    let state = memo(move || (line.get(), grid.version.get()));
    // `None` while the slot is not needed; the callbacks then know nothing to answer.
    let row = memo(move || state.get().0.checked_sub(1).map(|index| grid.row.run(index)));
    let scroll = grid.scroll;
    let top = move || {
        let offset = line.get() as f64 - 1.0 - scroll.origin.get() as f64;
        // A row kept only for its focus may be a million rows away; browsers cannot place it there, and need not.
        px(offset.clamp(-1_000.0, 300_000.0) * scroll.row_height.get())
    };
    let cells = grid.columns.with_untracked(|columns| {
        columns.iter().enumerate().map(|(column, one)| cell_view(grid, state, row, column, one.align)).collect_view()
    });
    // A row that is about to go must not be written first: it asks for the lines, which may be newer than its own.
    let is_needed = memo(move || lines.with(|lines| lines.binary_search(&line.get()).is_ok()));
    draw_cells(grid, slot, is_needed, state, row);
    let class = move || row.with(|row| row.as_ref().map_or("", |row| row.tone.as_str()));
    let is_tree = grid.is_tree();
    let tree = move || row.with(|row| row.as_ref().and_then(|row| row.tree));
    // A data grid has no levels at all, and nothing that follows them.
    let number = |of: fn(TreePlace) -> u32| is_tree.then(|| shared(move || tree().map(|place| of(place).to_string())));
    let is_expanded = move || tree().and_then(|place| place.is_expanded).map(|is_expanded| is_expanded.to_string());
    // Not in the framework's list of ARIA attributes, so it is spread.
    let level = custom_attribute("aria-level", number(|place| place.level));
    view! {
        <div
            {..level}
            role="row"
            class=shared(class)
            aria-rowindex=move || (line.get() + 1).to_string()
            aria-posinset=number(|place| place.position)
            aria-setsize=number(|place| place.siblings)
            aria-expanded=is_tree.then(|| shared(is_expanded))
            data-line=move || line.get().to_string()
            tabindex=is_tree.then_some("-1")
            style:top=top
            node_ref=slot.element
        >
            {cells}
        </div>
    }
    .into_any()
}

/// Writes what the cells of a row show, all of them at once: one effect for each cell would take longer to find out
/// what it listens to than to write it.
fn draw_cells(grid: Grid, slot: Slot, is_needed: Memo<bool>, state: Memo<(usize, u64)>, row: Memo<Option<RowView>>) {
    let mut cells = Vec::new();
    effect(move || {
        let Some(element) = slot.element.get() else { return };
        // What is not needed is not in the page; it keeps its content until it is needed for another line.
        if !is_needed.get() {
            return;
        }
        let Some(index) = state.get().0.checked_sub(1) else { return };
        if cells.is_empty() {
            let children = element.children();
            cells = (0..children.length()).filter_map(|cell| children.item(cell)).map(DrawnCell::new).collect();
        }
        let (mut href, is_synthetic) = row.with(|row| match row {
            Some(row) => (row.href.clone(), grid.is_tree() && row.tone == RowTone::Synthetic),
            None => (None, false),
        });
        for (column, drawn) in cells.iter_mut().enumerate() {
            let is_name = column == 0;
            drawn.show(CellContent {
                cell: grid.cell.run((index, column)),
                href: if is_name { href.take() } else { None },
                is_name,
                is_blank: !is_name && is_synthetic,
            });
        }
    });
}

/// A cell without its content, which `draw_cells` writes.
fn cell_view(
    grid: Grid,
    state: Memo<(usize, u64)>,
    row: Memo<Option<RowView>>,
    column: usize,
    align: Align,
) -> AnyView {
    let twist = (column == 0 && grid.is_tree()).then(|| {
        let place = memo(move || row.with(|row| row.as_ref().and_then(|row| row.tree)));
        move || twist_view(grid, place.get(), state)
    });
    view! {
        <div
            role=if column == 0 { "rowheader" } else { "gridcell" }
            class=cell_class(column, align)
            tabindex="-1"
        >
            {twist}
        </div>
    }
    .into_any()
}

/// Indent and the button that opens a row. The row itself is the control for assistive technology.
fn twist_view(grid: Grid, place: Option<TreePlace>, state: Memo<(usize, u64)>) -> AnyView {
    let Some(place) = place else { return ().into_any() };
    let indent = (place.level > 1).then(|| {
        view! { <span class="indent" style=("--level", place.level.to_string())></span> }
    });
    let button = match place.is_expanded {
        Some(is_expanded) => {
            let on_click = move |_| {
                if let Some(on_toggle) = grid.on_toggle {
                    on_toggle.run(state.get_untracked().0.saturating_sub(1));
                }
            };
            view! {
                <button
                    type="button"
                    class="twist"
                    tabindex="-1"
                    aria-hidden="true"
                    data-open=is_expanded.then_some("")
                    on:click=handler(on_click)
                >
                    {Icon::Right.view()}
                </button>
            }
            .into_any()
        }
        None => view! { <span class="leaf"></span> }.into_any(),
    };
    view! {
        {indent}
        {button}
    }
    .into_any()
}

fn cell_class(column: usize, align: Align) -> &'static str {
    match (column, align) {
        (0, _) => "pin",
        (_, Align::Start) => "",
        (_, Align::End) => "num",
    }
}

fn has_focus_within(root: &web_sys::Element) -> bool {
    document().active_element().is_some_and(|active| root.contains(Some(&active)))
}

/// The first column never takes more than this share of a narrow grid, so that something scrolls beside it.
fn pinned_width_of(column: &Column) -> String {
    ["min(", &column.width_px.to_string(), "px, 62cqi)"].concat()
}

fn template_of(columns: &[Column]) -> String {
    let mut template = String::new();
    for (index, column) in columns.iter().enumerate() {
        let least = if index == 0 { pinned_width_of(column) } else { [&column.width_px.to_string(), "px"].concat() };
        let track = match column.grow {
            0 => [&least, " "].concat(),
            grow => ["minmax(", &least, ", ", &grow.to_string(), "fr) "].concat(),
        };
        template.push_str(&track);
    }
    template
}

fn least_width_of(columns: &[Column]) -> String {
    let rest: u32 = columns.iter().skip(1).map(|column| u32::from(column.width_px)).sum();
    [
        "calc(",
        &columns.first().map(pinned_width_of).unwrap_or_else(|| "0px".to_owned()),
        " + ",
        &rest.to_string(),
        "px)",
    ]
    .concat()
}

fn px(value: f64) -> String {
    [(value.round() as i64).to_string().as_str(), "px"].concat()
}

#[cfg(test)]
mod tests {
    use super::{Column, SortKey, least_width_of, template_of, toggled_sort};

    fn descending(key: &str) -> SortKey {
        SortKey { is_descending: true, ..SortKey::ascending(key) }
    }

    #[test]
    fn a_header_goes_up_down_and_away() {
        let one = toggled_sort(&[], "name", false);
        assert_eq!(one, [SortKey::ascending("name")]);
        let two = toggled_sort(&one, "name", false);
        assert_eq!(two, [descending("name")]);
        assert_eq!(toggled_sort(&two, "name", false), []);
    }

    #[test]
    fn shift_adds_and_a_plain_click_replaces() {
        let sort = toggled_sort(&[descending("city")], "name", true);
        assert_eq!(sort, [descending("city"), SortKey::ascending("name")]);
        assert_eq!(toggled_sort(&sort, "city", true), [SortKey::ascending("name")]);
        assert_eq!(toggled_sort(&sort, "city", false), []);
    }

    #[test]
    fn columns_become_a_template() {
        let columns = [Column::new("name", "Name", 240).grow(2), Column::new("contacts", "Contacts", 80).number()];
        assert_eq!(template_of(&columns), "minmax(min(240px, 62cqi), 2fr) 80px ");
        assert_eq!(least_width_of(&columns), "calc(min(240px, 62cqi) + 80px)");
    }
}
