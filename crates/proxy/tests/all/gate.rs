//! The gate, through the whole proxy: one call for equal reads, no login after a refused one, the hour's budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use autotask_proxy::Proxy;
use axum::response::IntoResponse;

use crate::common::{Upstream, app, client, config, json, proxy};

const QUERY: &str = "/ATServicesRest/V1.0/Companies/query";
const FILTER: &str = r#"{"filter":[{"op":"gte","field":"id","value":0}]}"#;
const EMPTY: &str =
    r#"{"items":[],"pageDetails":{"count":0,"requestCount":500,"prevPageUrl":null,"nextPageUrl":null}}"#;

/// An Autotask that takes its time.
async fn slow(answer: &'static str) -> Upstream {
    let upstream = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", upstream.local_addr().unwrap());
    let calls: Arc<std::sync::Mutex<Vec<crate::common::Recorded>>> = Arc::default();
    let seen = Arc::clone(&calls);
    let service = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let line = format!("{} {}", request.method(), request.uri());
        seen.lock().unwrap().push(crate::common::Recorded {
            line,
            headers: request.headers().clone(),
            body: String::new(),
        });
        async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            json(200, answer)
        }
    });
    tokio::spawn(async move { axum::serve(upstream, service).await.unwrap() });
    Upstream { url, calls }
}

#[tokio::test]
async fn equal_reads_at_once_are_one_call() {
    let upstream = slow(EMPTY).await;
    let router = proxy(&upstream.url);
    let asked: Vec<_> = (0..50)
        .map(|_| {
            let router = router.clone();
            tokio::spawn(async move { app("POST", QUERY).body(FILTER).of(&router).await.status })
        })
        .collect();
    for one in asked {
        assert_eq!(one.await.unwrap(), 200);
    }
    assert_eq!(upstream.taken().len(), 1, "security.md B3: 50 equal queries");
    assert_eq!(app("POST", QUERY).body(FILTER).of(&router).await.status, 200);
    assert_eq!(upstream.taken().len(), 1, "later is another time");
}

