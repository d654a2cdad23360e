//! Charges: what was sold with a ticket, and its item on the invoice once it was delivered and approved.

use super::Maker;
use super::book::Book;
use super::dice::Dice;
use super::invoices::{Item, Items};
use super::tickets::Ticket;
use super::times::{DAY, cents, midnight, seconds_between};

/// Something that is sold: what tickets ask for begins with this title; how many of a hundred do; its name, and the
/// billing code.
struct Sold {
    title: &'static str,
    often: u32,
    name: &'static str,
    code: &'static str,
    cost: f64,
    price: f64,
    most: u32,
}

const fn sold(
    title: &'static str,
    often: u32,
    (name, code): (&'static str, &'static str),
    (cost, price): (f64, f64),
    most: u32,
) -> Sold {
    Sold { title, often, name, code, cost, price, most }
}

const HARDWARE: &str = "Hardware";
const SOFTWARE: &str = "Software";
/// Those that are named as a product is are of that product.
const SOLD: [Sold; 7] = [
    sold("New notebook", 80, ("Latitude notebook", HARDWARE), (890.0, 1_190.0), 1),
    sold("Battery of the UPS", 90, ("Battery pack", HARDWARE), (74.0, 119.0), 2),
    sold("Computer is very slow", 60, ("Solid-state drive, 1 TB", HARDWARE), (58.0, 99.0), 1),
    sold("Monitor flickers", 50, ("Monitor, 27 inch", HARDWARE), (164.0, 229.0), 2),
    sold("Install PDF editor", 60, ("PDF editor, one year", SOFTWARE), (96.5, 129.0), 3),
    sold("Wireless drops", 35, ("Access point", HARDWARE), (120.0, 199.0), 2),
    sold("New user starts", 40, ("Licence of the new user, first month", SOFTWARE), (19.8, 26.4), 1),
];

/// The values of `status`.
const TO_ORDER: i64 = 1;
const PENDING: i64 = 2;
const DELIVERED: i64 = 3;
/// The value of `billingItemType`.
const CHARGE: i64 = 3;

/// Makes the charge of a ticket that something was sold with.
pub(super) fn of_ticket<'a>(
    maker: &mut Maker<'a>,
    book: &Book,
    dice: &mut Dice,
    ticket: &Ticket<'_>,
    items: &mut Items<'a>,
) -> rusqlite::Result<()> {
    let Some(sold) = SOLD.iter().find(|sold| ticket.subject.title.starts_with(sold.title)) else { return Ok(()) };
    if !dice.percent(sold.often) {
        return Ok(());
    }
    let until = ticket.completed.unwrap_or(maker.now);
    let room = u32::try_from(seconds_between(ticket.created, until)).unwrap_or(0);
    let made = ticket.created.plus_seconds(i64::from(dice.below(room / 2 + 1)));
    let quantity = f64::from(dice.between(1, sold.most));
    let is_billable = !dice.percent(8);
    let posted = ticket
        .completed
        .and_then(|completed| maker.later(completed, i64::from(dice.between(2, 9)) * DAY))
        .filter(|_| is_billable);
    let (price, cost) = (cents(quantity * sold.price), cents(quantity * sold.cost));
    let mut row = maker.row("TicketCharges");
    row.set("id", maker.next_id(row.table));
    row.set("ticketID", ticket.row.id());
    row.set_text("name", sold.name);
    row.set_text("description", ticket.subject.title);
    row.set("chargeType", 1_i64);
    row.set("productID", book.catalog.products.iter().find(|product| product.name == sold.name).map(|p| p.id));
    row.set("billingCodeID", book.catalog.code(sold.code));
    row.set("unitQuantity", quantity);
    row.set("unitCost", sold.cost);
    row.set("unitPrice", sold.price);
    row.set("extendedCost", cost);
    row.set("billableAmount", price);
    row.set("internalCurrencyBillableAmount", price);
    row.set("internalCurrencyUnitPrice", sold.price);
    row.set("purchaseOrderNumber", ticket.row.get("purchaseOrderNumber").clone());
    row.set("isBillableToCompany", is_billable);
    row.set("isBilled", posted.is_some());
    row.set_instant("datePurchased", midnight(made));
    row.set_instant("createDate", made);
    row.set("creatorResourceID", ticket.technician);
    let status = match ticket.completed {
        Some(_) => DELIVERED,
        None => dice.weighted(&[(40, TO_ORDER), (60, PENDING)]),
    };
    row.set("status", status);
    row.set("statusLastModifiedBy", ticket.technician);
    row.set_instant("statusLastModifiedDate", ticket.completed.unwrap_or(made));
    if let Some(posted) = posted {
        let item = Item {
            kind: CHARGE,
            name: sold.name,
            code: book.catalog.code(sold.code),
            quantity,
            rate: sold.price,
            price,
            cost,
            date: made,
            posted,
            is_free: false,
        };
        items.add(maker, &item, &[("ticketID", Some(ticket.row.id())), ("ticketChargeID", Some(row.id()))]);
    }
    maker.insert(row)?;
    Ok(())
}
