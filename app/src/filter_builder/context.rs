//! Context: the time and the zone of this browser, in which dates of a filter are whole days.

use autotask_core::Instant;
use autotask_core::calendar::Zone;
use autotask_core::filter::Context;

/// The zone of this browser.
struct Here;

impl Zone for Here {
    fn offset_seconds(&self, instant: Instant) -> i32 {
        let milliseconds = (instant.0 / 10_000) as f64;
        let behind = js_sys::Date::new(&milliseconds.into()).get_timezone_offset();
        (-behind * 60.0) as i32
    }
}

/// Now and here.
pub fn filter_context() -> Context<'static> {
    // To the minute: views that ask twice are told the same.
    let minutes = (js_sys::Date::now() / 60_000.0).floor();
    Context { now: Some(Instant((minutes * 600_000_000.0) as i64)), zone: &Here, ..Context::default() }
}
