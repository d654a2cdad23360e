//! A tenant that moves to another zone is found there, once, and a login that is wrong is not tried the more for it.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use autotask_proxy::app as build;
use axum::Router;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tokio::sync::Barrier;

use crate::common::{Upstream, app, config, json};

const READ: &str = "/ATServicesRest/V1.0/Companies/5";

/// A proxy that looked its zone up.
fn proxy(url: &str) -> Router {
    let mut config = config(url);
    config.is_zone_found = true;
    build(config).unwrap()
}

/// A zone that refuses every login and says that the user is at home there.
async fn left_for(home: &str) -> Upstream {
    let zone = format!(r#"{{"zoneName":"x","url":"{home}/ATServicesRest/","ci":1}}"#);
    Upstream::new(move |call| match call.line.contains("zoneInformation") {
        true => (StatusCode::OK, [("content-type", "application/json")], zone.clone()).into_response(),
        false => json(401, ""),
    })
    .await
}

/// How many logins were tried, and how often the zone was asked for; that needs no credentials.
fn counts(upstream: &Upstream) -> (usize, usize) {
    let calls = upstream.taken();
    let (zone, logins): (Vec<_>, Vec<_>) = calls.into_iter().partition(|call| call.line.contains("zoneInformation"));
    assert!(zone.iter().all(|call| !call.headers.contains_key("secret") && call.line.ends_with("?user=up-user")));
    assert!(logins.iter().all(|call| call.headers["secret"] == "up-secret"));
    (logins.len(), zone.len())
}

#[tokio::test]
async fn a_tenant_that_moved_is_found_and_a_write_arrives_once() {
    for (method, path, body) in
        [("GET", READ, ""), ("POST", "/ATServicesRest/V1.0/Companies", r#"{"companyName":"A"}"#)]
    {
        let home = Upstream::saying(200, r#"{"item":null,"itemId":7}"#).await;
        let old = left_for(&home.url).await;
        let proxy = proxy(&old.url);
        assert_eq!(app(method, path).body(body).of(&proxy).await.status, 200, "{method}");
        assert_eq!((counts(&old), counts(&home)), ((1, 1), (1, 0)), "{method}");
        assert_eq!(app("GET", READ).of(&proxy).await.status, 200);
        assert_eq!((counts(&old), counts(&home)), ((0, 0), (1, 0)), "from now on there");
    }
}

#[tokio::test]
async fn who_moved_and_has_a_wrong_secret_fails_twice_and_no_more() {
    let home = Upstream::saying(401, "").await;
    let old = left_for(&home.url).await;
    let proxy = proxy(&old.url);
    for _ in 0..20 {
        assert_eq!(app("GET", READ).of(&proxy).await.kind(), (502, "credentials".to_owned()));
    }
    assert_eq!((counts(&old), counts(&home)), ((1, 1), (1, 0)), "security.md S8");
}

#[tokio::test]
async fn three_that_failed_at_once_are_enough() {
    let home = Upstream::saying(200, r#"{"item":null}"#).await;
    let zone = format!(r#"{{"url":"{}/ATServicesRest/"}}"#, home.url);
    let (all, logins) = (Arc::new(Barrier::new(3)), Arc::new(Mutex::new(0)));
    let counted = Arc::clone(&logins);
    let old = Router::new().fallback(move |request: axum::extract::Request| {
        let (all, logins, zone) = (Arc::clone(&all), Arc::clone(&counted), zone.clone());
        async move {
            if request.uri().path().contains("zoneInformation") {
                // The others are refused before this is known.
                tokio::time::sleep(Duration::from_millis(300)).await;
                return zone.into_response();
            }
            *logins.lock().unwrap() += 1;
            all.wait().await;
            json(401, "")
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = proxy(&format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, old).await.unwrap() });
    let asked: Vec<_> = (0..3)
        .map(|id| {
            let proxy = proxy.clone();
            tokio::spawn(
                async move { app("GET", &format!("/ATServicesRest/V1.0/Companies/{id}")).of(&proxy).await.status },
            )
        })
        .collect();
    for one in asked {
        assert_eq!(one.await.unwrap(), 502);
    }
    assert_eq!((*logins.lock().unwrap(), counts(&home)), (3, (0, 0)), "a fourth one could lock the API user");
    assert!(app("GET", READ).of(&proxy).await.text().contains("not sent again for 60 minutes"));
    // Somebody looks after it, and it is known where to.
    assert_eq!(app("POST", "/api/doctor").of(&proxy).await.status, 200);
    assert_eq!(app("GET", READ).of(&proxy).await.status, 200);
}

#[tokio::test]
async fn where_it_is_said_to_be_is_checked() {
    for place in [
        "https://evil.test",
        "http://192.168.1.5",
        "https://webservices18.autotask.net",
        "http://127.0.0.1@evil.test",
        "",
    ] {
        let old = left_for(place).await;
        let got = app("GET", READ).of(&proxy(&old.url)).await;
        assert_eq!(got.kind(), (502, "credentials".to_owned()), "{place}");
        assert_eq!(counts(&old), (1, 1), "{place}: nothing is sent there");
    }
}

#[tokio::test]
async fn who_has_not_moved_or_was_told_where_is_not_tried_again() {
    let same = Upstream::new(|_| -> Response { json(401, "") }).await;
    assert_eq!(app("GET", READ).of(&proxy(&same.url)).await.status, 502);
    assert_eq!(counts(&same), (1, 1), "it does not say");
    let home = Upstream::saying(200, "{}").await;
    let old = left_for(&home.url).await;
    assert_eq!(app("GET", READ).of(&crate::common::proxy(&old.url)).await.status, 502);
    assert_eq!((counts(&old), counts(&home)), ((1, 0), (0, 0)), "the address was set by hand");
}
