//! Answers that are too large to be held: handed on as they come, and broken off where something is wrong with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use autotask_proxy::app as build;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use http::Request;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::common::{HOST, app, config};

const QUERY: &str = "/ATServicesRest/V1.0/Companies/query";
/// How long a test waits for what must come.
const SOON: Duration = Duration::from_secs(20);
/// What an answer has to be larger than, to be handed on as it comes.
const HELD: usize = 2 * 1024 * 1024;

/// An Autotask whose every answer is this body in pieces, and how often it was asked.
async fn upstream(
    pieces: impl Fn() -> Vec<Result<Bytes, &'static str>> + Clone + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let service = Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let pieces = pieces();
        async move { Body::from_stream(stream::iter(pieces)) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    (url, count)
}

/// So many kilobytes of rows that are an answer's beginning, and this as its end.
fn rows(kilobytes: usize, end: &str) -> Vec<Result<Bytes, &'static str>> {
    let row = format!(r#"{{"id":1,"x":"{}"}},"#, "a".repeat(1024 - 16));
    assert_eq!(row.len(), 1024);
    let mut pieces = vec![Ok(Bytes::from_static(br#"{"items":["#))];
    pieces.extend((0..kilobytes).map(|_| Ok(Bytes::from(row.clone()))));
    pieces.push(Ok(Bytes::from(end.to_owned())));
    pieces
}

fn page(next: &str) -> String {
    format!(r#"{{"id":2}}],"pageDetails":{{"count":2,"requestCount":2,"prevPageUrl":null,"nextPageUrl":{next}}}}}"#)
}

fn ask(path: &str) -> Request<Body> {
    let peer: std::net::SocketAddr = "127.0.0.1:50000".parse().unwrap();
    Request::builder()
        .uri(path)
        .header("host", HOST)
        .header("x-requested-with", "autotask-crm")
        .extension(axum::extract::ConnectInfo(peer))
        .body(Body::empty())
        .unwrap()
}

/// The status, what came, and whether it came to its end.
async fn read(proxy: &Router, path: &str) -> (u16, Vec<u8>, bool) {
    let response = proxy.clone().oneshot(ask(path)).await.unwrap();
    let status = response.status().as_u16();
    let mut body = response.into_body().into_data_stream();
    let mut bytes = Vec::new();
    loop {
        match timeout(SOON, body.next()).await.expect("something comes") {
            Some(Ok(piece)) => bytes.extend_from_slice(&piece),
            Some(Err(_)) => return (status, bytes, false),
            None => return (status, bytes, true),
        }
    }
}

#[tokio::test]
async fn rows_go_on_as_they_came_and_pages_are_the_proxys() {
    let next = r#""http://127.0.0.1:1/ATServicesRest/V1.0/Companies/query/next?paging=%7b%7d""#;
    let (url, _) = upstream(move || rows(5_000, &page(next))).await;
    let (status, bytes, is_whole) = read(&build(config(&url)).unwrap(), QUERY).await;
    let own = r#""http://localhost:8080/ATServicesRest/V1.0/Companies/query/next?paging=CURSOR""#;
    let expected: Vec<u8> = rows(5_000, &page(own)).into_iter().flat_map(|piece| piece.unwrap().to_vec()).collect();
    let expected = String::from_utf8(expected).unwrap();
    // A cursor of the proxy's own stands in its place.
    let (before, after) = expected.split_once("CURSOR").unwrap();
    let found = String::from_utf8(bytes).unwrap();
    let cursor = found.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    assert_eq!((status, is_whole), (200, true));
    assert!(cursor.is_some_and(|cursor| cursor.len() > 40 && !cursor.contains('"')), "{cursor:?}");
}

#[tokio::test]
async fn a_file_of_many_megabytes_comes_as_it_is() {
    let file = || {
        let mut pieces = vec![Ok(Bytes::from_static(br#"{"items":[{"id":7,"data":""#))];
        pieces.extend((0..10_000).map(|_| Ok(Bytes::from(vec![b'A'; 1024]))));
        pieces.push(Ok(Bytes::from_static(br#""}]}"#)));
        pieces
    };
    let (url, _) = upstream(file).await;
    let (status, bytes, is_whole) =
        read(&build(config(&url)).unwrap(), "/ATServicesRest/V1.0/Companies/5/Attachments/7").await;
    assert_eq!((status, is_whole, bytes.len()), (200, true, 10_240_000 + 30));
    assert!(bytes.starts_with(br#"{"items":[{"id":7,"data":"AAA"#) && bytes.ends_with(br#"AAA"}]}"#));
}

#[tokio::test]
async fn what_is_wrong_after_bytes_were_sent_breaks_the_answer_off() {
    let evil = r#""https://evil.test/ATServicesRest/V1.0/Companies/query/next?paging=1""#;
    for (name, end, breaks) in [
        ("a hostile address", page(evil), false),
        (
            "another entity's page",
            page(r#""http://127.0.0.1:1/ATServicesRest/V1.0/Contacts/query/next?paging=1""#),
            false,
        ),
        ("an address that is none", page("7"), false),
        ("half of the JSON, complete for HTTP", r#"{"id":2"#.to_owned(), false),
        ("what is no JSON", r#"{"id":2,}]}"#.to_owned(), false),
        ("more than one answer", page("null") + "{}", false),
        ("a connection that ends", r#"{"id":2}"#.to_owned(), true),
        ("a connection that ends after a whole answer", page("null"), true),
    ] {
        let (url, _) = upstream(move || {
            let mut pieces = rows(4_000, &end);
            pieces.extend(breaks.then_some(Err("broken off")));
            pieces
        })
        .await;
        let (status, bytes, is_whole) = read(&build(config(&url)).unwrap(), QUERY).await;
        assert_eq!((status, is_whole), (200, false), "{name}");
        assert!(!String::from_utf8_lossy(&bytes).contains("evil"), "{name}");
        assert!(bytes.len() >= HELD, "{name}: the beginning was sent");
        let is_complete = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
        assert!(!is_complete || name == "a connection that ends after a whole answer", "{name}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_beginning_is_a_typed_error() {
    let evil = r#"{"pageDetails":{"nextPageUrl":"https://evil.test/a?b"},"items":["#;
    for (beginning, expected) in [
        (evil, "not one of this query's"),
        ("<!doctype html>", "an HTML page"),
        ("[1,", "it is not JSON"),
        (r#"{"items":[},"#, "it is not JSON"),
    ] {
        let (url, _) = upstream(move || {
            let mut pieces = rows(4_000, "1]}");
            pieces[0] = Ok(Bytes::from_static(beginning.as_bytes()));
            pieces
        })
        .await;
        let got = app("GET", QUERY).of(&build(config(&url)).unwrap()).await;
        assert_eq!(got.kind(), (502, "malformed".to_owned()), "{beginning}");
        assert!(got.text().contains(expected) && !got.text().contains("evil"), "{}", got.text());
    }
}

#[tokio::test]
async fn equal_reads_at_once_each_get_all_of_it() {
    let (url, count) = upstream(|| rows(3_000, &page("null"))).await;
    let proxy = build(config(&url)).unwrap();
    let asked: Vec<_> = (0..4)
        .map(|_| {
            let proxy = proxy.clone();
            tokio::spawn(async move { read(&proxy, QUERY).await })
        })
        .collect();
    for one in asked {
        let (status, bytes, is_whole) = one.await.unwrap();
        assert_eq!((status, is_whole), (200, true));
        assert_eq!(bytes.len(), 10 + 3_000 * 1024 + page("null").len());
    }
    let count = count.load(Ordering::SeqCst);
    assert!((2..=4).contains(&count), "what is not held is asked for by each: {count}");
}

#[tokio::test]
async fn what_is_large_is_not_kept() {
    let (url, count) = upstream(|| rows(3_000, &page("null"))).await;
    let proxy = build(config(&url)).unwrap();
    for asked in 1..=2 {
        assert!(read(&proxy, "/ATServicesRest/V1.0/Countries/query").await.2);
        assert_eq!(count.load(Ordering::SeqCst), asked);
    }
}

/// A proxy whose three places are taken by answers that nobody reads yet, and a fourth request.
async fn three_and_one(
    patience: Duration,
) -> (Vec<axum::body::BodyDataStream>, JoinHandle<(u16, Vec<u8>, bool)>, Arc<AtomicUsize>) {
    let (url, count) = upstream(|| rows(8_000, &page("null"))).await;
    let mut config = config(&url);
    config.answer_timeout = SOON;
    config.patience = patience;
    let proxy = build(config).unwrap();
    let path = |id: usize| format!("/ATServicesRest/V1.0/Companies/{id}");
    let mut three = Vec::new();
    for id in 0..3 {
        three.push(proxy.clone().oneshot(ask(&path(id))).await.unwrap().into_body().into_data_stream());
    }
    let path = path(3);
    (three, tokio::spawn(async move { read(&proxy, &path).await }), count)
}

#[tokio::test]
async fn a_place_is_held_until_the_answer_was_handed_on() {
    let (three, fourth, count) = three_and_one(SOON).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((count.load(Ordering::SeqCst), fourth.is_finished()), (3, false));
    for mut body in three {
        while let Some(piece) = body.next().await {
            piece.unwrap();
        }
    }
    let (status, _, is_whole) = timeout(SOON, fourth).await.expect("a place is free").unwrap();
    assert_eq!((status, is_whole, count.load(Ordering::SeqCst)), (200, true, 4));
}

#[tokio::test]
async fn who_takes_nothing_keeps_a_place_for_a_while_only() {
    let (three, fourth, _) = three_and_one(Duration::from_millis(300)).await;
    let (status, _, is_whole) = timeout(SOON, fourth).await.expect("a place became free").unwrap();
    assert_eq!((status, is_whole), (200, true));
    let mut broken = 0;
    for mut body in three {
        let mut bytes = Vec::new();
        let mut is_broken = false;
        while let Some(piece) = timeout(SOON, body.next()).await.expect("it ends") {
            match piece {
                Ok(piece) => bytes.extend_from_slice(&piece),
                Err(_) => is_broken = true,
            }
        }
        broken += usize::from(is_broken);
        assert_eq!(is_broken, serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_err());
    }
    assert!(broken >= 1, "what was given up is never taken for the whole");
}

#[tokio::test]
async fn who_leaves_gives_the_place_back() {
    let (url, _) = upstream(|| rows(8_000, &page("null"))).await;
    let proxy = build(config(&url)).unwrap();
    for id in 0..12 {
        let response = proxy.clone().oneshot(ask(&format!("/ATServicesRest/V1.0/Companies/{id}")));
        drop(timeout(SOON, response).await.expect("a place is free").unwrap());
    }
}

#[tokio::test]
async fn a_refusal_or_a_write_is_never_so_large() {
    let service = Router::new().fallback(async || (http::StatusCode::INTERNAL_SERVER_ERROR, "x".repeat(HELD + 1)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refusing = build(config(&format!("http://{}", listener.local_addr().unwrap()))).unwrap();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    assert_eq!(app("GET", QUERY).of(&refusing).await.kind(), (502, "malformed".to_owned()));
    let (url, count) = upstream(|| rows(3_000, &page("null"))).await;
    let proxy = build(config(&url)).unwrap();
    let write = app("POST", "/ATServicesRest/V1.0/Companies").body(r#"{"companyName":"A"}"#).of(&proxy).await;
    assert_eq!(write.kind(), (502, "malformed".to_owned()));
    assert_eq!(count.load(Ordering::SeqCst), 1, "and it is not repeated");
}
