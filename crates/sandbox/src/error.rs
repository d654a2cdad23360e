//! Error: why a sandbox could not be opened, each a sentence that says what to do.

use std::fmt;
use std::path::Path;

/// Why a sandbox could not be opened.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<rusqlite::Error>,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    OtherVersion,
    NotOurs,
    Storage,
    Faults,
}

impl Error {
    pub(crate) fn other_version(path: &Path) -> Error {
        let message = format!(
            "the database was made by another version of the sandbox; move it aside or give another file: {}",
            path.display()
        );
        Error { kind: Kind::OtherVersion, message, source: None }
    }

    pub(crate) fn not_ours(path: &Path) -> Error {
        let message = format!("the file is not a sandbox's database; give another file: {}", path.display());
        Error { kind: Kind::NotOurs, message, source: None }
    }

    pub(crate) fn faults(why: &str) -> Error {
        Error { kind: Kind::Faults, message: format!("the faults cannot be switched on: {why}"), source: None }
    }

    pub(crate) fn storage(path: Option<&Path>, cause: rusqlite::Error) -> Error {
        use rusqlite::ErrorCode;
        let place = path.map_or_else(|| "in memory".to_owned(), |path| path.display().to_string());
        let message = match cause.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => {
                return Error {
                    kind: Kind::NotOurs,
                    message: format!("the file is not a sandbox's database; give another file: {place}"),
                    source: Some(cause),
                };
            }
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                "the database cannot be opened; check that the folder exists and that you may write to it"
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "the database is in use by another program; stop that one or give another file"
            }
            Some(ErrorCode::DiskFull) => "the disk is full; make room or give a file elsewhere",
            _ => "the database cannot be used; move it aside or give another file",
        };
        Error { kind: Kind::Storage, message: format!("{message}: {place}"), source: Some(cause) }
    }

    /// Whether the file is a sandbox's, but of another version.
    #[must_use]
    pub fn is_other_version(&self) -> bool {
        self.kind == Kind::OtherVersion
    }

    /// Whether the file is something else than a sandbox's database.
    #[must_use]
    pub fn is_not_a_database(&self) -> bool {
        self.kind == Kind::NotOurs
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
