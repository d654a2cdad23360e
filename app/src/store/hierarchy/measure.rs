//! Measure: a count for each company, its own and that of its subtree, while some of them are not known yet. Pure.

use std::collections::HashMap;

use super::forest::Forest;

/// A count for every row of a forest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    own: Vec<Option<u32>>,
    subtree: Vec<u64>,
    /// How many rows of the subtree are not counted.
    missing: Vec<u32>,
}

/// The count of a subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// What is counted so far.
    pub count: u64,
    /// Whether all of it is.
    pub is_exact: bool,
}

impl Measure {
    /// The measure of a forest, from the counts that are known by id.
    pub fn new(forest: &Forest, known: &HashMap<i64, u32>) -> Self {
        let own: Vec<Option<u32>> = forest.companies.iter().map(|company| known.get(&company.id).copied()).collect();
        let mut subtree: Vec<u64> = own.iter().map(|own| u64::from(own.unwrap_or(0))).collect();
        let mut missing: Vec<u32> = own.iter().map(|own| u32::from(own.is_none())).collect();
        // Children stand behind their parents in this order, so that from the end each is whole when it is added.
        for row in forest.hierarchy.order().iter().rev().map(|row| *row as usize) {
            if let Some(parent) = forest.hierarchy.parent(row).map(|parent| parent as usize) {
                subtree[parent] += subtree[row];
                missing[parent] += missing[row];
            }
        }
        Self { own, subtree, missing }
    }

    /// The count of a row alone; `None` until it is known.
    pub fn own(&self, row: usize) -> Option<u32> {
        self.own.get(row).copied().flatten()
    }

    /// The count of a row and all rows below it.
    pub fn subtree(&self, row: usize) -> Sum {
        let count = self.subtree.get(row).copied().unwrap_or(0);
        Sum { count, is_exact: self.missing.get(row) == Some(&0) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Measure, Sum};
    use crate::store::hierarchy::forest::tests::forest;

    #[test]
    fn a_subtree_counts_its_own_and_says_what_it_lacks() {
        let forest = forest(&[(1, "a", None), (2, "b", Some(1)), (3, "c", Some(2)), (4, "d", None)]);
        let measure = Measure::new(&forest, &[(1, 2), (2, 3)].into());
        assert_eq!(measure.own(0), Some(2));
        assert_eq!(measure.own(2), None);
        assert_eq!(measure.subtree(0), Sum { count: 5, is_exact: false });
        let measure = Measure::new(&forest, &[(1, 2), (2, 3), (3, 4)].into());
        assert_eq!(measure.subtree(0), Sum { count: 9, is_exact: true });
        assert_eq!(measure.subtree(3), Sum { count: 0, is_exact: false });
        assert_eq!(measure.subtree(99), Sum { count: 0, is_exact: false });
    }
}
