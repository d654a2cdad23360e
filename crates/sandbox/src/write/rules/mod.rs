//! Rules: what Autotask does and refuses beyond single fields, by subject.
//!
//! ```text
//! create  defaults ─► checks ─► before ─► stamp ─► insert ─► after
//! update     fill ─► silent ─► checks ─► before ─► stamp ─► update ─► after
//! delete                                         before_delete ─► delete
//! ```

pub(crate) mod attachment;
mod belongs;
mod category;
mod company;
mod contact;
mod contract;
mod deletions;
mod fields;
mod location;
mod required;
mod sales;
mod service_lines;
mod task;
mod ticket;
mod time_entry;
mod unique;

use super::Context;
use crate::answer::Refusal;
use crate::store::rows::Row;

pub(crate) use attachment as attached;
pub(crate) use company::{PRIMARY_LOCATION, primary_location};
pub(super) use deletions::ticket as delete_ticket;
pub(super) use fields::{defaults, silent, stamp};

fn refused<T>(text: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Application(text.into()))
}

/// Refuses what the rules forbid, and completes the row.
pub(super) fn before(context: Context<'_>, row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    required::check(row)?;
    unique::check(context, row)?;
    belongs::check(context, row, old)?;
    if old.is_none() {
        contract::allows(context, row)?;
        category::fill(context, row)?;
    }
    match row.table.info.name {
        "Companies" => company::before(context, row, old),
        "CompanyLocations" => location::before(context, row, old),
        "CompanyAttachments" | "TicketAttachments" => attachment::before(context, row),
        "Contracts" => contract::before(row, old),
        "ContractServices" | "ContractServiceBundles" if old.is_none() => service_lines::before_line(context, row),
        "Quotes" => sales::before_quote(context, row),
        "Tasks" => task::before(context, row, old),
        "Tickets" => ticket::before(context, row, old),
        "TicketCharges" => ticket::before_charge(row, old),
        "TicketSecondaryResources" => ticket::before_secondary(context, row),
        "TimeEntries" => time_entry::before(row, old),
        _ => Ok(()),
    }
}

/// The id of a new row.
pub(super) fn next_id(context: Context<'_>, row: &Row<'_>) -> Result<i64, Refusal> {
    attachment::next_id(context, row)
}

/// What else changes with a row.
pub(super) fn after(context: Context<'_>, row: &Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    unique::clear_others(context, row)?;
    match row.table.info.name {
        "Companies" => company::after(context, row, old),
        "CompanyLocations" => location::after(context, row),
        "CompanyToDos" => sales::after_to_do(context, row, old),
        "Contracts" => contract::after(context, row, old),
        "ContractServiceAdjustments" | "ContractServiceBundleAdjustments" => service_lines::adjust(context, row),
        "CompanyAttachments" => attachment::after(context, row),
        "TicketAttachments" => {
            attachment::after(context, row)?;
            ticket::touch(context, row.int("ticketID"))
        }
        "TicketNotes" | "TimeEntries" => ticket::touch(context, row.int("ticketID")),
        _ => Ok(()),
    }
}

/// Refuses the end of what must stay, and clears what points at the row.
pub(super) fn before_delete(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    deletions::log_activity(context, row)?;
    match row.table.info.name {
        "CompanyAttachments" | "TicketAttachments" => attachment::before_delete(context, row),
        "TicketCharges" => ticket::unbilled(row),
        "CompanyLocations" => location::before_delete(context, row),
        "Contacts" => contact::before_delete(context, row),
        "ContactGroups" => contact::leave_groups(context, "contactGroupId", row.id()),
        _ => Ok(()),
    }
}
