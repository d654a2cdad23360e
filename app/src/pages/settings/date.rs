//! Date: moments of the server, which are milliseconds since 1970, as people read them.

use js_sys::Date;
use leptos::prelude::*;

use crate::pages::age::age;

/// "3 minutes ago".
pub fn ago(at: f64) -> String {
    age(Date::now() - at)
}

/// "2026-11-20", where the person is.
pub fn day(at: f64) -> String {
    let date = Date::new(&at.into());
    [&date.get_full_year().to_string(), "-", &two(date.get_month() + 1), "-", &two(date.get_date())].concat()
}

/// "2026-11-20 14:03", with its age behind it.
pub fn moment_view(at: f64) -> AnyView {
    let date = Date::new(&at.into());
    let text = [&day(at), " ", &two(date.get_hours()), ":", &two(date.get_minutes())].concat();
    let exact = String::from(date.to_iso_string());
    view! {
        <time class="tnum" datetime=exact.clone() title=exact>
            {text}
        </time>
        <span class="muted">{ago(at)}</span>
    }
    .into_any()
}

fn two(number: u32) -> String {
    if number < 10 { ["0", &number.to_string()].concat() } else { number.to_string() }
}
