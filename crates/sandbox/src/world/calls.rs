//! Service calls: visits at a customer, for tickets and tasks, with who comes.

use autotask_core::Instant;

use super::book::{Book, Client};
use super::dice::Dice;
use super::tickets::{OPEN_SCHEDULED, Ticket};
use super::times::{DAY, HOUR, midnight};
use super::{ADMINISTRATOR, Maker};
use crate::store::rows::Row;

/// What a visit is for.
struct Visit<'t> {
    company: Option<i64>,
    site: Option<i64>,
    description: &'t str,
    technician: i64,
    /// When it was agreed on.
    created: Instant,
    start: Instant,
    hours: u32,
}

/// The visit for a ticket that needs somebody there: within its time, or ahead where it is still open.
pub(super) fn of_ticket(
    maker: &mut Maker<'_>,
    book: &Book,
    dice: &mut Dice,
    ticket: &Ticket<'_>,
) -> rusqlite::Result<()> {
    let is_scheduled = ticket.row.int("status") == Some(OPEN_SCHEDULED);
    if ticket.row.is_null("assignedResourceID") || !(is_scheduled || dice.percent(ticket.subject.on_site)) {
        return Ok(());
    }
    let start = match ticket.completed {
        Some(completed) => completed.plus_seconds(-HOUR).max(ticket.created),
        // In one of the next days, between 8 and 16 o'clock.
        None => midnight(maker.now)
            .plus_seconds(i64::from(dice.between(1, 9)) * DAY + i64::from(dice.between(8, 16)) * HOUR),
    };
    let call = insert(
        maker,
        &Visit {
            company: ticket.row.int("companyID"),
            site: ticket.row.int("companyLocationID"),
            description: ticket.subject.title,
            technician: ticket.technician,
            created: ticket.created,
            start,
            hours: dice.between(1, 3),
        },
    )?;
    let mut row = maker.row("ServiceCallTickets");
    row.set("serviceCallID", call);
    row.set("ticketID", ticket.row.id());
    let link = maker.insert(row)?;
    for resource in team(book, dice, ticket.technician) {
        let mut row = maker.row("ServiceCallTicketResources");
        row.set("serviceCallTicketID", link);
        row.set("resourceID", resource);
        maker.insert(row)?;
    }
    Ok(())
}

/// The visit for a task: when the task begins, at the customer's first site.
pub(super) fn of_task(
    maker: &mut Maker<'_>,
    book: &Book,
    dice: &mut Dice,
    client: &Client<'_, '_>,
    task: &Row<'_>,
    (created, start): (Instant, Instant),
) -> rusqlite::Result<()> {
    let technician = task.int("assignedResourceID").unwrap_or(ADMINISTRATOR);
    let call = insert(
        maker,
        &Visit {
            company: Some(client.company.id),
            site: client.company.sites.first().copied(),
            description: task.text("title").unwrap_or_default(),
            technician,
            created,
            start,
            hours: dice.between(2, 6),
        },
    )?;
    let mut row = maker.row("ServiceCallTasks");
    row.set("serviceCallID", call);
    row.set("taskID", task.id());
    let link = maker.insert(row)?;
    for resource in team(book, dice, technician) {
        let mut row = maker.row("ServiceCallTaskResources");
        row.set("serviceCallTaskID", link);
        row.set("resourceID", resource);
        maker.insert(row)?;
    }
    Ok(())
}

fn insert(maker: &mut Maker<'_>, visit: &Visit<'_>) -> rusqlite::Result<i64> {
    let end = visit.start.plus_seconds(i64::from(visit.hours) * HOUR);
    let is_complete = end <= maker.now;
    let mut row = maker.row("ServiceCalls");
    row.set("companyID", visit.company);
    row.set("companyLocationID", visit.site);
    row.set_cut("description", Some(visit.description));
    row.set_instant("startDateTime", visit.start);
    row.set_instant("endDateTime", end);
    row.set("duration", f64::from(visit.hours));
    row.set("cancelationNoticeHours", 0.0);
    row.set("status", if is_complete { 2_i64 } else { 3 });
    row.set("isComplete", i64::from(is_complete));
    row.set("creatorResourceID", visit.technician);
    row.set_instant("createDateTime", visit.created);
    row.set_instant("lastModifiedDateTime", if is_complete { end } else { visit.created });
    maker.insert(row)
}

/// The technician, and for some visits a second one.
fn team(book: &Book, dice: &mut Dice, technician: i64) -> Vec<i64> {
    let others: Vec<&i64> = book.catalog.technicians.iter().filter(|id| **id != technician).collect();
    let second = (dice.percent(15) && !others.is_empty()).then(|| *dice.pick(&others));
    std::iter::once(technician).chain(second).collect()
}
