//! Control: the switches of a running sandbox. What changes anything is taken only from this machine.

use std::sync::Arc;

use autotask_core::instant::TICKS_PER_SECOND;
use autotask_core::{Instant, entity};
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sandbox::is_from_here;
use crate::Inner;
use crate::answer::{self, Refusal};
use crate::faults::{CATALOGUE, OF_EVERY_FAULT, Operation, Rule};
use crate::recorder::Wanted;
use crate::settings::Changes;

/// Most bytes of a body with switches.
const BODY_BYTES_MAX: usize = 1_000_000;

/// `GET /_sandbox/faults`: what is on, and what there is.
pub(super) async fn faults(State(inner): State<Arc<Inner>>) -> Response {
    let known: Vec<Value> = CATALOGUE
        .iter()
        .map(|entry| {
            let members: serde_json::Map<String, Value> = entry
                .members
                .iter()
                .map(|(name, example)| ((*name).to_owned(), serde_json::from_str(example).unwrap_or_default()))
                .collect();
            json!({ "fault": entry.name, "meaning": entry.meaning, "members": members })
        })
        .collect();
    let every: serde_json::Map<String, Value> =
        OF_EVERY_FAULT.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).into())).collect();
    ok(&json!({
        "faults": inner.faults.list(),
        "known": known,
        "note": "The members of a fault of its own are shown with an example; what every fault takes stands in `every`.",
        "every": every,
        "operations": Operation::names(),
    }))
}

/// `POST /_sandbox/faults`: one rule or a list of them; all are taken or none.
pub(super) async fn add_faults(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    changed(request, async |body| {
        let rules = Rule::read_all(&body)?;
        Ok(json!({ "ids": inner.faults.add(rules)? }))
    })
    .await
}

/// `DELETE /_sandbox/faults`: all off.
pub(super) async fn clear_faults(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    changed(request, async |_| {
        inner.faults.clear();
        inner.logins.unlock();
        Ok(json!({ "ok": true }))
    })
    .await
}

/// `DELETE /_sandbox/faults/{id}`: one off.
pub(super) async fn remove_fault(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    changed(request, async |_| match id.parse().is_ok_and(|id| inner.faults.remove(id)) {
        true => {
            if inner.faults.lock_after().is_none() {
                inner.logins.unlock();
            }
            Ok(json!({ "ok": true }))
        }
        false => Err(format!("There is no fault {id}; GET /_sandbox/faults lists them.")),
    })
    .await
}

/// `GET /_sandbox/settings`.
pub(super) async fn settings(State(inner): State<Arc<Inner>>) -> Response {
    ok(&json!(*inner.settings()))
}

/// `PATCH /_sandbox/settings`: what is absent stays.
pub(super) async fn change_settings(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    changed(request, async |body| {
        if !body.is_object() {
            return Err("Give an object with what changes, such as {\"strict\": true}.".to_owned());
        }
        let changes: Changes = serde_json::from_value(body).map_err(|error| format!("{error}."))?;
        inner.change_settings(&changes);
        Ok(json!(*inner.settings()))
    })
    .await
}

/// `GET /_sandbox/clock`.
pub(super) async fn clock(State(inner): State<Arc<Inner>>) -> Response {
    ok(&json!({ "now": inner.clock.now().to_string() }))
}

/// The years in which the clock runs: those that every date of a row can be reckoned in.
const FIRST_YEAR: u32 = 1970;
const LAST_YEAR: u32 = 2999;

fn year(instant: Instant) -> u32 {
    instant.date_text().get(..4).and_then(|year| year.parse().ok()).unwrap_or(0)
}

/// How the clock is moved: exactly one of these.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Move {
    advance_seconds: Option<i64>,
    now: Option<String>,
    reset: Option<bool>,
}

/// `POST /_sandbox/clock`: moves it on, sets it, or takes it back to the machine's time.
pub(super) async fn move_clock(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    const HOW: &str = "Give {\"advanceSeconds\": 3600}, {\"now\": \"2026-11-21T10:00:00Z\"} or {\"reset\": true}.";
    changed(request, async |body| {
        let given: Move = serde_json::from_value(body).map_err(|error| format!("{error}. {HOW}"))?;
        match (given.advance_seconds, given.now, given.reset) {
            (Some(seconds), None, None) => {
                // Rows could not hold a time that no calendar has.
                let reached = inner.clock.now().plus_seconds(seconds);
                if !(FIRST_YEAR..=LAST_YEAR).contains(&year(reached)) {
                    return Err(format!("The clock runs from the year {FIRST_YEAR} to {LAST_YEAR}. {HOW}"));
                }
                inner.clock.advance(seconds.saturating_mul(TICKS_PER_SECOND));
            }
            (None, Some(now), None) => {
                let instant = Instant::parse(&now).ok_or_else(|| format!("\"{now}\" is no instant. {HOW}"))?;
                if !(FIRST_YEAR..=LAST_YEAR).contains(&year(instant)) {
                    return Err(format!("The clock runs from the year {FIRST_YEAR} to {LAST_YEAR}. {HOW}"));
                }
                inner.clock.set(instant);
            }
            (None, None, Some(true)) => inner.clock.reset(),
            _ => return Err(HOW.to_owned()),
        }
        Ok(json!({ "now": inner.clock.now().to_string() }))
    })
    .await
}

/// What of the requests is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    entity: Option<String>,
    operation: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
}

/// `GET /_sandbox/requests?entity=Companies&operation=create&after=17&limit=10`: the last ones, without secrets.
pub(super) async fn requests(
    State(inner): State<Arc<Inner>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Response {
    if !is_from_here(&request) {
        return Refusal::Forbidden("The requests are shown only on the machine the sandbox runs on.").into_response();
    }
    let Query(asked) = match asked {
        Ok(asked) => asked,
        Err(error) => return bad(&format!("{}; there are entity, operation, after and limit.", error.body_text())),
    };
    let entity = match asked.entity.as_deref().map(|name| (name, entity(name))) {
        None => None,
        Some((_, Some(found))) => Some(found.name.to_owned()),
        Some((name, None)) => {
            return bad(&format!("There is no entity \"{name}\"; give a plural such as Companies."));
        }
    };
    let wanted = Wanted { entity, operation: asked.operation, after: asked.after.unwrap_or(0), limit: asked.limit };
    ok(&json!({ "requests": inner.recorder.list(&wanted) }))
}

/// `DELETE /_sandbox/requests`.
pub(super) async fn clear_requests(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    changed(request, async |_| {
        inner.recorder.clear();
        Ok(json!({ "ok": true }))
    })
    .await
}

/// Runs a change whose JSON body is `null` where there is none; refuses callers from elsewhere.
async fn changed(request: Request<Body>, change: impl AsyncFnOnce(Value) -> Result<Value, String>) -> Response {
    if !is_from_here(&request) {
        return Refusal::Forbidden("The sandbox is changed only from the machine it runs on.").into_response();
    }
    let Ok(bytes) = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await else {
        return bad("The body has more than 1,000,000 bytes.");
    };
    let body = match bytes.is_empty() {
        true => Value::Null,
        false => match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(error) => return bad(&format!("The body is no JSON: {error}.")),
        },
    };
    match change(body).await {
        Ok(value) => ok(&value),
        Err(why) => bad(&why),
    }
}

fn ok(value: &Value) -> Response {
    answer::json(StatusCode::OK, value)
}

pub(super) fn bad(why: &str) -> Response {
    answer::json(StatusCode::BAD_REQUEST, &json!({ "Message": why }))
}
