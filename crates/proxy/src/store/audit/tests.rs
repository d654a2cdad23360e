//! A chain that is tampered with, cut, pruned, and full.

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
        resource: None,
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
    assert!(took.as_secs() < 30, "{took:?}");
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
    for bad in ["", ":", "12", "12:", short, &format!("-1:{digits}"), &format!("x:{digits}"), &format!("{short}é")] {
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
async fn what_is_old_is_looked_for_once_a_day() {
    let (folder, connection) = filled(REMOVED_MAX + 10);
    let kept = || -> i64 { connection.query_row("select count(*) from audit", [], |row| row.get(0)).unwrap() };
    let store = Store::open(Some(&folder.path().join("store.db"))).unwrap();
    // So many at once, so that nobody waits long, and the rest the next time.
    store.prune_audit(6).await.unwrap();
    assert_eq!(kept(), 10 + 1);
    store.prune_audit(6).await.unwrap();
    assert_eq!(kept(), 2, "a checkpoint for each");
    // What is a month younger than that stays, and nobody looks again on this day.
    let Entry::Intent(mut young) = intent(now() - 5 * MONTH, 5) else { panic!("an intent") };
    store.begin_write(young.clone(), None).await.unwrap();
    store.next_prune.store(0, std::sync::atomic::Ordering::Relaxed);
    store.prune_audit(6).await.unwrap();
    assert_eq!(kept(), 3);
    young.at = 1;
    store.begin_write(young, None).await.unwrap();
    store.prune_audit(6).await.unwrap();
    assert_eq!(kept(), 4);
    let mut file = AuditFile::open(&folder.path().join("store.db")).unwrap();
    assert_eq!(file.verify(None).unwrap().unwrap().open, 2);
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
