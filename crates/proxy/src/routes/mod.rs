//! Routes: what is served, on one page.

mod acting;
mod administration;
mod api;
mod audit;
mod autotask;
mod body;
mod budget;
mod drafts;
mod files;
mod metrics;
mod people;
mod runs;
mod sign_in;
mod tokens;
mod write;

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use autotask_core::route::below_root;
use axum::Router;
use axum::extract::{Request, State as Extract};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use futures_util::FutureExt;
use http::{HeaderValue, header};

use crate::log::Label;
use crate::people::provider::CALLBACK;
use crate::refusal::Refusal;
use crate::state::State;
use crate::{access, log, security_headers};

/// Everything the proxy serves.
pub(crate) fn router(state: Arc<State>) -> Router {
    let routes = Router::new()
        .nest("/api", api::router())
        .route(CALLBACK, get(sign_in::callback))
        // `nest` leaves this one out.
        .route("/api/", any(api::unknown))
        // Autotask's paths match in any letter case, which a path pattern cannot say.
        .fallback(elsewhere)
        .with_state(Arc::clone(&state));
    layered(routes, state)
}

/// What is served to whoever watches this server, at an address of its own: nobody reaches it by the main one.
pub(crate) fn metrics_router(state: Arc<State>) -> Router {
    metrics::router(state).layer(map_response(security_headers::add))
}

/// Puts around every route what stands around them. One layer: each is a box and a copy for every request.
fn layered(routes: Router, state: Arc<State>) -> Router {
    routes.layer(from_fn_with_state(state, around))
}

async fn around(Extract(state): Extract<Arc<State>>, request: Request, next: Next) -> Response {
    let answer = |request| {
        // Nothing is reached by a request from elsewhere, and a fault of ours is an answer like any other.
        AssertUnwindSafe(access::guard(&state, request, next))
            .catch_unwind()
            .map(|found| found.unwrap_or_else(on_panic))
    };
    let response = log::record(&state, request, answer).await;
    // Outermost: whatever comes from within carries the headers.
    security_headers::add(response).await
}

async fn elsewhere(state: Extract<Arc<State>>, request: Request) -> Response {
    if below_root(request.uri().path()).is_some() {
        no_store(autotask::handle(state, request).await)
    } else {
        files::handle(&state.config.app, &request)
    }
}

/// Marks an answer as one that nobody may keep.
fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What panicked may name anything, so only that something did is said here; the panic hook has said where.
fn on_panic(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    labelled(no_store(Refusal::Fault.into_response()), Label::of("panic"))
}

fn labelled(mut response: Response, label: Label) -> Response {
    response.extensions_mut().insert(label);
    response
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::body::{Body, to_bytes};
    use axum::extract::ConnectInfo;
    use tower::ServiceExt;

    use super::*;
    use crate::security_headers::SECURITY_HEADERS;
    use crate::{Config, Credentials, Mode, UpstreamUrl};

    #[tokio::test]
    async fn a_panic_is_an_answer_with_all_headers_and_without_its_text() {
        let upstream = UpstreamUrl::parse(Mode::Demo, "http://127.0.0.1:1").unwrap();
        let config = Config::new(SocketAddr::from(([127, 0, 0, 1], 8080)), upstream, Credentials::new("a", "b", "c"));
        let panics = Router::new().route("/", get(async || -> () { panic!("what nobody should read") }));
        let router = layered(panics, Arc::new(State::new(config).unwrap()));
        let peer = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 5000)));
        let request = Request::builder().uri("/").header("host", "localhost:8080").extension(peer);
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 500);
        for (name, value) in SECURITY_HEADERS {
            assert_eq!(response.headers().get(name), Some(&value));
        }
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("this server failed at the request") && !body.contains("nobody"), "{body}");
    }
}
