//! Writes: body → draft → checks → rules → one transaction → `{"itemId":n}`.
//!
//! Nothing of a refused write stays. A 200 is no proof of a change: unknown and read-only members are passed over, as
//! Autotask does, unless the sandbox is strict.

mod checks;
mod draft;
pub(crate) mod lenient;
mod rules;
mod volume;

use autotask_core::{EntityInfo, Instant};
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use crate::Inner;
use crate::answer::Refusal;
use crate::routes::Call;
use crate::store::rows::{self, Row};
use crate::tenant::{Table, Tenant};
use crate::webhooks;
use crate::world;
use draft::Draft;

pub(crate) use rules::{PRIMARY_LOCATION, attached, primary_location};
pub(crate) use volume::Volume;

/// What a write is about, for checks and rules.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// Inside the write's transaction.
    pub(super) connection: &'a Connection,
    pub(super) tenant: &'a Tenant,
    pub(super) now: Instant,
    /// The resource that the row is written as.
    pub(super) resource: i64,
    /// The API user, where it writes as somebody else.
    pub(super) impersonator: Option<i64>,
    /// Whether companies have two levels and no more.
    pub(super) two_level_parents: bool,
    pub(super) volume: &'a Volume,
}

impl<'a> Context<'a> {
    /// The row of this id.
    pub(super) fn get(self, entity: &str, id: i64) -> rusqlite::Result<Option<Row<'a>>> {
        rows::get(self.connection, self.tenant.named(entity), id)
    }
}

/// A new row.
pub(crate) fn create(call: &Call<'_>, entity: &EntityInfo, parent: Option<i64>) -> Result<Value, Refusal> {
    let table = call.table(entity);
    let draft = Draft::read(call, table)?;
    let id = transact(call, |connection| -> Result<i64, Refusal> {
        let context = context(call, connection, entity, "create")?;
        let mut row = Row::new(table);
        draft.fill(&mut row, draft::Mode::Create);
        if let (Some(parent), Some(info)) = (parent, entity.parent) {
            // The URL decides under which parent a row goes, whatever the body says.
            row.set(info.field, parent);
        }
        rules::defaults(&mut row);
        checks::required(&row)?;
        checks::values(context, &row, |_| true)?;
        rules::before(context, &mut row, None)?;
        let id = rules::next_id(context, &row)?;
        row.set("id", id);
        rules::stamp(context, &mut row, true);
        rows::insert(connection, &row)?;
        rules::after(context, &row, None)?;
        webhooks::after_write(call.inner, context, None, Some(&row))?;
        Ok(id)
    })?;
    done(call, entity, id)
}

/// Changed fields of a row, or with `replace` all of them: what is not sent becomes null then.
pub(crate) fn update(
    call: &Call<'_>,
    entity: &EntityInfo,
    parent: Option<i64>,
    replace: bool,
) -> Result<Value, Refusal> {
    let table = call.table(entity);
    let draft = Draft::read(call, table)?;
    let id = draft.id.ok_or_else(|| checks::missing("id"))?;
    transact(call, |connection| -> Result<(), Refusal> {
        let context = context(call, connection, entity, "update")?;
        let old = found(connection, table, parent, id, "update")?;
        let mut row = old.clone();
        let mode = if replace { draft::Mode::Replace } else { draft::Mode::Update };
        draft.fill(&mut row, mode);
        rules::silent(&mut row, &old);
        checks::required(&row)?;
        checks::values(context, &row, |at| draft.changes(table, at))?;
        rules::before(context, &mut row, Some(&old))?;
        rules::stamp(context, &mut row, false);
        rows::update(connection, &row)?;
        rules::after(context, &row, Some(&old))?;
        webhooks::after_write(call.inner, context, Some(&old), Some(&row))
    })?;
    done(call, entity, id)
}

