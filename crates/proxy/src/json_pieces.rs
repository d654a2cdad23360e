//! JsonPieces: an answer that comes in pieces, checked to be one JSON object while it goes on, of which one member of the
//! outermost object is changed.
//!
//! What is kept is where in the grammar the last piece ended, and the member that is changed. The rules are those of
//! [`rewrite`](crate::rewrite), which reads the answers that are held whole; a test compares the two.

use bytes::{Bytes, BytesMut};

/// How deep it may be nested; Autotask's answers have six levels at most.
const DEPTH_MAX: usize = 1_000;
/// Most bytes of the member that is changed: two page addresses, each with a cursor and a search.
const HELD_BYTES_MAX: usize = 64 * 1024;
/// Most bytes of a name that can be the member's, each letter written as an escape.
const NAME_BYTES_MAX: usize = 128;

/// What is wrong, in words that name nothing of it.
type Wrong = &'static str;

const NOT_JSON: Wrong = "it is not JSON";
const UNREADABLE: Wrong = "its page details cannot be read";

/// What becomes of the member: the object as it came, and what goes on in its place.
pub(crate) type Change = Box<dyn Fn(&[u8]) -> Result<String, Wrong> + Send>;

/// Where in the grammar the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// A value.
    Value,
    /// A value or the end of an array.
    FirstItem,
    /// A name or the end of an object.
    FirstName,
    /// A name.
    Name,
    Colon,
    /// A comma or an end.
    After,
    Text,
    Escape,
    /// So many digits of an escape are to come.
    Hex(u8),
    /// So many bytes of a character are to come, the next one between these two.
    Character(u8, u8, u8),
    /// The rest of `true`, `false` or `null`.
    Word(&'static [u8]),
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
}

