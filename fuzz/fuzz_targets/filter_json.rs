//! Filter JSON in all three ways of reading; what is written of it is read again, and every problem has a place.
#![no_main]

use autotask_core::filter::body::{Reading, nodes, parse, read, read_and_check};
use autotask_core::filter::{Context, check::check_meaning, plan::plan, print::{pretty, print}};
use autotask_core::{entity, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok((json, text)) = parse(bytes) else { return };
    let (info, context) = (entity("Companies").expect("known"), Context::default());
    let mut issues = read_and_check(&json, info, |filter| check_meaning(filter, info, &context)).issues;
    if let Some(text) = text {
        json::place(&mut issues, &text);
        assert!(issues.iter().take(100).all(|issue| issue.path.is_none() || issue.position.is_some()));
    }
    for reading in [Reading::Lenient(info), Reading::Wire, Reading::WireStrict] {
        let Some(filter) = read(&json, reading).filter else { continue };
        let written = nodes(&filter, info);
        let again = read(&written.clone().into(), reading).filter.expect("what is written is read");
        assert_eq!(nodes(&again, info), written);
        let _ = plan(&filter, info, &context);
        let _ = (print(&filter, info), pretty(&filter, info));
    }
});
