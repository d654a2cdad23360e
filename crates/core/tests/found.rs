//! The inputs that fuzzing found worth keeping, each run once: nothing may panic, and what is written is read again.

use std::path::Path;

use autotask_core::filter::body::{Reading, nodes, parse as parse_json, read};
use autotask_core::filter::complete::complete;
use autotask_core::filter::{Context, Typed, parse, plan, print};
use autotask_core::table::SortKey;
use autotask_core::validate::{Mode, validate_as_given};
use autotask_core::{EntityInfo, Instant, Schema, Table, entity, response};

fn lines(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/found").join(name);
    let text = std::fs::read_to_string(path).expect("readable");
    text.lines().map(|line| serde_json::from_str(line).expect("a text in JSON")).collect()
}

/// Inputs that need not be text: each character is a byte.
fn inputs(name: &str) -> Vec<Vec<u8>> {
    let byte = |c: char| u8::try_from(u32::from(c)).expect("a byte");
    let inputs: Vec<Vec<u8>> = lines(name).iter().map(|line| line.chars().map(byte).collect()).collect();
    assert!(inputs.len() > 100, "{name}: {}", inputs.len());
    inputs
}

fn companies() -> &'static EntityInfo {
    entity("Companies").expect("known")
}

fn context() -> Context<'static> {
    Context { now: Instant::parse("2026-11-21T12:00:00Z"), me: Some(4), ..Context::default() }
}

#[test]
fn found_filter_texts_are_read_printed_and_planned() {
    let (info, context) = (companies(), context());
    let mut good = 0;
    for text in lines("filter_text.jsonl") {
        let parsed = parse::read(&text, info, &context);
        let _ = complete(&text, text.len() / 2, info);
        let Some(filter) = parsed.filter() else { continue };
        good += 1;
        let printed = print::print(filter, info);
        let again = parse::read(&printed, info, &context);
        assert_eq!(again.filter().map(|filter| print::print(filter, info)), Some(printed), "{text}");
        let _ = plan(filter, info, &context);
    }
    assert!(good > 50, "only {good} of them are filters");
}

#[test]
fn found_filter_json_is_read_written_and_planned() {
    let info = companies();
    let mut good = 0;
    for bytes in inputs("filter_json.jsonl") {
        let Ok((json, _)) = parse_json(&bytes) else { continue };
        for reading in [Reading::Lenient(info), Reading::Wire, Reading::WireStrict] {
            let Some(filter) = read(&json, reading).filter else { continue };
            good += 1;
            let written = nodes(&filter, info);
            let again = read(&written.clone().into(), reading).filter.expect("what is written is read");
            assert_eq!(nodes(&again, info), written, "{json}");
            let _ = plan(&filter, info, &context());
        }
    }
    assert!(good > 50, "only {good} of them are filters");
}

#[test]
fn found_rows_are_loaded_filtered_sorted_and_validated() {
    let (info, context) = (companies(), context());
    let parsed = parse::read("city contains a or createDate < 2026-01-01 or not (assetValue > 1)", info, &context);
    let typed = Typed::with(&parsed.filter, info, &context).expect("a filter");
    let mut loaded = 0;
    for bytes in inputs("rows.jsonl") {
        let mut table = Table::new();
        let _ = table.load(&bytes);
        let _ = table.filter(&typed);
        let mut rows = table.all();
        let by = ["companyName", "companyType", "createDate"];
        table.sort(&mut rows, &by.map(|field| SortKey { field: field.to_owned(), descending: true }), info, &|_, _| {
            None
        });
        for row in rows {
            loaded += 1;
            let record = table.row(row).expect("present");
            let _ = validate_as_given(&record, info, Mode::Create, &context);
        }
    }
    assert!(loaded > 20, "only {loaded} rows");
}

#[test]
fn found_answers_are_read_whatever_their_status() {
    for bytes in inputs("answers.jsonl") {
        for status in [200, 204, 401, 404, 429, 500] {
            let _ = (response::read_rows(status, &bytes), response::read_count(status, &bytes));
            let _ = (response::read_item(status, &bytes), response::read_item_id(status, &bytes));
        }
    }
}

#[test]
fn found_metadata_is_loaded() {
    for bytes in inputs("metadata.jsonl") {
        let Ok(json) = autotask_core::json::parse(&bytes) else { continue };
        let mut schema = Schema::new();
        let _ = (schema.load_fields("Companies", &json), schema.load_user_defined_fields("Companies", &json));
        let info = schema.entity("Companies").expect("known");
        let _ = parse::read("companyType = Customer and udf.a = 1 and owner = me", &info, &context());
    }
}
