//! The doctor: what is wrong with the connection is named, with what to do, and nothing after it is guessed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use autotask_sandbox::Config;
use axum::response::IntoResponse;
use serde_json::Value;

use crate::common::{Got, Upstream, app, before_sandbox, config, json, proxy};

/// Each check as `id health: detail -> advice`.
fn checks(got: &Got) -> Vec<String> {
    let text = |check: &Value, name: &str| check[name].as_str().unwrap_or("").to_owned();
    let line = |check: &Value| {
        let line = format!("{} {}: {}", text(check, "id"), text(check, "health"), text(check, "detail"));
        match check.get("advice") {
            Some(advice) => format!("{line} -> {}", advice.as_str().unwrap()),
            None => line,
        }
    };
    got.json()["checks"].as_array().unwrap().iter().map(line).collect()
}

#[track_caller]
fn check(got: &Got, is_ok: bool, expected: &[&str]) {
    let found = checks(got);
    assert_eq!((got.status, got.json()["ok"].as_bool()), (200, Some(is_ok)), "{found:#?}");
    assert_eq!(found.len(), 7, "{found:#?}");
    for expected in expected {
        assert!(found.iter().any(|line| line.contains(expected)), "{expected} is not in {found:#?}");
    }
    for hidden in ["up-secret", "sandbox-secret", "UP-CODE"] {
        assert!(!got.text().contains(hidden), "{}", got.text());
    }
}

#[tokio::test]
async fn all_is_well_before_a_sandbox() {
    let router = before_sandbox(Config { companies: 20, ..Config::default() }).await;
    let got = app("GET", "/api/doctor").of(&router).await;
    let expected =
        ["reach ok: http://127.0.0.1", "clock ok: ", "zone ok: a sandbox", "credentials ok", "rights ok", "store ok"];
    check(&got, true, &expected);
    check(&got, true, &["limit ok: ", " of 10,000 are used, by all integrations"]);
}

#[tokio::test]
async fn nobody_answers() {
    let got = app("GET", "/api/doctor").of(&proxy("http://127.0.0.1:1")).await;
    let failed = "reach failed: Autotask cannot be reached: the connection was refused -> check that the sandbox runs";
    check(
        &got,
        false,
        &[failed, "clock skipped", "credentials skipped", "limit skipped", "rights skipped", "store ok"],
    );
}

#[tokio::test]
async fn credentials_are_tried_again_when_somebody_asks_and_only_then() {
    let is_right = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&is_right);
    let upstream = Upstream::new(move |call| match call.line.to_ascii_lowercase().rsplit('/').next().unwrap() {
        "versioninformation" => json(200, r#"{"apiVersions":["V1.0"]}"#),
        _ if !switch.load(Ordering::SeqCst) => json(401, ""),
        _ => json(200, r#"{"externalRequestThreshold":10000,"currentTimeframeRequestCount":7600}"#),
    })
    .await;
    let router = proxy(&upstream.url);
    let refused = "credentials failed: Autotask refused the credentials of this server -> its administrator must check";
    let tried = |upstream: &Upstream| upstream.taken().iter().filter(|call| call.line.contains("Threshold")).count();
    // A look at what is well is no try: it leaves the one of this minute for when it is needed.
    check(&app("POST", "/api/doctor").of(&router).await, true, &["credentials ok"]);
    upstream.taken();
    is_right.store(false, Ordering::SeqCst);
    check(&app("GET", "/api/doctor").of(&router).await, false, &["reach ok", refused, "rights skipped"]);
    assert_eq!(tried(&upstream), 1);
    is_right.store(true, Ordering::SeqCst);
    let held = "credentials failed: Autotask refused the credentials of this server, so they are not sent again for 15 minutes";
    check(&app("GET", "/api/doctor").of(&router).await, false, &[held]);
    assert_eq!(tried(&upstream), 0);
    let slower = "limit warning: 7,600 of 10,000 are used, by all integrations -> Autotask answers a second later";
    let rights = "rights warning: the API user may not, or not fully: Companies (Autotask does not say)";
    check(&app("POST", "/api/doctor").of(&router).await, true, &["credentials ok", slower, rights]);
    assert_eq!(tried(&upstream), 1);
    is_right.store(false, Ordering::SeqCst);
    check(&app("GET", "/api/doctor").of(&router).await, false, &[refused]);
    is_right.store(true, Ordering::SeqCst);
    check(&app("POST", "/api/doctor").of(&router).await, false, &[held]);
}

#[tokio::test]
async fn a_clock_that_is_wrong_and_rights_that_lack() {
    let upstream = Upstream::new(|call| {
        let body = match call.line.rsplit('/').next().unwrap() {
            "ThresholdInformation" => r#"{"externalRequestThreshold":10000,"currentTimeframeRequestCount":1}"#,
            "EntityInformation" => {
                r#"{"entityDescriptions":[{"info":{"name":"Company","userAccessForQuery":"All","userAccessForCreate":"None",
                  "userAccessForUpdate":2,"userAccessForDelete":0}}]}"#
            }
            "entityInformation" => {
                r#"{"info":{"userAccessForQuery":1,"userAccessForCreate":1,"userAccessForUpdate":1,"userAccessForDelete":0}}"#
            }
            _ => "{}",
        };
        let mut response = ([("content-type", "application/json")], body).into_response();
        response.headers_mut().insert("date", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        response
    })
    .await;
    let proxy = autotask_proxy::Proxy::new(config(&upstream.url)).unwrap();
    let got = app("GET", "/api/doctor").of(&proxy.router()).await;
    let clock = " hours ahead of Autotask's -> set this machine's clock";
    let rights =
        "may not, or not fully: create Companies, change Companies (some only) -> give the API user's security level";
    check(&got, false, &["clock failed: ", clock, rights, "store ok: runs, drafts and outcomes are in memory"]);
    let warning = proxy.clock_warning().await.expect("said at the start, too");
    assert!(warning.contains(" hours ahead of Autotask's; set this machine's clock"), "{warning}");
    let right = Upstream::saying(200, "{}").await;
    assert_eq!(autotask_proxy::Proxy::new(config(&right.url)).unwrap().clock_warning().await, None);
    assert_eq!(autotask_proxy::Proxy::new(config("http://127.0.0.1:1")).unwrap().clock_warning().await, None);
}
