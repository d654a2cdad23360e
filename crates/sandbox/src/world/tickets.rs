//! Tickets of a customer, with what was written and worked on them.
//!
//! ```text
//! created ── first response ── notes, time entries ── completed ── last activity ≤ now
//! ```

use std::collections::HashMap;

use autotask_core::Instant;

use super::attachments::Promise;
use super::book::{Book, Client, Stream};
use super::contracts::{Agreement, RECURRING};
use super::deleted::Kept;
use super::dice::Dice;
use super::invoices::Items;
use super::ticket_texts::{ANSWERS, PROGRESS, SUBJECTS, Subject, WITH_PICTURE};
use super::times::{HOUR, MINUTE, seconds_between};
use super::{Maker, attachments, calls, charges, entries, secondary};
use crate::store::rows::Row;

/// Days that tickets go back.
const DAYS: u32 = 540;

pub(super) const COMPLETE: i64 = 5;
/// The status of a ticket with a visit ahead.
pub(super) const OPEN_SCHEDULED: i64 = 15;
/// What is not complete: how often, and the status.
const OPEN: [(u32, i64); 7] = [(20, 1), (30, 8), (18, 7), (8, 12), (6, 9), (10, OPEN_SCHEDULED), (8, 14)];
/// Priority, how often, and hours until it is due.
const PRIORITIES: [(u32, (i64, i64)); 4] = [(35, (3, 120)), (45, (2, 48)), (15, (1, 8)), (5, (4, 4))];
/// Queue and source.
const WAYS: [(u32, (i64, i64)); 5] = [(40, (6, 4)), (25, (6, 6)), (18, (5, 11)), (12, (8, 8)), (5, (6, -1))];
/// The queue of what people enter themselves.
const PORTAL: i64 = 5;

/// Ticket numbers: `T20261121.0001`, counted by day over the whole instance.
#[derive(Default)]
pub(super) struct Numbers(HashMap<String, u32>);

impl Numbers {
    pub(super) fn next(&mut self, created: Instant) -> String {
        let day = created.date_text().replace('-', "");
        let count = self.0.entry(day.clone()).or_default();
        *count += 1;
        format!("T{day}.{count:04}")
    }

    /// The same for projects, which begin with another letter.
    pub(super) fn next_project(&mut self, created: Instant) -> String {
        let day = format!("P{}", created.date_text().replace('-', ""));
        let count = self.0.entry(day.clone()).or_default();
        *count += 1;
        format!("{day}.{count:04}")
    }
}

/// A ticket while it is made, and what the rest of the book needs to know of it.
pub(super) struct Ticket<'a> {
    pub(super) row: Row<'a>,
    pub(super) subject: &'static Subject,
    pub(super) created: Instant,
    pub(super) completed: Option<Instant>,
    /// The latest thing that happened.
    pub(super) touched: Instant,
    pub(super) technician: i64,
    pub(super) role: (i64, f64),
    /// Whether a recurring contract includes the work.
    pub(super) is_included: bool,
}

/// What of a customer its tickets refer to.
pub(super) struct Around<'r> {
    pub(super) contracts: &'r [Agreement],
    /// The configuration items.
    pub(super) assets: &'r [i64],
}

/// Makes the tickets of a customer; answers those that are kept in mind for the logs.
pub(super) fn all<'a>(
    maker: &mut Maker<'a>,
    book: &mut Book,
    client: &Client<'_, '_>,
    around: &Around<'_>,
    items: &mut Items<'a>,
) -> rusqlite::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    let mut dice = Stream::Tickets.dice(maker, client.number);
    let mut parts = Stream::TicketParts.dice(maker, client.number);
    let count = match client.is_active() {
        true => {
            let most = dice.weighted(&[(25, 6_u32), (50, 15), (25, 22)]);
            // Who came a week ago has not had a year's tickets.
            dice.between(most / 2, most).min(1 + client.company.age / 6)
        }
        false => dice.below(5),
    };
    for _ in 0..count {
        let mut ticket = one(maker, book, client, around, &mut dice);
        entries::of_ticket(maker, book, &mut dice, &mut ticket, items)?;
        let promises = notes(maker, &mut dice, &mut ticket)?;
        calls::of_ticket(maker, book, &mut dice, &ticket)?;
        charges::of_ticket(maker, book, &mut parts, &ticket, items)?;
        secondary::of_ticket(maker, book, &mut parts, &ticket)?;
        attachments::of_ticket(maker, &mut parts, &mut ticket, &promises)?;
        for field in ["lastActivityDate", "lastTrackedModificationDateTime", "lastCustomerVisibleActivityDateTime"] {
            ticket.row.set_instant(field, ticket.touched);
        }
        ticket.row.set("lastActivityPersonType", 1_i64);
        ticket.row.set("lastActivityResourceID", ticket.technician);
        kept.push(Kept {
            entity: "Tickets",
            id: ticket.row.id(),
            number: ticket.row.text("ticketNumber").unwrap_or_default().to_owned(),
            touched: ticket.touched,
        });
        maker.insert(ticket.row)?;
    }
    Ok(kept)
}

