//! Filters: text and JSON to the tree and back.

use autotask_core::filter::body::{self, Reading};
use autotask_core::filter::{check, parse, print};
use autotask_core::{EntityInfo, Filter, Issue};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::convert::{from_js, known, to_js};
use crate::schema::Schema;

#[derive(Serialize)]
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
            unresolved: [],
            max_records: None,
            include_fields: None,
            ignored: None,
        }
    }

    fn refused(issue: Issue) -> FilterAnswer {
        let issues = vec![issue];
        FilterAnswer {
            filter: None,
            text: None,
            issues,
            unresolved: [],
            max_records: None,
            include_fields: None,
            ignored: None,
        }
    }
}

/// Text to the tree, with every problem at its place (UTF-16 units).
#[wasm_bindgen(js_name = parseFilter)]
#[must_use]
pub fn parse_filter(schema: &Schema, entity: &str, text: &str) -> JsValue {
    let answer = match known(&schema.inner, entity) {
        Err(issue) => FilterAnswer::refused(issue),
        Ok(info) => {
            let (filter, issues) = parsed(text, &info);
            FilterAnswer::of(filter.as_ref(), issues, &info)
        }
    };
    to_js(&answer)
}

/// JSON to the tree, with every problem at its path.
#[wasm_bindgen(js_name = readFilter)]
#[must_use]
pub fn read_filter(schema: &Schema, entity: &str, json: JsValue) -> JsValue {
    let answer = match (known(&schema.inner, entity), json_of(json)) {
        (Err(issue), _) | (_, Err(issue)) => FilterAnswer::refused(issue),
        (Ok(info), Ok(json)) => {
            let read = body::read(&json, Reading::Lenient);
            let mut issues = read.issues;
            if let Some(filter) = &read.filter {
                issues.extend(check::check(filter, &info));
            }
            let mut answer = FilterAnswer::of(read.filter.as_ref(), issues, &info);
            answer.max_records = read.max_records;
            answer.include_fields = read.include_fields;
            answer.ignored = Some(read.ignored);
            answer
        }
    };
    to_js(&answer)
}

/// The tree as canonical text; refuses what is no tree.
///
/// # Errors
///
/// The issues, as an array.
#[wasm_bindgen(js_name = printFilter)]
pub fn print_filter(schema: &Schema, entity: &str, filter: JsValue) -> Result<String, JsValue> {
    let printed = known(&schema.inner, entity)
        .map_err(|issue| vec![issue])
        .and_then(|info| filter_of(filter, &info).map(|filter| print::print(&filter, &info)));
    printed.map_err(|issues| to_js(&issues))
}

fn parsed(text: &str, info: &EntityInfo) -> (Option<Filter>, Vec<Issue>) {
    let (filter, mut issues) = parse::parse(text, info);
    for issue in &mut issues {
        issue.position = issue.position.map(|p| p.in_utf16(text));
    }
    if let Some(filter) = &filter {
        issues.extend(check::check(filter, info));
    }
    (filter, issues)
}

/// A filter as JavaScript gives it: text, or nodes.
pub(crate) fn filter_of(filter: JsValue, info: &EntityInfo) -> Result<Filter, Vec<Issue>> {
    let (filter, issues) = match filter.as_string() {
        Some(text) => parsed(&text, info),
        None => {
            let json = from_js(filter).map_err(|message| vec![Issue::error("filter.expected", message)])?;
            let read = body::read(&json, Reading::Lenient);
            let mut issues = read.issues;
            if let Some(filter) = &read.filter {
                issues.extend(check::check(filter, info));
            }
            (read.filter, issues)
        }
    };
    match filter {
        Some(filter) if !autotask_core::issue::has_errors(&issues) => Ok(filter),
        _ => Err(issues),
    }
}

/// JSON given as text, bytes or a value.
fn json_of(json: JsValue) -> Result<Value, Issue> {
    match json.as_string() {
        Some(text) => autotask_core::json::parse(text.as_bytes()).map_err(|mut issue| {
            issue.position = issue.position.map(|p| p.in_utf16(&text));
            issue
        }),
        None => crate::convert::from_js_or_bytes(json),
    }
}
