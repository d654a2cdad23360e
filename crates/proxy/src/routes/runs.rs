//! `/api/runs`: onboardings that have begun, with plan and journal, so that the same person can go on with them in another
//! browser. To all others they are not there, but to administrators, who may take them over.
//!
//! A journal is only added to, by the one who drives the run, and with the number of entries that it is expected to have:
//! whoever is behind gets 409 and looks on, until it takes over.

use std::sync::Arc;

use axum::extract::{Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::RawValue;

use super::body::{BODY_BYTES_MAX, read_body};
use super::labelled;
use crate::access::Caller;
use crate::log::Label;
use crate::refusal::Refusal;
use crate::state::State;
use crate::store::Appended;

/// Most runs in the list.
const RUNS_MAX: u32 = 200;
/// Longest id, title and name of a driver, in bytes.
const TEXT_BYTES_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Beginning {
    /// A plan as `autotask_core::onboarding` makes it; only its `runId` is read here.
    plan: Box<RawValue>,
    title: String,
    driver: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlanId {
    run_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Addition {
    driver: String,
    /// How many entries the journal has, as far as the sender knows.
    expected: i64,
    entry: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Driver {
    driver: String,
}

/// All runs that the caller reaches, the last one first.
pub(super) async fn list(state: Extract<Arc<State>>, Extension(caller): Extension<Caller>) -> Response {
    let answer = async {
        let runs = state.store.runs(caller.owner(), RUNS_MAX).await?;
        Ok(Json(json!({ "runs": runs })).into_response())
    };
    finish(answer.await)
}

/// One run with its plan and journal.
pub(super) async fn read(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let answer = async {
        let run = state.store.run(caller.owner(), id).await?.ok_or(NO_RUN)?;
        Ok(Json(run).into_response())
    };
    finish(answer.await)
}

/// Begins a run.
pub(super) async fn begin(
    state: Extract<Arc<State>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let answer = async {
        let Beginning { plan, title, driver } = json_of(request).await?;
        let plan: Box<str> = plan.into();
        let id = serde_json::from_str::<PlanId>(&plan).map_err(|_| Refusal::Request("`plan.runId` is a text"))?.run_id;
        is_short(&[&id, &title, &driver])?;
        let body = json!({ "id": id, "length": 0 });
        match state.store.begin_run(caller.owner().user, id, title, plan.into(), driver).await? {
            true => Ok((StatusCode::CREATED, Json(body)).into_response()),
            false => Err(Refusal::Conflict("there is a run of this id; read it, and take it over to go on with it")),
        }
    };
    finish(answer.await)
}

/// Adds an entry to the journal.
pub(super) async fn append(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let answer = async {
        let Addition { driver, expected, entry } = json_of(request).await?;
        is_short(&[&driver])?;
        if !entry.get().starts_with('{') {
            return Err(Refusal::Request("`entry` is an object"));
        }
        let entry: Box<str> = entry.into();
        Ok(match state.store.append(caller.owner(), id, driver, expected, entry.into()).await?.ok_or(NO_RUN)? {
            Appended::Kept(length) => Json(json!({ "length": length })).into_response(),
            Appended::Stale { length, driver } => {
                let text =
                    "somebody else goes on with this run; read it anew, and take it over if it is yours to drive";
                let body = json!({ "errors": [text], "kind": "validation", "length": length, "driver": driver });
                (StatusCode::CONFLICT, Json(body)).into_response()
            }
        })
    };
    finish(answer.await)
}

/// Makes the sender the driver.
pub(super) async fn take_over(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let answer = async {
        let Driver { driver } = json_of(request).await?;
        is_short(&[&driver])?;
        let length = state.store.take_over(caller.owner(), id, driver).await?.ok_or(NO_RUN)?;
        Ok(Json(json!({ "length": length })).into_response())
    };
    finish(answer.await)
}

const NO_RUN: Refusal = Refusal::NotFound("there is no run of this id");

pub(super) fn is_short(texts: &[&str]) -> Result<(), Refusal> {
    let is_good = |text: &&str| (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control);
    match texts.iter().all(is_good) {
        true => Ok(()),
        false => {
            Err(Refusal::Request("ids, titles and names of drivers have 1 to 200 bytes, without control characters"))
        }
    }
}

/// The body of a request, as JSON.
pub(super) async fn json_of<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body, BODY_BYTES_MAX).await?;
    serde_json::from_slice(&bytes).map_err(|error| Refusal::Body(error.to_string()))
}

pub(super) fn finish(answer: Result<Response, Refusal>) -> Response {
    labelled(answer.unwrap_or_else(IntoResponse::into_response), Label::of("runs"))
}
