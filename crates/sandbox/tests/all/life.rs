//! The stream of what people do: repeatable, by the rules, with Autotask's stamps.

use std::collections::BTreeMap;

use crate::common::{Api, config};
use autotask_sandbox::{Config, Limits};
use serde_json::{Value, json};

async fn live(api: &Api, steps: u32) -> Vec<Value> {
    let lived = api.control("POST", &format!("life?steps={steps}"), Value::Null).await.ok();
    lived["steps"].as_array().expect("a list").clone()
}

fn world() -> Api {
    Api::with(Config { limits: Limits::NONE, ..config(40) })
}

#[tokio::test]
async fn the_same_seed_lives_the_same_life() {
    let (one, other) = (world(), world());
    let lived = live(&one, 120).await;
    assert_eq!(lived, live(&other, 120).await);
    for entity in ["Companies", "Contacts", "CompanyLocations", "Tickets", "TicketNotes", "CompanyNotes"] {
        assert_eq!(one.everything(entity).await, other.everything(entity).await, "{entity}");
    }
    // It goes on where it stopped.
    assert_eq!(live(&one, 1).await[0]["step"], 121);
}

#[tokio::test]
async fn what_happens_is_done_by_the_rules_and_stamped() {
    let api = world();
    let before: BTreeMap<i64, Value> =
        api.everything("Contacts").await.into_iter().map(|row| (row["id"].as_i64().expect("an id"), row)).collect();
    api.control("POST", "clock", json!({"advanceSeconds": 86_400})).await.ok();
    let lived = live(&api, 400).await;
    let refused: Vec<&Value> = lived.iter().filter(|step| !step["refusal"].is_null()).collect();
    assert!(refused.len() * 20 < lived.len(), "{refused:?}");
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    for step in &lived {
        *kinds.entry(step["what"].as_str().expect("words")).or_default() += 1;
    }
    assert!(kinds.len() >= 11, "{kinds:?}");
    let today = "2026-11-22T10:00:00Z";
    for step in lived.iter().filter(|step| step["refusal"].is_null()) {
        let (entity, id) = (step["entity"].as_str().expect("a name"), step["id"].as_i64().expect("an id"));
        let row = api.row(entity, id).await;
        match step["what"].as_str().expect("words") {
            "a contact is deleted" | "a location closes" => assert_eq!(row, Value::Null, "{step}"),
            // It may have been deleted later.
            _ if row.is_null() => assert!(matches!(entity, "Contacts" | "CompanyLocations"), "{step}"),
            "a ticket comes in" | "a prospect comes in" => assert_eq!(row["createDate"], today, "{step}"),
            "a contact joins" => assert!(!before.contains_key(&id) && row["createDate"] == today, "{step}"),
            "a contact leaves" => assert_eq!(row["isActive"], 0, "{step}"),
            "a contact has another phone" => {
                assert_eq!(row["lastModifiedDate"], today, "{step}");
                assert_ne!(before.get(&id).map(|old| &old["mobilePhone"]), Some(&row["mobilePhone"]), "{step}");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn life_is_asked_for_with_sense_and_from_here() {
    let api = Api::new(0);
    assert_eq!(api.control("POST", "life?steps=10001", Value::Null).await.status, 400);
    assert_eq!(api.control("POST", "life?step=1", Value::Null).await.status, 400);
    // A book without a client: something may still come in, and nothing breaks.
    assert_eq!(live(&api, 60).await.len(), 60);
}
