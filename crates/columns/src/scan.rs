//! Scanner: strict JSON, token after token, without recursion and without a tree of values.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Cell, number};

/// How deep a value may nest; deeper text is left to others.
const DEPTH_MAX: u32 = 60;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    /// A text without escapes.
    Text(&'t str),
    /// A whole number from 0.
    Whole(u64),
    /// A number with a sign, a fraction or an exponent.
    Number,
    /// `true`.
    True,
    /// `false`.
    False,
    /// `null`.
    Null,
    /// A list or an object.
    Nested,
    /// A text with escapes, or a list or an object that holds one: perhaps not even JSON.
    Unusual,
}

/// Reads a text. Answers are `None` where it is not strict JSON, or has a number that neither `i64` nor a float holds.
#[derive(Clone, Debug)]
pub struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The next byte.
    pub at: usize,
}

/// Where the rows of a text stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The text is their list.
    Whole,
    /// Their list is a member of the object that the text is.
    Member,
}

impl<'t> Scanner<'t> {
    /// From the beginning of a text.
    #[must_use]
    pub fn new(text: &'t str) -> Scanner<'t> {
        Scanner { text, bytes: text.as_bytes(), at: 0 }
    }

    /// Goes through a text that is one list, or an object whose member `name`, in any letter case, is one. Before each
    /// element `each` is called, and passes it. `None` for any other text, where the end is bad even after the last
    /// element, and as soon as `each` answers it.
    pub fn rows(&mut self, name: &str, each: &mut dyn FnMut(&mut Self, Place) -> Option<()>) -> Option<Place> {
        let mut place = None;
        if self.peek()? == b'[' {
            self.list(&mut |scanner| each(scanner, Place::Whole))?;
            place = Some(Place::Whole);
        } else {
            self.pass(b'{')?;
            loop {
                if self.name()?.eq_ignore_ascii_case(name) {
                    if place.replace(Place::Member).is_some() {
                        return None;
                    }
                    self.list(&mut |scanner| each(scanner, Place::Member))?;
                } else {
                    self.skip()?;
                }
                if !self.take(b',') {
                    break;
                }
            }
            self.pass(b'}')?;
        }
        place.filter(|_| self.is_done())
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.pass(b'[')?;
        if self.take(b']') {
            return Some(());
        }
        loop {
            each(self)?;
            if !self.take(b',') {
                return self.pass(b']');
            }
        }
    }

    /// The next byte that is not white space, which stays the next.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// Whether nothing but white space is left.
    pub fn is_done(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Passes one byte if it comes next, and the white space before it.
    pub fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Passes one byte, which must be this one, and the white space before it.
    pub fn pass(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    /// Whether the text goes on so; then it is passed.
    pub fn goes_on(&mut self, with: &[u8]) -> bool {
        let is_so = self.bytes.get(self.at..self.at + with.len()) == Some(with);
        if is_so {
            self.at += with.len();
        }
        is_so
    }

    /// Passes a value.
    pub fn value(&mut self) -> Option<Token<'t>> {
        match self.peek()? {
            b'{' | b'[' => self.nested(),
            _ => self.scalar(),
        }
    }

    /// Passes a value, and answers its text.
    pub fn skip(&mut self) -> Option<&'t str> {
        self.peek()?;
        let start = self.at;
        let token = self.value()?;
        let text = self.text.get(start..self.at)?;
        (token != Token::Unusual || is_json(text)).then_some(text)
    }

    /// Passes a value and answers it. A text with escapes is put into `room`.
    pub fn cell<'r>(&mut self, room: &'r mut String) -> Option<Cell<'r>>
    where
        't: 'r,
    {
        Some(match self.peek()? {
            b'"' => Cell::Text(match self.quoted()? {
                (text, true) => text,
                (text, false) => {
                    *room = unescape(text)?;
                    room
                }
            }),
            b'{' | b'[' => Cell::Json(self.skip()?),
            b't' => self.word(b"true", Cell::Bool(true))?,
            b'f' => self.word(b"false", Cell::Bool(false))?,
            b'n' => self.word(b"null", Cell::Null)?,
            _ => self.number()?,
        })
    }

