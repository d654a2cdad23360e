//! Place: where in JSON text a value stands, from its path. The text may be as lenient as [`parse`](super::parse) reads it.

use super::{LINE_ENDS, quoted_length};
use crate::issue::{Issue, Position};

/// Most issues that are given a place: nobody reads more, and each takes a walk through the text.
const PLACED_MAX: usize = 100;

/// Gives issues that have a path their place in the text of a filter, line and column. Where nothing stands at the path,
/// what should hold it is the place.
pub fn place(issues: &mut [Issue], text: &str) {
    for issue in issues.iter_mut().filter(|issue| issue.position.is_none()).take(PLACED_MAX) {
        if let Some(path) = &issue.path {
            let (start, end) = locate(text, path);
            issue.position = Some(Position::of(text, start, end));
        }
    }
}

/// The bytes of the value at a path such as `filter[0].items[2].value`. A text whose top is not a whole query body is
/// itself what `filter` means.
fn locate(text: &str, path: &str) -> (usize, usize) {
    let mut walk = Walk { text, at: 0 };
    walk.skip_space();
    let mut steps = steps(path).peekable();
    let is_body = walk.peek() == Some(b'{') && Walk { ..walk }.enter(&Step::Key("filter"));
    if !is_body {
        steps.next_if(|step| matches!(step, Step::Key(key) if key.eq_ignore_ascii_case("filter")));
    }
    for step in steps {
        let before = walk.at;
        if !walk.enter(&step) {
            walk.at = before;
            break;
        }
    }
    let start = walk.at;
    walk.skip_value();
    (start, walk.at)
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '[']).filter(|part| !part.is_empty()).map(|part| {
        let index = part.strip_suffix(']').and_then(|digits| digits.parse().ok());
        index.map_or(Step::Key(part), Step::Index)
    })
}

/// A way through JSON text. Everything it skips it looks at once.
#[derive(Clone, Copy)]
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// White space and comments.
    fn skip_space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let length = match rest.chars().next() {
                Some(c) if c.is_whitespace() || c == '\u{feff}' => c.len_utf8(),
                Some('/') if rest.starts_with("//") => rest.find(LINE_ENDS).unwrap_or(rest.len()),
                Some('/') if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |length| length + 4),
                _ => return,
            };
            self.at += length;
        }
    }

    /// One value: a text, a bracket with all in it, or a word.
    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.skip_comment();
            let rest = &self.text[self.at..];
            let Some(first) = rest.chars().next() else { return };
            match first {
                '"' | '\'' => self.at += quoted_length(rest.as_bytes(), rest.as_bytes()[0]).min(rest.len()),
                '[' | '{' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                ']' | '}' if depth == 0 => return,
                ']' | '}' => {
                    depth -= 1;
                    self.at += 1;
                }
                c if depth > 0 => {
                    self.at += c.len_utf8();
                    continue;
                }
                _ => self.at += rest.find(|c: char| c.is_whitespace() || ",:]}/".contains(c)).unwrap_or(rest.len()),
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.text[self.at..].starts_with("//") || self.text[self.at..].starts_with("/*") {
            let before = self.at;
            self.skip_space();
            if self.at == before {
                return;
            }
        }
    }

    /// Goes to the value at this step; `false` when there is none.
    fn enter(&mut self, step: &Step<'_>) -> bool {
        let open = match step {
            Step::Key(_) => b'{',
            Step::Index(_) => b'[',
        };
        if self.peek() != Some(open) {
            return false;
        }
        self.at += 1;
        let mut index = 0;
        loop {
            self.skip_space();
            if !self.peek().is_some_and(|next| next != b']' && next != b'}') {
                return false;
            }
            match step {
                Step::Index(wanted) if *wanted == index => return true,
                Step::Index(_) => {}
                Step::Key(wanted) => {
                    let start = self.at;
                    self.skip_value();
                    let key = self.text[start..self.at].trim_matches(['"', '\'']);
                    let is_wanted = key.eq_ignore_ascii_case(wanted);
                    self.skip_space();
                    if self.peek() != Some(b':') {
                        return false;
                    }
                    self.at += 1;
                    self.skip_space();
                    if is_wanted {
                        return true;
                    }
                }
            }
            let before = self.at;
            self.skip_value();
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
            } else if self.at == before {
                return false;
            }
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, path: &str, expected: &str) {
        let (start, end) = locate(text, path);
        assert_eq!(&text[start..end], expected, "{path}");
    }

    #[test]
    fn values_are_found_by_their_path() {
        let text = r#"{"MaxRecords": 5, /* a "note": { */ 'Filter': [{"op":"eq", field: 'a]b', "value": [1, "x,y"]},
            {"op": "or", "items": [ {"op":"exist","field":"id"} , 7 ]}]}"#;
        check(text, "MaxRecords", "5");
        check(text, "filter[0].field", "'a]b'");
        check(text, "filter[0].value", r#"[1, "x,y"]"#);
        check(text, "filter[1].items[0].op", r#""exist""#);
        check(text, "filter[1].items[1]", "7");
        check(r#"[{"op":"eq"}]"#, "filter[0].op", r#""eq""#);
        check(r#"{"op":"eq"}"#, "filter.op", r#""eq""#);
    }

    #[test]
    fn where_nothing_stands_what_should_hold_it_is_the_place() {
        check(r#"[{"op":"eq"}]"#, "filter[0].value", r#"{"op":"eq"}"#);
        check(r#"[ 1 ]"#, "filter[4]", "[ 1 ]");
        check("", "filter", "");
        check("{", "filter[0]", "{");
    }

    #[test]
    fn an_issue_gets_line_and_column() {
        let mut issues = [Issue::error("x", "y").at("filter[0].op")];
        place(&mut issues, "[\n  {\"op\": \"eqq\"}\n]");
        let position = issues[0].position.expect("a place");
        assert_eq!((position.line, position.column), (2, 10));
    }

    proptest! {
        #[test]
        fn no_text_and_no_path_panics(text in "[\\[\\]{}\"'/*:,a0é \\n\\\\]{0,60}", path in "filter(\\[[0-9]\\]|\\.[a-z]{1,3}){0,4}") {
            let (start, end) = locate(&text, &path);
            prop_assert!(text.get(start..end).is_some());
        }
    }
}
