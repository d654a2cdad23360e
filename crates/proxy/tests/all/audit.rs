//! The audit: every write leaves an intent before it is sent and an outcome after, or it is not sent.

use std::path::Path;

use autotask_proxy::audit::{AuditFile, Item, Wanted};
use axum::Router;
use axum::response::IntoResponse;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::common::{Upstream, app, ask, client, config, json as answer, proxy};

const ROOT: &str = "/ATServicesRest/V1.0";

/// A proxy with a store in this folder.
fn kept(folder: &Path, url: &str) -> Router {
    let mut config = config(url);
    config.store = Some(folder.join("store.db"));
    autotask_proxy::app(config).unwrap()
}

fn items(folder: &Path) -> Vec<Item> {
    let mut file = AuditFile::open(&folder.join("store.db")).unwrap();
    file.verify(None).unwrap().expect("intact");
    let mut items = Vec::new();
    file.each(&Wanted::default(), |item| {
        items.push(item);
        true
    })
    .unwrap();
    items
}

async fn page(router: &Router, query: &str) -> Value {
    let got = app("GET", &format!("/api/audit{query}")).of(router).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!(got.header("cache-control"), "no-store");
    got.json()
}

#[tokio::test]
async fn every_kind_of_write_by_the_app_and_by_clients_is_there() {
    let folder = tempfile::tempdir().unwrap();
    // What is on the disk when a write comes in: its intent.
    let path = folder.path().to_owned();
    let upstream = Upstream::new(move |recorded| {
        if recorded.line.contains("/query") {
            assert_eq!(recorded.line, "POST /ATServicesRest/V1.0/Companies/query");
            return answer(
                200,
                r#"{"items":[{"id":5,"city":"Troy","userDefinedFields":[{"name":"Tier","value":"B"}]}]}"#,
            );
        }
        let last = items(&path).pop().expect("its intent");
        assert!(last.outcome.is_none() && last.after_is_in(&recorded.body), "{last:?} {recorded:?}");
        answer(200, r#"{"itemId":5}"#)
    })
    .await;
    let router = kept(folder.path(), &upstream.url);
    let created = app("POST", &format!("{ROOT}/Companies")).header("Idempotency-Key", "run/company/1");
    let created = created.body(r#"{"companyName":"Acme"}"#).of(&router).await;
    assert_eq!(created.status, 200, "{}", created.text());
    let patch = json!({"id": 5, "CITY": "Utica", "userDefinedFields": [{"name": "Tier", "value": "A"}]}).to_string();
    for (method, path, body) in [
        ("PATCH", "/Companies", patch.as_str()),
        ("PUT", "/Companies", r#"{"id":5,"city":"Rome"}"#),
        ("POST", "/Companies/5/Contacts", r#"{"firstName":"Bo"}"#),
        ("DELETE", "/Companies/5/Contacts/6", ""),
    ] {
        let got = client(method, &format!("{ROOT}{path}")).body(body.to_owned()).of(&router).await;
        assert_eq!(got.status, 200, "{method} {path} {}", got.text());
    }
    let all = items(folder.path());
    let told: Vec<Value> = all
        .iter()
        .map(|item| {
            let intent = &item.intent;
            json!([intent.who, intent.operation, intent.entity, intent.id, intent.parent, intent.after, intent.before])
        })
        .collect();
    let tier = |value: &str| json!([{"name": "Tier", "value": value}]);
    assert_eq!(
        told,
        [
            json!(["Demo user", "create", "Companies", null, null, {"companyName": "Acme"}, null]),
            json!([
                "Configured client", "update", "Companies", 5, null, {"city": "Utica", "userDefinedFields": tier("A")},
                {"city": "Troy", "userDefinedFields": tier("B")},
            ]),
            json!(["Configured client", "replace", "Companies", 5, null, {"city": "Rome"}, {"city": "Troy"}]),
            json!(["Configured client", "create", "Contacts", null, 5, {"firstName": "Bo"}, null]),
            json!(["Configured client", "delete", "Contacts", 6, 5, {}, null]),
        ]
    );
    for item in &all {
        let outcome = serde_json::to_value(&item.outcome).unwrap();
        assert_eq!((&outcome["came"], &outcome["status"], &outcome["id"]), (&json!("done"), &json!(200), &json!(5)));
    }
    assert_eq!(all[0].intent.key.as_deref(), Some("run/company/1"));
    assert_eq!(all[0].intent.request, created.header("x-request-id"));
    // The look before is one query of these fields alone.
    let looks: Vec<String> =
        upstream.taken().into_iter().filter(|call| call.line.contains("/query")).map(|call| call.body).collect();
    assert_eq!(looks[0], r#"{"IncludeFields":["id","city","Tier"],"filter":[{"field":"id","op":"eq","value":5}]}"#);
    assert_eq!(looks.len(), 2);

    // The same over HTTP, the newest first, page by page; a create is found by the row that it made.
    let first = page(&router, "?limit=2").await;
    let numbers = |page: &Value| -> Vec<i64> {
        page["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect()
    };
    assert_eq!((numbers(&first), &first["before"]), (vec![9, 7], &json!(7)));
    let second = page(&router, "?limit=3&before=7").await;
    assert_eq!(numbers(&second), [5, 3, 1]);
    assert_eq!(numbers(&page(&router, "?limit=3&before=1").await), [0_i64; 0]);
    assert_eq!(numbers(&page(&router, "?entity=companies&id=5").await), [5, 3, 1]);
    assert_eq!(numbers(&page(&router, "?entity=Contacts").await), [9, 7]);
    let newest = &first["items"][0];
    assert_eq!((&newest["operation"], &newest["outcome"]["came"]), (&json!("delete"), &json!("done")));
    for (query, why) in [
        ("?entity=Compnies", "none of Autotask's"),
        ("?limit=0", "1 to 500"),
        ("?limit=501", "1 to 500"),
        ("?id=x", "whole numbers"),
        ("?since=1", "is asked for with"),
    ] {
        let got = app("GET", &format!("/api/audit{query}")).of(&router).await;
        assert_eq!(got.status, 400, "{query}");
        assert!(got.text().contains(why), "{query}: {}", got.text());
    }
    assert_eq!(ask("GET", "/api/audit").of(&router).await.status, 403);
    assert_eq!(app("POST", "/api/audit").of(&router).await.header("allow"), "GET, HEAD");
}

trait After {
    fn after_is_in(&self, body: &str) -> bool;
}

impl After for Item {
    /// Whether what is kept is what is sent.
    fn after_is_in(&self, body: &str) -> bool {
        let sent = autotask_core::Record::from_json(body).unwrap_or_default();
        self.intent.after.iter().all(|(name, value)| sent.get(name) == Some(value))
    }
}

#[tokio::test]
async fn what_came_of_it_is_told_apart() {
    let cases: [(u16, &'static str, Value); 7] = [
        (
            500,
            r#"{"errors":["Picklist value [9] does not exist for companyType."]}"#,
            json!(["refused", 500, null, "validation"]),
        ),
        (429, "", json!(["refused", 429, null, "throttled"])),
        (403, "", json!(["refused", 403, null, "permission"])),
        (500, r#"{"errors":["An internal error has occurred."]}"#, json!(["inDoubt", 500, null, "fault"])),
        (200, "<html>", json!(["inDoubt", 200, null, "malformed"])),
        (503, "<html>", json!(["inDoubt", 503, null, "fault"])),
        (302, "", json!(["inDoubt", null, null, "malformed"])),
    ];
    let told = |item: &Item| {
        let outcome = serde_json::to_value(&item.outcome).unwrap();
        json!([outcome["came"], outcome["status"], outcome["id"], outcome["why"]])
    };
    for (status, body, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let upstream = Upstream::saying(status, body).await;
        let router = kept(folder.path(), &upstream.url);
        app("POST", &format!("{ROOT}/Companies")).body("{'companyName':'A'}").of(&router).await;
        assert_eq!(told(&items(folder.path())[0]), expected);
    }
    let folder = tempfile::tempdir().unwrap();
    let cut = Upstream::new(|_| (axum::http::StatusCode::OK, [("content-length", "100")], "{").into_response()).await;
    for url in ["http://127.0.0.1:1", &cut.url] {
        app("POST", &format!("{ROOT}/Companies")).body("{}").of(&kept(folder.path(), url)).await;
    }
    let all = items(folder.path());
    assert_eq!(told(&all[0]), json!(["notSent", null, null, "connectionRefused"]));
    assert_eq!(told(&all[1]), json!(["inDoubt", null, null, "brokenOff"]));
}

#[tokio::test]
async fn a_look_that_fails_is_told_and_the_write_goes_on() {
    for (status, body, why) in [
        (500, r#"{"errors":["Unable to find Tier in the Company Entity."]}"#, "validation"),
        (200, r#"{"items":[]}"#, "notFound"),
        (502, "<html>", "fault"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let upstream = Upstream::new(move |call| match call.line.contains("/query") {
            true => answer(status, body),
            false => answer(200, r#"{"itemId":5}"#),
        })
        .await;
        let router = kept(folder.path(), &upstream.url);
        let got = app("PATCH", &format!("{ROOT}/Companies")).body("{'id':5,'city':'Troy'}").of(&router).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let item = items(folder.path()).pop().unwrap();
        assert_eq!((item.intent.before, item.intent.unread.as_deref()), (None, Some(why)));
        assert!(item.outcome.is_some());
    }
}

#[tokio::test]
async fn secrets_and_files_are_not_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::saying(200, r#"{"itemId":5}"#).await;
    let router = kept(folder.path(), &upstream.url);
    let marker = "marker-4711-marker";
    let attachment = json!({"title": "plan.pdf", "attachmentType": "FILE_ATTACHMENT", "data": marker}).to_string();
    let got = app("POST", &format!("{ROOT}/Tickets/5/Attachments")).body(attachment).of(&router).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let own =
        json!({"companyName": "A", "userDefinedFields": [{"name": "Wi-Fi password", "value": marker}]}).to_string();
    assert_eq!(app("POST", &format!("{ROOT}/Companies")).body(own).of(&router).await.status, 200);
    assert!(upstream.taken().iter().all(|call| call.body.contains(marker)), "Autotask gets them");
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(marker.len()).any(|window| window == marker.as_bytes()));
    }
    let all = items(folder.path());
    assert_eq!(all[0].intent.after["title"], "plan.pdf");
    assert_eq!(all[0].intent.after["data"]["bytes"], marker.len());
    assert_eq!(all[1].intent.after["userDefinedFields"][0]["value"]["bytes"], marker.len());
}

#[tokio::test]
async fn where_nothing_can_be_kept_nothing_is_written_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::new(|call| match call.line.starts_with("GET") {
        true => answer(200, r#"{"item":{"id":5}}"#),
        false => answer(200, r#"{"itemId":5}"#),
    })
    .await;
    let mut config = config(&upstream.url);
    config.store = Some(folder.path().join("store.db"));
    let router = autotask_proxy::app(config).unwrap();
    let create = || app("POST", &format!("{ROOT}/Companies")).body("{'companyName':'A'}").of(&router);
    assert_eq!(create().await.status, 200);
    // Somebody holds the file: the same as a disk that takes nothing, after the time that is waited for it.
    let holder = Connection::open(folder.path().join("store.db")).unwrap();
    holder.execute_batch("begin immediate").unwrap();
    upstream.taken();
    let got = create().await;
    assert_eq!(got.kind(), (503, "fault".to_owned()), "{}", got.text());
    assert!(got.text().contains("nothing was sent; its administrator must check the disk"), "{}", got.text());
    assert_eq!(upstream.taken().len(), 0);
    assert_eq!(client("GET", &format!("{ROOT}/Companies/5")).of(&router).await.status, 200);
    assert_eq!(page(&router, "").await["items"].as_array().unwrap().len(), 1, "what is kept can be read");
    holder.execute_batch("rollback").unwrap();
    assert_eq!(create().await.status, 200);
    assert_eq!(items(folder.path()).len(), 2);
}

#[tokio::test]
async fn many_at_once_stand_in_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::saying(200, r#"{"itemId":5}"#).await;
    // Two processes would share the file as these two do.
    let routers = [kept(folder.path(), &upstream.url), kept(folder.path(), &upstream.url)];
    let asked: Vec<_> = (0..60)
        .map(|number| {
            let router = routers[number % 2].clone();
            let body = json!({"companyName": format!("A{number}")}).to_string();
            tokio::spawn(async move { app("POST", &format!("{ROOT}/Companies")).body(body).of(&router).await.status })
        })
        .collect();
    for asked in asked {
        assert_eq!(asked.await.unwrap(), 200);
    }
    let all = items(folder.path());
    assert_eq!((all.len(), upstream.taken().len()), (60, 60));
    assert!(all.iter().all(|item| item.outcome.is_some()));
}

#[tokio::test]
async fn it_is_kept_for_six_months_at_least() {
    let upstream = Upstream::saying(200, "{}").await;
    let mut config = config(&upstream.url);
    config.audit_months = 5;
    let error = autotask_proxy::app(config).unwrap_err().to_string();
    assert!(error.contains("at least 6 months; set more than 5"), "{error}");
    drop(proxy(&upstream.url));
}
