//! Rules: which fields tell duplicates, how each is compared, how much it counts. Plain data.

use std::borrow::Cow;

use crate::table::member_name;

/// Most keys of one set of rules.
pub const KEYS_MAX: usize = 16;
/// The largest weight.
pub const WEIGHT_MAX: f64 = 1000.0;
/// The score from which on two rows are taken for one, where the rules do not say.
pub const THRESHOLD: f64 = 0.8;

/// How the values of a key are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// As they are written.
    Exact,
    /// As names of companies: legal form, case, accents and punctuation do not count, a typing error counts little.
    Name,
    /// As names of people: in any order, with initials and short names.
    Person,
    /// By their last nine digits: phone numbers, tax numbers.
    Digits,
    /// By the web domain.
    Domain,
    /// As e-mail addresses.
    Email,
    /// By their words.
    Text,
    /// By the day.
    Date,
}

/// The words for them, how much a difference counts beside an agreement, and whether rows that agree are compared.
pub(super) const COMPARISONS: [(Compare, &str, f64, bool); 8] = [
    (Compare::Exact, "exact", 0.5, true),
    (Compare::Name, "name", 1.0, true),
    (Compare::Person, "person", 1.0, true),
    (Compare::Digits, "digits", 0.35, true),
    (Compare::Domain, "domain", 0.35, true),
    (Compare::Email, "email", 0.25, true),
    (Compare::Text, "text", 0.5, false),
    (Compare::Date, "date", 0.5, false),
];

impl Compare {
    /// The word for it in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// The one of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Compare> {
        COMPARISONS.iter().find(|(_, known, ..)| *known == word).map(|(compare, ..)| *compare)
    }

    /// Whether rows are compared at all because this agrees: a city is shared by too many.
    pub(super) fn is_identifying(self) -> bool {
        self.row().3
    }

    pub(super) fn is_name(self) -> bool {
        matches!(self, Compare::Name | Compare::Person)
    }

    fn row(self) -> &'static (Compare, &'static str, f64, bool) {
        // The table holds every variant; a test walks it.
        COMPARISONS.iter().find(|(compare, ..)| *compare == self).unwrap_or(&COMPARISONS[0])
    }
}

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
        Key { field: field.into(), weight, compare, against: compare.row().2 }
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
