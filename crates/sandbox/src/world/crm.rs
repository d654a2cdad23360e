//! CRM: what people noted and planned about a company, what warns of it, and who looks after it.

use super::Maker;
use super::book::{Client, Stream};
use super::catalog::Catalog;
use super::tickets::created_of;
use super::times::{DAY, HOUR, midnight};

const NOTES: [&str; 5] = [
    "Quarterly review: satisfied, asks for a second site next year.",
    "Invoice of last month explained.",
    "New office manager introduced herself.",
    "Talked about renewal, wants an offer for three years.",
    "Left a message, will call again.",
];
const TO_DOS: [&str; 4] =
    ["Send the renewal offer", "Prepare the quarterly review", "Ask for a reference", "Check the number of licences"];
const ALERTS: [&str; 3] = [
    "Overdue invoices: ask accounting before ordering hardware.",
    "Calls only between 9 and 16 o'clock.",
    "Changes on servers need the owner's written approval.",
];

/// Makes the icons of classifications, under the numbers that the list of `Companies.classification` has.
pub(super) fn icons(maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    let table = maker.tenant.named("Companies");
    let known: Vec<(i64, String)> = table
        .info
        .field("classification")
        .map(|field| field.picklist.iter().filter_map(|v| Some((v.number()?, v.label.to_string()))).collect())
        .unwrap_or_default();
    for (id, name) in known {
        let mut row = maker.row("ClassificationIcons");
        row.set("id", id);
        row.set_cut("name", Some(&name));
        row.set_cut("description", Some(&name));
        row.set_text("relativeUrl", &format!("/images/classification/{id}.png"));
        row.set("isActive", true);
        row.set("isSystem", id < 1_000_000);
        maker.insert(row)?;
    }
    Ok(())
}

pub(super) fn all(maker: &mut Maker<'_>, catalog: &Catalog, client: &Client<'_, '_>) -> rusqlite::Result<()> {
    let mut dice = Stream::Crm.dice(maker, client.number);
    let contact = client.people.first().map(|person| person.id);
    let seller = catalog.sellers[usize::try_from(dice.below(9)).unwrap_or(0) % catalog.sellers.len()];
    for _ in 0..dice.weighted(&[(40, 0_u32), (35, 1), (15, 2), (10, 4)]) {
        let ago = dice.between(0, client.company.age.min(700));
        let start = maker.days_ago(&mut dice, ago).max(created_of(client));
        let end = maker.later_or_now(start, HOUR / 2);
        let mut row = maker.row("CompanyNotes");
        row.set("companyID", client.company.id);
        row.set("contactID", contact);
        row.set("actionType", i64::from(dice.between(1, 5)));
        row.set("assignedResourceID", seller);
        row.set_text("name", "Talk with the customer");
        row.set_text("note", dice.pick(&NOTES));
        row.set_instant("startDateTime", start);
        row.set_instant("endDateTime", end);
        row.set_instant("createDateTime", end);
        row.set_instant("completedDateTime", end);
        row.set_instant("lastModifiedDate", end);
        maker.insert(row)?;
    }
    if dice.percent(25) {
        let ago = dice.between(0, client.company.age.min(60));
        let created = maker.days_ago(&mut dice, ago).max(created_of(client));
        let start = midnight(created).plus_seconds(i64::from(dice.between(1, 60)) * DAY + 9 * HOUR);
        let done = maker.later(start, HOUR).filter(|_| dice.percent(60));
        let mut row = maker.row("CompanyToDos");
        row.set("companyID", client.company.id);
        row.set("contactID", contact);
        row.set("actionType", i64::from(dice.between(1, 4)));
        row.set("assignedToResourceID", seller);
        row.set("creatorResourceID", seller);
        row.set_text("activityDescription", dice.pick(&TO_DOS));
        row.set_instant("startDateTime", start);
        row.set_instant("endDateTime", start.plus_seconds(HOUR));
        row.set_instant("createDateTime", created);
        row.set_instant("lastModifiedDate", done.unwrap_or(created));
        if let Some(done) = done {
            row.set_instant("completedDate", done);
        }
        maker.insert(row)?;
    }
    if dice.percent(6) {
        for kind in 1..=dice.between(1, 3) {
            let mut row = maker.row("CompanyAlerts");
            row.set("companyID", client.company.id);
            row.set("alertTypeID", i64::from(kind));
            row.set_text("alertText", dice.pick(&ALERTS));
            maker.insert(row)?;
        }
    }
    if dice.percent(30) {
        let technicians: Vec<&i64> = catalog.technicians.iter().collect();
        for resource in [seller, *dice.pick(&technicians)] {
            let mut row = maker.row("CompanyTeams");
            row.set("companyID", client.company.id);
            row.set("resourceID", resource);
            row.set("isAssociatedAsComanaged", false);
            maker.insert(row)?;
        }
    }
    Ok(())
}
