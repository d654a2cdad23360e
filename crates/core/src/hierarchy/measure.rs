//! Measure: a number for each row, rolled up over each subtree as sum, maximum and count.

pub use autotask_forest::Fold;
use autotask_forest::roll_up;

use super::{Hierarchy, Moved};

/// Most currencies that one measure is taken apart into.
pub const CURRENCIES_MAX: usize = 64;

/// A number for each row of a forest. What is not finite (NaN above all) counts as no number: it spoils no sum.
///
/// Of a member of a cycle each roll-up holds its own number and what hangs below it outside of the cycle.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    own: Vec<f64>,
    /// By fold; empty until asked for.
    rolled: [Vec<f64>; 3],
}

impl Measure {
    /// A measure of these numbers by row; rows beyond the last have none.
    #[must_use]
    pub fn new(own: Vec<f64>) -> Measure {
        Measure { own, rolled: Default::default() }
    }

    /// The numbers as they were given.
    #[must_use]
    pub fn own(&self) -> &[f64] {
        &self.own
    }

    /// The roll-up by row, over a row and all rows below it. Made once and then kept; call [`Measure::moved`] when the
    /// forest changes.
    pub fn roll_up(&mut self, forest: &Hierarchy, fold: Fold) -> &[f64] {
        let rolled = &mut self.rolled[fold as usize];
        if rolled.len() != forest.len() {
            self.own.resize(forest.len(), f64::NAN);
            *rolled = if forest.taken.len() == forest.len() {
                roll_up(&forest.links, &forest.taken, &self.own, fold)
            } else {
                let children_first: Vec<u32> = forest.order().iter().rev().copied().collect();
                roll_up(&forest.links, &children_first, &self.own, fold)
            };
        }
        rolled
    }

    /// Brings the roll-ups up to date after a move: along the two ways to the top only, and not further up than
    /// anything changes. Maxima and counts are those of a forest that is built anew; sums of fractions too, but for how
    /// they are rounded, and that does not add up from move to move.
    pub fn moved(&mut self, forest: &Hierarchy, moved: &Moved) {
        for fold in [Fold::Sum, Fold::Max, Fold::Count] {
            if moved.is_rebuilt {
                self.rolled[fold as usize].clear();
            }
            if self.rolled[fold as usize].is_empty() {
                continue;
            }
            for parent in [moved.before, moved.after].into_iter().flatten() {
                let mut next = Some(parent);
                while let Some(row) = next {
                    let value = self.fold_row(forest, fold, row as usize, |_| true);
                    let kept = &mut self.rolled[fold as usize][row as usize];
                    next = forest.parent(row as usize).filter(|_| kept.to_bits() != value.to_bits());
                    *kept = value;
                }
            }
        }
    }

    /// One row's roll-up from those of its children that are to count.
    pub(super) fn fold_row(&self, forest: &Hierarchy, fold: Fold, row: usize, counts: impl Fn(u32) -> bool) -> f64 {
        let children = forest.children(row).filter(|child| counts(*child));
        let values = children.map(|child| self.rolled[fold as usize][child as usize]);
        values.fold(fold.start(self.own[row]), |all, one| fold.join(all, one))
    }
}

/// Amounts taken apart by their currency, one measure each, in the order of the currencies' names: amounts of two
/// currencies are never added together. Amounts without a currency are one of their own, named `?`.
///
/// `None` for more than [`CURRENCIES_MAX`] currencies.
#[must_use]
pub fn by_currency(amounts: &[f64], currencies: &[&str]) -> Option<Vec<(String, Vec<f64>)>> {
    let mut measures: Vec<(String, Vec<f64>)> = Vec::new();
    let mut last = 0;
    for (row, amount) in amounts.iter().enumerate().filter(|(_, amount)| amount.is_finite()) {
        let name = match currencies.get(row).map(|name| name.trim()) {
            None | Some("") => "?",
            Some(name) => name,
        };
        // Most rows have the currency of the row before.
        if measures.get(last).is_none_or(|(known, _)| known != name) {
            last = measures.iter().position(|(known, _)| known == name).unwrap_or(measures.len());
        }
        if last == CURRENCIES_MAX {
            return None;
        }
        if last == measures.len() {
            measures.push((name.to_owned(), vec![f64::NAN; amounts.len()]));
        }
        measures[last].1[row] = *amount;
    }
    crate::order::sort_by(&mut measures, |(one, _), (other, _)| one.cmp(other));
    Some(measures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_stay_apart() {
        let measures = by_currency(&[1.0, 2.0, f64::NAN, 4.0, 8.0], &["USD", "EUR", "CHF", " USD", ""]).expect("few");
        let names: Vec<&str> = measures.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["?", "EUR", "USD"]);
        let forest = Hierarchy::new(&[1, 2, 3, 4, 5], &[None, Some(1), Some(1), Some(2), Some(2)]);
        assert_eq!(forest.subtree(&measures[2].1)[..2], [5.0, 4.0]);
        let many: Vec<String> = (0..=CURRENCIES_MAX).map(|n| n.to_string()).collect();
        let names: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(by_currency(&vec![1.0; names.len()], &names).is_none());
        assert_eq!(by_currency(&[], &[]), Some(Vec::new()));
    }
}
