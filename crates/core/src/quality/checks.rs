//! Checks: what a filter cannot say of a text, by name.

use serde::{Serialize, Serializer};

use crate::text::fold;
use crate::validate::{is_email, is_phone, is_web_address};

/// A check that a rule can name. Those of texts pass what is empty: that something is missing is said by a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Capitals only, longer than an abbreviation.
    Shouting,
    /// Words that people type to try something.
    TestData,
    /// Spaces at the start or end, doubled ones, line breaks.
    Spaces,
    /// A legal form at the end that is not spelled as usual: `GMBH`.
    LegalForm,
    /// No phone number.
    MalformedPhone,
    /// No e-mail address.
    MalformedEmail,
    /// No web address.
    MalformedWeb,
    /// No postal code of any country.
    MalformedPostcode,
    /// A picklist value that the instance has made inactive. Without fields: all picklists.
    InactiveValue,
    /// Nothing, though metadata calls the field required. Without fields: the user-defined ones.
    EmptyRequired,
}

impl Check {
    /// All of them.
    pub const ALL: [Check; 10] = [
        Check::Shouting,
        Check::TestData,
        Check::Spaces,
        Check::LegalForm,
        Check::MalformedPhone,
        Check::MalformedEmail,
        Check::MalformedWeb,
        Check::MalformedPostcode,
        Check::InactiveValue,
        Check::EmptyRequired,
    ];

    /// The name in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Shouting => "shouting",
            Check::TestData => "testData",
            Check::Spaces => "spaces",
            Check::LegalForm => "legalForm",
            Check::MalformedPhone => "malformedPhone",
            Check::MalformedEmail => "malformedEmail",
            Check::MalformedWeb => "malformedWeb",
            Check::MalformedPostcode => "malformedPostcode",
            Check::InactiveValue => "inactiveValue",
            Check::EmptyRequired => "emptyRequired",
        }
    }

    /// The check of this name, as it is written.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Check> {
        Check::ALL.into_iter().find(|check| check.as_str() == name)
    }

    /// Whether it looks at texts, so that a rule has to say of which fields.
    #[must_use]
    pub fn is_of_text(self) -> bool {
        !matches!(self, Check::InactiveValue | Check::EmptyRequired)
    }

    /// Whether a text fails. The checks that are not of texts fail nothing here.
    #[must_use]
    pub fn fails(self, text: &str) -> bool {
        if text.trim().is_empty() {
            return self == Check::Spaces && !text.is_empty();
        }
        match self {
            Check::Shouting => is_shouting(text),
            Check::TestData => is_test_data(text),
            Check::Spaces => has_odd_spaces(text),
            Check::LegalForm => has_odd_legal_form(text),
            Check::MalformedPhone => !is_phone(text),
            Check::MalformedEmail => !is_email(text.trim()),
            Check::MalformedWeb => !is_web_address(text.trim()),
            Check::MalformedPostcode => !is_postcode(text),
            Check::InactiveValue | Check::EmptyRequired => false,
        }
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Legal forms, folded and without dots, with their usual spellings.
const LEGAL_FORMS: [(&str, &[&str]); 21] = [
    ("ag", &["AG"]),
    ("bv", &["BV", "B.V."]),
    ("co", &["Co", "Co."]),
    ("company", &["Company"]),
    ("corp", &["Corp", "Corp."]),
    ("corporation", &["Corporation"]),
    ("gmbh", &["GmbH"]),
    ("inc", &["Inc", "Inc."]),
    ("incorporated", &["Incorporated"]),
    ("kg", &["KG"]),
    ("limited", &["Limited"]),
    ("llc", &["LLC", "L.L.C."]),
    ("llp", &["LLP", "L.L.P."]),
    ("ltd", &["Ltd", "Ltd."]),
    ("nv", &["NV", "N.V."]),
    ("ohg", &["OHG", "oHG"]),
    ("plc", &["PLC", "Plc", "plc"]),
    ("pty", &["Pty", "Pty."]),
    ("sa", &["SA", "S.A."]),
    ("sarl", &["SARL", "Sarl", "S.A.R.L.", "S.a.r.l."]),
    ("ug", &["UG"]),
];

fn legal_form(word: &str) -> Option<&'static [&'static str]> {
    let plain: String = fold(word).chars().filter(|c| *c != '.').collect();
    LEGAL_FORMS.iter().find(|(form, _)| *form == plain).map(|(_, spellings)| *spellings)
}

/// The last word, if there is one before it and it is a legal form in another spelling than the usual ones.
fn has_odd_legal_form(name: &str) -> bool {
    if is_shouting(name) {
        // Then that is what is wrong.
        return false;
    }
    let mut words = name.split([' ', ',']).filter(|word| !word.is_empty());
    let Some(last) = words.next_back().filter(|_| words.next().is_some()) else { return false };
    legal_form(last).is_some_and(|spellings| !spellings.contains(&last))
}