    /// Passes the name of a member and the colon behind it.
    pub fn key(&mut self) -> Option<Token<'t>> {
        self.peek()?;
        let key = self.quoted()?;
        self.pass(b':')?;
        Some(to_token(key))
    }

    /// The same, with escapes resolved.
    pub fn name(&mut self) -> Option<Cow<'t, str>> {
        self.peek()?;
        let (name, is_plain) = self.quoted()?;
        self.pass(b':')?;
        if is_plain { Some(Cow::Borrowed(name)) } else { unescape(name).map(Cow::Owned) }
    }

    fn scalar(&mut self) -> Option<Token<'t>> {
        match self.peek()? {
            b'"' => self.quoted().map(to_token),
            b't' => self.word(b"true", Token::True),
            b'f' => self.word(b"false", Token::False),
            b'n' => self.word(b"null", Token::Null),
            _ => Some(match self.number()? {
                Cell::Int(number) => u64::try_from(number).map_or(Token::Number, Token::Whole),
                _ => Token::Number,
            }),
        }
    }

    fn word<T>(&mut self, word: &[u8], meaning: T) -> Option<T> {
        self.goes_on(word).then_some(meaning)
    }

    fn number(&mut self) -> Option<Cell<'static>> {
        let (number, length) = number::read(self.text.get(self.at..)?)?;
        self.at += length;
        Some(number)
    }

    /// What stands between quotes, and whether it has no escapes.
    fn quoted(&mut self) -> Option<(&'t str, bool)> {
        if self.bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        let (mut at, mut is_plain) = (start, true);
        loop {
            at += plain_length(self.bytes.get(at..)?);
            match self.bytes.get(at)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    at += 2;
                }
                // A control character must be escaped.
                _ => return None,
            }
        }
        self.at = at + 1;
        Some((self.text.get(start..at)?, is_plain))
    }

    /// A list or an object. Which of the two each level is, is kept in the bits of a number.
    fn nested(&mut self) -> Option<Token<'t>> {
        let (mut objects, mut depth) = (0_u64, 0_u32);
        let mut token = Token::Nested;
        loop {
            let mut is_open = false;
            match self.peek()? {
                opening @ (b'{' | b'[') => {
                    self.at += 1;
                    depth += 1;
                    if depth > DEPTH_MAX {
                        return None;
                    }
                    objects = objects << 1 | u64::from(opening == b'{');
                    is_open = !matches!(self.peek()?, b'}' | b']');
                }
                _ => {
                    if self.scalar()? == Token::Unusual {
                        token = Token::Unusual;
                    }
                }
            }
            while !is_open {
                match (self.peek()?, objects & 1) {
                    (b',', _) => {
                        self.at += 1;
                        is_open = true;
                    }
                    (b'}', 1) | (b']', 0) => {
                        self.at += 1;
                        depth -= 1;
                        objects >>= 1;
                        if depth == 0 {
                            return Some(token);
                        }
                    }
                    _ => return None,
                }
            }
            if objects & 1 == 1 && self.key()? == Token::Unusual {
                token = Token::Unusual;
            }
        }
    }
}

fn to_token((text, is_plain): (&str, bool)) -> Token<'_> {
    if is_plain { Token::Text(text) } else { Token::Unusual }
}

