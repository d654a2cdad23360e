//! A list of up to a million rows as an ARIA grid: only what is visible is in the page.
//!
//! Keys: arrows, Home, End, Ctrl+Home, Ctrl+End, PageUp, PageDown move; Enter opens the row, with Ctrl in a new
//! tab; Enter on a header sorts, with Shift it adds to the order.

use leptos::prelude::*;

use super::{
    announcer::use_announcer,
    grid_parts::{CellView, Column, Grid, GridPlace, RowTone, RowView, SortKey, grid_view},
    virtual_scroll::VirtualScroll,
};

/// A virtualised grid. It knows rows only by their index; the callbacks know what they are.
#[component]
pub fn DataGrid(
    /// What the list is, for assistive technology: "Companies".
    #[prop(into)]
    label: String,
    /// The columns; the first one is sticky and names the row.
    #[prop(into)]
    columns: Signal<Vec<Column>>,
    /// How many rows there are.
    #[prop(into)]
    row_count: Signal<usize>,
    /// What a cell shows: (row, column). Called for visible cells only; must answer at once.
    #[prop(into)]
    cell: Callback<(usize, usize), CellView>,
    /// Where a row leads.
    #[prop(into)]
    href: Callback<usize, Option<String>>,
    /// How a row looks; all as usual without it.
    #[prop(into, optional)]
    tone: Option<Callback<usize, RowTone>>,
    /// The sort order.
    #[prop(into, optional)]
    sort: Signal<Vec<SortKey>>,
    /// Called with the order that a header asks for; without it no header sorts.
    #[prop(into, optional)]
    on_sort: Option<Callback<Vec<SortKey>>>,
    /// Grows whenever a cell may show something else: new data, another order.
    #[prop(into, optional)]
    version: Signal<u64>,
    /// What the rows answer, such as the text of a search: with another one the grid begins at its first row.
    #[prop(into, optional)]
    question: Option<Signal<String>>,
    /// The cell with the tab stop, for a caller that wants to keep it (the peek panel, the way back).
    #[prop(optional, into)]
    active: Option<RwSignal<GridPlace>>,
) -> impl IntoView {
    let root = NodeRef::new();
    let row = Callback::new(move |index: usize| RowView {
        href: href.run(index),
        tone: tone.map(|tone| tone.run(index)).unwrap_or_default(),
        tree: None,
    });
    let active = active.unwrap_or_else(|| RwSignal::new(GridPlace { line: 1, column: Some(0) }));
    let scroll = VirtualScroll::new(root, row_count);
    if let Some(question) = question {
        // The answer to a key may be the first one that has rows at all.
        scroll.show_others();
        Effect::new(move |before: Option<()>| {
            question.track();
            if before.is_some() {
                active.set(GridPlace { line: 1, column: Some(0) });
                scroll.show_others();
            }
        });
    }
    let grid = Grid {
        columns,
        row_count,
        row,
        cell,
        version,
        sort,
        on_sort,
        active,
        on_key: None,
        on_toggle: None,
        announcer: use_announcer(),
        root,
        scroll,
    };
    grid_view(grid, label)
}
