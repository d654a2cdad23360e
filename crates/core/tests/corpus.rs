//! The files of `tests/fixtures`, through every consumer in the core: one loop each.

mod fixtures;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use autotask_core::alias::read_record;
use autotask_core::filter::body::{self, Reading};
use autotask_core::filter::{Context, Typed, check, parse, plan, print};
use autotask_core::issue::has_errors;
use autotask_core::validate::{Mode, validate_as_given};
use autotask_core::{EntityInfo, Filter, Issue, Position, Record, Schema, Table};
use fixtures::{FilterCase, context, is_expected, resolved};
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

/// The files of a folder as (name without extension, content), by name.
fn files(folder_name: &str, extension: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder(folder_name))
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("readable"))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{folder_name} is empty");
    files
}

fn cases() -> Vec<FilterCase> {
    files("filters", "filter").iter().map(|(name, content)| FilterCase::read(name, content)).collect()
}

fn json_file(name: &str) -> Value {
    let content = std::fs::read_to_string(folder("records").join(name)).expect("readable");
    serde_json::from_str(&content).expect("JSON")
}

fn schema() -> Schema {
    let mut schema = Schema::new();
    let issues = schema.load_user_defined_fields("Companies", &json_file("CompaniesUserDefinedFields.json"));
    assert_eq!(issues, []);
    schema
}

fn rows(info: &EntityInfo) -> Vec<Record> {
    let Value::Array(rows) = json_file(&format!("{}.json", info.name)) else { panic!("rows of {}", info.name) };
    rows.into_iter().map(|row| Record::from(row.as_object().expect("a row").clone())).collect()
}

/// An issue as the files write it.
fn place(issue: &Issue) -> String {
    let path = || issue.path.clone().unwrap_or_default();
    let place = issue.position.map_or_else(path, |Position { line, column, .. }| format!("{line}:{column}"));
    format!("{}@{place}", issue.code)
}

fn table(schema: &Schema, entity: &str) -> Table {
    let mut table = Table::new();
    for row in rows(&schema.entity(entity).expect("known")) {
        table.put(row);
    }
    table
}

