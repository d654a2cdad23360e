//! Queries: filters as Autotask reads them, pages forth and back.

use crate::common::Api;
use serde_json::{Value, json};

fn ids(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

fn everything() -> Value {
    json!([{"op": "gte", "field": "id", "value": 0}])
}

#[tokio::test]
async fn twelve_hundred_rows_by_post_with_the_same_body() {
    let api = Api::new(1199);
    let body = json!({"filter": everything()});
    let first = api.post("/Companies/query", body.clone()).await;
    let details = &first.json()["pageDetails"];
    assert_eq!(
        (&details["count"], &details["requestCount"], &details["prevPageUrl"]),
        (&json!(500), &json!(500), &json!(null))
    );
    let next = details["nextPageUrl"].as_str().expect("a next page").to_owned();
    let last = ids(&first.items())[499];
    assert_eq!(
        next,
        format!(
            "http://127.0.0.1:8081/ATServicesRest/V1.0/Companies/query/next?paging=%7b%22pageSize%22%3a500%2c%22previousIds%22%3a%5b-1%5d%2c%22nextIds%22%3a%5b{last}%5d%7d"
        )
    );
    // The filter is not in the cursor.
    let answer = api.get(&next).await;
    assert_eq!(
        (answer.status, answer.json()),
        (405, json!({"Message": "The requested resource does not support http method 'GET'."}))
    );
    assert_eq!(api.text("POST", &next, "").await.error(), "Value cannot be null.\r\nParameter name: filters");
    let all = api.everything("Companies").await;
    let found = ids(&all);
    assert_eq!(found.len(), 1200);
    assert!(found.is_sorted() && found[0] == 0);
    // And another body means other rows after the same cursor.
    let inactive =
        api.post(&next, json!({"filter": [{"op": "eq", "field": "isActive", "value": false}]})).await.items();
    assert!(
        !inactive.is_empty()
            && inactive.iter().all(|row| row["isActive"] == json!(false) && row["id"].as_i64() > Some(last))
    );
    // Third page: 200 rows, and a way back.
    let second = api.post(&next, body.clone()).await.json();
    let third =
        api.post(second["pageDetails"]["nextPageUrl"].as_str().expect("a third page"), body.clone()).await.json();
    assert_eq!(third["pageDetails"]["count"], 200);
    assert_eq!(third["pageDetails"]["nextPageUrl"], Value::Null);
    let back = api.post(third["pageDetails"]["prevPageUrl"].as_str().expect("a way back"), body.clone()).await.json();
    assert_eq!(back["items"], second["items"]);
    let back = api.post(back["pageDetails"]["prevPageUrl"].as_str().expect("a way back"), body).await.json();
    assert_eq!(ids(back["items"].as_array().expect("rows")), found[..500]);
    assert_eq!(back["pageDetails"]["prevPageUrl"], Value::Null);
    assert_eq!(
        back["pageDetails"]["nextPageUrl"].as_str().map(|url| url.contains("previousIds%22%3a%5b-1%5d")),
        Some(true)
    );
}

#[tokio::test]
async fn a_walk_by_get_carries_its_search() {
    let api = Api::new(60);
    let search = "%7b%27filter%27%3a%5b%7b%27op%27%3a%27exist%27%2c%27field%27%3a%27IsActive%27%7d%5d%2c%27MaxRecords%27%3a%2725%27%7d";
    let first = api.get(&format!("/Companies/query?search={search}")).await.json();
    let next = first["pageDetails"]["nextPageUrl"].as_str().expect("a next page");
    assert!(next.ends_with(&format!("&search={search}")), "{next}");
    let second = api.get(next).await.json();
    assert_eq!((&second["pageDetails"]["count"], &second["pageDetails"]["requestCount"]), (&json!(25), &json!(25)));
    let third = api.get(second["pageDetails"]["nextPageUrl"].as_str().expect("a third page")).await.json();
    assert_eq!((&third["pageDetails"]["count"], &third["pageDetails"]["nextPageUrl"]), (&json!(11), &Value::Null));
}

#[tokio::test]
async fn a_page_that_is_exactly_full_is_the_last() {
    let api = Api::new(9);
    let answer = api.post("/Companies/query", json!({"MaxRecords": 10, "filter": everything()})).await.json();
    assert_eq!((&answer["pageDetails"]["count"], &answer["pageDetails"]["nextPageUrl"]), (&json!(10), &Value::Null));
    let answer = api.post("/Companies/query", json!({"maxrecords": 1, "filter": everything()})).await.json();
    assert_eq!(ids(answer["items"].as_array().expect("rows")), [0]);
    for size in [0, 501, 20_000, -1] {
        let answer = api.post("/Companies/query", json!({"MaxRecords": size, "filter": everything()})).await;
        assert_eq!(answer.error(), "maxCountOfRecordsToReturn must be between 1 and 500", "{size}");
    }
    assert!(
        api.post("/Companies/query/next?paging=nonsense", json!({"filter": everything()}))
            .await
            .error()
            .contains("paging")
    );
}

#[tokio::test]
async fn a_missing_filter_is_an_error_and_an_empty_one_is_everything() {
    let api = Api::new(3);
    let text = "Value cannot be null.\r\nParameter name: filters";
    for body in ["", "{}", "{\"filter\":null}", "{\"MaxRecords\":5}", "{\"op\":\"eq\",\"field\":\"id\",\"value\":1}"] {
        assert_eq!(api.text("POST", "/Companies/query", body).await.error(), text, "{body}");
    }
    assert_eq!(api.get("/Companies/query").await.error(), text);
    assert_eq!(api.post("/Companies/query/count", json!({"Filter": []})).await.ok(), json!({"queryCount": 4}));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_recorded_words() {
    let api = Api::new(3);
    let error = |filter: Value| {
        let api = api.clone();
        async move { api.post("/Companies/query", json!({"filter": filter})).await.error() }
    };
    assert_eq!(
        error(json!([{"op": "eq", "field": "limit", "value": 5}])).await,
        "Unable to find limit in the Company Entity."
    );
    assert_eq!(
        error(json!([{"op": "eq", "field": "stockSymbol", "value": "A"}])).await,
        "Unable to find stockSymbol in the Company Entity."
    );
    assert_eq!(
        error(json!([{"op": "eq", "field": "Seats", "value": 5}])).await,
        "Unable to find Seats in the Company Entity."
    );
    assert_eq!(
        error(json!([{"op": "eq", "field": "companyType", "value": "material"}])).await,
        "Conversion failed when converting varchar 'material' to data type int"
    );
    assert_eq!(
        error(json!([{"op": "eq", "field": "ownerResourceID", "value": false}])).await,
        "Conversion failed when converting varchar 'false' to data type int"
    );
    assert_eq!(
        error(json!([{"op": "gt", "field": "createDate", "value": "soon"}])).await,
        "Conversion failed when converting date and/or time from character string."
    );
    let many: Vec<i64> = (0..501).collect();
    assert_eq!(
        error(json!([{"op": "in", "field": "id", "value": many}])).await,
        "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions."
    );
    assert_eq!(
        error(json!([{"op": "eq", "field": "Seats", "udf": true, "value": 5}, {"op": "eq", "field": "Account code", "udf": true, "value": "x"}])).await,
        "Invalid query syntax. Queries are limited to one user-defined field."
    );
    for odd in [
        json!("x"),
        json!([7]),
        json!([{"op": "or"}]),
        json!([{"op": "in", "field": "id"}]),
        json!([{"op": "contains", "field": "id", "value": "1"}]),
    ] {
        assert!(error(odd.clone()).await.starts_with("Invalid query syntax. "), "{odd}");
    }
    let five_hundred: Vec<i64> = (0..500).collect();
    assert_eq!(
        api.post("/Companies/query/count", json!({"filter": [{"op": "in", "field": "id", "value": five_hundred}]}))
            .await
            .ok()["queryCount"],
        1
    );
}

#[tokio::test]
async fn thousands_of_conditions_are_no_trouble() {
    let api = Api::new(3);
    let filter: Vec<Value> =
        (0..3000).map(|n| json!({"op": "noteq", "field": "companyName", "value": n.to_string()})).collect();
    assert_eq!(api.post("/Companies/query/count", json!({ "filter": filter })).await.ok()["queryCount"], 4);
    let filter: Vec<Value> = (0..40_000).map(|n| json!({"op": "noteq", "field": "id", "value": -n - 1})).collect();
    assert!(api.post("/Companies/query/count", json!({ "filter": filter })).await.error().contains("32000 values"));
    let nested =
        (0..30).fold(json!({"op": "eq", "field": "id", "value": 0}), |inner, _| json!({"op": "or", "items": [inner]}));
    assert_eq!(api.post("/Companies/query/count", json!({ "filter": [nested] })).await.ok()["queryCount"], 1);
    let nested =
        (0..60).fold(json!({"op": "eq", "field": "id", "value": 0}), |inner, _| json!({"op": "or", "items": [inner]}));
    assert_eq!(api.post("/Companies/query/count", json!({ "filter": [nested] })).await.status, 500);
    assert!(api.text("POST", "/Companies/query", &"[".repeat(100_000)).await.error().contains("MaxDepth"));
}

#[tokio::test]
async fn unknown_operators_are_dropped_or_in_a_strict_sandbox_refused() {
    let (api, strict) = (Api::new(3), Api::strict(3));
    let mixed =
        json!({"filter": [{"op": "ne", "field": "companyType", "value": 5}, {"op": "eq", "field": "id", "value": 0}]});
    let only = json!({"filter": [{"op": "noteExist", "field": "phone"}]});
    assert_eq!(ids(&api.post("/Companies/query", mixed.clone()).await.items()), [0]);
    assert_eq!(api.post("/Companies/query", only.clone()).await.items().len(), 4);
    for body in [mixed, only] {
        assert!(strict.post("/Companies/query", body).await.error().contains("unknown operator"));
    }
    // Letter case is no matter.
    assert_eq!(
        strict
            .post(
                "/Companies/query",
                json!({"filter": [{"OP": "BEGINSWITH", "Field": "COMPANYNAME", "Value": "bright"}]})
            )
            .await
            .items()
            .len(),
        1
    );
}

#[tokio::test]
async fn comparisons_with_null_match_nothing() {
    let api = Api::new(30);
    let count = |filter: Value| {
        let api = api.clone();
        async move {
            api.post("/Companies/query/count", json!({"filter": [filter]})).await.ok()["queryCount"]
                .as_i64()
                .expect("a number")
        }
    };
    for op in ["eq", "noteq", "gt"] {
        assert_eq!(count(json!({"op": op, "field": "parentCompanyID", "value": null})).await, 0, "{op}");
        // Some clients leave out a value that is false or 0.
        assert_eq!(count(json!({"op": op, "field": "parentCompanyID"})).await, 0, "{op}");
    }
    let either = json!([{"op": "eq", "field": "isActive", "value": true}, {"op": "eq", "field": "isActive"}]);
    let active = count(json!({"op": "eq", "field": "isActive", "value": true})).await;
    assert_eq!(count(json!({"op": "or", "items": either})).await, active);
    let strict = Api::strict(0);
    let valueless = json!({"filter": [{"op": "eq", "field": "isActive"}]});
    assert!(strict.post("/Companies/query", valueless).await.error().contains("`eq` needs a value"));
    let with = count(json!({"op": "exist", "field": "parentCompanyID"})).await;
    let without = count(json!({"op": "notExist", "field": "parentCompanyID"})).await;
    assert!(with > 0 && with + without == 31);
    assert_eq!(count(json!({"op": "noteq", "field": "parentCompanyID", "value": 1})).await, with);
    assert_eq!(count(json!({"op": "notIn", "field": "parentCompanyID", "value": [null]})).await, with);
    assert_eq!(count(json!({"op": "in", "field": "parentCompanyID", "value": [null]})).await, 0);
}

#[tokio::test]
async fn included_fields_are_canonical_and_unknown_ones_refused() {
    let api = Api::new(3);
    let ask = |fields: Value| {
        let api = api.clone();
        async move {
            api.post("/Companies/query", json!({"includeFields": fields, "MaxRecords": 1, "filter": everything()}))
                .await
        }
    };
    let row = ask(json!(["STATE", "Id", "companyname", "id"])).await.items().remove(0);
    let keys: Vec<&String> = row.as_object().expect("a row").keys().collect();
    assert_eq!(keys, ["id", "companyName", "state", "userDefinedFields"]);
    assert_eq!(row["userDefinedFields"], json!([]));
    let row = ask(json!(["id", "seats"])).await.items().remove(0);
    assert_eq!(row["userDefinedFields"], json!([{"name": "Seats", "value": null}]));
    assert_eq!(ask(json!(["id", "firstName"])).await.error(), "Unable to find firstName in the Company Entity");
    assert_eq!(
        ask(json!(["userDefinedFields"])).await.error(),
        "Unable to find userDefinedFields in the Company Entity"
    );
    // A page without `id` still knows where it ends.
    let answer = ask(json!(["city"])).await;
    assert_eq!(
        answer.json()["pageDetails"]["nextPageUrl"].as_str().map(|u| u.contains("nextIds%22%3a%5b0%5d")),
        Some(true)
    );
}

#[tokio::test]
async fn text_is_compared_without_case_and_without_spaces_at_the_end() {
    let api = Api::new(0);
    let id = api.company("ÉCOLE Straße 100%_x  ", json!({"city": "Αθήνα", "webAddress": ""})).await;
    let finds = |filter: Value| {
        let api = api.clone();
        async move { ids(&api.post("/Companies/query", json!({"filter": [filter]})).await.items()) }
    };
    for filter in [
        json!({"op": "eq", "field": "companyName", "value": "école straße 100%_x"}),
        json!({"op": "eq", "field": "companyName", "value": "école straße 100%_x     "}),
        json!({"op": "in", "field": "companyName", "value": ["x", "École Straße 100%_X"]}),
        json!({"op": "contains", "field": "companyName", "value": "E STRASSE".replace("SS", "ẞ")}),
        json!({"op": "beginsWith", "field": "companyName", "value": "ÉCOLE"}),
        json!({"op": "endsWith", "field": "companyName", "value": "_X  "}),
        json!({"op": "contains", "field": "companyName", "value": "100%_"}),
        json!({"op": "eq", "field": "city", "value": "ΑΘΉΝΑ"}),
        json!({"op": "eq", "field": "webAddress", "value": ""}),
    ] {
        assert_eq!(finds(filter.clone()).await, [id], "{filter}");
    }
    for filter in [
        json!({"op": "eq", "field": "companyName", "value": "ecole straße 100%_x"}),
        json!({"op": "contains", "field": "companyName", "value": "100_"}),
        json!({"op": "endsWith", "field": "companyName", "value": "_x"}),
        json!({"op": "beginsWith", "field": "companyName", "value": "%"}),
    ] {
        assert_eq!(finds(filter.clone()).await, Vec::<i64>::new(), "{filter}");
    }
}
