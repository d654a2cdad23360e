//! The inputs that fuzzing found worth keeping, each run once: nothing may panic, and what is printed is read again.

use std::path::Path;

use autotask_core::filter::complete::complete;
use autotask_core::filter::{Context, parse, plan, print};
use autotask_core::{Instant, entity};

#[test]
fn found_filter_texts_are_read_printed_and_planned() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/found/filter_text.jsonl");
    let lines = std::fs::read_to_string(path).expect("readable");
    let info = entity("Companies").expect("known");
    let context = Context { now: Instant::parse("2026-11-21T12:00:00Z"), me: Some(4), ..Context::default() };
    let mut good = 0;
    for line in lines.lines() {
        let text: String = serde_json::from_str(line).expect("a text in JSON");
        let parsed = parse::read(&text, info, &context);
        let _ = complete(&text, text.len() / 2, info);
        let Some(filter) = parsed.filter() else { continue };
        good += 1;
        let printed = print::print(filter, info);
        let again = parse::read(&printed, info, &context);
        assert_eq!(again.filter().map(|filter| print::print(filter, info)), Some(printed), "{line}");
        let _ = plan(filter, info, &context);
    }
    assert!(good > 50, "only {good} of them are filters");
}
