//! `Idempotency-Key`: one intent is sent once, whoever repeats it, and whatever dies in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::response::IntoResponse;

use crate::common::{Got, Upstream, app, config, json, proxy};

async fn create(router: &Router, key: &str, name: &str) -> Got {
    let body = format!(r#"{{"companyName":"{name}","companyType":1,"phone":"1","ownerResourceID":4}}"#);
    let ask = app("POST", "/ATServicesRest/V1.0/Companies").header("content-type", "application/json");
    ask.header("Idempotency-Key", key).body(body).of(router).await
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer() {
    let upstream = Upstream::saying(200, r#"{"itemId":7}"#).await;
    let router = proxy(&upstream.url);
    for _ in 0..3 {
        let got = create(&router, "run/company/1", "Acme").await;
        assert_eq!((got.status, got.json()), (200, serde_json::json!({"itemId": 7})));
    }
    assert_eq!(upstream.taken().len(), 1, "sent once");
    let got = create(&router, "run/company/1", "Other").await;
    assert_eq!(got.status, 422);
    assert!(got.text().contains("used for another create"), "{}", got.text());
    assert_eq!(create(&router, "run/company/2", "Acme").await.status, 200);
    assert_eq!(upstream.taken().len(), 1, "another intent");
}

#[tokio::test]
async fn a_refusal_is_an_answer_too() {
    let upstream = Upstream::saying(500, r#"{"errors":["Picklist value [9] does not exist."]}"#).await;
    let router = proxy(&upstream.url);
    let (first, second) = (create(&router, "k", "Acme").await, create(&router, "k", "Acme").await);
    assert_eq!((first.status, first.text()), (500, second.text()));
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn many_at_once_are_one() {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let upstream = Upstream::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        json(200, r#"{"itemId":7}"#)
    })
    .await;
    let router = proxy(&upstream.url);
    let asked: Vec<_> = (0..100)
        .map(|_| {
            let router = router.clone();
            tokio::spawn(async move { create(&router, "k", "Acme").await })
        })
        .collect();
    let mut answered = 0;
    for got in asked {
        let got = got.await.unwrap();
        match got.status {
            200 => answered += 1,
            409 => assert!(got.text().contains("is being sent already"), "{}", got.text()),
            other => panic!("{other} {}", got.text()),
        }
    }
    assert!(answered >= 1);
    assert_eq!(count.load(Ordering::SeqCst), 1, "one upstream create");
}

#[tokio::test]
async fn after_a_lost_answer_nobody_sends_it_again() {
    // The answer begins and never ends: the connection is cut in its middle.
    let upstream =
        Upstream::new(|_| (axum::http::StatusCode::OK, [("content-length", "100")], "{").into_response()).await;
    let router = proxy(&upstream.url);
    let first = create(&router, "k", "Acme").await;
    assert!(matches!(first.status, 502 | 504), "{} {}", first.status, first.text());
    let again = create(&router, "k", "Acme").await;
    assert_eq!(again.status, 409);
    assert!(
        again.text().contains("look for the row") && again.text().contains(r#""kind":"unreachable""#),
        "{}",
        again.text()
    );
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn what_was_never_sent_may_be_sent_with_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let open = |url: &str| {
        let mut config = config(url);
        config.store = Some(folder.path().join("store.db"));
        autotask_proxy::app(config).unwrap()
    };
    assert_eq!(create(&open("http://127.0.0.1:1"), "k", "Acme").await.status, 502, "nobody listens there");
    let upstream = Upstream::saying(200, r#"{"itemId":7}"#).await;
    assert_eq!(create(&open(&upstream.url), "k", "Acme").await.status, 200);
    // And what was answered is known to the next process.
    assert_eq!(create(&open("http://127.0.0.1:1"), "k", "Acme").await.json(), serde_json::json!({"itemId": 7}));
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn a_key_is_short_and_visible() {
    let upstream = Upstream::saying(200, r#"{"itemId":7}"#).await;
    let router = proxy(&upstream.url);
    for key in ["", "a b", &"x".repeat(201)] {
        assert_eq!(create(&router, key, "Acme").await.status, 400, "{key}");
    }
    let twice =
        app("POST", "/ATServicesRest/V1.0/Companies").header("Idempotency-Key", "a").header("Idempotency-Key", "b");
    assert_eq!(twice.body("{}").of(&router).await.status, 400);
    assert!(upstream.taken().is_empty());
}
