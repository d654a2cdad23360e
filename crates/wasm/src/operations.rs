//! Operations: requests to send, answers to read, records to check.

use autotask_core::request::{Operation, Query, Verb};
use autotask_core::response::{self, Failure};
use autotask_core::validate::Mode;
use autotask_core::{EntityInfo, Issue, Record};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::convert::{from_js, known, to_js, unknown_entity};
use crate::filters::filter_of;
use crate::schema::Schema;

/// Every problem of a record. `mode` is `create` or `update`.
#[wasm_bindgen]
#[must_use]
pub fn validate(schema: &Schema, entity: &str, record: JsValue, is_create: bool) -> JsValue {
    let mode = if is_create { Mode::Create } else { Mode::Update };
    let issues = match (known(&schema.inner, entity), record_of(record)) {
        (Err(issue), _) | (_, Err(issue)) => vec![issue],
        (Ok(info), Ok(record)) => autotask_core::validate::validate(&record, &info, mode),
    };
    to_js(&issues)
}

/// The operation as method, path and body.
#[wasm_bindgen(js_name = buildRequest)]
#[must_use]
pub fn build_request(schema: &Schema, operation: &JsValue) -> JsValue {
    match operation_of(schema, operation).and_then(|operation| operation.request().map_err(|issue| vec![issue])) {
        Ok(request) => {
            let mut answer = json!({"method": request.method.as_str(), "path": request.path, "issues": []});
            if let Some(body) = request.body {
                answer["body"] = Value::from(body);
            }
            to_js(&answer)
        }
        Err(issues) => to_js(&json!({"method": "", "path": "", "issues": issues})),
    }
}

/// What an answer says.
#[wasm_bindgen(js_name = readResponse)]
#[must_use]
pub fn read_response(kind: &str, status: u16, body: &[u8]) -> JsValue {
    let outcome = match kind {
        "query" | "next" => response::read_rows(status, body)
            .map(|rows| json!({"ok": true, "items": rows.items, "next": rows.next_page_url, "issues": rows.issues})),
        "count" => response::read_count(status, body).map(|count| json!({"ok": true, "count": count})),
        "get" => response::read_item(status, body).map(|item| json!({"ok": true, "item": item})),
        "create" | "update" | "replace" | "delete" => {
            response::read_item_id(status, body).map(|id| json!({"ok": true, "itemId": id}))
        }
        _ => response::read(status, body).map(|body| json!({"ok": true, "body": body})),
    };
    to_js(&outcome.unwrap_or_else(|failure| failed(&failure)))
}

fn failed(failure: &Failure) -> Value {
    let mut outcome = json!(failure);
    outcome["ok"] = Value::Bool(false);
    outcome
}

fn record_of(record: JsValue) -> Result<Record, Issue> {
    match from_js(record) {
        Ok(Value::Object(map)) => Ok(Record::from(map)),
        Ok(_) => Err(Issue::error("record.not_a_row", "a record is an object")),
        Err(message) => Err(Issue::error("record.not_a_row", message)),
    }
}

fn operation_of(schema: &Schema, operation: &JsValue) -> Result<Operation, Vec<Issue>> {
    let wrong = |message: String, path: &str| vec![Issue::error("request.malformed", message).at(path)];
    let text = |name: &str| member(operation, name).as_string();
    let kind = text("kind").ok_or_else(|| wrong("the operation has no `kind`".to_owned(), "kind"))?;
    match kind.as_str() {
        "zone" => {
            return text("user")
                .map(Operation::Zone)
                .ok_or_else(|| wrong("the zone of which `user`?".to_owned(), "user"));
        }
        "threshold" => return Ok(Operation::Threshold),
        _ => {}
    }
    let name = text("entity").ok_or_else(|| wrong("the operation has no `entity`".to_owned(), "entity"))?;
    let entity = autotask_core::entity(&name).ok_or_else(|| vec![unknown_entity(&name)])?;
    let id = |name: &str| member(operation, name).as_f64().and_then(crate::table::exact);
    let needed_id = || id("id").ok_or_else(|| wrong("the operation has no `id`".to_owned(), "id"));
    let record = || record_of(member(operation, "record")).map_err(|issue| vec![issue.at("record")]);
    Ok(match kind.as_str() {
        "query" => Operation::Query(query_of(schema, entity, operation)?),
        "count" => Operation::Count(query_of(schema, entity, operation)?),
        "next" => {
            let url = text("url").ok_or_else(|| wrong("the operation has no `url`".to_owned(), "url"))?;
            Operation::Next { query: query_of(schema, entity, &member(operation, "query"))?, url }
        }
        "get" => Operation::Get(entity, needed_id()?),
        "delete" => Operation::Delete(entity, id("parentId"), needed_id()?),
        "create" => Operation::Create(entity, record()?, id("parentId")),
        "update" => Operation::Update(entity, record()?, id("parentId")),
        "replace" => Operation::Replace(entity, record()?, id("parentId")),
        "info" => Operation::EntityInformation(entity),
        "fields" => Operation::Fields(entity),
        "userDefinedFields" => Operation::UserDefinedFields(entity),
        other => return Err(wrong(format!("unknown kind `{other}`"), "kind")),
    })
}

fn query_of(schema: &Schema, entity: &'static EntityInfo, query: &JsValue) -> Result<Query, Vec<Issue>> {
    let info = known(&schema.inner, entity.name).map_err(|issue| vec![issue])?;
    let filter = member(query, "filter");
    let filter = if filter.is_undefined() { JsValue::from_str("") } else { filter };
    let max_records = match member(query, "maxRecords") {
        absent if absent.is_undefined() || absent.is_null() => None,
        // What is no page size becomes one that `request` refuses with its own words.
        given => Some(given.as_f64().and_then(crate::table::exact).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)),
    };
    let include_fields: Option<Vec<String>> = match from_js(member(query, "includeFields")) {
        Ok(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    };
    Ok(Query { entity, filter: filter_of(filter, &info)?, max_records, include_fields, verb: Verb::Auto })
}

fn member(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}
