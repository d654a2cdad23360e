//! The exported functions in a browser, over the files of `tests/fixtures`. What `npm/api.js` adds is tested in Node.
#![cfg(target_arch = "wasm32")]

mod files;
#[path = "../../core/tests/fixtures/mod.rs"]
#[allow(dead_code, reason = "the context of the core is for native consumers")]
mod fixtures;

use autotask_wasm::{
    Context, Hierarchy, Schema, Table, build_request, entity, entity_names, parse_filter, plan_filter, print_filter,
    read_filter, read_response, validate, version,
};
use fixtures::{FilterCase, ME, NOW, is_expected, resolved};
use serde_json::{Value, json};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn record_file(name: &str) -> &'static str {
    files::RECORDS.iter().find(|(n, _)| *n == name).map(|(_, content)| *content).expect("there is such a file")
}

fn schema() -> Schema {
    let mut schema = Schema::new();
    let udfs = record_file("CompaniesUserDefinedFields").as_bytes().to_vec();
    assert_eq!(schema.load("companies", None, Some(udfs)), "[]");
    schema
}

/// What the files are read and run with: five hours behind UTC.
fn context(tables: &[&Table]) -> Context {
    let given = json!({"now": NOW, "me": ME, "resolved": resolved()});
    let mut context =
        Context::new(&given.to_string(), js_sys::Function::new_no_args("return -300")).expect("a context");
    tables.iter().for_each(|table| context.add_table(table));
    context
}

fn table(schema: &Schema, entity: &str) -> Table {
    let table = Table::new(schema, entity).expect("a known entity");
    let loaded = read(&table.load(record_file(entity).as_bytes()));
    assert_eq!((&loaded["added"], &loaded["issues"]), (&json!(12), &json!([])));
    table
}

/// An issue as the fixtures write it.
fn place(issue: &Value) -> String {
    let place = match (&issue["line"], &issue["column"], &issue["path"]) {
        (_, _, Value::String(path)) => path.clone(),
        (Value::Number(line), Value::Number(column), _) => format!("{line}:{column}"),
        _ => String::new(),
    };
    format!("{}@{place}", issue["code"].as_str().unwrap_or_default())
}

#[wasm_bindgen_test]
fn every_filter_means_what_its_file_says() {
    let schema = schema();
    let tables = [table(&schema, "Companies"), table(&schema, "Contacts")];
    let context = context(&tables.each_ref());
    for (name, content) in files::FILTERS {
        let case = FilterCase::read(name, content);
        let table = &tables[usize::from(case.entity == "Contacts")];
        let of_text = case.text.iter().map(|text| parse_filter(&schema, &context, &case.entity, text));
        let of_json = case.json.iter().map(|json| read_filter(&schema, &context, &case.entity, json.as_bytes(), true));
        for answer in of_text.chain(of_json) {
            let answer = read(&answer);
            let issues: Vec<String> = answer["issues"].as_array().expect("a list").iter().map(place).collect();
            // Columns count UTF-16 units here and characters in the files; they differ behind an emoji only.
            if case.name != "error_on_second_line" {
                assert_eq!(issues, case.issues, "{name}");
            }
            let Some(expected) = &case.matches else { continue };
            let ids: Vec<f64> = expected.iter().map(|id| *id as f64).collect();
            for filter in [&answer["filter"], &answer["text"]] {
                let selection = table.filter(&context, &filter.to_string()).unwrap_or_else(|e| panic!("{name}: {e}"));
                assert_eq!(selection.ids(), ids, "{name}: {filter}");
            }
            let plan = read(&plan_filter(&schema, &context, &case.entity, &answer["filter"].to_string()));
            assert_eq!(plan["issues"], json!([]), "{name}");
            if let Some(server) = &case.server {
                assert_eq!(plan["server"], read(server), "{name}");
            }
            let printed =
                print_filter(&schema, &context, &case.entity, &answer["filter"].to_string(), false).expect("no errors");
            assert_eq!(
                read(&parse_filter(&schema, &context, &case.entity, &printed))["filter"],
                answer["filter"],
                "{name}"
            );
        }
    }
}

