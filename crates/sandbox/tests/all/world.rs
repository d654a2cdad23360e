//! The world: repeatable, plausible, and with the planted things in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::common::{Api, config};
use autotask_core::Instant;
use autotask_sandbox::Config;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

fn id(row: &Value) -> i64 {
    row["id"].as_i64().expect("an id")
}

async fn planted(api: &Api) -> Vec<Value> {
    let request = Request::get("/_sandbox/world").body(Body::empty()).expect("a request");
    api.send(request).await.ok()["planted"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_seed_makes_the_same_world_and_another_seed_another() {
    let (one, again, other) = (Api::new(60), Api::new(60), Api::with(Config { seed: 2, ..config(60) }));
    for entity in ["Companies", "Contacts", "CompanyLocations", "Resources", "ContactGroupContacts"] {
        let rows = one.everything(entity).await;
        assert!(!rows.is_empty(), "{entity}");
        assert_eq!(rows, again.everything(entity).await, "{entity}");
    }
    assert_ne!(one.everything("Companies").await, other.everything("Companies").await);
    // A fixed day makes it the same tomorrow.
    let day = Instant::from_date(2026, 1, 1);
    let fixed = |days: i64| {
        let clock = crate::common::now().plus_seconds(days * 86_400);
        Api::with(Config { world_now: day, clock: std::sync::Arc::new(move || clock), ..config(30) })
    };
    assert_eq!(fixed(0).everything("Companies").await, fixed(9).everything("Companies").await);
}

#[tokio::test]
async fn the_default_world_looks_like_a_book() {
    let api = Api::new(2000);
    let companies = api.everything("Companies").await;
    assert_eq!(companies.len(), 2001);
    let share =
        |test: &dyn Fn(&Value) -> bool| companies.iter().filter(|row| test(row)).count() * 100 / companies.len();
    assert!((50..75).contains(&share(&|r| r["companyType"] == 1)));
    assert!((5..12).contains(&share(&|r| r["isActive"] == false)));
    assert!((45..65).contains(&share(&|r| r["countryID"] == 237)));
    let count = |filter: Value| {
        let api = api.clone();
        async move {
            api.post("/Companies/query/count", json!({ "filter": filter })).await.ok()["queryCount"]
                .as_i64()
                .expect("a number")
        }
    };
    let healthy = count(json!([
        {"op": "eq", "field": "companyType", "value": 1},
        {"op": "or", "items": [{"op": "contains", "field": "city", "value": "spring"}, {"op": "beginsWith", "field": "companyName", "value": "A"}]},
    ]))
    .await;
    assert!((60..400).contains(&healthy), "{healthy}");
    assert!(count(json!([{"op": "eq", "field": "Customer Ranking", "udf": true, "value": "golden"}])).await > 100);
    assert!(count(json!([{"op": "gt", "field": "Seats", "udf": true, "value": 100}])).await > 20);
    assert!(count(json!([{"op": "lt", "field": "Renewal date", "udf": true, "value": "2026-11-21"}])).await > 50);

    // Names are all different but for the planted ones.
    let mut names: HashMap<String, i64> = HashMap::new();
    for row in &companies {
        let name = row["companyName"].as_str().expect("a name").to_lowercase();
        if let Some(before) = names.insert(name.clone(), id(row)) {
            let plan = planted(&api).await;
            assert!(
                plan.iter().any(|p| p["kind"] == "duplicateCompany" && p["id"] == id(row) && p["of"] == before),
                "{name}"
            );
        }
    }

    // Exactly one primary location each, in step with the address; one to seven of them.
    let locations = api.everything("CompanyLocations").await;
    let mut sites: BTreeMap<i64, Vec<&Value>> = BTreeMap::new();
    for location in &locations {
        sites.entry(location["companyID"].as_i64().expect("an id")).or_default().push(location);
    }
    for company in &companies {
        let here = &sites[&id(company)];
        assert!((1..=7).contains(&here.len()));
        let primary: Vec<_> = here.iter().filter(|l| l["isPrimary"] == true).collect();
        assert_eq!(primary.len(), 1);
        for field in ["address1", "address2", "city", "state", "postalCode", "countryID"] {
            assert_eq!(primary[0][field], company[field], "{field} of {}", id(company));
        }
    }

    // Three to eight contacts, one of them primary.
    let contacts = api.everything("Contacts").await;
    let mut people: BTreeMap<i64, Vec<&Value>> = BTreeMap::new();
    for contact in &contacts {
        people.entry(contact["companyID"].as_i64().expect("an id")).or_default().push(contact);
    }
    let site_of: HashMap<i64, i64> =
        locations.iter().map(|l| (id(l), l["companyID"].as_i64().expect("an id"))).collect();
    for company in &companies {
        let here = &people[&id(company)];
        assert!((3..=9).contains(&here.len()), "{}", here.len());
        assert_eq!(here.iter().filter(|c| c["primaryContact"] == true).count(), 1);
        for contact in here {
            assert_eq!(site_of[&contact["companyLocationID"].as_i64().expect("a site")], id(company));
        }
    }
    assert!(contacts.iter().any(|c| c["emailAddress"].is_null()) && contacts.iter().any(|c| c["isActive"] == 0));

    // Everything that is made passes the sandbox's own checks: sent back as it is, nothing is refused.
    let gone: HashSet<i64> =
        api.all("Resources", json!([{"op": "eq", "field": "isActive", "value": false}])).await.iter().map(id).collect();
    assert_eq!(gone.len(), 3);
    for company in companies.iter().step_by(23) {
        if gone.contains(&company["ownerResourceID"].as_i64().expect("an owner"))
            || company["parentCompanyID"] == 29_600_001
        {
            continue;
        }
        api.call("PUT", "/Companies", company.clone()).await.ok();
    }
}

#[tokio::test]
async fn the_planted_things_are_there() {
    let api = Api::new(300);
    let planted = planted(&api).await;
    let of_kind = |kind: &str| planted.iter().filter(|p| p["kind"] == kind).cloned().collect::<Vec<_>>();
    assert_eq!(
        (of_kind("duplicateCompany").len(), of_kind("duplicateContact").len(), of_kind("name").len()),
        (24, 24, 10)
    );
    let companies = api.everything("Companies").await;
    let row = |wanted: &Value| companies.iter().find(|r| r["id"] == *wanted).expect("a row");
    for pair in of_kind("duplicateCompany") {
        let (copy, original) = (row(&pair["id"]), row(&pair["of"]));
        assert_ne!(copy["companyName"], original["companyName"]);
        assert_eq!(copy["postalCode"], original["postalCode"]);
    }
    for pair in of_kind("duplicateContact") {
        let (copy, original) =
            (api.row("Contacts", id(&pair)).await, api.row("Contacts", pair["of"].as_i64().expect("an id")).await);
        assert_eq!(copy["companyID"], original["companyID"]);
        assert!(copy["firstName"] != original["firstName"] || copy["lastName"] != original["lastName"]);
    }
    let cycle = of_kind("cycle");
    assert_eq!(cycle.len(), 3);
    for step in &cycle {
        assert_eq!(row(&step["id"])["parentCompanyID"], step["of"]);
    }
    let orphan = of_kind("orphan");
    assert_eq!(row(&orphan[0]["id"])["parentCompanyID"], orphan[0]["of"]);
    let in_circle: HashSet<i64> = cycle.iter().map(id).collect();
    let parents: HashMap<i64, Option<i64>> = companies.iter().map(|r| (id(r), r["parentCompanyID"].as_i64())).collect();
    let levels = |mut at: i64| {
        let mut levels = 1;
        while let Some(Some(parent)) = parents.get(&at) {
            if in_circle.contains(&at) {
                break;
            }
            at = *parent;
            levels += 1;
        }
        levels
    };
    let missing = parents.values().flatten().filter(|parent| !parents.contains_key(parent)).count();
    assert_eq!(missing, 1, "one orphan");
    assert_eq!(companies.iter().map(|r| levels(id(r))).max(), Some(3));
}

#[tokio::test]
async fn the_number_of_contacts_can_be_given() {
    let api = Api::with(Config { contacts: Some(103), ..config(10) });
    let own = 6;
    assert_eq!(api.everything("Contacts").await.len(), 103 + own);
}
