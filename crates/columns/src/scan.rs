//! Scanner: reads the JSON of rows without making a tree of it. It knows strict JSON only, and gives up on the rest.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Cell, number};

/// How deep a value may nest; rows themselves stand three levels deep in an answer.
const DEPTH_MAX: usize = 72;

/// The place in a JSON text.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Whether the rows stand in a member of an object.
    is_member: bool,
}

impl<'a> Scanner<'a> {
    /// At the start of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0, is_member: false }
    }

    /// Where it is, in bytes.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Steps into an array, or into the array that is the member `items` of an object; members before it are passed
    /// over. False where it stands before anything else.
    pub fn open(&mut self, items: &str) -> bool {
        self.space();
        if self.take(b'[') {
            return true;
        }
        self.is_member = true;
        if !self.take(b'{') {
            return false;
        }
        loop {
            let Some(key) = self.key() else { return false };
            if key.eq_ignore_ascii_case(items) {
                return self.take(b'[');
            }
            // A lone row is one object; its members are no place to look for rows.
            if !key.eq_ignore_ascii_case("pageDetails") || self.skip().is_none() || !self.comma() {
                return false;
            }
        }
    }

    /// Whether the array ends here, and with it the text: what stands behind it is read, too.
    pub fn close(&mut self) -> bool {
        if !self.take(b']') {
            return false;
        }
        if self.is_member {
            loop {
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') || self.key().is_none() || self.skip().is_none() {
                    return false;
                }
            }
        }
        self.space();
        self.at == self.text.len()
    }

    /// Whether nothing but space is left.
    pub fn is_done(&mut self) -> bool {
        self.space();
        self.at == self.text.len()
    }

    /// The next byte that is no space.
    pub fn peek(&mut self) -> Option<u8> {
        self.space();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes this byte if it comes next; space before it is passed over.
    pub fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes a comma behind which something stands.
    pub fn comma(&mut self) -> bool {
        self.take(b',') && !matches!(self.peek(), None | Some(b']' | b'}' | b','))
    }

    /// Takes these bytes if they come next, exactly.
    pub(crate) fn take_all(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.text.as_bytes()[self.at..].starts_with(bytes);
        if is_next {
            self.at += bytes.len();
        }
        is_next
    }

    /// A member's name and its colon.
    pub(crate) fn key(&mut self) -> Option<Cow<'a, str>> {
        self.space();
        let key = self.string()?;
        self.take(b':').then_some(key)
    }

    /// Goes back.
    pub(crate) fn rewind(&mut self, at: usize) {
        self.at = at;
    }

    /// Passes over a value, and answers its text if that is JSON.
    pub fn skip(&mut self) -> Option<&'a str> {
        self.space();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string_end()?;
                }
                b'[' | b'{' => {
                    depth += 1;
                    self.at += 1;
                    if depth > DEPTH_MAX {
                        return None;
                    }
                }
                b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                _ => {
                    let rest = &self.text.as_bytes()[self.at..];
                    let length = rest.iter().position(|byte| b",:]}[{\" \t\r\n".contains(byte)).unwrap_or(rest.len());
                    self.at += length.max(1);
                }
            }
            if depth == 0 {
                break;
            }
        }
        let text = self.text.get(start..self.at)?;
        is_json(text).then_some(text)
    }

    /// A value. Texts with escapes are put into `room`. `None` where there is none, or one that no [`Cell`] holds.
    pub(crate) fn cell<'r>(&mut self, room: &'r mut String) -> Option<Cell<'r>>
    where
        'a: 'r,
    {
        self.space();
        let rest = self.text.get(self.at..)?;
        match rest.as_bytes().first()? {
            b'"' => Some(Cell::Text(match self.string()? {
                Cow::Borrowed(text) => text,
                Cow::Owned(text) => {
                    *room = text;
                    room
                }
            })),
            b'0'..=b'9' | b'-' => {
                let (cell, length) = number::read(rest)?;
                self.at += length;
                Some(cell)
            }
            b'n' if self.take_all(b"null") => Some(Cell::Null),
            b't' if self.take_all(b"true") => Some(Cell::Bool(true)),
            b'f' if self.take_all(b"false") => Some(Cell::Bool(false)),
            b'[' | b'{' => self.skip().map(Cell::Json),
            _ => None,
        }
    }

    /// A string in quotes, at this very place.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        let is_plain = self.string_end()?;
        let quoted = self.text.get(start..self.at)?;
        if is_plain {
            return quoted.get(1..quoted.len() - 1).map(Cow::Borrowed);
        }
        match serde_json::from_str(quoted).ok()? {
            Value::String(text) => Some(Cow::Owned(text)),
            _ => None,
        }
    }

    /// Passes over a string in quotes; whether it has no escapes.
    fn string_end(&mut self) -> Option<bool> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        let mut at = self.at + 1;
        let mut is_plain = true;
        loop {
            // Eight at a time: whether one is a quote, a backslash or a control character.
            while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
                if has_special(u64::from_le_bytes(*eight)) {
                    break;
                }
                at += 8;
            }
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    at += 2;
                }
                0..=0x1f => return None,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        Some(is_plain)
    }

    fn space(&mut self) {
        while matches!(self.text.as_bytes().get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }
}

/// Whether a text is JSON. It is read as any value, which it may become again: to expect a kind brings along, into a
/// download, how all other kinds are printed in a refusal.
fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

/// Whether one of eight bytes is a quote, a backslash or below a space. May say yes too often, never too seldom.
fn has_special(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * 0x22));
    let backslash = zero(word ^ (ONES * 0x5c));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGH != 0
}
