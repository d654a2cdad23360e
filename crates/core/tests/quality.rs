//! The built-in quality rules over `tests/fixtures/quality.json`, and what holds for every rule and every table.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use autotask_core::filter::{Context, Typed, parse};
use autotask_core::quality::{self, Input, Report, Rows, Rule, audit, built_in};
use autotask_core::{EntityInfo, Instant, Record, Schema, Severity, Table, entity};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What the file holds.
struct Corpus {
    schema: Schema,
    json: Value,
}

impl Corpus {
    fn read() -> Corpus {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/quality.json");
        let json: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the file")).expect("JSON");
        let mut schema = Schema::new();
        for (entity, answers) in json["metadata"].as_object().expect("metadata") {
            assert_eq!(schema.load_fields(entity, &answers["fields"]), []);
            assert_eq!(schema.load_user_defined_fields(entity, &answers["userDefinedFields"]), []);
        }
        Corpus { schema, json }
    }

    /// The base row of an entity with other members.
    fn row(&self, entity: &str, changes: &Value, id: Option<usize>) -> Record {
        let mut map: Map<String, Value> = self.json["base"][entity].as_object().expect("a base row").clone();
        map.extend(id.map(|id| ("id".to_owned(), json!(id))));
        map.extend(changes.as_object().expect("an object").clone());
        Record::from(map)
    }

    /// A world of the base rows and these.
    fn world(&self, more: Vec<(&str, Record)>) -> World {
        let mut world = World::default();
        for (name, base) in self.json["base"].as_object().expect("base rows") {
            world.put(&self.schema, name, Record::from(base.as_object().expect("a row").clone()));
        }
        for (name, row) in more {
            world.put(&self.schema, name, row);
        }
        world
    }
}

#[derive(Default)]
struct World {
    tables: BTreeMap<String, (Arc<EntityInfo>, Table)>,
}

impl World {
    fn put(&mut self, schema: &Schema, name: &str, row: Record) {
        let table = self.tables.entry(name.to_owned());
        let (_, table) = table.or_insert_with(|| (schema.entity(name).expect("known"), Table::new()));
        assert!(table.put(row).is_some_and(|(_, is_new)| is_new), "two rows of {name} with one id");
    }

    fn audit(&self, rules: &[Rule]) -> Report {
        let rows: Vec<Rows<'_>> = self.tables.values().map(|(info, table)| Rows { info, table }).collect();
        let context = Context { now: Instant::parse("2026-11-21T12:00:00Z"), ..Context::default() };
        audit(rules, &Input { rows: &rows, context })
    }
}

fn rules(json: Value) -> Vec<Rule> {
    let read = quality::read(&json);
    assert_eq!(read.issues, []);
    read.rules
}

fn companies(rows: Value) -> Table {
    let mut table = Table::new();
    assert!(table.load(rows.to_string().as_bytes()).issues.is_empty());
    table
}

fn audit_companies(rules: &[Rule], table: &Table, context: Context<'_>) -> Report {
    let info = entity("Companies").expect("known");
    audit(rules, &Input { rows: &[Rows { info, table }], context })
}

#[test]
fn a_good_world_has_no_finding_and_every_rule_runs_over_it() {
    let report = Corpus::read().world(Vec::new()).audit(&built_in());
    assert_eq!(report.issues, []);
    assert_eq!(report.rules.len(), built_in().len());
    let found: Vec<_> = report.rules.iter().filter(|rule| rule.count > 0).map(|rule| &rule.rule).collect();
    assert!(found.is_empty(), "{found:?}");
    assert!(report.rules.iter().all(|rule| rule.of == 1));
    assert_eq!(report.score, Some(100.0));
}

#[test]
fn every_built_in_rule_finds_what_it_is_for_and_nothing_that_is_near() {
    let corpus = Corpus::read();
    let cases = corpus.json["rules"].as_object().expect("cases");
    let rules = built_in();
    assert_eq!(rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), cases.keys().collect::<Vec<_>>());
    for rule in &rules {
        let case = &cases[&rule.id];
        let (mut more, mut expected) = (Vec::new(), Vec::new());
        for (member, first) in [("found", 101), ("near", 201)] {
            let rows = case[member].as_array().unwrap_or_else(|| panic!("{}: no `{member}`", rule.id));
            assert!(!rows.is_empty(), "{}: `{member}` is empty", rule.id);
            for (id, changes) in (first..).zip(rows) {
                let row = corpus.row(rule.entity, changes, Some(id));
                expected.extend(row.id().filter(|_| member == "found"));
                more.push((rule.entity, row));
            }
        }
        for (name, rows) in case["others"].as_object().into_iter().flatten() {
            more.extend(rows.as_array().expect("rows").iter().map(|row| (name.as_str(), corpus.row(name, row, None))));
        }
        let report = corpus.world(more).audit(std::slice::from_ref(rule));
        assert_eq!(report.issues, [], "{}", rule.id);
        let [finding] = report.rules.as_slice() else { panic!("{} did not run", rule.id) };
        assert_eq!(finding.ids, expected, "{}", rule.id);
        assert_eq!(finding.count, expected.len());
        assert!(finding.of >= expected.len());
    }
}