#[tokio::test]
async fn who_reads_after_a_write_does_not_get_what_was_read_before_it() {
    let upstream = slow(EMPTY).await;
    let router = proxy(&upstream.url);
    let read =
        |router: axum::Router| tokio::spawn(async move { app("POST", QUERY).body(FILTER).of(&router).await.status });
    let before = read(router.clone());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let write = tokio::spawn({
        let router = router.clone();
        async move {
            app("PATCH", "/ATServicesRest/V1.0/Companies").body(r#"{"id":5,"city":"Perth"}"#).of(&router).await.status
        }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let meanwhile = read(router.clone());
    assert_eq!([before.await.unwrap(), write.await.unwrap(), meanwhile.await.unwrap()], [200; 3]);
    let queries = upstream.taken().iter().filter(|call| call.line.contains("/query")).count();
    assert_eq!(queries, 2);
}

#[tokio::test]
async fn whoever_asked_first_may_leave() {
    let upstream = slow(EMPTY).await;
    let router = proxy(&upstream.url);
    let first = tokio::spawn({
        let router = router.clone();
        async move { app("POST", QUERY).body(FILTER).of(&router).await.status }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = tokio::spawn(async move { app("POST", QUERY).body(FILTER).of(&router).await.status });
    tokio::time::sleep(Duration::from_millis(50)).await;
    first.abort();
    assert_eq!(second.await.unwrap(), 200);
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn fields_are_asked_for_once_in_a_while() {
    let upstream = Upstream::saying(200, r#"{"fields":[]}"#).await;
    let router = proxy(&upstream.url);
    let fields = "/ATServicesRest/V1.0/Companies/entityInformation/fields";
    for _ in 0..3 {
        assert_eq!(app("GET", fields).of(&router).await.status, 200);
    }
    assert_eq!(upstream.taken().len(), 1);
    // A new field of the tenant's is there at once for who made it here.
    let definition = app("POST", "/ATServicesRest/V1.0/UserDefinedFieldDefinitions").body(r#"{"name":"x"}"#);
    assert_eq!(definition.of(&router).await.status, 200);
    assert_eq!(app("GET", fields).of(&router).await.status, 200);
    assert_eq!(upstream.taken().len(), 2);
    // What failed is not kept.
    let failing = Upstream::saying(500, r#"{"errors":["x"]}"#).await;
    let router = proxy(&failing.url);
    for _ in 0..2 {
        assert_eq!(app("GET", fields).of(&router).await.status, 500);
    }
    assert_eq!(failing.taken().len(), 2);
}

#[tokio::test]
async fn after_a_refused_login_nothing_more_is_sent() {
    let upstream = Upstream::saying(401, "").await;
    let router = proxy(&upstream.url);
    assert_eq!(app("POST", QUERY).body(FILTER).of(&router).await.kind(), (502, "credentials".to_owned()));
    for number in 0..50 {
        let got = app("GET", &format!("/ATServicesRest/V1.0/Companies/{number}")).of(&router).await;
        assert_eq!(got.kind(), (502, "credentials".to_owned()));
        assert!(got.text().contains("not sent again for 15 minutes"), "{}", got.text());
    }
    let write = client("POST", "/ATServicesRest/V1.0/Companies").body("{}").of(&router).await;
    assert_eq!(write.kind(), (502, "credentials".to_owned()));
    assert_eq!(upstream.taken().len(), 1, "security.md S8");
}

#[tokio::test]
async fn a_read_is_tried_again_and_a_write_is_not() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let upstream = Upstream::new(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 | 1 | 3 => json(503, ""),
        _ => json(200, EMPTY),
    })
    .await;
    let router = proxy(&upstream.url);
    assert_eq!(app("POST", QUERY).body(FILTER).of(&router).await.status, 200);
    assert_eq!(upstream.taken().len(), 3);
    let write = app("POST", "/ATServicesRest/V1.0/Companies").body(r#"{"companyName":"A"}"#).of(&router).await;
    assert_eq!(write.kind(), (502, "unreachable".to_owned()));
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn at_the_limit_nothing_goes_out_until_it_has_passed() {
    let upstream = Upstream::new(|_| {
        let mut response = json(429, r#"{"errors":["The hourly threshold is exceeded."]}"#);
        response.headers_mut().insert("retry-after", "40".parse().unwrap());
        response
    })
    .await;
    let router = proxy(&upstream.url);
    let first = app("GET", "/ATServicesRest/V1.0/Companies/1").of(&router).await;
    assert_eq!((first.status, first.header("retry-after")), (429, "40"));
    for _ in 0..20 {
        let got = app("PATCH", "/ATServicesRest/V1.0/Companies").body(r#"{"id":5,"city":"Perth"}"#).of(&router).await;
        assert_eq!(got.kind(), (429, "throttled".to_owned()));
        assert!(
            (38..=41).contains(&got.header("retry-after").parse::<u32>().unwrap()),
            "{}",
            got.header("retry-after")
        );
        assert!(got.text().contains("nothing was sent"), "{}", got.text());
    }
    assert_eq!(upstream.taken().len(), 1);
}

#[tokio::test]
async fn what_autotask_counted_is_what_is_left() {
    let upstream = Upstream::new(|call| match call.line.as_str() {
        "GET /ATServicesRest/V1.0/ThresholdInformation" => json(
            200,
            r#"{"externalRequestThreshold":10000,"requestThresholdTimeframe":60,"currentTimeframeRequestCount":9100}"#,
        ),
        _ => json(200, EMPTY),
    })
    .await;
    let mut config = config(&upstream.url);
    config.ask_threshold = true;
    let router = Proxy::new(config).unwrap().router();
    let got = app("POST", QUERY).body(FILTER).of(&router).await;
    assert_eq!((got.status, got.header("retry-after")), (429, "90"), "reads stop at 90 in 100: {}", got.text());
    assert!(got.text().contains("9,100 of the 10,000 calls"), "{}", got.text());
    let write = app("PATCH", "/ATServicesRest/V1.0/Companies").body(r#"{"id":5,"city":"Perth"}"#).of(&router).await;
    assert_eq!(write.status, 200, "writes at 97");
    let lines: Vec<String> = upstream.taken().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            "GET /ATServicesRest/V1.0/ThresholdInformation",
            // What is written is looked at before, as urgently as it is written.
            "POST /ATServicesRest/V1.0/Companies/query",
            "PATCH /ATServicesRest/V1.0/Companies",
        ]
    );

    let budget = app("GET", "/api/budget?calls=340").of(&router).await.json();
    assert_eq!((budget["limit"].as_u64(), budget["used"].as_u64()), (Some(10_000), Some(9_102)));
    assert_eq!((budget["left"].as_u64(), budget["own"].as_u64()), (Some(598), Some(3)));
    assert_eq!(budget["estimate"]["text"], "about 340 calls, 598 left this hour, 2 minutes");
    assert_eq!(app("GET", "/api/budget?calls=-1").of(&router).await.status, 400);
}

#[tokio::test]
async fn who_does_not_wait_says_so() {
    let upstream = Upstream::saying(200, EMPTY).await;
    let router = proxy(&upstream.url);
    let with = |value| app("POST", QUERY).header("autotask-crm-priority", value).body(FILTER);
    assert_eq!(with("sync").of(&router).await.status, 200);
    let wrong = with("urgent").of(&router).await;
    assert!(wrong.status == 400 && wrong.text().contains("`prefetch`, `export` or `sync`"), "{}", wrong.text());
}

#[tokio::test]
async fn what_was_spent_is_known_after_a_restart() {
    let upstream = Upstream::new(|_| EMPTY.into_response()).await;
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let mut config = config(&upstream.url);
        config.store = Some(folder.path().join("store.db"));
        Proxy::new(config).unwrap().router()
    };
    let first = open();
    for id in 0..60 {
        app("GET", &format!("/ATServicesRest/V1.0/Companies/{id}")).of(&first).await;
    }
    let used = |router: axum::Router| async move {
        app("GET", "/api/budget").of(&router).await.json()["used"].as_u64().unwrap()
    };
    assert_eq!(used(first).await, 60);
    // Lots of 50 are taken before their first call; of the last one it is not known how many were made.
    assert_eq!(used(open()).await, 100);
}
