//! The proxy before a real sandbox: any client of Autotask's works through it unchanged.

use crate::common::{self, Ask, ask, before_sandbox};
use axum::Router;
use serde_json::{Value, json};

/// A proxy before a sandbox with a small world.
async fn world(companies: u32) -> Router {
    before_sandbox(autotask_sandbox::Config { companies, ..Default::default() }).await
}

/// A request as every client of Autotask's sends it.
fn client(method: &str, path: &str) -> Ask {
    common::client(method, &format!("/ATServicesRest/V1.0{path}")).header("Content-Type", "application/json")
}

#[tokio::test]
async fn a_client_begins_with_its_zone_and_ends_with_all_rows() {
    let proxy = world(60).await;
    let zone = ask("GET", "/atservicesrest/v1.0/zoneInformation?user=api-user%40sandbox.test").of(&proxy).await.json();
    assert_eq!(zone["url"], "http://localhost:8080/ATServicesRest/");
    let query = r#"{"MaxRecords":7,"filter":[{"op":"gte","field":"id","value":0}]}"#;
    let count = client("POST", "/Companies/query/count").body(query).of(&proxy).await.json()["queryCount"].as_u64();
    for method in ["POST", "GET"] {
        let mut next = match method {
            "POST" => "/Companies/query".to_owned(),
            _ => format!("/Companies/query?search={}", autotask_core::request::encode_component(query)),
        };
        let mut ids = Vec::new();
        loop {
            let got = client(method, &next).body(if method == "POST" { query } else { "" }).of(&proxy).await;
            assert_eq!(got.status, 200, "{}", got.text());
            let page = got.json();
            ids.extend(page["items"].as_array().expect("rows").iter().filter_map(|row| row["id"].as_i64()));
            match &page["pageDetails"]["nextPageUrl"] {
                Value::String(url) => {
                    url.strip_prefix("http://localhost:8080/ATServicesRest/V1.0")
                        .expect("the proxy")
                        .clone_into(&mut next);
                }
                _ => break,
            }
        }
        assert!(ids.is_sorted());
        assert_eq!(Some(ids.len() as u64), count, "{method}");
    }
}

#[tokio::test]
async fn a_client_writes_and_reads_back() {
    let proxy = world(5).await;
    let body = r#"{"companyName":"Proxied Ltd","companyType":1,"ownerResourceID":null,"phone":"555-0100"}"#;
    let fields = client("GET", "/Companies/entityInformation/fields").of(&proxy).await.json();
    assert!(fields["fields"].as_array().is_some_and(|fields| fields.len() > 50));
    let resources = client("POST", "/Resources/query").body("{'filter':[{'op':'exist','field':'id'}],'MaxRecords':1}");
    let owner = resources.of(&proxy).await.json()["items"][0]["id"].clone();
    let mut row: Value = serde_json::from_str(body).expect("JSON");
    row["ownerResourceID"] = owner;
    let made = client("POST", "/Companies").body(row.to_string()).of(&proxy).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let id = made.json()["itemId"].as_i64().expect("an id");
    let patch = json!({"id": id, "phone": "555-0199"}).to_string();
    assert_eq!(client("PATCH", "/Companies").body(patch).of(&proxy).await.json(), json!({"itemId": id}));
    let item = client("GET", &format!("/Companies/{id}")).of(&proxy).await.json();
    assert_eq!((&item["item"]["companyName"], &item["item"]["phone"]), (&json!("Proxied Ltd"), &json!("555-0199")));
    let sites = client("GET", &format!("/Companies/{id}/Locations")).of(&proxy).await.json();
    assert_eq!(sites["items"].as_array().map(Vec::len), Some(1), "the primary location came by itself");
    let refused = client("POST", "/Companies").body("{}").of(&proxy).await;
    assert_eq!(refused.failure().kind, autotask_core::FailureKind::Validation, "{}", refused.text());
}

#[tokio::test]
async fn what_is_wrong_is_said_as_autotask_says_it() {
    let proxy = world(5).await;
    let unknown = client("POST", "/Companies/query").body(r#"{"filter":[{"op":"eq","field":"nonsense","value":1}]}"#);
    let unknown = unknown.of(&proxy).await;
    assert_eq!(unknown.status, 500);
    assert!(unknown.text().contains("Unable to find nonsense in the Company Entity."), "{}", unknown.text());
    let empty = client("POST", "/Companies/query").of(&proxy).await;
    assert!(empty.text().contains("filters"), "{}", empty.text());
    assert_eq!(client("GET", "/Companies/query").of(&proxy).await.status, 500);
    let wrong = ask("GET", "/ATServicesRest/V1.0/Companies/0").header("Secret", "wrong").of(&proxy).await;
    assert_eq!((wrong.status, wrong.bytes.len()), (401, 0));
}

#[tokio::test]
async fn more_requests_at_once_than_autotask_takes_wait_their_turn() {
    // Each takes long enough that a dozen would be under way together.
    let slow = json!({"fault": "slow", "milliseconds": 150, "entity": "Companies"});
    let proxy =
        before_sandbox(autotask_sandbox::Config { companies: 1, faults: Some(slow), ..Default::default() }).await;
    let calls = (0..12).map(|_| {
        let proxy = proxy.clone();
        tokio::spawn(async move { client("GET", "/Companies/0").of(&proxy).await })
    });
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.expect("no panic");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}
