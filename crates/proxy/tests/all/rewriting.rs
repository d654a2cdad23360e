//! Every address in an answer names the proxy, and pages can be walked through it.

use crate::common::{Upstream, app, client, json, proxy};
use serde_json::json;

const NEXT: &str = r#"{"items":[{"id":1}],"pageDetails":{"count":1,"requestCount":1,"prevPageUrl":null,"nextPageUrl":"http://127.0.0.1:1/ATServicesRest/V1.0/Companies/query/next?paging=%7b%22pageSize%22%3a1%2c%22nextIds%22%3a%5b1%5d%7d"}}"#;

#[tokio::test]
async fn the_zone_names_the_proxy_as_the_caller_knows_it() {
    let upstream = Upstream::saying(
        200,
        r#"{"zoneName":"Sandbox","url":"http://127.0.0.1:8081/ATServicesRest/","webUrl":"https://ww1.autotask.net/","ci":1}"#,
    )
    .await;
    let proxy = proxy(&upstream.url);
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
        let got = app("GET", "/ATServicesRest/V1.0/zoneInformation?user=a").host(host).of(&proxy).await;
        assert_eq!(
            got.json(),
            json!({"zoneName": "Sandbox", "url": format!("http://{host}/ATServicesRest/"), "webUrl": "https://ww1.autotask.net/", "ci": 1})
        );
    }
}

#[tokio::test]
async fn a_walk_by_post_keeps_verb_and_body() {
    let upstream = Upstream::new(|call| match call.line.contains("/next") {
        true => json(
            200,
            r#"{"items":[{"id":2}],"pageDetails":{"count":1,"requestCount":1,"prevPageUrl":null,"nextPageUrl":null}}"#,
        ),
        false => json(200, NEXT),
    })
    .await;
    let proxy = proxy(&upstream.url);
    let query = r#"{"MaxRecords":1,"filter":[{"op":"exist","field":"id"}]}"#;
    let first = client("POST", "/ATServicesRest/V1.0/Companies/query").body(query).of(&proxy).await;
    let next = first.json()["pageDetails"]["nextPageUrl"].as_str().unwrap().to_owned();
    let path = next.strip_prefix("http://localhost:8080").expect("the proxy's own address");
    let second = client("POST", path).body(query).of(&proxy).await;
    assert_eq!(second.json()["items"][0]["id"], 2);
    let calls = upstream.taken();
    assert_eq!(
        calls[1].line,
        "POST /ATServicesRest/V1.0/Companies/query/next?paging=%7B%22pageSize%22%3A1%2C%22nextIds%22%3A%5B1%5D%7D"
    );
    assert_eq!(calls[0].body, calls[1].body);
    assert_eq!(calls[0].body, r#"{"MaxRecords":1,"filter":[{"field":"id","op":"exist"}]}"#);
}

#[tokio::test]
async fn aliases_are_translated_and_nonsense_is_answered_here() {
    let upstream = Upstream::saying(200, r#"{"items":[],"pageDetails":null}"#).await;
    let proxy = proxy(&upstream.url);
    let query = |body: &'static str| app("POST", "/ATServicesRest/V1.0/Companies/query").body(body);
    query(r#"{"filter":[{"op":"ne","field":"isactive","value":"True"},{"op":"eq","field":"parentCompanyID","value":null}]}"#).of(&proxy).await;
    assert_eq!(
        upstream.taken()[0].body,
        r#"{"filter":[{"field":"isActive","op":"noteq","value":true},{"field":"parentCompanyID","op":"notExist"}]}"#
    );
    let got = query(r#"{"filter":[{"op":"beginswit","field":"companyName","value":"A"}]}"#).of(&proxy).await;
    assert_eq!(got.status, 500);
    assert_eq!(
        got.json(),
        json!({"errors": ["unknown operator `beginswit` at `filter[0].op`; did you mean `beginsWith`?"]})
    );
    assert_eq!(upstream.taken().len(), 0);
}

#[tokio::test]
async fn hostile_page_addresses_are_an_error_and_lead_nowhere() {
    for body in [
        r#"{"items":[],"pageDetails":{"nextPageUrl":"https://evil.test/ATServicesRest/V1.0/Companies/query/next?paging=1"}}"#,
        r#"{"items":[],"pageDetails":{"nextPageUrl":"http://127.0.0.1:1/ATServicesRest/V1.0/Contacts/query/next?paging=1"}}"#,
        r#"{"items":[],"pageDetails":{"nextPageUrl":7}}"#,
        r#"{"items":[],"pageDetails":[]}"#,
    ] {
        let upstream = Upstream::saying(200, body).await;
        let got =
            app("POST", "/ATServicesRest/V1.0/Companies/query").body("{'filter':[]}").of(&proxy(&upstream.url)).await;
        assert_eq!(got.kind(), (502, "malformed".to_owned()));
        assert!(!got.text().contains("evil"));
        assert_eq!(upstream.taken().len(), 1);
    }
}

#[tokio::test]
async fn errors_of_autotask_pass_as_they_are() {
    for (status, body) in [
        (500, r#"{"errors":["Unable to find limit in the CompanyLocation Entity."]}"#),
        (405, r#"{"Message":"The requested resource does not support http method 'GET'."}"#),
        (403, r#"{"errors":["no"]}"#),
        (429, r#"{"errors":["slow down"]}"#),
    ] {
        let upstream = Upstream::saying(status, body).await;
        let got = client("GET", "/ATServicesRest/V1.0/Companies/5").of(&proxy(&upstream.url)).await;
        assert_eq!((got.status, got.text().as_str()), (status, body));
    }
}
