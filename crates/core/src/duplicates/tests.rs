//! The promises of the whole: what is found, what is not, and what never matters.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Record, Table, entity};

fn table(rows: &Value) -> Table {
    let mut table = Table::new();
    let loaded = table.load(rows.to_string().as_bytes());
    assert_eq!(loaded.issues, [], "rows that can be loaded");
    table
}

fn rules(name: &str, json: &Value) -> Rules {
    Rules::read(json, entity(name).expect("known")).expect("good rules")
}

#[track_caller]
fn found(name: &str, rules_json: &Value, rows: &Value) -> Vec<Cluster> {
    let (table, rules) = (table(rows), rules(name, rules_json));
    find_duplicates(&rows_of(&table, &rules), &rules)
}

#[track_caller]
fn ids(name: &str, rules: &Value, rows: &Value) -> Vec<Vec<i64>> {
    found(name, rules, rows).into_iter().map(|cluster| cluster.ids).collect()
}

fn matches(name: &str, rows: &Value, candidate: &Value) -> Vec<Match> {
    let (table, rules) = (table(rows), rules(name, &json!({})));
    let candidate = Record::from_json(&candidate.to_string()).expect("an object");
    matches_of(&table, &candidate, &rules)
}

#[test]
fn a_company_entered_twice_is_found_with_its_reasons() {
    let rows = json!([
        {"id": 1, "companyName": "Acme, Inc.", "phone": "(518) 555-0100", "webAddress": "https://www.acme.com", "city": "Troy"},
        {"id": 2, "companyName": "Zenith", "phone": "(518) 555-0199", "city": "Troy"},
        {"id": 3, "companyName": "ACME", "phone": "+1 518.555.0100", "webAddress": "acme.com/contact", "city": "Albany"},
    ]);
    let clusters = found("Companies", &json!({}), &rows);
    assert_eq!(clusters.len(), 1);
    assert_eq!(clusters[0].ids, [1, 3]);
    assert_eq!(
        clusters[0].reasons,
        [
            "same name but for the legal form (Acme, Inc. / ACME)",
            "same phone number ((518) 555-0100 / +1 518.555.0100)",
            "same web domain acme.com",
            "but another city (Troy / Albany)",
        ]
    );
    assert!((0.9..1.0).contains(&clusters[0].score), "{}", clusters[0].score);
}

#[test]
fn what_contradicts_lowers_the_score() {
    let twice = |phone: &str, web: &str| {
        ids(
            "Companies",
            &json!({}),
            &json!([
                {"id": 1, "companyName": "Acme Bako Dental", "phone": "5185550100", "webAddress": "acme.com", "city": "Troy"},
                {"id": 2, "companyName": "Acme Bako Dentel", "phone": phone, "webAddress": web, "city": "Troy"},
            ]),
        )
    };
    assert_eq!(twice("5185550100", "").len(), 1);
    assert_eq!(twice("", "ACME.COM").len(), 1);
    assert_eq!(twice("", "").len(), 1, "a slip of the hand, and nothing against it");
    assert_eq!(twice("2125550177", "bako.com").len(), 0);
    assert_eq!(twice("2125550177", "").len(), 0);
}

#[test]
fn free_mail_and_switchboards_identify_nobody() {
    let rows = |count: i64| {
        let row = |id: i64| {
            json!({"id": id, "companyName": format!("{} Works", char::from(b'A' + u8::try_from(id).expect("small")).to_string().repeat(6)),
            "phone": "518 555 0100", "webAddress": "gmail.com"})
        };
        Value::Array((0..count).map(row).collect())
    };
    assert_eq!(ids("Companies", &json!({}), &rows(20)), Vec::<Vec<i64>>::new());
}

#[test]
fn parents_children_and_branches_in_several_cities_are_not_duplicates() {
    let same = |id: i64, parent: Option<i64>, city: &str| json!({"id": id, "companyName": "Keller Dental", "phone": "518 555 0100", "parentCompanyID": parent, "city": city});
    let rows = |parents: [Option<i64>; 2], cities: [&str; 2]| {
        ids("Companies", &json!({}), &json!([same(1, parents[0], cities[0]), same(2, parents[1], cities[1])]))
    };
    assert_eq!(rows([None, None], ["Troy", "Troy"]), [[1, 2]]);
    assert_eq!(rows([None, Some(1)], ["Troy", "Troy"]).len(), 0);
    assert_eq!(rows([Some(9), Some(9)], ["Troy", "Utica"]).len(), 0);
    assert_eq!(rows([Some(9), Some(9)], ["Troy", "Troy"]), [[1, 2]]);
    assert_eq!(rows([Some(9), Some(8)], ["Troy", "Troy"]), [[1, 2]]);
}

