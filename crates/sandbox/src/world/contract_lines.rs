//! Contract lines: the services and bundles of a recurring contract, with their units by period.

use autotask_core::Instant;
use autotask_core::calendar::{Unit, Utc};

use super::Maker;
use super::catalog::Catalog;
use super::contracts::Agreement;
use super::dice::Dice;
use super::invoices::{Item, Items};
use super::offers::{Offer, Per};
use super::times::{DAY, cents};
use crate::periods::{Change, PeriodType, Slice, periods, slices};
use crate::store::rows::Row;

/// Whether a line is a service or a bundle.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    Service,
    Bundle,
}

/// Makes the lines of a contract; answers the first service of them.
pub(super) fn all<'a>(
    maker: &mut Maker<'a>,
    catalog: &Catalog,
    dice: &mut Dice,
    agreement: &Agreement,
    period: PeriodType,
    items: &mut Items<'a>,
) -> rusqlite::Result<Option<i64>> {
    let seats = dice.weighted(&[(40, 5_u32), (35, 14), (18, 40), (7, 120)]);
    let seats = dice.between(seats.div_ceil(2), seats * 2);
    let mut first = None;
    let from = usize::try_from(dice.below(3)).unwrap_or(0);
    let count = usize::try_from(dice.between(2, 5)).unwrap_or(2);
    for offer in catalog.services.iter().cycle().skip(from).take(count) {
        let line = one(maker, dice, agreement, period, (Line::Service, offer, seats), (catalog, items))?;
        first = first.or(Some(line));
    }
    if dice.percent(20) {
        let bundle = &catalog.bundles[usize::try_from(dice.below(3)).unwrap_or(0)];
        one(maker, dice, agreement, period, (Line::Bundle, bundle, seats), (catalog, items))?;
    }
    Ok(first)
}

fn one<'a>(
    maker: &mut Maker<'a>,
    dice: &mut Dice,
    agreement: &Agreement,
    period: PeriodType,
    (line, offer, seats): (Line, &Offer, u32),
    (catalog, items): (&Catalog, &mut Items<'a>),
) -> rusqlite::Result<i64> {
    let months = f64::from(period.months());
    // Some have bargained.
    let price = cents(offer.price * months * dice.weighted(&[(70, 1.0), (20, 0.95), (10, 0.9)]));
    let cost = cents(offer.cost * months);
    let (entity, offered) = match line {
        Line::Service => ("ContractServices", "serviceID"),
        Line::Bundle => ("ContractServiceBundles", "serviceBundleID"),
    };
    let mut row = maker.row(entity);
    row.set("contractID", agreement.id);
    row.set(offered, offer.id);
    row.set("unitPrice", price);
    row.set("unitCost", cost);
    row.set("adjustedPrice", price);
    for field in ["internalCurrencyAdjustedPrice", "internalCurrencyUnitPrice"] {
        row.set(field, price);
    }
    row.set_cut("invoiceDescription", Some(offer.name));
    let id = maker.insert(row)?;

    let (start, end) = agreement.days();
    let quantity = match offer.per {
        Per::Seat => seats,
        Per::Server => 1 + seats / 12,
        Per::Site => 1 + seats / 40,
    };
    let mut changes = vec![Change { from: start, units: i64::from(quantity) }];
    for _ in 0..dice.weighted(&[(45, 0), (30, 1), (15, 2), (10, 3)]) {
        let days = u32::try_from(start.days_until(end)).unwrap_or(0);
        let from = start.plus(i32::try_from(dice.below(days.max(1))).unwrap_or(0), Unit::Day).unwrap_or(start);
        let most = quantity.div_ceil(4);
        let units = i64::from(dice.between(1, most)) * if dice.percent(30) { -1 } else { 1 };
        // Not below nothing, whatever comes together.
        let least = changes.iter().map(|change| change.units).filter(|units| *units < 0).sum::<i64>();
        if i64::from(quantity) + least + units > 0 {
            changes.push(Change { from, units });
        }
    }
    for slice in slices(periods(start, end, period), &changes) {
        let mut row = maker.row(match line {
            Line::Service => "ContractServiceUnits",
            Line::Bundle => "ContractServiceBundleUnits",
        });
        row.set(if line == Line::Service { "contractServiceID" } else { "contractServiceBundleID" }, id);
        row.set(offered, offer.id);
        units(maker, agreement, &mut row, &slice, (price, cost));
        row.set("id", maker.next_id(row.table));
        if let Some(posted) = row.int("approveAndPostDate").filter(|_| slice.units > 0) {
            let item = Item {
                kind: if line == Line::Service { 6 } else { 7 },
                name: offer.name,
                code: catalog.code("Recurring Services"),
                quantity: whole(slice.units),
                rate: cents(price * slice.share),
                price: whole(slice.units) * price * slice.share,
                cost: whole(slice.units) * cost * slice.share,
                date: slice.start.start(&Utc),
                posted: Instant(posted),
                is_free: false,
            };
            let (of_line, of_slice) = match line {
                Line::Service => ("contractServiceID", "contractServicePeriodID"),
                Line::Bundle => ("contractServiceBundleID", "contractServiceBundlePeriodID"),
            };
            let from = [("contractID", agreement.id), (offered, offer.id), (of_line, id), (of_slice, row.id())];
            items.add(maker, &item, &from.map(|(field, id)| (field, Some(id))));
        }
        maker.insert(row)?;
    }
    Ok(id)
}

/// Sets the row of a slice. Decision: price and cost are those of the whole slice: units, times the price of a unit,
/// times the part of the period that the slice is.
fn units(maker: &Maker<'_>, agreement: &Agreement, row: &mut Row<'_>, slice: &Slice, (price, cost): (f64, f64)) {
    let units = whole(slice.units);
    let start = slice.start.start(&Utc);
    row.set("contractID", agreement.id);
    row.set("units", slice.units);
    row.set("price", cents(units * price * slice.share));
    row.set("internalCurrencyPrice", cents(units * price * slice.share));
    row.set("cost", cents(units * cost * slice.share));
    row.set_instant("startDate", start);
    row.set_instant("endDate", slice.end.start(&Utc));
    // Approved and posted on the third day.
    if let Some(posted) = maker.later(start, 3 * DAY) {
        row.set_instant("approveAndPostDate", posted);
    }
}

fn whole(units: i64) -> f64 {
    i32::try_from(units).map_or(0.0, f64::from)
}
