//! Input that is packed, spoilt, too large or strange: always an answer, never a panic.

use std::io::Write;

use crate::common::Api;
use axum::http::header;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

async fn with_encoding(api: &Api, encoding: &str, body: Vec<u8>) -> crate::common::Answer {
    let mut request = Api::request("POST", "/Companies/query", body);
    request.headers_mut().insert(header::CONTENT_ENCODING, encoding.parse().expect("a value"));
    api.send(request).await
}

#[tokio::test]
async fn bodies_may_be_gzip() {
    let api = Api::new(2);
    let query = br#"{"filter":[{"op":"eq","field":"id","value":0}]}"#;
    assert_eq!(with_encoding(&api, "gzip", packed(query)).await.items().len(), 1);
    assert_eq!(with_encoding(&api, "GZip", packed(query)).await.items().len(), 1);
    assert_eq!(with_encoding(&api, "identity", query.to_vec()).await.items().len(), 1);
    assert!(with_encoding(&api, "gzip", query.to_vec()).await.error().contains("GZip"));
    let mut cut = packed(query);
    cut.truncate(20);
    assert_eq!(with_encoding(&api, "gzip", cut).await.error(), "Found invalid data while decoding.");
    assert_eq!(with_encoding(&api, "br", query.to_vec()).await.status, 415);
}

#[tokio::test]
async fn a_body_over_ten_megabytes_is_413_packed_or_not() {
    let api = Api::new(0);
    let large = vec![b' '; 10_000_001];
    assert_eq!(with_encoding(&api, "identity", large.clone()).await.status, 413);
    let answer = with_encoding(&api, "gzip", packed(&large)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.json()["Message"].as_str().is_some_and(|m| m.contains("10,000,000 bytes")), "{}", answer.text);
    let mut fits = vec![b' '; 10_000_000 - 47];
    fits.extend(br#"{"filter":[{"op":"eq","field":"id","value":0}]}"#);
    assert_eq!(with_encoding(&api, "gzip", packed(&fits)).await.status, 200);
}

#[tokio::test]
async fn malformed_json_is_refused_as_json_net_does() {
    let api = Api::new(0);
    for (body, text) in [
        ("{\"filter\": }", "Unexpected character encountered while parsing value: }. Path '', line 1, position 12."),
        ("{\"filter\":", "Unexpected end when reading JSON. Path '', line 1, position 11."),
        ("[1,2]", "Unexpected character encountered while parsing value: [. Path '', line 1, position 1."),
        ("7", "Unexpected character encountered while parsing value: 7. Path '', line 1, position 1."),
    ] {
        assert_eq!(api.text("POST", "/Companies/query", body).await.error(), text, "{body}");
        assert_eq!(api.text("POST", "/Companies", body).await.error(), text, "{body}");
    }
    let bytes = Api::request("POST", "/Companies", vec![b'{', 0xff, b'}']);
    assert!(api.send(bytes).await.error().contains("UTF-8"));
    assert!(api.text("POST", "/Companies", "").await.error().contains("Parameter name: entity"));
    assert!(api.get("/Companies/query?search=%7Bnonsense").await.error().contains("Path ''"));
}

#[tokio::test]
async fn what_no_row_can_have_is_refused_and_changes_nothing() {
    let api = Api::new(0);
    let deep = format!(
        "{{\"filter\":{}{}}}",
        "[{\"op\":\"and\",\"items\":".repeat(10_000),
        "[]".to_owned() + &"}]".repeat(10_000)
    );
    assert!(api.text("POST", "/Companies/query", &deep).await.error().contains("MaxDepth of"), "10,000 levels");
    assert!(api.text("POST", "/Companies", &"[".repeat(1_000_000)).await.error().contains("MaxDepth of"));
    // Beyond a long, in the path, in a filter, in a body.
    assert_eq!(api.get("/Companies/9223372036854775808").await.status, 400);
    assert_eq!(api.get("/Companies/9223372036854775807").await.ok(), json!({"item": null}));
    let filter = json!({"filter": [{"op": "eq", "field": "id", "value": u64::MAX}]});
    // Decision: no row can have such an id, which is what the answer says.
    assert_eq!(api.post("/Companies/query", filter).await.items(), Vec::<Value>::new());
    let id = api.company("Stays", json!({})).await;
    for (body, text) in [
        (format!("{{\"id\":{id},\"ownerResourceID\":99999999999999999999}}"), "is not a valid integer"),
        (format!("{{\"id\":{id},\"companyName\":\"Gone\",\"ownerResourceID\":5}}"), "does not exist or is invalid"),
        ("{\"id\":99999999999999999999,\"companyName\":\"Gone\"}".to_owned(), "is not a valid integer"),
    ] {
        let refused = api.text("PATCH", "/Companies", &body).await.error();
        assert!(refused.contains(text), "{body}: {refused}");
    }
    assert_eq!(api.row("Companies", id).await["companyName"], "Stays");
    for path in ["/Nonsense/query", "/Nonsense/1", "/Company/query"] {
        let absent = api.get(path).await;
        assert_eq!(absent.status, 404, "{path}");
        assert!(absent.json()["Message"].as_str().is_some_and(|m| m.contains(path)), "{}", absent.text);
    }
}

#[tokio::test]
async fn text_is_kept_as_it_is() {
    let api = Api::new(0);
    for name in [
        "'; DROP TABLE \"Companies\"; --",
        "<script>alert(1)</script>",
        "nul\u{0}inside",
        "👩‍👩‍👧 Ünïcødé 日本",
        "%_[]^",
        "\\\"\n\t",
    ] {
        let id = api.company(name, json!({})).await;
        assert_eq!(api.row("Companies", id).await["companyName"], name);
        let found = api.all("Companies", json!([{"op": "eq", "field": "companyName", "value": name}])).await;
        assert_eq!(found.len(), 1, "{name:?}");
        let found = api.all("Companies", json!([{"op": "contains", "field": "companyName", "value": name}])).await;
        assert_eq!(found.len(), 1, "{name:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_body_brings_it_down(body in "\\PC{0,60}", path in prop::sample::select(vec!["/Companies/query", "/Companies", "/Companies/0/Contacts", "/Companies/query/count"])) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        thread_local!(static API: Api = Api::new(0));
        let api = API.with(Api::clone);
        let answer = runtime.block_on(api.text("POST", path, &body));
        prop_assert!(answer.status == 500 || answer.status == 200, "{answer:?}");
        prop_assert!(!answer.text.contains("unexpected error"), "{answer:?}");
    }

    #[test]
    fn no_path_brings_it_down(path in "/[a-zA-Z0-9/%?=&{}.-]{0,40}") {
        let Ok(uri) = format!("{}{path}", crate::common::ROOT).parse::<axum::http::Uri>() else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        thread_local!(static API: Api = Api::new(0));
        let api = API.with(Api::clone);
        let answer = runtime.block_on(api.get(&uri.to_string()));
        prop_assert!([200, 400, 404, 405, 500].contains(&answer.status), "{answer:?}");
    }
}
