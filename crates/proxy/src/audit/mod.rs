//! Audit: what is kept of every write to Autotask, as a chain in which every later change is seen.
//!
//! ```text
//! write ─► intent (on the disk) ─► sent ─► outcome        hash of an entry = SHA-256(hash before it, its number, its text)
//! ```
//!
//! An intent without an outcome is a write that is under way, or was when the server ended: whether it was made, Autotask
//! alone knows. A checkpoint stands for entries that were removed because of their age.

mod chain;
mod fields;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use crate::store::audit_file::{AuditFile, AuditVerdict};
pub use chain::{Broken, Head, Intact};

pub(crate) use chain::{Hash, Walk, hash_of};
pub(crate) use fields::{kept, kept_like, readable};

/// One entry, as its text in the file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Entry {
    /// A write is about to be sent.
    Intent(Box<Intent>),
    /// What came of one.
    Outcome(Outcome),
    /// Everything up to an entry was removed.
    Checkpoint(Checkpoint),
}

/// A write that is about to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The request's id, as in the log.
    pub request: String,
    /// Who writes.
    pub who: String,
    /// `create`, `update`, `replace` or `delete`.
    pub operation: String,
    /// The entity's plural name.
    pub entity: String,
    /// The row; none for a create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// The row that it is written below, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<i64>,
    /// The fields that are written. Secrets and files are not kept: `{"bytes", "sha256"}` stands for them.
    pub after: Map<String, Value>,
    /// The same fields just before; `null` where there is no row yet, or `unread` says why it could not be read.
    pub before: Option<Map<String, Value>>,
    /// Why `before` is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The Autotask resource in whose name it is written; none where the API user writes as itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<i64>,
    /// The caller's `Idempotency-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What came of a write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The number of its intent.
    pub intent: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The entity's plural name.
    pub entity: String,
    /// What became of it.
    pub came: Came,
    /// Autotask's status; none when no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The row that was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// How it failed, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Came {
    /// Autotask says that it was made.
    Done,
    /// Autotask says that it was not made.
    Refused,
    /// It may have been made: no answer came, or none that says so.
    InDoubt,
    /// It did not reach Autotask.
    NotSent,
}

/// What stands for entries that were removed because of their age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checkpoint {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// The last entry that was removed.
    pub(crate) number: i64,
    /// Its hash, in hexadecimal digits.
    pub(crate) hash: Hash,
}

/// A write with what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The number of the intent.
    pub number: i64,
    /// What was to be written.
    #[serde(flatten)]
    pub intent: Intent,
    /// What came of it; none while it is under way, or when the server ended before an answer came.
    pub outcome: Option<Outcome>,
}

/// Which writes are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this entity.
    pub entity: Option<String>,
    /// Of this row.
    pub id: Option<i64>,
    /// At this time or later, in milliseconds since 1970.
    pub since: Option<i64>,
    /// By this person, in any letter case.
    pub who: Option<String>,
    /// Those with a smaller number.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: Option<u32>,
}
