//! Edit: one change of a row that can be trusted. It is looked at before it is sent, and read again after.
//!
//! Autotask has neither versions nor conditions, and answers 200 to a change that it ignores (protocol.md §4.3). Between
//! the look and the sending somebody else may still write: a moment in place of the minutes that a form was open.

use autotask_core::write::{Conflict, FieldOutcome, Patch, conflicts, verify};
use autotask_core::{EntityInfo, Failure, FailureKind, Operation, Record};

use crate::client::Client;
use crate::transport::Transport;

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
    let conflicts = conflicts(info, patch, base, &before);
    if !conflicts.is_empty() {
        return Ok(Edited::Conflict { conflicts, now: before });
    }
    let parent = info.parent.and_then(|parent| before.int(parent.field));
    let doubt = match client.write(&Operation::Update(info, sent.clone(), parent)).await {
        Ok(_) => None,
        Err(failure) if failure.kind.wrote_nothing() => return Err(failure),
        Err(failure) => Some(failure),
    };
    let read_back = read_back(client, info, &sent, &before).await;
    Ok(Edited::Sent(Sent { before, doubt, read_back }))
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
