//! `/api`: what the proxy itself knows. Typed JSON, never a redirect.

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router};
use serde::Serialize;

use super::{administration, audit, budget, drafts, labelled, no_store, people, runs, sign_in, tokens};
use crate::doctor;
use crate::log::Label;
use crate::refusal::Refusal;
use crate::state::State;

/// Everything below `/api`.
pub(super) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/session", get(people::session).post(people::sign_in).put(people::confirm).delete(people::sign_out))
        .route("/sign-in", get(sign_in::ways).post(sign_in::begin))
        .route("/people", get(administration::list).post(administration::add))
        .route("/people/{id}", patch(administration::change))
        .route("/people/{id}/sessions", delete(administration::sign_out))
        .route("/tokens", get(tokens::list).post(tokens::make))
        .route("/tokens/{id}", delete(tokens::drop))
        .route("/health", get(health))
        .route("/budget", get(budget::read))
        .route("/doctor", get(examine).post(examine_anew))
        .route("/audit", get(audit::list))
        .route("/runs", get(runs::list).post(runs::begin))
        .route("/runs/{id}", get(runs::read))
        .route("/runs/{id}/events", post(runs::append))
        .route("/runs/{id}/driver", put(runs::take_over))
        .route("/drafts", get(drafts::list))
        .route("/drafts/{id}", get(drafts::read).put(drafts::keep).delete(drafts::discard))
        .fallback(unknown)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(map_response(async |response: Response| no_store(response)))
}

/// What each address takes.
async fn method_not_allowed(request: Request) -> Refusal {
    let path = request.uri().path().trim_start_matches("/api").to_owned();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    Refusal::Method(match segments.as_slice() {
        ["session"] => vec!["GET", "HEAD", "POST", "PUT", "DELETE"],
        ["people", _] => vec!["PATCH"],
        ["people" | "tokens"] => vec!["GET", "HEAD", "POST"],
        ["tokens", _] | ["people", _, "sessions"] => vec!["DELETE"],
        ["runs"] => vec!["GET", "HEAD", "POST"],
        ["doctor" | "sign-in"] => vec!["GET", "HEAD", "POST"],
        ["runs", _, "events"] => vec!["POST"],
        ["runs", _, "driver"] => vec!["PUT"],
        ["drafts", _] => vec!["GET", "HEAD", "PUT", "DELETE"],
        _ => vec!["GET", "HEAD"],
    })
}

/// There is nothing there.
pub(super) async fn unknown() -> Response {
    let refusal = Refusal::NotFound("there is nothing at this address below `/api`");
    labelled(no_store(refusal.into_response()), Label::of("api"))
}

/// The state of the connection, as it is.
async fn examine(Extract(state): Extract<Arc<State>>) -> Response {
    labelled(Json(doctor::examine(&state).await).into_response(), Label::of("doctor"))
}

/// The same after somebody mended something: credentials that were refused are tried again.
async fn examine_anew(Extract(state): Extract<Arc<State>>) -> Response {
    state.try_login().await;
    examine(Extract(state)).await
}

#[derive(Serialize)]
struct Health {
    /// That this server answers; what it stands before is told beside.
    ok: bool,
    upstream: &'static str,
    version: &'static str,
}

async fn health(Extract(state): Extract<Arc<State>>) -> Response {
    let health = Health { ok: true, upstream: state.upstream_health().await, version: env!("CARGO_PKG_VERSION") };
    labelled(Json(health).into_response(), Label::of("health"))
}