/// An answer of which not all has come.
pub(crate) struct JsonPieces {
    at: At,
    /// Whether the text that is read is a name.
    is_name: bool,
    /// What is open, the outermost first: an object or an array.
    open: Vec<bool>,
    /// The name of the last member of the outermost object, as it was written; too long when it is full.
    name: Vec<u8>,
    /// Which member is changed, and into what.
    changed: Option<(&'static str, Change)>,
    /// The member that is changed, as far as it has come.
    held: Option<Vec<u8>>,
    is_begun: bool,
}

impl JsonPieces {
    /// Nothing has come; `changed` names the member, in any letter case.
    pub(crate) fn new(changed: Option<(&'static str, Change)>) -> JsonPieces {
        JsonPieces {
            at: At::Value,
            is_name: false,
            open: Vec::new(),
            name: Vec::new(),
            changed,
            held: None,
            is_begun: false,
        }
    }

    /// Takes the next piece and gives what goes on.
    ///
    /// # Errors
    ///
    /// What is wrong: nothing of this piece goes on.
    pub(crate) fn push(&mut self, piece: Bytes) -> Result<Bytes, Wrong> {
        let piece = match piece.strip_prefix(b"\xef\xbb\xbf".as_slice()) {
            Some(rest) if !self.is_begun => piece.slice_ref(rest),
            _ => piece,
        };
        self.is_begun |= !piece.is_empty();
        let mut out: Option<BytesMut> = None;
        // Where what goes on as it came begins.
        let mut from = 0;
        let mut next = 0;
        while let Some(&byte) = piece.get(next) {
            if self.at == At::Text && self.held.is_none() && !self.is_noted() {
                let plain = piece.iter().skip(next).position(|byte| !is_plain(*byte)).unwrap_or(piece.len() - next);
                if plain > 0 {
                    next += plain;
                    continue;
                }
            }
            let index = next;
            next += 1;
            let was_value = self.at == At::Value && self.open.len() == 1;
            self.step(byte)?;
            if was_value && self.at != At::Value && self.is_changed() {
                if !matches!(byte, b'{' | b'n') {
                    return Err(UNREADABLE);
                }
                out.get_or_insert_default().extend_from_slice(piece.get(from..index).unwrap_or_default());
                self.held = Some(Vec::new());
            }
            if let Some(held) = &mut self.held {
                held.push(byte);
                if held.len() > HELD_BYTES_MAX {
                    return Err(UNREADABLE);
                }
                if self.open.len() == 1 && self.at == At::After {
                    let new = match &self.changed {
                        Some((_, change)) if held.first() == Some(&b'{') => change(held)?.into_bytes(),
                        _ => std::mem::take(held),
                    };
                    out.get_or_insert_default().extend_from_slice(&new);
                    self.held = None;
                    from = index + 1;
                }
            }
        }
        match out {
            None if self.held.is_some() => Ok(Bytes::new()),
            None => Ok(piece),
            Some(mut out) => {
                if self.held.is_none() {
                    out.extend_from_slice(piece.get(from..).unwrap_or_default());
                }
                Ok(out.freeze())
            }
        }
    }

    /// Whether all of it has come.
    ///
    /// # Errors
    ///
    /// That it has not.
    pub(crate) fn end(&self) -> Result<(), Wrong> {
        match self.at == At::After && self.open.is_empty() {
            true => Ok(()),
            false => Err("only a part of it came"),
        }
    }

    /// Whether the value that begins is that of the member which is changed.
    fn is_changed(&self) -> bool {
        let Some((wanted, _)) = &self.changed else { return false };
        if self.name.len() >= NAME_BYTES_MAX {
            return false;
        }
        let name = [b"\"", self.name.as_slice(), b"\""].concat();
        serde_json::from_slice::<String>(&name).is_ok_and(|name| name.eq_ignore_ascii_case(wanted))
    }

    fn step(&mut self, byte: u8) -> Result<(), Wrong> {
        self.at = match self.at {
            At::Text => return self.text(byte),
            At::Value | At::FirstItem | At::FirstName | At::Name | At::Colon | At::After
                if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') =>
            {
                return Ok(());
            }
            At::FirstItem if byte == b']' => return self.close(false),
            At::Value | At::FirstItem => return self.value(byte),
            At::FirstName if byte == b'}' => return self.close(true),
            At::FirstName | At::Name => match byte {
                b'"' => {
                    self.is_name = true;
                    self.name.clear();
                    At::Text
                }
                _ => return Err(NOT_JSON),
            },
            At::Colon => match byte {
                b':' => At::Value,
                _ => return Err(NOT_JSON),
            },
            At::After => return self.after(byte),
            At::Escape => {
                self.note(byte);
                match byte {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => At::Text,
                    b'u' => At::Hex(4),
                    _ => return Err(NOT_JSON),
                }
            }
            At::Hex(left) => {
                self.note(byte);
                match (byte.is_ascii_hexdigit(), left) {
                    (true, 1) => At::Text,
                    (true, left) => At::Hex(left - 1),
                    (false, _) => return Err(NOT_JSON),
                }
            }
            At::Character(left, low, high) => {
                self.note(byte);
                match ((low..=high).contains(&byte), left) {
                    (true, 1) => At::Text,
                    (true, left) => At::Character(left - 1, 0x80, 0xbf),
                    (false, _) => return Err("it is not UTF-8"),
                }
            }
            At::Word(rest) => match rest.split_first() {
                Some((&next, [])) if next == byte => At::After,
                Some((&next, rest)) if next == byte => At::Word(rest),
                _ => return Err(NOT_JSON),
            },
            At::Minus => match byte {
                b'0' => At::Zero,
                b'1'..=b'9' => At::Whole,
                _ => return Err(NOT_JSON),
            },
            At::Zero | At::Whole => match byte {
                b'0'..=b'9' if self.at == At::Whole => At::Whole,
                b'.' => At::Point,
                b'e' | b'E' => At::Exponent,
                _ => return self.after(byte),
            },
            At::Point | At::Fraction => match byte {
                b'0'..=b'9' => At::Fraction,
                b'e' | b'E' if self.at == At::Fraction => At::Exponent,
                _ if self.at == At::Fraction => return self.after(byte),
                _ => return Err(NOT_JSON),
            },
            At::Exponent | At::Sign | At::Power => match byte {
                b'0'..=b'9' => At::Power,
                b'+' | b'-' if self.at == At::Exponent => At::Sign,
                _ if self.at == At::Power => return self.after(byte),
                _ => return Err(NOT_JSON),
            },
        };
        Ok(())
    }

    fn text(&mut self, byte: u8) -> Result<(), Wrong> {
        match byte {
            b'"' => {
                self.at = if self.is_name { At::Colon } else { At::After };
                self.is_name = false;
                return Ok(());
            }
            b'\\' => self.at = At::Escape,
            0x20..=0x7f => {}
            0xc2..=0xdf => self.at = At::Character(1, 0x80, 0xbf),
            0xe0 => self.at = At::Character(2, 0xa0, 0xbf),
            0xed => self.at = At::Character(2, 0x80, 0x9f),
            0xe1..=0xef => self.at = At::Character(2, 0x80, 0xbf),
            0xf0 => self.at = At::Character(3, 0x90, 0xbf),
            0xf1..=0xf3 => self.at = At::Character(3, 0x80, 0xbf),
            0xf4 => self.at = At::Character(3, 0x80, 0x8f),
            0x00..=0x1f => return Err(NOT_JSON),
            _ => return Err("it is not UTF-8"),
        }
        self.note(byte);
        Ok(())
    }

    fn value(&mut self, byte: u8) -> Result<(), Wrong> {
        self.at = match byte {
            b'{' | b'[' => {
                if self.open.len() == DEPTH_MAX {
                    return Err("it is nested too deeply");
                }
                self.open.push(byte == b'{');
                if byte == b'{' { At::FirstName } else { At::FirstItem }
            }
            // Only objects are as large as to come in pieces.
            _ if self.open.is_empty() => return Err(if byte == b'<' { "an HTML page" } else { NOT_JSON }),
            b'"' => At::Text,
            b't' => At::Word(b"rue"),
            b'f' => At::Word(b"alse"),
            b'n' => At::Word(b"ull"),
            b'-' => At::Minus,
            b'0' => At::Zero,
            b'1'..=b'9' => At::Whole,
            _ => return Err(NOT_JSON),
        };
        match self.open.first() {
            Some(false) => Err(NOT_JSON),
            _ => Ok(()),
        }
    }

    /// What follows a value.
    fn after(&mut self, byte: u8) -> Result<(), Wrong> {
        self.at = match (byte, self.open.last()) {
            (b' ' | b'\t' | b'\n' | b'\r', _) => At::After,
            (b',', Some(true)) => At::Name,
            (b',', Some(false)) => At::Value,
            (b'}', Some(true)) => return self.close(true),
            (b']', Some(false)) => return self.close(false),
            _ => return Err(NOT_JSON),
        };
        Ok(())
    }

    fn close(&mut self, is_object: bool) -> Result<(), Wrong> {
        self.at = At::After;
        match self.open.pop() {
            Some(open) if open == is_object => Ok(()),
            _ => Err(NOT_JSON),
        }
    }

    /// Whether the text that is read is a name of the outermost object.
    fn is_noted(&self) -> bool {
        self.is_name && self.open.len() == 1
    }

    /// Keeps a byte of such a name.
    fn note(&mut self, byte: u8) {
        if self.is_noted() && self.name.len() < NAME_BYTES_MAX {
            self.name.push(byte);
        }
    }
}

/// Whether a byte of a text changes nothing of where the next one stands.
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7f) && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use autotask_core::entity;
    use autotask_core::route::{Method, Page, Route};

