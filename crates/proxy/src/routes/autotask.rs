//! `/ATServicesRest`: Autotask's API, for the app and for any client of Autotask's.

use std::sync::Arc;
use std::time::Duration;

use autotask_core::route::{Method, Route, RouteError, below_root, route};
use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode, header};

use super::labelled;
use crate::access::{Caller, OwnOrigin, caller};
use crate::assets::gunzip;
use crate::log::Label;
use crate::outbound::Outbound;
use crate::refusal::{Refusal, Way, json_body, of_route};
use crate::rewrite::Rewrite;
use crate::state::State;
use crate::upstream::Answer;

/// Most bytes of a request's body, packed and unpacked.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Longest time for a body to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers a request below the REST root.
pub(super) async fn handle(Extract(state): Extract<Arc<State>>, request: Request) -> Response {
    let path = below_root(request.uri().path()).unwrap_or_default();
    let found = match Method::parse(request.method().as_str()) {
        Some(method) => route(method, path),
        None => Err(RouteError::MethodNotAllowed),
    };
    let label = found.as_ref().map_or(Label::of("no route"), Label::of_route);
    let caller = caller(request.headers(), state.config.clients.as_ref());
    let is_open = matches!(found, Ok(Route::Zone | Route::Versions));
    // Who calls comes before what exists, as at Autotask.
    let response = if caller.is_none() && !is_open {
        Err(Refusal::Unauthenticated)
    } else {
        match found {
            Ok(route) => answer(&state, route, caller, request).await,
            Err(error) => Err(of_route(error, path)),
        }
    };
    labelled(response.unwrap_or_else(IntoResponse::into_response), label)
}

async fn answer(state: &State, route: Route, caller: Option<Caller>, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let takes_body = matches!(
        route,
        Route::Query(_, Method::Post, _)
            | Route::Count(_, Method::Post)
            | Route::Create(..)
            | Route::Update(..)
            | Route::Replace(..)
    );
    let bytes = if takes_body { read_body(&parts.headers, body).await? } else { Bytes::new() };
    let mut outbound = Outbound::build(route, parts.uri.query(), &bytes)?;
    if route == Route::Zone
        && let Some(zone) = own_zone(state, &outbound)
    {
        outbound = zone;
    }
    let answer = state.upstream.send(&outbound).await?;
    let own_origin = parts.extensions.get::<OwnOrigin>().ok_or(Refusal::Fault)?;
    let rewrite = Rewrite { route, own_origin: &own_origin.0, upstream: state.upstream.url() };
    respond(state, &rewrite, caller, answer)
}

/// A client that is known by its own three values has no zone at Autotask: the one of this server's API user is its.
fn own_zone(state: &State, asked: &Outbound) -> Option<Outbound> {
    let client = Outbound::zone(state.config.clients.as_ref()?.user_name.expose());
    (asked.path == client.path).then(|| Outbound::zone(state.config.credentials.user_name.expose()))
}

fn respond(state: &State, rewrite: &Rewrite<'_>, caller: Option<Caller>, answer: Answer) -> Result<Response, Refusal> {
    let status = answer.status;
    if status == 401 {
        tracing::warn!("Autotask refused the credentials of this server");
        return Err(Refusal::Credentials { to_session: caller == Some(Caller::Session) });
    }
    let body = match rewrite.apply(status, &answer.body) {
        Ok(body) => body,
        Err(_) if matches!(status, 502..=504) => {
            return Err(state.upstream.unreachable(Way::Unavailable, rewrite.route.is_write(), None));
        }
        // The status says it all, and core knows what.
        Err(_) if answer.body.is_empty() && matches!(status, 403 | 429) => String::new(),
        Err(why) => {
            tracing::warn!(status, why, "an answer is not Autotask's");
            return Err(Refusal::Malformed(match status {
                404 => "a page that says 404, as it comes for an address that is too long; send long searches by POST",
                _ => why,
            }));
        }
    };
    let status = StatusCode::from_u16(status).map_err(|_| Refusal::Malformed("an unknown status"))?;
    let mut response = (status, json_body(body)).into_response();
    if let Some(wait) = answer.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    Ok(response)
}

/// The body of a request, unpacked.
async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let is_json = headers.get(header::CONTENT_TYPE).is_none_or(|value| {
        let essence = value.to_str().unwrap_or("?").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
    });
    if !is_json {
        return Err(Refusal::MediaType("the body must be JSON; send `Content-Type: application/json`"));
    }
    let bytes = tokio::time::timeout(BODY_TIMEOUT, collect(body)).await.map_err(|_| Refusal::TooSlow)??;
    match headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase()).as_deref() {
        None | Some(b"identity") => Ok(bytes),
        Some(b"gzip") => match gunzip(&bytes, BODY_BYTES_MAX) {
            Some(plain) => Ok(plain.into()),
            None => Err(Refusal::MediaType("the body is not gzip, or larger than 1 MiB when it is unpacked")),
        },
        Some(_) => Err(Refusal::MediaType("the body's encoding is not known; send it plain or as gzip")),
    }
}

async fn collect(body: Body) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::Request("the body broke off; send it again"))?;
        if bytes.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
