//! Query: what was typed, as words, and each word as it stands in texts, in phone numbers and in web addresses.

use crate::fold::Folded;
use crate::kind::{Kind, web_part};

/// Most characters of a query that count. Nobody types more; a text that was pasted by mistake costs nothing.
pub const QUERY_CHARS_MAX: usize = 200;

/// Digits that a number must have at least to be looked for in phone numbers: fewer are in nearly every one.
const PHONE_DIGITS_MIN: usize = 3;

/// What was typed, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The words; each has to be found somewhere in the row.
    pub(crate) words: Vec<Word>,
    /// All words as one, where there are several.
    pub(crate) whole: Option<Word>,
    /// Whether all of it may be one phone number: `(555) 010-99`.
    pub(crate) is_phone: bool,
}

/// A word as it stands in each kind of field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Folded, for names and all the rest.
    pub(crate) text: Vec<u8>,
    /// Its digits, if it can be part of a phone number; empty where not.
    pub(crate) digits: Vec<u8>,
    /// Without scheme and `www.`.
    pub(crate) web: Vec<u8>,
}

impl Query {
    /// Reads what was typed; only the first 200 characters count.
    #[must_use]
    pub fn of(text: &str) -> Query {
        let start = text.trim_start();
        let end = start.char_indices().nth(QUERY_CHARS_MAX).map_or(start.len(), |(at, _)| at);
        let folded = Folded::of(&start[..end]).bytes;
        let mut words: Vec<Word> = Vec::new();
        for part in folded.split(|byte| *byte == b' ') {
            let bare = trim(part);
            // Only punctuation is a word of its own: `&`, `,`.
            let word = Word::of(if bare.is_empty() { part } else { bare });
            if !word.text.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
        let whole = (words.len() > 1).then(|| Word::of(&folded));
        let is_phone = whole.as_ref().is_some_and(|whole| !whole.digits.is_empty());
        Query { words, whole, is_phone }
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

impl Word {
    fn of(text: &[u8]) -> Word {
        let is_number = text.iter().all(|byte| byte.is_ascii_digit() || b" ()+-./".contains(byte));
        let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_digit).collect();
        let is_phone = is_number && digits.len() >= PHONE_DIGITS_MIN;
        let web = text[web_part(text)].to_vec();
        Word {
            web: if web.is_empty() { text.to_vec() } else { web },
            digits: if is_phone { digits } else { Vec::new() },
            text: text.to_vec(),
        }
    }

    /// What to look for in fields of this kind; `None` where the word cannot be there.
    pub(crate) fn form(&self, kind: Kind) -> Option<&[u8]> {
        match kind {
            Kind::Phone => Some(self.digits.as_slice()).filter(|digits| !digits.is_empty()),
            Kind::Web => Some(&self.web),
            Kind::Name | Kind::Number | Kind::Email | Kind::City => Some(&self.text),
        }
    }

    /// Whether it may be mistyped: letters only, since another digit is another number.
    pub(crate) fn may_be_mistyped(&self) -> bool {
        !self.text.iter().any(u8::is_ascii_digit)
    }
}

/// Without the punctuation of lists around it: `Lindqvist,`, `"Acme"`.
fn trim(mut part: &[u8]) -> &[u8] {
    while let [b',' | b';' | b'"', rest @ ..] | [rest @ .., b',' | b';' | b'"'] = part {
        part = rest;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Query::of(text).words.into_iter().map(|word| String::from_utf8(word.text).expect("UTF-8")).collect()
    }

    #[test]
    fn words_are_folded_and_come_once() {
        assert_eq!(words("  Müller,  \"Söhne\" & müller "), ["muller", "sohne", "&"]);
        assert_eq!(words(",; ,"), [",;", ","]);
        assert!(Query::of(" \t\u{301}").is_empty());
        assert!(Query::of("").is_empty());
    }

    #[test]
    fn a_number_is_looked_for_without_its_punctuation() {
        let query = Query::of("(555) 010-99");
        assert!(query.is_phone);
        assert_eq!(query.whole.expect("two words").digits, b"55501099");
        assert_eq!(query.words[0].digits, b"555");
        assert!(query.words[0].form(Kind::Name).is_some_and(|form| form == b"(555)"));
        assert_eq!(Query::of("12").words[0].form(Kind::Phone), None, "too few digits");
        assert_eq!(Query::of("B12345").words[0].form(Kind::Phone), None);
        assert!(!Query::of("555 acme").is_phone);
    }

    #[test]
    fn a_pasted_address_is_its_host() {
        let query = Query::of("https://www.Acme.com/");
        assert_eq!(query.words[0].form(Kind::Web), Some(&b"acme.com"[..]));
        assert_eq!(query.words[0].form(Kind::Email), Some(&b"https://www.acme.com/"[..]));
        assert_eq!(Query::of("www.").words[0].form(Kind::Web), Some(&b"www."[..]), "there is nothing else");
    }

    #[test]
    fn a_long_query_is_cut() {
        let word = &Query::of(&"x".repeat(10_000_000)).words[0];
        assert_eq!(word.text.len(), QUERY_CHARS_MAX);
        assert_eq!(words(&format!("{}a", " ".repeat(10_000_000))), ["a"]);
    }
}