#[test]
fn the_score_is_worked_out_as_it_is_said() {
    let rule = |id: &str, severity: &str, filter: &str| json!({"id": id, "entity": "Companies", "severity": severity, "scope": "isActive = yes", "filter": filter});
    let rules = rules(json!([
        rule("e", "error", "city = e or city = every"),
        rule("w", "warning", "city = w or city = every"),
        rule("w2", "warning", "city = every"),
        rule("w3", "warning", "city = every"),
        rule("n", "notice", "city = n or city = every"),
    ]));
    let table = companies(json!([
        {"id": 1, "isActive": true, "city": "e", "ownerResourceID": 7},
        {"id": 2, "isActive": true, "city": "w", "ownerResourceID": 7},
        {"id": 3, "isActive": true, "city": "n", "ownerResourceID": 8},
        {"id": 4, "isActive": true, "city": "every", "ownerResourceID": 8},
        {"id": 5, "isActive": true, "city": "clean", "ownerResourceID": null},
        {"id": 6, "isActive": false, "city": "every", "ownerResourceID": 7},
    ]));
    let report = audit_companies(&rules, &table, Context::default());
    let tally =
        |tally: &Value| ["rows", "clean", "errors", "warnings", "notices", "score"].map(|key| tally[key].clone());
    let json = serde_json::to_value(&report).expect("serialises");
    // 50 + 80 + 95 + 0 (115 taken of 100) + 100, over five rows; the inactive one is nobody's business.
    assert_eq!(
        tally(&json["entities"][0]),
        [5, 1, 2, 4, 2].map(Value::from).into_iter().chain([json!(65.0)]).collect::<Vec<_>>()[..]
    );
    assert_eq!(report.score, Some(65.0));
    let owners: Vec<_> = report.owners.iter().map(|o| (o.owner, o.tally.rows, o.tally.score)).collect();
    assert_eq!(owners, [(Some(8), 2, Some(47.5)), (Some(7), 2, Some(65.0)), (None, 1, Some(100.0))]);
    let one_of_many = companies(Value::Array(
        (0..3_000).map(|id| json!({"id": id, "isActive": true, "city": if id == 0 { "n" } else { "x" }})).collect(),
    ));
    let report = audit_companies(&rules, &one_of_many, Context::default());
    assert_eq!(report.score, Some(99.9), "only clean rows have 100");
    let none = audit_companies(&rules, &Table::new(), Context::default());
    assert_eq!((none.score, none.rules.len(), none.owners.len(), none.issues.len()), (None, 5, 0, 0));
}

#[test]
fn contacts_and_sites_count_for_the_owner_of_their_company_and_each_entity_counts_the_same() {
    let corpus = Corpus::read();
    let contact = |id: usize, changes: Value| ("Contacts", corpus.row("Contacts", &changes, Some(id)));
    let world = corpus.world(vec![
        contact(2, json!({"emailAddress": null})),
        contact(3, json!({"emailAddress": null, "companyID": 99})),
    ]);
    let rules: Vec<Rule> =
        built_in().into_iter().filter(|rule| ["contact.email", "company.owner"].contains(&rule.id.as_str())).collect();
    let report = world.audit(&rules);
    // Contacts: 100, 80, 80; companies: 100.
    assert_eq!(report.score, Some(93.3));
    let owners: Vec<_> = report.owners.iter().map(|o| (o.owner, o.tally.rows, o.tally.warnings)).collect();
    assert_eq!(owners, [(None, 1, 1), (Some(4), 3, 1)]);
}

