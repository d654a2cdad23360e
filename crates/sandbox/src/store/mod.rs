//! Store: the only place that talks to SQLite.
//!
//! One connection that writes, since SQLite writes one at a time anyhow, and for a file a few that only read, beside
//! it and each other. A world in memory has one connection for both.

pub(crate) mod buffers;
#[cfg(test)]
mod corpus;
pub(crate) mod lines;
mod own_fields;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod sql;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Transaction, params};

use buffers::Buffers;

use crate::config::Config;
use crate::error::Error;
use crate::tenant::{Definition, Tenant};
use crate::world;

/// Prepared statements kept: each entity has a handful.
const STATEMENTS_MAX: usize = 256;

/// A sandbox's database.
pub(crate) struct Store {
    /// Dropped before the other one, which then leaves a whole file behind and no log beside it.
    readers: Vec<Mutex<Connection>>,
    connection: Mutex<Connection>,
    /// What answers are written into.
    pub(crate) buffers: Buffers,
}

/// Connections that only read: as many as Autotask takes requests at once for an endpoint.
const READERS: usize = 3;

impl Store {
    /// Opens the file, or makes it and its world.
    pub(crate) fn open(config: &Config) -> Result<Store, Error> {
        let path = config.file();
        let storage = |cause| Error::storage(path, cause);
        let mut connection = match path {
            Some(path) => Connection::open_with_flags(
                path,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            ),
            None => Connection::open_in_memory(),
        }
        .map_err(storage)?;
        prepare(&connection).map_err(storage)?;
        let is_new = check(&connection, path)?;
        if is_new {
            create(&mut connection, config).map_err(storage)?;
        }
        if path.is_some() {
            // Readers of the file, a person's SQL shell among them, never wait for the server then.
            connection.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
            connection.pragma_update(None, "synchronous", "NORMAL").map_err(storage)?;
        }
        let mut readers = Vec::new();
        if let Some(path) = path {
            for _ in 0..READERS {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let reader = Connection::open_with_flags(path, flags).map_err(storage)?;
                prepare(&reader).map_err(storage)?;
                readers.push(Mutex::new(reader));
            }
        }
        Ok(Store { readers, connection: Mutex::new(connection), buffers: Buffers::default() })
    }

    /// Runs a read.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> T) -> T {
        if let Some(free) = self.readers.iter().find_map(|reader| reader.try_lock().ok()) {
            return work(&free);
        }
        let any = self.readers.first().unwrap_or(&self.connection);
        work(&any.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a write in one transaction: all of it is kept, or with an error nothing.
    pub(crate) fn write<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transact(work, |transaction| transaction.commit())
    }

    /// Runs a write as [`Store::write`] does, and keeps nothing of it.
    pub(crate) fn attempt<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transact(work, |transaction| transaction.rollback())
    }

    fn transact<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
        end: impl FnOnce(Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let out = work(&transaction)?;
        end(transaction)?;
        Ok(out)
    }

    /// Throws all rows away and makes the world anew.
    pub(crate) fn reset(&self, config: &Config) -> Result<(), Error> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        fill(&mut connection, config, true).map_err(|cause| Error::storage(config.file(), cause))
    }

    /// The instance's metadata.
    pub(crate) fn tenant(&self) -> rusqlite::Result<Tenant> {
        self.read(|connection| Ok(Tenant::new(&definitions(connection)?)))
    }
}

/// Settings and functions of a connection.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Plans are made once and not for each value anew, which a tenth of a short query would go into; there are no
    // figures that would make another plan for another value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.create_scalar_function(
        "digits",
        1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |context| {
            let text = context.get::<Option<String>>(0)?;
            Ok(text.map(|text| text.chars().filter(char::is_ascii_digit).collect::<String>()))
        },
    )?;
    connection.create_scalar_function(
        "ends_with",
        2,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |context| {
            let text = |index| match context.get_raw(index) {
                ValueRef::Text(bytes) => Some(bytes),
                _ => None,
            };
            Ok(text(0).zip(text(1)).map(|(text, end)| text.ends_with(end)))
        },
    )
}

/// Whether the file is new; an error when it is not ours.
fn check(connection: &Connection, path: Option<&Path>) -> Result<bool, Error> {
    let storage = |cause| Error::storage(path, cause);
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let id = number("application_id").map_err(storage)?;
    let version = number("user_version").map_err(storage)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(storage)?;
    match path {
        _ if tables == 0 => Ok(true),
        Some(path) if id != schema::APPLICATION_ID => Err(Error::not_ours(path)),
        Some(path) if version != schema::version() => Err(Error::other_version(path)),
        _ => Ok(false),
    }
}

/// Makes tables and world in a file that has none.
fn create(connection: &mut Connection, config: &Config) -> rusqlite::Result<()> {
    // If the power fails now, there is no file worth keeping; the journal still undoes a half-made one.
    connection.pragma_update(None, "synchronous", "OFF")?;
    fill(connection, config, false)
}

fn fill(connection: &mut Connection, config: &Config, again: bool) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if again {
        let names: Vec<String> = transaction
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for name in names {
            transaction.execute_batch(&format!("DROP TABLE {}", schema::quoted(&name)))?;
        }
    }
    transaction.execute_batch(&schema::tables())?;
    world::make(&transaction, config)?;
    transaction.execute_batch(&schema::indexes())?;
    transaction.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", schema::version())?;
    transaction.commit()?;
    // What the planner knows about the indexes, so that it does not prefer a useless one.
    connection.execute_batch("PRAGMA analysis_limit = 1000; ANALYZE")
}

/// The active user-defined fields with their lists.
pub(crate) fn definitions(connection: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let mut statement = connection.prepare_cached(
        "SELECT \"id\", \"name\", \"udfType\", \"dataType\", \"isRequired\" FROM \"UserDefinedFieldDefinitions\" \
         WHERE \"isActive\" IS NOT 0 ORDER BY \"sortOrder\", \"id\"",
    )?;
    let mut out: Vec<Definition> = statement
        .query_map([], |row| {
            Ok(Definition {
                id: row.get(0)?,
                name: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
                udf_type: row.get::<_, Option<i64>>(2)?.unwrap_or_default(),
                data_type: row.get::<_, Option<i64>>(3)?.unwrap_or_default(),
                is_required: row.get::<_, Option<bool>>(4)?.unwrap_or_default(),
                items: Vec::new(),
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT \"valueForDisplay\" FROM \"UserDefinedFieldListItems\" WHERE \"udfFieldId\" = ?1 AND \
         \"isActive\" IS NOT 0 ORDER BY \"id\"",
    )?;
    for definition in &mut out {
        definition.items = statement.query_map(params![definition.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    Ok(out)
}
