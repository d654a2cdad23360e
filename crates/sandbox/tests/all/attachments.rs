//! Attachments: files below companies and tickets, their limits, and the view over all of them.

use crate::common::Api;
use serde_json::{Value, json};

/// A company of the world: number 1.
const FIRST: i64 = 29_683_501;

fn file(data: &str) -> Value {
    json!({"id": 0, "attachmentType": "FILE_ATTACHMENT", "fullPath": "TestText.TXT", "title": "Test text", "publish": 1, "data": data})
}

/// So many bytes in base64.
fn bytes(count: usize) -> String {
    let mut text = "AAAA".repeat(count / 3);
    text.push_str(["", "AA==", "AAA="][count % 3]);
    text
}

async fn ticket(api: &Api) -> i64 {
    let body = json!({"companyID": FIRST, "title": "t", "status": 1, "priority": 2, "queueID": 5});
    api.post("/Tickets", body).await.item_id()
}

#[tokio::test]
async fn a_file_is_shown_whole_only_by_its_id() {
    let api = Api::new(2);
    let ticket = ticket(&api).await;
    let path = format!("/Tickets/{ticket}/Attachments");
    let id = api.post(&path, file("VGVzdA==")).await.item_id();
    let row = api.row("TicketAttachments", id).await;
    for (field, value) in [
        ("data", json!("VGVzdA==")),
        ("fileSize", json!(4)),
        ("contentType", json!("text/plain")),
        ("parentID", json!(ticket)),
        ("ticketID", json!(ticket)),
        ("attachDate", json!("2026-11-21T10:00:00Z")),
        ("attachedByResourceID", json!(29_682_885)),
        ("creatorType", json!(1)),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    let nested = api.get(&format!("{path}/{id}")).await.items();
    assert_eq!(nested[0]["data"], "VGVzdA==");
    let own = json!([{"op": "eq", "field": "ticketID", "value": ticket}]);
    for list in [api.get(&path).await.items(), api.all("TicketAttachments", own).await] {
        assert_eq!((list.len(), &list[0]["data"], &list[0]["title"]), (1, &json!(null), &json!("Test text")));
    }
    assert_eq!(api.call("DELETE", &format!("/TicketAttachments/{id}"), Value::Null).await.status, 405);
    assert_eq!(api.patch(&path, json!({"id": id, "title": "x"})).await.status, 405);
}

#[tokio::test]
async fn attachments_of_all_owners_are_listed_together() {
    let api = Api::new(2);
    let ticket = ticket(&api).await;
    let of_ticket = api.post(&format!("/Tickets/{ticket}/Attachments"), file("VGVzdA==")).await.item_id();
    let of_company = api.post(&format!("/Companies/{FIRST}/Attachments"), file("VGVz")).await.item_id();
    assert_ne!(of_ticket, of_company);
    let from = json!([{"op": "gte", "field": "id", "value": of_ticket}]);
    let all = api.all("AttachmentInfo", from.clone()).await;
    let owners: Vec<_> = all.iter().map(|row| (&row["id"], &row["parentID"], &row["parentType"])).collect();
    assert_eq!(
        owners,
        [(&json!(of_ticket), &json!(ticket), &json!(4)), (&json!(of_company), &json!(FIRST), &json!(1))]
    );
    assert_eq!((&all[0]["ticketID"], &all[1]["companyID"], all[0].get("data")), (&json!(ticket), &json!(FIRST), None));
    api.call("DELETE", &format!("/Companies/{FIRST}/Attachments/{of_company}"), Value::Null).await.ok();
    assert_eq!(api.all("AttachmentInfo", from).await.len(), 1);
}

#[tokio::test]
async fn what_a_file_needs() {
    let api = Api::new(2);
    let path = format!("/Companies/{FIRST}/Attachments");
    for field in ["attachmentType", "fullPath", "title", "publish", "data"] {
        let mut body = file("VGVz");
        body.as_object_mut().expect("an object").remove(field);
        let text = format!("Missing Required Field: {field}. ; on record number [1].");
        assert_eq!(api.post(&path, body).await.error(), text);
    }
    assert_eq!(
        api.post(&path, file("no-base64")).await.error(),
        "Error converting value to type 'System.Byte[]'. Path 'data'."
    );
    let mut link = file("VGVz");
    link["attachmentType"] = json!("URL");
    link["fullPath"] = json!("https://example.com");
    let id = api.post(&path, link).await.item_id();
    assert_eq!(api.row("CompanyAttachments", id).await["data"], json!(null));
    let contact = json!({"firstName": "Ann", "lastName": "Lee", "isActive": 1});
    let contact = api.post(&format!("/Companies/{FIRST}/Contacts"), contact).await.item_id();
    let mut theirs = file("VGVz");
    theirs["attachedByContactID"] = json!(contact);
    theirs["publish"] = json!(2);
    assert_eq!(
        api.post(&path, theirs.clone()).await.error(),
        "Data violation: An Attachment of a Contact must be published to all Autotask users."
    );
    theirs["publish"] = json!(1);
    api.post(&path, theirs).await.ok();
}

#[tokio::test]
async fn files_and_five_minutes_have_their_limits() {
    const MAX: usize = 6 * 1024 * 1024;
    let api = Api::new(2);
    let path = format!("/Companies/{FIRST}/Attachments");
    assert_eq!(
        api.post(&path, file(&bytes(MAX + 1))).await.error(),
        "Data violation: A file can have at most 6291456 bytes."
    );
    let before = api.everything("AttachmentInfo").await.len();
    api.post(&path, file(&bytes(MAX))).await.ok();
    api.post(&path, file(&bytes(10_000_000 - MAX))).await.ok();
    let text = "Data violation: More than 10000000 bytes of attachments in five minutes. None can be created for five minutes.";
    assert_eq!(api.post(&path, file(&bytes(1))).await.error(), text);
    api.control("POST", "clock", json!({"advanceSeconds": 299})).await.ok();
    assert_eq!(api.post(&path, file(&bytes(1))).await.error(), text);
    api.control("POST", "clock", json!({"advanceSeconds": 1})).await.ok();
    api.post(&path, file(&bytes(1))).await.ok();
    assert_eq!(api.everything("AttachmentInfo").await.len(), before + 3);
}