#[test]
fn what_cannot_run_is_an_issue_and_the_rest_runs() {
    let rules = rules(json!([
        {"id": "a", "entity": "Companies", "severity": "error", "filter": "citty is empty"},
        {"id": "b", "entity": "Companies", "severity": "error", "filter": "city contains"},
        {"id": "c", "entity": "Companies", "severity": "error", "filter": "phone is empty"},
        {"id": "d", "entity": "Companies", "severity": "error", "filter": "createDate < -3d"},
        {"id": "e", "entity": "Companies", "severity": "error", "filter": "owner.isActive = no"},
        {"id": "f", "entity": "Contacts", "severity": "error", "filter": "title is empty"},
        {"id": "g", "entity": "Companies", "severity": "error", "without": {"entity": "Contacts", "field": "companyID"}},
        {"id": "h", "entity": "Companies", "severity": "error", "check": {"is": "spaces", "fields": ["nam"]}},
        {"id": "i", "entity": "Companies", "severity": "error", "check": {"is": "spaces", "fields": ["address1"]}},
        {"id": "j", "entity": "Companies", "severity": "error", "check": {"is": "emptyRequired"}},
        {"id": "k", "entity": "Companies", "severity": "error", "check": {"is": "spaces", "fields": ["city", "address1"]}},
        {"id": "l", "entity": "Companies", "severity": "error", "hierarchy": ["orphan"]},
        {"id": "m", "entity": "Companies", "severity": "error", "filter": "city = Troy"},
        {"id": "n", "entity": "Companies", "severity": "error", "filter": "udf.Seats is empty"},
        {"id": "o", "entity": "Contacts", "severity": "error", "hierarchy": ["orphan"]},
        {"id": "p", "entity": "Companies", "severity": "error", "filter": "owner = \"Helen Wolfe\""},
    ]));
    let table = companies(json!([{"id": 1, "city": "Troy ", "createDate": null, "ownerResourceID": 4}]));
    let report = audit_companies(&rules, &table, Context::default());
    let issues: Vec<_> =
        report.issues.iter().map(|i| (i.code, i.path.as_deref().unwrap_or(""), i.message.as_str())).collect();
    assert_eq!(
        issues,
        [
            ("filter.unknown_field", "a.filter", "`a` did not run: unknown field `citty` on Companies"),
            ("filter.expected", "b.filter", "`b` did not run: a value is missing after `contains`"),
            ("quality.not_loaded", "c.filter", "`c` did not run: no row of Companies carries `phone`"),
            ("filter.no_clock", "d.filter", issues[3].2),
            ("filter.no_rows", "e.filter", issues[4].2),
            ("quality.no_table", "f", "`f` did not run: there are no rows of Contacts"),
            ("quality.no_table", "g.without", "`g` did not run: there are no rows of Contacts"),
            ("filter.unknown_field", "h.check", "`h` did not run: unknown field `nam` on Companies"),
            ("quality.not_loaded", "i.check", "`i` did not run: no row of Companies carries `address1`"),
            ("quality.nothing_to_check", "j.check", issues[9].2),
            ("quality.not_loaded", "k.check", "`k` looked at less: no row of Companies carries `address1`"),
            ("quality.not_loaded", "l.hierarchy", "`l` did not run: no row of Companies carries `parentCompanyID`"),
            ("filter.unknown_field", "n.filter", "`n` did not run: unknown user-defined field `Seats` on Companies"),
            ("quality.no_table", "o", "`o` did not run: there are no rows of Contacts"),
            ("filter.unresolved_name", "p.filter", issues[14].2),
        ]
    );
    let ran: Vec<_> = report.rules.iter().map(|rule| (rule.rule.as_str(), rule.count)).collect();
    assert_eq!(ran, [("k", 1), ("m", 1)]);
}

#[test]
fn duplicates_are_judged_by_all_that_tells_them_among_the_rows_of_the_scope() {
    let table = companies(json!([
        {"id": 1, "companyName": "Acme Bako Dental", "phone": "518 555 0100", "city": "Troy", "isActive": true},
        {"id": 2, "companyName": "ACME BAKO DENTAL, Inc.", "phone": "+1 518 555 0100", "city": "Troy", "isActive": true},
        {"id": 3, "companyName": "Acme Bako Dentel", "phone": "(518) 555-0100", "city": "Troy", "isActive": true},
        {"id": 4, "companyName": "Acme Bako Dental", "phone": "518 555 0100", "city": "Troy", "isActive": false},
        {"id": 6, "companyName": "Acme Oak Rental", "phone": "212 555 0177", "city": "Troy", "isActive": true},
        {"id": 7, "companyName": "Keller Dental", "phone": "212 555 0101", "webAddress": "keller.example", "isActive": true},
        {"id": 8, "companyName": "Keller Dental", "phone": "718 555 0102", "webAddress": "dental.example", "isActive": true},
    ]));
    let rules: Vec<Rule> = built_in().into_iter().filter(|rule| rule.id == "company.duplicates").collect();
    let report = audit_companies(&rules, &table, Context::default());
    assert_eq!(report.issues, []);
    assert_eq!(report.rules[0].ids, [1, 2, 3]);
    assert_eq!(report.rules[0].groups, [[1, 2, 3]]);
}

