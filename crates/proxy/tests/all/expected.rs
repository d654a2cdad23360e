//! `expected` in a change: the proxy compares it with what is there, and sends nothing where somebody else was quicker
//! (security.md, R5).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::common::{self, Ask, Got, Recorded, Upstream, app, before_sandbox, client, proxy};

const COMPANIES: &str = "/ATServicesRest/V1.0/Companies";

/// An Autotask with one company that is so.
async fn with_row(row: Value) -> Upstream {
    let body = json!({"items": [row], "pageDetails": {"nextPageUrl": null}}).to_string();
    Upstream::new(move |call| match call.line.contains("/query") {
        true => (StatusCode::OK, [("content-type", "application/json")], body.clone()).into_response(),
        false => common::json(200, r#"{"itemId":5}"#),
    })
    .await
}

fn change(method: &str, body: &Value) -> Ask {
    app(method, COMPANIES).body(body.to_string())
}

fn writes(upstream: &Upstream) -> Vec<Recorded> {
    upstream.taken().into_iter().filter(|call| !call.line.contains("/query")).collect()
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_is_a_conflict_and_is_not_sent() {
    let own = |value: &str| json!([{"name": "Tier", "value": value}]);
    let upstream = with_row(json!({
        "id": 5, "city": "Linz", "phone": "1", "fax": null, "ownerResourceID": 4, "isActive": true, "userDefinedFields": own("B"),
    }))
    .await;
    let router = proxy(&upstream.url);
    let row = |expected: Value| json!({"id": 5, "city": "Wels", "phone": "2", "fax": "3", "isActive": 0, "userDefinedFields": own("C"), "expected": expected});
    for (expected, conflicts) in [
        (
            json!({"city": "Linz", "phone": "1", "fax": null, "isActive": true, "userDefinedFields": own("B")}),
            json!([]),
        ),
        (
            json!({"CITY": "Linz", "fax": "", "Active": 1, "userDefinedFields": [{"name": "TIER", "value": "B"}]}),
            json!([]),
        ),
        (json!({}), json!([])),
        // What is there already is what one wants.
        (json!({"phone": "1"}), json!([])),
        (
            json!({"city": "Graz", "phone": "1"}),
            json!([{"field": "city", "base": "Graz", "theirs": "Linz", "yours": "Wels"}]),
        ),
        (json!({"fax": "9"}), json!([{"field": "fax", "base": "9", "theirs": null, "yours": "3"}])),
        (json!({"city": null}), json!([{"field": "city", "base": null, "theirs": "Linz", "yours": "Wels"}])),
        (
            json!({"userDefinedFields": own("A"), "city": "LINZ"}),
            json!([
                {"field": "city", "base": "LINZ", "theirs": "Linz", "yours": "Wels"},
                {"field": "udf.Tier", "base": "A", "theirs": "B", "yours": "C"},
            ]),
        ),
    ] {
        for method in ["PATCH", "PUT"] {
            let got = change(method, &row(expected.clone())).of(&router).await;
            let sent = writes(&upstream);
            let body = got.json();
            if conflicts == json!([]) {
                assert_eq!((got.status, sent.len()), (200, 1), "{expected}: {}", got.text());
                assert!(!sent[0].body.contains("expected") && sent[0].body.contains("Wels"), "{}", sent[0].body);
            } else {
                assert_eq!((got.status, sent.len(), &body["conflicts"]), (409, 0, &conflicts), "{expected}");
                assert_eq!((&body["kind"], &body["state"]), (&json!("validation"), &json!("conflict")));
                assert!(got.text().contains("somebody else has changed `"), "{}", got.text());
                assert!(got.failure().kind.wrote_nothing());
            }
        }
    }
    // Of other clients too, and nothing is compared for who says nothing.
    let stale = row(json!({"city": "Graz"})).to_string();
    let got = client("PATCH", COMPANIES).body(stale).of(&router).await;
    assert_eq!((got.status, writes(&upstream).len()), (409, 0));
    let silent = json!({"id": 5, "city": "Wels"});
    assert_eq!((change("PATCH", &silent).of(&router).await.status, writes(&upstream).len()), (200, 1));
}

#[tokio::test]
async fn what_cannot_be_compared_is_not_sent() {
    let upstream = with_row(json!({"id": 5, "city": "Linz"})).await;
    let router = proxy(&upstream.url);
    for (expected, status, why) in [
        (json!({"phone": "1"}), 400, "`expected` has `phone`, which is not written here"),
        (json!({"city": "Linz", "userDefinedFields": [{"name": "Tier", "value": 1}]}), 400, "`udf.Tier`"),
        (json!({"nonsense": 1}), 400, "`nonsense`"),
        (json!([]), 500, "`expected` is an object"),
        (json!("Linz"), 500, "`expected` is an object"),
    ] {
        let got =
            change("PATCH", &json!({"id": 5, "city": "A", "nonsense": 2, "expected": expected})).of(&router).await;
        assert_eq!((got.status, upstream.taken().len()), (status, 0), "{expected}");
        assert!(got.text().contains(why), "{}", got.text());
    }
    // A row that is not there, without an id, or that nobody could look at.
    let check = |got: Got, status: u16, kind: &str, sent: usize| {
        assert_eq!((got.kind(), sent), ((status, kind.to_owned()), 0), "{}", got.text());
    };
    let stale = json!({"id": 5, "city": "A", "expected": {"city": "B"}});
    let got = change("PATCH", &json!({"city": "A", "expected": {"city": "B"}})).of(&router).await;
    check(got, 409, "validation", writes(&upstream).len());
    for (status, body, answered, kind) in [
        (200, r#"{"items":[],"pageDetails":{"nextPageUrl":null}}"#, 409, "validation"),
        (
            500,
            r#"{"errors":["The logged in Resource does not have the adequate permissions to query this entity type."]}"#,
            502,
            "permission",
        ),
        (429, r#"{"errors":["thread limit"]}"#, 429, "throttled"),
        (401, "", 502, "credentials"),
    ] {
        let upstream = Upstream::saying(status, body).await;
        let got = change("PATCH", &stale).of(&proxy(&upstream.url)).await;
        check(got, answered, kind, writes(&upstream).len());
    }
    check(change("PATCH", &stale).of(&proxy("http://127.0.0.1:1")).await, 502, "unreachable", 0);
}

#[tokio::test]
async fn of_many_who_expect_the_same_one_writes() {
    let row = Arc::new(Mutex::new(json!({"id": 5, "city": "Linz"})));
    let count = Arc::new(AtomicUsize::new(0));
    let (kept, counted) = (Arc::clone(&row), Arc::clone(&count));
    let upstream = Upstream::new(move |call| {
        let mut row = kept.lock().unwrap();
        if call.line.contains("/query") {
            let body = json!({"items": [*row], "pageDetails": {"nextPageUrl": null}}).to_string();
            return (StatusCode::OK, [("content-type", "application/json")], body).into_response();
        }
        *row = serde_json::from_str(&call.body).unwrap();
        counted.fetch_add(1, Ordering::SeqCst);
        common::json(200, r#"{"itemId":5}"#)
    })
    .await;
    let router = proxy(&upstream.url);
    let asked: Vec<_> = (0..50)
        .map(|number| {
            let router = router.clone();
            let body = json!({"id": 5, "city": format!("City {number}"), "expected": {"city": "Linz"}});
            tokio::spawn(async move { change("PATCH", &body).of(&router).await })
        })
        .collect();
    let mut done = Vec::new();
    for (number, got) in asked.into_iter().enumerate() {
        let got = got.await.unwrap();
        match got.status {
            200 => done.push(format!("City {number}")),
            409 => assert!(
                got.json()["state"] == "conflict" || got.text().contains("another change of this row"),
                "{}",
                got.text()
            ),
            other => panic!("{other} {}", got.text()),
        }
    }
    assert_eq!((done.len(), count.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(row.lock().unwrap()["city"], done[0].as_str());
}

#[tokio::test]
async fn a_real_sandbox_keeps_what_the_quicker_one_wrote() {
    let router = before_sandbox(autotask_sandbox::Config { companies: 3, ..Default::default() }).await;
    let read = async || app("GET", &format!("{COMPANIES}/0")).of(&router).await.json()["item"].clone();
    let seen = read().await;
    let mine = json!({"id": 0, "city": "Wels", "expected": {"city": seen["city"]}});
    assert_eq!(change("PATCH", &json!({"id": 0, "city": "Linz"})).of(&router).await.status, 200);
    let got = change("PATCH", &mine).of(&router).await;
    assert_eq!((got.status, &got.json()["conflicts"][0]["theirs"]), (409, &json!("Linz")), "{}", got.text());
    assert_eq!(read().await["city"], "Linz");
    let again = json!({"id": 0, "city": "Wels", "expected": {"city": "Linz"}});
    assert_eq!(change("PATCH", &again).of(&router).await.status, 200);
    assert_eq!(read().await["city"], "Wels");
}
