//! Operations: requests to send, answers to read, records to check.

use autotask_core::alias::read_record;
use autotask_core::issue::has_errors;
use autotask_core::request::{Operation, Query, Verb};
use autotask_core::response::{self, Failure};
use autotask_core::route::Method;
use autotask_core::validate::{Mode, validate_as_given};
use autotask_core::validate_bytes::{CheckedRows, RowIssue, validate_bytes};
use autotask_core::{EntityInfo, Issue, Record};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::context::Context;
use crate::convert::{in_units, known, object, read_value, to_json, unknown_entity};
use crate::filters::{Unresolved, server_filter_of};
use crate::schema::Schema;

/// Every problem of a record, given as JSON.
#[wasm_bindgen]
#[must_use]
pub fn validate(schema: &Schema, context: &Context, entity: &str, record: &str, is_create: bool) -> String {
    let mode = if is_create { Mode::Create } else { Mode::Update };
    let record = read_value(record.as_bytes()).and_then(record_of);
    let issues = match (known(&schema.inner, entity), record) {
        (Err(issue), _) | (_, Err(issue)) => vec![issue],
        (Ok(info), Ok(record)) => context.run(|context| validate_as_given(&record, info, mode, context)),
    };
    to_json(&issues)
}

/// What is wrong with all rows of some bytes.
#[wasm_bindgen(js_name = validateBytes)]
#[must_use]
pub fn check_rows(schema: &Schema, context: &Context, entity: &str, bytes: &[u8], is_create: bool) -> String {
    let mode = if is_create { Mode::Create } else { Mode::Update };
    let mut checked = match known(&schema.inner, entity) {
        Ok(info) => context.run(|context| validate_bytes(bytes, info, mode, context)),
        Err(issue) => CheckedRows { issues: vec![RowIssue { row: 0, issue }], ..CheckedRows::default() },
    };
    // Only bytes that hold no rows have an issue with a place.
    if checked.rows == 0 {
        checked.issues = checked
            .issues
            .into_iter()
            .map(|RowIssue { row, issue }| RowIssue { row, issue: in_units(issue, bytes) })
            .collect();
    }
    to_json(&checked)
}

/// An operation, given as JSON, as method, path and body.
#[wasm_bindgen(js_name = buildRequest)]
#[must_use]
pub fn build_request(schema: &Schema, context: &Context, operation: &str) -> String {
    let mut notes = Notes::default();
    let request = read_value(operation.as_bytes())
        .map_err(|issue| vec![issue])
        .and_then(|operation| operation_of(schema, context, &operation, &mut notes))
        .and_then(|operation| operation.request().map_err(|issue| vec![issue]));
    let Notes { mut issues, unresolved } = notes;
    let (method, path, body) = match request {
        Ok(request) => (request.method.as_str(), request.path, request.body),
        Err(found) => {
            issues.extend(found);
            ("", String::new(), None)
        }
    };
    let mut members = vec![("method", to_json(method)), ("path", to_json(&path))];
    members.extend(body.map(|body| ("body", to_json(&body))));
    members.push(("issues", to_json(&issues)));
    if !unresolved.is_empty() {
        members.push(("unresolved", to_json(&unresolved)));
    }
    object(&members)
}

/// What is said of an operation beside its request: notices of how it was read, names to look up.
#[derive(Default)]
struct Notes {
    issues: Vec<Issue>,
    unresolved: Vec<Unresolved>,
}

/// What an answer says.
#[wasm_bindgen(js_name = readResponse)]
#[must_use]
pub fn read_response(kind: &str, status: u16, body: &[u8]) -> String {
    let outcome = match kind {
        "query" | "next" => response::read_rows(status, body).map(|rows| {
            vec![
                ("items", to_json(&rows.items)),
                ("next", to_json(&rows.next_page_url)),
                ("issues", to_json(&rows.issues)),
            ]
        }),
        "count" => response::read_count(status, body).map(|count| vec![("count", to_json(&count))]),
        "get" => response::read_item(status, body).map(|item| vec![("item", to_json(&item))]),
        "create" | "update" | "replace" | "delete" => {
            response::read_item_id(status, body).map(|id| vec![("itemId", to_json(&id))])
        }
        _ => response::read(status, body).map(|body| vec![("body", to_json(&body))]),
    };
    match outcome {
        Ok(mut members) => {
            members.insert(0, ("ok", "true".to_owned()));
            object(&members)
        }
        Err(failure) => to_json(&Failed { failure: &failure, ok: false }),
    }
}

/// A failure as an answer.
#[derive(Serialize)]
struct Failed<'a> {
    #[serde(flatten)]
    failure: &'a Failure,
    ok: bool,
}