    use super::*;
    use crate::clock::Clock;
    use crate::page_cursor::PageCursors;
    use crate::rewrite::Rewrite;
    use crate::{Mode, UpstreamUrl};

    fn rewrite() -> Rewrite {
        Rewrite {
            route: Route::Query(entity("Companies").unwrap(), Method::Post, Page::First),
            own_origin: "http://localhost:8080".to_owned(),
            upstream: Arc::new(UpstreamUrl::parse(Mode::Serve, "https://webservices18.autotask.net").unwrap()),
            // The clock stands, so that a cursor is always signed alike.
            cursors: PageCursors::new([7; 32], Clock::of(|| 1_800_000_000_000)).of("ann"),
            filter: String::new(),
        }
    }

    /// What goes on of a body that comes in pieces of so many bytes.
    fn in_pieces(body: &[u8], size: usize) -> Result<String, Wrong> {
        let mut pieces = JsonPieces::new(rewrite().into_change());
        let mut out = Vec::new();
        for piece in body.chunks(size) {
            out.extend_from_slice(&pieces.push(Bytes::copy_from_slice(piece))?);
        }
        pieces.end()?;
        Ok(String::from_utf8(out).expect("UTF-8 goes on as UTF-8"))
    }

    const NEXT: &str = "https://webservices15.autotask.net/ATServicesRest/V1.0/companies/query/next?paging=%7b%7d";

