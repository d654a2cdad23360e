//! JSON as Autotask's own samples write it: strict first, then with single quotes, bare keys and trailing commas.

mod place;

pub use place::place;
use serde_json::Value;

use crate::issue::{Issue, Position};

/// How deep JSON may nest. Deeper text is refused before any parser recurses into it.
pub const JSON_DEPTH_MAX: usize = 80;

/// Reads JSON, leniently where it is not strict.
///
/// # Errors
///
/// `json.syntax` with the position the strict parser stopped at, `json.too_deep`, or `json.not_text` for bytes
/// that are not UTF-8.
pub fn parse(bytes: &[u8]) -> Result<Value, Issue> {
    let whole = std::str::from_utf8(bytes).map_err(|error| {
        Issue::error("json.not_text", format!("byte {} is not UTF-8", error.valid_up_to() + 1))
            .hint("send the body as UTF-8")
    })?;
    let text = whole.trim_start_matches('\u{feff}');
    // Places are told in the text as it was given, its byte order mark included.
    let mark = whole.len() - text.len();
    if let Some(at) = too_deep(text) {
        let mut issue = Issue::error("json.too_deep", format!("JSON nests deeper than {JSON_DEPTH_MAX} levels"));
        issue.position = Some(Position::of(whole, mark + at, mark + at + 1));
        return Err(issue);
    }
    let strict = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    relaxed(text).and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(|| {
        let at = mark + offset(text, strict.line(), strict.column());
        let mut issue = Issue::error("json.syntax", format!("this is not JSON: {}", message(&strict)));
        issue.position = Some(Position::of(whole, at, at + 1));
        issue
    })
}

/// A value as JSON text. The value's own `Display` would take two more writers into a download.
#[must_use]
pub fn write(value: &Value) -> String {
    // A value always serialises; a failure would be a bug, and `null` a visible one.
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// An object of these members, in this order.
#[must_use]
pub fn object(members: Vec<(&str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// What people write as strict JSON, in one pass: comments and trailing commas gone, single quotes and bare keys in
/// double quotes, `True`, `False` and `None` as Python prints them. The rest is left for the strict parser to refuse.
///
/// JSON5 parsers that a library offers bring number formats and identifiers of all scripts along: 25 KB of a download.
///
/// `None` when a quote or comment is not closed.
fn relaxed(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Where a comma was written that a closing bracket would make a trailing one.
    let mut comma = None;
    while let Some(first) = rest.chars().next() {
        let (taken, after) = match first {
            '"' | '\'' => rest.split_at_checked(quoted_length(rest.as_bytes(), rest.as_bytes()[0]))?,
            '/' if rest.starts_with("//") => rest.split_at(rest.find(LINE_ENDS).unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => rest.split_at(2 + rest[2..].find("*/")? + 2),
            c if is_word(c) => rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            c => rest.split_at(c.len_utf8()),
        };
        rest = after;
        match first {
            '"' | '\'' => quote(taken, &mut out)?,
            '/' if taken.len() > 1 => continue,
            _ if first.is_whitespace() => {
                out.push(' ');
                continue;
            }
            ']' | '}' => {
                if let Some(at) = comma {
                    out.truncate(at);
                }
                out.push_str(taken);
            }
            ',' => {
                comma = (!out.trim_end().ends_with(['[', '{', ',', ':'])).then_some(out.len());
                out.push(',');
                continue;
            }
            _ => match taken {
                "True" => out.push_str("true"),
                "False" => out.push_str("false"),
                "None" => out.push_str("null"),
                key if first.is_ascii_alphabetic() && rest.trim_start().starts_with(':') => {
                    out.extend(["\"", key, "\""]);
                }
                other => out.push_str(other),
            },
        }
        comma = None;
    }
    Some(out)
}

/// Whether a character may stand in a bare key; also what numbers are made of.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '+' | '-')
}

/// Writes a quoted text, its quotes included, in double quotes. `None` when it is not closed.
fn quote(taken: &str, out: &mut String) -> Option<()> {
    let mark = taken.chars().next()?;
    let inner = taken[1..].strip_suffix(mark)?;
    out.push('"');
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => match characters.next()? {
                '\'' => out.push('\''),
                escaped => out.extend(['\\', escaped]),
            },
            c => out.push(c),
        }
    }
    out.push('"');
    Some(())
}

/// serde_json's message without its own ` at line … column …`, which the position says.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    start + column.saturating_sub(1)
}

