//! Webhooks: set up over the API, delivered over HTTP to a receiver on this machine.

use crate::common::{Api, config, now};
use crate::receiver::{Clock, Delivery, Receiver, until};
use autotask_sandbox::{Config, WebhookBody};
use serde_json::{Value, json};

/// The resource behind the sandbox's credentials.
const API_USER: i64 = 29_682_885;
const SECRET: &str = "example-secret";
/// Numbers of the list `fieldID` of companies.
const COMPANY_NAME: i64 = 7;
const CITY: i64 = 11;
const PHONE: i64 = 14;
const COMPANY_TYPE: i64 = 24;

/// A body that makes a webhook for everything.
fn webhook(url: &str) -> Value {
    json!({
        "IsActive": true,
        "DeactivationUrl": format!("{url}/off"),
        "IsSubscribedToCreateEvents": true,
        "IsSubscribedToUpdateEvents": true,
        "IsSubscribedToDeleteEvents": true,
        "Name": "Sync",
        "SecretKey": SECRET,
        "SendThresholdExceededNotification": false,
        "WebhookUrl": format!("{url}/hook"),
    })
}

fn with(mut body: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().expect("an object") {
        body[key] = value.clone();
    }
    body
}

/// A webhook of companies that is subscribed to the name.
async fn company_webhook(api: &Api, url: &str) -> i64 {
    let hook = api.post("/CompanyWebhooks", webhook(url)).await.item_id();
    field(api, hook, COMPANY_NAME, true, false).await;
    hook
}

async fn field(api: &Api, hook: i64, field: i64, is_subscribed: bool, is_always: bool) -> i64 {
    let body = json!({"FieldID": field, "IsSubscribedField": is_subscribed, "IsDisplayAlwaysField": is_always, "WebhookID": hook});
    api.post(&format!("/CompanyWebhooks/{hook}/Fields"), body).await.item_id()
}

async fn rename(api: &Api, company: i64, name: &str) {
    api.patch("/Companies", json!({"id": company, "companyName": name})).await.item_id();
}

/// `GET /_sandbox/webhooks`.
async fn queue(api: &Api) -> Value {
    api.control("GET", "webhooks", Value::Null).await.ok()
}

async fn waiting(api: &Api) -> usize {
    queue(api).await["waiting"].as_array().expect("a list").len()
}

/// Waits until nothing waits, and answers the events that ended, the last first.
async fn ended(api: &Api) -> Vec<Value> {
    until("an empty queue", || async { (waiting(api).await == 0).then_some(()) }).await;
    queue(api).await["ended"].as_array().expect("a list").clone()
}

fn sequence(delivery: &Delivery) -> i64 {
    delivery.json()["SequenceNumber"].as_i64().expect("a number")
}

#[tokio::test]
async fn a_webhook_gets_a_guid_and_an_owner_and_is_ready_while_it_is_subscribed() {
    let api = Api::new(2);
    let hook = api.post("/CompanyWebhooks", webhook("http://127.0.0.1:1")).await.item_id();
    assert_eq!(hook, 1, "they count from 1");
    let row = api.row("CompanyWebhooks", hook).await;
    assert_eq!((&row["isActive"], &row["isReady"]), (&json!(true), &json!(false)));
    assert_eq!(row["ownerResourceID"], API_USER);
    let guid = row["webhookGUID"].as_str().expect("a GUID").to_owned();
    assert_eq!((guid.len(), guid.matches('-').count()), (36, 4), "{guid}");
    let other = api.post("/ContactWebhooks", webhook("http://127.0.0.1:1")).await.item_id();
    assert_eq!(other, 1, "each entity counts for itself");
    assert_ne!(api.row("ContactWebhooks", other).await["webhookGUID"], json!(guid));

    let is_ready = || async { api.row("CompanyWebhooks", hook).await["isReady"].clone() };
    let shown = field(&api, hook, PHONE, false, true).await;
    assert_eq!(is_ready().await, false, "a field that is only displayed is not enough");
    let path = format!("/CompanyWebhooks/{hook}/Fields");
    api.patch(&path, json!({"id": shown, "isSubscribedField": true})).await.item_id();
    assert_eq!(is_ready().await, true);
    api.call("DELETE", &format!("{path}/{shown}"), json!({})).await.item_id();
    assert_eq!(is_ready().await, false);

    let info = api.get("/CompanyWebhookUdfFields/entityInformation/fields").await.ok();
    let list = info["fields"].as_array().expect("fields").iter().find(|f| f["name"] == "udfFieldID").expect("it")["picklistValues"].clone();
    let ranking =
        list.as_array().expect("a list").iter().find(|pick| pick["label"] == "Customer Ranking").expect("a field");
    let body = json!({"udfFieldID": ranking["value"], "isSubscribedField": true, "isDisplayAlwaysField": false});
    api.post(&format!("/CompanyWebhooks/{hook}/UdfFields"), body).await.item_id();
    assert_eq!(is_ready().await, true, "a user-defined field is enough");

    let sent = with(
        webhook("http://127.0.0.1:1"),
        json!({"id": hook, "webhookGUID": "mine", "isReady": false, "name": "Put"}),
    );
    api.call("PUT", "/CompanyWebhooks", sent).await.item_id();
    let row = api.row("CompanyWebhooks", hook).await;
    assert_eq!((&row["name"], &row["webhookGUID"], &row["isReady"]), (&json!("Put"), &json!(guid), &json!(true)));
}

