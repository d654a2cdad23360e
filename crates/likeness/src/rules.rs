//! How keys are compared, and how much they count.

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
const COMPARISONS: [(Compare, &str, f64, bool); 8] = [
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

    /// The words for all of them.
    pub fn words() -> impl Iterator<Item = &'static str> {
        COMPARISONS.iter().map(|(_, word, ..)| *word)
    }

    /// How much a difference counts, as a share of the weight, where nobody says.
    #[must_use]
    pub fn against(self) -> f64 {
        self.row().2
    }

    /// Whether rows are compared at all because this agrees: a city is shared by too many.
    pub(crate) fn is_identifying(self) -> bool {
        self.row().3
    }

    pub(crate) fn is_name(self) -> bool {
        matches!(self, Compare::Name | Compare::Person)
    }

    fn row(self) -> &'static (Compare, &'static str, f64, bool) {
        // The table holds every variant; a test walks it.
        COMPARISONS.iter().find(|(compare, ..)| *compare == self).unwrap_or(&COMPARISONS[0])
    }
}

/// How much one key counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// How its values are compared.
    pub compare: Compare,
    /// How much an agreement counts; 0 to 1000.
    pub weight: f64,
    /// How much a difference counts, as a share of the weight; 0 to 1000.
    pub against: f64,
}

/// What values are read with, from outside.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Makes a small letter of one that is not ASCII.
    pub fold: fn(char) -> char,
    /// The day that a text says, as a number above 0.
    pub day: fn(&str) -> Option<u64>,
}