/// Where the nesting first exceeds the bound, told by counting brackets outside of quotes and comments.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let rest = &text.as_bytes()[at..];
        at += match byte {
            b'"' | b'\'' => quoted_length(rest, *byte),
            b'/' if rest.starts_with(b"//") => text[at..].find(LINE_ENDS).unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => text[at + 2..].find("*/").map_or(rest.len(), |length| length + 4),
            b'[' | b'{' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Some(at);
                }
                1
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => 1,
        };
    }
    None
}

/// What ends a comment of one line in JSON5.
const LINE_ENDS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];

/// How many bytes a quoted text takes, its quotes included.
fn quoted_length(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            byte if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strict_and_lenient_text_are_read() {
        for text in [
            r#"{"id":"4","a":[1,2]}"#,
            "{'id':'4','a':[1,2,],}",
            "{id:'4', a:[1,2]}",
            "\u{feff}{\"id\":\"4\",\"a\":[1,2]}",
            "// a note\n{id : /* key */ '4', a: [1, 2 /* two */ , // last\n], }",
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(json!({"id":"4","a":[1,2]})), "{text}");
        }
        assert_eq!(parse(br#"{'id':9007199254740993}"#), Ok(json!({"id": 9_007_199_254_740_993_i64})));
    }

    #[test]
    fn texts_keep_what_they_hold() {
        let text = r#"{'a': 'it\'s "x"', "b": "it's, ] // not\u00e9", c: 'new\nline', d: True, 'e': None, f: -1.5e+3}"#;
        assert_eq!(
            parse(text.as_bytes()),
            Ok(
                json!({"a": "it's \"x\"", "b": "it's, ] // noté", "c": "new\nline", "d": true, "e": null, "f": -1500.0})
            )
        );
        for wrong in [
            "[,]x",
            "['a]",
            "{a 1}",
            "[1 2]",
            "[,1]",
            "{'a': 'b\"}",
            "[NaN]",
            "[,]",
            "[1,,]",
            "{a: b}",
            "{a:,}",
            "/* ",
            "['\\']",
            "{é: 1}",
            ",",
            "[1],",
        ] {
            assert_eq!(parse(wrong.as_bytes()).expect_err(wrong).code, "json.syntax", "{wrong}");
        }
    }

    #[test]
    fn errors_say_where() {
        let issue = parse(b"{\n  \"a\": }").expect_err("not JSON");
        assert_eq!((issue.code, issue.position.map(|p| (p.line, p.column))), ("json.syntax", Some((2, 8))));
        assert_eq!(parse(&[0x22, 0xff]).expect_err("not text").code, "json.not_text");
    }

    #[test]
    fn depth_is_bounded_before_any_recursion() {
        let deep = format!("{}{}", "[".repeat(JSON_DEPTH_MAX), "]".repeat(JSON_DEPTH_MAX));
        assert!(parse(deep.as_bytes()).is_ok());
        let deeper = "[".repeat(1_000_000);
        assert_eq!(parse(deeper.as_bytes()).expect_err("too deep").code, "json.too_deep");
        let quoted = format!("['{}']", "[".repeat(1000));
        assert!(parse(quoted.as_bytes()).is_ok(), "brackets in text do not count");
    }

    #[test]
    fn a_quote_in_a_comment_hides_no_brackets() {
        let brackets = "[".repeat(100_000);
        for lead in ["/*'*/", "// it's\n", "// it's\r", "// it's\u{2028}", "['//',", "/* \" */ // '\n"] {
            assert_eq!(parse(format!("{lead}{brackets}").as_bytes()).expect_err("too deep").code, "json.too_deep");
        }
        assert!(parse(format!("[1] // {brackets}\n/* {brackets} */").as_bytes()).is_ok());
        assert_eq!(parse(b"/* [").expect_err("not closed").code, "json.syntax");
        assert_eq!(parse(b"['\\").expect_err("not closed").code, "json.syntax");
    }

    #[test]
    fn a_byte_order_mark_counts_in_places() {
        let text = "\u{feff}{\"ä\": }";
        let position = parse(text.as_bytes()).expect_err("not JSON").position.expect("a place");
        assert_eq!(&text[position.start..position.end], "}");
        assert_eq!(position.in_utf16(text).start, 7);
    }
}
