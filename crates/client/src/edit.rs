//! Edit: one change of a row that can be trusted. It is looked at before it is sent, and read again after.
//!
//! Autotask has neither versions nor conditions, and answers 200 to a change that it ignores (protocol.md §4.3). Between
//! the look and the sending somebody else may still write: a moment in place of the minutes that a form was open. The proxy is
//! told what was seen, and compares once more, so that of two who write through it none overwrites the other.

use autotask_core::request::EXPECTED;
use autotask_core::write::{Conflict, FieldOutcome, Patch, conflicts, name_of, verify};
use autotask_core::{EntityInfo, Failure, FailureKind, Operation, Record};
use serde_json::Value;

use crate::client::Client;
use crate::transport::Transport;

/// The status with which the proxy refuses a change of what is not as it was expected.
const CONFLICT: u16 = 409;

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Edited {
    /// Somebody else has changed what this changes. Nothing was sent.
    Conflict {
        /// The fields.
        conflicts: Vec<Conflict>,
        /// The row as it is now: what to begin from when it is to be written all the same.
        now: Record,
    },
    /// It was sent.
    Sent(Sent),
}

/// A change that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The row just before.
    pub before: Record,
    /// Why it is not known whether it was written: no answer came, or none of Autotask's. It may still be written for
    /// as long as [`autotask_core::onboarding::Timing::latest_commit`] says.
    pub doubt: Option<Failure>,
    /// What was found afterwards, or why it could not be read.
    pub read_back: Result<ReadBack, Failure>,
}

/// A row that was read after a change.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadBack {
    /// The row.
    pub row: Record,
    /// What became of each field that was sent.
    pub fields: Vec<FieldOutcome>,
}

/// Changes a row, of which somebody saw `base`. The patch has the row's id.
///
/// # Errors
///
/// Any [`Failure`], and then nothing was written: the patch has no id, the row could not be read, or is gone
/// (`NotFound`), or Autotask refused the change.
pub async fn edit<T: Transport>(
    client: &Client<T>,
    info: &'static EntityInfo,
    patch: &Patch,
    base: &Record,
) -> Result<Edited, Failure> {
    let sent = patch.record();
    let before = read(client, info, &sent).await?;
    let overtaken = conflicts(info, patch, base, &before);
    if !overtaken.is_empty() {
        return Ok(Edited::Conflict { conflicts: overtaken, now: before });
    }
    let parent = info.parent.and_then(|parent| before.int(parent.field));
    let mut change = sent.clone();
    if client.compares() {
        change.set(EXPECTED, Value::from(expected(info, patch, &before)));
    }
    let doubt = match client.write(&Operation::Update(info, change, parent)).await {
        Ok(_) => None,
        Err(failure) if failure.status == CONFLICT && failure.kind.wrote_nothing() => {
            let now = read(client, info, &sent).await?;
            let overtaken = conflicts(info, patch, &before, &now);
            // Whoever was quicker has taken it back meanwhile, or is not done: the refusal says what to do.
            return if overtaken.is_empty() {
                Err(failure)
            } else {
                Ok(Edited::Conflict { conflicts: overtaken, now })
            };
        }
        Err(failure) if failure.kind.wrote_nothing() => return Err(failure),
        Err(failure) => Some(failure),
    };
    let read_back = read_back(client, info, &sent, &before).await;
    Ok(Edited::Sent(Sent { before, doubt, read_back }))
}

/// What a change is to find: its fields as they were, but those that only this instance has, which nobody can ask for by name.
fn expected(info: &EntityInfo, patch: &Patch, before: &Record) -> Record {
    let is_unknown = |path: &String| {
        let (name, is_udf) = name_of(path);
        !is_udf && info.field(name).is_none()
    };
    let unknown = patch.paths().filter(is_unknown);
    let mut row = unknown.fold(patch.inverse(before), |known, path| known.without(&path)).record();
    row.remove("id");
    row
}

/// Looks what became of a change: at once, or again after a doubt.
///
/// # Errors
///
/// Any [`Failure`] of the reading; nothing is known then.
pub async fn read_back<T: Transport>(
    client: &Client<T>,
    info: &'static EntityInfo,
    sent: &Record,
    before: &Record,
) -> Result<ReadBack, Failure> {
    let row = read(client, info, sent).await?;
    let fields = verify(info, sent, before, &row);
    Ok(ReadBack { row, fields })
}

/// The row that is changed. Without an id there is none: 0 is a row as well.
async fn read<T: Transport>(client: &Client<T>, info: &'static EntityInfo, sent: &Record) -> Result<Record, Failure> {
    let Some(id) = sent.id() else {
        return Err(Failure::new(FailureKind::Validation, 0, vec!["Id is required".to_owned()]));
    };
    let gone = || Failure::new(FailureKind::NotFound, 404, vec![format!("{} {id} is not there any more", info.name)]);
    client.get(info, id).await?.ok_or_else(gone)
}
