//! Metadata: answers about fields and user-defined fields; a filter is read with what came of them.
#![no_main]

use autotask_core::filter::{Context, parse::read};
use autotask_core::{Schema, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answers: (&[u8], &[u8])| {
    let mut schema = Schema::new();
    if let Ok(json) = json::parse(answers.0) {
        let _ = schema.load_fields("Companies", &json);
    }
    if let Ok(json) = json::parse(answers.1) {
        let _ = schema.load_user_defined_fields("Companies", &json);
    }
    if let Some(info) = schema.entity("Companies") {
        let _ = read("companyType = Customer and udf.a = 1 and owner = me", &info, &Context::default());
    }
});