#[test]
fn people_are_found_within_a_company() {
    let rows = json!([
        {"id": 1, "companyID": 0, "firstName": "Michael", "lastName": "Keller", "emailAddress": "m.keller@acme.com", "phone": "518 555 0100"},
        {"id": 2, "companyID": 0, "firstName": "Mike", "lastName": "Keller", "phone": "518 555 0100"},
        {"id": 3, "companyID": 0, "firstName": "Anna", "lastName": "Keller", "emailAddress": "a.keller@acme.com", "phone": "518 555 0100"},
        {"id": 4, "companyID": 7, "firstName": "Michael", "lastName": "Keller", "emailAddress": "mk@other.com"},
        {"id": 5, "companyID": 8, "firstName": "MICHAEL", "lastName": "KELLER", "emailAddress": "MK@Other.com"},
        {"id": 6, "companyID": 0, "firstName": "Info", "lastName": "Desk", "emailAddress": "m.keller@acme.com"},
    ]);
    assert_eq!(ids("Contacts", &json!({}), &rows), [[1, 2], [4, 5]]);
}

#[test]
fn sites_and_opportunities_belong_to_one_company() {
    let sites = json!([
        {"id": 1, "companyID": 5, "name": "Primary", "address1": "12 Main Street", "city": "Troy", "postalCode": "12180"},
        {"id": 2, "companyID": 5, "name": "Head office", "address1": "12, MAIN STREET", "city": "Troy", "postalCode": "12180"},
        {"id": 3, "companyID": 5, "name": "Primary", "address1": "9 River Road", "city": "Troy", "postalCode": "12180"},
        {"id": 4, "companyID": 6, "name": "Primary", "address1": "12 Main Street", "city": "Troy", "postalCode": "12180"},
        {"id": 5, "companyID": 5, "name": "Branch"}, {"id": 6, "companyID": 5, "name": "Warehouse"},
    ]);
    assert_eq!(ids("CompanyLocations", &json!({}), &sites), [[1, 2]]);
    let offers = json!([
        {"id": 1, "companyID": 5, "title": "Server renewal", "projectedCloseDate": "2026-12-01T00:00:00Z", "contactID": 3},
        {"id": 2, "companyID": 5, "title": "Server Renewal ", "projectedCloseDate": "2026-12-01T00:00:00Z", "contactID": 4},
        {"id": 3, "companyID": 5, "title": "Server renewal", "projectedCloseDate": "2029-12-01T00:00:00Z", "contactID": 4},
        {"id": 4, "companyID": 6, "title": "Server renewal", "projectedCloseDate": "2026-12-01T00:00:00Z", "contactID": 3},
    ]);
    assert_eq!(ids("Opportunities", &json!({}), &offers), [[1, 2]]);
}

#[test]
fn a_chain_of_lookalikes_does_not_swallow_strangers() {
    let rows = json!([
        {"id": 1, "companyName": "Bakona"}, {"id": 2, "companyName": "Bakora"}, {"id": 3, "companyName": "Bakorel"},
        {"id": 4, "companyName": "Bikorel"}, {"id": 5, "companyName": "Bikozel"}, {"id": 6, "companyName": "Bikozelu"},
    ]);
    for cluster in found("Companies", &json!({}), &rows) {
        assert!(!(cluster.ids.contains(&1) && cluster.ids.contains(&6)), "{:?}", cluster.ids);
        assert!(cluster.ids.len() <= 3, "{:?}", cluster.ids);
    }
}

#[test]
fn rules_are_data() {
    let rows =
        json!([{"id": 1, "companyName": "Acme"}, {"id": 2, "companyName": "ACME"}, {"id": 3, "companyName": " Acme"}]);
    let strict = json!({"threshold": 1, "keys": [{"field": "companyName", "compare": "exact"}]});
    let clusters = found("Companies", &strict, &rows);
    assert_eq!(clusters.len(), 1);
    assert_eq!((clusters[0].ids.as_slice(), clusters[0].score), (&[1, 3][..], 1.0));
    assert_eq!(ids("Companies", &json!({}), &rows), [[1, 2, 3]]);
    assert_eq!(ids("Companies", &json!({"notDuplicates": [[2, 1], [3, 2], [3, 1]]}), &rows).len(), 0);
    let by_city = json!({"keys": [{"field": "city"}]});
    let in_troy = json!([{"id": 1, "city": "Troy"}, {"id": 2, "city": "TROY"}, {"id": 3, "city": "Utica"}]);
    assert_eq!(ids("Companies", &by_city, &in_troy), [[1, 2]], "where no key identifies, all do");
}

