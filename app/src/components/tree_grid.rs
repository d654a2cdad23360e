//! A tree as an ARIA treegrid over the list of its visible nodes; virtualised like the data grid.
//!
//! Keys, rows first: Up and Down move, Right opens a row and then enters its cells, Left leaves the cells, closes
//! the row and then goes to its parent, `*` opens all siblings; Home, End, PageUp, PageDown, Enter as in the grid.

use leptos::{ev, prelude::*};

use super::{
    announcer::use_announcer,
    grid_parts::{CellView, Column, Grid, GridPlace, RowTone, RowView, TreePlace, grid_view},
    virtual_scroll::VirtualScroll,
};

/// A visible node of the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreeRow {
    /// What the caller knows it by, such as a company's id; negative for rows that are no records.
    pub key: i64,
    /// 1 for roots.
    pub level: u32,
    /// 1 for the first of its siblings.
    pub position: u32,
    /// How many siblings there are, itself included.
    pub siblings: u32,
    /// Whether it has children.
    pub is_expandable: bool,
    /// Whether they are shown.
    pub is_expanded: bool,
    /// How it looks; [`RowTone::Synthetic`] for roots that collect broken rows.
    pub tone: RowTone,
}

/// A virtualised tree grid.
#[component]
pub fn TreeGrid(
    /// What the tree is, for assistive technology: "Company hierarchy".
    #[prop(into)]
    label: String,
    /// The columns; the first one is sticky, indented and names the row.
    #[prop(into)]
    columns: Signal<Vec<Column>>,
    /// The visible nodes, in order.
    #[prop(into)]
    rows: Signal<Vec<TreeRow>>,
    /// What a cell shows: (node, column). Called for visible cells only; must answer at once.
    #[prop(into)]
    cell: Callback<(TreeRow, usize), CellView>,
    /// Where a node leads.
    #[prop(into)]
    href: Callback<TreeRow, Option<String>>,
    /// Called to open or close a node.
    #[prop(into)]
    on_toggle: Callback<TreeRow>,
    /// Called to open a node and all its siblings.
    #[prop(into)]
    on_expand_siblings: Callback<TreeRow>,
    /// Grows whenever a cell may show something else though the nodes are the same.
    #[prop(into, optional)]
    version: Signal<u64>,
    /// The row with the tab stop, for a caller that wants to set or keep it.
    #[prop(optional, into)]
    active: Option<RwSignal<GridPlace>>,
) -> impl IntoView {
    let root = NodeRef::new();
    let row_count = Signal::derive(move || rows.with(Vec::len));
    let row_at = move |index: usize| rows.with_untracked(|rows| rows.get(index).copied()).unwrap_or_default();
    // The list of nodes is part of what cells show.
    let changes = Memo::new(move |before: Option<&u64>| {
        // Read, not only tracked: a memo that nobody reads never runs, and then never says that it changed.
        rows.with(|_| ());
        version.get();
        before.map_or(0, |before| before + 1)
    });
    let row = Callback::new(move |index: usize| {
        let row = row_at(index);
        RowView {
            href: href.run(row),
            tone: row.tone,
            tree: Some(TreePlace {
                level: row.level,
                position: row.position,
                siblings: row.siblings,
                is_expanded: row.is_expandable.then_some(row.is_expanded),
            }),
        }
    });
    let cell = Callback::new(move |(index, column): (usize, usize)| cell.run((row_at(index), column)));
    let active = active.unwrap_or_else(|| RwSignal::new(GridPlace { line: 1, column: None }));
    let scroll = VirtualScroll::new(root, row_count);
    let announcer = use_announcer();
    let grid = Grid {
        columns,
        row_count,
        row,
        cell,
        version: changes.into(),
        sort: Signal::stored(Vec::new()),
        on_sort: None,
        active,
        on_key: None,
        on_toggle: Some(Callback::new(move |index| on_toggle.run(row_at(index)))),
        announcer,
        root,
        scroll,
    };
    let on_key = Callback::new(move |(event, index): (ev::KeyboardEvent, usize)| {
        let node = row_at(index);
        let on_row = active.get_untracked().column.is_none();
        match event.key().as_str() {
            "*" => on_expand_siblings.run(node),
            "ArrowRight" if on_row && node.is_expandable && !node.is_expanded => on_toggle.run(node),
            "ArrowLeft" if on_row && node.is_expandable && node.is_expanded => on_toggle.run(node),
            "ArrowLeft" if on_row => {
                let parent = rows.with_untracked(|rows| parent_of(rows, index));
                if let Some(parent) = parent {
                    grid.focus(GridPlace { line: parent + 1, column: None });
                }
            }
            _ => return false,
        }
        true
    });
    grid_view(Grid { on_key: Some(on_key), ..grid }, label)
}

/// The nearest row above that is one level higher.
fn parent_of(rows: &[TreeRow], index: usize) -> Option<usize> {
    let level = rows.get(index)?.level;
    rows[..index].iter().rposition(|row| row.level < level)
}

#[cfg(test)]
mod tests {
    use super::{TreeRow, parent_of};

    #[test]
    fn a_parent_is_the_next_higher_row_above() {
        let rows: Vec<TreeRow> =
            [1, 2, 3, 2, 1].iter().map(|level| TreeRow { level: *level, ..TreeRow::default() }).collect();
        let parents: Vec<_> = (0..5).map(|index| parent_of(&rows, index)).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(0), None]);
        assert_eq!(parent_of(&rows, 9), None);
    }
}