#[wasm_bindgen_test]
fn every_record_has_the_issues_its_file_says() {
    let (schema, context) = (schema(), context(&[]));
    for (name, content) in files::RECORDS.iter().filter(|(name, _)| name.starts_with(char::is_lowercase)) {
        let case = read(content);
        let entity = case["entity"].as_str().expect("an entity");
        let issues = read(&validate(&schema, &context, entity, &case["record"].to_string(), case["mode"] == "create"));
        let (issues, expected) = (issues.as_array().expect("a list"), case["expect"].as_array().expect("a list"));
        let fits = issues.len() == expected.len() && issues.iter().zip(expected).all(|(i, e)| is_expected(i, e));
        assert!(fits, "{name}: found {issues:#?}, expected {expected:#?}");
    }
}

#[wasm_bindgen_test]
fn a_filter_with_errors_is_refused_with_its_issues() {
    let schema = Schema::new();
    let table = Table::new(&schema, "Companies").expect("a known entity");
    let refusal = table.filter(&context(&[]), "\"citty = a\"").err().map(|issues| read(&issues)[0]["code"].clone());
    assert_eq!(refusal, Some(json!("filter.unknown_field")));
    let refusal = Table::new(&schema, "Compnies").err().map(|issues| read(&issues)[0]["hint"].clone());
    assert_eq!(refusal, Some(json!("did you mean `Companies`?")));
}

#[wasm_bindgen_test]
fn selections_sort_combine_and_show_rows() {
    let schema = schema();
    let table = table(&schema, "Companies");
    let active = table.filter(&context(&[]), "\"isActive = yes\"").expect("valid");
    let customers = table.filter(&context(&[]), "\"companyType = Customer\"").expect("valid");
    assert_eq!(active.and(&customers).ids(), [174.0, 175.0, 176.0, 9_007_199_254_740_991.0]);
    assert_eq!(active.or(&customers).length(), 10);
    assert_eq!(active.not().ids(), [180.0, 181.0, 183.0]);
    assert!(active.is_of(&customers) && !active.is_of(&Table::new(&schema, "Companies").expect("known").all()));
    let sorted = customers.sort(vec!["surveyCompanyRating".to_owned()], &[1]);
    let shown = read(&sorted.records(Some(vec!["id".to_owned(), "city".to_owned()]), 0, 2));
    assert_eq!(shown, json!([{"id": 174, "city": "Springfield"}, {"id": 176, "city": "Québec"}]));
    assert_eq!(table.remove(&[174.0, f64::NAN, 5.0]), 1);
    assert_eq!(sorted.ids(), [176.0, 175.0, 9_007_199_254_740_991.0, 183.0], "a removed row vanishes");
    assert_eq!(table.record(174.0), None);
}

#[wasm_bindgen_test]
fn a_table_makes_a_hierarchy() {
    let schema = schema();
    let mut forest = Hierarchy::from_table(&table(&schema, "Companies"), "parentCompanyID", 2);
    assert_eq!(forest.depth().to_vec(), [0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 0, 1]);
    assert_eq!(forest.parent().to_vec(), [-1, -1, 1, -1, -1, -1, -1, -1, 1, 2, -1, 0]);
    let kinds: Vec<Value> =
        read(&forest.problems()).as_array().expect("a list").iter().map(|p| p["kind"].clone()).collect();
    assert_eq!(kinds, ["depth", "orphan"]);
    assert_eq!(read(&forest.can_move(174.0, 182.0))["issues"][0]["code"], "hierarchy.cycle");
}

#[wasm_bindgen_test]
fn requests_and_answers() {
    let schema = Schema::new();
    let request = read(&build_request(&schema, &context(&[]), r#"{"kind":"get","entity":"company","id":7}"#));
    assert_eq!(request, json!({"method": "GET", "path": "/V1.0/Companies/7", "issues": []}));
    let outcome = read(&read_response("count", 200, br#"{"queryCount":3}"#));
    assert_eq!(outcome, json!({"ok": true, "count": 3}));
}

#[wasm_bindgen_test]
fn what_autotask_knows() {
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
    let names = read(&entity_names());
    assert_eq!(names.as_array().map(Vec::len), Some(80));
    let company = entity("COMPANY").expect("known");
    assert_eq!(read(&company)["name"], "Companies");
    assert_eq!(entity("widget"), None);
}
