//! Children: rows by id, and rows below their parent.

use autotask_core::EntityInfo;
use serde_json::{Map, Value, json};

use super::Call;
use super::query::PAGE_RECORDS_MAX;
use crate::answer::Refusal;
use crate::store::rows::{self, Shown};
use crate::store::sql::Where;
use crate::tenant::Table;

/// One row; `{"item":null}` when there is none.
pub(super) fn by_id(call: &Call<'_>, entity: &EntityInfo, id: i64) -> Result<Value, Refusal> {
    let table = call.table(entity);
    item(call, read(call, table, &Where::equals("id", id), true)?.pop())
}

/// All rows below a parent. Decision: on one page, since no source shows a walk here.
pub(super) fn all(call: &Call<'_>, entity: &EntityInfo, parent: i64) -> Result<Value, Refusal> {
    let table = call.table(entity);
    Ok(collection(read(call, table, &below(entity, parent), false)?))
}

/// One row below a parent; attachments come as a collection of one.
pub(super) fn one(call: &Call<'_>, entity: &EntityInfo, parent: i64, id: i64) -> Result<Value, Refusal> {
    let table = call.table(entity);
    let mut found = read(call, table, &below(entity, parent).and_id("=", id), true)?;
    if entity.name.ends_with("Attachments") {
        return Ok(collection(found));
    }
    item(call, found.pop())
}

/// One row or `null`; older answers for a row that is not there were 404.
fn item(call: &Call<'_>, row: Option<Value>) -> Result<Value, Refusal> {
    if row.is_none() && call.effects.absent_is_not_found {
        return Err(Refusal::NoRoute { uri: call.origin.clone() });
    }
    Ok(json!({ "item": row }))
}

fn below(entity: &EntityInfo, parent: i64) -> Where {
    entity.parent.map_or_else(Where::everything, |info| Where::equals(info.field, parent))
}

fn read(call: &Call<'_>, table: &Table, condition: &Where, data: bool) -> Result<Vec<Value>, Refusal> {
    let shown = Shown { data, ..Shown::all(table) };
    let found = call.inner.store.read(|connection| rows::list(connection, table, &shown, condition, false, None))?;
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

fn collection(items: Vec<Value>) -> Value {
    let details = json!({
        "count": items.len(), "requestCount": PAGE_RECORDS_MAX, "prevPageUrl": null, "nextPageUrl": null,
    });
    Value::Object(Map::from_iter([("items".to_owned(), Value::Array(items)), ("pageDetails".to_owned(), details)]))
}
