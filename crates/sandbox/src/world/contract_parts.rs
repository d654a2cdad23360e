//! Contract parts: blocks of hours, retainers, rates, milestones, notes and what a contract does not cover.

use autotask_core::calendar::{Unit, Utc};

use super::catalog::Catalog;
use super::contracts::Agreement;
use super::dice::Dice;
use super::invoices::{Item, Items};
use super::times::{DAY, cents};
use super::{ADMINISTRATOR, Maker};
use crate::store::rows::Row;

/// Sets when something paid in advance was bought and how long it lasts: from the contract's start on, one every
/// three months; none that is still to be bought.
fn bought(maker: &Maker<'_>, row: &mut Row<'_>, agreement: &Agreement, number: i32) -> Option<bool> {
    let (start, end) = agreement.days();
    let from = start.plus(number * 3, Unit::Month).filter(|from| *from < end)?;
    let bought = maker.later(from.start(&Utc), 0)?;
    let last = from.plus(12, Unit::Month)?.plus(-1, Unit::Day)?.min(end).max(from);
    row.set("contractID", agreement.id);
    row.set_instant("datePurchased", bought);
    row.set_instant("startDate", from.start(&Utc));
    row.set_instant("endDate", last.start(&Utc));
    Some(last.start(&Utc) >= maker.now)
}

pub(super) fn blocks(maker: &mut Maker<'_>, dice: &mut Dice, agreement: &Agreement) -> rusqlite::Result<()> {
    for number in 0..dice.weighted(&[(40, 1), (35, 2), (25, 4)]) {
        let mut row = maker.row("ContractBlocks");
        let Some(lasts) = bought(maker, &mut row, agreement, number) else { break };
        let hours = dice.weighted(&[(40, 10_u32), (40, 20), (20, 50)]);
        row.set("hours", f64::from(hours));
        row.set("hoursApproved", f64::from(dice.below(hours)));
        row.set("hourlyRate", dice.weighted(&[(50, 145.0), (30, 135.0), (20, 125.0)]));
        row.set("status", i64::from(lasts));
        row.set("isPaid", true);
        row.set("paymentType", dice.weighted(&[(20, 29_682_715_i64), (60, 29_682_716), (20, 29_682_717)]));
        row.set_cut("paymentNumber", Some(&dice.shape("######")));
        maker.insert(row)?;
    }
    Ok(())
}

pub(super) fn retainers(maker: &mut Maker<'_>, dice: &mut Dice, agreement: &Agreement) -> rusqlite::Result<()> {
    for number in 0..dice.weighted(&[(40, 1), (60, 3)]) {
        let mut row = maker.row("ContractRetainers");
        let Some(lasts) = bought(maker, &mut row, agreement, number) else { break };
        let amount = dice.between(2, 20);
        let approved = f64::from(dice.below(amount)) * 250.0;
        row.set("amount", f64::from(amount) * 250.0);
        row.set("internalCurrencyAmount", f64::from(amount) * 250.0);
        row.set("amountApproved", approved);
        row.set("internalCurrencyAmountApproved", approved);
        row.set("status", i64::from(lasts));
        row.set("isPaid", true);
        row.set("paymentID", 29_682_716_i64);
        maker.insert(row)?;
    }
    Ok(())
}

/// What an hour of each role costs under this contract.
pub(super) fn rates(
    maker: &mut Maker<'_>,
    catalog: &Catalog,
    dice: &mut Dice,
    agreement: &Agreement,
) -> rusqlite::Result<()> {
    let share = dice.weighted(&[(60, 1.0), (30, 0.92), (10, 0.85)]);
    for (role, rate) in &catalog.roles {
        let mut row = maker.row("ContractRates");
        row.set("contractID", agreement.id);
        row.set("roleID", *role);
        row.set("contractHourlyRate", cents(rate * share));
        row.set("internalCurrencyContractHourlyRate", cents(rate * share));
        maker.insert(row)?;
    }
    Ok(())
}

/// The payments of a fixed price: a part at the beginning, the others as work goes on.
pub(super) fn milestones<'a>(
    maker: &mut Maker<'a>,
    catalog: &Catalog,
    agreement: &Agreement,
    amount: f64,
    items: &mut Items<'a>,
) -> rusqlite::Result<()> {
    const PARTS: [(&str, f64, i32); 3] = [("Start", 0.3, 0), ("Half-time", 0.4, 2), ("Acceptance", 0.3, 4)];
    let (start, _) = agreement.days();
    for (title, share, months) in PARTS {
        let Some(due) = start.plus(months, Unit::Month) else { break };
        let due = due.start(&Utc);
        let mut row = maker.row("ContractMilestones");
        row.set("contractID", agreement.id);
        row.set_text("title", title);
        row.set("amount", cents(amount * share));
        row.set("internalCurrencyAmount", cents(amount * share));
        row.set_instant("dateDue", due);
        row.set("isInitialPayment", months == 0);
        row.set("status", if due.plus_seconds(30 * DAY) <= maker.now { 2_i64 } else { i64::from(due < maker.now) });
        row.set("billingCodeID", catalog.code("Project Milestone"));
        row.set("creatorResourceID", ADMINISTRATOR);
        row.set_instant("createDate", maker.later_or_now(start.start(&Utc), 0));
        let id = maker.insert(row)?;
        if let Some(posted) = maker.later(due, 30 * DAY) {
            let item = Item {
                kind: 8,
                name: title,
                code: catalog.code("Project Milestone"),
                quantity: 1.0,
                rate: cents(amount * share),
                price: amount * share,
                cost: 0.0,
                date: due,
                posted,
                is_free: false,
            };
            items.add(maker, &item, &[("contractID", Some(agreement.id)), ("milestoneID", Some(id))]);
        }
    }
    Ok(())
}

/// A note, and the work that the contract does not cover.
pub(super) fn notes(
    maker: &mut Maker<'_>,
    catalog: &Catalog,
    dice: &mut Dice,
    agreement: &Agreement,
) -> rusqlite::Result<()> {
    if dice.percent(25) {
        let at = maker.later_or_now(agreement.days().0.start(&Utc), i64::from(dice.below(90)) * DAY);
        let mut row = maker.row("ContractNotes");
        row.set("contractID", agreement.id);
        row.set_text("title", "Talk with the customer");
        row.set_text("description", "Quantities checked against the directory, the customer agrees.");
        row.set("creatorResourceID", ADMINISTRATOR);
        row.set_instant("createDateTime", at);
        row.set_instant("lastActivityDate", at);
        maker.insert(row)?;
    }
    if dice.percent(20) {
        let mut row = maker.row("ContractExclusionBillingCodes");
        row.set("contractID", agreement.id);
        row.set("billingCodeID", catalog.code("After-hours Support"));
        maker.insert(row)?;
    }
    Ok(())
}
