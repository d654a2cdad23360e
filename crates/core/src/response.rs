//! Response: Autotask's envelopes, and its failures told apart by body, since the status says little.

use serde::Serialize;
use serde_json::Value;

use crate::issue::Issue;
use crate::record::{Record, whole};
use crate::schema::member;

/// A page of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The rows, 0 to 500, in ascending order of id.
    pub items: Vec<Record>,
    /// Where the next page is; `None` on the last one.
    pub next_page_url: Option<String>,
    /// Rows that could not be read.
    pub issues: Vec<Issue>,
}

/// Why an answer is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// User name, secret, integration code or zone are wrong, or the user is locked.
    Credentials,
    /// The user may not do this.
    Permission,
    /// Autotask refused what was sent.
    Validation,
    /// Too many calls at once or in this hour.
    Throttled,
    /// There is no such URL or verb.
    Route,
    /// There is no such row.
    NotFound,
    /// Autotask failed.
    Fault,
    /// The answer is not Autotask's.
    Malformed,
    /// No answer came.
    Unreachable,
}

impl FailureKind {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FailureKind::Credentials => "credentials",
            FailureKind::Permission => "permission",
            FailureKind::Validation => "validation",
            FailureKind::Throttled => "throttled",
            FailureKind::Route => "route",
            FailureKind::NotFound => "notFound",
            FailureKind::Fault => "fault",
            FailureKind::Malformed => "malformed",
            FailureKind::Unreachable => "unreachable",
        }
    }

    /// Whether a write that failed so has certainly written nothing: Autotask, or something before it, answered that it
    /// did not do it. After the others it may have been written all the same.
    #[must_use]
    pub fn wrote_nothing(self) -> bool {
        use FailureKind::{Credentials, NotFound, Permission, Route, Throttled, Validation};
        matches!(self, Credentials | Permission | Validation | Throttled | Route | NotFound)
    }

    /// Reads the word in JSON.
    #[must_use]
    pub fn parse(word: &str) -> Option<FailureKind> {
        use FailureKind::{
            Credentials, Fault, Malformed, NotFound, Permission, Route, Throttled, Unreachable, Validation,
        };
        [Credentials, Permission, Validation, Throttled, Route, NotFound, Fault, Malformed, Unreachable]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// A failure, in Autotask's own sentences.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// What sort it is.
    pub kind: FailureKind,
    /// The HTTP status; 0 when no answer came.
    pub status: u16,
    /// Autotask's sentences, without the suffix about record numbers; ours where it sent none.
    pub messages: Vec<String>,
    /// What to do next.
    pub advice: String,
    /// Whether the same read may be tried again later. A create must never be repeated on this alone.
    pub retry: bool,
    /// The messages that name a field, at that field.
    pub issues: Vec<Issue>,
}

impl Failure {
    /// A failure of this kind with the advice that goes with it.
    #[must_use]
    pub fn new(kind: FailureKind, status: u16, messages: Vec<String>) -> Failure {
        let (advice, retry) = match kind {
            FailureKind::Credentials => (
                "check user name, secret and integration code, and that the API user is active and of this zone",
                false,
            ),
            FailureKind::Permission => ("give the API user's security level the right to do this", false),
            FailureKind::Validation => ("correct what the message names and send it again", false),
            FailureKind::Throttled => ("wait a minute; other integrations share the limit", true),
            FailureKind::Route => ("this call does not exist in Autotask's API", false),
            FailureKind::NotFound => ("it may have been deleted, or the API user may not see it", false),
            FailureKind::Fault => ("try again; if it stays, look at Autotask's status page", true),
            FailureKind::Malformed => ("something between here and Autotask answered instead of it", true),
            FailureKind::Unreachable => ("check that the server runs and try again", true),
        };
        let issues =
            messages.iter().filter_map(|m| field_of(m).map(|f| Issue::error("api.refused", m.clone()).at(f))).collect();
        Failure { kind, status, messages, advice: advice.to_owned(), retry, issues }
    }

