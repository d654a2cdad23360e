//! Companies and what belongs to them: rules between rows.

use crate::common::{Api, config};
use autotask_sandbox::Config;
use serde_json::{Value, json};

#[tokio::test]
async fn parents_have_two_levels_only_when_that_is_switched_on() {
    for on in [false, true] {
        let api = Api::with(Config { two_level_parents: on, ..config(2) });
        let top = api.company("Top", json!({"parentCompanyID": 0})).await;
        api.patch("/Companies", json!({"id": top, "parentCompanyID": null})).await.ok();
        let middle = api.company("Middle", json!({"parentCompanyID": top})).await;
        let low = api.company("Low", json!({})).await;
        let below = api.patch("/Companies", json!({"id": low, "parentCompanyID": middle})).await;
        let above = api.patch("/Companies", json!({"id": top, "parentCompanyID": low})).await;
        if on {
            assert!(below.error().ends_with("is a sub-company itself and cannot have sub-companies."));
            assert!(above.error().ends_with("that has sub-companies cannot become a sub-company."));
        } else {
            // A loop over three, as nothing is known to refuse it.
            below.ok();
            above.ok();
        }
        // What stays as it was is not checked again.
        api.patch("/Companies", json!({"id": middle, "phone": "2"})).await.ok();
        // Nobody is its own parent, either way.
        api.patch("/Companies", json!({"id": low, "parentCompanyID": low})).await.error();
    }
    let api = Api::new(2);
    let settings = api.control("PATCH", "settings", json!({"twoLevelParents": true})).await.ok();
    assert_eq!(settings["twoLevelParents"], true);
}

#[tokio::test]
async fn places_have_one_name_in_a_company_and_are_its_own() {
    let api = Api::new(2);
    let (ours, theirs) = (api.company("Ours", json!({})).await, api.company("Theirs", json!({})).await);
    let path = format!("/Companies/{ours}/Locations");
    let here = api.post(&path, json!({"name": "Warehouse"})).await.item_id();
    assert_eq!(
        api.post(&path, json!({"name": "warehouse "})).await.error(),
        "Data violation: A CompanyLocation with the same companyID and name already exists."
    );
    api.post(&format!("/Companies/{theirs}/Locations"), json!({"name": "Warehouse"})).await.ok();
    let text = |field: &str, singular: &str| {
        format!(
            "The {field}[{here}] cannot be associated with the {singular}. The {singular} and CompanyLocation must have the same companyID."
        )
    };
    assert_eq!(
        api.patch("/Companies", json!({"id": theirs, "billToCompanyLocationID": here})).await.error(),
        text("billToCompanyLocationID", "Company")
    );
    api.patch("/Companies", json!({"id": ours, "billToCompanyLocationID": here})).await.ok();
    let new = json!({"companyName": "New", "companyType": 1, "phone": "1", "ownerResourceID": 4, "billToCompanyLocationID": here});
    assert_eq!(api.post("/Companies", new).await.error(), text("billToCompanyLocationID", "Company"));
    let call = json!({"companyID": theirs, "companyLocationID": here, "startDateTime": "2026-11-21", "endDateTime": "2026-11-22"});
    assert_eq!(api.post("/ServiceCalls", call).await.error(), text("companyLocationID", "ServiceCall"));
}

#[tokio::test]
async fn a_to_do_is_about_people_of_its_company() {
    let api = Api::new(2);
    let (ours, theirs) = (api.company("Ours", json!({})).await, api.company("Theirs", json!({})).await);
    let contact = json!({"firstName": "Ann", "lastName": "Lee", "isActive": 1});
    let contact = api.post(&format!("/Companies/{theirs}/Contacts"), contact).await.item_id();
    let to_do = json!({"actionType": 1, "assignedToResourceID": 4, "contactID": contact,
        "startDateTime": "2026-11-21", "endDateTime": "2026-11-22"});
    assert_eq!(
        api.post(&format!("/Companies/{ours}/ToDos"), to_do.clone()).await.error(),
        "contactID is not associated to the companyID or its Parent Company"
    );
    api.post(&format!("/Companies/{theirs}/ToDos"), to_do).await.ok();
}