#[tokio::test]
async fn what_cannot_be_set_up_is_refused() {
    let api = Api::new(2);
    let refused = |changes: Value| {
        let api = api.clone();
        async move { api.post("/CompanyWebhooks", with(webhook("https://example.test"), changes)).await.error() }
    };
    for (field, length) in [("Name", 50), ("SecretKey", 64), ("NotificationEmailAddress", 150)] {
        let text = refused(json!({field: "x".repeat(length + 1)})).await;
        assert!(text.contains(&format!("must be less than or equal to {length} characters")), "{text}");
    }
    for field in ["WebhookUrl", "DeactivationUrl"] {
        for url in ["http://example.test/hook", "https://example.test:8443/hook", "hook"] {
            assert!(refused(json!({field: url})).await.contains("must be an HTTPS address on port 443"), "{url}");
        }
    }
    assert!(refused(json!({"SecretKey": ""})).await.starts_with("Missing Required Field: secretKey"));
    assert_eq!(api.everything("CompanyWebhooks").await.len(), 0, "nothing of it stays");

    let fits = json!({"Name": "x".repeat(50), "SecretKey": "x".repeat(64)});
    let hook = api.post("/CompanyWebhooks", with(webhook("https://example.test"), fits)).await.item_id();
    let path = format!("/CompanyWebhooks/{hook}/Fields");
    let body = |field: i64| json!({"fieldID": field, "isSubscribedField": true, "isDisplayAlwaysField": true});
    assert!(api.post(&path, body(40)).await.error().starts_with("Picklist value [40] does not exist for fieldID"));
    api.post(&path, body(39)).await.item_id();
    assert!(api.post(&path, body(39)).await.error().contains("the same webhookID and fieldID already exists"));
    let excluded = format!("/CompanyWebhooks/{hook}/ExcludedResources");
    api.post(&excluded, json!({"resourceID": API_USER})).await.item_id();
    assert!(api.post(&excluded, json!({"resourceID": API_USER})).await.error().contains("already exists"));
    let absent = api.post("/CompanyWebhooks/77/Fields", body(39)).await.error();
    assert_eq!(absent, "Reference value on field: webhookID of type: CompanyWebhook does not exist or is invalid.");
}

#[tokio::test]
async fn a_duplicate_has_the_same_address_and_callout_type_even_when_it_is_inactive() {
    let api = Api::new(2);
    let only = |kind: &str| {
        let mut body = webhook("https://example.test");
        for other in ["Create", "Update", "Delete"] {
            body[format!("IsSubscribedTo{other}Events")] = json!(other == kind);
        }
        body
    };
    api.post("/CompanyWebhooks", with(only("Update"), json!({"IsActive": false}))).await.item_id();
    let text = api.post("/CompanyWebhooks", only("Update")).await.error();
    assert_eq!(text, "Data violation: A CompanyWebhook with the same webhookUrl and callout type already exists.");
    let create = api.post("/CompanyWebhooks", only("Create")).await.item_id();
    api.post("/CompanyWebhooks", with(only("Update"), json!({"WebhookUrl": "https://example.test/other"})))
        .await
        .item_id();
    api.post("/ContactWebhooks", only("Update")).await.item_id();
    let change = json!({"id": create, "isSubscribedToUpdateEvents": true});
    assert!(api.patch("/CompanyWebhooks", change).await.error().contains("already exists"));
}

#[tokio::test]
async fn the_fields_that_metadata_marks_are_those_of_the_list() {
    let api = Api::new(2);
    let supported = |entity: &'static str| {
        let api = api.clone();
        async move {
            let info = api.get(&format!("/{entity}/entityInformation/fields")).await.ok();
            let fields = info["fields"].as_array().expect("fields").clone();
            fields
                .into_iter()
                .filter(|f| f["isSupportedWebhookField"] == true)
                .map(|f| f["name"].clone())
                .collect::<Vec<_>>()
        }
    };
    let companies = supported("Companies").await;
    assert!(companies.contains(&json!("companyName")) && companies.contains(&json!("lastActivityDate")));
    assert!(!companies.contains(&json!("id")) && !companies.contains(&json!("createDate")));
    assert_eq!(companies.len(), 34, "39 of the list less 5 that the entity does not return");
    assert_eq!(supported("Contacts").await.len(), 37);
}

