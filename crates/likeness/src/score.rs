//! Score: how much speaks for two rows being one, of all that speaks for and against it.

use super::columns::Columns;
use super::names::{ALIKE, companies_alike, people_alike};
use super::osa::Distance;
use super::rules::{Compare, Key};
use autotask_columns::order::sort_by_key;

/// The highest score.
pub const SCORE_MAX: u32 = 10_000;
/// How many rows may have one phone number, domain or address before an agreement counts less.
const FEW: u64 = 3;

/// Scores pairs of rows by rules.
pub struct Scorer<'a> {
    columns: &'a Columns,
    weights: Vec<Weight>,
    not_duplicates: Vec<(i64, i64)>,
    distance: Distance,
    /// The least score of duplicates.
    threshold: u32,
}

/// A key's weight in whole numbers, so that scores are the same on every machine and in any order.
struct Weight {
    agree: u64,
    differ: u64,
}

impl<'a> Scorer<'a> {
    /// A scorer of pairs that reach `threshold`, 0 to 1, and are not among `not_duplicates`.
    #[must_use]
    pub fn new(columns: &'a Columns, keys: &[Key], threshold: f64, not_duplicates: &[(i64, i64)]) -> Scorer<'a> {
        let mut not_duplicates: Vec<(i64, i64)> = not_duplicates.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
        sort_by_key(&mut not_duplicates, |pair| *pair);
        let weight = |key: &Key| Weight { agree: parts(key.weight), differ: parts(key.weight * key.against) };
        Scorer {
            columns,
            weights: keys.iter().map(weight).collect(),
            not_duplicates,
            distance: Distance::new(),
            threshold: u32::try_from(parts(threshold * 10.0)).unwrap_or(SCORE_MAX).min(SCORE_MAX),
        }
    }

    /// The score of two rows, 0 to [`SCORE_MAX`]; `None` when they are not duplicates.
    pub fn score(&mut self, one: usize, other: usize) -> Option<u32> {
        let (mut agree, mut differ) = (0_u64, 0_u64);
        for (key, (weight, column)) in self.weights.iter().zip(&self.columns.all).enumerate() {
            if column.values[one] == 0 || column.values[other] == 0 {
                continue;
            }
            let alike = u64::from(alike(self.columns, key, one, other, &mut self.distance));
            let mut counts = weight.agree;
            if matches!(column.compare, Compare::Digits | Compare::Domain | Compare::Email) && alike > 0 {
                let rows = column.count(one) as u64;
                counts = if rows > FEW { counts * FEW / rows } else { counts };
            }
            agree += counts * alike;
            differ += weight.differ * (u64::from(ALIKE) - alike);
        }
        let score = (agree * u64::from(SCORE_MAX)).checked_div(agree + differ)?;
        let score = u32::try_from(score).unwrap_or(0);
        (agree > 0 && score >= self.threshold && !self.is_ruled_out(one, other)).then_some(score)
    }

    /// Whether it is known that they are two: somebody said so, or one belongs to the other.
    fn is_ruled_out(&self, one: usize, other: usize) -> bool {
        let columns = self.columns;
        let (a, b) = (columns.ids[one], columns.ids[other]);
        if self.not_duplicates.binary_search(&(a.min(b), a.max(b))).is_ok() {
            return true;
        }
        let parent = |row: usize| columns.parents.get(row).copied().flatten();
        let (ours, theirs) = (parent(one), parent(other));
        if ours == Some(b) || theirs == Some(a) {
            return true;
        }
        let are_siblings = ours.is_some() && ours == theirs;
        are_siblings
            && columns.place.is_some_and(|place| {
                let values = &columns.all[place].values;
                values[one] != 0 && values[other] != 0 && values[one] != values[other]
            })
    }
}

/// A weight or share in thousandths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rules are within 0 to 10^6 and not NaN")]
fn parts(weight: f64) -> u64 {
    (weight.clamp(0.0, 1e6) * 1000.0).round() as u64
}

/// How alike two rows are in a key that both have: 0 to [`ALIKE`].
pub(crate) fn alike(columns: &Columns, key: usize, one: usize, other: usize, distance: &mut Distance) -> u32 {
    let column = &columns.all[key];
    if column.values[one] == column.values[other] {
        return ALIKE;
    }
    match (&column.names, column.compare) {
        (Some(names), Compare::Name) => companies_alike(names.at(one), names.at(other), distance),
        (Some(names), _) => people_alike(names.at(one), names.at(other), distance),
        _ => 0,
    }
}

impl Columns {
    /// How alike two rows are in a key that both have: 0 to [`ALIKE`].
    #[must_use]
    pub fn alike(&self, key: usize, one: usize, other: usize) -> u32 {
        alike(self, key, one, other, &mut Distance::new())
    }
}
