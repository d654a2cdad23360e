//! Tickets: what is refused, what comes by itself, and what hangs below them.

use crate::common::{Api, config};
use autotask_sandbox::Config;
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

async fn contact(api: &Api, company: i64) -> i64 {
    let body = json!({"firstName": "Ann", "lastName": "Lee", "isActive": 1});
    api.post(&format!("/Companies/{company}/Contacts"), body).await.item_id()
}

#[tokio::test]
async fn what_a_ticket_refers_to_is_of_its_company_or_the_parent() {
    let api = Api::new(2);
    let parent = api.company("Parent", json!({})).await;
    let child = api.company("Child", json!({"parentCompanyID": parent})).await;
    let other = api.company("Other", json!({})).await;
    let (of_parent, of_child, of_other) =
        (contact(&api, parent).await, contact(&api, child).await, contact(&api, other).await);
    let id = ticket(&api, child, json!({"contactID": of_child})).await;
    api.patch("/Tickets", json!({"id": id, "contactID": of_parent})).await.ok();
    let text = "contactID is not associated to the companyID or its Parent Company";
    assert_eq!(api.patch("/Tickets", json!({"id": id, "contactID": of_other})).await.error(), text);
    // The other way round it is refused: a child's contact is not the parent's.
    assert_eq!(
        api.patch("/Tickets", json!({"id": id, "contactID": of_child, "companyID": parent})).await.error(),
        text
    );
    // Another company needs all references changed with it.
    assert_eq!(api.patch("/Tickets", json!({"id": id, "companyID": other})).await.error(), text);
    assert_eq!(api.row("Tickets", id).await["companyID"], json!(child));
    api.patch("/Tickets", json!({"id": id, "companyID": other, "contactID": null})).await.ok();

    let product = api
        .post(
            "/Products",
            json!({"name": "P", "isActive": true, "isSerialized": false, "productBillingCodeID": 29_682_803}),
        )
        .await
        .item_id();
    let item = json!({"companyID": child, "productID": product, "isActive": true});
    let item = api.post("/ConfigurationItems", item).await.item_id();
    assert_eq!(
        api.patch("/Tickets", json!({"id": id, "configurationItemID": item})).await.error(),
        format!("The configurationItemID [{item}] is not associated with Company [{other}]")
    );
    // The location may be the contact's company's.
    let location = api.get(&format!("/Companies/{parent}/Locations")).await.items()[0]["id"].clone();
    let id = ticket(&api, child, json!({})).await;
    assert_eq!(
        api.patch("/Tickets", json!({"id": id, "companyLocationID": location})).await.error(),
        format!(
            "The companyLocationID[{location}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company."
        )
    );
    api.patch("/Tickets", json!({"id": id, "companyLocationID": location, "contactID": of_parent})).await.ok();
}

