//! `/api`: what the proxy itself knows.

use std::time::Duration;

use crate::common::{Upstream, app, ask, config, proxy, serve_config};
use autotask_proxy::{Mode, UpstreamUrl, app as build};
use serde_json::json;

#[tokio::test]
async fn a_demo_says_so() {
    let upstream = Upstream::saying(200, r#"{"webUrl":"https://ww1.autotask.net/"}"#).await;
    let mut got = ask("GET", "/api/session").of(&proxy(&upstream.url)).await.json();
    let may = got.as_object_mut().unwrap().remove("may").unwrap();
    assert!(
        may["create"].as_array().unwrap().contains(&json!("Companies")),
        "whoever sits here may do everything: {may}"
    );
    assert_eq!(
        got,
        json!({
            "user": {"name": "Demo user", "role": "administrator", "login": null},
            "mode": "demo",
            "environment": "sandbox",
            "apiRoot": "/ATServicesRest",
            "webUrl": null,
            "version": env!("CARGO_PKG_VERSION"),
        })
    );
    assert_eq!(upstream.taken().len(), 0);
}

#[tokio::test]
async fn health_tells_of_upstream_and_asks_it_seldom() {
    let upstream = Upstream::saying(200, r#"{"apiVersions":["V1.0"]}"#).await;
    let proxy = proxy(&upstream.url);
    for _ in 0..20 {
        let got = ask("GET", "/api/health").of(&proxy).await;
        assert_eq!(got.json(), json!({"ok": true, "upstream": "ok", "version": env!("CARGO_PKG_VERSION")}));
    }
    let calls = upstream.taken();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].line, "GET /ATServicesRest/versioninformation");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    ask("GET", "/api/health").of(&proxy).await;
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn health_is_ours_when_upstream_is_not_well() {
    for (status, body, expected) in [(500, "<html>", "malformed"), (302, "", "malformed")] {
        let upstream = Upstream::saying(status, body).await;
        let got = ask("GET", "/api/health").of(&proxy(&upstream.url)).await;
        assert_eq!((got.status, got.json()["upstream"].as_str()), (200, Some(expected)));
    }
}

#[tokio::test]
async fn everything_else_below_api_is_a_typed_404() {
    let proxy = proxy("http://127.0.0.1:1");
    for path in ["/api", "/api/", "/api/x", "/api/session/", "/api/session/x", "/api/../x", "/api/%2e%2e/x"] {
        let got = app("GET", path).of(&proxy).await;
        assert_eq!(got.kind(), (404, "route".to_owned()), "{path}");
        assert!(got.json()["errors"][0].is_string());
    }
    let got = app("PATCH", "/api/session").of(&proxy).await;
    assert_eq!((got.status, got.header("allow")), (405, "GET, HEAD, POST, PUT, DELETE"));
    assert!(got.json()["Message"].is_string());
}

#[test]
fn demo_and_production_do_not_mix() {
    for (mode, url) in [
        (Mode::Serve, "http://127.0.0.1:8081"),
        (Mode::Serve, "http://webservices18.autotask.net"),
        (Mode::Serve, "https://127.0.0.1"),
        (Mode::Demo, "https://webservices18.autotask.net/ATServicesRest"),
        (Mode::Demo, "https://127.0.0.1:8081"),
        (Mode::Demo, "http://192.168.1.5:8081"),
    ] {
        let sentence = UpstreamUrl::parse(mode, url).unwrap_err().to_string();
        assert!(sentence.contains("must be"), "{sentence}");
    }
    let mut sandboxed = serve_config();
    sandboxed.credentials =
        autotask_proxy::Credentials::new("api-user@sandbox.test", "sandbox-secret", "SANDBOX-TRACKING-ID");
    assert!(build(sandboxed).unwrap_err().to_string().contains("sandbox"));
    let mut open = config("http://127.0.0.1:8081");
    open.listen = "0.0.0.0:8080".parse().unwrap();
    assert!(build(open).unwrap_err().to_string().contains("it is not said under which name"));
}

#[test]
fn what_stands_in_examples_is_no_secret() {
    let refused = |config: autotask_proxy::Config, what: &str| {
        let sentence = build(config).unwrap_err().to_string();
        assert!(sentence.starts_with(what) && sentence.contains("put your own in its place"), "{sentence}");
    };
    let with = |user: &str, secret: &str, code: &str| {
        let mut config = serve_config();
        config.credentials = autotask_proxy::Credentials::new(user, secret, code);
        config
    };
    refused(with("me@msp.test", "changeme", "c"), "the value of `secret` for Autotask");
    refused(with("api-user@your-msp.example", "s", "c"), "the value of `username` for Autotask");
    refused(with("me@msp.test", "s", "<integration code>"), "the value of `apiintegrationcode` for Autotask");
    let mut clients = serve_config();
    clients.clients = Some(autotask_proxy::Credentials::new("a", "your-secret", "c"));
    refused(clients, "the value of `secret` for other clients");
    let mut provider = serve_config();
    provider.sign_in_service = Some(autotask_proxy::SignInService {
        name: "Contoso".to_owned(),
        issuer: "https://id.test".to_owned(),
        client_id: "crm".to_owned(),
        client_secret: Some(autotask_proxy::Secret::new("<secret>")),
        tenant: None,
    });
    refused(provider, "the secret at the identity provider");
    assert!(build(serve_config()).is_ok());
}