    /// Texts as they come from Autotask, and as they do not.
    fn bodies() -> Vec<String> {
        let mut bodies: Vec<String> = [
            "{}",
            r#"{"items":[{"id":1,"a":1.10,"b":-0,"c":1E+5,"d":0.5e-3,"big":12345678901234567890,"x":"\u00e4\"\\/","n":null,"t":true,"f":false}],"z":{}}"#,
            r#"{"items":[[],[[]],{"a":{"pageDetails":{"nextPageUrl":"https://evil.test/"}}},"ä€𝄞","\ud834"]}"#,
            r#"{"items":[],"pageDetails":null}"#,
            r#"{"items":[],"pageDetails":{"count":1,"prevPageUrl":"","nextPageUrl":"NEXT"},"more":[1]}"#,
            r#"{"items":[],"P\u0061geDETAILS":{"nextPageUrl":"NEXT"}}"#,
            r#"{"items":[],"pageDetails":{"nextPageUrl":"https://evil.test/ATServicesRest/V1.0/Companies/query/next?paging=1"}}"#,
            r#"{"pageDetails":{"nextPageUrl":null},"items":[],"pagedetails":{"nextPageUrl":"https://evil.test/a?b"}}"#,
            r#"{"items":[],"pageDetails":{"nextPageUrl":7}}"#,
            r#"{"items":[],"pageDetails":[]}"#,
            r#"{"items":[],"pageDetails":"x"}"#,
            r#"{"items":[],"pageDetails":7}"#,
            r#"{"items":[],"pageDetails":nul}"#,
        ]
        .map(|body| body.replace("NEXT", NEXT))
        .into();
        for wrong in [
            "01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "-",
            "+1",
            "--1",
            "0x1",
            "1.e5",
            "nan",
            "tru",
            "truee",
            "'a'",
            "\"",
            "\"\u{1}\"",
            r#""\x""#,
            r#""\u12g4""#,
            "[1,]",
            "[,1]",
            "[1 2]",
            "{a:1}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            "[}",
            "{]",
            "]",
            "}",
            "[1]]",
            "{}}",
            "",
        ] {
            bodies.push(format!(r#"{{"items":{wrong}}}"#));
            bodies.push(format!(r#"{{"items":[1,{wrong}],"b":2}}"#));
        }
        let trailing = [r#"{"a":1}x"#, r#"{"a":1}{}"#, r#"{"a":1} ,"#, "<html>"];
        bodies.extend(trailing.map(str::to_owned));
        bodies
    }

    #[test]
    fn pieces_are_read_as_the_whole_is() {
        let mut refused = 0;
        // A name that is changed is written anew where the whole is there, and stays as it came in pieces.
        for body in bodies().into_iter().filter(|body| !body.contains("\\u0061")) {
            let whole = rewrite().apply(200, body.as_bytes());
            refused += usize::from(whole.is_err());
            for size in [1, 2, 3, 7, 64, 100_000] {
                let found = in_pieces(body.as_bytes(), size);
                assert_eq!(found.as_ref().ok(), whole.as_ref().ok(), "{body} in pieces of {size}: {found:?}");
            }
            // Whatever is cut off, what is left is never taken for an answer.
            for (cut, _) in body.char_indices() {
                let begun = body.get(..cut).unwrap();
                let whole = rewrite().apply(200, begun.as_bytes());
                let found = in_pieces(begun.as_bytes(), 5);
                assert_eq!(found.ok().as_deref().map(str::trim_end), whole.ok().as_deref(), "{begun}");
            }
        }
        assert!(refused > 60, "{refused}");
    }

    #[test]
    fn spaces_go_on_as_they_came_and_mean_the_same() {
        // Half of a character is an escape like any other, until somebody reads the text.
        for body in bodies().into_iter().filter(|body| !body.contains("\\ud834")) {
            let spaced = format!(
                "\u{feff}\r\n {}\t",
                body.replace(',', " ,\n ").replace(':', "\t: ").replace("https\t: ", "https:")
            );
            let (Ok(whole), Ok(found)) = (rewrite().apply(200, spaced.as_bytes()), in_pieces(spaced.as_bytes(), 3))
            else {
                assert_eq!(
                    rewrite().apply(200, spaced.as_bytes()).is_ok(),
                    in_pieces(spaced.as_bytes(), 3).is_ok(),
                    "{spaced}"
                );
                continue;
            };
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(read(&found), read(&whole), "{spaced}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let with = |bytes: &[u8]| [br#"{"a":""#, bytes, br#""}"#].concat();
        for bytes in [
            b"\x80".as_slice(),
            b"\xc0\x80",
            b"\xc3",
            b"\xe0\x80\x80",
            b"\xed\xa0\x80",
            b"\xf0\x80\x80\x80",
            b"\xf4\x90\x80\x80",
            b"\xf5\x80\x80\x80",
            b"\xff",
            b"\xe2\x82",
            b"\xe2\x28\xa1",
        ] {
            let body = with(bytes);
            assert!(std::str::from_utf8(&body).is_err() && in_pieces(&body, 4).is_err(), "{bytes:x?}");
        }
        for text in
            ["\u{80}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}", "\u{7f}"]
        {
            assert!(in_pieces(&with(text.as_bytes()), 1).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn what_is_held_is_bounded() {
        let long = |bytes: usize| format!(r#"{{"pageDetails":{{"x":"{}"}}}}"#, "a".repeat(bytes));
        assert!(in_pieces(long(HELD_BYTES_MAX - 8).as_bytes(), 1000).is_ok());
        assert_eq!(in_pieces(long(HELD_BYTES_MAX - 7).as_bytes(), 1000), Err(UNREADABLE));
        let deep = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(in_pieces(deep(DEPTH_MAX - 1).as_bytes(), 1000).is_ok());
        assert_eq!(in_pieces(deep(DEPTH_MAX).as_bytes(), 1000), Err("it is nested too deeply"));
        let name = format!(r#"{{"{}":1}}"#, "pageDetails".repeat(1000));
        assert_eq!(in_pieces(name.as_bytes(), 10), Ok(name));
    }
}
