//! Deleted: what the logs keep of tickets and of entries that somebody took away.

use autotask_core::Instant;

use super::book::{Client, Stream};
use super::catalog::Catalog;
use super::tickets::{Numbers, created_of};
use super::times::{DAY, HOUR};
use super::{ADMINISTRATOR, Maker};

/// The ids of deleted tickets: below those of the tickets that are there.
const GONE: i64 = 29_600_000;

/// A ticket or a task that entries were taken from.
pub(super) struct Kept {
    pub(super) entity: &'static str,
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) touched: Instant,
}

/// Makes what the logs have of one customer.
pub(super) fn all(
    maker: &mut Maker<'_>,
    catalog: &Catalog,
    numbers: &mut Numbers,
    client: &Client<'_, '_>,
    kept: &[Kept],
) -> rusqlite::Result<()> {
    let mut dice = Stream::Deleted.dice(maker, client.number);
    if dice.percent(4) {
        let ago = dice.between(0, client.company.age.min(300));
        let created = maker.days_ago(&mut dice, ago).max(created_of(client));
        let mut row = maker.row("DeletedTicketLogs");
        row.set("ticketID", GONE + i64::from(client.number));
        row.set_text("ticketNumber", &numbers.next(created));
        row.set_text("ticketTitle", "Spam: your mailbox will be closed");
        row.set("deletedByResourceID", ADMINISTRATOR);
        row.set_instant("deletedDateTime", maker.later_or_now(created, 3 * HOUR));
        maker.insert(row)?;
    }
    for entry in kept {
        if !dice.percent(3) {
            continue;
        }
        let (log, id, number) = match entry.entity {
            "Tasks" => ("DeletedTaskActivityLogs", "taskID", "taskNumber"),
            _ => ("DeletedTicketActivityLogs", "ticketID", "ticketNumber"),
        };
        let mut row = maker.row(log);
        row.set(id, entry.id);
        row.set_text(number, &entry.number);
        row.set_text("noteOrAttachmentTitle", "Entered on the wrong ticket");
        row.set("typeID", 1_i64);
        row.set("hoursWorked", 0.5);
        row.set("createdByResourceID", catalog.technicians.first().copied());
        row.set("deletedByResourceID", ADMINISTRATOR);
        row.set_instant("startDateTime", entry.touched.plus_seconds(-HOUR / 2));
        row.set_instant("endDateTime", entry.touched);
        row.set_instant("activityDateTime", entry.touched);
        row.set_instant("deletedDateTime", maker.later_or_now(entry.touched, DAY));
        maker.insert(row)?;
    }
    Ok(())
}