pub(crate) fn record_of(json: Value) -> Result<Record, Issue> {
    match json {
        Value::Object(map) => Ok(Record::from(map)),
        _ => Err(Issue::error("record.not_a_row", "a record is an object")),
    }
}

fn wrong(message: impl Into<String>, path: &str) -> Vec<Issue> {
    vec![Issue::error("request.malformed", message).at(path)]
}

fn operation_of(
    schema: &Schema,
    context: &Context,
    operation: &Value,
    notes: &mut Notes,
) -> Result<Operation, Vec<Issue>> {
    let needed = |name: &str| {
        let text = operation[name].as_str().map(str::to_owned);
        text.ok_or_else(|| wrong(format!("the operation has no `{name}`"), name))
    };
    let kind = needed("kind")?;
    match kind.as_str() {
        "zone" => return Ok(Operation::Zone(needed("user")?)),
        "threshold" => return Ok(Operation::Threshold),
        _ => {}
    }
    let name = needed("entity")?;
    let entity = autotask_core::entity(&name).ok_or_else(|| vec![unknown_entity(&name)])?;
    let parent = || match &operation["parentId"] {
        Value::Null => Ok(None),
        given => given.as_i64().map(Some).ok_or_else(|| wrong("`parentId` must be a whole number", "parentId")),
    };
    let id = || operation["id"].as_i64().ok_or_else(|| wrong("the operation has no whole number as `id`", "id"));
    let record = |notes: &mut Notes| {
        let given = record_of(operation["record"].clone()).map_err(|issue| vec![issue.at("record")])?;
        let info = known(&schema.inner, &name).map_err(|issue| vec![issue])?;
        let read = context.run(|context| read_record(&given, info, context));
        notes.unresolved.extend(read.unresolved.into_iter().map(Unresolved::of));
        if has_errors(&read.issues) {
            return Err(read.issues);
        }
        notes.issues.extend(read.issues);
        Ok(read.record)
    };
    Ok(match kind.as_str() {
        "query" => Operation::Query(query_of(schema, context, entity, operation, notes)?),
        "count" => Operation::Count(query_of(schema, context, entity, operation, notes)?),
        "next" => {
            let url = needed("url")?;
            let query = Some(&operation["query"]).filter(|query| query.is_object());
            let query = query.ok_or_else(|| wrong("give the `query` that the walk began with", "query"))?;
            Operation::Next { query: query_of(schema, context, entity, query, notes)?, url }
        }
        "get" => Operation::Get(entity, id()?),
        "delete" => Operation::Delete(entity, parent()?, id()?),
        "create" => Operation::Create(entity, record(notes)?, parent()?),
        "update" => Operation::Update(entity, record(notes)?, parent()?),
        "replace" => Operation::Replace(entity, record(notes)?, parent()?),
        "info" => Operation::EntityInformation(entity),
        "fields" => Operation::Fields(entity),
        "userDefinedFields" => Operation::UserDefinedFields(entity),
        other => return Err(wrong(format!("unknown kind `{other}`"), "kind")),
    })
}

fn query_of(
    schema: &Schema,
    context: &Context,
    entity: &'static EntityInfo,
    query: &Value,
    notes: &mut Notes,
) -> Result<Query, Vec<Issue>> {
    let info = known(&schema.inner, entity.name).map_err(|issue| vec![issue])?;
    let filter = match query.get("filter") {
        None => autotask_core::Filter::everything(),
        // What `parseFilter` gives for a filter with errors must not become all rows.
        Some(Value::Null) => {
            return Err(wrong("`filter` is null, as of a filter with errors; leave it out for all rows", "filter"));
        }
        Some(filter) => {
            let (filter, notices) = server_filter_of(filter, info, context)?;
            notes.issues.extend(notices);
            filter
        }
    };
    let max_records = match &query["maxRecords"] {
        Value::Null => None,
        given => match given.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Some(number),
            None => return Err(wrong("`maxRecords` must be a whole number, 1 to 500", "maxRecords")),
        },
    };
    let names = |list: &Vec<Value>| list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    let include_fields = match &query["includeFields"] {
        Value::Null => None,
        Value::Array(list) if list.iter().all(Value::is_string) => names(list),
        _ => return Err(wrong("`includeFields` must be a list of names", "includeFields")),
    };
    let verb = match &query["method"] {
        Value::Null => Verb::Auto,
        Value::String(method) if method == Method::Get.as_str() => Verb::Get,
        Value::String(method) if method == Method::Post.as_str() => Verb::Post,
        _ => return Err(wrong("`method` must be `GET` or `POST`", "method")),
    };
    Ok(Query { entity, filter, max_records, include_fields, verb })
}