#[tokio::test]
async fn an_update_is_delivered_with_a_signature_that_a_client_can_check() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    let hook = company_webhook(&api, &receiver.url).await;
    field(&api, hook, PHONE, false, true).await;
    field(&api, hook, CITY, true, false).await;
    field(&api, hook, COMPANY_TYPE, true, false).await;
    let company = api.everything("Companies").await[1].clone();
    let id = company["id"].as_i64().expect("an id");
    let change = json!({"id": id, "companyName": "New Name", "companyType": 3, "city": company["city"]});
    api.patch("/Companies", change).await.item_id();

    let delivery = receiver.next().await;
    assert_eq!((delivery.path.as_str(), delivery.content_type.as_str()), ("/hook", "application/json"));
    assert!(delivery.is_signed(SECRET, &delivery.body), "{} of {}", delivery.signature, delivery.text());
    assert!(!delivery.is_signed("another secret", &delivery.body));
    assert_eq!(
        delivery.json(),
        json!({
            "Action": "Update",
            "Guid": api.row("CompanyWebhooks", hook).await["webhookGUID"],
            "EntityType": "Account",
            "Id": id,
            "Fields": {"companyName": "New Name", "phone": company["phone"], "companyType": 3},
            "EventTime": now().to_string(),
            "SequenceNumber": 1,
            "PersonID": API_USER,
        })
    );
    let ended = ended(&api).await;
    assert_eq!(
        (&ended[0]["state"], &ended[0]["status"], &ended[0]["attempts"]),
        (&json!("delivered"), &json!(200), &json!(1))
    );
}

#[tokio::test]
async fn a_delivery_has_the_members_of_the_recorded_one() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/exchanges.json");
    let fixture: Value = serde_json::from_str(&std::fs::read_to_string(fixture).expect("the fixture")).expect("JSON");
    let pairs = fixture["exchanges"].as_array().expect("pairs");
    let pair = pairs.iter().find(|pair| pair["id"] == "webhook-delivery").expect("the pair");
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    company_webhook(&api, &receiver.url).await;
    rename(&api, 0, "New Name").await;
    let delivery = receiver.next().await.json();
    let recorded = &pair["request"]["body"];
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&delivery), keys(recorded), "in this order");
    assert_eq!(delivery["Fields"], recorded["Fields"]);
    assert_eq!((&delivery["EntityType"], &delivery["PersonID"]), (&recorded["EntityType"], &recorded["PersonID"]));
}

#[tokio::test]
async fn only_a_change_of_a_subscribed_field_is_told() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    let hook = company_webhook(&api, &receiver.url).await;
    field(&api, hook, PHONE, false, true).await;
    let id = api.company("Before", json!({})).await;
    let created = receiver.next().await.json();
    assert_eq!((&created["Action"], &created["Id"]), (&json!("Create"), &json!(id)));
    assert_eq!(created["Fields"], json!({"companyName": "Before", "phone": "5185550100"}));

    api.patch("/Companies", json!({"id": id, "phone": "5185550199"})).await.item_id();
    rename(&api, id, "Before").await;
    assert_eq!(ended(&api).await.len(), 1, "the phone is only displayed, and the name is what it was");
    rename(&api, id, "After").await;
    assert_eq!(receiver.next().await.json()["Fields"], json!({"companyName": "After", "phone": "5185550199"}));

    api.patch("/CompanyWebhooks", json!({"id": hook, "isSubscribedToUpdateEvents": false})).await.item_id();
    rename(&api, id, "Unsubscribed").await;
    api.patch("/CompanyWebhooks", json!({"id": hook, "isSubscribedToUpdateEvents": true, "isActive": false}))
        .await
        .item_id();
    assert_eq!(receiver.next().await.path, "/off");
    rename(&api, id, "Inactive").await;
    assert_eq!(ended(&api).await.len(), 3);
    assert_eq!(receiver.rest().len(), 0);
}

