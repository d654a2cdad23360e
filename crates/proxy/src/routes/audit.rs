//! `/api/audit`: what was written to Autotask through here, by whom, and what came of it; the newest first.

use std::sync::Arc;

use autotask_core::entity;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::labelled;
use crate::audit::Wanted;
use crate::log::Label;
use crate::refusal::Refusal;
use crate::state::State;

/// How many writes an answer has unless told otherwise.
const LIMIT: u32 = 50;
/// Most writes in an answer.
const LIMIT_MAX: u32 = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    entity: Option<String>,
    id: Option<i64>,
    before: Option<i64>,
    limit: Option<u32>,
}

/// A page of writes.
pub(super) async fn list(state: Extract<Arc<State>>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let answer = async {
        let Ok(Query(Asked { entity: name, id, before, limit })) = asked else {
            return Err(Refusal::Request(
                "the audit is asked for with `entity`, `id`, `before` and `limit`; the last three are whole numbers",
            ));
        };
        let limit = limit.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(Refusal::Request("`limit` is 1 to 500"));
        }
        let known = name.as_deref().map(|name| {
            entity(name).map(|entity| entity.name.to_owned()).ok_or(Refusal::Request("`entity` is none of Autotask's"))
        });
        let wanted = Wanted { entity: known.transpose()?, id, before, limit: Some(limit), ..Wanted::default() };
        // Where nothing is written any more, what is old goes when somebody looks.
        let _ = state.store.prune_audit(state.config.audit_months).await;
        let items = state.store.audit(wanted).await?;
        // Where the next page begins.
        let is_full = u32::try_from(items.len()).is_ok_and(|count| count == limit);
        let before = items.last().filter(|_| is_full).map(|item| item.number);
        Ok(Json(json!({ "items": items, "before": before })).into_response())
    };
    labelled(answer.await.unwrap_or_else(IntoResponse::into_response), Label::of("audit"))
}
