//! Outcomes: each write is in the audit before it is sent; what came of one with a key is kept, so that it is sent once,
//! whoever repeats it.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, audit, now};
use crate::audit::{self as audit_entry, Entry, Intent};
use crate::refusal::Refusal;

/// How long outcomes are kept, in milliseconds: a week.
const KEPT_FOR: i64 = 7 * 24 * 3_600_000;

/// What is known of a key before a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// Nothing: it may be sent now, and its beginning is on the disk, with this number in the audit.
    Now(i64),
    /// It was used for another body.
    OtherBody,
    /// It was sent, and this was the answer.
    Answered(Outcome),
    /// It was sent, and no answer is known: it is under way, or was when this server ended.
    Open,
}

/// An answer of Autotask's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A key and the hash of the request that it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) key: String,
    pub(crate) hash: String,
}

/// What becomes of a key when its write has ended.
#[derive(Clone, Debug)]
pub(crate) enum KeyEnd {
    /// There is none, or nobody knows what came of it: it stays as it is.
    Stays,
    /// This was the answer.
    Answered(String, Outcome),
    /// Nothing was written, and the same may be sent again.
    Forgotten(String),
}

impl Store {
    /// Begins a write: its intent is on the disk when this answers [`Begun::Now`], and so is its key if it has one.
    pub(crate) async fn begin_write(&self, intent: Box<Intent>, key: Option<Key>) -> Result<Begun, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            if let Some(Key { key, hash }) = &key {
                if let Some(known) = known(&transaction, key, hash)? {
                    return Ok(known);
                }
                transaction.execute("delete from outcomes where begun_at < ?", [now() - KEPT_FOR])?;
                let sql = "insert into outcomes (key, hash, begun_at) values (?, ?, ?)";
                transaction.execute(sql, params![key, hash, now()])?;
            }
            let number = audit::append(&transaction, &Entry::Intent(intent))?;
            transaction.commit()?;
            Ok(Begun::Now(number))
        })
        .await
    }

    /// Keeps what came of a write, for the audit and for whoever repeats its key.
    pub(crate) async fn end_write(&self, outcome: audit_entry::Outcome, key: KeyEnd) -> Result<(), Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            match &key {
                KeyEnd::Stays => {}
                KeyEnd::Answered(key, Outcome { status, body }) => {
                    let sql = "update outcomes set status = ?, body = ? where key = ?";
                    transaction.execute(sql, params![status, body, key])?;
                }
                KeyEnd::Forgotten(key) => {
                    transaction.execute("delete from outcomes where key = ?", [key])?;
                }
            }
            audit::append(&transaction, &Entry::Outcome(outcome))?;
            transaction.commit()
        })
        .await
    }
}

/// What is known of a key; `None` when it is new.
fn known(transaction: &Transaction<'_>, key: &str, hash: &str) -> rusqlite::Result<Option<Begun>> {
    let find = "select hash, status, body from outcomes where key = ?";
    let known = transaction
        .query_row(find, [key], |row| {
            let outcome = match row.get::<_, Option<u16>>(1)? {
                Some(status) => Some(Outcome { status, body: row.get(2)? }),
                None => None,
            };
            Ok((row.get::<_, String>(0)?, outcome))
        })
        .optional()?;
    Ok(known.map(|known| match known {
        (other, _) if other != hash => Begun::OtherBody,
        (_, Some(outcome)) => Begun::Answered(outcome),
        (_, None) => Begun::Open,
    }))
}