#[tokio::test]
async fn contacts_are_told_from_their_first_to_their_last_day() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    let hook = api.post("/ContactWebhooks", webhook(&receiver.url)).await.item_id();
    let info = api.get("/ContactWebhookFields/entityInformation/fields").await.ok();
    let list = info["fields"].as_array().expect("fields").iter().find(|f| f["name"] == "fieldID").expect("it")["picklistValues"].clone();
    let number = |label: &str| {
        list.as_array().expect("a list").iter().find(|pick| pick["label"] == label).expect(label)["value"].clone()
    };
    for (label, is_subscribed) in [("LastName", true), ("PrimaryContact", true), ("EmailAddress", false)] {
        let body = json!({"fieldID": number(label), "isSubscribedField": is_subscribed, "isDisplayAlwaysField": !is_subscribed});
        api.post(&format!("/ContactWebhooks/{hook}/Fields"), body).await.item_id();
    }
    let company = api.company("A", json!({})).await;
    let path = format!("/Companies/{company}/Contacts");
    let contact = |name: &str, more: Value| {
        with(json!({"firstName": "Ann", "lastName": name, "isActive": 1, "primaryContact": true}), more)
    };
    let first = api.post(&path, contact("First", json!({"emailAddress": "ann@example.test"}))).await.item_id();
    let told = receiver.next().await.json();
    assert_eq!(
        (&told["EntityType"], &told["Action"], &told["Id"]),
        (&json!("Contact"), &json!("Create"), &json!(first))
    );
    assert_eq!(
        told["Fields"],
        json!({"lastName": "First", "primaryContact": true, "emailAddress": "ann@example.test"})
    );

    // The second primary contact ends the first: a change that nobody wrote is told too.
    let second = api.post(&path, contact("Second", json!({}))).await.item_id();
    let both = [receiver.next().await.json(), receiver.next().await.json()];
    assert_eq!([&both[0]["Id"], &both[1]["Id"]], [&json!(second), &json!(first)]);
    assert_eq!((&both[1]["Action"], &both[1]["Fields"]["primaryContact"]), (&json!("Update"), &json!(false)));

    api.call("DELETE", &format!("{path}/{first}"), json!({})).await.item_id();
    let gone = receiver.next().await.json();
    assert_eq!((&gone["Action"], &gone["Id"]), (&json!("Delete"), &json!(first)));
    assert_eq!(gone["Fields"], json!({"emailAddress": "ann@example.test"}));
    assert_eq!(gone["SequenceNumber"], 4);
}

#[tokio::test]
async fn an_address_that_follows_its_location_is_told() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    let company = api.company("A", json!({"city": "Albany"})).await;
    let hook = company_webhook(&api, &receiver.url).await;
    field(&api, hook, CITY, true, false).await;
    let locations = api.all("CompanyLocations", json!([{"op": "eq", "field": "companyID", "value": company}])).await;
    let path = format!("/Companies/{company}/Locations");
    api.patch(&path, json!({"id": locations[0]["id"], "city": "Troy"})).await.item_id();
    let told = receiver.next().await.json();
    assert_eq!((&told["Id"], &told["Fields"]), (&json!(company), &json!({"city": "Troy"})));
}

#[tokio::test]
async fn a_user_defined_field_is_told_by_its_name() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    let definition = api
        .all("UserDefinedFieldDefinitions", json!([{"op": "eq", "field": "name", "value": "Customer Ranking"}]))
        .await;
    let company =
        api.company("A", json!({"userDefinedFields": [{"name": "Customer Ranking", "value": "Golden"}]})).await;
    let hook = api.post("/CompanyWebhooks", webhook(&receiver.url)).await.item_id();
    let body = json!({"udfFieldID": definition[0]["id"], "isSubscribedField": true, "isDisplayAlwaysField": false});
    api.post(&format!("/CompanyWebhooks/{hook}/UdfFields"), body).await.item_id();
    let rank =
        |value: Value| json!({"id": company, "userDefinedFields": [{"name": "customer ranking", "value": value}]});
    api.patch("/Companies", rank(json!("Golden"))).await.item_id();
    rename(&api, company, "B").await;
    assert_eq!(waiting(&api).await, 0, "its value is what it was");
    let list = api.get("/Companies/entityInformation/userDefinedFields").await.ok();
    let other = list["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .find(|f| f["name"] == "Customer Ranking")
        .expect("it")["picklistValues"][1]["value"]
        .clone();
    api.patch("/Companies", rank(other.clone())).await.item_id();
    assert_eq!(receiver.next().await.json()["Fields"], json!({"Customer Ranking": other}));
    api.patch("/Companies", rank(Value::Null)).await.item_id();
    assert_eq!(receiver.next().await.json()["Fields"], json!({"Customer Ranking": null}));
}

#[tokio::test]
async fn the_sandboxs_own_clock_brings_the_next_attempt() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    company_webhook(&api, &receiver.url).await;
    receiver.answers.next(&[503]);
    api.company("A", json!({})).await;
    receiver.next().await;
    until("the failure is written down", || async { (queue(&api).await["waiting"][0]["attempts"] == 1).then_some(()) })
        .await;
    api.control("POST", "clock", json!({"advanceSeconds": 30})).await.ok();
    assert_eq!(sequence(&receiver.next().await), 1);
}

