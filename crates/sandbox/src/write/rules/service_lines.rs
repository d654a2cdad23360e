//! Service lines: what a recurring contract is made of. A line has no quantity; adjustments give it one, in slices of
//! the contract's periods.
//!
//! ```text
//! ContractServices ◄─ makes where there is none ── ContractServiceAdjustments ── from its day on ─► ContractServiceUnits
//! ```

use autotask_core::Instant;
use autotask_core::calendar::{Day, Utc};
use rusqlite::types::Value as Cell;

use super::time_entry::number;
use super::{Context, refused};
use crate::answer::Refusal;
use crate::periods::{Change, PeriodType, Slice, periods, slices};
use crate::store::rows::{self, Row};
use crate::store::sql::Where;

/// The names of services, or of bundles, of which all is the same.
struct Kind {
    adjustments: &'static str,
    lines: &'static str,
    line_field: &'static str,
    units: &'static str,
    catalogue: &'static str,
    catalogue_field: &'static str,
    repeat: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind {
        adjustments: "ContractServiceAdjustments",
        lines: "ContractServices",
        line_field: "contractServiceID",
        units: "ContractServiceUnits",
        catalogue: "Services",
        catalogue_field: "serviceID",
        repeat: "allowRepeatService",
    },
    Kind {
        adjustments: "ContractServiceBundleAdjustments",
        lines: "ContractServiceBundles",
        line_field: "contractServiceBundleID",
        units: "ContractServiceBundleUnits",
        catalogue: "ServiceBundles",
        catalogue_field: "serviceBundleID",
        repeat: "allowRepeatServiceBundle",
    },
];

/// The prices of a new line are the catalogue's where none are sent.
pub(super) fn before_line(context: Context<'_>, row: &mut Row<'_>) -> Result<(), Refusal> {
    for kind in KINDS.iter().filter(|kind| kind.lines == row.table.info.name) {
        let Some(service) = row.int(kind.catalogue_field).map(|id| context.get(kind.catalogue, id)).transpose()? else {
            continue;
        };
        for field in ["unitPrice", "unitCost"] {
            if let Some(service) = service.as_ref().filter(|_| row.is_null(field)) {
                row.set(field, service.get(field).clone());
            }
        }
        row.set("internalCurrencyUnitPrice", row.get("unitPrice").clone());
    }
    Ok(())
}

/// Does what a new adjustment says. Decision: which adjustments are refused is documented or follows from the
/// quantity; the texts are ours.
pub(super) fn adjust(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    let Some(kind) = KINDS.iter().find(|kind| kind.adjustments == row.table.info.name) else { return Ok(()) };
    let mut line = line(context, kind, row)?;
    let Some(contract) = context.get("Contracts", line.int("contractID").unwrap_or(-1))? else { return Ok(()) };
    let Some(from) = day(row, "effectiveDate") else { return Ok(()) };
    let term = day(&contract, "startDate").zip(day(&contract, "endDate"));
    if term.is_none_or(|(start, end)| from < start || from > end) {
        return refused("Data violation: The effectiveDate must be within the startDate and endDate of the Contract.");
    }
    let rows = units_of(context, kind, &line)?;
    let is_posted =
        |unit: &Row<'_>| !unit.is_null("approveAndPostDate") && day(unit, "endDate").is_some_and(|end| end >= from);
    if rows.iter().any(is_posted) {
        return refused("Data violation: The effectiveDate is in a period that was approved and posted.");
    }
    let reprices = !row.is_null("adjustedUnitPrice") || !row.is_null("adjustedUnitCost");
    for (adjusted, field) in [("adjustedUnitPrice", "unitPrice"), ("adjustedUnitCost", "unitCost")] {
        if !row.is_null(adjusted) {
            line.set(field, row.get(adjusted).clone());
        }
    }
    if reprices {
        line.set("internalCurrencyUnitPrice", line.get("unitPrice").clone());
        rows::update(context.connection, &line)?;
    }
    let mut changes = changes_of(&rows);
    changes.push(Change { from, units: row.int("unitChange").unwrap_or_default() });
    let fresh = slices_of(&contract, &changes);
    if fresh.iter().any(|slice| slice.units < 0) {
        return refused("Data violation: The units of a Contract Service cannot be less than 0.");
    }
    write(context, kind, &line, &rows, &fresh, reprices.then_some(from))
}

/// Cuts the units of all lines anew, after the contract's term has changed.
pub(super) fn renew(context: Context<'_>, contract: &Row<'_>) -> Result<(), Refusal> {
    for kind in &KINDS {
        let lines = context.tenant.named(kind.lines);
        for line in rows::select(context.connection, lines, &Where::equals("contractID", contract.id()))? {
            let rows = units_of(context, kind, &line)?;
            let fresh = slices_of(contract, &changes_of(&rows));
            write(context, kind, &line, &rows, &fresh, None)?;
        }
    }
    Ok(())
}

