//! Members: what a JSON object must hold, and the sentence where it does not. Written by hand: what serde derives for
//! these types is several times as much to download, and says less.

use serde_json::Value;

use crate::issue::Issue;
use crate::record::Record;

pub(super) fn wrong(member: &str, message: impl Into<String>) -> Issue {
    Issue::error("onboarding.malformed", message.into()).at(member)
}

fn is_no(member: &str, what: &str) -> Issue {
    wrong(member, ["`", member, "` is ", what].concat())
}

/// The issue, with its place below another.
pub(super) fn below(path: &str, mut issue: Issue) -> Issue {
    issue.path = Some(match issue.path.as_deref() {
        None | Some("") => path.to_owned(),
        Some(member) if path.is_empty() || member.starts_with('[') => [path, member].concat(),
        Some(member) => [path, ".", member].concat(),
    });
    issue
}

/// A member; null is as good as none.
pub(super) fn given<'v>(json: &'v Value, member: &str) -> Option<&'v Value> {
    json.get(member).filter(|value| !value.is_null())
}

fn needed<'v>(json: &'v Value, member: &str) -> Result<&'v Value, Issue> {
    given(json, member).ok_or_else(|| is_no(member, "missing"))
}

pub(super) fn text(json: &Value, member: &str) -> Result<String, Issue> {
    needed(json, member)?.as_str().map(str::to_owned).ok_or_else(|| is_no(member, "a text"))
}

pub(super) fn whole(json: &Value, member: &str) -> Result<i64, Issue> {
    needed(json, member)?.as_i64().ok_or_else(|| is_no(member, "a whole number"))
}

pub(super) fn count(json: &Value, member: &str) -> Result<u32, Issue> {
    u32::try_from(whole(json, member)?).map_err(|_| is_no(member, "a whole number from 0"))
}

pub(super) fn list<'v>(json: &'v Value, member: &str) -> Result<&'v [Value], Issue> {
    needed(json, member)?.as_array().map(Vec::as_slice).ok_or_else(|| is_no(member, "a list"))
}

pub(super) fn texts(json: &Value, member: &str) -> Result<Vec<String>, Issue> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts: Option<Vec<String>> = list(json, member)?.iter().map(text).collect();
    texts.ok_or_else(|| is_no(member, "a list of texts"))
}

pub(super) fn record(json: &Value, member: &str) -> Result<Record, Issue> {
    needed(json, member)?.as_object().cloned().map(Record::from).ok_or_else(|| is_no(member, "a row, an object"))
}
