//! The recorded exchanges, replayed: `exact` pairs to the letter, `shape` pairs by status, keys and types.

use std::path::Path;

use crate::common::{Api, config};
use autotask_core::text::fold;
use autotask_sandbox::{Config, Credentials};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

/// Pairs that are not replayed, each with its reason.
const LEFT_OUT: [(&str, &str); 0] = [];

/// What must be switched on before a pair, and is switched off after it.
const FAULTS: [(&str, &str); 3] = [
    ("query-no-permission", r#"{"fault": "permissionDenied", "entity": "Companies"}"#),
    // limits.rs sees both by as many requests as it takes.
    ("thread-limit", r#"{"fault": "threadRefusal", "entity": "Tickets"}"#),
    ("threshold-exceeded", r#"{"fault": "tooManyRequests"}"#),
];

/// Puts a row into the file as a person with a SQL shell would.
fn put(file: &rusqlite::Connection, table: &str, row: &Value) {
    let row = row.as_object().expect("a row");
    let mut columns: Vec<String> = row.keys().map(|key| format!("\"{key}\"")).collect();
    let cell = |value: &Value| match value {
        Value::Bool(flag) => rusqlite::types::Value::Integer(i64::from(*flag)),
        Value::Number(number) => rusqlite::types::Value::Integer(number.as_i64().expect("whole")),
        Value::String(text) => rusqlite::types::Value::Text(text.clone()),
        other => panic!("{other}"),
    };
    let mut cells: Vec<_> = row.values().map(cell).collect();
    for (key, value) in row {
        if let Some(text) = value.as_str() {
            columns.push(format!("\"~{key}\""));
            cells.push(rusqlite::types::Value::Text(fold(text)));
        }
    }
    let marks = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO \"{table}\" ({}) VALUES ({marks})", columns.join(", "));
    file.execute(&sql, rusqlite::params_from_iter(cells)).expect("a row goes in");
}

fn company(id: i64, name: &str, kind: i64) -> Value {
    json!({"id": id, "companyName": name, "companyType": kind, "isActive": true, "ownerResourceID": 29_683_995, "phone": "8005551212", "city": "", "state": "", "taxID": "", "additionalAddressInformation": ""})
}

/// The rows that the pairs mention.
fn prepare(path: &Path) {
    let file = rusqlite::Connection::open(path).expect("the file opens");
    for (id, name, kind) in [
        (29_683_616, "Sirius Cybernetics Corporation", 3),
        (29_683_664, "A Company", 1),
        (174, "Example Vendor", 7),
        (198, "ABC Company", 1),
        (222, "Other Company", 1),
        (283, "AB Company", 1),
    ] {
        put(&file, "Companies", &company(id, name, kind));
    }
    for id in 300..820 {
        put(&file, "Companies", &company(id, &format!("Book {id}"), 1));
    }
    for id in [29_683_995, 4_100] {
        put(
            &file,
            "Resources",
            &json!({"id": id, "firstName": "A", "lastName": "B", "isActive": true, "licenseType": 1}),
        );
    }
    put(
        &file,
        "Contacts",
        &json!({"id": 30_684_047, "companyID": 29_683_664, "firstName": "Zaphod", "lastName": "B", "isActive": 1}),
    );
    put(
        &file,
        "Contacts",
        &json!({"id": 30_684_048, "companyID": 174, "firstName": "A", "lastName": "Smith", "isActive": 1}),
    );
    put(
        &file,
        "Contacts",
        &json!({"id": 12_345, "companyID": 174, "firstName": "In", "lastName": "Active", "isActive": 0}),
    );
    put(&file, "ContactGroups", &json!({"id": 4, "name": "Test", "isActive": true}));
    put(
        &file,
        "CompanyLocations",
        &json!({"id": 1, "companyID": 0, "name": "Elsewhere", "isPrimary": false, "isActive": true}),
    );
    put(&file, "Tickets", &json!({"id": 4711, "companyID": 0, "priority": 2, "status": 5, "title": "t", "queueID": 5}));
    put(
        &file,
        "Tickets",
        &json!({"id": 43180, "companyID": 0, "priority": 2, "status": 1, "title": "t", "queueID": 5, "companyLocationID": 1}),
    );
    put(&file, "Tickets", &json!({"id": 1, "companyID": 0, "priority": 2, "status": 1, "title": "t", "queueID": 5}));
    for id in 7681..7760 {
        put(
            &file,
            "Tickets",
            &json!({"id": id, "companyID": 0, "priority": 2, "status": 1, "title": "t", "queueID": 5}),
        );
    }
    // The pair that makes a webhook gets the next number, 4.
    put(
        &file,
        "CompanyWebhooks",
        &json!({"id": 3, "name": "Other", "isActive": false, "webhookUrl": "https://example.com/other"}),
    );
    put(
        &file,
        "Projects",
        &json!({"id": 55, "companyID": 0, "projectName": "p", "projectType": 5, "status": 1, "startDateTime": 0, "endDateTime": 0}),
    );
    put(&file, "TicketSecondaryResources", &json!({"id": 501, "ticketID": 43180, "resourceID": 4_100, "roleID": 1}));
    put(
        &file,
        "TicketAttachments",
        &json!({"id": 90, "ticketID": 43180, "parentID": 43180, "attachmentType": "FILE_ATTACHMENT", "fullPath": "TestText.txt", "title": "Test", "publish": 1}),
    );
    file.execute("UPDATE \"TicketAttachments\" SET \"data\" = 'VGVzdA==' WHERE \"id\" = 90", []).expect("data goes in");
    put(&file, "TimeEntries", &json!({"id": 30_548, "resourceID": 4, "ticketID": 1}));
}

fn fill(value: &Value) -> Value {
    match value {
        Value::String(text) if text == "{{501 ids}}" => (1..=501).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), fill(value))).collect(),
        Value::Array(items) => items.iter().map(fill).collect(),
        other => other.clone(),
    }
}

