//! Filter text: read, printed, read again, planned, completed.
#![no_main]

use autotask_core::filter::{Context, complete::complete, parse::read, plan::plan, print::print};
use autotask_core::{Instant, entity};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let info = entity("Companies").expect("known");
    let context = Context { now: Some(Instant(17_637_264_000_000_000)), me: Some(4), ..Context::default() };
    let parsed = read(text, info, &context);
    for issue in &parsed.issues {
        assert!(issue.position.is_none_or(|place| place.start <= place.end && place.end <= text.len()));
    }
    if let Some(filter) = parsed.filter() {
        let printed = print(filter, info);
        let again = read(&printed, info, &context);
        assert_eq!(print(again.filter().expect("what is printed is read"), info), printed);
        let _ = plan(filter, info, &context);
    }
    let _ = complete(text, text.len() / 2, info);
});
