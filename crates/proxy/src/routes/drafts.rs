//! `/api/drafts`: what was entered and not created yet, each of the person who entered it. Whoever keeps one says which version
//! it was made from.

use std::sync::Arc;

use axum::extract::{Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::runs::{finish, is_short, json_of};
use crate::access::Caller;
use crate::refusal::Refusal;
use crate::state::State;
use crate::store::DraftAnswer;

/// Most drafts in the list.
const DRAFTS_MAX: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keeping {
    /// The version that was changed; 0 for a new draft.
    over: i64,
    body: Box<RawValue>,
}

/// The caller's drafts, the last one first.
pub(super) async fn list(state: Extract<Arc<State>>, Extension(caller): Extension<Caller>) -> Response {
    let answer = async {
        let drafts = state.store.drafts(caller.owner().user, DRAFTS_MAX).await?;
        Ok(Json(json!({ "drafts": drafts })).into_response())
    };
    finish(answer.await)
}

/// One draft.
pub(super) async fn read(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let answer = async {
        let draft = state.store.draft(caller.owner().user, id).await?.ok_or(NO_DRAFT)?;
        Ok(Json(draft).into_response())
    };
    finish(answer.await)
}

/// Keeps a draft.
pub(super) async fn keep(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let answer = async {
        let Keeping { over, body } = json_of(request).await?;
        is_short(&[&id])?;
        let body: Box<str> = body.into();
        Ok(match state.store.keep_draft(caller.owner().user, id, over, body.into()).await? {
            DraftAnswer::Kept(version) => Json(json!({ "version": version })).into_response(),
            DraftAnswer::Stale(version) => {
                let text = "this draft was changed meanwhile; read it anew before you keep yours over it";
                let body = json!({ "errors": [text], "kind": "validation", "version": version });
                (StatusCode::CONFLICT, Json(body)).into_response()
            }
        })
    };
    finish(answer.await)
}

/// Forgets a draft.
pub(super) async fn discard(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let answer = async {
        match state.store.drop_draft(caller.owner().user, id).await? {
            true => Ok(StatusCode::NO_CONTENT.into_response()),
            false => Err(NO_DRAFT),
        }
    };
    finish(answer.await)
}

const NO_DRAFT: Refusal = Refusal::NotFound("there is no draft of this id");
