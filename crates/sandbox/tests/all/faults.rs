//! Each fault, as a client on a real connection sees it, and what is in the database afterwards.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::common::{Api, Served, config};
use serde_json::{Value, json};

async fn served() -> Served {
    Served::new(Api::new(30)).await
}

fn company(name: &str) -> Value {
    json!({"companyName": name, "companyType": 1, "phone": "5185550100", "ownerResourceID": 4})
}

async fn count(served: &Served, name: &str) -> usize {
    served.api.all("Companies", json!([{"op": "eq", "field": "companyName", "value": name}])).await.len()
}

async fn create(served: &Served, name: &str) -> Result<reqwest::Response, reqwest::Error> {
    served.request("POST", "/Companies", Some(&company(name))).send().await
}

/// Sends a GET and answers its status and body.
async fn get(served: &Served, path: &str) -> (u16, String) {
    let response = served.request("GET", path, None).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a body"))
}

#[tokio::test]
async fn commit_then_cut() {
    let served = served().await;
    served.api.fault(json!({"fault": "commitThenCut", "entity": "Companies", "times": 1})).await;
    let error = create(&served, "Cut").await.expect_err("no answer");
    assert!(error.is_request(), "{error:?}");
    assert_eq!(count(&served, "Cut").await, 1);
    // Once is once.
    assert!(create(&served, "Whole").await.is_ok());
}

#[tokio::test]
async fn commit_late() {
    let served = served().await;
    served.api.fault(json!({"fault": "commitLate", "milliseconds": 400, "times": 1})).await;
    create(&served, "Late").await.expect_err("no answer");
    assert_eq!(count(&served, "Late").await, 0);
    let began = Instant::now();
    while count(&served, "Late").await == 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "it was never done");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn failed_without_commit() {
    let served = served().await;
    served
        .api
        .fault(json!([
            {"fault": "failWithoutCommit", "operation": "create", "times": 1},
            {"fault": "failWithoutCommit", "operation": "create", "times": 1, "status": 503},
        ]))
        .await;
    for status in [500, 503] {
        let response = create(&served, "Never").await.expect("an answer");
        assert_eq!(response.status(), status);
        assert!(response.text().await.expect("a body").contains("An unexpected error has occurred."));
    }
    assert_eq!(count(&served, "Never").await, 0);
}

#[tokio::test]
async fn silently_ignored() {
    let served = served().await;
    let id = served.api.company("Before", json!({})).await;
    served.api.fault(json!({"fault": "silentlyIgnore"})).await;
    let answer = served.api.patch("/Companies", json!({"id": id, "companyName": "After"})).await;
    assert_eq!(answer.ok(), json!({"itemId": id}));
    assert_eq!(served.api.row("Companies", id).await["companyName"], "Before");
    let id = served.api.post("/Companies", company("Ghost")).await.item_id();
    assert_eq!(served.api.row("Companies", id).await, Value::Null);
}

