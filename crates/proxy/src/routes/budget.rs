//! `/api/budget`: how much of Autotask's hour is used, and what a piece of work would cost.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::labelled;
use crate::log::Label;
use crate::refusal::Refusal;
use crate::state::State;

/// How long a call takes while Autotask is quick, in seconds.
const CALL_SECONDS: f64 = 0.3;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// So many calls: what would they cost?
    calls: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Budget {
    /// Calls of the last 60 minutes, those of other integrations too, as far as Autotask told.
    used: u32,
    /// Of these, the calls that this server made.
    own: u32,
    /// Calls that Autotask takes in 60 minutes.
    limit: u32,
    /// Calls that are left for what people do.
    left: u32,
    /// Calls that wait for a place, three at once being taken for each entity.
    waiting: usize,
    /// Calls that Autotask has not answered yet.
    under_way: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<Estimate>,
}

#[derive(Serialize)]
struct Estimate {
    calls: u32,
    seconds: f64,
    /// In words: `about 340 calls, 9,120 left this hour, 3 minutes`.
    text: String,
}

/// Answers how the hour stands; with `?calls=N` also what so many calls would cost now.
pub(super) async fn read(
    Extract(state): Extract<Arc<State>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let response = match asked {
        Ok(Query(asked)) => {
            budget(&state, &asked).map_or_else(IntoResponse::into_response, IntoResponse::into_response)
        }
        Err(_) => Refusal::Request("`calls` must be a whole number, 0 or more").into_response(),
    };
    labelled(response, Label::of("budget"))
}

fn budget(state: &State, asked: &Asked) -> Result<Json<Budget>, Refusal> {
    let standing = state
        .upstream
        .standing()
        .ok_or(Refusal::NotFound("this server counts no calls; it was started without limits"))?;
    let estimate = asked
        .calls
        .and_then(|calls| state.upstream.estimate(calls, CALL_SECONDS))
        .map(|estimate| Estimate { calls: estimate.calls, seconds: estimate.seconds, text: estimate.text() });
    Ok(Json(Budget {
        used: standing.used,
        own: standing.own,
        limit: standing.limit,
        left: standing.left,
        waiting: standing.waiting,
        under_way: standing.under_way,
        estimate,
    }))
}
