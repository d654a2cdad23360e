//! Time entries: who worked when on a ticket or a task, and whether it is billed.

use autotask_core::Instant;

use super::book::Book;
use super::dice::Dice;
use super::invoices::Items;
use super::ticket_texts::PROGRESS;
use super::tickets::Ticket;
use super::times::{DAY, MINUTE, midnight, seconds_between};
use super::{ADMINISTRATOR, Maker};
use crate::store::rows::Row;

/// The entries of a ticket, between its creation and its completion.
pub(super) fn of_ticket<'a>(
    maker: &mut Maker<'a>,
    book: &Book,
    dice: &mut Dice,
    ticket: &mut Ticket<'_>,
    items: &mut Items<'a>,
) -> rusqlite::Result<()> {
    let is_new = ticket.row.int("status") == Some(1);
    let count = if is_new { 0 } else { dice.weighted(&[(12, 0_u32), (58, 1), (20, 2), (10, 3)]) };
    let until = ticket.completed.unwrap_or(maker.now);
    for index in 0..count {
        let quarters = dice.between(1, (ticket.subject.quarters * 2).div_ceil(count));
        let Some(start) = start_between(dice, ticket.created, until, quarters) else { continue };
        let is_there = dice.percent(ticket.subject.on_site);
        let mut row = maker.row("TimeEntries");
        row.set("ticketID", ticket.row.id());
        row.set("timeEntryType", 2_i64);
        row.set("resourceID", ticket.technician);
        row.set("roleID", ticket.role.0);
        row.set("billingCodeID", book.catalog.code(if is_there { "On-site Support" } else { "Remote Support" }));
        for field in ["contractID", "contractServiceID"] {
            row.set(field, ticket.row.get(field).clone());
        }
        row.set_text("summaryNotes", if index == 0 { ticket.subject.resolution } else { dice.pick(&PROGRESS) });
        let modified = spend(maker, dice, &mut row, start, quarters);
        ticket.touched = ticket.touched.max(modified);
        row.set("id", maker.next_id(row.table));
        items.labor(maker, &row, ticket.role.1, ticket.is_included, None);
        maker.insert(row)?;
    }
    Ok(())
}

/// A moment to begin so many quarters of an hour of work between two moments, on a full minute; none when there is
/// no room.
pub(super) fn start_between(dice: &mut Dice, from: Instant, until: Instant, quarters: u32) -> Option<Instant> {
    let room = seconds_between(from, until) - i64::from(quarters) * 15 * MINUTE;
    let room = u32::try_from(room).ok().filter(|room| *room > 60)?;
    let start = from.plus_seconds(i64::from(dice.below(room - 60)) + MINUTE);
    Some(start.plus_seconds(-seconds_between(midnight(start), start) % MINUTE))
}

/// Sets the times and hours of an entry, and answers when it was changed last: it is written down within the hour,
/// and approved within days.
pub(super) fn spend(maker: &Maker<'_>, dice: &mut Dice, row: &mut Row<'_>, start: Instant, quarters: u32) -> Instant {
    let hours = f64::from(quarters) / 4.0;
    let end = start.plus_seconds(i64::from(quarters) * 15 * MINUTE);
    let is_free = dice.percent(12);
    let written = maker.later_or_now(end, i64::from(dice.below(50)) * MINUTE);
    let approved = maker.later(written, i64::from(dice.between(2, 9)) * DAY).filter(|_| dice.percent(94));
    let modified = approved.unwrap_or(written);
    row.set_instant("startDateTime", start);
    row.set_instant("endDateTime", end);
    row.set_instant("dateWorked", midnight(start));
    row.set("hoursWorked", hours);
    row.set("offsetHours", 0.0);
    row.set("hoursToBill", if is_free { 0.0 } else { hours });
    row.set("isNonBillable", is_free);
    row.set("showOnInvoice", true);
    row.set("isInternalNotesVisibleToComanaged", false);
    for field in ["creatorUserID", "lastModifiedUserID"] {
        row.set(field, row.get("resourceID").clone());
    }
    row.set_instant("createDateTime", written);
    row.set_instant("lastModifiedDateTime", modified);
    if let Some(approved) = approved {
        row.set_instant("billingApprovalDateTime", approved);
        row.set("billingApprovalResourceID", ADMINISTRATOR);
        row.set("billingApprovalLevelMostRecent", 1_i64);
    }
    if dice.percent(15) {
        row.set_text("internalNotes", dice.pick(&PROGRESS));
    }
    modified
}
