//! What older texts tell people to send works through the proxy, and Autotask only ever sees what it knows.

use std::path::Path;

use crate::common::{Ask, Upstream, before_sandbox, client, proxy};
use autotask_core::request::encode_component;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// The files of `tests/fixtures/requests` as (name, content).
fn cases() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/requests");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            let path = entry.expect("readable").path();
            let text = std::fs::read_to_string(&path).expect("readable");
            (path.display().to_string(), serde_json::from_str(&text).expect("JSON"))
        })
        .collect();
    cases.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(cases.len() > 10, "{}", cases.len());
    cases
}

/// The request as a client sends it. Its library escapes what may not stand in an address.
fn ask(case: &Value, with: impl Fn(String) -> String) -> Ask {
    let path = case["given"]["path"].as_str().expect("a path");
    let path = match path.split_once("search=") {
        Some((path, search)) => format!("{path}search={}", encode_component(&with(search.to_owned()))),
        None => path.to_owned(),
    };
    let body = case["given"].get("body").map(Value::to_string).unwrap_or_default();
    let method = case["given"]["method"].as_str().expect("a method");
    client(method, &format!("/ATServicesRest{path}")).header("Content-Type", "application/json").body(with(body))
}

/// A request as the files write it: method, path, body; a query always as if by POST.
fn sent(line: &str, body: &str) -> Value {
    let (method, path) = line.split_once(' ').expect("a line");
    let path = path.strip_prefix("/ATServicesRest").expect("below the root");
    let (path, body) = match path.split_once("?search=") {
        Some((path, search)) => (path, percent_decode_str(search).decode_utf8().expect("UTF-8").into_owned()),
        None => (path, body.to_owned()),
    };
    json!({"method": method, "path": path, "body": serde_json::from_str::<Value>(&body).expect("JSON")})
}

#[tokio::test]
async fn autotask_gets_what_the_file_says() {
    let upstream = Upstream::new(|call| match call.line.contains("/Countries/query") {
        true => crate::common::json(200, r#"{"items":[{"id":237}],"pageDetails":{"count":1}}"#),
        false => crate::common::json(200, r#"{"itemId":1,"items":[],"pageDetails":{"count":0}}"#),
    })
    .await;
    let proxy = proxy(&upstream.url);
    for (name, case) in cases() {
        let got = ask(&case, |text| text).of(&proxy).await;
        assert_eq!(got.status, 200, "{name}: {}", got.text());
        let calls = upstream.taken();
        let last = calls.last().expect("a call");
        assert_eq!(sent(&last.line, &last.body), case["sent"], "{name}");
        let notices = got.headers.get_all("autotask-crm-notice").iter().count();
        assert_eq!(Some(notices), case["issues"].as_array().map(Vec::len), "{name}");
    }
}

#[tokio::test]
async fn a_name_that_nobody_or_several_have_is_refused_before_the_write() {
    for (items, wanted) in [
        (r#"{"items":[],"pageDetails":{"count":0}}"#, r#"none of Countries is called "Utopia"; write its id"#),
        (
            r#"{"items":[{"id":1},{"id":2}],"pageDetails":{"count":2}}"#,
            r#""Utopia" is the name of 2 Countries; write the id"#,
        ),
    ] {
        let upstream = Upstream::saying(200, items).await;
        for (path, body) in [
            ("/Companies", r#"{"companyName":"A","country":"Utopia"}"#),
            ("/Companies/query", r#"{"filter":[{"op":"eq","field":"country","value":"Utopia"}]}"#),
        ] {
            // A new one: what Countries there are is kept for a while.
            let proxy = proxy(&upstream.url);
            let got = client("POST", &format!("/ATServicesRest/V1.0{path}")).body(body).of(&proxy).await;
            assert_eq!(got.failure().messages, [wanted], "{path}");
            let lines: Vec<String> = upstream.taken().into_iter().map(|call| call.line).collect();
            assert_eq!(lines, ["POST /ATServicesRest/V1.0/Countries/query"]);
        }
    }
}

#[tokio::test]
async fn what_autotask_cannot_do_is_refused_with_the_reason() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    let names: Vec<Value> = (0..11).map(|n| json!(format!("name {n}"))).collect();
    for (filter, wanted) in [
        (
            json!([{"op": "notContains", "field": "city", "value": "a"}]),
            "Autotask cannot run this filter alone: Autotask has no such operator",
        ),
        (
            json!([{"op": "in", "field": "country", "value": names}]),
            "more than ten names would have to be looked up; write their ids",
        ),
    ] {
        let body = json!({"filter": filter}).to_string();
        let got = client("POST", "/ATServicesRest/V1.0/Companies/query").body(body).of(&proxy).await;
        assert_eq!(got.failure().messages, [wanted]);
    }
    assert!(upstream.taken().is_empty());
    let between = json!({"filter": [{"op": "between", "field": "id", "value": [1, 5]}]}).to_string();
    client("POST", "/ATServicesRest/V1.0/Companies/query").body(between).of(&proxy).await;
    let body = upstream.taken().pop().expect("a call").body;
    assert_eq!(
        serde_json::from_str::<Value>(&body).expect("JSON")["filter"],
        json!([{"op": "gte", "field": "id", "value": 1}, {"op": "lte", "field": "id", "value": 5}])
    );
}

#[tokio::test]
async fn a_sandbox_accepts_every_one_through_the_proxy() {
    let config = autotask_sandbox::Config { companies: 20, strict: true, ..Default::default() };
    let proxy = before_sandbox(config).await;

    let first = |entity: &str| {
        let query = r#"{"MaxRecords":1,"filter":[{"op":"gt","field":"id","value":0}]}"#;
        client("POST", &format!("/ATServicesRest/V1.0/{entity}/query")).body(query)
    };
    let company = first("Companies").of(&proxy).await.json()["items"][0]["id"].to_string();
    let owner = first("Resources").of(&proxy).await.json()["items"][0]["id"].to_string();
    // The ids in the texts are those of somebody else's Autotask.
    let with = |text: String| text.replace("12345,", &format!("{company},")).replace("29744150", &owner);
    for (name, case) in cases() {
        let got = ask(&case, with).of(&proxy).await;
        assert_eq!(got.status, 200, "{name}: {}", got.text());
    }
    let site = json!({"filter": [{"op": "eq", "field": "name", "value": "Main Office"}]}).to_string();
    let site = client("POST", "/ATServicesRest/V1.0/CompanyLocations/query").body(site).of(&proxy).await.json();
    let site = &site["items"][0];
    assert_eq!(
        (&site["isPrimary"], &site["countryID"], &site["isActive"]),
        (&json!(true), &json!(237), &json!(true)),
        "{site}"
    );
    let contact = json!({"filter": [{"op": "eq", "field": "emailAddress", "value": "john.smith@acme.example.com"}]});
    let contact = client("POST", "/ATServicesRest/V1.0/Contacts/query").body(contact.to_string()).of(&proxy).await;
    assert_eq!(contact.json()["items"][0]["primaryContact"], json!(true));
}
