//! The browser's clock, for what the core takes as an argument.

use autotask_core::Instant;
use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// The time.
pub fn now() -> Instant {
    let milliseconds = autotask_core::number::to_whole(js_sys::Date::now().trunc()).unwrap_or_default();
    Instant(milliseconds.saturating_mul(10_000))
}

/// Waits, and lets the browser draw and answer meanwhile. Without timers it goes on at once.
pub async fn sleep(milliseconds: i32) {
    let mut wait = |resolve: js_sys::Function, _| {
        if window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds).is_err() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    };
    let _ = JsFuture::from(Promise::new(&mut wait)).await;
}