/// Each case with its entity, what was read of each of its faces, text and JSON, and what it is run with.
fn each(work: impl Fn(&FilterCase, &EntityInfo, Option<&Filter>, &[Issue], &Context<'_>)) {
    let schema = schema();
    let (companies, contacts) = (table(&schema, "Companies"), table(&schema, "Contacts"));
    let tables = [("Companies".to_owned(), &companies), ("Contacts".to_owned(), &contacts)];
    let resolved = resolved();
    let context = context(&resolved, &tables);
    let mut failed = BTreeSet::new();
    for case in cases() {
        let info = schema.entity(&case.entity).expect("a known entity");
        // Every case gets its turn: one that fails must not hide the others.
        let mut work = |filter: Option<&Filter>, issues: &[Issue]| {
            if catch_unwind(AssertUnwindSafe(|| work(&case, &info, filter, issues, &context))).is_err() {
                failed.insert(case.name.clone());
            }
        };
        if let Some(text) = &case.text {
            let parsed = parse::read(text, &info, &context);
            work(parsed.filter(), &parsed.issues);
        }
        if let Some(json) = &case.json {
            let json = autotask_core::json::parse(json.as_bytes()).expect("JSON");
            let read = body::read_and_check(&json, &info, |filter| check::check_local(filter, &info, &context));
            let filter = read.filter.as_ref().filter(|_| !has_errors(&read.issues));
            work(filter, &read.issues);
        }
    }
    assert_eq!(failed, BTreeSet::new());
}

#[test]
fn every_issue_is_expected_and_every_expected_one_is_found() {
    each(|case, _, filter, issues, _| {
        let found: Vec<String> = issues.iter().map(place).collect();
        assert_eq!(found, case.issues, "{}", case.name);
        assert_eq!(filter.is_none(), case.matches.is_none(), "{}: a filter with errors matches nothing", case.name);
    });
}

#[test]
fn text_and_json_mean_the_same_tree() {
    let schema = schema();
    for case in cases() {
        let (Some(text), Some(json)) = (&case.text, &case.json) else { continue };
        let info = schema.entity(&case.entity).expect("a known entity");
        let json = autotask_core::json::parse(json.as_bytes()).expect("JSON");
        let (parsed, _) = parse::parse(text, &info);
        let read = body::read(&json, Reading::Lenient(&info));
        if case.matches.is_none() {
            continue;
        }
        // Compared as what would be sent, since `yes` and `true`, `companyname` and `companyName` are one thing.
        let sent = |filter: Option<Filter>| filter.map(|filter| body::nodes(&filter, &info));
        assert_eq!(sent(parsed), sent(read.filter), "{}", case.name);
    }
}

#[test]
fn printed_text_is_read_back_and_printed_the_same() {
    each(|case, info, filter, _, _| {
        let Some(filter) = filter else { return };
        let once = print::print(filter, info);
        let (again, issues) = parse::parse(&once, info);
        assert_eq!(issues, [], "{}: {once}", case.name);
        let again = again.expect("no issues");
        assert_eq!(print::print(&again, info), once, "{}", case.name);
        assert_eq!(body::nodes(&again, info), body::nodes(filter, info), "{}: {once}", case.name);
    });
}

#[test]
fn written_json_is_read_back_and_written_the_same() {
    each(|case, info, filter, _, _| {
        let Some(filter) = filter else { return };
        let written = body::write(filter, info);
        let read = body::read(&Value::from(written.clone()), Reading::Lenient(info));
        assert_eq!(read.issues, [], "{}", case.name);
        assert_eq!(read.filter.map(|filter| body::write(&filter, info)), Some(written), "{}", case.name);
    });
}

#[test]
fn exactly_the_expected_rows_match() {
    each(|case, info, filter, _, context| {
        let Some(expected) = &case.matches else { return };
        let filter = filter.unwrap_or_else(|| panic!("{}: nothing was read", case.name));
        let matching = |filter: &Filter| -> Vec<i64> {
            let typed = Typed::with(filter, info, context).unwrap_or_else(|p| panic!("{}: {p:?}", case.name));
            let ids = rows(info).iter().filter(|row| typed.matches(row)).filter_map(Record::id).collect();
            let mut table = Table::new();
            rows(info).into_iter().for_each(|row| assert!(table.put(row).is_some()));
            let in_columns: Vec<i64> = table.filter(&typed).into_iter().filter_map(|row| table.id(row)).collect();
            assert_eq!(in_columns, ids, "{}, in columns", case.name);
            ids
        };
        assert_eq!(&matching(filter), expected, "{}", case.name);
    });
}

#[test]
fn the_plan_is_what_the_file_says_and_gives_the_same_rows() {
    each(|case, info, filter, _, context| {
        let (Some(filter), Some(expected)) = (filter, &case.matches) else { return };
        let plan = plan(filter, info, context);
        assert_eq!(plan.issues, [], "{}", case.name);
        let sent = Value::from(body::write(&plan.server, info));
        if let Some(server) = &case.server {
            let server: Value = serde_json::from_str(server).unwrap_or_else(|e| panic!("{}: {e}", case.name));
            assert_eq!(sent, server, "{}", case.name);
        }
        let place = format!("{:?}", plan.place()).to_lowercase();
        if let Some(wanted) = &case.place {
            assert_eq!(&place, wanted, "{}", case.name);
        } else {
            assert_eq!(place, "server", "{}: say `where` if it does not run on the server alone", case.name);
        }
        let sent = body::read(&sent, Reading::WireStrict);
        assert_eq!(sent.issues, [], "{}", case.name);
        let server = Typed::of(sent.filter.as_ref().expect("a filter"), info).expect("a filter for Autotask");
        let local = plan.local.as_ref().map(|local| Typed::with(local, info, context).expect("a filter"));
        let found = |row: &&Record| server.matches(row) && local.as_ref().is_none_or(|local| local.matches(row));
        let ids: Vec<i64> = rows(info).iter().filter(found).filter_map(Record::id).collect();
        if plan.lookups.is_empty() {
            assert_eq!(&ids, expected, "{}, as it is planned", case.name);
        } else {
            assert!(expected.iter().all(|id| ids.contains(id)), "{}, before its look-ups", case.name);
        }
    });
}

#[test]
fn every_operator_has_a_case_that_matches_something() {
    let mut missing: Vec<&str> = autotask_core::Op::ALL.map(autotask_core::Op::wire).into();
    for case in cases().iter().filter(|case| case.matches.as_ref().is_some_and(|ids| !ids.is_empty())) {
        let json = case.json.as_deref().unwrap_or_default();
        missing.retain(|op| !json.contains(&format!(r#""op":"{op}""#)));
    }
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn requests_of_older_texts_become_what_autotask_knows() {
    let resolved = resolved();
    let context = Context { resolved: Some(&resolved), ..Context::default() };
    for (name, content) in files("requests", "json") {
        let case: Value = serde_json::from_str(&content).unwrap_or_else(|error| panic!("{name}: {error}"));
        let info = autotask_core::entity(case["entity"].as_str().expect("an entity")).expect("a known entity");
        let (given, sent) = (&case["given"], &case["sent"]);
        let (body, issues) = if sent["path"].as_str().expect("a path").ends_with("/query") {
            let json = match given.get("body") {
                Some(body) => body.clone(),
                None => body::parse(given["path"].as_str().expect("a path").as_bytes()).expect("JSON").0,
            };
            let read = body::read(&json, Reading::Lenient(info));
            let plan = plan(&read.filter.expect("a filter"), info, &context);
            assert_eq!((plan.place(), plan.issues), (plan::Place::Server, vec![]), "{name}");
            (serde_json::json!({"filter": body::write(&plan.server, info)}), read.issues)
        } else {
            let record = Record::from(given["body"].as_object().expect("a record").clone());
            let read = read_record(&record, info, &context);
            assert_eq!(read.unresolved, [], "{name}");
            (Value::from(read.record), read.issues)
        };
        assert_eq!(body, sent["body"], "{name}");
        assert_eq!(Value::from(issues.iter().map(place).collect::<Vec<_>>()), case["issues"], "{name}");
    }
}

#[test]
fn records_have_exactly_the_expected_issues() {
    let (schema, resolved) = (schema(), resolved());
    let context = Context { resolved: Some(&resolved), ..Context::default() };
    let cases: Vec<_> =
        files("records", "json").into_iter().filter(|(name, _)| name.starts_with(char::is_lowercase)).collect();
    let mut failed = Vec::new();
    for (name, content) in cases {
        let case: Value = serde_json::from_str(&content).unwrap_or_else(|error| panic!("{name}: {error}"));
        let info = schema.entity(case["entity"].as_str().expect("an entity")).expect("a known entity");
        let mode = match case["mode"].as_str() {
            Some("create") => Mode::Create,
            Some("update") => Mode::Update,
            other => panic!("{name}: mode {other:?}"),
        };
        let record = Record::from(case["record"].as_object().expect("a record").clone());
        let issues: Vec<Value> = validate_as_given(&record, &info, mode, &context)
            .iter()
            .map(|issue| serde_json::to_value(issue).expect("JSON"))
            .collect();
        let expected = case["expect"].as_array().expect("a list");
        if issues.len() != expected.len() || !issues.iter().zip(expected).all(|(i, e)| is_expected(i, e)) {
            failed.push(format!("{name}: found {issues:#?}, expected {expected:#?}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Tests in a browser cannot list a folder, so a file lists the fixtures for them.
#[test]
fn the_list_for_the_browser_is_complete() {
    let list = |names: Vec<(String, String)>, folder: &str, extension: &str| -> String {
        let line = |(name, _): (String, String)| format!("        {folder}/{name}.{extension}\n");
        names.into_iter().map(line).collect()
    };
    let wanted = format!(
        "//! The files of `tests/fixtures` for tests that cannot list a folder.\n\
         // Generated by `UPDATE_FIXTURES=1 cargo test -p autotask-core --test corpus`.\n\n\
         macro_rules! files {{\n    ($($folder:ident / $name:ident . $($extension:ident).+)*) => {{\n        \
         &[$((stringify!($name), include_str!(concat!(\"../../../../tests/fixtures/\", stringify!($folder), \"/\", stringify!($name), $(\".\", stringify!($extension)),+))),)*]\n    }};\n}}\n\n\
         /// Filters, as (name, content).\n#[rustfmt::skip]\npub(crate) const FILTERS: &[(&str, &str)] = files! {{\n{}}};\n\n\
         /// Rows, metadata and records to validate, as (name, content).\n#[rustfmt::skip]\npub(crate) const RECORDS: &[(&str, &str)] = files! {{\n{}}};\n",
        list(files("filters", "filter"), "filters", "filter"),
        list(files("records", "json"), "records", "json"),
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm/tests/files/mod.rs");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&path, &wanted).expect("writable");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "type `UPDATE_FIXTURES=1 cargo test -p autotask-core --test corpus`");
}