/// A name with everything that is escaped.
const ODD_NAME: &str = "\"Müller\" & Söhne <GmbH> + `Ça va` d'été 🙂 \\ /";

/// What a client does that got the JSON already read: it writes it again and puts the escapes back, as one had to find
/// out.
fn escaped_again(body: &Value) -> String {
    let (mut out, mut is_inside, mut is_escaped) = (String::new(), false, false);
    for c in body.to_string().chars() {
        match c {
            '"' if is_escaped => {
                out.pop();
                out.push_str("\\u0022");
            }
            '"' => {
                is_inside = !is_inside;
                out.push(c);
            }
            _ if is_inside && !is_escaped && ("&<>'`+".contains(c) || !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
            _ => out.push(c),
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    out
}

#[tokio::test]
async fn odd_characters_are_signed_as_they_are_sent_and_after_reading_and_escaping_again() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    company_webhook(&api, &receiver.url).await;
    api.company(ODD_NAME, json!({})).await;
    let delivery = receiver.next().await;
    assert!(delivery.body.is_ascii(), "{}", delivery.text());
    assert!(delivery.text().contains("\\u0022M\\u00FCller\\u0022 \\u0026"), "{}", delivery.text());
    assert_eq!(delivery.json()["Fields"]["companyName"], ODD_NAME);
    assert!(delivery.is_signed(SECRET, &delivery.body));
    assert!(delivery.is_signed(SECRET, escaped_again(&delivery.json()).as_bytes()));
    assert!(
        !delivery.is_signed(SECRET, delivery.json().to_string().as_bytes()),
        "read and written again is not enough"
    );
}

#[tokio::test]
async fn a_sandbox_can_send_what_fits_its_signature_only_after_escaping() {
    let api = Api::with(Config { webhook_body: WebhookBody::Unescaped, ..config(2) });
    assert_eq!(api.control("GET", "settings", Value::Null).await.ok()["webhookBody"], "unescaped");
    let mut receiver = Receiver::start().await;
    company_webhook(&api, &receiver.url).await;
    api.company(ODD_NAME, json!({})).await;
    let delivery = receiver.next().await;
    assert!(delivery.text().contains("Müller"), "{}", delivery.text());
    assert!(!delivery.is_signed(SECRET, &delivery.body));
    assert!(delivery.is_signed(SECRET, escaped_again(&delivery.json()).as_bytes()));
    api.company("Plain", json!({})).await;
    let plain = receiver.next().await;
    assert!(plain.is_signed(SECRET, &plain.body), "nothing to escape, nothing to fall into");
    api.control("PATCH", "settings", json!({"webhookBody": "asSigned"})).await.ok();
    api.company(ODD_NAME, json!({})).await;
    let escaped = receiver.next().await;
    assert!(escaped.is_signed(SECRET, &escaped.body));
}

#[tokio::test]
async fn what_follows_a_failed_delivery_waits_for_it() {
    let clock = Clock::new();
    let api = Api::with(clock.config());
    let mut receiver = Receiver::start().await;
    company_webhook(&api, &receiver.url).await;
    receiver.answers.next(&[500]);
    let company = api.company("One", json!({})).await;
    rename(&api, company, "Two").await;
    assert_eq!(sequence(&receiver.next().await), 1);
    let failed = until("the failure is written down", || async {
        let first = queue(&api).await["waiting"][0].clone();
        (first["attempts"] == 1).then_some(first)
    })
    .await;
    assert_eq!((&failed["status"], &failed["error"]), (&json!(500), &json!("the answer was 500")));
    clock.forward(29);
    // Another webhook's queue is not held up: by the time it has delivered, the first one was looked at again.
    let mut other = Receiver::start().await;
    company_webhook(&api, &other.url).await;
    rename(&api, company, "Three").await;
    assert_eq!(sequence(&other.next().await), 1);
    assert_eq!(receiver.rest().len(), 0, "it is tried again after 30 seconds, not after 29");
    clock.forward(1);
    let order = [receiver.next().await, receiver.next().await, receiver.next().await];
    assert_eq!(order.each_ref().map(sequence), [1, 2, 3]);
    assert_eq!(
        order.each_ref().map(|d| d.json()["Fields"]["companyName"].clone()),
        ["One", "Two", "Three"].map(Value::from)
    );
    assert!(order.iter().all(|delivery| delivery.is_signed(SECRET, &delivery.body)));
}

#[tokio::test]
async fn after_five_attempts_an_event_is_dropped_and_logged() {
    let clock = Clock::new();
    let api = Api::with(clock.config());
    let mut receiver = Receiver::hasty(&clock).await;
    let hook = company_webhook(&api, &receiver.url).await;
    receiver.answers.next(&[500, 404, 302, 300, 503]);
    let company = api.company("Lost", json!({})).await;
    let mut arrived = Vec::new();
    for _ in 0..5 {
        arrived.push(receiver.next().await);
    }
    assert!(arrived.iter().all(|delivery| delivery.path == "/hook" && delivery.body == arrived[0].body));
    rename(&api, company, "Found").await;
    assert_eq!(sequence(&receiver.next().await), 2, "the next one goes on");
    let ended = ended(&api).await;
    assert_eq!((&ended[0]["state"], &ended[1]["state"]), (&json!("delivered"), &json!("dropped")));
    assert_eq!((&ended[1]["attempts"], &ended[1]["status"]), (&json!(5), &json!(503)));
    assert_eq!(queue(&api).await["webhooks"][0]["failuresInARow"], 0, "a delivery ends the row");

    let logs = api.everything("WebhookEventErrorLogs").await;
    assert_eq!(logs.len(), 1);
    assert_eq!((&logs[0]["accountWebhookID"], &logs[0]["contactWebhookID"]), (&json!(hook), &Value::Null));
    assert_eq!((&logs[0]["sequenceNumber"], &logs[0]["errorMessage"]), (&json!(1), &json!("the answer was 503")));
    assert_eq!(logs[0]["payload"].as_str().map(str::as_bytes), Some(&*arrived[0].body));

    clock.forward(31 * 86_400);
    receiver.answers.next(&[500; 5]);
    rename(&api, company, "Lost again").await;
    until("the second one is dropped", || async {
        (queue(&api).await["ended"][0]["state"] == "dropped").then_some(())
    })
    .await;
    let logs = api.everything("WebhookEventErrorLogs").await;
    assert_eq!(logs.len(), 1, "they are kept for 30 days");
    assert_eq!(logs[0]["sequenceNumber"], 3);
    let path = format!("/WebhookEventErrorLogs/{}", logs[0]["id"]);
    api.call("DELETE", &path, json!({})).await.item_id();
    assert_eq!(api.get(&path).await.ok()["item"], Value::Null);
}

#[tokio::test]
async fn twenty_five_lost_events_in_a_row_switch_a_webhook_off() {
    let clock = Clock::new();
    let api = Api::with(clock.config());
    let mut receiver = Receiver::hasty(&clock).await;
    let hook = company_webhook(&api, &receiver.url).await;
    let guid = api.row("CompanyWebhooks", hook).await["webhookGUID"].clone();
    receiver.answers.always(500);
    let company = api.company("0", json!({})).await;
    for number in 1..24 {
        rename(&api, company, &number.to_string()).await;
    }
    ended(&api).await;
    assert_eq!(queue(&api).await["webhooks"][0]["failuresInARow"], 24);
    assert_eq!(api.row("CompanyWebhooks", hook).await["isActive"], true, "24 are not enough");
    assert_eq!(receiver.rest().len(), 24 * 5);

    // The answers to the last five attempts, and to the message that it is off.
    receiver.answers.always(200);
    receiver.answers.next(&[500; 5]);
    rename(&api, company, "24").await;
    for _ in 0..5 {
        assert_eq!(receiver.next().await.path, "/hook");
    }
    let off = receiver.next().await;
    assert_eq!(off.path, "/off");
    assert_eq!(off.json()["Action"], "Deactivated");
    assert_eq!(off.json()["Guid"], guid);
    assert_eq!(off.json().get("EntityType"), None);
    assert!(off.is_signed(SECRET, &off.body));
    assert_eq!(api.row("CompanyWebhooks", hook).await["isActive"], false);
    assert_eq!(api.everything("WebhookEventErrorLogs").await.len(), 25);
    rename(&api, company, "unheard").await;
    ended(&api).await;
    assert_eq!(receiver.rest().len(), 0);

    api.patch("/CompanyWebhooks", json!({"id": hook, "isActive": true})).await.item_id();
    rename(&api, company, "heard").await;
    assert_eq!(receiver.next().await.json()["Fields"]["companyName"], "heard");
}

#[tokio::test]
async fn the_end_of_a_webhook_is_told_and_takes_what_waits_with_it() {
    let clock = Clock::new();
    let api = Api::with(clock.config());
    let mut receiver = Receiver::start().await;
    let hook = company_webhook(&api, &receiver.url).await;
    let excluded = format!("/CompanyWebhooks/{hook}/ExcludedResources");
    api.post(&excluded, json!({"resourceID": 4})).await.item_id();
    receiver.answers.next(&[500]);
    let company = api.company("A", json!({})).await;
    rename(&api, company, "B").await;
    receiver.next().await;
    until("the failure is written down", || async { (queue(&api).await["waiting"][0]["attempts"] == 1).then_some(()) })
        .await;
    api.call("DELETE", &format!("/CompanyWebhooks/{hook}"), json!({})).await.item_id();
    let off = receiver.next().await;
    assert_eq!((off.path.as_str(), &off.json()["Action"]), ("/off", &json!("Deactivated")));
    assert!(off.is_signed(SECRET, &off.body));
    let ended = ended(&api).await;
    assert_eq!(ended.iter().filter(|event| event["state"] == "dropped").count(), 2);
    for entity in ["CompanyWebhooks", "CompanyWebhookFields", "CompanyWebhookExcludedResources"] {
        assert_eq!(api.everything(entity).await.len(), 0, "{entity}");
    }
    clock.forward(300);
    assert_eq!(company_webhook(&api, &receiver.url).await, hook + 1, "a number is used once");
}

#[tokio::test]
async fn the_webhooks_of_a_resource_go_off_with_it() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    let hook = company_webhook(&api, &receiver.url).await;
    api.patch("/Resources", json!({"id": API_USER, "isActive": false})).await.item_id();
    assert_eq!(receiver.next().await.path, "/off");
    assert_eq!(api.row("CompanyWebhooks", hook).await["isActive"], false);
}

#[tokio::test]
async fn a_refused_write_makes_no_event() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    company_webhook(&api, &receiver.url).await;
    let local = json!({"id": 0, "companyName": "Other", "isActive": false});
    assert!(api.patch("/Companies", local).await.error().starts_with("Data violation"));
    assert!(api.post("/Companies", json!({"companyName": "A"})).await.error().starts_with("Missing"));
    // One that gets as far as the commit, events and all.
    api.fault(json!({"fault": "silentlyIgnore", "entity": "Companies"})).await;
    api.company("Ignored", json!({})).await;
    api.control("DELETE", "faults", Value::Null).await.ok();
    api.company("Taken", json!({})).await;
    let told = receiver.next().await.json();
    assert_eq!((&told["Fields"]["companyName"], &told["SequenceNumber"]), (&json!("Taken"), &json!(1)));
    assert_eq!(ended(&api).await.len(), 1);
}