#[test]
fn bad_rules_are_issues() {
    let codes = |json: Value| {
        let issues = Rules::read(&json, entity("Companies").expect("known")).expect_err("bad");
        issues.iter().map(|issue| (issue.code, issue.path.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    let one = |code, path: &str| vec![(code, path.to_owned())];
    assert_eq!(codes(json!({"keys": [{"field": "nam"}]})), one("duplicates.unknown_field", "keys[0].field"));
    assert_eq!(
        codes(json!({"keys": [{"field": "city", "compare": "x"}]})),
        one("duplicates.compare", "keys[0].compare")
    );
    for weight in [json!(-1), json!(null), json!("3"), json!(1e9)] {
        let rules = json!({"keys": [{"field": "city", "weight": weight}]});
        assert_eq!(codes(rules), one("duplicates.number", "keys[0].weight"));
    }
    for threshold in [json!(-0.1), json!(1.1), json!(null)] {
        assert_eq!(codes(json!({ "threshold": threshold })), one("duplicates.number", "threshold"));
    }
    assert_eq!(codes(json!({"keys": []})), one("duplicates.keys", "keys"));
    assert_eq!(codes(json!({"keys": [{}, {"field": "city"}]})), one("duplicates.keys", "keys[0]"));
    assert_eq!(codes(json!({"keys": [{"field": "city", "weight": 0}]})), one("duplicates.keys", "keys"));
    assert_eq!(codes(json!({"notDuplicates": [[1]]})), one("duplicates.pairs", "notDuplicates"));
    assert_eq!(codes(json!({"treshold": 1})), one("duplicates.rules", "treshold"));
    assert_eq!(codes(json!([])), one("duplicates.rules", ""));
}

#[test]
fn every_entity_has_rules_or_says_that_it_has_none() {
    let mut without = 0;
    for name in crate::entity_names() {
        let info = entity(name).expect("known");
        match Rules::of(info) {
            Ok(rules) => {
                assert!((1..=KEYS_MAX).contains(&rules.keys.len()), "{name}");
                for key in &rules.keys {
                    for (member, udf) in key.members() {
                        assert!(info.find(member, udf).is_some(), "{name}.{member}");
                    }
                    assert_eq!(Compare::from_word(key.compare.as_str()), Some(key.compare));
                }
                for field in [rules.parent, rules.place].into_iter().flatten() {
                    assert!(info.field(field).is_some(), "{name}.{field}");
                }
            }
            Err(issue) => {
                without += 1;
                assert_eq!(issue.code, "duplicates.no_rules");
            }
        }
    }
    assert!(without > 0);
}

#[test]
fn a_candidate_is_matched_before_it_is_created() {
    let rows = json!([
        {"id": 0, "companyName": "Brightwater Managed IT", "phone": "518 555 0101"},
        {"id": 1, "companyName": "Acme, Inc.", "phone": "(518) 555-0100"},
        {"id": 2, "companyName": "Acmee", "phone": "518 555 0100"},
        {"id": 3, "companyName": "Zenith"},
    ]);
    let found = matches("Companies", &rows, &json!({"companyName": "acme", "phone": "+1 518 555 0100"}));
    assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [1, 2]);
    assert!(found[0].score > found[1].score);
    assert_eq!(found[0].reasons[0], "same name but for the legal form (Acme, Inc. / acme)");
    assert_eq!(matches("Companies", &rows, &json!({"companyName": "Brightwater managed it"}))[0].id, 0);
    let same = matches("Companies", &rows, &json!({"id": 3, "companyName": "Another"}));
    assert_eq!((same[0].id, same[0].score, same[0].reasons[0].as_str()), (3, 1.0, "same id 3"));
    for nothing in
        [json!({}), json!({"companyName": ""}), json!({"city": "Troy"}), json!({"companyName": null, "phone": []})]
    {
        assert_eq!(matches("Companies", &rows, &nothing), []);
    }
    assert_eq!(matches("Companies", &json!([]), &json!({"companyName": "Acme"})), []);
}

#[test]
fn members_are_found_wherever_a_row_has_them() {
    let rows = json!([
        {"id": 1, "companyName": "Acme Dental", "state": "NY", "phone": "518 555 0100"},
        {"id": 2, "companyName": "Acme Dentel", "phone": "518 555 0100", "state": "NY"},
        {"phone": "518 555 0100", "Id": 3, "CompanyName": "Acme Dental"},
        {"id": 4, "companyName": "Zenith", "state": "NY", "email": "518 555 0100"},
        {"id": 5, "companyName": "Acme Dental", "state": "NY", "phone": null, "taxID": "12-3456789", "city": 7},
        {"id": 6, "companyName": "Quite Another", "state": "NY", "phone": null, "stock": "12-3456789", "city": 7},
        {"id": 7, "companyName": "Acme Dental", "state": "NY", "phone": null, "taxID": "12-3456789", "town": 7},
    ]);
    let (table, rules) = (table(&rows), rules("Companies", &json!({})));
    let read = rows_of(&table, &rules);
    let column = |field: &str| {
        let at = rules.keys.iter().position(|key| key.field == field).expect("a key");
        read.values[at].iter().map(Option::as_deref).collect::<Vec<_>>()
    };
    let phone = Some("518 555 0100");
    assert_eq!(read.ids, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(column("phone"), [phone, phone, phone, None, None, None, None]);
    assert_eq!(column("taxID"), [None, None, None, None, Some("12-3456789"), None, Some("12-3456789")]);
    assert_eq!(column("city"), [None, None, None, None, Some("7"), Some("7"), None]);
    assert_eq!(ids("Companies", &json!({}), &json!([{"id": 1}, {"id": 2}])).len(), 0);
}

#[test]
fn very_many_rows_of_one_name_stay_bounded() {
    let texts: Vec<Option<std::borrow::Cow<'_, str>>> = vec![Some("Acme Bako Dental".into()); 20_000];
    let rules = rules("Companies", &json!({"keys": [{"field": "companyName", "compare": "name"}]}));
    let rows = Rows { ids: (0..20_000).collect(), values: vec![texts], parents: Vec::new() };
    let pairs = duplicate_pairs(&rows, &rules);
    assert!((19_999..200_000).contains(&pairs.a.len()), "{}", pairs.a.len());
    let clusters = find_duplicates(&rows, &rules);
    assert!(clusters.iter().map(|cluster| cluster.ids.len()).sum::<usize>() > 19_000);
    assert_eq!(duplicate_pairs(&Rows::default(), &rules), Pairs::default());
    // Fewer values than rows or keys are values that are missing.
    let short = Rows { ids: vec![1, 2], values: Vec::new(), parents: Vec::new() };
    assert_eq!(duplicate_pairs(&short, &rules), Pairs::default());
}

prop_compose! {
    fn company()(name in "(Acme|Bako|Keller|Zenith) (Dental|Medical|Works)( Inc\\.| GmbH)?|.{0,12}", slip in 0_usize..12,
                 phone in prop::option::of("518555010[0-4]"), web in prop::option::of("(acme|bako|gmail)\\.com"),
                 city in prop::option::of("Troy|Utica"), parent in prop::option::of(0_i64..8)) -> Value {
        let mut name = name;
        if let Some(at) = name.char_indices().nth(slip).map(|(at, _)| at).filter(|_| slip < 4) {
            name.remove(at);
        }
        json!({"companyName": name, "phone": phone, "webAddress": web, "city": city, "parentCompanyID": parent})
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_order_of_rows_does_not_matter(rows in prop::collection::vec(company(), 0..24).prop_flat_map(|rows| {
        let numbered: Vec<Value> = (0..).zip(rows).map(|(id, mut row)| { row["id"] = json!(id); row }).collect();
        (Just(numbered.clone()), Just(numbered).prop_shuffle())
    })) {
        let (one, other) = (Value::Array(rows.0), Value::Array(rows.1));
        let rules = rules("Companies", &json!({}));
        let (one, other) = (table(&one), table(&other));
        let (one, other) = (rows_of(&one, &rules), rows_of(&other, &rules));
        prop_assert_eq!(duplicate_pairs(&one, &rules), duplicate_pairs(&other, &rules));
        let (clusters, others) = (find_duplicates(&one, &rules), find_duplicates(&other, &rules));
        prop_assert_eq!(&clusters, &others);
        let mut seen = std::collections::HashSet::new();
        for cluster in clusters {
            prop_assert!(cluster.ids.len() > 1 && cluster.ids.is_sorted() && cluster.ids.iter().all(|id| seen.insert(*id)));
            prop_assert!((rules.threshold..=1.0).contains(&cluster.score) && !cluster.reasons.is_empty());
        }
    }

    #[test]
    fn a_candidate_finds_what_the_pairs_say(rows in prop::collection::vec(company(), 2..12)) {
        let rows: Vec<Value> = (0..).zip(rows).map(|(id, mut row)| { row["id"] = json!(id + 100); row }).collect();
        let rules = rules("Companies", &json!({}));
        let whole = table(&Value::Array(rows.clone()));
        let pairs = duplicate_pairs(&rows_of(&whole, &rules), &rules);
        let last = rows.len() - 1;
        let rest = table(&Value::Array(rows[..last].to_vec()));
        let candidate = Record::from_json(&rows[last].to_string()).expect("an object");
        let matched: Vec<i64> = matches_of(&rest, &candidate, &rules).iter().map(|found| found.id).collect();
        let own = rows[last]["id"].as_i64().expect("an id");
        for (a, b) in pairs.a.iter().zip(&pairs.b).filter(|(_, b)| **b == own) {
            prop_assert!(matched.contains(a), "{} is among the duplicates of {}", a, b);
        }
    }
}
