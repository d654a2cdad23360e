//! Visible: which rows of the trees are shown, from what is open, what is searched for and which trees count. Pure.
//!
//! Linear in the number of companies: a closed subtree is one step, and nothing is looked at twice.

use autotask_core::hierarchy::Place;

use crate::{
    components::{grid_parts::RowTone, tree_grid::TreeRow},
    store::hierarchy::{Expansion, Forest},
};

/// The key of the root that collects the members of cycles.
pub const CYCLES: i64 = -1;
/// The key of the root that collects companies whose parent is missing.
pub const ORPHANS: i64 = -2;

/// What is found, and what leads to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    is_match: Vec<bool>,
    /// Matches and everything above them.
    is_kept: Vec<bool>,
    /// Rows that have a kept row below.
    leads: Vec<bool>,
    /// How many companies match among those in trees, or all of them.
    pub count: usize,
}

impl Found {
    /// Finds companies by a part of their name, or by their id. `folded` is the text as it is compared.
    pub fn new(forest: &Forest, folded: &str, with_all: bool) -> Self {
        let id: Option<i64> = folded.strip_prefix('#').unwrap_or(folded).parse().ok();
        let is_match: Vec<bool> = (0_usize..)
            .zip(&forest.companies)
            .map(|(row, company)| {
                (with_all || forest.is_in_tree(row)) && (company.folded.contains(folded) || Some(company.id) == id)
            })
            .collect();
        let mut is_kept = is_match.clone();
        let mut leads = vec![false; is_match.len()];
        for row in forest.hierarchy.order().iter().rev().map(|row| *row as usize) {
            if let Some(parent) = forest.hierarchy.parent(row)
                && is_kept[row]
            {
                is_kept[parent as usize] = true;
                leads[parent as usize] = true;
            }
        }
        let count = is_match.iter().filter(|is_match| **is_match).count();
        Self { is_match, is_kept, leads, count }
    }

    /// Whether a row is itself a match.
    pub fn is_match(&self, row: usize) -> bool {
        self.is_match.get(row) == Some(&true)
    }
}

/// What decides which rows are shown.
#[derive(Clone, Copy, Debug)]
pub struct Choices<'a> {
    /// Also companies without parent and children.
    pub with_all: bool,
    /// What is open.
    pub expansion: &'a Expansion,
    /// What is searched for. Ways to matches are then open unless they are closed in `expansion`, which is one that
    /// has everything open.
    pub found: Option<&'a Found>,
}

/// The visible rows, in order.
pub fn visible(forest: &Forest, choices: Choices<'_>) -> Vec<TreeRow> {
    let mut rows = Rows { forest, choices, rows: Vec::new() };
    for row in forest.hierarchy.order().iter().map(|row| *row as usize) {
        let is_shown = choices.with_all || forest.children[row] > 0;
        if forest.hierarchy.place(row) == Place::Top && is_shown {
            rows.push_tree(row, 0);
        }
    }
    let cycles = forest.hierarchy.cycles().iter().flatten().map(|row| *row as usize);
    rows.push_synthetic(CYCLES, cycles.collect());
    let orphans = forest.hierarchy.order().iter().map(|row| *row as usize);
    rows.push_synthetic(ORPHANS, orphans.filter(|row| forest.hierarchy.place(*row) == Place::Orphan).collect());
    number_siblings(&mut rows.rows);
    rows.rows
}

struct Rows<'a> {
    forest: &'a Forest,
    choices: Choices<'a>,
    rows: Vec<TreeRow>,
}