#[test]
fn without_names_duplicates_are_not_looked_for_and_other_entities_need_fields() {
    let built_in: Vec<Rule> = built_in().into_iter().filter(|rule| rule.id == "company.duplicates").collect();
    let table = companies(json!([{"id": 1, "phone": "518 555 0100", "isActive": true}]));
    let report = audit_companies(&built_in, &table, Context::default());
    let issues: Vec<_> = report.issues.iter().map(|issue| (issue.code, issue.path.as_deref())).collect();
    assert_eq!(issues, [("quality.not_loaded", Some("company.duplicates.same"))]);
    let rule = |entity: &str| json!([{"id": "a", "entity": entity, "severity": "notice", "same": "duplicates"}]);
    let json = rule("Contacts");
    assert_eq!(serde_json::to_value(rules(json.clone())).expect("serialises")[0]["same"], json[0]["same"]);
    let (nameless, info) = (rules(rule("CompanyAlerts")), entity("CompanyAlerts").expect("known"));
    let table = companies(json!([{"id": 1, "companyID": 4}]));
    let report = audit(&nameless, &Input { rows: &[Rows { info, table: &table }], context: Context::default() });
    let issues: Vec<_> = report.issues.iter().map(|issue| (issue.code, issue.path.as_deref())).collect();
    assert_eq!(issues, [("duplicates.no_rules", Some("a.same"))]);
}

#[test]
fn two_tables_of_one_entity_are_told_and_the_first_counts() {
    let (one, other) = (companies(json!([{"id": 1, "city": null}])), companies(json!([{"id": 2, "city": null}])));
    let info = entity("Companies").expect("known");
    let rows = [Rows { info, table: &one }, Rows { info, table: &other }];
    let rules = rules(json!([{"id": "a", "entity": "Companies", "severity": "notice", "filter": "city is empty"}]));
    let report = audit(&rules, &Input { rows: &rows, context: Context::default() });
    assert_eq!(report.rules[0].ids, [1]);
    assert_eq!(report.issues[0].code, "quality.two_tables");
}

#[test]
fn the_fields_that_rules_need_are_enough_to_run_them() {
    let corpus = Corpus::read();
    let rules: Vec<Rule> = built_in().into_iter().filter(|rule| !rule.id.ends_with("requiredField")).collect();
    let mut world = World::default();
    for (name, base) in corpus.json["base"].as_object().expect("base rows") {
        let info = corpus.schema.entity(name).expect("known");
        let fields = quality::fields(&rules, &info);
        let kept = base.as_object().expect("a row").iter().filter(|(key, _)| fields.contains(key));
        world.put(&corpus.schema, name, Record::from(kept.map(|(k, v)| (k.clone(), v.clone())).collect::<Map<_, _>>()));
    }
    let report = world.audit(&rules);
    assert_eq!(report.issues, []);
    assert_eq!(report.rules.len(), rules.len());
    assert_eq!(report.owners.iter().map(|owner| owner.owner).collect::<Vec<_>>(), [Some(4)]);
}

/// A company whose fields may each be wrong.
fn any_company() -> impl Strategy<Value = Value> {
    let text = || {
        prop::sample::select(vec![
            None,
            Some(""),
            Some("ACME SUPPLIES"),
            Some("Acme  Inc"),
            Some("12180"),
            Some("Troy"),
        ])
    };
    let id = || prop::option::of(0_i64..12);
    (text(), text(), text(), id(), id(), any::<bool>()).prop_map(|(name, city, phone, parent, owner, active)| {
        json!({"companyName": name, "city": city, "phone": phone, "parentCompanyID": parent, "ownerResourceID": owner, "isActive": active})
    })
}