fn one<'a>(
    maker: &mut Maker<'a>,
    book: &mut Book,
    client: &Client<'_, '_>,
    around: &Around<'_>,
    dice: &mut Dice,
) -> Ticket<'a> {
    let Around { contracts, assets } = around;
    let company = client.company;
    let subject = &SUBJECTS[usize::try_from(dice.below(24)).unwrap_or(0)];
    let oldest = company.age.min(DAYS);
    // Companies that are no longer served have no new tickets.
    let ago = if client.is_active() { dice.below(oldest.max(1)) } else { dice.between(oldest / 2, oldest) };
    let created = maker.days_ago(dice, ago).max(created_of(client));
    let (priority, due_hours) = dice.weighted(&PRIORITIES);
    let (queue, source) = dice.weighted(&WAYS);
    let due = created.plus_seconds(due_hours * HOUR);
    let person = (dice.percent(92) && !client.people.is_empty())
        .then(|| &client.people[usize::try_from(dice.below(client.people.len().try_into().unwrap_or(1))).unwrap_or(0)]);
    let technicians: Vec<&i64> = book.catalog.technicians.iter().collect();
    let technician = *dice.pick(&technicians);
    let role = book.catalog.roles[usize::try_from(dice.below(3)).unwrap_or(0)];

    let mut row = maker.row("Tickets");
    row.set("id", maker.next_id(row.table));
    row.set_text("ticketNumber", &book.numbers.next(created));
    row.set("companyID", company.id);
    row.set("companyLocationID", person.map_or(company.sites[0], |person| person.site));
    row.set("contactID", person.map(|person| person.id));
    row.set_text("title", subject.title);
    row.set_text("description", subject.description);
    for (field, value) in [
        ("issueType", subject.issue),
        ("subIssueType", subject.sub_issue),
        ("ticketType", subject.kind),
        ("ticketCategory", 3),
        ("priority", priority),
        ("queueID", queue),
        ("source", source),
    ] {
        row.set(field, value);
    }
    row.set("isAssignedToComanaged", false);
    row.set("isVisibleToComanaged", false);
    row.set_instant("createDate", created);
    row.set_instant("dueDateTime", due);
    match person.filter(|_| queue == PORTAL) {
        Some(person) => {
            row.set("creatorType", 2_i64);
            row.set("createdByContactID", person.id);
        }
        None => {
            row.set("creatorType", 1_i64);
            row.set("creatorResourceID", if queue == 8 { super::API_USER } else { technician });
        }
    }
    row.set("billingCodeID", book.catalog.code("Remote Support"));
    let contract = contracts.iter().find(|contract| contract.covers(created)).filter(|_| dice.percent(65));
    row.set("contractID", contract.map(|contract| contract.id));
    row.set("contractServiceID", contract.and_then(|contract| contract.service));
    let is_included = contract.is_some_and(|contract| contract.kind == RECURRING);
    if !assets.is_empty() && dice.percent(40) {
        let at = dice.below(u32::try_from(assets.len()).unwrap_or(1));
        row.set("configurationItemID", assets[usize::try_from(at).unwrap_or(0)]);
    }
    if dice.percent(30) {
        let hours = f64::from(subject.quarters) / 4.0;
        row.set("estimatedHours", hours);
        row.set("hoursToBeScheduled", hours);
    }
    if dice.percent(4) {
        row.set_cut("purchaseOrderNumber", Some(&dice.shape("PO-#####")));
    }

    // Most are done in hours, some in weeks; what is older than three weeks is seldom open.
    let hours = dice.weighted(&[(30, 3_u32), (35, 20), (22, 72), (10, 200), (3, 500)]);
    let took = i64::from(dice.between(hours / 3, hours)) * HOUR + i64::from(dice.between(10, 50)) * MINUTE;
    let is_left = client.is_active() && dice.percent(if ago > 21 { 3 } else { 35 });
    let completed = match client.is_active() {
        true if is_left => None,
        true => maker.later(created, took),
        false => Some(maker.later_or_now(created, took)),
    };
    let is_assigned = completed.is_some() || dice.percent(85);
    if is_assigned {
        row.set("assignedResourceID", technician);
        row.set("assignedResourceRoleID", role.0);
    }
    respond(maker, dice, &mut row, created, completed, technician);
    match completed {
        Some(moment) => {
            row.set("status", COMPLETE);
            row.set_instant("completedDate", moment);
            row.set_instant("resolvedDateTime", moment);
            row.set("completedByResourceID", technician);
            row.set_text("resolution", subject.resolution);
        }
        None => row.set("status", if is_assigned { dice.weighted(&OPEN) } else { 1 }),
    }
    service_level(dice, &mut row, due, completed);
    let touched = completed.unwrap_or(created);
    Ticket { row, subject, created, completed, touched, technician, role, is_included }
}

