//! The hour's limit, the limit of requests at once, the clock, the settings and the recorder.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Api, Served, config};
use autotask_sandbox::{Config, Limits};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

fn limited(requests: u32) -> Api {
    let limits = Limits { requests_per_hour: Some(requests), latency: false, ..Limits::default() };
    Api::with(Config { limits, ..config(1) })
}

#[tokio::test]
async fn the_hour_is_used_up_and_comes_back() {
    let api = limited(5);
    for _ in 0..4 {
        assert_eq!(api.get("/Companies/0").await.status, 200);
    }
    let information = json!({
        "externalRequestThreshold": 5, "requestThresholdTimeframe": 60, "currentTimeframeRequestCount": 5,
    });
    assert_eq!(api.get("/ThresholdInformation").await.ok(), information);
    let refused = api.get("/Companies/0").await;
    assert_eq!(refused.status, 429);
    assert!(refused.json()["errors"][0].is_string(), "{}", refused.text);
    // Zone and versions are exempt.
    assert_eq!(api.get("/zoneInformation?user=api-user@sandbox.test").await.status, 200);
    api.control("POST", "clock", json!({"advanceSeconds": 3_599})).await.ok();
    assert_eq!(api.get("/Companies/0").await.status, 429);
    api.control("POST", "clock", json!({"advanceSeconds": 1})).await.ok();
    assert_eq!(api.get("/Companies/0").await.status, 200);
}

#[tokio::test]
async fn other_integrations_use_the_same_hour() {
    let api = limited(100);
    api.control("PATCH", "settings", json!({"otherRequests": 100})).await.ok();
    assert_eq!(api.get("/Companies/0").await.status, 429);
    api.control("PATCH", "settings", json!({"requestsPerHour": null})).await.ok();
    assert_eq!(api.get("/Companies/0").await.status, 200);
    assert_eq!(api.get("/ThresholdInformation").await.ok()["currentTimeframeRequestCount"], 102);
}

#[tokio::test]
async fn calls_get_slower_as_the_hour_fills() {
    let limits = Limits { requests_per_hour: Some(4), ..Limits::default() };
    let api = Api::with(Config { limits, ..config(1) });
    let mut least = Vec::new();
    for _ in 0..4 {
        let began = Instant::now();
        assert_eq!(api.get("/Companies/0").await.status, 200);
        least.push(began.elapsed());
    }
    // A sleep never ends before its time; how long the rest takes is no matter.
    assert!(least[2] >= Duration::from_millis(500) && least[3] >= Duration::from_millis(1_000), "{least:?}");
}

#[tokio::test]
async fn three_requests_at_once_for_an_endpoint() {
    let served = Served::new(Api::new(1)).await;
    served.api.fault(json!({"fault": "slow", "milliseconds": 2_000, "entity": "Companies"})).await;
    let refused = AtomicUsize::new(0);
    let one = async |path: &str, body: Option<Value>| {
        let method = if body.is_some() { "POST" } else { "GET" };
        let response = served.request(method, path, body.as_ref()).send().await.expect("an answer");
        if response.status() != 200 {
            assert_eq!(response.status(), 500);
            assert!(response.text().await.expect("a body").contains("Itgenatr005"));
            refused.fetch_add(1, Ordering::SeqCst);
        }
    };
    let everything = json!({"filter": [{"op": "gte", "field": "id", "value": 0}]});
    tokio::join!(
        one("/Companies/0", None),
        one("/Companies/entityInformation/fields", None),
        one("/Companies/query", Some(everything.clone())),
        one("/Companies/query/count", Some(everything)),
        // A child counts as its own entity, wherever it is asked for.
        one("/Companies/0/Contacts", None),
        one("/Contacts/1", None),
    );
    assert_eq!(refused.load(Ordering::SeqCst), 1);
    // The places are free again.
    one("/Companies/0", None).await;
    assert_eq!(refused.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_clock_is_moved() {
    let api = Api::new(1);
    let now = async |body: Value| api.control("POST", "clock", body).await;
    assert_eq!(now(json!({"advanceSeconds": 90})).await.ok(), json!({"now": "2026-11-21T10:01:30Z"}));
    assert_eq!(now(json!({"now": "2030-01-01"})).await.ok(), json!({"now": "2030-01-01T00:00:00Z"}));
    let id = api.company("Of the future", json!({})).await;
    assert_eq!(api.row("Companies", id).await["createDate"], "2030-01-01T00:00:00Z");
    assert_eq!(now(json!({"reset": true})).await.ok(), json!({"now": "2026-11-21T10:00:00Z"}));
    for bad in [
        json!({"advanceSeconds": 1_000_000_000_000_i64}),
        json!({"advanceSeconds": i64::MAX}),
        json!({"advanceSeconds": i64::MIN}),
        json!({"now": "0001-01-01"}),
        json!({}),
        json!({"advanceSeconds": 1, "reset": true}),
        json!({"now": "soon"}),
        json!({"back": 1}),
        json!(null),
    ] {
        let refused = now(bad).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains("advanceSeconds"), "{}", refused.text);
    }
    assert_eq!(api.control("GET", "clock", Value::Null).await.ok(), json!({"now": "2026-11-21T10:00:00Z"}));
}

#[tokio::test]
async fn settings_are_changed() {
    let api = Api::new(1);
    let unknown = json!({"filter": [{"op": "isnotnull", "field": "id"}]});
    assert_eq!(api.post("/Companies/query", unknown.clone()).await.status, 200);
    let changed = api.control("PATCH", "settings", json!({"strict": true})).await.ok();
    assert_eq!(changed["strict"], true);
    assert_eq!((&changed["threadsPerEndpoint"], &changed["requestsPerHour"]), (&json!(3), &json!(10_000)));
    assert_eq!(api.post("/Companies/query", unknown).await.status, 500);
    let refused = api.control("PATCH", "settings", json!({"strickt": true})).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("unknown field `strickt`"), "{}", refused.text);
}

