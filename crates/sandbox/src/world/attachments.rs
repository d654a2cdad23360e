//! Attachments: what hangs on tickets and companies, with the row of each in `AttachmentInfo`.

use autotask_core::Instant;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::book::{Client, Stream};
use super::catalog::Catalog;
use super::dice::Dice;
use super::files;
use super::tickets::{Ticket, created_of};
use super::times::seconds_between;
use super::{API_USER, Maker};
use crate::store::rows::Row;
use crate::write::attached;

/// The values of `publish`.
const FOR_ALL: i64 = 1;
const INTERNAL: i64 = 2;
/// The queue of what monitoring reports.
const MONITORING: i64 = 8;

/// A note of a contact that says there is a picture with it.
pub(super) struct Promise {
    pub(super) note: i64,
    pub(super) contact: i64,
    pub(super) at: Instant,
}

/// What is attached, with its content or the place where it is.
enum What {
    File(&'static str, Vec<u8>),
    Link(&'static str, String),
}

/// Makes those of a ticket: the pictures that were promised, and what technicians and monitoring add.
pub(super) fn of_ticket(
    maker: &mut Maker<'_>,
    dice: &mut Dice,
    ticket: &mut Ticket<'_>,
    promises: &[Promise],
) -> rusqlite::Result<()> {
    for promise in promises {
        let mut row = maker.row("TicketAttachments");
        row.set("ticketID", ticket.row.id());
        row.set("ticketNoteID", promise.note);
        row.set("attachedByContactID", promise.contact);
        row.set("creatorType", 2_i64);
        let file = What::File("Screenshot.png", files::picture(dice, true));
        insert(maker, row, "Screenshot", file, FOR_ALL, promise.at)?;
    }
    let is_reported = ticket.row.int("queueID") == Some(MONITORING);
    if !dice.percent(if is_reported { 30 } else { 6 }) {
        return Ok(());
    }
    let room = u32::try_from(seconds_between(ticket.created, ticket.touched)).unwrap_or(0);
    // What monitoring reports comes with the ticket.
    let later = if is_reported { 0 } else { dice.below(room.saturating_add(1)) };
    let at = ticket.created.plus_seconds(i64::from(later));
    let day = at.date_text();
    let (title, what) = match if is_reported { 0 } else { dice.below(4) } {
        0 | 1 => {
            let lines = dice.weighted(&[(50, 8_u32), (35, 30), (15, 120)]);
            ("Log of the machine", What::File("system.log.txt", files::log(dice, &day, lines)))
        }
        2 => {
            let rows = dice.between(3, 40);
            ("Devices concerned", What::File("devices.csv", files::devices(dice, rows)))
        }
        _ => {
            let number = ticket.row.text("ticketNumber").unwrap_or_default();
            let lines = ["Report of service", number, &day, "Done as agreed, tested with the user."];
            ("Report of service", What::File("Report.pdf", files::pdf(&lines)))
        }
    };
    let mut row = maker.row("TicketAttachments");
    row.set("ticketID", ticket.row.id());
    row.set("attachedByResourceID", if is_reported { API_USER } else { ticket.technician });
    row.set("creatorType", 1_i64);
    let publish = if title == "Report of service" { FOR_ALL } else { INTERNAL };
    insert(maker, row, title, what, publish, at)
}

/// Makes those of a company: what one looks up before calling there.
pub(super) fn of_company(maker: &mut Maker<'_>, catalog: &Catalog, client: &Client<'_, '_>) -> rusqlite::Result<()> {
    let mut dice = Stream::Files.dice(maker, client.number);
    let company = client.company.id;
    let first = dice.below(6);
    for number in 0..dice.weighted(&[(45, 0_u32), (30, 1), (15, 2), (10, 4)]) {
        let ago = dice.between(0, client.company.age.min(900));
        let at = maker.days_ago(&mut dice, ago).max(created_of(client));
        let (title, publish, what) = match (first + number) % 6 {
            0 => {
                let lines = ["Agreement on managed services", "Signed by both sides."];
                ("Signed agreement", INTERNAL, What::File("Agreement.pdf", files::pdf(&lines)))
            }
            1 => ("Plan of the network", FOR_ALL, What::File("Network.png", files::picture(&mut dice, false))),
            2 => {
                let rows = dice.between(5, 60);
                ("Inventory", INTERNAL, What::File("Inventory.csv", files::devices(&mut dice, rows)))
            }
            3 => ("Documentation", INTERNAL, What::Link("URL", format!("https://docs.sandbox.test/clients/{company}"))),
            4 => {
                let path = format!(r"\\files.sandbox.test\clients\{company}\Handbook.docx");
                ("Handbook", INTERNAL, What::Link("FILE_LINK", path))
            }
            _ => {
                let path = format!(r"\\files.sandbox.test\clients\{company}");
                ("Folder of the client", INTERNAL, What::Link("FOLDER_LINK", path))
            }
        };
        let seller = catalog.sellers[usize::try_from(dice.below(9)).unwrap_or(0) % catalog.sellers.len()];
        let mut row = maker.row("CompanyAttachments");
        row.set("companyID", company);
        row.set("attachedByResourceID", seller);
        row.set("creatorType", 1_i64);
        insert(maker, row, title, what, publish, at)?;
    }
    Ok(())
}

/// Completes a row and puts it in with the one in `AttachmentInfo`, whose numbers are those of all of them.
fn insert(
    maker: &mut Maker<'_>,
    mut row: Row<'_>,
    title: &str,
    what: What,
    publish: i64,
    at: Instant,
) -> rusqlite::Result<()> {
    row.set("id", maker.next_id(maker.tenant.named("AttachmentInfo")));
    row.set_text("title", title);
    row.set("publish", publish);
    row.set_instant("attachDate", at);
    match what {
        What::File(name, bytes) => {
            row.set_text("attachmentType", attached::FILE);
            row.set_text("fullPath", name);
            row.set_text("contentType", attached::content_type(name));
            row.set("fileSize", i64::try_from(bytes.len()).unwrap_or(i64::MAX));
            row.set_text("data", &STANDARD.encode(bytes));
        }
        What::Link(kind, place) => {
            row.set_text("attachmentType", kind);
            row.set_cut("fullPath", Some(&place));
        }
    }
    attached::own(&mut row);
    if let Some(info) = attached::info(maker.tenant, &row) {
        maker.insert(info)?;
    }
    maker.insert(row)?;
    Ok(())
}