fn request(pair: &Value, credentials: &Credentials) -> Request<Body> {
    let asked = &pair["request"];
    let url = asked["url"].as_str().expect("a URL").replace("{{more than 2048 characters}}", &"a".repeat(2_100));
    let path = &url[url.find("/ATServicesRest").or_else(|| url.find("/atservicesrest")).expect("below the root")..];
    let path = path.replace('"', "%22").replace("{{", "").replace("}}", "");
    let mut request = Request::builder()
        .method(asked["method"].as_str().expect("a method"))
        .uri(path)
        .header(header::HOST, "webservices18.autotask.net");
    for (name, value) in asked["headers"].as_object().expect("headers") {
        let value = match value.as_str().expect("text") {
            "{{code}}" => &credentials.integration_code,
            "{{user}}" => &credentials.user,
            "{{secret}}" => &credentials.secret,
            other => other,
        };
        request = request.header(name, value);
    }
    let body = match &asked["body"] {
        Value::Null => Body::empty(),
        body => Body::from(fill(body).to_string()),
    };
    request.body(body).expect("a request")
}

/// Whether `found` has the keys and types of `expected`; values are examples, and null may stand for any.
fn agrees(expected: &Value, found: &Value, path: &str) -> Result<(), String> {
    match (expected, found) {
        (Value::String(text), _) if text.starts_with("{{") => Ok(()),
        (Value::Null, Value::Null) => Ok(()),
        (Value::Null, _) | (_, Value::Null) if path.contains("item") || path.contains("Page") => Ok(()),
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().try_for_each(|(key, value)| match found.get(key) {
                Some(other) => agrees(value, other, &format!("{path}.{key}")),
                None => Err(format!("{path} has no {key}")),
            })
        }
        (Value::Array(expected), Value::Array(found)) => match (expected.first(), found.first()) {
            (Some(_), None) => Err(format!("{path} is empty")),
            // Error texts are compared up to a period at the end and up to where the recording breaks off.
            (Some(Value::String(text)), Some(Value::String(other))) if path.ends_with("errors") => {
                let text = text.split('…').next().unwrap_or(text).trim_end_matches('.');
                if text.starts_with("{{") || other.contains(text) {
                    Ok(())
                } else {
                    Err(format!("{other:?} instead of {text:?}"))
                }
            }
            (Some(expected), Some(found)) => agrees(expected, found, &format!("{path}[0]")),
            (None, _) => Ok(()),
        },
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => Ok(()),
        (expected, found) => Err(format!("{path} is {found}, not like {expected}")),
    }
}

