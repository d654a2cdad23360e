//! Children: rows by id, and rows below their parent.

use autotask_core::EntityInfo;
use serde_json::json;

use super::query::PAGE_RECORDS_MAX;
use super::{Call, page};
use crate::answer::{Answer, Refusal};
use crate::store::lines::{self, Lines, Wanted};
use crate::store::rows::Shown;
use crate::store::sql::Where;
use crate::tenant::Table;

/// One row; `{"item":null}` when there is none.
pub(super) fn by_id(call: &Call<'_>, entity: &EntityInfo, id: i64) -> Result<Answer, Refusal> {
    let table = call.table(entity);
    item(call, &read(call, table, &Where::equals("id", id), true)?)
}

/// All rows below a parent. Decision: on one page, since no source shows a walk here.
pub(super) fn all(call: &Call<'_>, entity: &EntityInfo, parent: i64) -> Result<Answer, Refusal> {
    let table = call.table(entity);
    Ok(collection(read(call, table, &below(entity, parent), false)?))
}

/// One row below a parent; attachments come as a collection of one.
pub(super) fn one(call: &Call<'_>, entity: &EntityInfo, parent: i64, id: i64) -> Result<Answer, Refusal> {
    let table = call.table(entity);
    let found = read(call, table, &below(entity, parent).and_id("=", id), true)?;
    if entity.name.ends_with("Attachments") {
        return Ok(collection(found));
    }
    item(call, &found)
}

/// One row or `null`; older answers for a row that is not there were 404.
fn item(call: &Call<'_>, row: &Lines) -> Result<Answer, Refusal> {
    if row.len() == 0 && call.effects.absent_is_not_found {
        return Err(Refusal::NoRoute { uri: call.uri.clone() });
    }
    let mut json = b"{\"item\":".to_vec();
    json.extend_from_slice(row.first().unwrap_or(b"null"));
    json.push(b'}');
    Ok(Answer::Text(json.into()))
}

fn below(entity: &EntityInfo, parent: i64) -> Where {
    entity.parent.map_or_else(Where::everything, |info| Where::equals(info.field, parent))
}

fn read(call: &Call<'_>, table: &Table, condition: &Where, data: bool) -> Result<Lines, Refusal> {
    let shown = Shown { data, ..Shown::all(table) };
    let store = &call.inner.store;
    let wanted =
        Wanted { table, shown: &shown, condition, descending: false, limit: None, written: usize::MAX, outlet: None };
    Ok(store.read(|connection| lines::list(connection, &store.buffers, &wanted))?)
}

fn collection(rows: Lines) -> Answer {
    let details = json!({
        "count": rows.len(), "requestCount": PAGE_RECORDS_MAX, "prevPageUrl": null, "nextPageUrl": null,
    });
    page::collection(rows, false, &details)
}
