//! `Idempotency-Key`: one intent is sent once, whoever repeats it, and whatever dies in between.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};

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

/// An Autotask that answers a create only after so many milliseconds.
async fn slow(milliseconds: u64) -> Upstream {
    Upstream::new(move |_| {
        // The server of the test has threads of its own.
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        json(200, r#"{"itemId":7}"#)
    })
    .await
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..2_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("waited in vain: {what}");
}

/// An Autotask that answers creates only when the sender is dropped, however long that takes.
async fn held() -> (Upstream, mpsc::Sender<()>) {
    let (open, opened) = mpsc::channel();
    let opened = Mutex::new(opened);
    let upstream = Upstream::new(move |_| {
        // What else this thread was to do is done by another one meanwhile.
        let _ = tokio::task::block_in_place(|| opened.lock().unwrap().recv());
        json(200, r#"{"itemId":7}"#)
    });
    (upstream.await, open)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_it_is_under_way_the_others_are_told_so() {
    let (upstream, open) = held().await;
    let router = proxy(&upstream.url);
    let first = tokio::spawn({
        let router = router.clone();
        async move { create(&router, "k", "Acme").await }
    });
    until("it is under way", async || {
        let audit = app("GET", "/api/audit").of(&router).await.json();
        audit["items"].as_array().is_some_and(|items| !items.is_empty())
    })
    .await;
    // Another body or not: it is the key that is in use.
    let got = create(&router, "k", "Other").await;
    assert_eq!((got.status, &got.json()["state"]), (409, &serde_json::json!("inProgress")));
    drop(open);
    assert_eq!(first.await.unwrap().json(), serde_json::json!({"itemId": 7}));
    assert_eq!(create(&router, "k", "Acme").await.json(), serde_json::json!({"itemId": 7}));
    assert_eq!(create(&router, "k", "Other").await.status, 422);
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asked_may_leave_and_the_answer_is_kept() {
    let upstream = slow(300).await;
    let router = proxy(&upstream.url);
    // Leaves at any moment: before it is kept that it begins, while it is sent, while the answer comes.
    for (number, after) in [0, 1, 2, 4, 8, 20, 100, 250, 320].into_iter().enumerate() {
        let key = format!("k{number}");
        let leaving = std::time::Duration::from_millis(after);
        let left = tokio::time::timeout(leaving, create(&router, &key, &key)).await;
        let mut last = None;
        until("it has ended", async || {
            let got = create(&router, &key, &key).await;
            let is_over = got.status == 200;
            last = Some(got);
            is_over
        })
        .await;
        assert_eq!(last.unwrap().json(), serde_json::json!({"itemId": 7}), "left after {after} ms: {left:?}");
        let sent = upstream.taken().iter().filter(|call| call.body.contains(&key)).count();
        assert_eq!(sent, 1, "left after {after} ms");
    }
}

#[tokio::test]
async fn what_was_begun_when_a_process_ended_is_never_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config("http://127.0.0.1:1");
    config.store = Some(folder.path().join("store.db"));
    drop(autotask_proxy::app(config.clone()).unwrap());
    // As a process that was killed leaves it: begun, and nothing more.
    let upstream =
        Upstream::new(|_| (axum::http::StatusCode::OK, [("content-length", "100")], "{").into_response()).await;
    config.upstream = autotask_proxy::UpstreamUrl::parse(autotask_proxy::Mode::Demo, &upstream.url).unwrap();
    create(&autotask_proxy::app(config.clone()).unwrap(), "k", "Acme").await;
    assert_eq!(upstream.taken().len(), 1);
    for _ in 0..3 {
        let router = autotask_proxy::app(config.clone()).unwrap();
        let got = create(&router, "k", "Acme").await;
        assert_eq!((got.status, &got.json()["state"]), (409, &serde_json::json!("outcomeUnknown")), "{}", got.text());
        assert_eq!(got.failure().kind, autotask_core::FailureKind::Unreachable, "what a client resolves by looking");
        assert_eq!(create(&router, "k", "Other").await.status, 422);
    }
    assert_eq!(upstream.taken().len(), 0);
}

#[tokio::test]
async fn what_autotask_turned_away_for_its_limits_may_be_sent_with_the_same_key() {
    for (status, body) in [
        (429, r#"{"errors":["thread limit"]}"#),
        (500, r#"{"errors":["The thread threshold of 3 has been exceeded for this endpoint."]}"#),
        (401, ""),
    ] {
        let asked = AtomicU32::new(0);
        let upstream = Upstream::new(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => json(status, body),
            _ => json(200, r#"{"itemId":7}"#),
        })
        .await;
        let router = proxy(&upstream.url);
        assert_ne!(create(&router, "k", "Acme").await.status, 200);
        if status == 401 {
            assert_eq!(create(&router, "k", "Acme").await.status, 502, "not before somebody has it tried");
            app("POST", "/api/doctor").of(&router).await;
        }
        assert_eq!(create(&router, "k", "Acme").await.json(), serde_json::json!({"itemId": 7}), "{status}");
        assert_eq!(create(&router, "k", "Acme").await.json(), serde_json::json!({"itemId": 7}), "{status}");
        let creates = upstream.taken().iter().filter(|call| call.line.ends_with("/Companies")).count();
        assert_eq!(creates, 2, "{status}");
    }
}
