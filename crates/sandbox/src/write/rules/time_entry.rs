//! Time entries: what they are about, and how long it took.

use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;
use rusqlite::types::Value as Cell;

use super::refused;
use crate::answer::Refusal;
use crate::store::rows::Row;

/// The numbers of `timeEntryType`.
const OF_TICKET: i64 = 2;
const OF_TASK: i64 = 6;
const GENERAL: i64 = 10;

/// Decision: that these are needed is documented; the texts are those recorded for other conditions.
pub(super) fn before(row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    let kind = match ["ticketID", "taskID", "internalBillingCodeID"].map(|field| !row.is_null(field)) {
        [true, false, false] => OF_TICKET,
        [false, true, false] => OF_TASK,
        [false, false, true] => GENERAL,
        // What is there already stays what it is.
        _ if old.is_some() => row.int("timeEntryType").unwrap_or(GENERAL),
        [false, false, false] => return refused("ticketID, taskID, and internalBillingCodeID cannot all be empty."),
        _ => return refused("Data violation: Only one of ticketID, taskID, and internalBillingCodeID can be set."),
    };
    if old.is_none() {
        let mut missing: Vec<String> = Vec::new();
        if kind != GENERAL {
            missing.extend(["roleID", "billingCodeID"].iter().filter(|f| row.is_null(f)).map(|f| (*f).to_owned()));
        }
        if row.is_null("dateWorked") && row.is_null("startDateTime") {
            missing.push("dateWorked".to_owned());
        }
        if !missing.is_empty() {
            return Err(Refusal::Several(missing.iter().map(|field| format!("{field} is required")).collect()));
        }
    }
    row.set("timeEntryType", kind);
    if let (Some(start), Some(end)) = (row.int("startDateTime"), row.int("endDateTime")) {
        if end < start {
            return refused("Data violation: startDateTime must be before endDateTime.");
        }
        #[allow(clippy::cast_precision_loss, reason = "a day has far fewer seconds than 2^52")]
        row.set("hoursWorked", ((end - start) / TICKS_PER_SECOND) as f64 / 3600.0);
        if row.is_null("dateWorked") {
            row.set("dateWorked", midnight(Instant(start)));
        }
    }
    match number(row.get("hoursWorked")) {
        Some(hours) if old.is_none() && !(hours > 0.0 && hours <= 24.0) => {
            refused("Data violation: hoursWorked must be greater than 0 and less than or equal to 24.")
        }
        Some(hours) => {
            row.set("hoursToBill", (hours + number(row.get("offsetHours")).unwrap_or(0.0)).max(0.0));
            Ok(())
        }
        None if old.is_none() => Err(Refusal::Several(vec!["hoursWorked is required".to_owned()])),
        None => Ok(()),
    }
}

/// The day that it was, as an instant at UTC midnight.
fn midnight(instant: Instant) -> Cell {
    Cell::Integer(Instant::parse(&instant.date_text()).unwrap_or(instant).0)
}

pub(super) fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Real(number) => Some(*number),
        #[allow(clippy::cast_precision_loss, reason = "amounts and hours are small")]
        Cell::Integer(number) => Some(*number as f64),
        _ => None,
    }
}
