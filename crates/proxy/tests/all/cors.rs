//! No CORS unless exactly one origin is configured (security.md, W3).

use crate::common::{Ask, Got, Upstream, ask, config, proxy};
use autotask_proxy::app as build;
use axum::Router;

const PATH: &str = "/ATServicesRest/V1.0/Companies/5";
const OURS: &str = "http://localhost:5173";

fn from(origin: &str, method: &str) -> Ask {
    let asked = ask(method, PATH).header("origin", origin).header("sec-fetch-site", "same-site");
    match method {
        "OPTIONS" => asked
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "x-requested-with"),
        _ => asked.header("x-requested-with", "autotask-crm"),
    }
}

fn has_cors(got: &Got) -> bool {
    got.headers.keys().any(|name| name.as_str().starts_with("access-control-"))
}

async fn with_origin(upstream: &Upstream) -> Router {
    let mut config = config(&upstream.url);
    config.cors_origin = Some(OURS.to_owned());
    build(config).expect("a valid configuration")
}

#[tokio::test]
async fn the_one_origin_may_call() {
    let upstream = Upstream::saying(200, r#"{"item":null}"#).await;
    let proxy = with_origin(&upstream).await;
    let preflight = from(OURS, "OPTIONS").of(&proxy).await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), OURS);
    assert_eq!(preflight.header("access-control-allow-methods"), "GET, POST, PUT, PATCH, DELETE");
    assert!(preflight.header("access-control-allow-headers").contains("x-requested-with"));
    assert_eq!(preflight.header("access-control-allow-credentials"), "");
    let got = from(OURS, "GET").of(&proxy).await;
    assert_eq!((got.status, got.header("access-control-allow-origin"), got.header("vary")), (200, OURS, "origin"));
    // Also an error can be read, and nobody gets in without a session.
    let got = ask("GET", PATH).header("origin", OURS).of(&proxy).await;
    assert_eq!((got.status, got.header("access-control-allow-origin")), (401, OURS));
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn no_other_origin_gets_a_header() {
    let upstream = Upstream::saying(200, r#"{"item":null}"#).await;
    let (configured, off) = (with_origin(&upstream).await, proxy(&upstream.url));
    let mut origins: Vec<String> = [
        "null",
        "*",
        "",
        "http://localhost:8080.evil.test",
        "http://LOCALHOST:5173",
        "http://localhost:5173/",
        "http://localhost:51730",
        "https://localhost:5173",
        "http://localhost",
        "http://evil.test#http://localhost:5173",
        "http://127.0.0.1:5173",
        "file://",
    ]
    .map(str::to_owned)
    .to_vec();
    origins.extend((0..90).map(|n| format!("https://site{n}.test")));
    for origin in &origins {
        for method in ["GET", "OPTIONS", "POST"] {
            for proxy in [&configured, &off] {
                let got = from(origin, method).of(proxy).await;
                assert_eq!(got.status, 403, "{method} {origin}");
                assert!(!has_cors(&got), "{method} {origin}");
            }
        }
    }
    assert!(!has_cors(&from(OURS, "OPTIONS").of(&off).await));
    assert_eq!(from(OURS, "GET").of(&off).await.status, 403);
    assert_eq!(upstream.taken().len(), 0);
}

#[tokio::test]
async fn two_origins_are_none() {
    let upstream = Upstream::saying(200, "{}").await;
    let got = from(OURS, "GET").header("origin", "https://evil.test").of(&with_origin(&upstream).await).await;
    assert_eq!((got.status, has_cors(&got)), (400, false));
}
