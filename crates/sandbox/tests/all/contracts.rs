//! Contracts: what their type asks for, service lines, and units in slices of the billing periods.

use crate::common::{Api, config};
use autotask_sandbox::Config;
use serde_json::{Value, json};

/// A recurring contract of 2026, monthly unless `more` says otherwise.
fn contract(company: i64, more: &Value) -> Value {
    let mut body = json!({"companyID": company, "contractName": "Managed Services", "contractType": 7,
        "contractPeriodType": 1, "startDate": "2026-01-01", "endDate": "2026-12-31", "status": 1,
        "timeReportingRequiresStartAndStopTimes": 0});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

async fn recurring(api: &Api, more: Value) -> i64 {
    let company = api.company("Ours", json!({})).await;
    api.post("/Contracts", contract(company, &more)).await.item_id()
}

async fn service(api: &Api) -> Value {
    api.everything("Services").await[0].clone()
}

/// The rows of a contract; others have theirs.
async fn of(api: &Api, entity: &str, contract: i64) -> Vec<Value> {
    api.all(entity, json!([{"op": "eq", "field": "contractID", "value": contract}])).await
}

/// Start, end, units, price and cost of the slices of a contract.
async fn units(api: &Api, contract: i64) -> Vec<(String, String, i64, f64, f64)> {
    let filter = json!([{"op": "eq", "field": "contractID", "value": contract}]);
    let mut rows: Vec<_> = api.all("ContractServiceUnits", filter).await.iter().map(slice).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

fn slice(row: &Value) -> (String, String, i64, f64, f64) {
    let day = |field: &str| row[field].as_str().expect("an instant")[..10].to_owned();
    let number = |field: &str| row[field].as_f64().expect("a number");
    (day("startDate"), day("endDate"), row["units"].as_i64().expect("a number"), number("price"), number("cost"))
}

fn at(start: &str, end: &str, units: i64, price: f64, cost: f64) -> (String, String, i64, f64, f64) {
    (start.to_owned(), end.to_owned(), units, price, cost)
}

#[tokio::test]
async fn a_recurring_contract_says_its_period() {
    let api = Api::new(2);
    let company = api.company("Ours", json!({})).await;
    assert_eq!(
        api.post("/Contracts", contract(company, &json!({"contractPeriodType": null}))).await.error(),
        "Missing Required Field: contractPeriodType. ; on record number [1]."
    );
    assert_eq!(
        api.post("/Contracts", contract(company, &json!({"contractPeriodType": 5}))).await.error(),
        "Picklist value [5] does not exist for contractPeriodType. ; on record number [1]."
    );
    assert_eq!(
        api.post("/Contracts", contract(company, &json!({"endDate": "2025-12-31"}))).await.error(),
        "Data violation: The startDate of a Contract must be before its endDate."
    );
    let id = api.post("/Contracts", contract(company, &json!({"contractPeriodType": "2"}))).await.item_id();
    let row = api.row("Contracts", id).await;
    assert_eq!((&row["contractPeriodType"], &row["billingPreference"]), (&json!(2), &json!(2)));
    // Read-only later: passed over, as everything read-only.
    api.patch("/Contracts", json!({"id": id, "contractPeriodType": 1, "contractType": 1})).await.ok();
    let row = api.row("Contracts", id).await;
    assert_eq!((&row["contractPeriodType"], &row["contractType"]), (&json!(2), &json!(7)));
    // Other types need none.
    api.post("/Contracts", contract(company, &json!({"contractType": 1, "contractPeriodType": null}))).await.ok();
    // A strict sandbox takes what a create takes.
    let strict = Api::strict(2);
    let company = strict.company("Ours", json!({})).await;
    strict.post("/Contracts", contract(company, &json!({}))).await.ok();
}

#[tokio::test]
async fn children_are_of_the_contracts_type() {
    let api = Api::new(2);
    let recurring = recurring(&api, json!({})).await;
    let company = api.company("Theirs", json!({})).await;
    let material = contract(company, &json!({"contractType": 1, "contractPeriodType": null}));
    let material = api.post("/Contracts", material).await.item_id();
    let role = api.everything("Roles").await[0]["id"].clone();
    let rate = json!({"roleID": role, "contractHourlyRate": 100});
    let service = service(&api).await["id"].clone();
    assert_eq!(
        api.post(&format!("/Contracts/{recurring}/Rates"), rate.clone()).await.error(),
        "Data violation: A ContractRate cannot be added to a Contract of type Recurring Service."
    );
    assert_eq!(
        api.post(&format!("/Contracts/{material}/Services"), json!({"serviceID": service})).await.error(),
        "Data violation: A ContractService can only be added to a Contract of type Recurring Service."
    );
    api.post(&format!("/Contracts/{material}/Rates"), rate.clone()).await.ok();
    assert_eq!(
        api.post(&format!("/Contracts/{material}/Rates"), rate).await.error(),
        "Data violation: A ContractRate with the same contractID and roleID already exists."
    );
}

#[tokio::test]
async fn a_line_has_a_price_and_no_quantity_until_it_is_adjusted() {
    let api = Api::new(2);
    let id = recurring(&api, json!({"endDate": "2026-03-31"})).await;
    let service = service(&api).await;
    let path = format!("/Contracts/{id}/Services");
    let own = api.post(&path, json!({"serviceID": service["id"], "unitPrice": 50})).await.item_id();
    let row = api.row("ContractServices", own).await;
    assert_eq!((&row["unitPrice"], &row["unitCost"]), (&json!(50.0), &service["unitCost"]));
    assert_eq!(units(&api, id).await, []);
    api.patch(&path, json!({"id": own, "unitPrice": 1, "invoiceDescription": "x"})).await.ok();
    let row = api.row("ContractServices", own).await;
    assert_eq!((&row["unitPrice"], &row["invoiceDescription"]), (&json!(50.0), &json!("x")));

    let adjustments = format!("/Contracts/{id}/ServiceAdjustments");
    let first = json!({"contractServiceID": own, "unitChange": 10, "effectiveDate": "2026-01-01"});
    api.post(&adjustments, first).await.ok();
    let cost = row["unitCost"].as_f64().expect("a number");
    let whole = |start, end, units: f64| at(start, end, 10, units * 50.0, (units * cost * 100.0).round() / 100.0);
    assert_eq!(
        units(&api, id).await,
        [
            whole("2026-01-01", "2026-01-31", 10.0),
            whole("2026-02-01", "2026-02-28", 10.0),
            whole("2026-03-01", "2026-03-31", 10.0),
        ]
    );
    let row = &of(&api, "ContractServiceUnits", id).await[0];
    assert_eq!(
        (&row["contractServiceID"], &row["serviceID"], &row["approveAndPostDate"]),
        (&json!(own), &service["id"], &json!(null))
    );
    // Nobody can ask for adjustments, nor write units.
    assert_eq!(api.post("/ContractServiceAdjustments/query", json!({"filter": []})).await.status, 404);
    assert_eq!(api.post(&format!("/Contracts/{id}/ServiceUnits"), json!({})).await.status, 405);
}

#[tokio::test]
async fn an_adjustment_inside_a_period_splits_it() {
    let api = Api::new(2);
    let id = recurring(&api, json!({"startDate": "2026-04-01", "endDate": "2026-05-31"})).await;
    let service = service(&api).await["id"].clone();
    // At the root as below the contract; the line comes with it.
    let adjust = |more: Value| {
        let mut body = json!({"contractID": id, "serviceID": service});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let api = api.clone();
        async move { api.post("/ContractServiceAdjustments", body).await }
    };
    let first =
        json!({"unitChange": 10, "effectiveDate": "2026-04-01", "adjustedUnitPrice": 30, "adjustedUnitCost": 3});
    adjust(first).await.ok();
    assert_eq!(api.get(&format!("/Contracts/{id}/Services")).await.items().len(), 1);
    let ids = |rows: Vec<Value>| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    let before = ids(of(&api, "ContractServiceUnits", id).await);
    adjust(json!({"unitChange": -4, "effectiveDate": "2026-04-16"})).await.ok();
    assert_eq!(
        units(&api, id).await,
        [
            at("2026-04-01", "2026-04-15", 10, 150.0, 15.0),
            at("2026-04-16", "2026-04-30", 6, 90.0, 9.0),
            at("2026-05-01", "2026-05-31", 6, 180.0, 18.0),
        ]
    );
    assert!(ids(of(&api, "ContractServiceUnits", id).await).starts_with(&before), "slices keep their ids");
    // A new price, from a day on and for no more units.
    adjust(json!({"effectiveDate": "2026-05-01", "adjustedUnitPrice": 40})).await.ok();
    let found = units(&api, id).await;
    assert_eq!((found[1].3, found[2].3, found[2].4), (90.0, 240.0, 18.0));
    assert_eq!(of(&api, "ContractServices", id).await[0]["unitPrice"], json!(40.0));
    // Not below nothing, from any day on; nothing of it stays.
    let refused = adjust(json!({"unitChange": -7, "effectiveDate": "2026-04-02"})).await.error();
    assert_eq!(refused, "Data violation: The units of a Contract Service cannot be less than 0.");
    assert_eq!(units(&api, id).await, found);
    adjust(json!({"unitChange": -6, "effectiveDate": "2026-05-31"})).await.ok();
    assert_eq!(units(&api, id).await.last(), Some(&at("2026-05-31", "2026-05-31", 0, 0.0, 0.0)));
    for outside in ["2026-03-31", "2026-06-01"] {
        assert_eq!(
            adjust(json!({"unitChange": 1, "effectiveDate": outside})).await.error(),
            "Data violation: The effectiveDate must be within the startDate and endDate of the Contract."
        );
    }
    // A second line of the same service only when asked for.
    let again = json!({"unitChange": 1, "effectiveDate": "2026-04-01", "allowRepeatService": true});
    adjust(again).await.ok();
    assert_eq!(of(&api, "ContractServices", id).await.len(), 2);
}

#[tokio::test]
async fn an_adjustment_names_its_line() {
    let api = Api::new(2);
    let id = recurring(&api, json!({})).await;
    let other = recurring(&api, json!({})).await;
    let service = service(&api).await["id"].clone();
    let line = api.post(&format!("/Contracts/{other}/Services"), json!({"serviceID": service})).await.item_id();
    let path = format!("/Contracts/{id}/ServiceAdjustments");
    let body = json!({"unitChange": 1, "effectiveDate": "2026-04-01"});
    assert_eq!(
        api.post(&path, body.clone()).await.error(),
        "contractServiceID, or contractID and serviceID, is required"
    );
    let mut foreign = body;
    foreign["contractServiceID"] = json!(line);
    assert_eq!(
        api.post(&path, foreign).await.error(),
        format!("The contractServiceID [{line}] is not associated with Contract [{id}]")
    );
    assert_eq!(of(&api, "ContractServiceUnits", id).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_contract_that_ends_later_has_more_periods() {
    let api = Api::new(2);
    let id =
        recurring(&api, json!({"startDate": "2026-01-31", "endDate": "2026-03-30", "contractPeriodType": 1})).await;
    let service = service(&api).await["id"].clone();
    let body = json!({"serviceID": service, "unitChange": 2, "effectiveDate": "2026-01-31", "adjustedUnitPrice": 10});
    api.post(&format!("/Contracts/{id}/ServiceAdjustments"), body).await.ok();
    let days = |found: Vec<(String, String, i64, f64, f64)>| {
        found.into_iter().map(|(start, end, ..)| format!("{start} {end}")).collect::<Vec<_>>()
    };
    assert_eq!(days(units(&api, id).await), ["2026-01-31 2026-02-27", "2026-02-28 2026-03-30"]);
    api.patch("/Contracts", json!({"id": id, "endDate": "2026-04-29"})).await.ok();
    assert_eq!(units(&api, id).await.last().map(|found| (found.2, found.3)), Some((2, 20.0)));
    api.patch("/Contracts", json!({"id": id, "endDate": "2026-02-13"})).await.ok();
    let found = units(&api, id).await;
    assert_eq!((found.len(), found[0].1.as_str(), found[0].3), (1, "2026-02-13", 10.0));
}

#[tokio::test]
async fn bundles_are_adjusted_like_services() {
    let api = Api::new(2);
    let id = recurring(&api, json!({"contractPeriodType": 4})).await;
    let code = service(&api).await["billingCodeID"].clone();
    let bundle = json!({"name": "All in", "billingCodeID": code, "periodType": 1, "unitPrice": 99});
    let bundle = api.post("/ServiceBundles", bundle).await.item_id();
    let body = json!({"serviceBundleID": bundle, "unitChange": 3, "effectiveDate": "2026-01-01"});
    api.post(&format!("/Contracts/{id}/ServiceBundleAdjustments"), body).await.ok();
    let rows = of(&api, "ContractServiceBundleUnits", id).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["units"], &rows[0]["price"], &rows[0]["endDate"]),
        (&json!(3), &json!(297.0), &json!("2026-12-31T00:00:00Z"))
    );
    assert_eq!(of(&api, "ContractServiceBundles", id).await.len(), 1);
}

#[tokio::test]
async fn one_quote_of_an_opportunity_is_the_primary_one() {
    let api = Api::new(2);
    let company = api.company("Ours", json!({})).await;
    let opportunity = json!({"companyID": company, "ownerResourceID": 4, "title": "Deal", "stage": 29_682_831, "status": 1,
        "startDate": "2026-11-21", "projectedCloseDate": "2026-12-21", "probability": 50, "amount": 1, "cost": 0,
        "useQuoteTotals": false});
    let opportunity = api.post("/Opportunities", opportunity).await.item_id();
    let quote = json!({"opportunityID": opportunity, "name": "Offer", "effectiveDate": "2026-11-21",
        "expirationDate": "2026-12-21", "billToLocationID": 1, "shipToLocationID": 1, "soldToLocationID": 1});
    let first = api.post("/Quotes", quote.clone()).await.item_id();
    let second = api.post("/Quotes", quote).await.item_id();
    let primary = |id: i64| {
        let api = api.clone();
        async move { api.row("Quotes", id).await["primaryQuote"].clone() }
    };
    assert_eq!((primary(first).await, primary(second).await), (json!(true), json!(false)));
    api.patch("/Quotes", json!({"id": second, "primaryQuote": true})).await.ok();
    assert_eq!((primary(first).await, primary(second).await), (json!(false), json!(true)));
    assert_eq!(api.row("Quotes", first).await["companyID"], json!(company));
}

#[tokio::test]
async fn a_to_do_that_is_done_shows_among_the_notes() {
    let api = Api::new(2);
    let company = api.company("Ours", json!({})).await;
    let path = format!("/Companies/{company}/ToDos");
    let to_do = json!({"actionType": 1, "assignedToResourceID": 4, "activityDescription": "Call back",
        "startDateTime": "2026-11-21", "endDateTime": "2026-11-22"});
    let id = api.post(&path, to_do).await.item_id();
    let notes = format!("/Companies/{company}/Notes");
    assert_eq!(api.get(&notes).await.items().len(), 0);
    for _ in 0..2 {
        api.patch(&path, json!({"id": id, "completedDate": "2026-11-21T12:00:00Z"})).await.ok();
    }
    let found = api.get(&notes).await.items();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["note"], &found[0]["completedDateTime"], &found[0]["assignedResourceID"]),
        (&json!("Call back"), &json!("2026-11-21T12:00:00Z"), &json!(4))
    );
}