proptest! {
    #[test]
    fn counts_are_those_of_looking_at_each_row_alone(rows in prop::collection::vec(any_company(), 0..30)) {
        let rows: Vec<Value> = rows.into_iter().enumerate().map(|(id, mut row)| { row["id"] = json!(id); row }).collect();
        let table = companies(Value::Array(rows.clone()));
        let rules = rules(json!([
            {"id": "filter", "entity": "Companies", "severity": "error", "scope": "isActive = yes", "filter": "city is empty or not phone = 12180"},
            {"id": "check", "entity": "Companies", "severity": "warning", "check": {"is": "shouting", "fields": ["companyName", "city"]}},
            {"id": "childless", "entity": "Companies", "severity": "notice", "without": {"entity": "Companies", "field": "parentCompanyID", "filter": "isActive = yes"}},
            {"id": "same", "entity": "Companies", "severity": "warning", "scope": "isActive = yes", "same": [{"field": "city"}, {"field": "phone", "compare": "digits"}]},
        ]));
        let report = audit_companies(&rules, &table, Context::default());
        prop_assert_eq!(&report.issues, &[]);
        let info = entity("Companies").expect("known");
        let records: Vec<Record> = rows.iter().map(|row| serde_json::from_value(row.clone()).expect("a row")).collect();
        let matches = |text: &str, record: &Record| {
            let parsed = parse::read(text, info, &Context::default());
            Typed::of(&parsed.filter, info).expect("valid").matches(record)
        };
        let active = |record: &Record| record.flag("isActive") == Some(true);
        let shouts = |record: &Record| ["companyName", "city"].iter().any(|f| record.text(f) == Some("ACME SUPPLIES"));
        let has_child = |record: &Record| records.iter().any(|r| active(r) && r.int("parentCompanyID") == record.id());
        let twin = |one: &Record, other: &Record| {
            active(one) && active(other) && one.id() != other.id()
                && one.text("phone") == Some("12180") && other.text("phone") == Some("12180")
                && one.text("city").is_some_and(|city| !city.is_empty()) && one.text("city").map(|c| c.replace("  ", " ")) == other.text("city").map(|c| c.replace("  ", " "))
        };
        let ids = |test: &dyn Fn(&Record) -> bool| records.iter().filter(|r| test(r)).filter_map(Record::id).collect::<Vec<_>>();
        let expected = [
            ids(&|r| active(r) && matches("city is empty or not phone = 12180", r)),
            ids(&shouts),
            ids(&|r| !has_child(r)),
            ids(&|r| records.iter().any(|other| twin(r, other))),
        ];
        for (finding, expected) in report.rules.iter().zip(&expected) {
            prop_assert_eq!(&finding.ids, expected, "{}", finding.rule);
        }
        let is_about = |finding: &quality::Finding| if ["filter", "same"].contains(&finding.rule.as_str()) { ids(&active).len() } else { records.len() };
        prop_assert!(report.rules.iter().all(|finding| finding.of == is_about(finding)));
        // The score from its words alone.
        let points = |record: &Record| {
            let lost: u32 = report.rules.iter().filter(|f| f.ids.contains(&record.id().expect("an id"))).map(|f| match f.severity {
                Severity::Error => 50,
                Severity::Warning => 20,
                Severity::Notice => 5,
            }).sum();
            100_u32.saturating_sub(lost)
        };
        let total: u32 = records.iter().map(points).sum();
        let score = u32::try_from(records.len()).ok().filter(|count| *count > 0).map(|count| f64::from(total * 10 / count) / 10.0);
        prop_assert_eq!(report.score, score);
        let by_owner: usize = report.owners.iter().map(|owner| owner.tally.findings()).sum();
        prop_assert_eq!(by_owner, report.rules.iter().map(|finding| finding.count).sum::<usize>());
        let owners: HashSet<Option<i64>> = records.iter().map(|r| r.int("ownerResourceID")).collect();
        prop_assert_eq!(owners, report.owners.iter().map(|owner| owner.owner).collect::<HashSet<_>>());
    }

    #[test]
    fn no_rules_panic(text in "\\PC{0,60}", field in "[a-zA-Z.]{0,12}") {
        let json = json!([
            {"id": "a", "entity": "Companies", "severity": "error", "scope": text, "filter": text},
            {"id": "b", "entity": "Companies", "severity": "error", "check": {"is": "spaces", "fields": [field, text]}, "same": [{"field": field}]},
        ]);
        let table = companies(json!([{"id": 1, "city": text}]));
        let read = quality::read(&json);
        let report = audit_companies(&read.rules, &table, Context::default());
        prop_assert!(report.rules.len() + report.issues.len() + read.issues.len() >= 2);
    }
}
