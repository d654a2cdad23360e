//! Fields: what Autotask fills in by itself, and what it says it changed and did not.

use autotask_core::DataType;
use rusqlite::types::Value as Cell;

use super::Context;
use crate::store::rows::Row;
use crate::world::lists;

/// Fields of which a 200 is no proof of a change, as measured.
const SILENT: [(&str, &str); 4] = [
    ("TimeEntries", "ticketID"),
    ("TimeEntries", "hoursWorked"),
    ("TicketNotes", "createdByContactID"),
    ("Projects", "status"),
];

/// Required yes-or-no fields that are no when absent. Recorded for the one: a create without it was refused, but not
/// for its absence.
const ABSENT_IS_NO: [(&str, &str); 1] = [("ProjectNotes", "isAnnouncement")];

/// Texts that are empty and not null where nobody wrote one. Decision: other fields were recorded empty too, in one row;
/// of this one a client in daily use depends on it (django-autotask drops companies whose number is null).
const EMPTY_TEXTS: [(&str, &str); 1] = [("Companies", "companyNumber")];

/// What a new row has where nothing was sent: it is active, its other yes-or-no fields are no, and some texts are empty.
pub(in crate::write) fn defaults(row: &mut Row<'_>) {
    for (entity, field) in EMPTY_TEXTS {
        if row.table.info.name == entity && row.is_null(field) {
            row.set_text(field, "");
        }
    }
    for (at, field) in row.table.info.fields.iter().enumerate() {
        let may_be_absent = !field.is_required || ABSENT_IS_NO.contains(&(row.table.info.name, &*field.name));
        if field.data_type == DataType::Boolean && row.cells[at] == Cell::Null && may_be_absent {
            row.cells[at] = Cell::Integer(i64::from(field.name == "isActive"));
        }
    }
}

/// Takes back what Autotask silently does not change.
pub(in crate::write) fn silent(row: &mut Row<'_>, old: &Row<'_>) {
    for (entity, field) in SILENT {
        if row.table.info.name == entity {
            row.set(field, old.get(field).clone());
        }
    }
}

/// Who and when, in the fields that only Autotask sets.
pub(in crate::write) fn stamp(context: Context<'_>, row: &mut Row<'_>, is_new: bool) {
    for (at, field) in row.table.info.fields.iter().enumerate() {
        let name = field.name.to_ascii_lowercase();
        let is_creation = name.starts_with("creat") || name.starts_with("impersonatorcreator");
        let is_change = name.starts_with("lastmodified")
            || name.starts_with("lasttrackedmodif")
            || name.starts_with("lastactivity")
            || name.starts_with("statuslastmodified")
            || name.starts_with("updateresource")
            || name.starts_with("impersonatorupdater");
        if !field.is_read_only || !(is_change || is_creation && is_new) {
            continue;
        }
        if name.starts_with("impersonator") {
            row.cells[at] = context.impersonator.map_or(Cell::Null, Cell::Integer);
        } else if field.data_type == DataType::DateTime {
            row.cells[at] = Cell::Integer(context.now.0);
        } else if name.ends_with("resourceid") || name.ends_with("userid") || name.ends_with("by") {
            row.cells[at] = Cell::Integer(context.resource);
        } else if name.ends_with("persontype") || name == "creatortype" {
            row.cells[at] = Cell::Integer(lists::CREATED_BY_RESOURCE);
        }
    }
}
