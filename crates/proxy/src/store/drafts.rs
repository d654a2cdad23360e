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
    /// Keeps a draft of this user's over the version `over`; 0 for a new one.
    pub(crate) async fn keep_draft(
        &self,
        user: i64,
        id: String,
        over: i64,
        body: String,
    ) -> Result<DraftAnswer, Refusal> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let find = "select version from drafts where user = ? and id = ?";
            let version = transaction.query_row(find, params![user, id], |row| row.get(0)).optional()?.unwrap_or(0);
            if version != over {
                return Ok(DraftAnswer::Stale(version));
            }
            let sql = "insert or replace into drafts (user, id, version, body, updated_at) values (?, ?, ?, ?, ?)";
            transaction.execute(sql, params![user, id, over + 1, body, now()])?;
            transaction.commit()?;
            Ok(DraftAnswer::Kept(over + 1))
        })
        .await
    }

    /// The drafts of a user, the last one first.
    pub(crate) async fn drafts(&self, user: i64, most: u32) -> Result<Vec<Draft>, Refusal> {
        self.with(move |connection| {
            let sql =
                "select id, version, body, updated_at from drafts where user = ? order by updated_at desc, id limit ?";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![user, most], draft)?;
            rows.collect()
        })
        .await
    }

    /// A draft of a user.
    pub(crate) async fn draft(&self, user: i64, id: String) -> Result<Option<Draft>, Refusal> {
        self.with(move |connection| {
            let sql = "select id, version, body, updated_at from drafts where user = ? and id = ?";
            connection.prepare_cached(sql)?.query_row(params![user, id], draft).optional()
        })
        .await
    }

    /// Forgets a draft of a user; whether there was one.
    pub(crate) async fn drop_draft(&self, user: i64, id: String) -> Result<bool, Refusal> {
        let sql = "delete from drafts where user = ? and id = ?";
        self.with(move |connection| connection.execute(sql, params![user, id]).map(|rows| rows == 1)).await
    }
}

fn draft(row: &rusqlite::Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft { id: row.get(0)?, version: row.get(1)?, body: super::runs::raw(row.get(2)?)?, updated_at: row.get(3)? })
}