/// The line that an adjustment is about; a new one where the contract has none, or when it may repeat.
fn line<'a>(context: Context<'a>, kind: &Kind, row: &Row<'_>) -> Result<Row<'a>, Refusal> {
    let contract = row.int("contractID");
    if let Some(id) = row.int(kind.line_field) {
        let found =
            context.get(kind.lines, id)?.filter(|line| contract.is_none_or(|id| line.int("contractID") == Some(id)));
        return found.ok_or_else(|| {
            let contract = contract.unwrap_or_default();
            Refusal::Application(format!("The {} [{id}] is not associated with Contract [{contract}]", kind.line_field))
        });
    }
    let (Some(contract), Some(service)) = (contract, row.int(kind.catalogue_field)) else {
        return refused(format!("{}, or contractID and {}, is required", kind.line_field, kind.catalogue_field));
    };
    let lines = context.tenant.named(kind.lines);
    let condition = Where {
        sql: format!("\"contractID\" = ? AND \"{}\" = ?", kind.catalogue_field),
        values: vec![Cell::Integer(contract), Cell::Integer(service)],
    };
    let known = rows::select(context.connection, lines, &condition)?.into_iter().next();
    if let Some(known) = known.filter(|_| !row.is_true(kind.repeat)) {
        return Ok(known);
    }
    let mut line = Row::new(lines);
    super::defaults(&mut line);
    line.set("contractID", contract);
    line.set(kind.catalogue_field, service);
    line.set("quoteItemID", row.get("quoteItemID").clone());
    before_line(context, &mut line)?;
    line.set("id", rows::next_id(context.connection, lines)?);
    rows::insert(context.connection, &line)?;
    Ok(line)
}

/// The slices of a line as they are, by their days.
fn units_of<'a>(context: Context<'a>, kind: &Kind, line: &Row<'_>) -> Result<Vec<Row<'a>>, Refusal> {
    let units = context.tenant.named(kind.units);
    // There is an index on contracts.
    let condition = Where {
        sql: format!("\"contractID\" = ? AND \"{}\" = ?", kind.line_field),
        values: vec![line.get("contractID").clone(), Cell::Integer(line.id())],
    };
    let mut rows = rows::select(context.connection, units, &condition)?;
    rows.sort_by_key(|row| row.int("startDate"));
    Ok(rows)
}

/// The changes that lead to these slices.
fn changes_of(rows: &[Row<'_>]) -> Vec<Change> {
    let mut units = 0;
    let mut changes = Vec::new();
    for row in rows {
        let now = row.int("units").unwrap_or_default();
        if let Some(from) = day(row, "startDate").filter(|_| changes.is_empty() || now != units) {
            changes.push(Change { from, units: now - units });
        }
        units = now;
    }
    changes
}

fn slices_of(contract: &Row<'_>, changes: &[Change]) -> Vec<Slice> {
    let (Some(start), Some(end)) = (day(contract, "startDate"), day(contract, "endDate")) else { return Vec::new() };
    // Decision: a contract that has lost its period type is monthly.
    let kind = contract.int("contractPeriodType").and_then(PeriodType::of).unwrap_or(PeriodType::Monthly);
    slices(periods(start, end, kind), changes)
}

/// Makes the rows what the slices are. Rows keep their ids where a slice begins on their day; what was posted stays.
///
/// Decision: `price` and `cost` are those of the whole slice, to the cent: units × unit price × its part of the period.
/// They change with the units, with the days in proportion, and from `repriced` on with the line's price.
fn write(
    context: Context<'_>,
    kind: &Kind,
    line: &Row<'_>,
    rows: &[Row<'_>],
    fresh: &[Slice],
    repriced: Option<Day>,
) -> Result<(), Refusal> {
    let connection = context.connection;
    for row in rows.iter().filter(|row| row.is_null("approveAndPostDate")) {
        if !fresh.iter().any(|slice| day(row, "startDate") == Some(slice.start)) {
            rows::delete(connection, row.table, row.id())?;
        }
    }
    let table = context.tenant.named(kind.units);
    let vendor = line.int(kind.catalogue_field).map(|id| context.get(kind.catalogue, id)).transpose()?.flatten();
    for slice in fresh {
        let old = rows.iter().find(|row| day(row, "startDate") == Some(slice.start));
        if old.is_some_and(|old| !old.is_null("approveAndPostDate")) {
            continue;
        }
        let mut row = old.cloned().unwrap_or_else(|| Row::new(table));
        let days = |row: &Row<'_>| day(row, "startDate").zip(day(row, "endDate")).map(|(a, b)| a.days_until(b) + 1);
        let before = days(&row);
        let same_units = row.int("units") == Some(slice.units) && repriced.is_none_or(|from| slice.start < from);
        row.set("endDate", slice.end.start(&Utc).0);
        row.set("startDate", slice.start.start(&Utc).0);
        for (field, of_line) in [("price", "unitPrice"), ("cost", "unitCost")] {
            let value = match (same_units, before, days(&row), number(row.get(field))) {
                (true, Some(before), Some(now), Some(value)) if before > 0 => {
                    value * f64::from(now) / f64::from(before)
                }
                #[allow(clippy::cast_precision_loss, reason = "quantities are small")]
                _ => slice.units as f64 * number(line.get(of_line)).unwrap_or_default() * slice.share,
            };
            row.set(field, (value * 100.0).round() / 100.0);
        }
        row.set("internalCurrencyPrice", row.get("price").clone());
        row.set("units", slice.units);
        for (field, value) in [
            (kind.line_field, Cell::Integer(line.id())),
            ("contractID", line.get("contractID").clone()),
            (kind.catalogue_field, line.get(kind.catalogue_field).clone()),
        ] {
            row.set(field, value);
        }
        if old.is_some() {
            rows::update(connection, &row)?;
        } else {
            let vendor = vendor.as_ref().map_or(Cell::Null, |vendor| vendor.get("vendorCompanyID").clone());
            row.set("vendorCompanyID", vendor);
            row.set("id", rows::next_id(connection, table)?);
            rows::insert(connection, &row)?;
        }
    }
    Ok(())
}

/// The day of a field.
fn day(row: &Row<'_>, field: &str) -> Option<Day> {
    row.int(field).and_then(|ticks| Day::of(Instant(ticks), &Utc))
}
