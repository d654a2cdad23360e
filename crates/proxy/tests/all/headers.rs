//! The security headers are on every answer, whatever it is (security.md, W4), and nothing of Autotask's is.

use crate::common::{Got, Upstream, app, ask, client, json, proxy};
use axum::response::IntoResponse;

const EXPECTED: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    ),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Every header that an answer may carry beside the security headers.
const ALLOWED: [&str; 9] = [
    "content-type",
    "content-length",
    "content-encoding",
    "cache-control",
    "vary",
    "allow",
    "retry-after",
    "x-request-id",
    "date",
];

#[track_caller]
fn check(got: &Got, what: &str) {
    for (name, value) in EXPECTED {
        assert_eq!(got.headers.get_all(name).iter().count(), 1, "{what}: {name}");
        assert_eq!(got.header(name), value, "{what}: {name}");
    }
    for name in got.headers.keys().map(http::HeaderName::as_str) {
        let is_known = ALLOWED.contains(&name) || EXPECTED.iter().any(|(known, _)| *known == name);
        assert!(is_known, "{what}: {name}");
    }
    assert!(!got.header("x-request-id").is_empty(), "{what}");
}

#[tokio::test]
async fn every_answer_carries_exactly_these() {
    let upstream = Upstream::new(|_| {
        let mut response = json(200, r#"{"item":null}"#);
        for (name, value) in [
            ("set-cookie", "a=b"),
            ("server", "Microsoft-IIS/10.0"),
            ("x-powered-by", "ASP.NET"),
            ("access-control-allow-origin", "*"),
            ("content-security-policy", "default-src *"),
            ("location", "https://evil.test"),
            ("x-frame-options", "ALLOWALL"),
        ] {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    })
    .await;
    let proxy = proxy(&upstream.url);
    let cases = [
        (ask("GET", "/"), 200),
        (ask("HEAD", "/"), 200),
        (ask("GET", "/companies/17"), 200),
        (ask("GET", "/app-0123456789abcdef.js"), 200),
        (ask("GET", "/none.js"), 404),
        (ask("POST", "/"), 405),
        (ask("TRACE", "/"), 405),
        (ask("TRACE", "/api/session"), 405),
        (app("OPTIONS", "/api/session"), 405),
        (ask("GET", "/api/session"), 200),
        (ask("GET", "/api/health"), 200),
        (app("GET", "/api/none"), 404),
        (app("GET", "/api"), 404),
        (app("PATCH", "/api/session"), 405),
        (app("POST", "/api/session").body("{}"), 409),
        (ask("DELETE", "/api/session"), 403),
        (ask("GET", "/ATServicesRest/V1.0/Companies/1"), 401),
        (app("GET", "/ATServicesRest/V1.0/Companies/1"), 200),
        (client("GET", "/ATServicesRest/V1.0/Companies/1"), 200),
        (app("GET", "/ATServicesRest/V1.0/Nothing/1"), 404),
        (app("DELETE", "/ATServicesRest/V1.0/Companies/1"), 405),
        (app("OPTIONS", "/ATServicesRest/V1.0/Companies/1"), 405),
        (app("GET", "/ATServicesRest/V1.0/Companies/x"), 400),
        (app("POST", "/ATServicesRest/V1.0/Companies/query").body("{"), 500),
        (app("POST", "/ATServicesRest/V1.0/Companies").body(vec![b' '; 1_048_577]), 413),
        (app("POST", "/ATServicesRest/V1.0/Companies").header("content-type", "text/plain").body("{}"), 415),
        (ask("GET", "/").host("evil.test"), 403),
        (ask("GET", "/").no_host(), 400),
        (ask("GET", "/api/session").header("origin", "https://evil.test"), 403),
    ];
    for (index, (ask, status)) in cases.into_iter().enumerate() {
        let got = ask.of(&proxy).await;
        assert_eq!(got.status, status, "case {index}: {}", got.text());
        check(&got, &format!("case {index}"));
    }
}

#[tokio::test]
async fn failures_of_autotask_carry_them_too() {
    for answer in [(401, ""), (500, r#"{"errors":["x"]}"#), (500, "<html>"), (302, ""), (429, ""), (503, "<html>")] {
        let upstream = Upstream::new(move |_| {
            let mut response = json(answer.0, answer.1);
            response.headers_mut().insert("retry-after", "17".parse().unwrap());
            response
        })
        .await;
        let got = app("GET", "/ATServicesRest/V1.0/Companies/1").of(&proxy(&upstream.url)).await;
        check(&got, &format!("{answer:?}"));
        assert!(got.header("location").is_empty());
        let expected = if answer.0 == 429 || answer.1.contains("errors") { "17" } else { "" };
        assert_eq!(got.header("retry-after"), expected, "{answer:?}");
    }
}

#[tokio::test]
async fn what_autotask_says_is_never_kept() {
    let upstream = Upstream::saying(200, r#"{"item":null}"#).await;
    let proxy = proxy(&upstream.url);
    for ask in [app("GET", "/ATServicesRest/V1.0/Companies/1"), ask("GET", "/api/session"), app("GET", "/api/none")] {
        let got = ask.of(&proxy).await;
        assert_eq!((got.header("cache-control"), got.header("content-type")), ("no-store", got.header("content-type")));
        assert!(got.header("content-type").starts_with("application/json"));
    }
}

#[tokio::test]
async fn request_ids_differ() {
    let upstream = Upstream::new(|_| "x".into_response()).await;
    let proxy = proxy(&upstream.url);
    let first = ask("GET", "/").of(&proxy).await;
    let second = ask("GET", "/").of(&proxy).await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}
