//! Filter JSON in all three ways of reading; what is written of it is read again.
#![no_main]

use autotask_core::filter::body::{Reading, nodes, read};
use autotask_core::filter::{Context, plan::plan, print::print};
use autotask_core::{entity, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = json::parse(bytes) else { return };
    let info = entity("Companies").expect("known");
    for reading in [Reading::Lenient(info), Reading::Wire, Reading::WireStrict] {
        let Some(filter) = read(&json, reading).filter else { continue };
        let written = nodes(&filter, info);
        let again = read(&written.clone().into(), reading).filter.expect("what is written is read");
        assert_eq!(nodes(&again, info), written);
        let _ = plan(&filter, info, &Context::default());
        let _ = print(&filter, info);
    }
});
