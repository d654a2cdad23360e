//! `/api/runs` and `/api/drafts`: one journal, one driver, and nothing is overwritten by who is behind.

use axum::Router;
use serde_json::{Value, json};

use crate::common::{Upstream, app, ask, config, proxy};

const NOWHERE: &str = "http://127.0.0.1:1";

async fn call(router: &Router, method: &str, uri: &str, body: Value) -> (u16, Value) {
    let got = app(method, uri).header("content-type", "application/json").body(body.to_string()).of(router).await;
    (got.status, if got.bytes.is_empty() { Value::Null } else { got.json() })
}

fn run(id: &str) -> Value {
    json!({"plan": {"version": 2, "runId": id, "steps": []}, "title": "Acme", "driver": "tab-1"})
}

fn entry(number: i64) -> Value {
    json!({"event": "paused", "at": format!("2026-11-21T09:00:0{number}Z")})
}

fn addition(driver: &str, expected: i64) -> Value {
    json!({"driver": driver, "expected": expected, "entry": entry(expected)})
}

#[tokio::test]
async fn a_run_is_begun_added_to_and_taken_over() {
    let router = proxy(NOWHERE);
    assert_eq!(call(&router, "POST", "/api/runs", run("a")).await, (201, json!({"id": "a", "length": 0})));
    assert_eq!(call(&router, "POST", "/api/runs", run("a")).await.0, 409);
    let events = "/api/runs/a/events";
    assert_eq!(call(&router, "POST", events, addition("tab-1", 0)).await, (200, json!({"length": 1})));
    assert_eq!(call(&router, "POST", events, addition("tab-1", 1)).await, (200, json!({"length": 2})));
    // Once more, because its sender did not hear of it.
    assert_eq!(call(&router, "POST", events, addition("tab-1", 1)).await, (200, json!({"length": 2})));
    // Another entry in its place, one from behind, one from ahead, one of somebody else.
    let mut other = addition("tab-1", 1);
    other["entry"] = entry(7);
    for stale in [other, addition("tab-1", 0), addition("tab-1", 5), addition("tab-2", 2)] {
        let (status, body) = call(&router, "POST", events, stale).await;
        assert_eq!((status, &body["length"], &body["driver"]), (409, &json!(2), &json!("tab-1")), "{body}");
    }
    let (status, body) = call(&router, "PUT", "/api/runs/a/driver", json!({"driver": "tab-2"})).await;
    assert_eq!((status, body), (200, json!({"length": 2})));
    assert_eq!(call(&router, "POST", events, addition("tab-1", 2)).await.0, 409, "it looks on now");
    assert_eq!(call(&router, "POST", events, addition("tab-2", 2)).await, (200, json!({"length": 3})));
    let (status, kept) = call(&router, "GET", "/api/runs/a", Value::Null).await;
    assert_eq!((status, &kept["journal"]), (200, &json!([entry(0), entry(1), entry(2)])));
    assert_eq!((&kept["plan"], &kept["driver"]), (&run("a")["plan"], &json!("tab-2")));
    call(&router, "POST", "/api/runs", run("b")).await;
    let (_, list) = call(&router, "GET", "/api/runs", Value::Null).await;
    let mut lines: Vec<(String, i64)> = list["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["id"].as_str().unwrap().to_owned(), run["length"].as_i64().unwrap()))
        .collect();
    lines.sort();
    assert_eq!(lines, [("a".to_owned(), 3), ("b".to_owned(), 0)]);
}

#[tokio::test]
async fn a_draft_is_kept_over_the_version_that_was_changed() {
    let router = proxy(NOWHERE);
    let keep = |over: i64, city: &str| json!({"over": over, "body": {"city": city}});
    assert_eq!(call(&router, "PUT", "/api/drafts/d", keep(0, "Troy")).await, (200, json!({"version": 1})));
    assert_eq!(call(&router, "PUT", "/api/drafts/d", keep(1, "Rome")).await, (200, json!({"version": 2})));
    let (status, stale) = call(&router, "PUT", "/api/drafts/d", keep(1, "Bonn")).await;
    assert_eq!((status, &stale["version"]), (409, &json!(2)));
    let (_, draft) = call(&router, "GET", "/api/drafts/d", Value::Null).await;
    assert_eq!((&draft["body"], &draft["version"]), (&json!({"city": "Rome"}), &json!(2)));
    assert_eq!(call(&router, "GET", "/api/drafts", Value::Null).await.1["drafts"].as_array().unwrap().len(), 1);
    assert_eq!(call(&router, "DELETE", "/api/drafts/d", Value::Null).await.0, 204);
    assert_eq!(call(&router, "DELETE", "/api/drafts/d", Value::Null).await.0, 404);
    assert_eq!(call(&router, "PUT", "/api/drafts/d", keep(2, "Troy")).await.1["version"], json!(0), "it is gone");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_kept() {
    let router = proxy(NOWHERE);
    let long = "x".repeat(201);
    for (method, uri, body, status, text) in [
        ("POST", "/api/runs", json!({}), 400, "missing field `plan`"),
        ("POST", "/api/runs", json!({"plan": 7, "title": "a", "driver": "b"}), 400, "`plan.runId` is a text"),
        ("POST", "/api/runs", json!({"plan": {"runId": long}, "title": "a", "driver": "b"}), 400, "1 to 200 bytes"),
        (
            "POST",
            "/api/runs",
            json!({"plan": {"runId": "r"}, "title": "a\n", "driver": "b"}),
            400,
            "control characters",
        ),
        (
            "POST",
            "/api/runs",
            json!({"plan": {"runId": "r"}, "title": "a", "drivre": "b"}),
            400,
            "unknown field `drivre`",
        ),
        ("POST", "/api/runs/none/events", addition("tab-1", 0), 404, "there is no run of this id"),
        ("PUT", "/api/runs/none/driver", json!({"driver": "a"}), 404, "there is no run of this id"),
        ("GET", "/api/runs/none", Value::Null, 404, "there is no run of this id"),
        ("GET", "/api/drafts/none", Value::Null, 404, "there is no draft of this id"),
        ("PUT", "/api/drafts/d", json!({"over": "1", "body": {}}), 400, "invalid type"),
    ] {
        let (found, answer) = call(&router, method, uri, body.clone()).await;
        let said = answer["errors"][0].as_str().unwrap_or_default();
        assert!(found == status && said.contains(text), "{method} {uri} {body}: {found} {answer}");
    }
    assert_eq!(call(&router, "GET", "/api/runs", Value::Null).await.1, json!({"runs": []}));
    let got = app("PATCH", "/api/runs").of(&router).await;
    assert_eq!((got.status, got.headers["allow"].to_str().unwrap()), (405, "GET, HEAD, POST"));
    // Without the header that only our own page can send.
    for (method, uri) in
        [("GET", "/api/runs"), ("POST", "/api/runs"), ("PUT", "/api/drafts/d"), ("DELETE", "/api/drafts/d")]
    {
        assert_eq!(ask(method, uri).body(run("a").to_string()).of(&router).await.status, 403, "{method} {uri}");
    }
}

#[tokio::test]
async fn what_was_answered_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::saying(200, "{}").await;
    let open = || {
        let mut config = config(&upstream.url);
        config.store = Some(folder.path().join("store.db"));
        autotask_proxy::app(config).unwrap()
    };
    let router = open();
    call(&router, "POST", "/api/runs", run("a")).await;
    call(&router, "POST", "/api/runs/a/events", addition("tab-1", 0)).await;
    drop(router);
    let (_, kept) = call(&open(), "GET", "/api/runs/a", Value::Null).await;
    assert_eq!(kept["journal"], json!([entry(0)]));
}
