//! The chain of the audit in the file: added to, looked at, walked along, and cut at its front when it is old.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value as Sql, ValueRef};
use rusqlite::{Connection, Transaction, TransactionBehavior, params, params_from_iter};

use super::{Store, now};
use crate::audit::{Broken, Checkpoint, Entry, Hash, Head, Intact, Item, Outcome, Walk, Wanted, hash_of};
use crate::refusal::Refusal;

/// Tables of the audit. The text of an entry is the only place of what it says: the other columns are read out of it.
pub(super) const STEP: &str = "
    create table audit (
        number integer primary key, hash blob not null, entry text not null,
        kind text as (entry ->> 'kind'), at integer as (entry ->> 'at'), who text as (entry ->> 'who'),
        entity text as (entry ->> 'entity'), row integer as (entry ->> 'id'), intent integer as (entry ->> 'intent')
    ) strict;
    create index audit_by_row on audit (row, entity) where row is not null;
    create unique index audit_by_intent on audit (intent) where intent is not null;
    create table audit_head (one integer primary key check (one = 1), number integer not null, hash blob not null) strict;
    insert into audit_head values (1, 0, zeroblob(32));
";

/// Most entries that are removed at once, so that nobody waits long.
const REMOVED_MAX: i64 = 20_000;
/// The longest month, in milliseconds.
const MONTH: i64 = 31 * 24 * 3_600_000;
/// How often entries that are too old are looked for, in milliseconds: once a day.
const LOOKED_FOR_EVERY: i64 = 24 * 3_600_000;

impl ToSql for Hash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for Hash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Hash> {
        value.as_blob()?.try_into().map(Hash).map_err(|_| FromSqlError::InvalidType)
    }
}

impl Store {
    /// The writes that are wanted, the newest first.
    pub(crate) async fn audit(&self, wanted: Wanted) -> Result<Vec<Item>, Refusal> {
        self.with(move |connection| {
            let mut items = Vec::new();
            each(connection, &wanted, true, |item| {
                items.push(item);
                true
            })?;
            Ok(items)
        })
        .await
    }

    /// Removes what is older than so many months, if it was not looked for in the last day.
    pub(crate) async fn prune_audit(&self, months: u32) -> Result<(), Refusal> {
        use std::sync::atomic::Ordering::Relaxed;
        let now = now();
        if now < self.next_prune.load(Relaxed) {
            return Ok(());
        }
        self.next_prune.store(now.saturating_add(LOOKED_FOR_EVERY), Relaxed);
        let next = std::sync::Arc::clone(&self.next_prune);
        self.with(move |connection| {
            let removed = prune(connection, now.saturating_sub(MONTH.saturating_mul(i64::from(months))))?;
            // There may be more of them.
            if removed == REMOVED_MAX {
                next.store(now, Relaxed);
            }
            Ok(())
        })
        .await
    }
}

