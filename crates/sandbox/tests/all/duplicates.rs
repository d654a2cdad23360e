//! The duplicates of the world: every planted one is found, and hardly anything else is taken for one.

use std::collections::HashSet;

use crate::common::{Api, config};
use autotask_core::duplicates::{Rules, find_duplicates, rows_of};
use autotask_core::{Table, entity};
use autotask_sandbox::Config;
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

/// Clusters that may be found beside the planted ones.
const FALSE_MAX: usize = 5;

/// The planted pairs of this kind.
async fn planted(api: &Api, kind: &str) -> Vec<(i64, i64, String)> {
    let request = Request::get("/_sandbox/world").body(Body::empty()).expect("a request");
    let answer = api.send(request).await.ok();
    let all = answer["planted"].as_array().expect("a list").iter().filter(|one| one["kind"] == kind);
    let id = |value: &Value| value.as_i64().expect("an id");
    all.map(|one| (id(&one["of"]), id(&one["id"]), one["how"].to_string())).collect()
}

/// Checks one entity: what was planted, and how many clusters hold nothing planted.
async fn check(api: &Api, name: &str, kind: &str) {
    let rows = api.everything(name).await;
    let mut table = Table::new();
    table.load(Value::Array(rows).to_string().as_bytes());
    let rules = Rules::of(entity(name).expect("known")).expect("rules");
    let clusters = find_duplicates(&rows_of(&table, &rules), &rules);
    let mut true_ones = HashSet::new();
    let mut missed = Vec::new();
    for (of, id, how) in planted(api, kind).await {
        match clusters.iter().position(|cluster| cluster.ids.contains(&of) && cluster.ids.contains(&id)) {
            Some(at) => _ = true_ones.insert(at),
            None => missed.push((table.by_id(of), table.by_id(id), how)),
        }
    }
    assert!(missed.is_empty(), "{name}: {} of the planted are missed: {missed:#?}", missed.len());
    // The world knows few first and last names: two people of one name at one company come by chance, and nobody
    // could tell them from one who was entered twice.
    let are_namesakes = |ids: &[i64]| {
        let who = |id: &i64| {
            table.by_id(*id).map(|row| ["companyID", "firstName", "lastName"].map(|name| row.get(name).cloned()))
        };
        name == "Contacts" && ids.iter().all(|id| who(id) == who(&ids[0]))
    };
    let beside = clusters.iter().enumerate().filter(|(at, _)| !true_ones.contains(at)).map(|(_, cluster)| cluster);
    let wrong: Vec<_> = beside.filter(|cluster| !are_namesakes(&cluster.ids)).collect();
    assert!(wrong.len() <= FALSE_MAX, "{name}: {} clusters were not planted: {wrong:#?}", wrong.len());
    assert!(clusters.iter().all(|cluster| cluster.ids.len() <= 3), "{name}: large clusters");
}

#[tokio::test]
async fn the_planted_companies_and_people_are_found_and_nobody_else() {
    // The default seed, and one on which no rule was ever tried.
    for seed in [Config::default().seed, 777] {
        let api = Api::with(Config { seed, ..config(2000) });
        check(&api, "Companies", "duplicateCompany").await;
        check(&api, "Contacts", "duplicateContact").await;
        check(&api, "CompanyLocations", "duplicateLocation").await;
        check(&api, "Opportunities", "duplicateOpportunity").await;
    }
}
