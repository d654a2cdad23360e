//! Changes: which rows a transaction changed, and how they were before.
//!
//! A write touches more rows than the one it is for: a primary location moves the company's address, a second primary
//! contact ends the first. Triggers note every row at its first change, so that no rule can forget to say so.

use std::fmt::Write;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params};
use serde_json::Value;

use autotask_core::entity;

use super::{KINDS, Kind};
use crate::store::rows::{self, Row};
use crate::store::schema::quoted;
use crate::tenant::{Table, Tenant};

/// Rows and user-defined fields as they were before the transaction; null where there was none. Both tables are empty
/// between the transactions of the API. What somebody changes past it in a SQL shell is told with the next write.
pub(super) const TABLES: &str = "\
    CREATE TABLE \"_changed\" (\"entity\" TEXT NOT NULL, \"row\" INTEGER NOT NULL, \"old\" TEXT, \
    UNIQUE (\"entity\", \"row\"));\n\
    CREATE TABLE \"_changed_udf\" (\"row\" INTEGER NOT NULL, \"definition\" INTEGER NOT NULL, \"old\" TEXT, \
    PRIMARY KEY (\"row\", \"definition\")) WITHOUT ROWID;\n";

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Update,
    Delete,
}

impl Action {
    /// As payloads have it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Action::Create => "Create",
            Action::Update => "Update",
            Action::Delete => "Delete",
        }
    }

    /// The webhook's field that asks for it.
    pub(super) fn subscription(self) -> &'static str {
        match self {
            Action::Create => "isSubscribedToCreateEvents",
            Action::Update => "isSubscribedToUpdateEvents",
            Action::Delete => "isSubscribedToDeleteEvents",
        }
    }
}

/// A row before and after the transaction.
pub(super) struct Change<'t> {
    pub(super) kind: &'static Kind,
    pub(super) id: i64,
    state: State<'t>,
}

enum State<'t> {
    Created(Row<'t>),
    Updated(Row<'t>, Row<'t>),
    Deleted(Row<'t>),
}

impl<'t> Change<'t> {
    pub(super) fn action(&self) -> Action {
        match self.state {
            State::Created(_) => Action::Create,
            State::Updated(..) => Action::Update,
            State::Deleted(_) => Action::Delete,
        }
    }

    /// The row as it is now, or as it last was.
    pub(super) fn row(&self) -> &Row<'t> {
        match &self.state {
            State::Created(row) | State::Updated(_, row) | State::Deleted(row) => row,
        }
    }

    /// The row as it was, where it was another one.
    pub(super) fn before(&self) -> Option<&Row<'t>> {
        match &self.state {
            State::Updated(old, _) => Some(old),
            State::Created(_) | State::Deleted(_) => None,
        }
    }
}

/// The triggers. They do nothing while no webhook is active.
pub(super) fn triggers() -> String {
    let mut sql = String::new();
    let mut live = Vec::new();
    for kind in &KINDS {
        let Some(info) = entity(kind.entity) else { continue };
        let is_live = format!("EXISTS (SELECT 1 FROM {} WHERE \"isActive\" = 1)", quoted(kind.hooks));
        let cells: Vec<String> = info.fields.iter().map(|field| format!("OLD.{}", quoted(&field.name))).collect();
        let old = format!("json_array({})", cells.join(", "));
        for (event, row, old) in [("INSERT", "NEW", "NULL"), ("UPDATE", "OLD", &*old), ("DELETE", "OLD", &*old)] {
            let _ = writeln!(
                sql,
                "CREATE TRIGGER \"_{0}.{event}\" AFTER {event} ON {1} WHEN {is_live} BEGIN INSERT OR IGNORE INTO \
                 \"_changed\" (\"entity\", \"row\", \"old\") VALUES ('{0}', {row}.\"id\", {old}); END;",
                kind.entity,
                quoted(kind.entity),
            );
        }
        live.push(is_live);
    }
    for (event, row, old) in [("INSERT", "NEW", "NULL"), ("DELETE", "OLD", "OLD.\"text\"")] {
        let _ = writeln!(
            sql,
            "CREATE TRIGGER \"_udf.{event}\" AFTER {event} ON \"_udf\" WHEN {live} BEGIN INSERT OR IGNORE INTO \
             \"_changed_udf\" (\"row\", \"definition\", \"old\") VALUES ({row}.\"row\", {row}.\"definition\", {old}); END;",
            live = live.join(" OR "),
        );
    }
    sql
}

/// The changes of this transaction, in the order in which the rows were first touched.
pub(super) fn take<'t>(connection: &Connection, tenant: &'t Tenant) -> rusqlite::Result<Vec<Change<'t>>> {
    let noted: Vec<(String, i64, Option<String>)> = connection
        .prepare_cached("SELECT \"entity\", \"row\", \"old\" FROM \"_changed\" ORDER BY rowid")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut out = Vec::new();
    for (name, id, old) in noted {
        let Some(kind) = KINDS.iter().find(|kind| kind.entity == name) else { continue };
        let table = tenant.named(kind.entity);
        let new = rows::get(connection, table, id)?;
        let old = match old {
            Some(cells) => Some(before(connection, table, id, &cells, new.as_ref())?),
            None => None,
        };
        let state = match (old, new) {
            (None, Some(new)) => State::Created(new),
            (Some(old), Some(new)) => State::Updated(old, new),
            (Some(old), None) => State::Deleted(old),
            // Made and gone in one transaction.
            (None, None) => continue,
        };
        out.push(Change { kind, id, state });
    }
    connection.prepare_cached("DELETE FROM \"_changed\"")?.execute([])?;
    connection.prepare_cached("DELETE FROM \"_changed_udf\"")?.execute([])?;
    Ok(out)
}

/// The row as the triggers noted it. User-defined fields that were not touched are as they are now.
fn before<'t>(
    connection: &Connection,
    table: &'t Table,
    id: i64,
    cells: &str,
    now: Option<&Row<'t>>,
) -> rusqlite::Result<Row<'t>> {
    let mut row = Row::new(table);
    let values: Vec<Value> = serde_json::from_str(cells).unwrap_or_default();
    for (cell, value) in row.cells.iter_mut().zip(values) {
        *cell = match value {
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Cell::Integer(whole),
                None => number.as_f64().map_or(Cell::Null, Cell::Real),
            },
            Value::String(text) => Cell::Text(text),
            _ => Cell::Null,
        };
    }
    if let Some(now) = now {
        row.udfs.clone_from(&now.udfs);
    }
    let mut statement =
        connection.prepare_cached("SELECT \"definition\", \"old\" FROM \"_changed_udf\" WHERE \"row\" = ?1")?;
    let mut touched = statement.query(params![id])?;
    while let Some(udf) = touched.next()? {
        let definition: i64 = udf.get(0)?;
        if let Some(at) = table.definitions.iter().position(|known| *known == definition) {
            row.udfs[at] = udf.get(1)?;
        }
    }
    Ok(row)
}
