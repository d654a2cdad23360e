//! Invoices of a customer, and the items that they are made of.
//!
//! ```text
//! approved time entry ─┐
//! posted units ────────┼─► billing item, posted ─► the invoice of its month
//! billed milestone ────┘
//! ```

use autotask_core::Instant;
use autotask_core::calendar::{Day, Unit, Utc, WeekStart};

use super::book::Client;
use super::times::{DAY, cents, midnight};
use super::{ADMINISTRATOR, Maker};
use crate::store::rows::Row;

/// Days that are billed here: older items were invoiced by the program before.
const DAYS: i64 = 365;

/// Billing items of one customer that stand on no invoice yet, in the order they came.
#[derive(Default)]
pub(super) struct Items<'a>(Vec<Row<'a>>);

/// An item before it is a row: what it is, and for how much.
pub(super) struct Item<'t> {
    /// The value of `billingItemType`.
    pub(super) kind: i64,
    pub(super) name: &'t str,
    pub(super) code: Option<i64>,
    pub(super) quantity: f64,
    pub(super) rate: f64,
    /// What it comes to.
    pub(super) price: f64,
    pub(super) cost: f64,
    pub(super) date: Instant,
    pub(super) posted: Instant,
    pub(super) is_free: bool,
}

impl<'a> Items<'a> {
    /// Notes an item with the rows that it is from; what was posted too long ago is passed over.
    pub(super) fn add(&mut self, maker: &Maker<'a>, item: &Item<'_>, from: &[(&str, Option<i64>)]) {
        if item.posted < maker.now.plus_seconds(-DAYS * DAY) {
            return;
        }
        let price = if item.is_free { 0.0 } else { cents(item.price) };
        let mut row = maker.row("BillingItems");
        row.set("billingItemType", item.kind);
        row.set("subType", item.kind);
        row.set_cut("itemName", Some(item.name));
        row.set_cut("description", Some(item.name));
        row.set("billingCodeID", item.code);
        row.set("quantity", item.quantity);
        for field in ["rate", "internalCurrencyRate"] {
            row.set(field, item.rate);
        }
        for field in ["extendedPrice", "internalCurrencyExtendedPrice", "totalAmount", "internalCurrencyTotalAmount"] {
            row.set(field, price);
        }
        // Services are not taxed here.
        for field in ["taxDollars", "internalCurrencyTaxDollars"] {
            row.set(field, 0.0);
        }
        row.set("ourCost", cents(item.cost));
        row.set("nonBillable", i64::from(item.is_free));
        row.set_instant("itemDate", midnight(item.date));
        row.set_instant("postedDate", item.posted);
        row.set_instant("postedOnTime", item.posted);
        row.set("itemApproverID", ADMINISTRATOR);
        for (field, id) in from {
            row.set(field, *id);
        }
        self.0.push(row);
    }
}

impl<'a> Items<'a> {
    /// Notes the work of an approved time entry, by the hour; what a recurring contract includes costs nothing more.
    pub(super) fn labor(
        &mut self,
        maker: &Maker<'a>,
        entry: &Row<'_>,
        rate: f64,
        is_included: bool,
        project: Option<i64>,
    ) {
        let Some(posted) = entry.int("billingApprovalDateTime") else { return };
        let hours = real(entry, "hoursToBill");
        let item = Item {
            kind: 1,
            name: entry.text("summaryNotes").unwrap_or("Labor"),
            code: entry.int("billingCodeID"),
            quantity: real(entry, "hoursWorked"),
            rate,
            price: hours * rate,
            cost: real(entry, "hoursWorked") * 48.0,
            date: Instant(entry.int("startDateTime").unwrap_or_default()),
            posted: Instant(posted),
            is_free: is_included || entry.is_true("isNonBillable"),
        };
        let from = ["ticketID", "taskID", "roleID", "contractID"].map(|field| (field, entry.int(field)));
        self.add(maker, &item, &from);
        if let Some(row) = self.0.last_mut().filter(|_| posted >= maker.now.plus_seconds(-DAYS * DAY).0) {
            row.set("timeEntryID", entry.id());
            row.set("projectID", project);
        }
    }
}

/// Makes the items, and an invoice for every whole month that has any.
pub(super) fn all<'a>(
    maker: &mut Maker<'a>,
    client: &Client<'_, '_>,
    terms: &[(i64, i64, i64)],
    items: Items<'a>,
) -> rusqlite::Result<()> {
    let month = |moment: Instant| Day::of(moment, &Utc).and_then(|day| day.start_of(Unit::Month, WeekStart::Monday));
    let mut items = items.0;
    // Stable, so that items of a month stay in the order they came.
    items.sort_by_key(|item| month(Instant(item.int("postedDate").unwrap_or_default())));
    let mut rest = items.as_mut_slice();
    while let Some(first) = rest.first() {
        let this = month(Instant(first.int("postedDate").unwrap_or_default()));
        let same =
            rest.iter().take_while(|item| month(Instant(item.int("postedDate").unwrap_or_default())) == this).count();
        let (group, after) = rest.split_at_mut(same);
        rest = after;
        let next = this.and_then(|day| day.plus(1, Unit::Month)).map(|day| day.start(&Utc));
        let invoice = match this.zip(next).filter(|(_, next)| *next <= maker.now) {
            Some((from, to)) => Some(invoice(maker, client, terms, group, (from.start(&Utc), to))?),
            None => None,
        };
        for item in group {
            item.set("invoiceID", invoice);
            item.set("companyID", client.company.id);
            item.set("accountManagerWhenApprovedID", client.company.row.get("ownerResourceID").clone());
            maker.insert(item.clone())?;
        }
    }
    Ok(())
}

/// The invoice of a month, made on the first day after it.
fn invoice(
    maker: &mut Maker<'_>,
    client: &Client<'_, '_>,
    terms: &[(i64, i64, i64)],
    group: &[Row<'_>],
    (from, to): (Instant, Instant),
) -> rusqlite::Result<i64> {
    let total: f64 = group.iter().map(|item| real(item, "totalAmount")).sum();
    let tax: f64 = group.iter().map(|item| real(item, "taxDollars")).sum();
    let template = client.company.row.int("invoiceTemplateID");
    let term = terms.iter().find(|(id, ..)| Some(*id) == template);
    let due = to.plus_seconds(term.map_or(30, |(_, _, days)| *days) * DAY);
    let mut row = maker.row("Invoices");
    row.set("id", maker.next_id(row.table));
    row.set_text("invoiceNumber", &format!("R{}", row.id() - 29_682_801 + 10_001));
    row.set("companyID", client.company.id);
    row.set("invoiceTotal", cents(total));
    row.set("totalTaxValue", cents(tax));
    row.set("paymentTerm", term.map(|(_, term, _)| *term));
    row.set("invoiceEditorTemplateID", template);
    row.set("creatorResourceID", ADMINISTRATOR);
    row.set("isVoided", false);
    row.set_instant("fromDate", from);
    row.set_instant("toDate", to.plus_seconds(-DAY));
    row.set_instant("invoiceDateTime", to);
    row.set_instant("createDateTime", to);
    row.set_instant("dueDate", due);
    // Most pay in time, and what is due ahead is open.
    if due <= maker.now && !row.id().rem_euclid(11).eq(&0) {
        row.set_instant("paidDate", due);
    }
    maker.insert(row)
}

fn real(row: &Row<'_>, field: &str) -> f64 {
    match row.get(field) {
        rusqlite::types::Value::Real(value) => *value,
        _ => 0.0,
    }
}