#[tokio::test]
async fn requests_are_recorded_without_secrets() {
    let api = Api::new(1);
    api.fault(json!({"fault": "threadRefusal", "entity": "Contacts"})).await;
    api.company("Recorded", json!({})).await;
    api.get("/Contacts/1").await;
    api.get("/Nonsense/1").await;
    let stranger =
        Request::builder().uri("/ATServicesRest/V1.0/Version").header("Secret", "guessed").body(Body::empty());
    api.send(stranger.expect("a request")).await;
    let all = api.control("GET", "requests", Value::Null).await;
    assert!(!all.text.contains("sandbox-secret") && !all.text.contains("SANDBOX-TRACKING-ID"), "{}", all.text);
    let all = all.ok();
    let requests = all["requests"].as_array().expect("a list");
    let short: Vec<Value> = requests
        .iter()
        .map(|r| json!([r["number"], r["method"], r["entity"], r["operation"], r["status"], r["faults"]]))
        .collect();
    assert_eq!(
        short,
        [
            json!([1, "POST", "Companies", "create", 200, []]),
            json!([2, "GET", "Contacts", "get", 500, ["threadRefusal"]]),
            json!([3, "GET", null, null, 404, []]),
            json!([4, "GET", null, null, 401, []]),
        ]
    );
    assert_eq!(requests[0]["body"]["companyName"], "Recorded");
    assert_eq!(requests[0]["at"], "2026-11-21T10:00:00Z");
    assert!(requests[1]["refusal"].as_str().expect("a text").contains("Itgenatr005"));
    assert_eq!(requests[3]["refusal"], "UserName is missing, Secret is wrong, ApiIntegrationCode is missing");
    assert_eq!(api.control("GET", "requests?entity=Nonsense", Value::Null).await.status, 400);
    let some = api.control("GET", "requests?entity=companies&operation=create&limit=5", Value::Null).await.ok();
    assert_eq!(some["requests"].as_array().map(Vec::len), Some(1));
    assert_eq!(api.control("GET", "requests?after=4", Value::Null).await.ok()["requests"], json!([]));
    assert_eq!(api.control("GET", "requests?since=3", Value::Null).await.status, 400);
    api.control("DELETE", "requests", Value::Null).await.ok();
    assert_eq!(api.control("GET", "requests", Value::Null).await.ok()["requests"], json!([]));
}

#[tokio::test]
async fn only_this_machine_may_switch() {
    let api = Api::new(1);
    for (method, path) in [
        ("POST", "faults"),
        ("DELETE", "faults"),
        ("DELETE", "faults/1"),
        ("PATCH", "settings"),
        ("POST", "clock"),
        ("GET", "requests"),
        ("DELETE", "requests"),
        ("GET", "webhooks"),
    ] {
        for (name, value) in [("host", "evil.test"), ("origin", "https://evil.test")] {
            let mut request = Request::builder().method(method).uri(format!("/_sandbox/{path}"));
            if name != "host" {
                request = request.header("host", "127.0.0.1:8081");
            }
            let answer = api.send(request.header(name, value).body(Body::from("{}")).expect("a request")).await;
            assert_eq!(answer.status, 403, "{method} {path} {name}");
        }
    }
}
