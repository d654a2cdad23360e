//! Leases: the calls of the last hour in lots, so that a new process goes on counting where the last one ended.

use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;
use rusqlite::params;

use super::Store;
use crate::refusal::Refusal;

/// The window that Autotask counts, in ticks.
const HOUR: i64 = 3_600 * TICKS_PER_SECOND;

/// The table.
pub(super) const STEP: &str =
    "create table leases (id integer primary key, at integer not null, calls integer not null) strict";

impl Store {
    /// Takes a lot of calls; of the lot before, by its id, only so many were made. Answers the new lot's id.
    pub(crate) async fn lease(&self, now: Instant, calls: u32, spent: Option<(i64, u32)>) -> Result<i64, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute("delete from leases where at <= ?", [now.0.saturating_sub(HOUR)])?;
            if let Some((id, made)) = spent {
                transaction.execute("update leases set calls = ? where id = ?", params![made, id])?;
            }
            transaction.execute("insert into leases (at, calls) values (?, ?)", params![now.0, calls])?;
            let id = transaction.last_insert_rowid();
            transaction.commit()?;
            Ok(id)
        })
        .await
    }

    /// The lots of the hour before `now`, the oldest first.
    pub(crate) fn leases(&self, now: Instant) -> Vec<(Instant, u32)> {
        let read = |connection: &mut rusqlite::Connection| -> rusqlite::Result<Vec<(Instant, u32)>> {
            let sql = "select at, calls from leases where at > ? and at <= ? order by at";
            let mut statement = connection.prepare(sql)?;
            let rows = statement
                .query_map([now.0.saturating_sub(HOUR), now.0], |row| Ok((Instant(row.get(0)?), row.get(1)?)))?;
            rows.collect()
        };
        self.at_once(read).unwrap_or_else(|error| {
            tracing::error!(%error, "what was spent of this hour cannot be read");
            Vec::new()
        })
    }
}