impl Rows<'_> {
    /// A row and what is visible below it; `indent` levels are above its top.
    fn push_tree(&mut self, root: usize, indent: u32) {
        let hierarchy = &self.forest.hierarchy;
        let order = hierarchy.order();
        let end = hierarchy.positions()[root] as usize + 1 + hierarchy.descendants()[root] as usize;
        let mut position = hierarchy.positions()[root] as usize;
        while position < end {
            let row = order[position] as usize;
            let size = 1 + hierarchy.descendants()[row] as usize;
            let is_open = self.is_kept(row) && self.push(row, indent);
            position += if is_open { 1 } else { size };
        }
    }

    /// A heading with the rows that it collects.
    fn push_synthetic(&mut self, key: i64, members: Vec<usize>) {
        if !members.iter().any(|row| self.is_kept(*row)) {
            return;
        }
        let is_expanded = self.choices.expansion.is_open(key, 1);
        self.rows.push(TreeRow {
            key,
            level: 1,
            is_expandable: true,
            is_expanded,
            tone: RowTone::Synthetic,
            ..TreeRow::default()
        });
        if is_expanded {
            members.into_iter().for_each(|row| self.push_tree(row, 1));
        }
    }

    fn is_kept(&self, row: usize) -> bool {
        self.choices.found.is_none_or(|found| found.is_kept[row])
    }

    /// Adds a row; says whether it is open.
    fn push(&mut self, row: usize, indent: u32) -> bool {
        let company = &self.forest.companies[row];
        let level = self.forest.level(row) + indent;
        let is_dim = self.choices.found.is_some_and(|found| !found.is_match[row]);
        let is_expandable = self.has_children(row);
        let is_expanded = is_expandable && self.choices.expansion.is_open(company.id, level);
        let tone = match (is_dim, company.is_active) {
            (true, _) => RowTone::Dim,
            (false, false) => RowTone::Inactive,
            (false, true) => RowTone::Normal,
        };
        self.rows.push(TreeRow { key: company.id, level, is_expandable, is_expanded, tone, ..TreeRow::default() });
        is_expanded
    }

    /// Whether a row has children that may be shown.
    fn has_children(&self, row: usize) -> bool {
        self.choices.found.map_or(self.forest.children[row] > 0, |found| found.leads[row])
    }
}

/// Fills in the place of each row among its visible siblings.
fn number_siblings(rows: &mut [TreeRow]) {
    // By level: the rows that wait to be told how many siblings they have.
    let mut waiting: Vec<Vec<usize>> = Vec::new();
    let finish = |group: Vec<usize>, rows: &mut [TreeRow]| {
        let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
        for index in group {
            rows[index].siblings = count;
        }
    };
    for index in 0..rows.len() {
        let level = rows[index].level as usize;
        while waiting.len() > level {
            finish(waiting.pop().unwrap_or_default(), rows);
        }
        waiting.resize_with(level, Vec::new);
        let group = &mut waiting[level - 1];
        group.push(index);
        rows[index].position = u32::try_from(group.len()).unwrap_or(u32::MAX);
    }
    for group in waiting {
        finish(group, rows);
    }
}

#[cfg(test)]
mod tests {
    use super::{CYCLES, Choices, Found, ORPHANS, visible};
    use crate::components::{grid_parts::RowTone, tree_grid::TreeRow};
    use crate::store::hierarchy::{Expansion, Forest, test_forest as forest};

    /// A holding with two levels below, a company alone, a cycle of two and a company whose parent is missing.
    fn sample() -> Forest {
        forest(&[
            (1, "Alpen Holding", None),
            (2, "Berg GmbH", Some(1)),
            (3, "Gipfel KG", Some(2)),
            (4, "Tal AG", Some(1)),
            (5, "Solo", None),
            (6, "Ring Nord", Some(7)),
            (7, "Ring Ost", Some(6)),
            (8, "Waise", Some(99)),
        ])
    }

    fn keys(rows: &[TreeRow]) -> Vec<(i64, u32)> {
        rows.iter().map(|row| (row.key, row.level)).collect()
    }

    fn shown(forest: &Forest, with_all: bool, expansion: &Expansion) -> Vec<TreeRow> {
        visible(forest, Choices { with_all, expansion, found: None })
    }