/// A delivery is not asked for: its signature is compared with what a client computes. That the sandbox computes the same
/// is in webhooks.rs.
fn check_delivery(pair: &Value) -> Result<(), String> {
    let asked = &pair["request"];
    let body = asked["body_raw"].as_str().expect("a body");
    let expected = crate::receiver::sign("example-secret", body.as_bytes());
    if asked["headers"]["X-Hook-Signature"] != expected {
        return Err(format!("{} instead of {expected}", asked["headers"]["X-Hook-Signature"]));
    }
    let keys = |value: &Value| value.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    let read: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    if keys(&read) == keys(&asked["body"]) { Ok(()) } else { Err(format!("{body} is another body")) }
}

#[tokio::test]
async fn recorded_exchanges_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("exchanges.db");
    let credentials = Credentials { user: "api@example.com".to_owned(), ..Credentials::default() };
    let config = Config { database: Some(path.clone()), credentials: credentials.clone(), ..config(0) };
    drop(Api::with(config.clone()));
    prepare(&path);
    let api = Api::with(config);
    let set_up = |method: &'static str, path: String, body: Value| {
        let (api, user) = (api.clone(), credentials.user.clone());
        async move {
            let mut request = Api::request(method, &path, body.to_string());
            request.headers_mut().insert("UserName", user.parse().expect("a value"));
            api.send(request).await.item_id()
        }
    };
    let definition =
        |name: &str, kind: i64, data: i64| json!({"name": name, "udfType": kind, "dataType": data, "isActive": true});
    set_up("POST", "/UserDefinedFieldDefinitions".to_owned(), definition("CustomerRanking", 1, 1)).await;
    let list = set_up("POST", "/UserDefinedFieldDefinitions".to_owned(), definition("Test UDF", 8, 5)).await;
    let item = json!({"valueForDisplay": "One", "valueForExport": "1"});
    set_up("POST", format!("/UserDefinedFields/{list}/ListItems"), item).await;
    let golden = json!({"id": 198, "userDefinedFields": [{"name": "CustomerRanking", "value": "Golden"}]});
    set_up("PATCH", "/Companies".to_owned(), golden).await;

    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/exchanges.json");
    let fixture: Value = serde_json::from_str(&std::fs::read_to_string(fixture).expect("the fixture")).expect("JSON");
    let pairs = fixture["exchanges"].as_array().expect("pairs");
    let (mut replayed, mut exact, mut failures) = (0, 0, Vec::new());
    for pair in pairs {
        let id = pair["id"].as_str().expect("an id");
        if LEFT_OUT.iter().any(|(left_out, _)| *left_out == id) {
            continue;
        }
        replayed += 1;
        if pair["direction"] == "autotask-to-client" {
            if let Err(why) = check_delivery(pair) {
                failures.push(format!("{id}: {why}"));
            }
            continue;
        }
        if id == "ticket-company-mismatch" {
            // The pair before it cleared what this one is about.
            set_up("PATCH", "/Tickets".to_owned(), json!({"id": 43180, "companyID": 0, "companyLocationID": 1})).await;
        }
        let fault = FAULTS.iter().find(|(pair, _)| *pair == id);
        if let Some((_, rule)) = fault {
            api.fault(serde_json::from_str(rule).expect("JSON")).await;
        }
        let answer = api.send(request(pair, &credentials)).await;
        if fault.is_some() {
            api.control("DELETE", "faults", Value::Null).await.ok();
        }
        let expected = &pair["response"];
        if expected["status"] != answer.status {
            failures.push(format!("{id}: status {} instead of {}: {}", answer.status, expected["status"], answer.text));
            continue;
        }
        let found = answer.json();
        let result = if pair["match"] == "exact" {
            exact += 1;
            if found == expected["body"] { Ok(()) } else { Err(format!("{found} instead of {}", expected["body"])) }
        } else {
            agrees(&expected["body"], &found, "")
        };
        if let Err(why) = result {
            failures.push(format!("{id}: {why}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(replayed, 77);
    println!("{replayed} of {} pairs replayed, {exact} of them to the letter", pairs.len());
}
