//! What Autotask does not have: health, the planted things of the world, and making it anew.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::Inner;
use crate::answer::{self, Refusal};
use crate::store::rows;
use crate::store::sql::Where;

/// `GET /_sandbox/health`.
pub(super) async fn health(State(inner): State<Arc<Inner>>) -> Response {
    blocking(move || {
        let tenant = inner.tenant();
        let count = |name: &str| {
            inner.store.read(|connection| rows::count(connection, tenant.named(name), &Where::everything()))
        };
        Ok(json!({
            "ok": true,
            "companies": count("Companies")?,
            "contacts": count("Contacts")?,
            "locations": count("CompanyLocations")?,
            "strict": inner.settings().strict,
            "inMemory": inner.config.file().is_none(),
        }))
    })
    .await
}

/// `GET /_sandbox/world`: what was planted, so that tests can look for it.
pub(super) async fn world(State(inner): State<Arc<Inner>>) -> Response {
    blocking(move || {
        let planted = inner.store.read(|connection| -> rusqlite::Result<Vec<Value>> {
            connection
                .prepare_cached("SELECT \"kind\", \"id\", \"of\", \"how\" FROM \"_world\" ORDER BY rowid")?
                .query_map([], |row| {
                    Ok(json!({
                        "kind": row.get::<_, String>(0)?,
                        "id": row.get::<_, i64>(1)?,
                        "of": row.get::<_, Option<i64>>(2)?,
                        "how": row.get::<_, String>(3)?,
                    }))
                })?
                .collect()
        })?;
        Ok(json!({ "planted": planted }))
    })
    .await
}

/// `POST /_sandbox/reset`: all rows go and the world of the start comes back. Only from this machine.
pub(super) async fn reset(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    if !is_from_here(&request) {
        return Refusal::Forbidden("The sandbox is reset only from the machine it runs on.").into_response();
    }
    blocking(move || {
        inner.reset().map_err(|error| Refusal::Fault(error.to_string()))?;
        Ok(json!({ "ok": true }))
    })
    .await
}

pub(super) async fn blocking(work: impl FnOnce() -> Result<Value, Refusal> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => answer::json(StatusCode::OK, &value),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(cause) => Refusal::Fault(cause.to_string()).into_response(),
    }
}

/// Whether the caller is on this machine, names it by a loopback name, and is no page from elsewhere.
pub(super) fn is_from_here(request: &Request) -> bool {
    let text =
        |headers: &HeaderMap, name| headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().is_none_or(|peer| peer.0.ip().is_loopback());
    let host = text(request.headers(), header::HOST).is_none_or(|host| is_loopback_host(&host));
    let origin = text(request.headers(), header::ORIGIN).is_none_or(|origin| is_loopback_origin(&origin));
    peer && host && origin
}

/// Whether an `Origin` is a page of this machine.
pub(super) fn is_loopback_origin(origin: &str) -> bool {
    origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")).is_some_and(is_loopback_host)
}

/// Whether a host, with or without a port, is this machine.
fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_are_told_from_those_that_only_look_so() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8081", "LOCALHOST"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in ["localhost.evil.test", "127.0.0.1.evil.test:80", "evil.test", "", "10.0.0.1"] {
            assert!(!is_loopback_host(host), "{host}");
        }
        assert!(is_loopback_origin("http://localhost:8080"));
        assert!(!is_loopback_origin("null"));
    }
}