    /// No answer came: `why` says what happened on the way.
    #[must_use]
    pub fn unreachable(why: impl Into<String>) -> Failure {
        Failure::new(FailureKind::Unreachable, 0, vec![why.into()])
    }

    /// The sentences as one.
    #[must_use]
    pub fn message(&self) -> String {
        self.messages.join("; ")
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.message(), self.advice)
    }
}

impl std::error::Error for Failure {}

/// The JSON of a good answer.
///
/// # Errors
///
/// A [`Failure`]: for any status but 200 to 299, for a body with `errors`, for one that is not JSON.
pub fn read(status: u16, body: &[u8]) -> Result<Value, Failure> {
    let json: Option<Value> = std::str::from_utf8(body).ok().and_then(|text| serde_json::from_str(text).ok());
    let errors =
        json.as_ref().and_then(|json| member(json, "errors")).and_then(Value::as_array).filter(|e| !e.is_empty());
    if let Some(errors) = errors {
        let messages: Vec<String> = errors.iter().map(message_of).collect();
        // Our own proxy says what sort it is; Autotask leaves it to be told from its words.
        let said =
            json.as_ref().and_then(|json| member(json, "kind")).and_then(Value::as_str).and_then(FailureKind::parse);
        return Err(Failure::new(said.unwrap_or_else(|| classify(status, &messages)), status, messages));
    }
    match (status, json) {
        (200..=299, Some(json)) => Ok(json),
        (200..=299, None) => Err(Failure::new(FailureKind::Malformed, status, vec![malformed(body)])),
        (401, _) => {
            Err(Failure::new(FailureKind::Credentials, status, vec!["Autotask refused the credentials".to_owned()]))
        }
        (403, _) => Err(Failure::new(FailureKind::Permission, status, vec!["Autotask forbids this".to_owned()])),
        (429, _) => {
            Err(Failure::new(FailureKind::Throttled, status, vec!["Autotask's limit of calls is reached".to_owned()]))
        }
        (404 | 405, json) => {
            let message = json.as_ref().and_then(|j| member(j, "Message")).and_then(Value::as_str);
            let message = message.map_or_else(|| format!("Autotask has no such call (status {status})"), str::to_owned);
            Err(Failure::new(FailureKind::Route, status, vec![message]))
        }
        (_, json) => {
            let message = json.as_ref().and_then(|j| member(j, "Message")).and_then(Value::as_str);
            let kind = if status == 400 { FailureKind::Validation } else { FailureKind::Fault };
            let message = message.map_or_else(|| format!("status {status}: {}", malformed(body)), str::to_owned);
            Err(Failure::new(kind, status, vec![message]))
        }
    }
}

/// An answer to a query, or to one of its further pages.
///
/// # Errors
///
/// As [`read`], and `Malformed` when there is no list `items`.
pub fn read_rows(status: u16, body: &[u8]) -> Result<Rows, Failure> {
    let json = read(status, body)?;
    let shape = || Failure::new(FailureKind::Malformed, status, vec!["the answer has no list `items`".to_owned()]);
    let Value::Object(mut map) = json else { return Err(shape()) };
    let details = map.iter().find(|(key, _)| key.eq_ignore_ascii_case("pageDetails")).map(|(_, v)| v);
    let next_page_url = details
        .and_then(|d| member(d, "nextPageUrl"))
        .and_then(Value::as_str)
        .filter(|url| !url.is_empty())
        .map(str::to_owned);
    let key = map.keys().find(|key| key.eq_ignore_ascii_case("items")).cloned().ok_or_else(shape)?;
    let Some(Value::Array(items)) = map.remove(&key) else { return Err(shape()) };
    let mut rows = Rows { next_page_url, ..Rows::default() };
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Value::Object(row) if member_has_id(&row) => rows.items.push(Record::from(row)),
            _ => rows
                .issues
                .push(Issue::error("record.no_id", "a row without an id was left out").at(format!("items[{index}]"))),
        }
    }
    Ok(rows)
}

