//! Secondary resources: who else works on a ticket.

use super::Maker;
use super::book::Book;
use super::dice::Dice;
use super::tickets::Ticket;

/// Makes the second hands of a ticket that somebody has: nobody twice, and never whose it is.
pub(super) fn of_ticket(
    maker: &mut Maker<'_>,
    book: &Book,
    dice: &mut Dice,
    ticket: &Ticket<'_>,
) -> rusqlite::Result<()> {
    let count = dice.weighted(&[(90, 0_usize), (8, 1), (2, 2)]);
    let first = usize::try_from(dice.below(100)).unwrap_or(0);
    let role = book.catalog.roles[usize::try_from(dice.below(3)).unwrap_or(0)].0;
    let Some(primary) = ticket.row.int("assignedResourceID") else { return Ok(()) };
    let technicians = &book.catalog.technicians;
    let others = technicians.iter().cycle().skip(first % technicians.len()).take(technicians.len());
    for resource in others.filter(|resource| **resource != primary).take(count) {
        let mut row = maker.row("TicketSecondaryResources");
        row.set("ticketID", ticket.row.id());
        row.set("resourceID", *resource);
        row.set("roleID", role);
        maker.insert(row)?;
    }
    Ok(())
}
