//! Outcomes: what came of each write that has a key, so that one intent is sent once, whoever repeats it.

use rusqlite::{OptionalExtension, params};

use super::{Store, now};
use crate::refusal::Refusal;

/// How long outcomes are kept, in milliseconds: a week.
const KEPT_FOR: i64 = 7 * 24 * 3_600_000;

/// What is known of a key before a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// Nothing: it may be sent now, and its beginning is on the disk.
    Now,
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

impl Store {
    /// Begins a write with this key, whose request has this hash.
    pub(crate) async fn begin_write(&self, key: String, hash: String) -> Result<Begun, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let find = "select hash, status, body from outcomes where key = ?";
            let known = transaction
                .query_row(find, [&key], |row| {
                    let outcome = match row.get::<_, Option<u16>>(1)? {
                        Some(status) => Some(Outcome { status, body: row.get(2)? }),
                        None => None,
                    };
                    Ok((row.get::<_, String>(0)?, outcome))
                })
                .optional()?;
            Ok(match known {
                Some((other, _)) if other != hash => Begun::OtherBody,
                Some((_, Some(outcome))) => Begun::Answered(outcome),
                Some((_, None)) => Begun::Open,
                None => {
                    transaction.execute("delete from outcomes where begun_at < ?", [now() - KEPT_FOR])?;
                    let sql = "insert into outcomes (key, hash, begun_at) values (?, ?, ?)";
                    transaction.execute(sql, params![key, hash, now()])?;
                    transaction.commit()?;
                    Begun::Now
                }
            })
        })
        .await
    }

    /// Keeps the answer.
    pub(crate) async fn end_write(&self, key: String, outcome: Outcome) -> Result<(), Refusal> {
        self.with(move |connection| {
            let sql = "update outcomes set status = ?, body = ? where key = ?";
            connection.execute(sql, params![outcome.status, outcome.body, key]).map(drop)
        })
        .await
    }

    /// Forgets a write that was certainly not sent.
    pub(crate) async fn drop_write(&self, key: String) -> Result<(), Refusal> {
        self.with(move |connection| connection.execute("delete from outcomes where key = ?", [key]).map(drop)).await
    }
}