    #[test]
    fn broken_rows_stand_below_their_heading_and_nothing_is_dropped() {
        let forest = sample();
        let rows = shown(&forest, true, &Expansion::all());
        assert_eq!(
            keys(&rows),
            [(1, 1), (2, 2), (3, 3), (4, 2), (5, 1), (CYCLES, 1), (6, 2), (7, 2), (ORPHANS, 1), (8, 2)]
        );
        let places: Vec<_> = rows.iter().map(|row| (row.position, row.siblings)).collect();
        assert_eq!(places, [(1, 4), (1, 2), (1, 1), (2, 2), (2, 4), (3, 4), (1, 2), (2, 2), (4, 4), (1, 1)]);
        assert!(rows[0].is_expandable && rows[0].is_expanded && !rows[2].is_expandable);
        let in_trees = shown(&forest, false, &Expansion::all());
        assert!(in_trees.iter().all(|row| row.key != 5));
        assert_eq!(in_trees.len(), rows.len() - 1);
    }

    #[test]
    fn rows_open_by_level_but_for_exceptions() {
        let forest = sample();
        let mut expansion = Expansion::through(1);
        assert_eq!(keys(&shown(&forest, false, &expansion))[..3], [(1, 1), (2, 2), (4, 2)]);
        expansion.set(2, 2, true);
        assert_eq!(keys(&shown(&forest, false, &expansion))[..3], [(1, 1), (2, 2), (3, 3)]);
        expansion.set(1, 1, false);
        expansion.set(CYCLES, 1, false);
        assert_eq!(keys(&shown(&forest, false, &expansion)), [(1, 1), (CYCLES, 1), (ORPHANS, 1), (8, 2)]);
        expansion.set(1, 1, true);
        expansion.set(2, 2, false);
        expansion.set(CYCLES, 1, true);
        assert_eq!(expansion, Expansion::through(1));
    }

    #[test]
    fn a_search_keeps_the_way_to_its_matches() {
        let forest = sample();
        let found = Found::new(&forest, "gipfel", false);
        assert_eq!(found.count, 1);
        let expansion = Expansion::all();
        let rows = visible(&forest, Choices { with_all: false, expansion: &expansion, found: Some(&found) });
        assert_eq!(keys(&rows), [(1, 1), (2, 2), (3, 3)]);
        assert_eq!([rows[0].tone, rows[2].tone], [RowTone::Dim, RowTone::Normal]);
        assert_eq!((rows[1].position, rows[1].siblings), (1, 1));
        assert!(!rows[2].is_expandable);
        let cycle = Found::new(&forest, "ost", false);
        let rows = visible(&forest, Choices { with_all: false, expansion: &expansion, found: Some(&cycle) });
        assert_eq!(keys(&rows), [(CYCLES, 1), (7, 2)]);
    }

    #[test]
    fn a_search_knows_which_trees_count_and_takes_ids() {
        let forest = sample();
        assert_eq!(Found::new(&forest, "solo", false).count, 0);
        assert_eq!(Found::new(&forest, "solo", true).count, 1);
        assert_eq!(Found::new(&forest, "8", false).count, 1);
        assert_eq!(Found::new(&forest, "#8", false).count, 1);
    }

    #[test]
    fn a_hundred_thousand_companies_are_walked_once() {
        let rows: Vec<(i64, &str, Option<i64>)> =
            (0..100_000).map(|id| (id, "chain", (id > 0).then(|| id - 1))).collect();
        let forest = forest(&rows);
        assert_eq!(shown(&forest, false, &Expansion::all()).len(), 100_000);
        assert_eq!(shown(&forest, false, &Expansion::through(0)).len(), 1);
        let found = Found::new(&forest, "99999", false);
        let expansion = Expansion::all();
        let rows = visible(&forest, Choices { with_all: false, expansion: &expansion, found: Some(&found) });
        assert_eq!((found.count, rows.len()), (1, 100_000));
    }
}
