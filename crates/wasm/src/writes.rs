//! Writes: what a change changes, what to send of it, and what became of it.

use autotask_core::title::title;
use autotask_core::write::{self, Patch};
use autotask_core::{EntityInfo, Record};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::context::Context;
use crate::convert::{known, read_value, refusal, to_json};
use crate::operations::record_of;
use crate::schema::Schema;

/// What differs between two states of a row, in words. Rows of the context's tables are called by their names.
///
/// # Errors
///
/// The issue that there is no such entity, or that a state is no row.
#[wasm_bindgen]
pub fn diff(schema: &Schema, context: &Context, entity: &str, before: &str, after: &str) -> Result<String, String> {
    let (info, [before, after]) = rows(schema, entity, [("before", before), ("after", after)])?;
    Ok(context.run(|context| {
        let name_of = |entity: &str, id: i64| {
            let row = context.table(entity)?.by_id(id)?;
            autotask_core::entity(entity).map(|info| title(info, &row))
        };
        to_json(&write::diff(info, &before, &after, &name_of))
    }))
}

/// The row to send that makes one state the other.
///
/// # Errors
///
/// As [`diff`].
#[wasm_bindgen]
pub fn patch(schema: &Schema, entity: &str, before: &str, after: &str) -> Result<String, String> {
    let (info, [before, after]) = rows(schema, entity, [("before", before), ("after", after)])?;
    Ok(to_json(&Patch::between(info, &before, &after).record()))
}

/// What became of each field that was sent.
///
/// # Errors
///
/// As [`diff`].
#[wasm_bindgen(js_name = verifyWrite)]
pub fn verify_write(schema: &Schema, entity: &str, sent: &str, before: &str, after: &str) -> Result<String, String> {
    let (info, [sent, before, after]) = rows(schema, entity, [("sent", sent), ("before", before), ("after", after)])?;
    Ok(to_json(&write::verify(info, &sent, &before, &after)))
}

fn rows<'a, const N: usize>(
    schema: &'a Schema,
    entity: &str,
    given: [(&str, &str); N],
) -> Result<(&'a EntityInfo, [Record; N]), String> {
    let info = known(&schema.inner, entity).map_err(|issue| refusal(vec![issue]))?;
    let mut issues = Vec::new();
    let records = given.map(|(name, json)| {
        let record: Result<Record, _> = read_value(json.as_bytes()).and_then(|json: Value| record_of(json));
        record.map_err(|issue| issues.push(issue.at(name))).unwrap_or_default()
    });
    if issues.is_empty() { Ok((info, records)) } else { Err(refusal(issues)) }
}