#[tokio::test]
async fn the_echo_of_an_excluded_resource_is_not_told() {
    let api = Api::new(2);
    let mut receiver = Receiver::start().await;
    let hook = company_webhook(&api, &receiver.url).await;
    let excluded = format!("/CompanyWebhooks/{hook}/ExcludedResources");
    let exclusion = api.post(&excluded, json!({"resourceID": API_USER, "webhookID": hook})).await.item_id();
    let company = api.company("Echo", json!({})).await;
    assert_eq!(waiting(&api).await, 0);
    let mut request = Api::request("PATCH", "/Companies", json!({"id": company, "companyName": "Theirs"}).to_string());
    request.headers_mut().insert("ImpersonationResourceId", "4".parse().expect("a value"));
    api.send(request).await.item_id();
    let told = receiver.next().await.json();
    assert_eq!((&told["PersonID"], &told["Fields"]["companyName"]), (&json!(4), &json!("Theirs")));
    api.call("DELETE", &format!("{excluded}/{exclusion}"), json!({})).await.item_id();
    rename(&api, company, "Ours").await;
    assert_eq!(receiver.next().await.json()["PersonID"], API_USER);
}

#[tokio::test]
async fn what_waits_is_delivered_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Clock::new();
    let config = Config { database: Some(folder.path().join("sandbox.db")), ..clock.config() };
    let mut receiver = Receiver::start().await;
    {
        let api = Api::with(config.clone());
        company_webhook(&api, &receiver.url).await;
        receiver.answers.next(&[500]);
        let company = api.company("One", json!({})).await;
        rename(&api, company, "Two").await;
        receiver.next().await;
        until("the failure is written down", || async {
            (queue(&api).await["waiting"][0]["attempts"] == 1).then_some(())
        })
        .await;
    }
    clock.forward(30);
    let api = Api::with(config);
    assert_eq!(waiting(&api).await, 2);
    assert_eq!([receiver.next().await, receiver.next().await].each_ref().map(sequence), [1, 2]);
    assert_eq!(ended(&api).await[1]["attempts"], 2, "attempts are counted over the restart");
}

