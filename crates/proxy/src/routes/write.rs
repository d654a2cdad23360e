//! Writes: each is in the audit before it is sent, with what it changes, and what came of it after.

use std::sync::Arc;
use std::time::Duration;

use autotask_core::filter::Filter;
use autotask_core::fingerprint::fingerprint;
use autotask_core::limits::Priority;
use autotask_core::request::Query;
use autotask_core::response::{read, read_item_id, read_rows};
use autotask_core::route::Route;
use autotask_core::{FailureKind, Record};
use serde_json::{Map, Value};
use tracing::Instrument;

use crate::audit::{Came, Intent, Outcome, kept, kept_like, readable};
use crate::outbound::Outbound;
use crate::refusal::{Refusal, Unreachable};
use crate::state::State;
use crate::store::{Begun, Key, KeyEnd, Outcome as Kept, now};
use crate::upstream::Answer;

/// Longest time that a write waits to learn what it changes.
const LOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// Who writes, and under which names.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// The person, or the program.
    pub(super) who: &'a str,
    /// The request's id, as in the log.
    pub(super) request: &'a str,
    /// What tells a create from all others.
    pub(super) key: Option<String>,
}

/// Sends a write. That it begins is on the disk before it goes out, or it does not go out.
///
/// A create with a key is sent once: who repeats it gets the answer, or is told why there is none.
pub(super) async fn send(state: &Arc<State>, outbound: Outbound, asked: Asked<'_>) -> Result<Answer, Refusal> {
    let Some(entity) = outbound.route.entity() else { return Err(Refusal::Fault) };
    let key = asked.key.filter(|_| matches!(outbound.route, Route::Create(..)));
    let under_way = match &key {
        Some(key) => Some(state.under_way.begin(key).ok_or(Refusal::InProgress)?),
        None => None,
    };
    let row = outbound.body.as_deref().and_then(|body| Record::from_json(body).ok()).unwrap_or_default();
    let (operation, parent, id) = match outbound.route {
        Route::Create(_, parent) => ("create", parent, None),
        Route::Update(_, parent) => ("update", parent, row.id()),
        Route::Replace(_, parent) => ("replace", parent, row.id()),
        Route::Delete(_, parent, id) => ("delete", parent, Some(id)),
        _ => return Err(Refusal::Fault),
    };
    let (before, unread) = match outbound.route {
        Route::Update(..) | Route::Replace(..) => match before(state, &outbound, id, &row).await {
            Ok(before) => (Some(before), None),
            Err(why) => (None, Some(why)),
        },
        _ => (None, None),
    };
    let intent = Box::new(Intent {
        at: now(),
        request: asked.request.to_owned(),
        who: asked.who.to_owned(),
        operation: operation.to_owned(),
        entity: entity.name.to_owned(),
        id,
        parent,
        after: kept(entity, &row),
        before,
        unread,
        key: key.clone(),
    });
    let state = Arc::clone(state);
    let sending = async move {
        let _under_way = under_way;
        let kept = key.clone().map(|key| {
            let content = [&outbound.path, "\n", outbound.body.as_deref().unwrap_or_default()].concat();
            Key { key, hash: fingerprint(content.as_bytes()) }
        });
        let number = match state.store.begin_write(intent, kept).await? {
            Begun::Now(number) => number,
            Begun::OtherBody => return Err(Refusal::OtherBody),
            Begun::Open => return Err(Refusal::OutcomeUnknown),
            Begun::Answered(Kept { status, body }) => {
                return Ok(Answer { status, body: body.into(), retry_after: None, at: None, tail: None });
            }
        };
        let answer = state.upstream.send(&outbound).await;
        let (came, status, id, why) = came(&answer);
        let end = match (key, &answer) {
            (None, _) => KeyEnd::Stays,
            (Some(key), _) if may_be_sent_again(came, why.as_deref()) => KeyEnd::Forgotten(key),
            (Some(key), Ok(answer)) => {
                KeyEnd::Answered(key, Kept { status: answer.status, body: answer.body.to_vec() })
            }
            (Some(_), Err(_)) => KeyEnd::Stays,
        };
        let entity = entity.name.to_owned();
        let outcome = Outcome { intent: number, at: now(), entity, came, status, id, why };
        // An answer that cannot be kept is an answer all the same: the intent stays without an outcome, and whoever
        // repeats the key has to look.
        let _ = state.store.end_write(outcome, end).await;
        let _ = state.store.prune_audit(state.config.audit_months).await;
        answer
    };
    // A task of its own: whoever asked may leave, and what comes of it is kept all the same.
    tokio::spawn(sending.in_current_span()).await.map_err(|_| Refusal::Fault)?
}

/// The fields that are about to be written, as they are; why they are not known, in a word.
async fn before(
    state: &State,
    outbound: &Outbound,
    id: Option<i64>,
    row: &Record,
) -> Result<Map<String, Value>, String> {
    let (Some(entity), Some(id)) = (outbound.route.entity(), id) else { return Err("noId".to_owned()) };
    let fields = readable(entity, row);
    if fields.is_empty() {
        return Ok(Map::new());
    }
    if !entity.can_query {
        return Err("notQueryable".to_owned());
    }
    let filter = Filter::and([Filter::eq("id", id)]);
    let query = Query { include_fields: Some(fields), ..Query::new(entity, filter) };
    let look = Outbound::query(&query);
    // As urgent as the write that waits for it.
    let look = state.upstream.send_as(&look, Priority::Write);
    let answer = match tokio::time::timeout(LOOK_TIMEOUT, look).await {
        Err(_) => return Err("answerTimeout".to_owned()),
        Ok(Err(refusal)) => return Err(word(&refusal).to_owned()),
        Ok(Ok(answer)) => answer,
    };
    let rows = read_rows(answer.status, &answer.body).map_err(|failure| failure.kind.as_str().to_owned())?;
    rows.items.first().map(|now| kept_like(entity, now, row)).ok_or_else(|| "notFound".to_owned())
}

/// What an answer says of a write: what became of it, its status, the row, and how it failed.
fn came(answer: &Result<Answer, Refusal>) -> (Came, Option<u16>, Option<i64>, Option<String>) {
    match answer {
        Ok(Answer { status, body, .. }) => match read(*status, body) {
            Ok(_) => (Came::Done, Some(*status), read_item_id(*status, body).ok(), None),
            Err(failure) => {
                let came = if failure.kind.wrote_nothing() { Came::Refused } else { Came::InDoubt };
                (came, Some(*status), None, Some(failure.kind.as_str().to_owned()))
            }
        },
        Err(refusal) => {
            let came = if refusal.was_not_sent() { Came::NotSent } else { Came::InDoubt };
            (came, None, None, Some(word(refusal).to_owned()))
        }
    }
}

/// Whether nothing was written for a reason that passes, so that the same key may be sent again.
fn may_be_sent_again(came: Came, why: Option<&str>) -> bool {
    let passes = [FailureKind::Throttled, FailureKind::Credentials].map(FailureKind::as_str);
    came == Came::NotSent || came == Came::Refused && why.is_some_and(|why| passes.contains(&why))
}

/// How a sending failed, in a word.
fn word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Unreachable(Unreachable { way, .. }) => way.as_str(),
        Refusal::Malformed(_) => "malformed",
        Refusal::LoginHeld { .. } => "credentials",
        Refusal::Full | Refusal::Rest { .. } | Refusal::Hour { .. } => "throttled",
        _ => "fault",
    }
}
