//! Runs: plans and journals of onboardings, each of the person who began it, in whichever browser. Who drives a run adds to its
//! journal; an administrator reaches all of them, so that somebody else's can be gone on with.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::value::RawValue;

use super::owners::Owner;
use super::{Store, now};
use crate::refusal::Refusal;

/// A run in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunLine {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Who drives it: a browser tab, a program.
    pub(crate) driver: String,
    /// The name of the person whose it is; null where nobody signs in.
    pub(crate) owner: Option<String>,
    /// How many entries its journal has.
    pub(crate) length: i64,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A run with all of it.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    #[serde(flatten)]
    pub(crate) line: RunLine,
    pub(crate) plan: Box<RawValue>,
    pub(crate) journal: Vec<Box<RawValue>>,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It is the last one now, or was it already: the journal has so many.
    Kept(i64),
    /// Others were added meanwhile, or somebody else drives: the journal has so many, and this driver.
    Stale { length: i64, driver: String },
}

const LINE: &str = "select id, title, driver, (select count(*) from entries where run = runs.id), created_at, updated_at, \
    (select name from users where users.id = runs.user) from runs";
/// Which of them an [`Owner`] reaches: the first two values are its own.
const REACHED: &str = "(runs.user = ?1 or ?2)";

impl Store {
    /// Begins a run; false when there is one of this id, be it somebody else's.
    pub(crate) async fn begin_run(
        &self,
        user: i64,
        id: String,
        title: String,
        plan: String,
        driver: String,
    ) -> Result<bool, Refusal> {
        self.with(move |connection| {
            let sql = "insert into runs (id, title, plan, driver, created_at, updated_at, user) values (?, ?, ?, ?, ?5, ?5, ?6) \
                       on conflict do nothing";
            connection.execute(sql, params![id, title, plan, driver, now(), user]).map(|rows| rows == 1)
        })
        .await
    }

    /// The runs, the one that was worked on last first.
    pub(crate) async fn runs(&self, owner: Owner, most: u32) -> Result<Vec<RunLine>, Refusal> {
        self.with(move |connection| {
            let sql = format!("{LINE} where {REACHED} order by updated_at desc, id limit ?3");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![owner.user, owner.sees_all_runs, most], line)?;
            rows.collect()
        })
        .await
    }

    /// A run with its plan and journal.
    pub(crate) async fn run(&self, owner: Owner, id: String) -> Result<Option<Run>, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction()?;
            let Some(line) = find(&transaction, owner, &id)? else { return Ok(None) };
            let plan = transaction.query_row("select plan from runs where id = ?", [&id], |row| row.get(0))?;
            let mut statement =
                transaction.prepare_cached("select entry from entries where run = ? order by number")?;
            let entries = statement.query_map([&id], |row| row.get(0))?;
            let journal = entries.map(|entry| raw(entry?)).collect::<rusqlite::Result<_>>()?;
            Ok(Some(Run { line, plan: raw(plan)?, journal }))
        })
        .await
    }

    /// Adds an entry to a journal that has `expected` of them, for who drives the run. `None` when there is no such run.
    ///
    /// The same entry once more is no other: its sender did not hear that it was kept.
    pub(crate) async fn append(
        &self,
        owner: Owner,
        run: String,
        driver: String,
        expected: i64,
        entry: String,
    ) -> Result<Option<Appended>, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let Some(line) = find(&transaction, owner, &run)? else { return Ok(None) };
            let is_driver = line.driver == driver;
            if is_driver && line.length == expected {
                let sql = "insert into entries (run, number, entry) values (?, ?, ?)";
                transaction.execute(sql, params![run, expected, entry])?;
                touch(&transaction, &run)?;
                transaction.commit()?;
                return Ok(Some(Appended::Kept(expected + 1)));
            }
            let sql = "select entry = ? from entries where run = ? and number = ?";
            let is_kept = transaction.query_row(sql, params![entry, run, expected], |row| row.get(0)).optional()?;
            Ok(Some(match is_driver && line.length == expected + 1 && is_kept == Some(true) {
                true => Appended::Kept(line.length),
                false => Appended::Stale { length: line.length, driver: line.driver },
            }))
        })
        .await
    }

    /// Makes somebody else the driver; answers the length of the journal. Whose run it is stays as it was.
    pub(crate) async fn take_over(&self, owner: Owner, run: String, driver: String) -> Result<Option<i64>, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let Some(line) = find(&transaction, owner, &run)? else { return Ok(None) };
            transaction.execute("update runs set driver = ? where id = ?", params![driver, run])?;
            touch(&transaction, &run)?;
            transaction.commit()?;
            Ok(Some(line.length))
        })
        .await
    }
}

fn find(connection: &Connection, owner: Owner, id: &str) -> rusqlite::Result<Option<RunLine>> {
    let mut statement = connection.prepare_cached(&format!("{LINE} where {REACHED} and id = ?3"))?;
    statement.query_row(params![owner.user, owner.sees_all_runs, id], line).optional()
}

fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<RunLine> {
    Ok(RunLine {
        id: row.get(0)?,
        title: row.get(1)?,
        driver: row.get(2)?,
        length: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
        owner: row.get(6)?,
    })
}

fn touch(transaction: &Transaction<'_>, run: &str) -> rusqlite::Result<()> {
    transaction.execute("update runs set updated_at = max(updated_at, ?) where id = ?", params![now(), run]).map(drop)
}

/// What was read as JSON when it came.
pub(super) fn raw(text: String) -> rusqlite::Result<Box<RawValue>> {
    RawValue::from_string(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))
}
