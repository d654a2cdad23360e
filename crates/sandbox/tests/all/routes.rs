//! Which URLs exist, who may call them, and what is said to the others.

use crate::common::{Api, ROOT};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

#[tokio::test]
async fn credentials_come_first_and_the_refusal_is_empty() {
    let api = Api::new(0);
    for (name, value) in [("Secret", "wrong"), ("UserName", "nobody@example.com"), ("ApiIntegrationCode", "x")] {
        let mut request = Api::request("GET", "/Companies/0", Body::empty());
        request.headers_mut().insert(name, value.parse().expect("a value"));
        let answer = api.send(request).await;
        assert_eq!((answer.status, answer.text.as_str()), (401, ""), "{name}");
    }
    // Even where there is no such route.
    let request = Request::get(format!("{ROOT}/Widgets/query")).body(Body::empty()).expect("a request");
    assert_eq!(api.send(request).await.status, 401);
    let mut upper = Api::request("GET", "/Companies/0", Body::empty());
    upper.headers_mut().insert("username", "API-User@Sandbox.test".parse().expect("a value"));
    assert_eq!(api.send(upper).await.status, 200);
}

#[tokio::test]
async fn zone_and_versions_are_open() {
    let api = Api::new(0);
    let open = |path: &str| {
        Request::get(path.to_owned()).header(header::HOST, "localhost:9").body(Body::empty()).expect("a request")
    };
    let zone = api.send(open("/atservicesrest/v1.0/zoneInformation?user=api-user%40sandbox.test")).await.ok();
    assert_eq!(zone["url"], "http://localhost:9/ATServicesRest/");
    assert_eq!(zone["webUrl"], "http://localhost:9/");
    for user in ["?user=nobody%40example.com", "", "?user="] {
        let answer = api.send(open(&format!("/ATServicesRest/V1.0/zoneInformation{user}"))).await;
        assert_eq!(answer.error(), "Zone information could not be determined");
    }
    let versions = api.send(open("/ATServicesRest/versioninformation")).await.ok();
    assert_eq!(versions, json!({"apiVersions": ["V1.0"]}));
}

#[tokio::test]
async fn a_path_without_any_verb_is_404_and_one_with_another_is_405() {
    let api = Api::new(3);
    for (method, path) in [
        ("POST", "/Contacts"),
        ("PATCH", "/Contacts"),
        ("GET", "/Contacts"),
        ("POST", "/CompanyToDos"),
        ("GET", "/Widgets/query"),
        ("POST", "/Tickets/1/Attachments/query"),
        ("TRACE", "/Widgets"),
    ] {
        let answer = api.text(method, path, "{}").await;
        let message =
            format!("No HTTP resource was found that matches the request URI 'http://127.0.0.1:8081{ROOT}{path}'.");
        assert_eq!((answer.status, answer.json()), (404, json!({"Message": message})), "{method} {path}");
    }
    for (method, path) in [
        ("GET", "/Companies"),
        ("DELETE", "/Companies/0"),
        ("PATCH", "/Companies/0"),
        ("PUT", "/Companies/query"),
        ("PATCH", "/Companies/0/Contacts/5"),
        ("DELETE", "/Tickets/5"),
        ("TRACE", "/Companies/query"),
    ] {
        let answer = api.text(method, path, "{}").await;
        let message = format!("The requested resource does not support http method '{method}'.");
        assert_eq!((answer.status, answer.json()), (405, json!({"Message": message})), "{method} {path}");
    }
    assert_eq!(api.get("/Companies/abc").await.status, 400);
    assert_eq!(api.get("/Companies/{parentId}".replace('{', "%7B").replace('}', "%7D").as_str()).await.status, 400);
    let outside = Request::get("/elsewhere").body(Body::empty()).expect("a request");
    assert_eq!(api.send(outside).await.status, 404);
}

#[tokio::test]
async fn paths_match_in_any_case_with_a_slash_and_with_two() {
    let api = Api::new(3);
    for path in ["/atservicesrest/v1.0/companies/0/", "/ATServicesRest//V1.0/Companies/0"] {
        assert_eq!(api.get(path).await.ok()["item"]["id"], 0, "{path}");
    }
    let answer = api
        .get(
            "/companies/QUERY/?search={\"filter\":[{\"op\":\"eq\",\"field\":\"ID\",\"value\":\"0\"}]}"
                .replace('"', "%22")
                .as_str(),
        )
        .await;
    assert_eq!(answer.items().len(), 1);
}