#[tokio::test]
async fn an_address_that_is_put_right_helps_what_waits() {
    let clock = Clock::new();
    let api = Api::with(clock.config());
    let mut receiver = Receiver::start().await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    let hook = company_webhook(&api, &url).await;
    api.company("A", json!({})).await;
    until("the failure is written down", || async {
        (queue(&api).await["waiting"][0]["error"] == "no connection could be made").then_some(())
    })
    .await;
    let change = json!({"id": hook, "webhookUrl": format!("{}/found", receiver.url), "secretKey": "new"});
    api.patch("/CompanyWebhooks", change).await.item_id();
    clock.forward(30);
    let delivery = receiver.next().await;
    assert_eq!(delivery.path, "/found");
    assert!(delivery.is_signed("new", &delivery.body));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_answer_in_ten_seconds_has_failed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let clock = Clock::new();
    let api = Api::with(clock.config());
    company_webhook(&api, &url).await;
    let began = tokio::time::Instant::now();
    api.company("A", json!({})).await;
    until("the failure is written down", || async {
        let first = queue(&api).await["waiting"][0].clone();
        (first["error"] == "no answer came within 10 seconds").then_some(())
    })
    .await;
    assert!(began.elapsed().as_secs() >= 10);
}

#[tokio::test]
async fn a_slow_receiver_holds_up_no_other() {
    let slow = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = Api::new(2);
    company_webhook(&api, &format!("http://{}", slow.local_addr().expect("an address"))).await;
    let mut receiver = Receiver::start().await;
    company_webhook(&api, &receiver.url).await;
    let began = std::time::Instant::now();
    for name in ["One", "Two"] {
        api.company(name, json!({})).await;
        receiver.next().await;
    }
    assert!(began.elapsed().as_secs() < 10, "before the slow one has failed");
    assert_eq!(queue(&api).await["webhooks"][0]["waiting"], 2);
}

