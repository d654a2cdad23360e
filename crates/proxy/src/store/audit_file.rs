//! The audit of a store that is only read, beside the server that writes it or without one.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{STEPS, audit};
use crate::audit::{Broken, Head, Intact, Item, Wanted};
use crate::config::Error;

/// With which step the audit came.
const SINCE: i64 = 3;

/// The audit of a store's file, to be read.
pub struct AuditFile {
    connection: Connection,
    shown: String,
}

/// Whether a chain is whole.
pub type AuditVerdict = Result<Intact, Broken>;

impl fmt::Debug for AuditFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuditFile").field(&self.shown).finish()
    }
}

impl AuditFile {
    /// Opens the file and changes nothing in it.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no such file, or it is no store of this program, or of a version that it does not know.
    pub fn open(file: &Path) -> Result<AuditFile, Error> {
        let shown = file.display().to_string();
        if !file.is_file() {
            return Err(Error::new(format!(
                "there is no file {shown}; name the store of the server with --store, or its settings with --config"
            )));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<(Connection, i64, bool)> {
            let connection = Connection::open_with_flags(file, flags)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            let version = connection.query_row("pragma user_version", [], |row| row.get(0))?;
            let is_ours = "select count(*) > 0 from sqlite_schema where type = 'table' and name = 'outcomes'";
            let is_ours = connection.query_row(is_ours, [], |row| row.get(0))?;
            Ok((connection, version, is_ours))
        };
        let (connection, version, is_ours) = open().map_err(|error| {
            Error::new(format!(
                "the file {shown} cannot be read as a server's store: {error}; check that it is one, and that you may read it"
            ))
        })?;
        if !is_ours {
            return Err(Error::new(format!("the file {shown} is a database, but no server's store; name another one")));
        }
        if usize::try_from(version).is_ok_and(|version| version > STEPS.len()) {
            return Err(Error::new(format!(
                "the file {shown} is of version {version}, made by a later version of this program, which understands {}; \
                 use that program",
                STEPS.len()
            )));
        }
        if version < SINCE {
            return Err(Error::new(format!(
                "the file {shown} is of version {version}, from before the audit; it begins when this version's server has \
                 been started with it"
            )));
        }
        Ok(AuditFile { connection, shown })
    }

    /// Walks along the whole chain; `head` was written down earlier and must still be in it.
    ///
    /// # Errors
    ///
    /// A sentence, when the file cannot be read.
    pub fn verify(&mut self, head: Option<Head>) -> Result<AuditVerdict, Error> {
        audit::verify(&mut self.connection, head).map_err(|error| failed(&self.shown, &error))
    }

    /// Each write that is wanted, the oldest first, until `take` answers false.
    ///
    /// # Errors
    ///
    /// A sentence, when the file cannot be read.
    pub fn each(&self, wanted: &Wanted, take: impl FnMut(Item) -> bool) -> Result<(), Error> {
        audit::each(&self.connection, wanted, false, take).map_err(|error| failed(&self.shown, &error))
    }
}

fn failed(shown: &str, error: &rusqlite::Error) -> Error {
    Error::new(format!(
        "the audit in {shown} cannot be read: {error}; `audit verify` names the first entry that was changed, otherwise check \
         the disk"
    ))
}
