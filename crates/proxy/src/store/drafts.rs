//! Drafts: what a person has entered and not created yet, with a version, so that two tabs do not overwrite each other.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Store, now};
use crate::refusal::Refusal;

/// A draft.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Draft {
    pub(crate) id: String,
    /// Rises by one with each keeping, from 1.
    pub(crate) version: i64,
    pub(crate) body: Box<RawValue>,
    /// Milliseconds since 1970.
    pub(crate) updated_at: i64,
}

/// What became of a keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DraftAnswer {
    /// It has this version now.
    Kept(i64),
    /// It has this version, which is not the one that was changed; 0 when there is none.
    Stale(i64),
}

impl Store {
    /// Keeps a draft over the version `over`; 0 for a new one.
    pub(crate) async fn keep_draft(&self, id: String, over: i64, body: String) -> Result<DraftAnswer, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let find = "select version from drafts where id = ?";
            let version = transaction.query_row(find, [&id], |row| row.get(0)).optional()?.unwrap_or(0);
            if version != over {
                return Ok(DraftAnswer::Stale(version));
            }
            let sql = "insert or replace into drafts (id, version, body, updated_at) values (?, ?, ?, ?)";
            transaction.execute(sql, params![id, over + 1, body, now()])?;
            transaction.commit()?;
            Ok(DraftAnswer::Kept(over + 1))
        })
        .await
    }

    /// The drafts, the last one first.
    pub(crate) async fn drafts(&self, most: u32) -> Result<Vec<Draft>, Refusal> {
        self.with(move |connection| {
            let sql = "select id, version, body, updated_at from drafts order by updated_at desc, id limit ?";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([most], draft)?;
            rows.collect()
        })
        .await
    }

    /// A draft.
    pub(crate) async fn draft(&self, id: String) -> Result<Option<Draft>, Refusal> {
        self.with(move |connection| {
            let sql = "select id, version, body, updated_at from drafts where id = ?";
            connection.prepare_cached(sql)?.query_row([id], draft).optional()
        })
        .await
    }

    /// Forgets a draft; whether there was one.
    pub(crate) async fn drop_draft(&self, id: String) -> Result<bool, Refusal> {
        self.with(move |connection| connection.execute("delete from drafts where id = ?", [id]).map(|rows| rows == 1))
            .await
    }
}

fn draft(row: &rusqlite::Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft { id: row.get(0)?, version: row.get(1)?, body: super::runs::raw(row.get(2)?)?, updated_at: row.get(3)? })
}
