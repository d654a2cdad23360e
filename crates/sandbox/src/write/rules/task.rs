//! Tasks: somebody is on them in a role, and what is complete has no hours left.

use rusqlite::types::Value as Cell;

use super::{Context, ticket};
use crate::answer::Refusal;
use crate::store::rows::Row;

/// The status of a task that is done.
const COMPLETE: i64 = 5;

pub(super) fn before(context: Context<'_>, row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    ticket::pair(row)?;
    let is_done = row.int("status") == Some(COMPLETE);
    let was_done = old.is_some_and(|old| old.int("status") == Some(COMPLETE));
    if is_done && !was_done {
        row.set_instant("completedDateTime", context.now);
        row.set("remainingHours", 0.0);
    } else if was_done && !is_done {
        // Decision: a task that is taken up again is not done at any time.
        row.set("completedDateTime", Cell::Null);
    }
    Ok(())
}
