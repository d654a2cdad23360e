//! Contracts of a customer: first what runs month by month, then what is paid by the hour or in advance.

use autotask_core::Instant;
use autotask_core::calendar::{Day, Unit, Utc, WeekStart};

use super::Maker;
use super::book::{Client, Stream};
use super::catalog::Catalog;
use super::dice::Dice;
use super::invoices::Items;
use super::{contract_lines, contract_parts};
use crate::periods::PeriodType;
use crate::store::rows::Row;

/// The values of `contractType`.
pub(super) const TIME_AND_MATERIALS: i64 = 1;
pub(super) const FIXED_PRICE: i64 = 3;
pub(super) const BLOCK_HOURS: i64 = 4;
pub(super) const RETAINER: i64 = 6;
pub(super) const RECURRING: i64 = 7;
pub(super) const INCIDENT: i64 = 8;

/// A contract as the rest of the book knows it.
pub(super) struct Agreement {
    pub(super) id: i64,
    pub(super) kind: i64,
    start: Day,
    end: Day,
    /// Its first line.
    pub(super) service: Option<i64>,
}

impl Agreement {
    /// Whether it is in effect at a moment.
    pub(super) fn covers(&self, moment: Instant) -> bool {
        Day::of(moment, &Utc).is_some_and(|day| (self.start..=self.end).contains(&day))
    }
}

/// Makes the contracts of a customer.
pub(super) fn all<'a>(
    maker: &mut Maker<'a>,
    catalog: &Catalog,
    client: &Client<'_, '_>,
    items: &mut Items<'a>,
) -> rusqlite::Result<Vec<Agreement>> {
    let mut dice = Stream::Contracts.dice(maker, client.number);
    let mut out = Vec::new();
    let kinds =
        [(72, RECURRING), (12, BLOCK_HOURS), (9, FIXED_PRICE), (6, RETAINER), (4, INCIDENT), (25, TIME_AND_MATERIALS)];
    for (often, kind) in kinds {
        if !dice.percent(often) {
            continue;
        }
        let months = dice.weighted(&[(60, 12_i32), (15, 24), (25, 36)]);
        let ago = dice.between(0, client.company.age.min(1_000));
        let Some(first) = start(maker, &mut dice, ago) else { continue };
        let mut start = first;
        // One that has run out was renewed, unless the customer has left.
        while let Some(next) = start.plus(months, Unit::Month) {
            let Some(end) = next.plus(-1, Unit::Day) else { break };
            let is_over = Day::of(maker.now, &Utc).is_some_and(|today| end < today);
            let renewed = is_over && client.is_active();
            let agreement = one(maker, catalog, client, &mut dice, (kind, start, end), (is_over, renewed), items)?;
            out.push(agreement);
            if !renewed {
                break;
            }
            start = next;
        }
    }
    Ok(out)
}

/// Most contracts begin with a month.
fn start(maker: &Maker<'_>, dice: &mut Dice, days_ago: u32) -> Option<Day> {
    let day = Day::of(maker.now, &Utc)?.plus(-i32::try_from(days_ago).ok()?, Unit::Day)?;
    if dice.percent(85) { day.start_of(Unit::Month, WeekStart::Monday)?.plus(1, Unit::Month) } else { Some(day) }
}