#[tokio::test]
async fn an_inactive_contact_stays_where_it_is_but_is_not_taken_anew() {
    let api = Api::new(2);
    let company = api.company("Ours", json!({})).await;
    let path = format!("/Companies/{company}/Contacts");
    let contact = api.post(&path, json!({"firstName": "Ann", "lastName": "Lee", "isActive": 1})).await.item_id();
    let ticket =
        json!({"companyID": company, "title": "t", "status": 1, "priority": 2, "queueID": 5, "contactID": contact});
    let id = api.post("/Tickets", ticket.clone()).await.item_id();
    api.patch(&path, json!({"id": contact, "isActive": 0})).await.ok();
    let text = "Reference value on field: contactID of type: Contact does not exist or is invalid.";
    api.patch("/Tickets", json!({"id": id, "title": "u"})).await.ok();
    assert_eq!(api.patch("/Tickets", json!({"id": id, "contactID": contact})).await.error(), text);
    assert_eq!(api.post("/Tickets", ticket).await.error(), text);
    // Nor can it be deleted while a ticket has it.
    let gone = format!("{path}/{contact}");
    assert_eq!(
        api.call("DELETE", &gone, Value::Null).await.error(),
        "Data violation: The Contact is the contactID of a Ticket and cannot be deleted."
    );
    api.patch("/Tickets", json!({"id": id, "contactID": null})).await.ok();
    api.call("DELETE", &gone, Value::Null).await.ok();
}

#[tokio::test]
async fn a_vendor_of_services_stays_one() {
    let api = Api::new(2);
    let vendor = api.company("Vendor", json!({"companyType": 7})).await;
    let service = api.everything("Services").await[0]["id"].clone();
    api.patch("/Services", json!({"id": service, "vendorCompanyID": vendor})).await.ok();
    assert_eq!(
        api.patch("/Companies", json!({"id": vendor, "companyType": 1})).await.error(),
        "Data violation: companyType cannot be changed while the Company is the vendor of Services."
    );
    api.patch("/Services", json!({"id": service, "vendorCompanyID": null})).await.ok();
    api.patch("/Companies", json!({"id": vendor, "companyType": 1})).await.ok();
}

#[tokio::test]
async fn somebody_on_a_task_brings_a_work_type_and_a_department() {
    let api = Api::new(2);
    let project = json!({"companyID": 0, "projectName": "Move", "projectType": 5, "status": 1,
        "startDateTime": "2026-11-21", "endDateTime": "2026-12-21"});
    let project = api.post("/Projects", project).await.item_id();
    let role = api.everything("Roles").await[0]["id"].clone();
    let task = json!({"status": 1, "taskType": 1, "title": "Kickoff",
        "assignedResourceID": 29_682_886, "assignedResourceRoleID": role});
    let answer = api.post(&format!("/Projects/{project}/Tasks"), task).await;
    assert_eq!(
        answer.json()["errors"],
        json!([
            "billingCodeID is a required field when a Resource (primary/secondary) is assigned to a Task",
            "departmentID is a required field when a Resource (primary/secondary) is assigned to a Task",
        ])
    );
}

#[tokio::test]
async fn a_task_is_done_at_a_time_and_has_nothing_left_to_do() {
    let api = Api::new(2);
    let project = json!({"companyID": 0, "projectName": "Move", "projectType": 5, "status": 1,
        "startDateTime": "2026-11-21", "endDateTime": "2026-12-21"});
    let project = api.post("/Projects", project).await.item_id();
    let path = format!("/Projects/{project}/Tasks");
    let id = api.post(&path, json!({"status": 1, "taskType": 1, "title": "Pack"})).await.item_id();
    assert_eq!(
        api.patch(
            &path,
            json!({"id": id, "assignedResourceID": 29_682_886, "billingCodeID": 29_682_801, "departmentID": 29_682_801})
        )
        .await
        .error(),
        "Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
    );
    api.patch(&path, json!({"id": id, "status": 5})).await.ok();
    let row = api.row("Tasks", id).await;
    assert_eq!((&row["completedDateTime"], &row["remainingHours"]), (&json!("2026-11-21T10:00:00Z"), &json!(0.0)));
    api.patch(&path, json!({"id": id, "status": 1})).await.ok();
    assert_eq!(api.row("Tasks", id).await["completedDateTime"], json!(null));
}

#[tokio::test]
async fn references_are_of_the_kind_that_is_asked_for() {
    let api = Api::new(2);
    let codes = api.everything("BillingCodes").await;
    let code = |kind: i64| codes.iter().find(|code| code["useType"] == kind).expect("there is one")["id"].clone();
    let service = |code: Value| json!({"name": "Watch", "billingCodeID": code, "periodType": 1, "unitPrice": 1});
    assert_eq!(
        api.post("/Services", service(code(1))).await.error(),
        "Reference value on field: billingCodeID of type: BillingCode does not exist or is invalid."
    );
    api.post("/Services", service(code(5))).await.ok();
    let company = api.company("Ours", json!({})).await;
    let contract = json!({"companyID": company, "contractName": "C", "contractType": 1, "status": 0,
        "startDate": "2026-01-01", "endDate": "2026-12-31", "timeReportingRequiresStartAndStopTimes": 0});
    let contract = api.post("/Contracts", contract).await.item_id();
    let ticket =
        json!({"companyID": company, "title": "t", "status": 1, "priority": 2, "queueID": 5, "contractID": contract});
    assert_eq!(
        api.post("/Tickets", ticket.clone()).await.error(),
        "Reference value on field: contractID of type: Contract does not exist or is invalid."
    );
    api.patch("/Contracts", json!({"id": contract, "status": 1})).await.ok();
    api.post("/Tickets", ticket).await.ok();
}

