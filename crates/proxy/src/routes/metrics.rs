//! `/metrics`, at an address of its own: numbers for Prometheus, in OpenMetrics text.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, header};

use super::no_store;
use crate::metrics::CONTENT_TYPE;
use crate::refusal::Refusal;
use crate::state::State;
use crate::upstream_url::{is_loopback_name, split_port};

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new().route("/metrics", get(metrics)).fallback(unknown).with_state(state)
}

async fn metrics(
    Extract(state): Extract<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    // A page that gives its own name the address of this machine comes under that name.
    let host = headers.get(header::HOST).and_then(|host| split_port(host.to_str().ok()?));
    if peer.ip().to_canonical().is_loopback() && !host.is_some_and(|(name, _)| is_loopback_name(name)) {
        return no_store(Refusal::Foreign("metrics are read on this machine as `127.0.0.1`").into_response());
    }
    let text = state.metrics.text(state.upstream.standing(), state.people.count_sessions().await.ok());
    no_store(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}

async fn unknown() -> Response {
    no_store(Refusal::NotFound("there is only `/metrics` here").into_response())
}
