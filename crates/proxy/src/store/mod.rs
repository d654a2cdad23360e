//! Store: what this server keeps in one SQLite file: people, runs with their journals, drafts, what came of writes, and the
//! audit.
//!
//! What was answered is on the disk: `synchronous` is full. Everything that touches the file goes through
//! [`Store::with`]; the statements stand in the modules below, so that another database could stand behind them.

pub(crate) mod acting;
mod audit;
pub(crate) mod audit_file;
mod cursor_key;
mod drafts;
mod leases;
mod outcomes;
mod owners;
pub(crate) mod people;
mod runs;
pub(crate) mod tokens;

use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::metrics::counter::Counter;
use rusqlite::Connection;

use crate::config::Error;
use crate::refusal::Refusal;

pub(crate) use drafts::DraftAnswer;
pub(crate) use outcomes::{Begun, Key, KeyEnd, Outcome};
pub(crate) use owners::{NOBODY, Owner};
pub(crate) use runs::Appended;

/// What makes the tables, one step after the other: a file of version n has been through the first n of them. A step that
/// was released is never changed; what comes later is a further one.
const STEPS: [&str; 8] =
    [FIRST, leases::STEP, audit::STEP, people::STEP, tokens::STEP, cursor_key::STEP, acting::STEP, owners::STEP];

/// Runs, drafts and outcomes.
const FIRST: &str = "
    create table runs (
        id text primary key, title text not null, plan text not null, driver text not null,
        created_at integer not null, updated_at integer not null
    ) strict, without rowid;
    create table entries (
        run text not null references runs (id), number integer not null, entry text not null, primary key (run, number)
    ) strict, without rowid;
    create table drafts (
        id text primary key, version integer not null, body text not null, updated_at integer not null
    ) strict, without rowid;
    create table outcomes (
        key text primary key, hash text not null, status integer, body blob, begun_at integer not null
    ) strict, without rowid;
    create index outcomes_by_time on outcomes (begun_at);
";

/// The file, or memory.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
    /// When entries of the audit that are too old are looked for again, in milliseconds since 1970.
    next_prune: Arc<AtomicI64>,
    errors: Counter,
}

impl Store {
    /// Counts there what fails.
    pub(crate) fn counting(self, errors: Counter) -> Store {
        Store { errors, ..self }
    }

    /// Opens the file, which is made if it is not there; without one, in memory.
    pub(crate) fn open(file: Option<&Path>) -> Result<Store, Error> {
        let shown = || file.map_or_else(|| "memory".to_owned(), |file| file.display().to_string());
        let open = || -> rusqlite::Result<Result<Connection, i64>> {
            let mut connection = match file {
                Some(file) => {
                    make_private(file);
                    Connection::open(file)?
                }
                None => Connection::open_in_memory()?,
            };
            connection.execute_batch(
                "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000;",
            )?;
            // Immediate: two programs that open a new file at once make its tables once.
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let version: i64 = transaction.query_row("pragma user_version", [], |row| row.get(0))?;
            let Some(missing) = usize::try_from(version).ok().and_then(|done| STEPS.get(done..)) else {
                return Ok(Err(version));
            };
            for step in missing {
                transaction.execute_batch(step)?;
            }
            transaction.execute_batch(&format!("pragma user_version = {}", STEPS.len()))?;
            transaction.commit()?;
            Ok(Ok(connection))
        };
        let connection = match open() {
            Ok(Ok(connection)) => connection,
            Ok(Err(version)) => {
                return Err(Error::new(format!(
                    "the file {} is of version {version}, made by a later version of this program, which understands {}; \
                     name another file, or use that program",
                    shown(),
                    STEPS.len()
                )));
            }
            Err(error) => {
                return Err(Error::new(format!(
                    "the file {} cannot be opened as this server's store: {error}; check that it is one, and that its folder can be \
                     written",
                    shown()
                )));
            }
        };
        Ok(Store {
            connection: Arc::new(Mutex::new(connection)),
            next_prune: Arc::default(),
            errors: Counter::default(),
        })
    }

    /// Whether something can be written just now.
    pub(crate) async fn probe(&self) -> Result<(), Refusal> {
        self.with(|connection| {
            // What is taken back before it is kept never reaches the disk, and a full one would not be seen.
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            transaction.execute("insert into leases (at, calls) values (0, 0)", [])?;
            transaction.execute("delete from leases where at = 0 and calls = 0", [])?;
            transaction.commit()
        })
        .await
    }

