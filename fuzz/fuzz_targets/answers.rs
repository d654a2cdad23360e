//! Answers: any status with any body.
#![no_main]

use autotask_core::response::{read, read_count, read_item, read_item_id, read_rows};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: (u16, &[u8])| {
    let (status, body) = answer;
    let _ = (read(status, body), read_rows(status, body), read_count(status, body));
    let _ = (read_item(status, body), read_item_id(status, body));
});