/// The end of a row.
pub(crate) fn delete(call: &Call<'_>, entity: &EntityInfo, parent: Option<i64>, id: i64) -> Result<Value, Refusal> {
    let table = call.table(entity);
    transact(call, |connection| -> Result<(), Refusal> {
        let context = context(call, connection, entity, "delete")?;
        let row = found(connection, table, parent, id, "delete")?;
        rules::before_delete(context, &row)?;
        rows::delete(connection, table, id)?;
        webhooks::after_write(call.inner, context, Some(&row), None)
    })?;
    done(call, entity, id)
}

/// The end of a ticket, as a person brings it about.
pub(crate) fn delete_ticket(inner: &Inner, id: i64) -> Result<Value, Refusal> {
    let tenant = inner.tenant();
    let table = tenant.named("Tickets");
    inner.store.write(|connection| -> Result<(), Refusal> {
        let context = Context {
            connection,
            tenant: &tenant,
            now: lenient::to_milliseconds(inner.config.now()),
            resource: world::ADMINISTRATOR,
            impersonator: None,
            two_level_parents: false,
            volume: &inner.volume,
        };
        let row = found(connection, table, None, id, "delete")?;
        rules::delete_ticket(context, &row)?;
        webhooks::after_write(inner, context, Some(&row), None)
    })?;
    Ok(json!({ "itemId": id }))
}

/// One transaction: all of it is kept, or with an error nothing; and nothing where a fault says so.
fn transact<T>(
    call: &Call<'_>,
    work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    match call.effects.ignore_writes {
        true => call.inner.store.attempt(work),
        false => call.inner.store.write(work),
    }
}

/// The row to change, below its parent where the URL names one.
fn found<'t>(
    connection: &Connection,
    table: &'t Table,
    parent: Option<i64>,
    id: i64,
    verb: &str,
) -> Result<Row<'t>, Refusal> {
    let below = |row: &Row<'_>| match (parent, table.info.parent) {
        (Some(parent), Some(info)) => row.int(info.field) == Some(parent),
        _ => true,
    };
    // Decision: the sentence is recorded for DELETE; updates of absent rows get the same with their verb.
    rows::get(connection, table, id)?.filter(below).ok_or_else(|| {
        Refusal::Application(format!(
            "No matching records found. The logged in Resource may not have the required permissions to {verb} the data."
        ))
    })
}

/// Who writes. On entities that know no impersonation the header is passed over.
fn context<'a>(
    call: &Call<'a>,
    connection: &'a Connection,
    entity: &EntityInfo,
    verb: &str,
) -> Result<Context<'a>, Refusal> {
    let tenant = call.tenant;
    let mut context = Context {
        connection,
        tenant,
        now: lenient::to_milliseconds(call.inner.config.now()),
        resource: world::API_USER,
        impersonator: None,
        two_level_parents: call.inner.settings().two_level_parents,
        volume: &call.inner.volume,
    };
    let is_taken = entity.takes_impersonation() || call.effects.deny_impersonation;
    if let Some(header) = call.impersonation.as_deref().filter(|_| is_taken) {
        let refused = || {
            Refusal::Application(format!(
                "The logged in Resource does not have the adequate permissions to {verb} this entity type."
            ))
        };
        if call.effects.deny_impersonation {
            return Err(refused());
        }
        let id: i64 = header.trim().parse().map_err(|_| refused())?;
        // API-only users cannot be impersonated.
        let resource = rows::get(connection, tenant.named("Resources"), id)?
            .filter(|r| r.is_true("isActive") && r.get("licenseType") != &Cell::Integer(7))
            .ok_or_else(refused)?;
        context.impersonator = Some(context.resource);
        context.resource = resource.id();
    }
    Ok(context)
}

fn done(call: &Call<'_>, entity: &EntityInfo, id: i64) -> Result<Value, Refusal> {
    if entity.name.starts_with("UserDefinedField") {
        call.inner.reload_tenant()?;
    }
    // After the commit: what is not there yet is not seen.
    call.inner.webhooks.wake();
    Ok(json!({ "itemId": id }))
}
