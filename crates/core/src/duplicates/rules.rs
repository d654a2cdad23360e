//! Rules: which fields tell duplicates, how each is compared, how much it counts. Plain data.

use std::borrow::Cow;

pub use autotask_likeness::Compare;

use crate::table::member_name;

/// Most keys of one set of rules.
pub const KEYS_MAX: usize = 16;
/// The largest weight.
pub const WEIGHT_MAX: f64 = 1000.0;
/// The score from which on two rows are taken for one, where the rules do not say.
pub const THRESHOLD: f64 = 0.8;

/// One key of the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The field: `companyName`, `udf.Seats`, or several joined by `+`: `firstName+lastName`.
    pub field: Cow<'static, str>,
    /// How much an agreement counts; 0 to 1000.
    pub weight: f64,
    /// How its values are compared.
    pub compare: Compare,
    /// How much a difference counts, as a share of the weight; 0 to 1000. A field that is missing on one side
    /// counts neither way.
    pub against: f64,
}

impl Key {
    /// A key that counts as others of its kind do.
    #[must_use]
    pub fn new(field: impl Into<Cow<'static, str>>, weight: f64, compare: Compare) -> Key {
        Key { field: field.into(), weight, compare, against: compare.against() }
    }

    pub(super) const fn of(field: &'static str, weight: f64, compare: Compare, against: f64) -> Key {
        Key { field: Cow::Borrowed(field), weight, compare, against }
    }

    /// The members that it reads, each with whether it is a user-defined field.
    pub fn members(&self) -> impl Iterator<Item = (&str, bool)> {
        self.field.split('+').map(|word| member_name(word.trim()))
    }
}

/// Which rows are duplicates. [`Rules::of`] has those of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// The score from which on two rows are duplicates; 0 to 1.
    pub threshold: f64,
    /// What is compared.
    pub keys: Vec<Key>,
    /// Pairs of ids that somebody has looked at and found to be different.
    pub not_duplicates: Vec<(i64, i64)>,
    /// The member that holds the id of a row's parent: a row and its parent are never duplicates.
    pub parent: Option<&'static str>,
    /// Children of one parent are not duplicates where this differs: branches in several cities.
    pub place: Option<&'static str>,
}