/// Adds an entry and answers its number.
pub(super) fn append(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<i64> {
    let (last, previous) = head(transaction)?;
    let number = last + 1;
    let text = serde_json::to_string(entry).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let hash = hash_of(previous, number, &text);
    let sql = "insert into audit (number, hash, entry) values (?, ?, ?)";
    transaction.prepare_cached(sql)?.execute(params![number, hash, text])?;
    transaction.prepare_cached("update audit_head set number = ?, hash = ?")?.execute(params![number, hash])?;
    Ok(number)
}

fn head(connection: &Connection) -> rusqlite::Result<(i64, Hash)> {
    let sql = "select number, hash from audit_head";
    connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Removes what is older, and leaves a checkpoint in its place; answers how many entries were removed.
fn prune(connection: &mut Connection, older_than: i64) -> rusqlite::Result<i64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some(first): Option<i64> = transaction.query_row("select min(number) from audit", [], |row| row.get(0))? else {
        return Ok(0);
    };
    let (last, _) = head(&transaction)?;
    let sql = "select coalesce((select number from audit where at >= ? order by number limit 1), ?)";
    let kept: i64 = transaction.query_row(sql, params![older_than, last + 1], |row| row.get(0))?;
    let number = (kept - 1).min(first + REMOVED_MAX - 1);
    if number < first {
        return Ok(0);
    }
    let hash = transaction.query_row("select hash from audit where number = ?", [number], |row| row.get(0))?;
    append(&transaction, &Entry::Checkpoint(Checkpoint { at: now(), number, hash }))?;
    let removed = transaction.execute("delete from audit where number <= ?", [number])?;
    transaction.commit()?;
    Ok(i64::try_from(removed).unwrap_or(i64::MAX))
}

/// Walks along the whole chain, as it stands at one moment.
pub(super) fn verify(connection: &mut Connection, wanted: Option<Head>) -> rusqlite::Result<Result<Intact, Broken>> {
    let transaction = connection.transaction()?;
    let mut walk = Walk::new(wanted);
    {
        let mut statement = transaction.prepare("select number, hash, entry from audit order by number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            let (Ok(hash), ValueRef::Text(text)) = (row.get(1), row.get_ref(2)?) else {
                return Ok(Err(Broken { number, what: "its hash or its text is none".to_owned() }));
            };
            let text = std::str::from_utf8(text).unwrap_or("");
            if let Err(broken) = walk.step(number, hash, text) {
                return Ok(Err(broken));
            }
        }
    }
    let (number, hash) = match head(&transaction) {
        Ok(head) => head,
        Err(rusqlite::Error::QueryReturnedNoRows | rusqlite::Error::FromSqlConversionFailure(..)) => {
            return Ok(Err(Broken {
                number: 0,
                what: "the head that is kept beside the entries is missing".to_owned(),
            }));
        }
        Err(error) => return Err(error),
    };
    Ok(walk.end(number, hash))
}

/// Each write that is wanted with what came of it, until told to stop.
pub(super) fn each(
    connection: &Connection,
    wanted: &Wanted,
    newest_first: bool,
    mut take: impl FnMut(Item) -> bool,
) -> rusqlite::Result<()> {
    let Wanted { entity, id, since, who, before, limit } = wanted;
    let mut sql = "select i.number, i.entry, o.entry from audit i left join audit o on o.intent = i.number
                   where i.kind = 'intent'"
        .to_owned();
    let mut values: Vec<Sql> = Vec::new();
    let mut and = |clause: &str, value: Option<Sql>| {
        if let Some(value) = value {
            sql.push_str(clause);
            values.push(value);
        }
    };
    and(" and i.entity = ?", entity.clone().map(Sql::from));
    // A create learns its row from its outcome.
    and(
        " and i.number in (select coalesce(intent, number) from audit where row is not null and row = ?)",
        id.map(Sql::from),
    );
    and(" and i.at >= ?", since.map(Sql::from));
    and(" and i.who = ? collate nocase", who.clone().map(Sql::from));
    and(" and i.number < ?", before.map(Sql::from));
    sql.push_str(if newest_first { " order by i.number desc" } else { " order by i.number" });
    if let Some(limit) = limit {
        sql.push_str(" limit ?");
        values.push(Sql::from(i64::from(*limit)));
    }
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let entry = |at: usize| -> rusqlite::Result<Option<Entry>> {
            let Some(text) = row.get::<_, Option<String>>(at)? else { return Ok(None) };
            let wrong = |error: serde_json::Error| {
                rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, error.into())
            };
            serde_json::from_str(&text).map(Some).map_err(wrong)
        };
        let outcome: Option<Outcome> = match entry(2)? {
            Some(Entry::Outcome(outcome)) => Some(outcome),
            _ => None,
        };
        if let Some(Entry::Intent(intent)) = entry(1)?
            && !take(Item { number: row.get(0)?, intent: *intent, outcome })
        {
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