#[tokio::test]
async fn what_was_posted_is_not_adjusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("posted.db");
    let api = Api::with(Config { database: Some(path.clone()), ..config(2) });
    let id = recurring(&api, json!({"endDate": "2026-03-31"})).await;
    let service = service(&api).await["id"].clone();
    let adjustments = format!("/Contracts/{id}/ServiceAdjustments");
    let adjust = |day: &str| json!({"serviceID": service, "unitChange": 1, "effectiveDate": day});
    api.post(&adjustments, adjust("2026-01-01")).await.ok();
    let january = units(&api, id).await[0].clone();
    let file = rusqlite::Connection::open(path).expect("the file opens");
    let posted = "UPDATE \"ContractServiceUnits\" SET \"approveAndPostDate\" = 1 WHERE \"id\" = (SELECT min(\"id\") FROM \"ContractServiceUnits\" WHERE \"contractID\" = ?1)";
    assert_eq!(file.execute(posted, [id]), Ok(1));
    assert_eq!(
        api.post(&adjustments, adjust("2026-01-31")).await.error(),
        "Data violation: The effectiveDate is in a period that was approved and posted."
    );
    api.post(&adjustments, adjust("2026-02-01")).await.ok();
    let found = units(&api, id).await;
    assert_eq!((&found[0], found[1].2, found[2].2), (&january, 2, 2));
    // Nor does it go when the contract ends before it.
    api.patch("/Contracts", json!({"id": id, "startDate": "2026-02-01"})).await.ok();
    assert_eq!(units(&api, id).await.len(), 3);
}

#[tokio::test]
async fn a_company_has_one_default_contract() {
    let api = Api::new(2);
    let (ours, theirs) = (api.company("Ours", json!({})).await, api.company("Theirs", json!({})).await);
    let mut ids = Vec::new();
    for company in [ours, theirs, ours] {
        let body = contract(company, &json!({"isDefaultContract": true}));
        ids.push(api.post("/Contracts", body).await.item_id());
    }
    let mut defaults = Vec::new();
    for id in ids {
        defaults.push(api.row("Contracts", id).await["isDefaultContract"].clone());
    }
    assert_eq!(defaults, [json!(false), json!(true), json!(true)]);
}