fn one<'a>(
    maker: &mut Maker<'a>,
    catalog: &Catalog,
    client: &Client<'_, '_>,
    dice: &mut Dice,
    (kind, start, end): (i64, Day, Day),
    (is_over, is_renewed): (bool, bool),
    items: &mut Items<'a>,
) -> rusqlite::Result<Agreement> {
    let company = client.company;
    let mut row = maker.row("Contracts");
    row.set("id", maker.next_id(row.table));
    let name = match kind {
        RECURRING => "Managed Services",
        BLOCK_HOURS => "Prepaid Hours",
        FIXED_PRICE => "Office Move",
        RETAINER => "Advisory Retainer",
        INCIDENT => "Support by Incident",
        _ => "Time & Materials",
    };
    row.set_cut("contractName", Some(&format!("{name} {start}")));
    row.set_cut("contractNumber", dice.percent(60).then(|| dice.shape("K-#####")).as_deref());
    row.set("contractType", kind);
    row.set("companyID", company.id);
    row.set("contactID", client.people.first().map(|person| person.id));
    row.set_instant("startDate", start.start(&Utc));
    row.set_instant("endDate", end.start(&Utc));
    row.set("status", i64::from(!is_over && client.is_active()));
    row.set("timeReportingRequiresStartAndStopTimes", i64::from(dice.percent(30)));
    row.set(
        "contractCategory",
        match kind {
            RECURRING => 29_682_711_i64,
            FIXED_PRICE => 29_682_712,
            _ => 29_682_713,
        },
    );
    row.set("billingPreference", 2_i64);
    row.set("isCompliant", true);
    row.set("isDefaultContract", false);
    if dice.percent(40) {
        row.set("serviceLevelAgreementID", 29_682_701_i64);
    }
    if dice.percent(8) {
        row.set_cut("purchaseOrderNumber", Some(&dice.shape("PO-#####")));
    }
    let changed = maker.later_or_now(start.start(&Utc), i64::from(dice.below(200)) * 86_400);
    row.set_instant("lastModifiedDateTime", changed);
    if is_renewed {
        // Decision: the contract that ran out names the one that came after it, which is made next.
        row.set("renewedContractID", row.id() + 1);
    }
    let id = row.id();
    let mut agreement = Agreement { id, kind, start, end, service: None };
    match kind {
        RECURRING => {
            let period =
                PeriodType::of(dice.weighted(&[(84, 1), (8, 2), (3, 3), (5, 4)])).unwrap_or(PeriodType::Monthly);
            row.set("contractPeriodType", period as i64);
            if dice.percent(25) {
                row.set("setupFee", 250.0);
                row.set("setupFeeBillingCodeID", catalog.code("Setup Fee"));
                row.set("internalCurrencySetupFee", 250.0);
            }
            maker.insert(row)?;
            agreement.service = contract_lines::all(maker, catalog, dice, &agreement, period, items)?;
        }
        _ => parts(maker, catalog, dice, &agreement, row, items)?,
    }
    contract_parts::notes(maker, catalog, dice, &agreement)?;
    Ok(agreement)
}

/// What contracts of the other types consist of.
fn parts<'a>(
    maker: &mut Maker<'a>,
    catalog: &Catalog,
    dice: &mut Dice,
    agreement: &Agreement,
    mut row: Row<'_>,
    items: &mut Items<'a>,
) -> rusqlite::Result<()> {
    if agreement.kind == FIXED_PRICE {
        let amount = f64::from(dice.between(8, 60)) * 500.0;
        row.set("estimatedRevenue", amount);
        row.set("estimatedHours", amount / 160.0);
        row.set("estimatedCost", amount * 0.6);
        maker.insert(row)?;
        return contract_parts::milestones(maker, catalog, agreement, amount, items);
    }
    if agreement.kind == BLOCK_HOURS {
        row.set("overageBillingRate", 165.0);
        row.set("internalCurrencyOverageBillingRate", 165.0);
    }
    maker.insert(row)?;
    match agreement.kind {
        BLOCK_HOURS => contract_parts::blocks(maker, dice, agreement),
        RETAINER => {
            contract_parts::retainers(maker, dice, agreement)?;
            contract_parts::rates(maker, catalog, dice, agreement)
        }
        TIME_AND_MATERIALS => contract_parts::rates(maker, catalog, dice, agreement),
        _ => Ok(()),
    }
}

impl Agreement {
    pub(super) fn days(&self) -> (Day, Day) {
        (self.start, self.end)
    }
}
