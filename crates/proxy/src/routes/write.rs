//! Writes: each is in the audit before it is sent, with what it changes, and what came of it after.

use std::sync::Arc;
use std::time::Duration;

use autotask_core::filter::Filter;
use autotask_core::fingerprint::fingerprint;
use autotask_core::limits::Priority;
use autotask_core::request::Query;
use autotask_core::response::{read, read_item_id, read_rows};
use autotask_core::route::Route;
use autotask_core::write::{Patch, Slot, conflicts, name_of};
use autotask_core::{EntityInfo, Failure, FailureKind, Record};
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
/// Most characters of a field's name that are repeated to whoever wrote it.
const NAME_CHARS_MAX: usize = 100;

const ROW_UNDER_WAY: &str = "another change of this row that says what it expects is being sent; read the row again, and send \
                             yours upon that";

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

/// Sends a write, in the name that it has to be made in. That it begins is on the disk before it goes out, or it does not go out.
///
/// A create with a key is sent once: who repeats it gets the answer, or is told why there is none. A change that says what it
/// expects to be there is compared with that first; between the look and the sending somebody else may still write at Autotask,
/// but nobody who says so through here.
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
    // No key has a space.
    let row_under_way = match (&outbound.expected, id) {
        (Some(_), Some(id)) => {
            Some(state.under_way.begin(&format!("{} {id}", entity.name)).ok_or(Refusal::Conflict(ROW_UNDER_WAY))?)
        }
        _ => None,
    };
    let (before, unread) = match outbound.route {
        Route::Update(..) | Route::Replace(..) => look(state, entity, id, &row, outbound.expected.as_ref()).await?,
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
        resource: outbound.impersonate,
        key: key.clone(),
    });
    let state = Arc::clone(state);
    let sending = async move {
        let _under_way = (under_way, row_under_way);
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
        let name_refused = name_refused(&outbound, entity, came, &answer);
        let end = match (key, &answer) {
            (None, _) => KeyEnd::Stays,
            (Some(key), _) if name_refused.is_some() || may_be_sent_again(came, why.as_deref()) => {
                KeyEnd::Forgotten(key)
            }
            (Some(key), Ok(answer)) => {
                KeyEnd::Answered(key, Kept { status: answer.status, body: answer.body.to_vec() })
            }
            (Some(_), Err(_)) => KeyEnd::Stays,
        };
        let outcome = Outcome { intent: number, at: now(), entity: entity.name.to_owned(), came, status, id, why };
        // An answer that cannot be kept is an answer all the same: the intent stays without an outcome, and whoever
        // repeats the key has to look.
        let _ = state.store.end_write(outcome, end).await;
        let _ = state.store.prune_audit(state.config.audit_months).await;
        name_refused.map_or(answer, Err)
    };
    // A task of its own: whoever asked may leave, and what comes of it is kept all the same.
    tokio::spawn(sending.in_current_span()).await.map_err(|_| Refusal::Fault)?
}

/// The fields that are about to be written, as they are, or why they are not known, in a word; for the audit. Refused where the
/// caller expects something else, or nobody can say.
async fn look(
    state: &State,
    entity: &'static EntityInfo,
    id: Option<i64>,
    row: &Record,
    expected: Option<&Record>,
) -> Result<(Option<Map<String, Value>>, Option<String>), Refusal> {
    let compared = expected.map(|expected| Ok((compared(entity, row, expected)?, expected))).transpose()?;
    match (before(state, entity, id, row).await, compared) {
        (Ok(now), compared) => {
            let conflicts = compared.map(|(patch, expected)| conflicts(entity, &patch, expected, &now));
            match conflicts.filter(|conflicts| !conflicts.is_empty()) {
                Some(conflicts) => Err(Refusal::Overtaken(conflicts)),
                None => Ok((Some(kept_like(entity, &now, row)), None)),
            }
        }
        (Err(unread), Some(_)) => Err(unread.into_refusal()),
        (Err(unread), None) => Ok((None, Some(unread.word().to_owned()))),
    }
}

/// What of a change is to be compared: all that its caller expects, each of it a field that is written and can be read.
fn compared(entity: &EntityInfo, row: &Record, expected: &Record) -> Result<Patch, Refusal> {
    let patch = Patch::over(entity, row, expected);
    let readable = readable(entity, row);
    let is_compared = |path: &String| {
        let (name, is_udf) = name_of(path);
        patch.slot(name, is_udf) != Slot::Unset && readable.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    match Patch::over(entity, expected, expected).paths().find(|path| !is_compared(path)) {
        None => Ok(patch),
        Some(path) => {
            let name: String = path.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
            Err(Refusal::Body(format!(
                "`expected` has `{name}`, which is not written here, or cannot be read; leave it out"
            )))
        }
    }
}

/// Why it is not known what was there before a change.
enum Unread {
    /// Nobody can look, for this reason in a word.
    Not(&'static str),
    /// No answer came.
    Unanswered(Refusal),
    /// Autotask refused.
    Refused(Failure),
}

impl Unread {
    /// The reason in a word.
    fn word(&self) -> &'static str {
        match self {
            Unread::Not(why) => why,
            Unread::Unanswered(refusal) => word(refusal),
            Unread::Refused(failure) => failure.kind.as_str(),
        }
    }

    /// What whoever wanted it compared is told.
    fn into_refusal(self) -> Refusal {
        match self {
            Unread::Not(_) => Refusal::Conflict(
                "what this changes could not be read, so it was not compared, and nothing was sent; read the row, and try again",
            ),
            Unread::Unanswered(refusal) => refusal,
            Unread::Refused(failure) => Refusal::of_look_up(failure),
        }
    }
}

/// The fields that are about to be written, as they are.
async fn before(state: &State, entity: &'static EntityInfo, id: Option<i64>, row: &Record) -> Result<Record, Unread> {
    let id = id.ok_or(Unread::Not("noId"))?;
    let fields = readable(entity, row);
    if fields.is_empty() {
        return Ok(Record::new());
    }
    if !entity.can_query {
        return Err(Unread::Not("notQueryable"));
    }
    let filter = Filter::and([Filter::eq("id", id)]);
    let query = Query { include_fields: Some(fields), ..Query::new(entity, filter) };
    let look = Outbound::query(&query);
    // As urgent as the write that waits for it.
    let look = state.upstream.send_as(&look, Priority::Write);
    let answer = tokio::time::timeout(LOOK_TIMEOUT, look).await.map_err(|_| Unread::Not("answerTimeout"))?;
    let answer = answer.map_err(Unread::Unanswered)?;
    let rows = read_rows(answer.status, &answer.body).map_err(Unread::Refused)?;
    rows.items.into_iter().next().ok_or(Unread::Not("notFound"))
}

/// That Autotask did not let this be written in the name it was to be written in, if it says that somebody may not.
fn name_refused(
    outbound: &Outbound,
    entity: &EntityInfo,
    came: Came,
    answer: &Result<Answer, Refusal>,
) -> Option<Refusal> {
    let resource = outbound.impersonate.filter(|_| came == Came::Refused)?;
    let Answer { status, body, .. } = answer.as_ref().ok()?;
    let failure = read(*status, body).err().filter(|failure| failure.kind == FailureKind::Permission)?;
    Some(Refusal::NameRefused { resource, entity: entity.name, said: failure.messages.join("; ") })
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
