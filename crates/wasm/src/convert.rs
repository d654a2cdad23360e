//! Conversions. Values cross the border as JSON text, which `npm/api.js` writes and reads.
//!
//! So no getter, proxy or cycle of the caller's is met while our code runs, numbers beyond 2^53 cannot spoil an
//! answer, and it is faster than building objects member by member.

use std::borrow::Cow;
use std::sync::Arc;

use autotask_core::{EntityInfo, Issue};
use serde::Serialize;
use serde_json::Value;

/// A value as JSON text; members that are absent are left out.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    // Our own types always serialise; a failure would be a bug, and `null` a visible one.
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// An object as JSON text, of members that are JSON text already.
///
/// Building a value of them first, or a type with members of its own for each answer, is more code in a download.
pub(crate) fn object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, json)| ["\"", name, "\":", json].concat()).collect();
    ["{", &members.join(","), "}"].concat()
}

/// Refuses a call with the issues it would have to ignore; `npm/api.js` throws them.
pub(crate) fn refusal(issues: Vec<Issue>) -> String {
    to_json(&issues)
}

/// JSON text or bytes of the caller's own, with problems at their place in UTF-16 units.
pub(crate) fn read_text(json: &[u8]) -> Result<Value, Issue> {
    autotask_core::json::parse(json).map_err(|issue| in_units(issue, json))
}

/// The same for a filter, and the text in which its problems stand.
pub(crate) fn read_filter_text(json: &[u8]) -> Result<(Value, Option<Cow<'_, str>>), Issue> {
    autotask_core::filter::body::parse(json).map_err(|issue| in_units(issue, json))
}

/// An issue with its place in UTF-16 units of the text.
pub(crate) fn in_units(mut issue: Issue, text: &[u8]) -> Issue {
    let text = std::str::from_utf8(text).unwrap_or_default();
    issue.position = issue.position.map(|position| position.in_utf16(text));
    issue
}

/// JSON that `npm/api.js` wrote of a value. Places in it mean nothing to the caller.
pub(crate) fn read_value(json: &[u8]) -> Result<Value, Issue> {
    autotask_core::json::parse(json).map_err(|mut issue| {
        issue.position = None;
        if issue.code == "json.syntax" {
            // All that `JSON.stringify` writes is JSON, but half a character is nothing that UTF-8 can hold.
            issue.message = "a text holds half a character (a lone surrogate)".to_owned();
        }
        issue
    })
}

pub(crate) fn unknown_entity(name: &str) -> Issue {
    let issue = Issue::error("filter.unknown_entity", format!("unknown entity `{name}`")).at("entity");
    match autotask_core::entity::nearest_entity(name) {
        Some(nearest) => issue.hint(format!("did you mean `{nearest}`?")),
        None => issue,
    }
}

/// The entity of a schema by name.
pub(crate) fn known<'a>(schema: &'a autotask_core::Schema, name: &str) -> Result<&'a EntityInfo, Issue> {
    schema.info(name).ok_or_else(|| unknown_entity(name))
}

/// The same to keep.
pub(crate) fn kept(schema: &autotask_core::Schema, name: &str) -> Result<Arc<EntityInfo>, Issue> {
    schema.entity(name).ok_or_else(|| unknown_entity(name))
}