/// When the company came into the book.
pub(super) fn created_of(client: &Client<'_, '_>) -> Instant {
    Instant(client.company.row.int("createDate").unwrap_or_default())
}

fn respond(
    maker: &Maker<'_>,
    dice: &mut Dice,
    row: &mut Row<'_>,
    created: Instant,
    completed: Option<Instant>,
    technician: i64,
) {
    let until = completed.unwrap_or(maker.now).min(created.plus_seconds(6 * HOUR));
    let seconds = u32::try_from(seconds_between(created, until)).unwrap_or(0);
    row.set_instant("firstResponseDueDateTime", created.plus_seconds(4 * HOUR));
    if !row.is_null("assignedResourceID") && seconds > 60 {
        row.set_instant("firstResponseDateTime", created.plus_seconds(i64::from(dice.below(seconds))));
        row.set("firstResponseInitiatingResourceID", technician);
        row.set("firstResponseAssignedResourceID", technician);
    }
}

/// Every third ticket is under a service level agreement, and most of those keep it.
fn service_level(dice: &mut Dice, row: &mut Row<'_>, due: Instant, completed: Option<Instant>) {
    if !dice.percent(35) {
        return;
    }
    row.set("serviceLevelAgreementID", dice.weighted(&[(60, 29_682_701_i64), (30, 29_682_702), (10, 29_682_703)]));
    row.set_instant("resolvedDueDateTime", due);
    row.set_instant("resolutionPlanDueDateTime", due);
    if let Some(completed) = completed {
        row.set("serviceLevelAgreementHasBeenMet", completed <= due);
    }
}

/// What technicians and contacts wrote; answers where a contact spoke of a picture.
fn notes(maker: &mut Maker<'_>, dice: &mut Dice, ticket: &mut Ticket<'_>) -> rusqlite::Result<Vec<Promise>> {
    let mut promises = Vec::new();
    let count = dice.weighted(&[(20, 0_u32), (40, 1), (25, 2), (15, 4)]);
    let until = ticket.completed.unwrap_or(maker.now);
    let mut at = ticket.created;
    for _ in 0..count {
        at = at.plus_seconds(i64::from(dice.between(5, 20 * 60)) * MINUTE);
        if at > until {
            break;
        }
        let contact = ticket.row.int("contactID").filter(|_| dice.percent(25));
        let mut row = maker.row("TicketNotes");
        row.set("ticketID", ticket.row.id());
        match contact {
            Some(contact) => row.set("createdByContactID", contact),
            None => row.set("creatorResourceID", ticket.technician),
        }
        row.set_text("title", if contact.is_some() { "Answer of the contact" } else { "Progress" });
        let text = dice.pick(if contact.is_some() { &ANSWERS[..] } else { &PROGRESS });
        row.set_text("description", text);
        row.set("noteType", if dice.percent(80) { 3_i64 } else { 1 });
        row.set("publish", if contact.is_some() || dice.percent(70) { 1_i64 } else { 2 });
        row.set_instant("createDateTime", at);
        row.set_instant("lastActivityDate", at);
        let note = maker.insert(row)?;
        if let Some(contact) = contact.filter(|_| text == WITH_PICTURE) {
            promises.push(Promise { note, contact, at });
        }
        ticket.touched = ticket.touched.max(at);
    }
    Ok(promises)
}
