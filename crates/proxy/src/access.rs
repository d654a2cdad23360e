//! Access: who may call. One guard before everything that is served, so a new route is protected by existing.
//!
//! Until there is sign-in, only this machine may: the peer is a loopback address, `Host` a loopback name, and a page
//! that calls is our own. A page of another site fails at `Origin` and `Sec-Fetch-Site`, one that rebinds its name to
//! 127.0.0.1 fails at `Host`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State as Extract};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::SESSION_HEADER;
use crate::log::Label;
use crate::refusal::Refusal;
use crate::secret::Credentials;
use crate::state::State;
use crate::upstream_url::{is_loopback_name, split_port};

/// Under which origin the caller reached us: page addresses in answers begin with it.
#[derive(Clone, Debug)]
pub(crate) struct OwnOrigin(pub(crate) String);

/// Who calls below the REST root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The app, in the local user's session.
    Session,
    /// Another client of Autotask's, with the three headers that it always sends.
    Client,
}

const HOST_FOREIGN: &str =
    "this server is reached under another name; open it at `localhost` or `127.0.0.1` and its port";
const ORIGIN_FOREIGN: &str = "pages of other sites may not call this server; open the app at this server's own address";
const PEER_FOREIGN: &str = "this server answers this machine only; open the app on the machine that runs it";

/// Lets a request in or refuses it.
pub(crate) async fn guard(Extract(state): Extract<Arc<State>>, mut request: Request, next: Next) -> Response {
    let allowed_origin = state.config.cors_origin.as_deref();
    let admitted = match admit(&state, &request) {
        Ok(admitted) => admitted,
        Err(refusal) => return labelled(refusal.into_response()),
    };
    let mut response = if admitted.is_cross_origin && is_preflight(&request) {
        labelled(preflight())
    } else {
        request.extensions_mut().insert(OwnOrigin(admitted.origin));
        next.run(request).await
    };
    if let Some(origin) = allowed_origin {
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if admitted.is_cross_origin
            && let Ok(origin) = HeaderValue::from_str(origin)
        {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
    response
}

fn labelled(mut response: Response) -> Response {
    response.extensions_mut().insert(Label::of("access"));
    response
}

struct Admitted {
    origin: String,
    /// Whether it is a page of the one foreign origin that is configured.
    is_cross_origin: bool,
}

fn admit(state: &State, request: &Request) -> Result<Admitted, Refusal> {
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        return Err(Refusal::Method(vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]));
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if !peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback()) {
        return Err(Refusal::Foreign(PEER_FOREIGN));
    }
    let headers = request.headers();
    let host = single(headers, &header::HOST)?.ok_or(Refusal::Request("the header `Host` is missing"))?;
    let port = state.config.listen.port();
    let authority = request.uri().authority().map(|authority| authority.as_str());
    if !is_own_host(host, port) || authority.is_some_and(|authority| !authority.eq_ignore_ascii_case(host)) {
        return Err(Refusal::Foreign(HOST_FOREIGN));
    }
    let own = format!("http://{}", host.to_ascii_lowercase());
    let origin = single(headers, &header::ORIGIN)?;
    let is_cross_origin = origin.is_some() && origin == state.config.cors_origin.as_deref();
    if !is_cross_origin {
        let is_own = origin.is_none_or(|origin| origin == own);
        let site = single(headers, &HeaderName::from_static("sec-fetch-site"))?;
        let is_same_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
        if !is_own || !(is_same_site || is_visit(request)) {
            return Err(Refusal::Foreign(ORIGIN_FOREIGN));
        }
    }
    Ok(Admitted { origin: own, is_cross_origin })
}

/// A header that comes once or not at all; twice is a trick.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str().map_err(|_| Refusal::Request("a header is not text")));
    match values.next() {
        Some(_) => Err(Refusal::Request("a header that may come once came twice")),
        None => first.transpose(),
    }
}

/// Whether a `Host` names this machine, with our port or none.
fn is_own_host(host: &str, port: u16) -> bool {
    split_port(host)
        .is_some_and(|(name, given)| is_loopback_name(name) && given.is_none_or(|given| given == port.to_string()))
}

/// Whether somebody followed a link from another site to the app: the page itself, never data.
fn is_visit(request: &Request) -> bool {
    let has = |name: &'static str, value: &str| {
        request.headers().get(HeaderName::from_static(name)).is_some_and(|found| found == value)
    };
    let path = request.uri().path().to_ascii_lowercase();
    let is_data = ["/api", "/atservicesrest"].iter().any(|root| path.starts_with(root));
    request.method() == Method::GET
        && !is_data
        && has("sec-fetch-mode", "navigate")
        && has("sec-fetch-dest", "document")
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "content-type, x-requested-with, idempotency-key, autotask-crm-priority, apiintegrationcode, username, secret",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Who calls below the REST root; `None` when nobody that we know.
pub(crate) fn caller(headers: &HeaderMap, clients: Option<&Credentials>) -> Option<Caller> {
    let (name, value) = SESSION_HEADER;
    if headers.get(name).is_some_and(|found| found == value) {
        return Some(Caller::Session);
    }
    let is_client = clients?.headers().iter().all(|(name, value)| {
        let mut given = headers.get_all(*name).iter();
        given.next().is_some_and(|given| value.is(given.as_bytes())) && given.next().is_none()
    });
    is_client.then_some(Caller::Client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for host in ["localhost:8080", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "localhost", "127.8.8.8"] {
            assert!(is_own_host(host, 8080), "{host}");
        }
        for host in [
            "evil.test",
            "evil.test:8080",
            "localhost:8081",
            "localhost:",
            "localhost:8080:8080",
            "127.0.0.1.evil.test",
            "localhost.evil.test:8080",
            "localhost.:8080",
            "0.0.0.0:8080",
            "[::]:8080",
            "[::1",
            "::1",
            "",
            ":8080",
            "a@localhost:8080",
            "localhost:08080",
            "localhost:+8080",
            "2130706433:8080",
            "192.168.0.1:8080",
        ] {
            assert!(!is_own_host(host, 8080), "{host}");
        }
    }
}
