//! The key that page cursors are signed with: kept, so that a walk goes on after a restart. Whoever reads it gets no further
//! with it: a page is for people who are signed in, and a cursor only says which one.

use rusqlite::{OptionalExtension, TransactionBehavior};

use super::Store;
use crate::config::Error;
use crate::page_cursor::Key;

/// The table of one row.
pub(super) const STEP: &str =
    "create table cursor_key (id integer primary key check (id = 1), key blob not null) strict";

impl Store {
    /// The key, which is made the first time.
    pub(crate) fn cursor_key(&self) -> Result<Key, Error> {
        let mut new = Key::default();
        getrandom::fill(&mut new).map_err(|error| {
            Error::new(format!("the system gives no random bytes: {error}; check its /dev/urandom"))
        })?;
        self.at_once(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let kept = transaction.query_row("select key from cursor_key", [], |row| row.get(0)).optional()?;
            if kept.is_none() {
                transaction.execute("insert into cursor_key (id, key) values (1, ?)", [new])?;
            }
            transaction.commit()?;
            Ok(kept.unwrap_or(new))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_key_and_each_memory_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let [first, again] = [(); 2].map(|()| Store::open(Some(&file)).unwrap().cursor_key().unwrap());
        assert_eq!(first, again);
        let [one, other] = [(); 2].map(|()| Store::open(None).unwrap().cursor_key().unwrap());
        assert!(one != other && one != first && one != Key::default());
    }
}
