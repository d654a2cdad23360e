//! Rows: loaded into a table, filtered, sorted, validated.
#![no_main]

use autotask_core::filter::{Context, Typed, parse::read};
use autotask_core::table::SortKey;
use autotask_core::validate::{Mode, validate_as_given};
use autotask_core::{Table, entity};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let info = entity("Companies").expect("known");
    let mut table = Table::new();
    let _ = table.load(bytes);
    let context = Context::default();
    let parsed = read("city contains a or createDate < 2026-01-01 or not (assetValue > 1) or udf.x = 1", info, &context);
    if let Ok(typed) = Typed::with(&parsed.filter, info, &context) {
        let _ = table.filter(&typed);
    }
    let mut rows = table.all();
    for field in ["companyName", "companyType", "createDate", "assetValue", "ownerResourceID"] {
        table.sort(&mut rows, &[SortKey { field: field.to_owned(), descending: true }], info, &|_, _| None);
    }
    for row in rows {
        if let Some(record) = table.row(row) {
            for mode in [Mode::Create, Mode::Update] {
                let _ = validate_as_given(&record, info, mode, &context);
            }
        }
    }
});