#[test]
fn a_sandbox_delivers_in_the_runtime_that_serves_it() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let clock = Clock::new();
    let api = Api::with(clock.config());
    drop(api.sandbox.router());
    runtime().block_on(async { company_webhook(&api, "http://127.0.0.1:1").await });
    runtime().block_on(async {
        let mut receiver = Receiver::start().await;
        let change = json!({"id": 1, "webhookUrl": format!("{}/hook", receiver.url)});
        api.patch("/CompanyWebhooks", change).await.item_id();
        api.company("A", json!({})).await;
        assert_eq!(sequence(&receiver.next().await), 1);
    });
}

#[tokio::test]
async fn the_queue_is_shown_without_secrets() {
    let clock = Clock::new();
    let api = Api::with(clock.config());
    let receiver = Receiver::start().await;
    receiver.answers.always(500);
    let urls = json!({
        "WebhookUrl": format!("{}/hook?code=token", receiver.url),
        "DeactivationUrl": format!("{}/off?code=token", receiver.url),
    });
    let hook = api.post("/CompanyWebhooks", with(webhook(&receiver.url), urls)).await.item_id();
    field(&api, hook, COMPANY_NAME, true, false).await;
    api.company("Confidential", json!({})).await;
    let shown = until("an attempt", || async {
        let shown = queue(&api).await;
        (shown["waiting"][0]["attempts"] == 1).then_some(shown)
    })
    .await;
    assert_eq!(shown["webhooks"][0]["webhookUrl"], format!("{}/hook", receiver.url));
    assert_eq!((&shown["webhooks"][0]["waiting"], &shown["waiting"][0]["sequenceNumber"]), (&json!(1), &json!(1)));
    assert_eq!(shown["waiting"][0]["nextAttempt"], now().plus_seconds(30).to_string());
    let text = shown.to_string();
    for secret in [SECRET, "token", "Confidential"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn a_reset_empties_the_queue() {
    let clock = Clock::new();
    let api = Api::with(clock.config());
    let mut receiver = Receiver::start().await;
    receiver.answers.always(500);
    company_webhook(&api, &receiver.url).await;
    api.company("A", json!({})).await;
    receiver.next().await;
    api.control("POST", "reset", Value::Null).await.ok();
    let shown = queue(&api).await;
    assert_eq!((&shown["webhooks"], &shown["waiting"], &shown["ended"]), (&json!([]), &json!([]), &json!([])));
    clock.forward(60);
    receiver.answers.always(200);
    assert_eq!(company_webhook(&api, &receiver.url).await, 1);
    rename(&api, 0, "Local").await;
    assert_eq!(sequence(&receiver.next().await), 1);
}

#[tokio::test]
async fn the_task_ends_with_the_sandbox() {
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let api = Api::new(2);
    assert_eq!(waiting(&api).await, 0);
    let clone = api.clone();
    assert_eq!(alive(), before + 1, "one task, however many routers");
    drop(api);
    assert_eq!(waiting(&clone).await, 0);
    assert_eq!(alive(), before + 1);
    drop(clone);
    until("the task ends", || async { (alive() == before).then_some(()) }).await;
}
