//! Whatever Autotask or the way to it does, the answer is typed and says what to check.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::common::{Got, Upstream, app, ask, client, config, json, proxy};
use autotask_core::FailureKind;
use autotask_proxy::app as build;
use axum::response::IntoResponse;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const READ: &str = "/ATServicesRest/V1.0/Companies/5";

/// A server that answers every connection with these bytes and then closes it, or holds it.
async fn raw(answer: &'static str, hold: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let _ = socket.read(&mut buffer).await;
                let _ = socket.write_all(answer.as_bytes()).await;
                if hold {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            });
        }
    });
    url
}

#[track_caller]
fn check(got: &Got, status: u16, kind: &str, text: &str) {
    assert_eq!(got.kind(), (status, kind.to_owned()), "{}", got.text());
    let message = got.json()["errors"][0].as_str().unwrap().to_owned();
    assert!(message.contains(text), "{message}");
    for hidden in
        ["127.0.0.1", "http://", "up-user", "up-secret", "UP-CODE", "Companies", "reqwest", "hyper", "os error"]
    {
        assert!(!message.contains(hidden), "{message}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_tried_once_more_even_for_a_write() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let proxy = proxy(&format!("http://{address}"));
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let listener = TcpListener::bind(address).await.unwrap();
        let app = axum::Router::new().fallback(|| async { r#"{"itemId":7}"#.into_response() });
        axum::serve(listener, app).await.unwrap();
    });
    let got = app("POST", "/ATServicesRest/V1.0/Companies").body("{}").of(&proxy).await;
    assert_eq!((got.status, got.json()["itemId"].as_i64()), (200, Some(7)));
}

#[tokio::test]
async fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let proxy = proxy(&format!("http://{free}"));
    let got = app("GET", READ).of(&proxy).await;
    check(&got, 502, "unreachable", "the connection was refused; check that the sandbox runs");
    assert_eq!(got.failure().kind, FailureKind::Unreachable);
    let write = app("POST", "/ATServicesRest/V1.0/Companies").body("{}").of(&proxy).await;
    check(&write, 502, "unreachable", "refused");
    assert!(!write.text().contains("whether the change"), "it certainly did not arrive");
    assert_eq!(ask("GET", "/api/health").of(&proxy).await.json()["upstream"], "unreachable");
    assert_eq!(ask("GET", "/api/session").of(&proxy).await.status, 200);
}

#[tokio::test]
async fn too_slow() {
    let url = raw("", true).await;
    let proxy = {
        let mut config = config(&url);
        config.answer_timeout = Duration::from_millis(300);
        build(config).unwrap()
    };
    let started = Instant::now();
    check(&app("GET", READ).of(&proxy).await, 504, "unreachable", "no answer came in time");
    let stops = raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"item\":", true).await;
    let mut config = config(&stops);
    config.answer_timeout = Duration::from_millis(300);
    check(&app("GET", READ).of(&build(config).unwrap()).await, 504, "unreachable", "no answer came in time");
    let write = app("PATCH", "/ATServicesRest/V1.0/Companies").body("{'id':1}").of(&proxy).await;
    check(&write, 504, "unreachable", "whether the change was made is not known");
    assert_eq!(write.failure().kind, FailureKind::Unreachable);
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn broken_off() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"item\":{\"id\":",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"ite\r\n",
        "HTTP/1.1 200 OK\r\ncontent-len",
        "",
    ] {
        let proxy = proxy(&raw(answer, false).await);
        check(&app("GET", READ).of(&proxy).await, 502, "unreachable", "the connection broke off");
        let write = app("POST", "/ATServicesRest/V1.0/Companies").body("{}").of(&proxy).await;
        check(&write, 502, "unreachable", "look before you send it again");
    }
    // Complete for HTTP, but half of the JSON.
    let half = raw("HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"item\":{\"id\":", false).await;
    check(&app("GET", READ).of(&proxy(&half)).await, 502, "malformed", "only a part of it");
}