/// No lower-case letter, and more capitals than an abbreviation has: six over several words, or seven in one. Legal
/// forms, which are abbreviations, do not count.
fn is_shouting(text: &str) -> bool {
    let (mut words, mut capitals) = (0, 0);
    for word in text.split(|c: char| c.is_whitespace() || ",/&".contains(c)).filter(|word| legal_form(word).is_none()) {
        if word.chars().any(char::is_lowercase) {
            return false;
        }
        let here = word.chars().filter(|c| c.is_uppercase()).count();
        capitals += here;
        words += usize::from(here > 1);
    }
    capitals >= if words > 1 { 6 } else { 7 }
}

/// Words that people type to try something; alone or among [`FILLERS`] they are all a name consists of.
const TEST_WORDS: [&str; 12] =
    ["test", "testing", "tests", "dummy", "demo", "fake", "foo", "example", "tbd", "tmp", "unknown", "placeholder"];
const FILLERS: [&str; 18] = [
    "a", "account", "client", "company", "contact", "customer", "data", "first", "for", "last", "location", "my",
    "name", "new", "person", "record", "site", "user",
];
/// With these in it nothing is meant to stay, whatever else the name says.
const REMARKS: [&str; 6] = ["do not use", "don t use", "dont use", "delete me", "to be deleted", "please delete"];

fn is_test_data(text: &str) -> bool {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_typed = |word: &&str| {
        word.starts_with("asdf") || word.starts_with("qwert") || (word.len() > 2 && word.chars().all(|c| c == 'x'))
    };
    let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    // `test2` is `test`.
    let stem = |word: &'_ str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let is_test = |word: &str| TEST_WORDS.contains(&stem(word).as_str());
    let is_filler = |word: &str| is_number(word) || FILLERS.contains(&word) || legal_form(word).is_some();
    words.iter().any(is_typed)
        || (words.iter().any(|word| is_test(word)) && words.iter().all(|word| is_test(word) || is_filler(word)))
        || REMARKS.iter().any(|remark| words.join(" ").contains(remark))
}

fn has_odd_spaces(text: &str) -> bool {
    text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace)
        || text.contains("  ")
        || text.chars().any(char::is_control)
}

/// Three to ten letters, digits, spaces and hyphens with a digit among them, and not only zeros or nines. What the
/// country's own codes look like is not known here.
fn is_postcode(text: &str) -> bool {
    let text = text.trim();
    let plain: Vec<char> = text.chars().filter(|c| !" -".contains(*c)).collect();
    (3..=10).contains(&plain.len())
        && text.chars().all(|c| c.is_alphanumeric() || " -".contains(c))
        && plain.iter().any(char::is_ascii_digit)
        && !plain.iter().all(|c| *c == '0')
        && !plain.iter().all(|c| *c == '9')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(check: Check, failing: &[&str], passing: &[&str]) {
        for text in failing {
            assert!(check.fails(text), "{} lets `{text}` pass", check.as_str());
        }
        for text in passing {
            assert!(!check.fails(text), "{} fails `{text}`", check.as_str());
        }
    }

    #[test]
    fn each_check_fails_what_it_is_for_and_nothing_that_is_near() {
        check(
            Check::Shouting,
            &["ACME SUPPLIES INC", "OAK LABS LLC", "SIEMENS", "MÜLLER & SÖHNE"],
            &["IBM", "IBM UK LTD", "3M", "Acme Supplies INC", "UNESCO", "北浜システム", ""],
        );
        check(
            Check::TestData,
            &["Test", "TEST COMPANY 2", "test2", "asdfgh", "xxx", "Old Bakery - DO NOT USE", "Dummy Account, Inc."],
            &["Test Equipment Inc.", "Crash Test Labs", "Testa", "Exxxtreme Sports", "Attest Ltd", "2000"],
        );
        check(Check::Spaces, &[" Acme", "Acme ", "Acme  Inc.", "Acme\nInc.", "   "], &["Acme Inc.", ""]);
        check(
            Check::LegalForm,
            &["Acme GMBH", "Acme inc.", "Acme, LTD", "Acme llc", "Rosenthal & Co. Kg"],
            &["Acme GmbH", "Acme, Inc.", "Acme L.L.C.", "ACME SUPPLIES GMBH", "Limited", "Inca Ltd", "Santa Co."],
        );
        check(
            Check::MalformedPhone,
            &["n/a", "call Maria", "12", "518-555-01OO"],
            &["(518) 555-0100", "+49 30 1234567 ext. 12", "", "  "],
        );
        check(
            Check::MalformedEmail,
            &["ann@", "ann at acme.com", "ann@acme", "a@b@c.de"],
            &["ann@acme.com", " ann@acme.com "],
        );
        check(
            Check::MalformedWeb,
            &["under construction", "acme", "ftp://acme.com", "https://"],
            &["acme.com", "https://www.acme.com/de?x=1", "http://acme.example:8080"],
        );
        check(
            Check::MalformedPostcode,
            &["00000", "n/a", "?", "99999", "unknown", "12", "12180 Troy NY USA"],
            &["12180", "12180-1234", "SW1A 1AA", "K1A 0B1", "D02 AF30", "1010", "12345"],
        );
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for check in Check::ALL {
            assert_eq!(Check::from_name(check.as_str()), Some(check));
        }
        assert_eq!(Check::from_name("Shouting"), None);
    }
}
