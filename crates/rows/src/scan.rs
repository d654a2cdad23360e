//! Scanner: strict JSON, token after token, without recursion and without copies.

/// How deep a value may nest; deeper text is left to others.
const DEPTH_MAX: u32 = 60;
/// Digits that a number of 64 bits surely holds.
const DIGITS_MAX: usize = 18;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    /// A text without escapes.
    Text(&'t str),
    /// A whole number from 0, of at most 18 digits.
    Whole(u64),
    /// A number with a sign or a fraction, of at most 18 digits.
    Number,
    /// `true`.
    True,
    /// `false`.
    False,
    /// `null`.
    Null,
    /// A list or an object.
    Nested,
    /// A text with escapes or a long number: perhaps not even JSON.
    Unusual,
}

/// Reads a text. Answers are `None` where it is not strict JSON.
#[derive(Clone, Debug)]
pub struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The next byte.
    pub at: usize,
}

impl<'t> Scanner<'t> {
    /// From the beginning of a text.
    #[must_use]
    pub fn new(text: &'t str) -> Scanner<'t> {
        Scanner { text, bytes: text.as_bytes(), at: 0 }
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

    /// Passes one byte, which must be this one, and the white space before it.
    pub fn pass(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
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

    /// Passes a text and the colon behind it.
    pub fn key(&mut self) -> Option<Token<'t>> {
        self.pass(b'"')?;
        let key = self.text()?;
        self.pass(b':')?;
        Some(key)
    }

    fn scalar(&mut self) -> Option<Token<'t>> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.text()
            }
            b't' => self.word(b"true", Token::True),
            b'f' => self.word(b"false", Token::False),
            b'n' => self.word(b"null", Token::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &[u8], token: Token<'t>) -> Option<Token<'t>> {
        self.goes_on(word).then_some(token)
    }

    /// The rest of a text, whose opening quote is passed.
    fn text(&mut self) -> Option<Token<'t>> {
        let start = self.at;
        let mut is_plain = true;
        loop {
            self.at += plain_length(self.bytes.get(self.at..)?);
            match self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    self.at += 2;
                }
                // A control character must be escaped.
                _ => return None,
            }
        }
        let text = self.text.get(start..self.at)?;
        self.at += 1;
        Some(if is_plain { Token::Text(text) } else { Token::Unusual })
    }

    fn number(&mut self) -> Option<Token<'t>> {
        let start = self.at;
        let is_negative = self.goes_on(b"-");
        let first = self.at;
        let mut whole = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(self.at) {
            whole = whole.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let digits = self.at - first;
        if digits == 0 || (digits > 1 && self.bytes[first] == b'0') {
            return None;
        }
        let is_fraction = self.goes_on(b".");
        if is_fraction {
            let first = self.at;
            while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                self.at += 1;
            }
            if self.at == first {
                return None;
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            while self.bytes.get(self.at).is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'e' | b'E' | b'+' | b'-')) {
                self.at += 1;
            }
            return Some(Token::Unusual);
        }
        if self.at - start > DIGITS_MAX {
            return Some(Token::Unusual);
        }
        Some(if is_negative || is_fraction { Token::Number } else { Token::Whole(whole) })
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
            ("1e5", Token::Unusual),
            ("1234567890123456789", Token::Unusual),
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
                None => prop_assert!(read.is_err()),
            }
        }

        #[test]
        fn the_end_of_a_text_is_found(text in "[ -~äöü\u{0}-\u{1f}]{0,40}") {
            let expected = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(text.len());
            prop_assert_eq!(plain_length(text.as_bytes()), expected);
        }
    }
}