#[tokio::test]
async fn answers_come_packed_and_are_taken_whole_or_not_at_all() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(br#"{"item":{"id":5,"companyName":"Acme"}}"#).unwrap();
    let packed = encoder.finish().unwrap();
    for (length, is_whole) in [(packed.len(), true), (packed.len() - 12, false), (4, false)] {
        let body = packed[..length].to_vec();
        let upstream = Upstream::new(move |_| ([("content-encoding", "gzip")], body.clone()).into_response()).await;
        let got = app("GET", READ).of(&proxy(&upstream.url)).await;
        assert_eq!(upstream.taken()[0].headers["accept-encoding"], "gzip");
        if is_whole {
            assert_eq!(got.json()["item"]["companyName"], "Acme");
        } else {
            check(&got, 502, "unreachable", "the connection broke off");
        }
    }
}

#[tokio::test]
async fn credentials_refused() {
    let upstream = Upstream::saying(401, "").await;
    let proxy = proxy(&upstream.url);
    let got = app("GET", READ).of(&proxy).await;
    check(&got, 502, "credentials", "Autotask refused the credentials of this server");
    assert_eq!(got.failure().kind, FailureKind::Credentials);
    assert_eq!(upstream.taken().len(), 1, "nothing is tried again by itself");
    // Whoever read 401 would take it for their own sign-in or values.
    let proxy = self::proxy(&upstream.url);
    check(&client("GET", READ).of(&proxy).await, 502, "credentials", "Autotask refused the credentials of this server");
}

#[tokio::test]
async fn pages_in_place_of_json() {
    for (status, expected, text) in [
        (200, "malformed", "an HTML page"),
        (500, "malformed", "an HTML page"),
        (403, "malformed", "an HTML page"),
        (404, "malformed", "send long searches by POST"),
        (502, "unreachable", "is not available"),
        (503, "unreachable", "is not available"),
        (504, "unreachable", "is not available"),
    ] {
        let upstream = Upstream::saying(status, "<!DOCTYPE html><h1>up-secret at http://127.0.0.1</h1>").await;
        let got = app("GET", READ).of(&proxy(&upstream.url)).await;
        check(&got, 502, expected, text);
    }
    let empty = Upstream::saying(200, "").await;
    check(&app("GET", READ).of(&proxy(&empty.url)).await, 502, "malformed", "nothing at all");
}

#[tokio::test]
async fn redirects_are_never_followed() {
    let sink = Upstream::saying(200, r#"{"item":null}"#).await;
    for status in [300, 301, 302, 303, 304, 305, 307, 308, 399] {
        let to = format!("{}/stolen", sink.url);
        let upstream = Upstream::new(move |_| {
            let mut response = (http::StatusCode::from_u16(status).unwrap(), "").into_response();
            response.headers_mut().insert("location", to.parse().unwrap());
            response
        })
        .await;
        let got = app("GET", READ).of(&proxy(&upstream.url)).await;
        check(&got, 502, "malformed", "a redirect, which is never followed");
        assert!(got.header("location").is_empty());
    }
    assert_eq!(sink.taken().len(), 0);
}

#[tokio::test]
async fn it_works_again_when_autotask_is_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().unwrap();
    drop(listener);
    let proxy = proxy(&format!("http://{address}"));
    assert_eq!(app("GET", READ).of(&proxy).await.status, 502);
    let listener = TcpListener::bind(address).await.unwrap();
    let back = axum::Router::new().fallback(|| async { json(200, r#"{"item":null}"#) });
    tokio::spawn(async move { axum::serve(listener, back).await.unwrap() });
    assert_eq!(app("GET", READ).of(&proxy).await.status, 200);
}

#[tokio::test]
async fn limits_reached_pass_with_their_wait() {
    let upstream = Upstream::new(|_| {
        let mut response = json(429, "");
        response.headers_mut().insert("retry-after", "60".parse().unwrap());
        response
    })
    .await;
    let got = app("GET", READ).of(&proxy(&upstream.url)).await;
    assert_eq!((got.status, got.header("retry-after")), (429, "60"));
    assert_eq!(got.failure().kind, FailureKind::Throttled);
}
