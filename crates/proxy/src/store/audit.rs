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
mod tests {
    use std::time::Instant;

    use serde_json::{Map, json};

    use super::*;
    use crate::audit::{AuditFile, Came, Intent};
    use crate::store::{Begun, Key};

    fn intent(at: i64, id: i64) -> Entry {
        let after = json!({"city": "Troy", "phone": format!("555-{id}")}).as_object().cloned();
        Entry::Intent(Box::new(Intent {
            at,
            request: format!("r-{id}"),
            who: "Ada".to_owned(),
            operation: "update".to_owned(),
            entity: "Companies".to_owned(),
            id: Some(id),
            parent: None,
            after: after.unwrap(),
            before: Some(Map::new()),
            unread: None,
            key: None,
        }))
    }

    fn outcome(intent: i64, at: i64) -> Entry {
        let entity = "Companies".to_owned();
        Entry::Outcome(Outcome { intent, at, entity, came: Came::Done, status: Some(200), id: Some(intent), why: None })
    }

    /// A store with so many entries, an intent and its outcome in turn, each a second after the one before.
    fn filled(entries: i64) -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(Some(&folder.path().join("store.db"))).unwrap());
        let mut connection = Connection::open(folder.path().join("store.db")).unwrap();
        let transaction = connection.transaction().unwrap();
        for number in 1..=entries {
            let at = number * 1_000;
            let entry = if number % 2 == 1 { intent(at, number) } else { outcome(number - 1, at) };
            assert_eq!(append(&transaction, &entry).unwrap(), number);
        }
        transaction.commit().unwrap();
        (folder, connection)
    }

    #[track_caller]
    fn breaks(connection: &mut Connection, head: Option<Head>, number: i64, what: &str) {
        let broken = verify(connection, head).unwrap().expect_err("broken");
        assert_eq!(broken.number, number, "{}", broken.what);
        assert!(broken.what.contains(what), "{}", broken.what);
    }

    #[test]
    fn one_changed_row_of_many_is_found() {
        let entries = if std::env::var_os("AUTOTASK_CRM_LONG").is_some() { 100_000 } else { 20_000 };
        let (_folder, mut file) = filled(entries);
        let from = Instant::now();
        let intact = verify(&mut file, None).unwrap().expect("intact");
        let took = from.elapsed();
        assert_eq!((intact.first, intact.entries, intact.open), (1, u64::try_from(entries).unwrap(), 0));
        println!("{entries} entries in {took:?}");
        assert!(took.as_secs() < 10, "{took:?}");
        let changed = entries / 2 + 1;
        let sql = "update audit set entry = replace(entry, 'Troy', 'Utica') where number = ?";
        assert_eq!(file.execute(sql, [changed]).unwrap(), 1);
        breaks(&mut file, None, changed, "was changed");
    }

    #[test]
    fn whatever_is_done_to_an_entry_is_found_at_its_place() {
        let changes: &[(&str, i64, &str)] = &[
            ("update audit set entry = replace(entry, 'Ada', 'Bob') where number = 1", 1, "was changed"),
            ("update audit set entry = replace(entry, '200', '201') where number = 6", 6, "was changed"),
            ("update audit set hash = zeroblob(32) where number = 4", 4, "was changed"),
            ("update audit set hash = x'00' where number = 4", 4, "is none"),
            ("delete from audit where number = 5", 5, "it is missing while 6 is there"),
            ("delete from audit where number in (5, 6)", 5, "it is missing, up to 6, while 7 is there"),
            ("delete from audit where number <= 3", 3, "no checkpoint says"),
            ("delete from audit where number > 7", 8, "the end is missing, up to 10"),
            ("delete from audit", 1, "the end is missing"),
            ("delete from audit_head", 0, "the head that is kept beside the entries is missing"),
            ("update audit_head set hash = zeroblob(32)", 10, "the head that is kept says 10:0000"),
            ("update audit_head set number = 8", 10, "the head that is kept says 8:"),
            (
                "create temp table t as select number, hash, entry from audit where number in (3, 5);
                 update audit set (hash, entry) = (select hash, entry from t where t.number = 8 - audit.number)
                 where number in (3, 5)",
                3,
                "was changed",
            ),
        ];
        for (sql, number, what) in changes {
            let (_folder, mut file) = filled(10);
            // Moved entries meet in the index of outcomes otherwise.
            file.execute_batch("drop index audit_by_intent").unwrap();
            file.execute_batch(sql).unwrap();
            breaks(&mut file, None, *number, what);
        }
    }

    #[test]
    fn an_end_that_was_cut_off_with_its_head_is_found_by_the_head_that_was_written_down() {
        let (_folder, mut file) = filled(10);
        let head = verify(&mut file, None).unwrap().unwrap().head;
        let read: Head = head.to_string().parse().unwrap();
        assert_eq!(verify(&mut file, Some(read)).unwrap().unwrap().head, head);
        let alone: Head = head.to_string().split_once(':').unwrap().1.parse().unwrap();
        // What comes later changes nothing of it.
        let transaction = file.transaction().unwrap();
        append(&transaction, &intent(20_000, 5)).unwrap();
        transaction.commit().unwrap();
        let later = verify(&mut file, Some(read)).unwrap().unwrap();
        assert_eq!((later.entries, later.open), (11, 1));
        assert!(verify(&mut file, Some(alone)).unwrap().is_ok());
        let cut = "delete from audit where number > 7; update audit_head set (number, hash) = (select number, hash from audit where number = 7)";
        file.execute_batch(cut).unwrap();
        assert!(verify(&mut file, None).unwrap().is_ok(), "nothing in the file tells");
        breaks(&mut file, Some(read), 8, "the head that was written down is entry 10");
        breaks(&mut file, Some(alone), 7, "no entry has the hash that was written down");
        // The same entries written anew, one of them another.
        let (_folder, mut other) = filled(12);
        let sql = "update audit set entry = replace(entry, 'Troy', 'Utica') where number = 9";
        other.execute(sql, []).unwrap();
        let mut hash: Hash = other.query_row("select hash from audit where number = 8", [], |row| row.get(0)).unwrap();
        for number in 9..=12 {
            let text: String =
                other.query_row("select entry from audit where number = ?", [number], |row| row.get(0)).unwrap();
            hash = hash_of(hash, number, &text);
            other.execute("update audit set hash = ? where number = ?", params![hash, number]).unwrap();
        }
        other.execute("update audit_head set hash = ?", [hash]).unwrap();
        assert!(verify(&mut other, None).unwrap().is_ok());
        breaks(&mut other, Some(read), 10, "the chain was made anew");
    }

    #[test]
    fn a_head_is_read_as_it_is_printed() {
        let digits = "ab".repeat(32);
        for good in [format!("12:{digits}"), digits.clone(), format!(" {digits}\n"), digits.to_uppercase()] {
            assert!(good.parse::<Head>().is_ok(), "{good}");
        }
        let short = &digits[1..];
        for bad in ["", ":", "12", "12:", short, &format!("-1:{digits}"), &format!("x:{digits}"), &format!("{short}é")]
        {
            let error = bad.parse::<Head>().unwrap_err();
            assert!(error.contains("as `audit verify` prints it"), "{error}");
        }
    }

    #[test]
    fn what_is_old_goes_and_the_rest_stays_verifiable() {
        let (_folder, mut file) = filled(20);
        let head = verify(&mut file, None).unwrap().unwrap().head;
        // The cut goes between an intent and its outcome.
        assert_eq!(prune(&mut file, 8_000).unwrap(), 7);
        assert_eq!(prune(&mut file, 8_000).unwrap(), 0, "once");
        let intact = verify(&mut file, Some(head)).unwrap().unwrap();
        assert_eq!((intact.first, intact.entries, intact.open), (8, 14, 0));
        assert_eq!(prune(&mut file, 15_000).unwrap(), 7);
        let intact = verify(&mut file, Some(head)).unwrap().unwrap();
        assert_eq!((intact.first, intact.entries), (15, 8));
        // A front that somebody else cut is not one of a checkpoint.
        file.execute("delete from audit where number = 15", []).unwrap();
        breaks(&mut file, None, 15, "no checkpoint says");
        // Nor is a first entry that was changed.
        let (_folder, mut file) = filled(20);
        prune(&mut file, 8_000).unwrap();
        file.execute("update audit set entry = replace(entry, '200', '201') where number = 8", []).unwrap();
        breaks(&mut file, None, 8, "was changed");
        let early: Head = format!("3:{}", "00".repeat(32)).parse().unwrap();
        let (_folder, mut file) = filled(20);
        prune(&mut file, 8_000).unwrap();
        breaks(&mut file, Some(early), 3, "was removed because of its age");
        // Everything is old.
        assert_eq!(prune(&mut file, i64::MAX).unwrap(), 14);
        assert_eq!(verify(&mut file, None).unwrap().unwrap().entries, 1);
    }

    #[tokio::test]
    async fn on_a_full_disk_writes_are_refused_and_what_is_kept_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let store = Store::open(Some(&file)).unwrap();
        let Entry::Intent(intent) = intent(1, 5) else { panic!("an intent") };
        let full = "pragma max_page_count = 40";
        store.with(move |connection| connection.query_row(full, [], |_| Ok(()))).await.unwrap();
        let mut begun = 0;
        let key = |number| Some(Key { key: format!("k{number}"), hash: "h".to_owned() });
        while let Ok(Begun::Now(_)) = store.begin_write(intent.clone(), key(begun)).await {
            begun += 1;
            assert!(begun < 10_000, "it is full some time");
        }
        assert!(begun > 20, "{begun}");
        assert_eq!(store.begin_write(intent.clone(), key(begun)).await, Err(Refusal::Store), "it stays so");
        // Who repeats what was begun is not told that it was not.
        assert_eq!(store.begin_write(intent.clone(), key(0)).await, Ok(Begun::Open));
        assert_eq!(store.audit(Wanted { limit: Some(500), ..Wanted::default() }).await.unwrap().len(), begun.min(500));
        let intact = AuditFile::open(&file).unwrap().verify(None).unwrap().unwrap();
        assert_eq!(intact.entries, u64::try_from(begun).unwrap());
        // There is room again.
        let room = "pragma max_page_count = 4000";
        store.with(move |connection| connection.query_row(room, [], |_| Ok(()))).await.unwrap();
        assert!(matches!(store.begin_write(intent, key(begun)).await, Ok(Begun::Now(_))));
    }

    #[test]
    fn a_file_that_holds_no_audit_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let refused = |expected: &str| {
            let error = AuditFile::open(&file).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("store.db"), "{error}");
        };
        refused("there is no file");
        std::fs::write(&file, "no database, and long enough to be seen as none by whoever reads it").unwrap();
        refused("cannot be read as a server's store");
        std::fs::remove_file(&file).unwrap();
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch("create table other (x)").unwrap();
        refused("is a database, but no server's store");
        // As the version before left it.
        connection.execute_batch(super::super::STEPS[0]).unwrap();
        connection.execute_batch("pragma user_version = 1").unwrap();
        refused("from before the audit");
        connection.execute_batch("pragma user_version = 99").unwrap();
        refused("is of version 99, made by a later version");
        connection.execute_batch("pragma user_version = 1").unwrap();
        drop(connection);
        drop(Store::open(Some(&file)).unwrap());
        let intact = AuditFile::open(&file).unwrap().verify(None).unwrap().unwrap();
        assert_eq!((intact.entries, intact.head.to_string()), (0, format!("0:{}", "0".repeat(64))));
    }
}