#[tokio::test]
async fn tickets_are_numbered_by_day_and_completed_by_their_status() {
    let api = Api::new(2);
    let first = ticket(&api, FIRST, json!({"ticketNumber": "T1"})).await;
    let second = ticket(&api, FIRST, json!({"status": 5})).await;
    let row = api.row("Tickets", first).await;
    let number = row["ticketNumber"].as_str().expect("text").to_owned();
    let (day, count) = number.split_once('.').expect("a day and a number");
    assert_eq!((day, count.len()), ("T20261121", 4));
    let next = count.parse::<u32>().expect("a number") + 1;
    for (field, value) in [
        ("source", json!(-1)),
        ("ticketType", json!(1)),
        ("completedDate", json!(null)),
        ("createDate", json!("2026-11-21T10:00:00Z")),
        ("creatorResourceID", json!(29_682_885)),
        ("creatorType", json!(1)),
        ("lastTrackedModificationDateTime", json!("2026-11-21T10:00:00Z")),
        ("lastActivityResourceID", json!(29_682_885)),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    let row = api.row("Tickets", second).await;
    assert_eq!(row["ticketNumber"], json!(format!("{day}.{next:04}")));
    assert_eq!(row["completedDate"], "2026-11-21T10:00:00Z");
    assert_eq!(row["completedByResourceID"], 29_682_885);
    api.patch("/Tickets", json!({"id": second, "status": 8, "ticketNumber": "T2"})).await.ok();
    let row = api.row("Tickets", second).await;
    assert_eq!((&row["completedDate"], &row["ticketNumber"]), (&json!(null), &json!(format!("{day}.{next:04}"))));
}

#[tokio::test]
async fn nobody_is_first_and_further_resource_of_a_ticket() {
    let api = Api::new(2);
    let role = api.everything("Roles").await[0]["id"].clone();
    let id = ticket(&api, FIRST, json!({"assignedResourceID": 29_682_886, "assignedResourceRoleID": role})).await;
    let path = format!("/Tickets/{id}/SecondaryResources");
    let text = "Data violation: The primary Resource of a Ticket cannot be a secondary Resource of it.";
    assert_eq!(api.post(&path, json!({"resourceID": 29_682_886, "roleID": role})).await.error(), text);
    api.post(&path, json!({"resourceID": 29_682_887, "roleID": role})).await.ok();
    assert_eq!(api.patch("/Tickets", json!({"id": id, "assignedResourceID": 29_682_887})).await.error(), text);
}

#[tokio::test]
async fn time_says_what_it_is_about_and_moves_the_ticket() {
    let api = Api::new(2);
    let id = ticket(&api, FIRST, json!({})).await;
    let role = api.everything("Roles").await[0]["id"].clone();
    let errors = |body: Value| {
        let api = api.clone();
        async move {
            let answer = api.post("/TimeEntries", body).await;
            assert_eq!(answer.status, 500, "{}", answer.text);
            answer.json()["errors"].clone()
        }
    };
    assert_eq!(
        errors(json!({"resourceID": 29_682_886, "ticketID": id})).await,
        json!(["roleID is required", "billingCodeID is required", "dateWorked is required"])
    );
    assert_eq!(
        errors(json!({"resourceID": 29_682_886})).await,
        json!(["ticketID, taskID, and internalBillingCodeID cannot all be empty."])
    );
    let entry = |more: Value| {
        let mut body = json!({"resourceID": 29_682_886, "ticketID": id, "roleID": role, "billingCodeID": 29_682_801});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    for hours in [0.0, 24.5] {
        let text = "Data violation: hoursWorked must be greater than 0 and less than or equal to 24.";
        assert_eq!(errors(entry(json!({"dateWorked": "2026-11-20", "hoursWorked": hours}))).await, json!([text]));
    }
    api.control("POST", "clock", json!({"advanceSeconds": 60})).await;
    let times = json!({"startDateTime": "2026-11-20T09:00:00Z", "endDateTime": "2026-11-20T10:30:00Z"});
    let time = api.post("/TimeEntries", entry(times)).await.item_id();
    let row = api.row("TimeEntries", time).await;
    assert_eq!(
        (&row["hoursWorked"], &row["dateWorked"], &row["timeEntryType"]),
        (&json!(1.5), &json!("2026-11-20T00:00:00Z"), &json!(2))
    );
    assert_eq!(api.row("Tickets", id).await["lastActivityDate"], row["createDateTime"]);
}

#[tokio::test]
async fn a_ticket_deleted_on_the_screen_leaves_its_traces() {
    let api = Api::new(2);
    let id = ticket(&api, FIRST, json!({"title": "Gone"})).await;
    let other = ticket(&api, FIRST, json!({"problemTicketId": id})).await;
    let number = api.row("Tickets", id).await["ticketNumber"].clone();
    let role = api.everything("Roles").await[0]["id"].clone();
    let note = json!({"title": "Called", "description": "d", "noteType": 1, "publish": 1});
    api.post(&format!("/Tickets/{id}/Notes"), note).await.ok();
    let time = json!({"resourceID": 29_682_886, "ticketID": id, "roleID": role, "billingCodeID": 29_682_801,
        "dateWorked": "2026-11-20", "hoursWorked": 1.5});
    api.post("/TimeEntries", time).await.ok();
    let file = json!({"attachmentType": "FILE_ATTACHMENT", "fullPath": "a.txt", "title": "File", "publish": 1, "data": "VGVz"});
    api.post(&format!("/Tickets/{id}/Attachments"), file).await.ok();

    assert_eq!(api.call("DELETE", &format!("/Tickets/{id}"), Value::Null).await.status, 405);
    assert_eq!(api.control("DELETE", &format!("tickets/{id}"), Value::Null).await.item_id(), id);

    assert_eq!(api.row("Tickets", id).await, Value::Null);
    assert_eq!(api.row("Tickets", other).await["problemTicketId"], Value::Null);
    let of_it = json!([{"op": "eq", "field": "ticketID", "value": id}]);
    for entity in ["TicketNotes", "TimeEntries", "TicketAttachments", "AttachmentInfo"] {
        assert_eq!(api.all(entity, of_it.clone()).await, Vec::<Value>::new(), "{entity}");
    }
    let log = api.all("DeletedTicketLogs", of_it.clone()).await;
    assert_eq!(log.len(), 1);
    for (field, value) in [
        ("ticketID", json!(id)),
        ("ticketNumber", number.clone()),
        ("ticketTitle", json!("Gone")),
        ("deletedByResourceID", json!(4)),
        ("deletedDateTime", json!("2026-11-21T10:00:00Z")),
    ] {
        assert_eq!(log[0][field], value, "{field}");
    }
    let log = api.all("DeletedTicketActivityLogs", of_it).await;
    let what: Vec<_> =
        log.iter().map(|row| (&row["typeID"], &row["noteOrAttachmentTitle"], &row["hoursWorked"])).collect();
    assert_eq!(
        what,
        [
            (&json!(2), &json!("Called"), &json!(0.0)),
            (&json!(1), &json!(""), &json!(1.5)),
            (&json!(3), &json!("File"), &json!(0.0)),
        ]
    );
    for row in &log {
        for field in ["activityDateTime", "createdByResourceID", "startDateTime", "endDateTime", "ticketNumber"] {
            assert_ne!(row[field], Value::Null, "{field} of {row}");
        }
    }
    // Its number is not given again, and it can be deleted only once.
    let next = ticket(&api, FIRST, json!({})).await;
    assert_ne!(api.row("Tickets", next).await["ticketNumber"], number);
    assert!(api.control("DELETE", &format!("tickets/{id}"), Value::Null).await.error().starts_with("No matching"));
}

#[tokio::test]
async fn time_deleted_through_the_api_is_logged_too() {
    let api = Api::new(2);
    let id = ticket(&api, FIRST, json!({})).await;
    let role = api.everything("Roles").await[0]["id"].clone();
    let time = json!({"resourceID": 29_682_886, "ticketID": id, "roleID": role, "billingCodeID": 29_682_801,
        "dateWorked": "2026-11-20", "hoursWorked": 2});
    let time = api.post("/TimeEntries", time).await.item_id();
    api.call("DELETE", &format!("/TimeEntries/{time}"), Value::Null).await.ok();
    let log = api.everything("DeletedTicketActivityLogs").await;
    assert_eq!((&log[0]["ticketID"], &log[0]["deletedByResourceID"]), (&json!(id), &json!(29_682_885)));
    // General time leaves no log.
    let general = json!({"resourceID": 29_682_886, "internalBillingCodeID": 29_682_801, "dateWorked": "2026-11-20", "hoursWorked": 2});
    let general = api.post("/TimeEntries", general).await.item_id();
    api.call("DELETE", &format!("/TimeEntries/{general}"), Value::Null).await.ok();
    assert_eq!(api.everything("DeletedTicketActivityLogs").await.len(), 1);
}

#[tokio::test]
async fn charges_add_up_and_stay_once_billed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("charges.db");
    let api = Api::with(Config { database: Some(path.clone()), ..config(2) });
    let id = ticket(&api, FIRST, json!({})).await;
    let charges = format!("/Tickets/{id}/Charges");
    let charge = json!({"name": "Cable", "chargeType": 1, "datePurchased": "2026-11-20", "unitQuantity": 3, "unitPrice": 9.99, "unitCost": 5});
    let charge = api.post(&charges, charge).await.item_id();
    let row = api.row("TicketCharges", charge).await;
    assert_eq!(
        (&row["billableAmount"], &row["extendedCost"], &row["isBilled"]),
        (&json!(29.97), &json!(15.0), &json!(false))
    );
    api.patch(&charges, json!({"id": charge, "unitQuantity": 1})).await.ok();
    assert_eq!(api.row("TicketCharges", charge).await["billableAmount"], json!(9.99));
    let file = rusqlite::Connection::open(path).expect("the file opens");
    assert_eq!(file.execute("UPDATE \"TicketCharges\" SET \"isBilled\" = 1 WHERE \"id\" = ?1", [charge]), Ok(1));
    let text = "Data violation: A TicketCharge that was billed cannot be changed or deleted.";
    assert_eq!(api.patch(&charges, json!({"id": charge, "unitQuantity": 2})).await.error(), text);
    assert_eq!(api.call("DELETE", &format!("{charges}/{charge}"), Value::Null).await.error(), text);
}
