//! Deletions: the logs that deleted tickets, and what is deleted below tickets and tasks, leave.

use rusqlite::types::Value as Cell;

use super::Context;
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::schema::quoted;
use crate::store::sql::Where;
use crate::world::lists;

/// What ends with its ticket, and what it is in the log of activities, if that knows it.
const OF_TICKET: [(&str, Option<i64>); 6] = [
    ("TicketNotes", Some(lists::DELETED_NOTE)),
    ("TimeEntries", Some(lists::DELETED_TIME)),
    ("TicketAttachments", Some(lists::DELETED_ATTACHMENT)),
    ("TicketSecondaryResources", None),
    ("TicketCharges", None),
    ("ServiceCallTickets", None),
];

/// What loses its reference to a deleted ticket.
const POINTS_AT_TICKET: [(&str, &str); 2] = [("Tickets", "problemTicketId"), ("CompanyToDos", "ticketID")];

/// Deletes a ticket with all that hangs below it, as people can and the API cannot.
pub(in crate::write) fn ticket(context: Context<'_>, ticket: &Row<'_>) -> Result<(), Refusal> {
    let connection = context.connection;
    for (entity, _) in OF_TICKET {
        let table = context.tenant.named(entity);
        for row in rows::select(connection, table, &Where::equals("ticketID", ticket.id()))? {
            super::before_delete(context, &row)?;
            rows::delete(connection, table, row.id())?;
        }
    }
    for (entity, field) in POINTS_AT_TICKET {
        let sql = format!("UPDATE {} SET {1} = NULL WHERE {1} = ?1", quoted(entity), quoted(field));
        connection.prepare_cached(&sql)?.execute([ticket.id()])?;
    }
    let mut log = Row::new(context.tenant.named("DeletedTicketLogs"));
    log.set("ticketID", ticket.id());
    log.set("ticketNumber", ticket.get("ticketNumber").clone());
    log.set_cut("ticketTitle", ticket.text("title"));
    log.set("deletedByResourceID", context.resource);
    log.set_instant("deletedDateTime", context.now);
    log.set("id", rows::next_id(connection, log.table)?);
    rows::insert(connection, &log)?;
    rows::delete(connection, ticket.table, ticket.id())?;
    Ok(())
}

/// Logs the end of a note, a time entry or an attachment of a ticket, or of a task's time entry.
///
/// Decision: all fields are always present, as the metadata says: a note's hours are 0 and its times those of its
/// creation.
pub(super) fn log_activity(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    let entity = row.table.info.name;
    let Some(kind) = OF_TICKET.iter().find(|(known, _)| *known == entity).and_then(|(_, kind)| *kind) else {
        return Ok(());
    };
    let (logs, owner, owner_field) = match (row.int("ticketID"), row.int("taskID")) {
        (Some(ticket), _) => ("DeletedTicketActivityLogs", context.get("Tickets", ticket)?, "ticketID"),
        (None, Some(task)) => ("DeletedTaskActivityLogs", context.get("Tasks", task)?, "taskID"),
        (None, None) => return Ok(()),
    };
    let first = |fields: &[&str]| {
        fields.iter().map(|field| row.get(field)).find(|cell| **cell != Cell::Null).cloned().unwrap_or(Cell::Null)
    };
    let happened = first(&["createDateTime", "attachDate", "dateWorked"]);
    let or_happened = |cell: Cell| if cell == Cell::Null { happened.clone() } else { cell };
    let mut log = Row::new(context.tenant.named(logs));
    log.set("typeID", kind);
    log.set(owner_field, row.get(owner_field).clone());
    if let Some(owner) = owner {
        for field in ["ticketNumber", "taskNumber"] {
            log.set(field, owner.get(field).clone());
        }
    }
    log.set("createdByResourceID", first(&["creatorResourceID", "creatorUserID", "attachedByResourceID"]));
    log.set("deletedByResourceID", context.resource);
    log.set_instant("deletedDateTime", context.now);
    log.set("startDateTime", or_happened(first(&["startDateTime", "dateWorked"])));
    log.set("endDateTime", or_happened(first(&["endDateTime", "dateWorked"])));
    log.set("activityDateTime", happened);
    let hours = first(&["hoursWorked"]);
    log.set("hoursWorked", if hours == Cell::Null { Cell::Real(0.0) } else { hours });
    log.set_cut("noteOrAttachmentTitle", Some(row.text("title").unwrap_or_default()));
    log.set("id", rows::next_id(context.connection, log.table)?);
    rows::insert(context.connection, &log)?;
    Ok(())
}
