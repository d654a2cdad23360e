//! Tickets: somebody or a queue has them, what they refer to is of their company, and they are numbered by day.

use autotask_core::text::fold;
use rusqlite::types::Value as Cell;

use super::time_entry::number;
use super::{Context, refused};
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::schema::{folded, quoted};
use crate::store::sql::Where;

/// The status of a ticket that is done.
const COMPLETE: i64 = 5;
/// What a ticket is where nothing was sent, as documented: source Other, type Service Request.
const DEFAULTS: [(&str, i64); 2] = [("source", -1), ("ticketType", 1)];

/// The recorded rules of tickets.
pub(super) fn before(context: Context<'_>, row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    let has = |field: &str| !row.is_null(field);
    pair(row)?;
    if old.is_none() && !has("assignedResourceID") && !has("queueID") {
        return refused(
            "assignedResourceID, assignedResourceRoleID, and queueID cannot all be empty. Supply a queueID or both an assignedResourceID and assignedResourceRoleID.",
        );
    }
    location(context, row, old)?;
    if let (Some(old), Some(resource)) = (old, row.int("assignedResourceID")) {
        not_secondary(context, old.id(), resource)?;
    }
    match old {
        None => {
            for (field, value) in DEFAULTS {
                if row.is_null(field) {
                    row.set(field, value);
                }
            }
            row.set("ticketNumber", next_number(context)?);
        }
        // Decision: like other fields that Autotask sets, passed over when sent.
        Some(old) => row.set("ticketNumber", old.get("ticketNumber").clone()),
    }
    complete(context, row, old);
    Ok(())
}

/// Somebody is assigned in a role. Recorded for tickets; tasks are documented alike.
pub(super) fn pair(row: &Row<'_>) -> Result<(), Refusal> {
    if row.is_null("assignedResourceID") != row.is_null("assignedResourceRoleID") {
        return refused(
            "Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.",
        );
    }
    Ok(())
}

fn location(context: Context<'_>, row: &Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    let related = ["companyID", "companyLocationID", "contactID", "configurationItemID"];
    if old.is_some_and(|old| related.iter().all(|field| old.get(field) == row.get(field))) {
        return Ok(());
    }
    let Some(id) = row.int("companyLocationID") else { return Ok(()) };
    let owner = context.get("CompanyLocations", id)?.and_then(|location| location.int("companyID"));
    let mut companies = vec![row.int("companyID")];
    for (entity, field) in [("ConfigurationItems", "configurationItemID"), ("Contacts", "contactID")] {
        if let Some(found) = row.int(field).map(|id| context.get(entity, id)).transpose()?.flatten() {
            companies.push(found.int("companyID"));
        }
    }
    if owner.is_some() && companies.contains(&owner) {
        return Ok(());
    }
    refused(format!(
        "The companyLocationID[{id}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company."
    ))
}

/// Decision: that the primary resource is no secondary one is documented, the text is ours.
fn not_secondary(context: Context<'_>, ticket: i64, resource: i64) -> Result<(), Refusal> {
    let condition = Where {
        sql: "\"ticketID\" = ? AND \"resourceID\" = ?".to_owned(),
        values: vec![Cell::Integer(ticket), Cell::Integer(resource)],
    };
    match rows::exists(context.connection, context.tenant.named("TicketSecondaryResources"), &condition)? {
        true => refused("Data violation: The primary Resource of a Ticket cannot be a secondary Resource of it."),
        false => Ok(()),
    }
}

/// A secondary resource is not the primary one.
pub(super) fn before_secondary(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    let ticket = context.get("Tickets", row.int("ticketID").unwrap_or(-1))?;
    if ticket.is_some_and(|ticket| ticket.int("assignedResourceID") == row.int("resourceID")) {
        return refused("Data violation: The primary Resource of a Ticket cannot be a secondary Resource of it.");
    }
    Ok(())
}

/// `T20261121.0001`, the next of the day. Numbers of deleted tickets are not given again.
fn next_number(context: Context<'_>) -> Result<Cell, Refusal> {
    let day = format!("T{}", context.now.date_text().replace('-', ""));
    // The dot's neighbour ends the range, which the index on ticket numbers answers.
    let (low, high) = (fold(&format!("{day}.")), fold(&format!("{day}/")));
    let mut last = 0;
    for entity in ["Tickets", "DeletedTicketLogs"] {
        let sql = format!(
            "SELECT max(CAST(substr({number}, {place}) AS INTEGER)) FROM {entity} \
             WHERE rtrim({number}, ' ') >= ?1 AND rtrim({number}, ' ') < ?2",
            number = folded("ticketNumber"),
            place = low.len() + 1,
            entity = quoted(entity),
        );
        let found: Option<i64> = context.connection.prepare_cached(&sql)?.query_row([&low, &high], |row| row.get(0))?;
        last = last.max(found.unwrap_or(0));
    }
    Ok(Cell::Text(format!("{day}.{:04}", last.saturating_add(1))))
}

/// When and by whom it was done. Decision: a ticket that is taken up again has neither.
fn complete(context: Context<'_>, row: &mut Row<'_>, old: Option<&Row<'_>>) {
    let is_done = row.int("status") == Some(COMPLETE);
    let was_done = old.is_some_and(|old| old.int("status") == Some(COMPLETE));
    if is_done && !was_done {
        row.set_instant("completedDate", context.now);
        row.set("completedByResourceID", context.resource);
    } else if was_done && !is_done {
        row.set("completedDate", Cell::Null);
        row.set("completedByResourceID", Cell::Null);
    }
}

/// Amounts follow from quantity and prices; what was billed stays as it is.
pub(super) fn before_charge(row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    unbilled(old.unwrap_or(row))?;
    let quantity = number(row.get("unitQuantity")).unwrap_or_default();
    for (to, from) in [("billableAmount", "unitPrice"), ("extendedCost", "unitCost")] {
        let amount = number(row.get(from)).map(|each| (each * quantity * 100.0).round() / 100.0);
        row.set(to, amount.map_or(Cell::Null, Cell::Real));
    }
    row.set("internalCurrencyBillableAmount", row.get("billableAmount").clone());
    row.set("internalCurrencyUnitPrice", row.get("unitPrice").clone());
    Ok(())
}

/// Refuses a change of what was billed. Decision: the rule is one client's, the text ours.
pub(super) fn unbilled(charge: &Row<'_>) -> Result<(), Refusal> {
    if charge.is_true("isBilled") {
        return refused("Data violation: A TicketCharge that was billed cannot be changed or deleted.");
    }
    Ok(())
}

/// Notes, time and attachments count as activity of their ticket.
pub(super) fn touch(context: Context<'_>, ticket: Option<i64>) -> Result<(), Refusal> {
    if let Some(ticket) = ticket {
        context
            .connection
            .prepare_cached(
                "UPDATE \"Tickets\" SET \"lastActivityDate\" = ?2, \"lastActivityResourceID\" = ?3 WHERE \"id\" = ?1",
            )?
            .execute(rusqlite::params![ticket, context.now.0, context.resource])?;
    }
    Ok(())
}
