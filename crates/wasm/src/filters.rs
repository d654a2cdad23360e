//! Filters: text and JSON to the tree and back.

use autotask_core::filter::body::{self, Reading};
use autotask_core::filter::{check, parse, print};
use autotask_core::issue::has_errors;
use autotask_core::{EntityInfo, Filter, Issue};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::convert::{known, read_text, read_value, refusal, to_json};
use crate::schema::Schema;

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct FilterAnswer {
    filter: Option<Vec<Value>>,
    text: Option<String>,
    issues: Vec<Issue>,
    unresolved: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_records: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_fields: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<Vec<String>>,
}

impl FilterAnswer {
    fn of(filter: Option<&Filter>, issues: Vec<Issue>, info: &EntityInfo) -> FilterAnswer {
        FilterAnswer {
            filter: filter.map(|f| body::nodes(f, info)),
            text: filter.map(|f| print::print(f, info)),
            issues,
            ..FilterAnswer::default()
        }
    }

    fn refused(issue: Issue) -> FilterAnswer {
        FilterAnswer { issues: vec![issue], ..FilterAnswer::default() }
    }
}

/// Text to the tree, with every problem of the text at its place (UTF-16 units).
#[wasm_bindgen(js_name = parseFilter)]
#[must_use]
pub fn parse_filter(schema: &Schema, entity: &str, text: &str) -> String {
    let answer = match known(&schema.inner, entity) {
        Err(issue) => FilterAnswer::refused(issue),
        Ok(info) => {
            let (filter, issues) = parsed(text, &info);
            FilterAnswer::of(filter.as_ref(), issues, &info)
        }
    };
    to_json(&answer)
}

/// JSON to the tree, with every problem at its path. `is_text` says that the caller wrote the JSON, not `api.js`.
#[wasm_bindgen(js_name = readFilter)]
#[must_use]
pub fn read_filter(schema: &Schema, entity: &str, json: &[u8], is_text: bool) -> String {
    let json = if is_text { read_text(json) } else { read_value(json) };
    let answer = match (known(&schema.inner, entity), json) {
        (Err(issue), _) | (_, Err(issue)) => FilterAnswer { ignored: Some(Vec::new()), ..FilterAnswer::refused(issue) },
        (Ok(info), Ok(json)) => {
            let read = body::read(&json, Reading::Lenient);
            let issues = checked(read.issues, read.filter.as_ref(), &info);
            FilterAnswer {
                max_records: read.max_records,
                include_fields: read.include_fields,
                ignored: Some(read.ignored),
                ..FilterAnswer::of(read.filter.as_ref(), issues, &info)
            }
        }
    };
    to_json(&answer)
}

/// The tree, given as JSON, as canonical text.
///
/// # Errors
///
/// The issues of what is no tree, or not one of this entity.
#[wasm_bindgen(js_name = printFilter)]
pub fn print_filter(schema: &Schema, entity: &str, filter: &str) -> Result<String, String> {
    let info = known(&schema.inner, entity).map_err(|issue| refusal(vec![issue]))?;
    let filter = filter_of_json(filter, &info).map_err(refusal)?;
    Ok(print::print(&filter, &info))
}

fn parsed(text: &str, info: &EntityInfo) -> (Option<Filter>, Vec<Issue>) {
    let (filter, mut issues) = parse::parse(text, info);
    for issue in &mut issues {
        issue.position = issue.position.map(|p| p.in_utf16(text));
    }
    let issues = checked(issues, filter.as_ref(), info);
    (filter, issues)
}

fn checked(mut issues: Vec<Issue>, filter: Option<&Filter>, info: &EntityInfo) -> Vec<Issue> {
    issues.extend(filter.map(|filter| check::check(filter, info)).unwrap_or_default());
    issues
}

/// A filter as JavaScript gives it, text or nodes, in JSON.
pub(crate) fn filter_of_json(json: &str, info: &EntityInfo) -> Result<Filter, Vec<Issue>> {
    let json = read_value(json.as_bytes()).map_err(|issue| vec![issue])?;
    filter_of(&json, info)
}

/// The same from its value. A filter without errors, or all its issues.
pub(crate) fn filter_of(json: &Value, info: &EntityInfo) -> Result<Filter, Vec<Issue>> {
    let (filter, issues) = match json.as_str() {
        Some(text) => parsed(text, info),
        None => {
            let read = body::read(json, Reading::Lenient);
            let issues = checked(read.issues, read.filter.as_ref(), info);
            (read.filter, issues)
        }
    };
    match filter {
        Some(filter) if !has_errors(&issues) => Ok(filter),
        _ => Err(issues),
    }
}
