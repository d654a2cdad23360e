//! Sales: one quote of an opportunity is the primary one, and a to-do that is done is a note.

use rusqlite::types::Value as Cell;

use super::Context;
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::sql::Where;

/// Of several quotes exactly one is primary. Decision: it is the first until another one is, and a quote without a
/// company is for the opportunity's.
pub(super) fn before_quote(context: Context<'_>, row: &mut Row<'_>) -> Result<(), Refusal> {
    let Some(opportunity) = row.int("opportunityID") else { return Ok(()) };
    if row.is_null("companyID") {
        let company = context.get("Opportunities", opportunity)?.map_or(Cell::Null, |o| o.get("companyID").clone());
        row.set("companyID", company);
    }
    let others = Where {
        sql: "\"opportunityID\" = ? AND \"primaryQuote\" = 1 AND \"id\" <> ?".to_owned(),
        values: vec![Cell::Integer(opportunity), Cell::Integer(row.id())],
    };
    if !rows::exists(context.connection, row.table, &others)? {
        row.set("primaryQuote", true);
    }
    Ok(())
}

/// A to-do that was completed shows among the notes. Decision: as a row of its own, made once.
pub(super) fn after_to_do(context: Context<'_>, row: &Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    if row.is_null("completedDate") || old.is_some_and(|old| !old.is_null("completedDate")) {
        return Ok(());
    }
    let mut note = Row::new(context.tenant.named("CompanyNotes"));
    super::defaults(&mut note);
    for field in ["actionType", "companyID", "contactID", "opportunityID", "startDateTime", "endDateTime"] {
        note.set(field, row.get(field).clone());
    }
    for (to, from) in [
        ("assignedResourceID", "assignedToResourceID"),
        ("completedDateTime", "completedDate"),
        ("note", "activityDescription"),
    ] {
        note.set(to, row.get(from).clone());
    }
    super::stamp(context, &mut note, true);
    note.set("id", rows::next_id(context.connection, note.table)?);
    rows::insert(context.connection, &note)?;
    Ok(())
}