#[tokio::test]
async fn a_company_has_at_most_5000_places() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("places.db");
    let api = Api::with(Config { database: Some(path.clone()), ..config(2) });
    let company = api.company("Wide", json!({})).await;
    let file = rusqlite::Connection::open(path).expect("the file opens");
    // With the primary one these are 4,999.
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4998) \
         INSERT INTO \"CompanyLocations\" (\"id\", \"companyID\", \"name\", \"isPrimary\", \"isActive\") \
         SELECT 40000000 + i, ?1, 'Place ' || i, 0, 1 FROM n";
    assert_eq!(file.execute(many, [company]), Ok(4_998));
    let locations = format!("/Companies/{company}/Locations");
    api.post(&locations, json!({"name": "Last"})).await.ok();
    assert_eq!(
        api.post(&locations, json!({"name": "One too many"})).await.error(),
        "Data violation: A Company can have at most 5000 CompanyLocations."
    );
}

#[tokio::test]
async fn a_category_is_active_when_a_company_gets_it() {
    let api = Api::new(2);
    let categories = api.everything("CompanyCategories").await;
    let category = categories.iter().find(|row| row["isGlobalDefault"] == json!(false)).expect("there is one");
    let id = category["id"].clone();
    let company = api.company("Ours", json!({"companyCategoryID": id})).await;
    api.patch("/CompanyCategories", json!({"id": id, "isActive": false})).await.ok();
    let text = "Reference value on field: companyCategoryID of type: CompanyCategory does not exist or is invalid.";
    let body =
        json!({"companyName": "Next", "companyType": 1, "phone": "1", "ownerResourceID": 4, "companyCategoryID": id});
    assert_eq!(api.post("/Companies", body).await.error(), text);
    api.patch("/Companies", json!({"id": company, "phone": "2"})).await.ok();
}

#[tokio::test]
async fn what_was_not_sent_comes_from_the_category() {
    let api = Api::new(2);
    let categories = api.everything("CompanyCategories").await;
    let named = |name: &str| categories.iter().find(|row| row["name"] == name).expect("it is there")["id"].clone();
    let (standard, co_managed) = (named("Standard"), named("Co-managed"));
    for (sent, category, method) in [
        (json!({}), &standard, 2),
        (json!({"companyCategoryID": null, "invoiceMethod": 0}), &standard, 0),
        (json!({"companyCategoryID": co_managed}), &co_managed, 3),
    ] {
        let id = api.company("New", sent.clone()).await;
        let row = api.row("Companies", id).await;
        assert_eq!((&row["companyCategoryID"], &row["invoiceMethod"]), (category, &json!(method)), "{sent}");
        // Later nothing is filled in any more.
        api.patch("/Companies", json!({"id": id, "companyCategoryID": standard, "invoiceMethod": null})).await.ok();
        assert_eq!(api.row("Companies", id).await["invoiceMethod"], json!(null));
    }
    // Another default counts from then on.
    api.patch("/CompanyCategories", json!({"id": co_managed, "isGlobalDefault": true})).await.ok();
    let id = api.company("Later", json!({})).await;
    assert_eq!(api.row("Companies", id).await["invoiceMethod"], 3);
    let sale = |more: Value| {
        let mut body = json!({
            "companyID": id, "ownerResourceID": 4, "title": "t", "stage": 29_682_831, "status": 1,
            "startDate": "2026-11-21", "projectedCloseDate": "2026-12-21", "probability": 50, "amount": 1, "cost": 1,
            "useQuoteTotals": false,
        });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    for (more, rating, months, source) in [
        (json!({}), 2, 12, json!(null)),
        (json!({"opportunityCategoryID": 29_682_802}), 1, 36, json!(29_682_724)),
        (json!({"opportunityCategoryID": 29_682_802, "rating": 3, "leadSource": 29_682_721}), 3, 36, json!(29_682_721)),
    ] {
        let opportunity = api.post("/Opportunities", sale(more.clone())).await.item_id();
        let row = api.row("Opportunities", opportunity).await;
        assert_eq!(
            (&row["rating"], &row["totalAmountMonths"], &row["leadSource"]),
            (&json!(rating), &json!(months), &source),
            "{more}"
        );
        assert_eq!(
            row["opportunityCategoryID"],
            more.get("opportunityCategoryID").cloned().unwrap_or(json!(29_682_801))
        );
    }
}
