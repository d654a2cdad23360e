//! Writes: what is checked, in recorded words, and what else changes with a row.

use crate::common::Api;
use serde_json::{Value, json};

/// A company of the world: number 1.
const FIRST: i64 = 29_683_501;

async fn primary(api: &Api, company: i64) -> Vec<Value> {
    api.all("CompanyLocations", json!([{"op": "eq", "field": "companyID", "value": company}, {"op": "eq", "field": "isPrimary", "value": true}])).await
}

#[tokio::test]
async fn a_company_brings_its_location_and_its_row_of_configuration() {
    let api = Api::new(2);
    let body = json!({"companyName": "A Company", "companyType": "1", "ownerResourceID": 4, "phone": "5555555555",
        "address1": "1 Way", "city": "Troy", "state": "MI", "postalCode": "48007", "countryID": 237,
        "userDefinedFields": [{"name": "customer ranking", "value": "Golden"}, {"Name": "Seats", "Value": 12}]});
    let answer = api.post("/Companies", body).await;
    let id = answer.item_id();
    assert_eq!(answer.ok(), json!({"itemId": id}));
    assert!(id > 29_680_000);
    let row = api.row("Companies", id).await;
    for (field, value) in [
        ("companyName", json!("A Company")),
        ("companyType", json!(1)),
        ("isActive", json!(true)),
        ("isTaxExempt", json!(false)),
        ("billToAddressToUse", json!(1)),
        ("billToCity", json!("Troy")),
        ("billingAddress1", json!("1 Way")),
        ("createDate", json!("2026-11-21T10:00:00Z")),
        ("lastActivityDate", json!("2026-11-21T10:00:00Z")),
        ("createdByResourceID", json!(29_682_885)),
        ("parentCompanyID", json!(null)),
        ("companyNumber", json!("")),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    assert_eq!(row["userDefinedFields"][0], json!({"name": "Customer Ranking", "value": "Golden"}));
    assert_eq!(row["userDefinedFields"][1], json!({"name": "Seats", "value": "12.0000"}));
    let locations = api.get(&format!("/Companies/{id}/Locations")).await.items();
    assert_eq!(locations.len(), 1);
    assert_eq!(
        (&locations[0]["isPrimary"], &locations[0]["city"], &locations[0]["phone"]),
        (&json!(true), &json!("Troy"), &json!("5555555555"))
    );
    assert_eq!(api.get(&format!("/Companies/{id}/SiteConfigurations")).await.items().len(), 1);
    // Nothing forbids the same name again.
    assert_eq!(api.company("A Company", json!({})).await, id + 1);
}

#[tokio::test]
async fn the_first_missing_field_is_named() {
    let api = Api::new(2);
    let full = json!({"companyName": "A", "companyType": 1, "ownerResourceID": 4, "phone": "1"});
    for field in ["companyName", "companyType", "ownerResourceID", "phone"] {
        for value in [None, Some(Value::Null), Some(json!(""))] {
            let mut body = full.clone();
            match value {
                None => drop(body.as_object_mut().expect("an object").remove(field)),
                Some(value) => body[field] = value,
            }
            let text = format!("Missing Required Field: {field}. ; on record number [1].");
            assert_eq!(api.post("/Companies", body).await.error(), text);
        }
    }
    assert_eq!(
        api.post("/Companies", json!({})).await.error(),
        "Missing Required Field: companyName. ; on record number [1]."
    );
    assert_eq!(
        api.patch("/Companies", json!({"companyName": "x"})).await.error(),
        "Missing Required Field: id. ; on record number [1]."
    );
    assert_eq!(
        api.patch("/Companies", json!({"id": FIRST, "phone": null})).await.error(),
        "Missing Required Field: phone. ; on record number [1]."
    );
}

#[tokio::test]
async fn values_are_checked_in_recorded_words() {
    let api = Api::new(2);
    let error = |more: Value| {
        let api = api.clone();
        async move {
            let mut body = json!({"companyName": "A", "companyType": 1, "ownerResourceID": 4, "phone": "1"});
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            api.post("/Companies", body).await.error()
        }
    };
    for (more, text) in [
        (json!({"companyType": 5}), "Picklist value [5] does not exist for companyType. ; on record number [1]."),
        (json!({"territoryID": 1}), "Picklist value [1] does not exist for territoryID. ; on record number [1]."),
        (
            json!({"ownerResourceID": 99}),
            "Reference value on field: ownerResourceID of type: Resource does not exist or is invalid.",
        ),
        // Resource 9 of the world left.
        (
            json!({"ownerResourceID": 29_682_893}),
            "Reference value on field: ownerResourceID of type: Resource does not exist or is invalid.",
        ),
        (
            json!({"parentCompanyID": 7}),
            "Reference value on field: parentCompanyID of type: Company does not exist or is invalid.",
        ),
        (
            json!({"countryID": 9999}),
            "Reference value on field: countryID of type: Country does not exist or is invalid.",
        ),
        (json!({"companyName": "x".repeat(101)}), "companyName must be less than or equal to 100 characters"),
        (json!({"companyName": "😀".repeat(51)}), "companyName must be less than or equal to 100 characters"),
        (json!({"city": "x".repeat(31)}), "city must be less than or equal to 30 characters"),
        (
            json!({"userDefinedFields": [{"name": "Customer Ranking", "value": "Tin"}]}),
            "Picklist value [Tin] does not exist for Customer Ranking. ; on record number [1].",
        ),
        (
            json!({"userDefinedFields": [{"name": "Seats", "value": "many"}]}),
            "Conversion failed when converting varchar 'many' to data type numeric",
        ),
    ] {
        assert_eq!(error(more.clone()).await, text, "{more}");
    }
    // What has no facts here is not checked, and at the limit all is well.
    api.company(&"é".repeat(100), json!({"quoteTemplateID": 99, "city": "x".repeat(30)})).await;
    let own = api.everything("Companies").await;
    assert_eq!(own.len(), 4, "nothing of a refused company stays");
    assert_eq!(api.everything("CompanyLocations").await.iter().filter(|l| l["isPrimary"] == json!(true)).count(), 4);
}

#[tokio::test]
async fn patch_changes_what_is_named_and_put_everything() {
    let api = Api::new(2);
    let id = api.company("Before", json!({"webAddress": "www.a.test", "fax": "1", "userDefinedFields": [{"name": "Seats", "value": "3"}, {"name": "Account code", "value": "x"}]})).await;
    assert_eq!(api.patch("/companies", json!({"ID": id.to_string(), "FAX": null, "taxID": "T", "noSuchField": 1, "createDate": "2000-01-01", "userDefinedFields": [{"name": "Seats", "value": null}]})).await.item_id(), id);
    let row = api.row("Companies", id).await;
    assert_eq!(
        (&row["companyName"], &row["webAddress"], &row["fax"], &row["taxID"]),
        (&json!("Before"), &json!("www.a.test"), &Value::Null, &json!("T"))
    );
    assert_eq!(row["createDate"], "2026-11-21T10:00:00Z", "read-only members are passed over");
    assert_eq!(
        (&row["userDefinedFields"][1]["value"], &row["userDefinedFields"][5]["value"]),
        (&Value::Null, &json!("x"))
    );
    let put = json!({"id": id, "companyName": "After", "companyType": 3, "ownerResourceID": 4, "phone": "2", "userDefinedFields": []});
    assert_eq!(api.call("PUT", "/Companies", put).await.item_id(), id);
    let row = api.row("Companies", id).await;
    assert_eq!(
        (&row["companyName"], &row["webAddress"], &row["taxID"], &row["isActive"]),
        (&json!("After"), &Value::Null, &Value::Null, &json!(true))
    );
    assert_eq!(row["userDefinedFields"][5]["value"], Value::Null);
    let absent =
        "No matching records found. The logged in Resource may not have the required permissions to update the data.";
    assert_eq!(api.patch("/Companies", json!({"id": 5, "fax": "1"})).await.error(), absent);
    // A refused change leaves the row as it was.
    assert_eq!(api.patch("/Companies", json!({"id": id, "companyName": "No", "companyType": 5})).await.status, 500);
    assert_eq!(api.row("Companies", id).await, row);
    let later = api.patch("/Companies", json!({"id": id, "phone": 5185550100_i64})).await;
    later.ok();
    assert_eq!(api.row("Companies", id).await["phone"], "5185550100");
}

#[tokio::test]
async fn a_boolean_where_a_number_belongs_is_json_nets_error() {
    let api = Api::new(2);
    let contact = api.get(&format!("/Companies/{FIRST}/Contacts")).await.items()[1]["id"].as_i64().expect("an id");
    let path = format!("/Companies/{FIRST}/Contacts");
    let body = format!("{{\"id\": {contact}, \"isActive\": true}}");
    assert_eq!(
        api.text("PATCH", &path, &body).await.error(),
        "Unexpected character encountered while parsing value: t. Path 'isActive', line 1, position 30."
    );
    for (value, expected) in [(json!(0), 0), (json!("1"), 1)] {
        api.patch(&path, json!({"id": contact, "IsActive": value})).await.ok();
        assert_eq!(api.row("Contacts", contact).await["isActive"], expected);
    }
    let group = api.post("/ContactGroups", json!({"Name": "Test 3", "IsActive": "True"})).await.item_id();
    assert_eq!(
        api.text("PUT", "/ContactGroups", &format!("{{id: '{group}', 'Name': 'Test 4', IsActive: 'False',}}"))
            .await
            .item_id(),
        group
    );
    assert_eq!(api.row("ContactGroups", group).await["isActive"], false);
    assert!(
        api.post("/ContactGroups", json!({"name": "TEST 4 ", "isActive": true}))
            .await
            .error()
            .contains("already exists")
    );
}

#[tokio::test]
async fn one_location_is_primary_and_the_address_keeps_step() {
    let api = Api::new(2);
    let company = api.company("Two sites", json!({"city": "Troy", "countryID": 237})).await;
    let first = primary(&api, company).await[0]["id"].as_i64().expect("an id");
    let path = format!("/Companies/{company}/Locations");
    let second = api.post(&path, json!({"name": "Second", "city": "Utica", "isPrimary": false})).await.item_id();
    assert_eq!(api.row("CompanyLocations", second).await["companyID"], company, "the parent comes from the URL");
    assert_eq!(primary(&api, company).await.len(), 1);
    assert!(api.send(Api::request("DELETE", &format!("{path}/{first}"), "")).await.error().contains("primary"));
    assert!(api.patch(&path, json!({"id": first, "isPrimary": false})).await.error().contains("primary"));
    // The company's address is that of its primary location, both ways.
    api.patch("/Companies", json!({"id": company, "city": "Albany"})).await.ok();
    assert_eq!(api.row("CompanyLocations", first).await["city"], "Albany");
    api.patch(&path, json!({"id": second, "isPrimary": true})).await.ok();
    let now = primary(&api, company).await;
    assert_eq!((now.len(), &now[0]["id"]), (1, &json!(second)));
    let row = api.row("Companies", company).await;
    assert_eq!((&row["city"], &row["billToCity"], &row["countryID"]), (&json!("Utica"), &json!("Utica"), &Value::Null));
    assert_eq!(api.call("DELETE", &format!("{path}/{first}"), Value::Null).await.item_id(), first);
    let absent =
        "No matching records found. The logged in Resource may not have the required permissions to delete the data.";
    assert_eq!(api.call("DELETE", &format!("{path}/{first}"), Value::Null).await.error(), absent);
    // Below another company there is no such row.
    assert_eq!(
        api.call("DELETE", &format!("/Companies/{FIRST}/Locations/{second}"), Value::Null).await.error(),
        absent
    );
}

#[tokio::test]
async fn one_contact_is_primary_and_belongs_to_its_company() {
    let api = Api::new(2);
    let company = api.company("People", json!({})).await;
    let site = primary(&api, company).await[0]["id"].clone();
    let path = format!("/Companies/{company}/Contacts");
    let first = api.post(&path, json!({"companyID": 1, "firstName": "Zaphod", "lastName": "B", "isActive": 1, "primaryContact": true, "companyLocationID": site})).await.item_id();
    assert!(first > 30_684_000);
    let second = api.post(&path, json!({"FirstName": "Tricia", "LastName": "M", "IsActive": "1", "primaryContact": "True", "emailAddress": "t@a.test"})).await.item_id();
    let (one, two) = (api.row("Contacts", first).await, api.row("Contacts", second).await);
    assert_eq!(
        (&one["primaryContact"], &two["primaryContact"], &one["companyID"]),
        (&json!(false), &json!(true), &json!(company))
    );
    assert_eq!(two["createDate"], "2026-11-21T10:00:00Z");
    let foreign = primary(&api, FIRST).await[0]["id"].clone();
    let error = api.patch(&path, json!({"id": second, "companyLocationID": foreign})).await.error();
    assert_eq!(
        error,
        format!(
            "The companyLocationID[{foreign}] cannot be associated with the Contact. The Contact and CompanyLocation must have the same companyID."
        )
    );
    // A contact stays where it is.
    api.patch(&path, json!({"id": first, "companyID": FIRST})).await.ok();
    assert_eq!(api.row("Contacts", first).await["companyID"], company);
    assert!(api.call("DELETE", &format!("{path}/{second}"), Value::Null).await.error().contains("primary Contact"));
    api.call("DELETE", &format!("{path}/{first}"), Value::Null).await.ok();
    // The id is not used again.
    let third = api.post(&path, json!({"firstName": "F", "lastName": "P", "isActive": 1})).await.item_id();
    assert!(third > second);
    assert_eq!(
        api.post("/Companies/12/Contacts", json!({"firstName": "F", "lastName": "P", "isActive": 1})).await.error(),
        "Reference value on field: companyID of type: Company does not exist or is invalid."
    );
    // References to an inactive contact are refused like those to none.
    api.patch(&path, json!({"id": third, "isActive": 0})).await.ok();
    let note = json!({"actionType": 1, "assignedResourceID": 4, "startDateTime": "2026-01-05T09:00:00Z", "endDateTime": "2026-01-05T09:15:00Z", "contactID": third});
    assert_eq!(
        api.post(&format!("/Companies/{company}/Notes"), note.clone()).await.error(),
        "Reference value on field: contactID of type: Contact does not exist or is invalid."
    );
    api.patch(&path, json!({"id": third, "isActive": 1})).await.ok();
    let note = api.post(&format!("/Companies/{company}/Notes"), note).await.item_id();
    assert_eq!(api.row("CompanyNotes", note).await["createDateTime"], "2026-11-21T10:00:00Z");
}

#[tokio::test]
async fn the_local_organization_stays_what_it_is() {
    let api = Api::new(2);
    let own = api.row("Companies", 0).await;
    assert_eq!((&own["id"], &own["companyType"], &own["isActive"]), (&json!(0), &json!(8), &json!(true)));
    assert!(
        api.patch("/Companies", json!({"id": 0, "isActive": false})).await.error().contains("cannot be inactivated")
    );
    assert!(
        api.patch("/Companies", json!({"id": 0, "parentCompanyID": FIRST}))
            .await
            .error()
            .contains("cannot be a sub-company")
    );
    assert!(
        api.patch("/Companies", json!({"id": FIRST, "parentCompanyID": FIRST}))
            .await
            .error()
            .contains("its own parent")
    );
    api.patch("/Companies", json!({"id": FIRST, "parentCompanyID": 0, "isActive": false})).await.ok();
    let row = api.row("Companies", FIRST).await;
    assert_eq!((&row["parentCompanyID"], &row["isActive"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn the_recorded_rules_of_tickets() {
    let api = Api::new(2);
    let ticket = json!({"companyID": 0, "priority": 2, "status": 1, "title": "t"});
    assert_eq!(
        api.post("/Tickets", ticket.clone()).await.error(),
        "assignedResourceID, assignedResourceRoleID, and queueID cannot all be empty. Supply a queueID or both an assignedResourceID and assignedResourceRoleID."
    );
    let mut queued = ticket;
    queued["queueID"] = json!(5);
    let id = api.post("/Tickets", queued).await.item_id();
    assert_eq!(
        api.patch("/Tickets", json!({"id": id, "assignedResourceID": 29_682_886})).await.error(),
        "Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
    );
    let site = primary(&api, FIRST).await[0]["id"].clone();
    assert_eq!(
        api.patch("/Tickets", json!({"id": id, "companyLocationID": site})).await.error(),
        format!(
            "The companyLocationID[{site}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company."
        )
    );
}

#[tokio::test]
async fn a_strict_sandbox_refuses_what_autotask_would_drop() {
    let (api, strict) = (Api::new(2), Api::strict(2));
    for body in [
        json!({"id": FIRST, "noSuchField": 1}),
        json!({"id": FIRST, "createDate": "2000-01-01"}),
        json!({"id": FIRST, "userDefinedFields": [{"name": "No such field", "value": "x"}]}),
        json!({"id": FIRST, "userDefinedFields": {"Seats": 5}}),
        json!({"id": FIRST, "userDefinedFields": ["Seats"]}),
        json!({"id": FIRST, "userDefinedFields": [{"name": 5, "value": 5}]}),
    ] {
        api.patch("/Companies", body.clone()).await.ok();
        assert!(strict.patch("/Companies", body).await.error().contains("this sandbox is strict"));
    }
    strict.patch("/Companies", json!({"id": FIRST, "userDefinedFields": null})).await.ok();
}

#[tokio::test]
async fn read_only_members_are_not_even_looked_at() {
    let api = Api::new(2);
    // A whole row sent back, as many clients do, with a creator who left meanwhile.
    let body = json!({"id": FIRST, "createdByResourceID": 1, "billToCity": "x".repeat(200), "billToAddressToUse": 77});
    api.patch("/Companies", body).await.ok();
}
