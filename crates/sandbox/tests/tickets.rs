//! Tickets: what is refused, what comes by itself, and what hangs below them.

mod common;

use common::Api;
use serde_json::{Value, json};

/// A company of the world: number 1.
const FIRST: i64 = 29_683_501;

/// A new ticket of a company with what must be sent, and `more`.
async fn ticket(api: &Api, company: i64, more: Value) -> i64 {
    let mut body = json!({"companyID": company, "title": "Printer on fire", "status": 1, "priority": 2, "queueID": 5});
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    api.post("/Tickets", body).await.item_id()
}

#[tokio::test]
async fn a_sub_issue_is_of_its_issue() {
    let api = Api::new(2);
    let id = ticket(&api, FIRST, json!({"issueType": 10, "subIssueType": 12})).await;
    let text = "Value does not exist for child picklist: subIssueType";
    for more in [
        json!({"subIssueType": 11}),
        json!({"issueType": 11}),
        json!({"issueType": null}),
        json!({"issueType": 12, "subIssueType": 12}),
    ] {
        let mut body = json!({"id": id});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        assert_eq!(api.patch("/Tickets", body).await.error(), text, "{more}");
    }
    assert_eq!(
        api.patch("/Tickets", json!({"id": id, "subIssueType": 99})).await.error(),
        "Picklist value [99] does not exist for subIssueType. ; on record number [1]."
    );
    for good in [json!({"issueType": 11, "subIssueType": 11}), json!({"subIssueType": null}), json!({"issueType": 12})]
    {
        let mut body = json!({"id": id});
        body.as_object_mut().expect("an object").extend(good.as_object().expect("an object").clone());
        api.patch("/Tickets", body).await.ok();
    }
    let fields = api.get("/Tickets/entityInformation/fields").await.ok();
    let field = fields["fields"].as_array().expect("fields").iter().find(|f| f["name"] == "subIssueType");
    let field = field.expect("it is there");
    assert_eq!(field["picklistParentValueField"], "issueType");
    let pick = field["picklistValues"].as_array().expect("values").iter().find(|v| v["value"] == "11");
    assert_eq!(pick.expect("it is there")["parentValue"], "11");
}

#[tokio::test]
async fn further_resources_come_and_go_below_the_ticket() {
    let api = Api::new(2);
    let id = ticket(&api, FIRST, json!({})).await;
    let role = api.everything("Roles").await[0]["id"].as_i64().expect("an id");
    let path = format!("/Tickets/{id}/SecondaryResources");
    let row = api.post(&path, json!({"resourceID": 29_682_886, "roleID": role})).await.item_id();
    assert_eq!(api.row("TicketSecondaryResources", row).await["ticketID"], json!(id));
    assert_eq!(api.get(&path).await.items().len(), 1);
    assert_eq!(
        api.post(&path, json!({"resourceID": 29_682_886})).await.error(),
        "Missing Required Field: roleID. ; on record number [1]."
    );
    assert_eq!(api.patch(&path, json!({"id": row, "roleID": role})).await.status, 405);
    assert_eq!(api.post("/TicketSecondaryResources", json!({})).await.status, 404);
    let gone = format!("{path}/{row}");
    assert_eq!(api.call("DELETE", &gone, Value::Null).await.item_id(), row);
    assert_eq!(
        api.call("DELETE", &gone, Value::Null).await.error(),
        "No matching records found. The logged in Resource may not have the required permissions to delete the data."
    );
    assert_eq!(api.get(&path).await.items(), Vec::<Value>::new());
}

#[tokio::test]
async fn notes_of_tickets_need_a_title() {
    let api = Api::new(2);
    let id = ticket(&api, FIRST, json!({})).await;
    let path = format!("/Tickets/{id}/Notes");
    let note = json!({"description": "d", "noteType": 1, "publish": 1});
    assert_eq!(api.post(&path, note.clone()).await.error(), "Missing Required Field: title. ; on record number [1].");
    let mut titled = note;
    titled["title"] = json!("t");
    let note = api.post(&path, titled).await.item_id();
    assert_eq!(
        api.patch(&path, json!({"id": note, "title": ""})).await.error(),
        "Missing Required Field: title. ; on record number [1]."
    );
    assert_eq!(api.row("TicketNotes", note).await["title"], "t");
}
