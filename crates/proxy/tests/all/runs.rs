//! `/api/runs` and `/api/drafts`: one journal, one driver, nothing is overwritten by who is behind, and nobody sees another's.

use autotask_proxy::Role;
use axum::Router;
use serde_json::{Value, json};

use crate::common::{Upstream, app, ask, config, proxy};
use crate::people::{PASSWORD, World};

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

/// A call in the session of this cookie.
async fn by(world: &World, cookie: &str, method: &str, uri: &str, body: Value) -> (u16, Value) {
    let got = app(method, uri).header("cookie", cookie).body(body.to_string()).of(&world.router).await;
    (got.status, if got.bytes.is_empty() { Value::Null } else { got.json() })
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn another_browser_of_the_same_person_goes_on_and_nobody_else_sees_it() {
    let world = World::new().await;
    world.users.add("al@x.test", "Al", Role::Editor, PASSWORD).unwrap();
    let (ed, other, al) =
        (world.cookie("ed@x.test").await, world.cookie("ed@x.test").await, world.cookie("al@x.test").await);
    assert_ne!(ed, other);
    assert_eq!(by(&world, &ed, "POST", "/api/runs", run("a")).await.0, 201);
    assert_eq!(by(&world, &ed, "POST", "/api/runs/a/events", addition("tab-1", 0)).await.0, 200);
    let keep = |over: i64, city: &str| json!({"over": over, "body": {"city": city}});
    assert_eq!(by(&world, &ed, "PUT", "/api/drafts/d", keep(0, "Troy")).await, (200, json!({"version": 1})));

    let (_, mine) = by(&world, &other, "GET", "/api/runs/a", Value::Null).await;
    assert_eq!((&mine["journal"], &mine["owner"]), (&json!([entry(0)]), &json!("editor of the test")));
    assert_eq!(by(&world, &other, "PUT", "/api/runs/a/driver", json!({"driver": "tab-2"})).await.0, 200);
    assert_eq!(by(&world, &other, "POST", "/api/runs/a/events", addition("tab-2", 1)).await.0, 200);
    assert_eq!(by(&world, &ed, "POST", "/api/runs/a/events", addition("tab-1", 2)).await.0, 409);
    assert_eq!(by(&world, &other, "PUT", "/api/drafts/d", keep(1, "Rome")).await, (200, json!({"version": 2})));
    assert_eq!(by(&world, &ed, "PUT", "/api/drafts/d", keep(1, "Bonn")).await.0, 409);

    // To another person it is as if there were none: every address, every method.
    for (method, uri, body) in [
        ("GET", "/api/runs/a", Value::Null),
        ("POST", "/api/runs/a/events", addition("tab-2", 2)),
        ("PUT", "/api/runs/a/driver", json!({"driver": "tab-3"})),
        ("GET", "/api/drafts/d", Value::Null),
        ("DELETE", "/api/drafts/d", Value::Null),
    ] {
        let (status, body) = by(&world, &al, method, uri, body).await;
        assert_eq!((status, &body["kind"]), (404, &json!("route")), "{method} {uri}");
    }
    assert_eq!(by(&world, &al, "GET", "/api/runs", Value::Null).await.1, json!({"runs": []}));
    assert_eq!(by(&world, &al, "GET", "/api/drafts", Value::Null).await.1, json!({"drafts": []}));
    assert_eq!(by(&world, &al, "POST", "/api/runs", run("a")).await.0, 409, "a run is one, whosever it is");
    // A draft of the same id is another draft.
    assert_eq!(by(&world, &al, "PUT", "/api/drafts/d", keep(0, "Oslo")).await, (200, json!({"version": 1})));
    assert_eq!(by(&world, &al, "DELETE", "/api/drafts/d", Value::Null).await.0, 204);
    assert_eq!(by(&world, &ed, "GET", "/api/drafts/d", Value::Null).await.1["body"], json!({"city": "Rome"}));
    let (_, mine) = by(&world, &ed, "GET", "/api/runs/a", Value::Null).await;
    assert_eq!((&mine["driver"], mine["journal"].as_array().unwrap().len()), (&json!("tab-2"), 2));
}

#[tokio::test]
async fn an_administrator_takes_over_the_run_of_another_and_it_stays_that_persons() {
    let world = World::new().await;
    let (ada, ed) = (world.cookie("ada@x.test").await, world.cookie("ed@x.test").await);
    by(&world, &ed, "POST", "/api/runs", run("a")).await;
    by(&world, &ed, "PUT", "/api/drafts/d", json!({"over": 0, "body": {}})).await;
    by(&world, &ada, "POST", "/api/runs", run("b")).await;
    let (_, list) = by(&world, &ada, "GET", "/api/runs", Value::Null).await;
    let mut owners: Vec<(&str, &Value)> =
        ids(&list["runs"]).into_iter().zip(list["runs"].as_array().unwrap().iter().map(|run| &run["owner"])).collect();
    owners.sort_by_key(|(id, _)| *id);
    assert_eq!(owners, [("a", &json!("editor of the test")), ("b", &json!("administrator of the test"))]);
    assert_eq!(
        by(&world, &ada, "PUT", "/api/runs/a/driver", json!({"driver": "ada-1"})).await,
        (200, json!({"length": 0}))
    );
    assert_eq!(by(&world, &ada, "POST", "/api/runs/a/events", addition("ada-1", 0)).await.0, 200);
    // The person hears of it and looks on, or takes it back.
    assert_eq!(by(&world, &ed, "POST", "/api/runs/a/events", addition("tab-1", 0)).await.0, 409);
    let (_, mine) = by(&world, &ed, "GET", "/api/runs", Value::Null).await;
    assert_eq!((ids(&mine["runs"]), &mine["runs"][0]["driver"]), (vec!["a"], &json!("ada-1")));
    assert_eq!(by(&world, &ed, "PUT", "/api/runs/a/driver", json!({"driver": "tab-1"})).await.0, 200);
    assert_eq!(
        by(&world, &ada, "GET", "/api/drafts", Value::Null).await.1,
        json!({"drafts": []}),
        "drafts are nobody else's"
    );
}

#[tokio::test]
async fn what_was_begun_before_people_signed_in_is_the_first_administrators() {
    let upstream = Upstream::saying(200, "{}").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let open = |with_people| {
        let mut config = config(&upstream.url);
        config.store = Some(file.clone());
        config.sign_in_to_demo = with_people;
        autotask_proxy::app(config).unwrap()
    };
    let router = open(false);
    call(&router, "POST", "/api/runs", run("a")).await;
    call(&router, "PUT", "/api/drafts/d", json!({"over": 0, "body": {}})).await;
    assert_eq!(call(&router, "GET", "/api/runs", Value::Null).await.1["runs"][0]["owner"], Value::Null);
    drop(router);
    let users = autotask_proxy::Users::open(&file).unwrap();
    for (login, role) in [("ed@x.test", Role::Editor), ("ada@x.test", Role::Editor), ("al@x.test", Role::Administrator)]
    {
        users.add(login, login, role, PASSWORD).unwrap();
        if login == "ada@x.test" {
            users.set_role(login, Role::Administrator).unwrap();
        }
    }
    let router = open(true);
    let drafts = async |login: &str| {
        let cookie = crate::people::cookie_of(&crate::people::sign_in(login, PASSWORD).of(&router).await);
        let list = async |uri: &str| app("GET", uri).header("cookie", &cookie).of(&router).await.json();
        let (runs, drafts) = (list("/api/runs").await, list("/api/drafts").await);
        (runs["runs"].as_array().unwrap().len(), drafts["drafts"].as_array().unwrap().len())
    };
    assert_eq!(drafts("ed@x.test").await, (0, 0));
    assert_eq!(drafts("ada@x.test").await, (1, 1));
    assert_eq!(drafts("al@x.test").await, (1, 0), "an administrator sees the run of another");
}