#[tokio::test]
async fn a_long_query_string_is_an_html_404() {
    let api = Api::new(0);
    let filter = |length: usize| {
        let search = format!("/Companies/query?search=%7B%22filter%22%3A%5B%5D%7D&x={}", "a".repeat(length));
        let used = search.split_once('?').expect("a query").1.len();
        (search, used)
    };
    let (_, base) = filter(0);
    let (fits, length) = filter(2_048 - base);
    assert_eq!(length, 2_048);
    assert_eq!(api.get(&fits).await.status, 200);
    let answer = api.get(&filter(2_049 - base).0).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (404, "text/html"));
    assert!(answer.text.starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn an_absent_row_is_null_and_children_come_as_a_list() {
    let api = Api::new(3);
    assert_eq!(api.get("/Companies/999999999").await.ok(), json!({"item": null}));
    assert_eq!(api.get("/Companies/-1").await.ok(), json!({"item": null}));
    let children = api.get("/Companies/0/Contacts").await;
    let rows = children.items();
    assert_eq!(rows.len(), 6);
    assert_eq!(
        children.json()["pageDetails"],
        json!({"count": 6, "requestCount": 500, "prevPageUrl": null, "nextPageUrl": null})
    );
    let id = rows[0]["id"].as_i64().expect("an id");
    assert_eq!(api.get(&format!("/Companies/0/Contacts/{id}")).await.ok()["item"]["id"], id);
    assert_eq!(api.get(&format!("/Companies/29683501/Contacts/{id}")).await.ok()["item"], json!(null));
    assert_eq!(api.get("/Companies/0/Attachments/5").await.items(), Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn impersonation_is_for_writes_only() {
    let api = Api::new(3);
    let impersonated = |method: &str, path: &str, body: serde_json::Value, who: &str| {
        let mut request = Api::request(method, path, body.to_string());
        request.headers_mut().insert("ImpersonationResourceId", who.parse().expect("a value"));
        request
    };
    let text = "The logged in Resource does not have the adequate permissions to query this entity type.";
    let all = json!({"filter": [{"op": "gte", "field": "id", "value": 0}]});
    for path in ["/Companies/query", "/Companies/query/count"] {
        assert_eq!(api.send(impersonated("POST", path, all.clone(), "29682886")).await.error(), text);
    }
    let company = json!({"companyName": "A", "companyType": 1, "phone": "1", "ownerResourceID": 4});
    let id = api.send(impersonated("POST", "/Companies", company.clone(), "29682886")).await.item_id();
    let row = api.row("Companies", id).await;
    assert_eq!(
        (&row["createdByResourceID"], &row["impersonatorCreatorResourceID"]),
        (&json!(29_682_886), &json!(29_682_885))
    );
    // The API user itself cannot be impersonated, nor somebody who is not there, or not any more.
    let left = api.all("Resources", json!([{"op": "eq", "field": "isActive", "value": false}])).await;
    let left = left[0]["id"].to_string();
    for who in ["29682885", "1", "x", &left] {
        assert!(
            api.send(impersonated("POST", "/Companies", company.clone(), who))
                .await
                .error()
                .contains("adequate permissions")
        );
    }
    // An entity that knows no impersonation passes the header over.
    assert_eq!(
        api.send(impersonated("POST", "/ContactGroups", json!({"name": "G", "isActive": true}), "1")).await.status,
        200
    );
}

#[tokio::test]
async fn the_threshold_counts_authenticated_requests() {
    let api = Api::new(0);
    for _ in 0..4 {
        api.get("/Version").await.ok();
    }
    api.send(Request::get(format!("{ROOT}/Version")).body(Body::empty()).expect("a request")).await;
    assert_eq!(
        api.get("/ThresholdInformation").await.ok(),
        json!({"externalRequestThreshold": 10000, "requestThresholdTimeframe": 60, "currentTimeframeRequestCount": 5})
    );
}

#[tokio::test]
async fn pages_of_this_machine_may_call_and_no_others() {
    let api = Api::new(0);
    let from = |origin: &str| {
        Request::builder()
            .method("OPTIONS")
            .uri(format!("{ROOT}/Companies/query"))
            .header(header::ORIGIN, origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "secret,username,apiintegrationcode")
            .body(Body::empty())
            .expect("a request")
    };
    let allowed = |api: Api, origin: &'static str| async move {
        use tower::ServiceExt;
        let response = api.sandbox.router().oneshot(from(origin)).await.expect("infallible");
        response.headers().get("access-control-allow-origin").map(|v| v.to_str().expect("text").to_owned())
    };
    assert_eq!(allowed(api.clone(), "http://localhost:3000").await.as_deref(), Some("http://localhost:3000"));
    assert_eq!(allowed(api.clone(), "http://evil.test").await, None);
    assert_eq!(allowed(api.clone(), "http://localhost.evil.test").await, None);
    let without = Api::with(autotask_sandbox::Config { cors: false, ..crate::common::config(0) });
    assert_eq!(allowed(without, "http://localhost:3000").await, None);
}

#[tokio::test]
async fn the_sandbox_tells_its_state_and_is_reset_only_from_here() {
    let api = Api::new(25);
    let get = |path: &str| {
        Request::get(path.to_owned()).header(header::HOST, "localhost:8081").body(Body::empty()).expect("a request")
    };
    assert!(api.send(get("/")).await.text.contains("sandbox-secret"));
    let health = api.send(get("/_sandbox/health")).await.ok();
    assert_eq!((&health["ok"], &health["companies"]), (&json!(true), &json!(26)));
    let before = api.everything("Companies").await;
    api.company("Gone after the reset", json!({})).await;
    let reset = |host: &str, origin: Option<&str>| {
        let mut request = Request::post("/_sandbox/reset").header(header::HOST, host);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        request.body(Body::empty()).expect("a request")
    };
    assert_eq!(api.send(reset("evil.test", None)).await.status, 403);
    assert_eq!(api.send(reset("localhost", Some("http://evil.test"))).await.status, 403);
    assert_eq!(api.everything("Companies").await.len(), 27);
    api.send(reset("127.0.0.1:8081", Some("http://localhost:8080"))).await.ok();
    assert_eq!(api.everything("Companies").await, before);
}
