//! Issue: one thing a person can fix in a filter or a record. Plain data, the same in Rust, JavaScript and the app.

use serde::Serialize;

/// How bad an [`Issue`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something was understood in another way than it was written.
    Notice,
    /// It can be sent, but probably is not what is meant.
    Warning,
    /// It cannot be sent.
    Error,
}

/// One thing a person can fix.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// Stable identifier, for tests, links and translations: `filter.unknown_field`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// For example: unknown field `queue` on Tickets.
    pub message: String,
    /// What to do next. For example: did you mean `queueID`?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where, in a record or a JSON document: `phone`, `filter[0].items[2].value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where, in a text.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// What could have stood there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<String>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// Line, from 1.
    pub line: usize,
    /// Character within the line, from 1.
    pub column: usize,
}

impl Position {
    /// The place of the bytes `start..end` in `text`; both are brought to a character's border within it.
    #[must_use]
    pub fn of(text: &str, start: usize, end: usize) -> Position {
        let start = text.floor_char_boundary(start);
        let end = text.ceil_char_boundary(end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            start,
            end,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl Position {
    /// The same place with `start`, `end` and `column` in UTF-16 units, as JavaScript counts.
    #[must_use]
    pub fn in_utf16(self, text: &str) -> Position {
        let units = |from: usize, to: usize| text.get(from..to).map_or(0, |t| t.encode_utf16().count());
        let line_start = text.get(..self.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        Position {
            start: units(0, self.start),
            end: units(0, self.end),
            line: self.line,
            column: units(line_start, self.start) + 1,
        }
    }
}

impl Issue {
    /// An issue of this severity, without hint or place.
    #[must_use]
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Issue {
        Issue::plain(code, severity, message.into())
    }

    // Issues are made in hundreds of places. In these the parts are put together once, and not in each of them.
    #[inline(never)]
    fn plain(code: &'static str, severity: Severity, message: String) -> Issue {
        Issue { code, severity, message, hint: None, path: None, position: None, expected: Vec::new() }
    }

    #[inline(never)]
    fn with_hint(mut self, hint: String) -> Issue {
        self.hint = Some(hint);
        self
    }

    #[inline(never)]
    fn with_path(mut self, path: String) -> Issue {
        self.path = Some(path);
        self
    }

    /// An error.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Issue {
        Issue::new(code, Severity::Error, message)
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Issue {
        Issue::new(code, Severity::Warning, message)
    }

    /// A notice.
    #[must_use]
    pub fn notice(code: &'static str, message: impl Into<String>) -> Issue {
        Issue::new(code, Severity::Notice, message)
    }

    /// The same issue with what to do next.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Issue {
        self.with_hint(hint.into())
    }

    /// The same issue at this path.
    #[must_use]
    pub fn at(self, path: impl Into<String>) -> Issue {
        self.with_path(path.into())
    }

    /// Whether this forbids sending.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any of them forbids sending.
#[must_use]
pub fn has_errors(issues: &[Issue]) -> bool {
    issues.iter().any(Issue::is_error)
}
