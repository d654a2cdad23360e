//! Log: one line a request, without anything of its content: no query string, no body, no header, no id of a row.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use autotask_core::route::{Page, Route};
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument;

use crate::refusal::Reason;
use crate::state::State;

/// The header that tells a caller under which id its request is in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request was for; a handler leaves it in its answer for the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    pub(crate) route: &'static str,
    pub(crate) entity: &'static str,
}

impl Label {
    /// A route of ours.
    pub(crate) fn of(route: &'static str) -> Label {
        Label { route, entity: "" }
    }

    /// A route of Autotask's.
    pub(crate) fn of_route(route: &Route) -> Label {
        let name = match route {
            Route::Zone => "zone",
            Route::Versions => "versions",
            Route::Version => "version",
            Route::Threshold => "threshold",
            Route::Modules => "modules",
            Route::Entities => "entities",
            Route::EntityInformation(_) => "entityInformation",
            Route::Fields(_) => "fields",
            Route::UserDefinedFields(_) => "userDefinedFields",
            Route::Query(_, _, Page::First) => "query",
            Route::Query(_, _, Page::Next) => "query/next",
            Route::Query(_, _, Page::Previous) => "query/previous",
            Route::Count(..) => "count",
            Route::Get(..) => "get",
            Route::Children(..) => "children",
            Route::Child(..) => "child",
            Route::Create(..) => "create",
            Route::Update(..) => "update",
            Route::Replace(..) => "replace",
            Route::Delete(..) => "delete",
        };
        Label { route: name, entity: route.entity().map_or("", |entity| entity.name) }
    }
}

/// The id under which a request is in the log.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Logs the request that `answer` answers, counts it and gives it an id.
pub(crate) async fn record<F>(state: &State, mut request: Request, answer: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let id = next_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    // A method may be any text: only the known ones are repeated.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let started = Instant::now();
    let mut response = answer(request).instrument(tracing::info_span!("request", id = %id)).await;
    let label = response.extensions().get::<Label>().copied().unwrap_or(Label::of("none"));
    let reason = response.extensions().get::<Reason>().map(|reason| reason.0);
    state.metrics.note_request(label, response.status(), reason, started.elapsed());
    tracing::info!(
        id = %id,
        method = %method,
        route = label.route,
        entity = label.entity,
        status = response.status().as_u16(),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// An id that is new in this process and most likely in all others.
fn next_id() -> String {
    static PROCESS: LazyLock<u32> =
        LazyLock::new(|| u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0));
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}-{:06x}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed))
}