fn member_has_id(row: &serde_json::Map<String, Value>) -> bool {
    crate::schema::member_of(row, "id").and_then(whole).is_some()
}

/// An answer to a look-up by id; `None` when there is no such row.
///
/// # Errors
///
/// As [`read`]; an absent row may also come as 404, which is no failure here.
pub fn read_item(status: u16, body: &[u8]) -> Result<Option<Record>, Failure> {
    match read(status, body) {
        Ok(json) => match member(&json, "item") {
            Some(Value::Object(row)) => Ok(Some(Record::from(row.clone()))),
            Some(Value::Null) => Ok(None),
            _ => Err(Failure::new(FailureKind::Malformed, status, vec!["the answer has no `item`".to_owned()])),
        },
        Err(failure) if status == 404 && failure.kind == FailureKind::Route => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// An answer to a write: the id of the row.
///
/// # Errors
///
/// As [`read`], and `Malformed` when there is no `itemId`.
pub fn read_item_id(status: u16, body: &[u8]) -> Result<i64, Failure> {
    let json = read(status, body)?;
    member(&json, "itemId")
        .and_then(whole)
        .ok_or_else(|| Failure::new(FailureKind::Malformed, status, vec!["the answer has no `itemId`".to_owned()]))
}

/// An answer to a count.
///
/// # Errors
///
/// As [`read`], and `Malformed` when there is no `queryCount`.
pub fn read_count(status: u16, body: &[u8]) -> Result<u64, Failure> {
    let json = read(status, body)?;
    member(&json, "queryCount")
        .and_then(whole)
        .and_then(|n| u64::try_from(n).ok())
        .ok_or_else(|| Failure::new(FailureKind::Malformed, status, vec!["the answer has no `queryCount`".to_owned()]))
}

fn message_of(error: &Value) -> String {
    let text = match error {
        Value::String(text) => text.clone(),
        other => {
            member(other, "message").and_then(Value::as_str).map_or_else(|| crate::json::write(other), str::to_owned)
        }
    };
    let text = text.replace("\r\n", " ");
    // ` ; on record number [1].` says nothing when one record was sent.
    let cut = text.find(" ; on record number").or_else(|| text.find(" | Error updating entity for record"));
    cut.map_or(text.trim_end(), |at| text[..at].trim_end()).to_owned()
}

fn classify(status: u16, messages: &[String]) -> FailureKind {
    let says = |words: &[&str]| {
        messages.iter().any(|m| {
            let m = m.to_ascii_lowercase();
            words.iter().any(|w| m.contains(w))
        })
    };
    if status == 401 {
        FailureKind::Credentials
    } else if status == 429 || says(&["itgenatr005", "thread threshold", "thread limit"]) {
        FailureKind::Throttled
    } else if status == 403 || says(&["does not have the adequate permissions"]) {
        FailureKind::Permission
    } else if status == 502 || status == 503 || status == 504 {
        FailureKind::Unreachable
    } else if says(&["no matching records found"]) {
        FailureKind::NotFound
    } else if says(&[
        "internal error",
        "timeout",
        "timed out",
        "try again",
        "unavailable",
        "unexpected error has occurred",
    ]) {
        FailureKind::Fault
    } else {
        FailureKind::Validation
    }
}

/// The field that one of Autotask's sentences is about.
fn field_of(message: &str) -> Option<&str> {
    let after =
        |lead: &str| message.strip_prefix(lead).map(|rest| rest.split([' ', '.', ',', ':']).next().unwrap_or(rest));
    let field = after("Missing Required Field: ")
        .or_else(|| after("Reference value on field: "))
        .or_else(|| after("Value does not exist for the required field "))
        .or_else(|| after("Value does not exist for child picklist: "))
        .or_else(|| message.split_once("] does not exist for ").map(|(_, rest)| rest.trim_end_matches('.')))
        .or_else(|| message.strip_suffix(" is required"))
        .or_else(|| message.split_once(" must be less than or equal to ").map(|(field, _)| field))?;
    (!field.is_empty() && !field.contains(' ')).then_some(field)
}

fn malformed(body: &[u8]) -> String {
    let body = body.trim_ascii_start();
    if body.is_empty() {
        "the answer is empty".to_owned()
    } else if body.starts_with(b"<") {
        "the answer is an HTML page, not JSON".to_owned()
    } else {
        "the answer is not JSON".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, kind: FailureKind, retry: bool) -> Failure {
        let failure = read(status, body.as_bytes()).expect_err("a failure");
        assert_eq!((failure.kind, failure.retry), (kind, retry), "{status} {body}");
        failure
    }

    #[test]
    fn failures_are_told_apart_by_body() {
        check(401, "", FailureKind::Credentials, false);
        check(
            500,
            r#"{"errors":["The logged in Resource does not have the adequate permissions to query this entity type."]}"#,
            FailureKind::Permission,
            false,
        );
        check(500, r#"{"errors":["thread threshold exceeded Itgenatr005"]}"#, FailureKind::Throttled, true);
        check(429, "", FailureKind::Throttled, true);
        check(
            405,
            r#"{"Message":"The requested resource does not support http method 'GET'."}"#,
            FailureKind::Route,
            false,
        );
        check(404, "<html>", FailureKind::Route, false);
        check(500, "<html>", FailureKind::Fault, true);
        check(502, r#"{"errors":["Autotask cannot be reached"]}"#, FailureKind::Unreachable, true);
        check(502, r#"{"errors":["an HTML page came"],"kind":"malformed"}"#, FailureKind::Malformed, true);
        check(200, "<html>", FailureKind::Malformed, true);
        check(200, r#"{"errors":["x"]}"#, FailureKind::Validation, false);
        check(
            500,
            r#"{"errors":["An unexpected error has occurred.  If the problem persists, …"]}"#,
            FailureKind::Fault,
            true,
        );
    }

    #[test]
    fn a_refusal_names_its_field() {
        for (body, field, message) in [
            (
                r#"{"errors":["Missing Required Field: title. ; on record number [1]."]}"#,
                "title",
                "Missing Required Field: title.",
            ),
            (
                r#"{"errors":["Picklist value [3] does not exist for noteType. ; on record number [1]."]}"#,
                "noteType",
                "Picklist value [3] does not exist for noteType.",
            ),
            (
                r#"{"errors":["Reference value on field: contactID of type: Contact does not exist or is invalid."]}"#,
                "contactID",
                "Reference value on field: contactID of type: Contact does not exist or is invalid.",
            ),
        ] {
            let failure = check(500, body, FailureKind::Validation, false);
            assert_eq!(failure.messages, [message]);
            assert_eq!(failure.issues[0].path.as_deref(), Some(field));
        }
    }

    #[test]
    fn rows_without_id_are_left_out_and_named() {
        let rows =
            read_rows(200, br#"{"items":[{"id":1},{"x":2},null],"pageDetails":{"nextPageUrl":""}}"#).expect("rows");
        assert_eq!((rows.items.len(), rows.issues.len(), rows.next_page_url), (1, 2, None));
        assert!(read_rows(200, b"[]").is_err());
    }

    #[test]
    fn an_absent_row_is_no_failure() {
        assert_eq!(read_item(200, br#"{"item":null}"#), Ok(None));
        assert_eq!(read_item(404, br#"{"Message":"No HTTP resource"}"#), Ok(None));
        assert_eq!(read_item_id(200, br#"{"itemId":29683664}"#), Ok(29_683_664));
        assert_eq!(read_count(200, br#"{"queryCount":7}"#), Ok(7));
    }
}
