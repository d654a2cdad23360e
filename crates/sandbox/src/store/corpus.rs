//! The corpus of `tests/fixtures` through SQL: each filter file finds exactly the rows that it says.

#[path = "../../../core/tests/fixtures/mod.rs"]
#[allow(dead_code, reason = "the records' part is for other consumers")]
mod fixtures;

use std::collections::HashMap;
use std::path::Path;

use autotask_core::filter::Context;
use autotask_core::filter::body::{self, Reading};
use autotask_core::filter::parse;
use autotask_core::filter::typed::Typed;
use autotask_core::{DataType, Filter, Instant, Record};
use fixtures::{FilterCase, context, resolved};
use rusqlite::Connection;
use serde_json::Value;

use super::rows::{self, Row};
use super::schema;
use super::sql::Where;
use crate::tenant::{Definition, Table, Tenant, UDF_DATA_TYPES};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn json(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join("records").join(name)).expect("readable");
    serde_json::from_str(&text).expect("JSON")
}

/// The user-defined fields of the fixtures as this store keeps them.
fn definitions() -> Vec<Definition> {
    let answer = json("CompaniesUserDefinedFields.json");
    let fields = answer["fields"].as_array().expect("a list").iter();
    let number = |kind: &str| match kind {
        "datetime" => "Date",
        "double" | "decimal" | "integer" => "Number",
        _ => "Text (Single Line)",
    };
    (1..)
        .zip(fields)
        .map(|(id, field)| Definition {
            id,
            name: field["name"].as_str().expect("a name").to_owned(),
            udf_type: 1,
            data_type: UDF_DATA_TYPES
                .iter()
                .find(|(_, name)| *name == number(field["type"].as_str().unwrap_or_default()))
                .map_or(1, |(number, _)| *number),
            is_required: false,
            items: Vec::new(),
        })
        .collect()
}

/// A row of the fixtures as a row of the store.
fn row<'t>(table: &'t Table, record: &Record) -> Row<'t> {
    let mut row = Row::new(table);
    for field in table.info.fields.iter() {
        let Some(value) = record.value(&field.name, false) else { continue };
        match field.data_type {
            DataType::String | DataType::Bytes => row.set_text(&field.name, value.as_str().expect("text")),
            DataType::DateTime => {
                let instant = value.as_str().and_then(Instant::parse).expect("an instant");
                row.set_instant(&field.name, instant);
            }
            DataType::Decimal | DataType::Double => {
                row.set(&field.name, record.decimal(&field.name).expect("a number"))
            }
            DataType::Boolean => row.set(&field.name, i64::from(record.flag(&field.name).expect("a boolean"))),
            DataType::Integer | DataType::Long => {
                let flag = value.as_bool().map(i64::from);
                row.set(&field.name, flag.or_else(|| record.int(&field.name)).expect("a whole number"));
            }
        }
    }
    for (name, value) in record.user_defined_fields() {
        if let Some(text) = value.as_str() {
            row.set_udf(name, text);
        }
    }
    row
}

fn filters(case: &FilterCase, table: &Table) -> Vec<Filter> {
    let text = case.text.iter().map(|text| {
        let parsed = parse::read(text, &table.info, &Context::default());
        parsed.filter().expect("no errors").clone()
    });
    let json = case.json.iter().map(|text| {
        let json = autotask_core::json::parse(text.as_bytes()).expect("JSON");
        body::read(&json, Reading::Lenient(&table.info)).filter.expect("a filter")
    });
    text.chain(json).collect()
}

#[test]
fn sql_finds_what_the_corpus_says() {
    let tenant = Tenant::new(&definitions());
    let connection = Connection::open_in_memory().expect("memory");
    super::prepare(&connection).expect("prepared");
    connection.execute_batch(&schema::tables()).expect("tables");
    let mut kept = HashMap::new();
    for name in ["Companies", "Contacts"] {
        let rows_here: &mut autotask_core::Table = kept.entry(name.to_owned()).or_default();
        for value in json(&format!("{name}.json")).as_array().expect("rows") {
            let record = Record::from(value.as_object().expect("a row").clone());
            rows_here.put(record.clone());
            rows::insert(&connection, &row(tenant.named(name), &record)).expect("inserted");
        }
    }
    let tables: Vec<_> = kept.iter().map(|(name, table)| (name.clone(), table)).collect();
    let resolved = resolved();
    let context = context(&resolved, &tables);
    let mut checked = 0;
    for entry in std::fs::read_dir(folder().join("filters")).expect("the folder") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|e| e != "filter") {
            continue;
        }
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let case = FilterCase::read(&name, &std::fs::read_to_string(&path).expect("readable"));
        let Some(mut expected) = case.matches.clone() else { continue };
        expected.sort_unstable();
        let table = tenant.named(&case.entity);
        for filter in filters(&case, table) {
            let typed =
                Typed::with(&filter, &table.info, &context).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
            let found = rows::select(&connection, table, &Where::of(&typed, table)).expect("selected");
            let ids: Vec<i64> = found.iter().map(Row::id).collect();
            assert_eq!(ids, expected, "{name}");
            checked += 1;
        }
    }
    assert!(checked > 40, "only {checked} filters were checked");
}