/// A text without its escapes. It is read as any value: to expect a kind brings along, into a download, how all other
/// kinds are printed in a refusal.
fn unescape(text: &str) -> Option<String> {
    match ["\"", text, "\""].concat().parse().ok()? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn is_json(text: &str) -> bool {
    text.parse::<Value>().is_ok()
}

/// How many bytes come before a quote, a backslash, a control character or the end; eight at a time.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let found =
            (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | (word.wrapping_sub(ONES * 0x20) & !word)) & HIGH;
        if found != 0 {
            // The lowest mark is right; those above it may come of a carry.
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..=0x1f);
    at + bytes[at..].iter().take_while(is_plain).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// What the scanner says of a whole text.
    fn scan(text: &str) -> Option<Token<'_>> {
        let mut scanner = Scanner::new(text);
        let token = scanner.value()?;
        scanner.peek().is_none().then_some(token)
    }

    #[test]
    fn values_of_each_sort() {
        for (text, token) in [
            ("\"a b\"", Token::Text("a b")),
            (" \"ä\" ", Token::Text("ä")),
            ("\"123456781234567\\n\"", Token::Unusual),
            ("0", Token::Whole(0)),
            ("174", Token::Whole(174)),
            ("-1", Token::Number),
            ("1.50", Token::Number),
            ("1e5", Token::Number),
            ("1234567890123456789", Token::Whole(1_234_567_890_123_456_789)),
            ("null", Token::Null),
            ("[ ]", Token::Nested),
            ("{\"a\":[1,{\"b\":null},[]], \"c\" : true}", Token::Nested),
            ("[\"\\u0041\"]", Token::Unusual),
        ] {
            assert_eq!(scan(text), Some(token), "{text}");
        }
        for text in [
            "",
            "01",
            "-",
            "1.",
            "nul",
            "[1,]",
            "{\"a\"}",
            "[}",
            "{\"a\":1]",
            "{1:2}",
            "\"a\nb\"",
            "\"a",
            "[1 2]",
            ".5",
            "+1",
            "12345678901234567890",
        ] {
            assert_eq!(scan(text), None, "{text}");
        }
        assert_eq!(scan(&"[".repeat(1_000_000)), None);
        assert_eq!(scan("\"\\"), None, "the end is escaped");
    }

    /// Texts that are JSON, or nearly.
    fn nearly_json() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "a", "\"a\"", "1", "0", "-", ".", "e", "null", "true", " ", "\n",
            "ä", "\"b\":", "\u{1}", "12345678",
        ]);
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn what_is_passed_is_json(text in nearly_json()) {
            let read = serde_json::from_str::<Value>(&text);
            match scan(&text) {
                Some(Token::Unusual) => {}
                Some(token) => {
                    let is_same = match (token, read.expect("strict JSON")) {
                        (Token::Text(text), Value::String(read)) => text == read,
                        (Token::Whole(number), Value::Number(read)) => read.as_u64() == Some(number),
                        (Token::Number, Value::Number(_)) => true,
                        (token, Value::Bool(read)) => token == if read { Token::True } else { Token::False },
                        (Token::Null, Value::Null) => true,
                        (token, Value::Array(_) | Value::Object(_)) => token == Token::Nested,
                        _ => false,
                    };
                    prop_assert!(is_same, "{token:?}");
                }
                // A number between those of `i64` and `u64` is for others to read.
                None => prop_assert!(read.is_err() || text.contains("1234567812345678")),
            }
        }

        #[test]
        fn a_cell_is_the_value(text in nearly_json()) {
            let (mut scanner, mut room) = (Scanner::new(&text), String::new());
            let cell = scanner.cell(&mut room).map(|cell| match cell {
                Cell::Null => Value::Null,
                Cell::Bool(value) => value.into(),
                Cell::Int(value) => value.into(),
                Cell::Float(value) => value.into(),
                Cell::Text(value) => value.into(),
                Cell::Json(text) => serde_json::from_str(text).expect("JSON"),
            });
            let rest = scanner.at;
            if let Some(cell) = cell {
                prop_assert_eq!(&text[..rest].parse::<Value>().expect("JSON"), &cell);
            } else {
                prop_assert!(text.parse::<Value>().is_err() || text.contains("1234567812345678"));
            }
        }

        #[test]
        fn the_end_of_a_text_is_found(text in "[ -~äöü\u{0}-\u{1f}]{0,40}") {
            let expected = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(text.len());
            prop_assert_eq!(plain_length(text.as_bytes()), expected);
        }
    }
}