    /// Does some work with the file, away from the threads that answer.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            // A transaction that panicked was rolled back when it was dropped.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        done.await.map_err(|_| Refusal::Fault)?.map_err(|error| self.failed(&error))
    }

    /// Looks up a row or two by their keys: on this very thread where nobody else uses the file, as to change threads takes
    /// longer. Nothing may be written so.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        if let Ok(connection) = self.connection.try_lock() {
            return work(&connection).map_err(|error| self.failed(&error));
        }
        Box::pin(self.with(|connection| work(connection))).await
    }

    fn failed(&self, error: &rusqlite::Error) -> Refusal {
        self.errors.inc();
        tracing::error!(%error, "the store failed");
        Refusal::Store
    }
}

impl Store {
    /// Does some work with the file on this very thread: before anything is served, or where nothing is.
    pub(crate) fn at_once<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut connection)
            .map_err(|error| Error::new(format!("the store failed: {error}; check that its disk is not full")))
    }
}

/// Makes a new file one that only its owner can read, and so the files that SQLite keeps beside it: people's data is in it.
/// What cannot be made is told by whoever opens it.
#[cfg_attr(not(unix), allow(unused_variables, reason = "elsewhere the folder's rights count"))]
fn make_private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_before_runs_and_drafts_had_owners_is_the_first_administrators() {
        let folder = tempfile::tempdir().unwrap();
        for (name, users, owner, from) in [
            ("without-users.db", "", 0, None),
            ("editors.db", "insert into users values (1, 'Ed', 'ed@x.test', 'editor', 'h', null, null, 1)", 0, Some("email")),
            (
                "administrators.db",
                "insert into users values (1, 'Ed', 'ed@x.test', 'editor', 'h', null, null, 1),
                 (2, 'Ada', 'ada@x.test', 'administrator', 'h', null, null, 1), (3, 'Al', 'al@x.test', 'administrator', 'h', null, null, 1)",
                2,
                Some("email"),
            ),
            (
                "identities.db",
                "insert into users values (1, 'Ada', 'ada@x.test', 'administrator', null, 'entra:a/b', null, 1)",
                1,
                Some("unproven"),
            ),
        ] {
            let file = folder.path().join(name);
            let old = Connection::open(&file).unwrap();
            for step in &STEPS[..5] {
                old.execute_batch(step).unwrap();
            }
            old.execute_batch(&format!(
                "pragma user_version = 5; {users};
                 insert into runs values ('r', 't', '{{}}', 'd', 1, 2); insert into entries values ('r', 0, '{{}}');
                 insert into drafts values ('d', 3, '{{}}', 4);"
            ))
            .unwrap();
            drop(old);
            drop(Store::open(Some(&file)).unwrap());
            let new = Connection::open(&file).unwrap();
            let one = |sql: &str| -> i64 { new.query_row(sql, [], |row| row.get(0)).unwrap() };
            assert_eq!(one("select user from runs where id = 'r' and updated_at = 2"), owner, "{name}");
            assert_eq!(one("select user from drafts where id = 'd' and version = 3 and updated_at = 4"), owner, "{name}");
            assert_eq!(one("select count(*) from entries"), 1, "{name}");
            let found = new.query_row("select resource_from from users", [], |row| row.get::<_, String>(0)).ok();
            assert_eq!(found.as_deref(), from, "{name}");
        }
    }

    #[test]
    fn a_file_is_made_once_and_one_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let store = Store::open(Some(&file)).unwrap();
        #[cfg(unix)]
        for name in ["store.db", "store.db-wal", "store.db-shm"] {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        drop(store);
        drop(Store::open(Some(&file)).unwrap());
        Connection::open(&file).unwrap().execute_batch("pragma user_version = 99").unwrap();
        let error = Store::open(Some(&file)).unwrap_err().to_string();
        assert!(error.contains("is of version 99"), "{error}");
        std::fs::write(&file, "no database, and long enough to be seen as none by whoever reads it").unwrap();
        let error = Store::open(Some(&file)).unwrap_err().to_string();
        assert!(error.contains("cannot be opened as this server's store"), "{error}");
        assert!(Store::open(Some(&folder.path().join("none/store.db"))).is_err());
    }
}