#[tokio::test]
async fn impersonation_denied() {
    let served = served().await;
    served.api.fault(json!({"fault": "impersonationDenied"})).await;
    let request = served.request("POST", "/Companies", Some(&company("Mine"))).header("ImpersonationResourceId", "4");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 500);
    assert!(response.text().await.expect("a body").contains("does not have the adequate permissions to create"));
    // Who acts as itself is not meant.
    assert_eq!(create(&served, "Own").await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn permission_denied() {
    let served = served().await;
    served
        .api
        .fault(json!([
            {"fault": "permissionDenied", "entity": "Contacts"},
            {"fault": "permissionDenied", "entity": "Tickets", "status": 403},
        ]))
        .await;
    let (status, body) = get(&served, "/Contacts/1").await;
    assert_eq!(status, 500);
    let expected = "The logged in Resource does not have the adequate permissions to query this entity type.";
    assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON"), json!({"errors": [expected]}));
    assert_eq!(get(&served, "/Tickets/1").await.0, 403);
    assert_eq!(get(&served, "/Companies/0").await.0, 200);
    assert_eq!(get(&served, "/Contacts/entityInformation/fields").await.0, 200);
}

#[tokio::test]
async fn thread_refusal() {
    let served = served().await;
    served
        .api
        .fault(json!([
            {"fault": "threadRefusal", "times": 1}, {"fault": "threadRefusal", "status": 429, "times": 1},
        ]))
        .await;
    for expected in [500, 429] {
        let (status, body) = get(&served, "/Companies/0").await;
        assert!(body.contains("Itgenatr005"), "{body}");
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn too_many_requests() {
    let served = served().await;
    let retry_after = async |rule: Value| {
        served.api.fault(rule).await;
        let response = served.request("GET", "/Companies/0", None).send().await.expect("an answer");
        assert_eq!(response.status(), 429);
        response.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(retry_after(json!({"fault": "tooManyRequests", "times": 1})).await.as_deref(), Some("60"));
    assert_eq!(
        retry_after(json!({"fault": "tooManyRequests", "times": 1, "retryAfter": 7})).await.as_deref(),
        Some("7")
    );
    assert_eq!(retry_after(json!({"fault": "tooManyRequests", "times": 1, "retryAfter": null})).await, None);
    let date = retry_after(json!({"fault": "tooManyRequests", "times": 1, "retryAfter": "date"})).await;
    assert!(date.is_some_and(|date| httpdate::parse_http_date(&date).is_ok()));
}

#[tokio::test]
async fn lock_after_bad_logins() {
    let served = served().await;
    served.api.fault(json!({"fault": "lockAfter", "logins": 3})).await;
    let bad = async || {
        let request = served.client.get(format!("{}/ATServicesRest/V1.0/Version", served.origin));
        let request = request.header("UserName", "api-user@sandbox.test").header("Secret", "wrong");
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!((bad().await, bad().await), (401, 401));
    // A good login in between begins the count anew.
    assert_eq!(get(&served, "/Version").await.0, 200);
    assert_eq!((bad().await, bad().await), (401, 401));
    assert_eq!(get(&served, "/Version").await.0, 200);
    for _ in 0..3 {
        bad().await;
    }
    assert_eq!(get(&served, "/Version").await, (401, String::new()));
    served.api.control("DELETE", "faults", Value::Null).await.ok();
    assert_eq!(get(&served, "/Version").await.0, 200);
}

#[tokio::test]
async fn redirect() {
    let served = served().await;
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let location = "http://127.0.0.1:9/steal?x=1";
        served.api.fault(json!({"fault": "redirect", "status": status, "location": location, "times": 1})).await;
        let response = served.request("GET", "/Companies/0", None).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["location"], location);
    }
}

#[tokio::test]
async fn slow_answer_and_slow_body() {
    let served = served().await;
    for fault in ["slow", "slowBody"] {
        served.api.fault(json!({"fault": fault, "milliseconds": 300, "times": 1})).await;
        let began = Instant::now();
        let response = served.request("GET", "/Companies/0", None).send().await.expect("an answer");
        let body: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
        assert_eq!(body["item"]["id"], 0);
        // Not a bound on speed: a sleep never ends before its time.
        assert!(began.elapsed() >= Duration::from_millis(270), "{fault}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn cut_body() {
    let served = served().await;
    served.api.fault(json!({"fault": "cutBody", "bytes": 40})).await;
    let mut response = served.request("GET", "/Companies/0", None).send().await.expect("a head");
    assert_eq!(response.status(), 200);
    let mut got = Vec::new();
    let error = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => got.extend_from_slice(&chunk),
            Ok(None) => panic!("the body ended as if it were whole, after {} bytes", got.len()),
            Err(error) => break error,
        }
    };
    assert_eq!(got.len(), 40, "{error:?}");
}

#[tokio::test]
async fn malformed_body() {
    let served = served().await;
    served.api.fault(json!({"fault": "malformedBody", "entity": "Companies"})).await;
    let (status, body) = get(&served, "/Companies/0").await;
    assert_eq!(status, 200);
    assert!(body.starts_with("{\"item\":{\"id\":0"), "{body}");
    assert!(serde_json::from_str::<Value>(&body).is_err());
}

#[tokio::test]
async fn html_not_found() {
    let served = served().await;
    served.api.fault(json!({"fault": "htmlNotFound"})).await;
    let (status, body) = get(&served, "/Companies/0").await;
    assert_eq!(status, 404);
    assert!(body.starts_with("<!DOCTYPE html>"), "{body}");
}

#[tokio::test]
async fn hostile_page_url() {
    let served = served().await;
    let url = "http://127.0.0.1:9/steal?paging=1";
    served.api.fault(json!({"fault": "hostilePageUrl", "url": url})).await;
    let body = json!({"MaxRecords": 5, "filter": [{"op": "gte", "field": "id", "value": 0}]});
    assert_eq!(served.api.post("/Companies/query", body).await.ok()["pageDetails"]["nextPageUrl"], url);
    let only = json!({"filter": [{"op": "eq", "field": "id", "value": 0}]});
    assert_eq!(served.api.post("/Companies/query", only).await.ok()["pageDetails"]["nextPageUrl"], Value::Null);
}

#[tokio::test]
async fn empty_last_page() {
    let served = served().await;
    served.api.fault(json!({"fault": "emptyLastPage"})).await;
    let body = json!({"MaxRecords": 500, "filter": [{"op": "lte", "field": "id", "value": 0}]});
    let first = served.api.post("/Companies/query", body.clone()).await.ok();
    assert_eq!(first["items"].as_array().expect("rows").len(), 1);
    let next = first["pageDetails"]["nextPageUrl"].as_str().expect("one more page");
    let last = served.api.post(next, body).await.ok();
    assert_eq!((&last["items"], &last["pageDetails"]["nextPageUrl"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn hostile_text() {
    let served = served().await;
    served.api.fault(json!({"fault": "hostileText", "entity": "Companies"})).await;
    let row = served.api.row("Companies", 0).await;
    let plain = |key: &str| row[key].as_str().expect("text").to_owned();
    assert!(plain("companyName").starts_with("Brightwater Managed IT, Inc. "), "{}", plain("companyName"));
    assert_eq!(plain("createDate").len(), "2026-01-01T00:00:00Z".len());
    let all = row.to_string();
    assert!(all.contains("<img src=x onerror") || all.contains("<script>"), "{all}");
}

#[tokio::test]
async fn absent_is_not_found() {
    let served = served().await;
    assert_eq!(get(&served, "/Companies/5").await, (200, "{\"item\":null}".to_owned()));
    served.api.fault(json!({"fault": "absentIsNotFound"})).await;
    let (status, text) = get(&served, "/Companies/5").await;
    assert_eq!(status, 404);
    assert!(text.contains("/ATServicesRest/V1.0/Companies/5'"), "{text}");
    assert_eq!(get(&served, "/Companies/0").await.0, 200);
}

#[tokio::test]
async fn zone_quirks() {
    let served = served().await;
    let zone = async || {
        let answer = served.api.get("/zoneInformation?user=api-user@sandbox.test").await;
        (answer.status, answer.json())
    };
    assert_eq!(zone().await.1["url"], "http://127.0.0.1:8081/ATServicesRest/");
    served.api.fault(json!({"fault": "zoneWithoutSlash", "times": 1})).await;
    assert_eq!(zone().await.1["url"], "http://127.0.0.1:8081/ATServicesRest");
    served.api.fault(json!({"fault": "zoneElsewhere", "url": "http://127.0.0.1:9/x/", "times": 1})).await;
    assert_eq!(zone().await.1["url"], "http://127.0.0.1:9/x/");
    served.api.fault(json!({"fault": "zoneUnknown", "times": 1})).await;
    let unknown = json!({"errors": ["Zone information could not be determined"]});
    assert_eq!(zone().await, (500, unknown));
    assert_eq!(zone().await.0, 200);
}

#[tokio::test]
async fn faults_strike_as_often_as_they_are_told() {
    let api = Api::new(1);
    api.fault(json!({"fault": "threadRefusal", "probability": 0.5, "seed": 3, "entity": "Companies"})).await;
    let mut run = Vec::new();
    for _ in 0..40 {
        run.push(api.get("/Companies/0").await.status);
    }
    let struck = run.iter().filter(|status| **status == 500).count();
    assert!((8..32).contains(&struck), "{struck}");
    let listed = api.control("GET", "faults", Value::Null).await.ok();
    assert_eq!((&listed["faults"][0]["fired"], &listed["faults"][0]["seed"]), (&json!(struck), &json!(3)));
    // The same seed strikes the same calls again.
    let again = Api::new(1);
    again.fault(json!({"fault": "threadRefusal", "probability": 0.5, "seed": 3, "entity": "Companies"})).await;
    for status in run {
        assert_eq!(again.get("/Companies/0").await.status, status);
    }
}

#[tokio::test]
async fn faults_are_switched_on_and_off() {
    let api = Api::new(1);
    let added = api
        .control("POST", "faults", json!([{"fault": "htmlNotFound"}, {"fault": "slow", "milliseconds": 0}]))
        .await
        .ok();
    assert_eq!(added, json!({"ids": [1, 2]}));
    assert_eq!(api.get("/Companies/0").await.status, 404);
    assert_eq!(api.control("DELETE", "faults/1", Value::Null).await.status, 200);
    assert_eq!(api.get("/Companies/0").await.status, 200);
    let twice = api.control("DELETE", "faults/1", Value::Null).await;
    assert_eq!(
        (twice.status, &twice.json()["Message"]),
        (400, &json!("There is no fault 1; GET /_sandbox/faults lists them."))
    );
    // One bad rule of a list: none is taken.
    let refused = api.control("POST", "faults", json!([{"fault": "htmlNotFound"}, {"fault": "nonsense"}])).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("Rule 2: there is no fault \\\"nonsense\\\""), "{}", refused.text);
    assert_eq!(api.get("/Companies/0").await.status, 200);
    assert_eq!(api.control("GET", "faults", Value::Null).await.ok()["known"].as_array().expect("a list").len(), 22);
    // What is said to fit every fault is taken with one.
    let whole =
        json!({"fault": "slow", "entity": "Companies", "operation": "get", "times": 1, "probability": 0.5, "seed": 3});
    let told = api.control("GET", "faults", Value::Null).await.ok();
    let named = |of: &Value| of.as_object().expect("members").keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(&named(&told["every"]) | &BTreeSet::from(["fault".to_owned()]), named(&whole));
    api.control("POST", "faults", whole).await.ok();
    api.control("DELETE", "faults", Value::Null).await.ok();
}

#[tokio::test]
async fn faults_of_the_start() {
    let rules = json!([{"fault": "htmlNotFound", "entity": "Contacts"}]);
    let api = Api::with(autotask_sandbox::Config { faults: Some(rules), ..config(1) });
    assert_eq!(api.get("/Contacts/1").await.status, 404);
    let bad = autotask_sandbox::Config { faults: Some(json!({"fault": "slow", "seconds": 1})), ..config(1) };
    let error = autotask_sandbox::Sandbox::open(bad).map(|_| ()).expect_err("it is refused");
    assert_eq!(
        error.to_string(),
        "the faults cannot be switched on: unknown field `seconds`, expected one of `fault`, `entity`, `operation`, `times`, `probability`, `seed`, `status`, `retryAfter`, `milliseconds`, `url`, `location`, `bytes`, `logins`."
    );
}
