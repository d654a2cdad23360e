//! The strip of facts below the head: what one looks up a company for.

use std::sync::Arc;

use crate::components::dynamic::{dynamic, memo};
use autotask_core::{Format, Instant, Record};
use leptos::prelude::*;

use super::value::{none_view, text_view};
use crate::{
    components::{avatar::Avatar, copy_button::CopyButton},
    pages::editing::{Editing, line::edit_button},
    session::use_session,
    store::names::use_names,
};

const MILLISECONDS_PER_DAY: f64 = 86_400_000.0;
const TICKS_PER_MILLISECOND: f64 = 10_000.0;

/// The strip.
#[component]
pub fn Facts(
    /// The company.
    row: Arc<Record>,
    /// What of it is edited; the controls stand among the details.
    editing: Editing,
) -> impl IntoView {
    let info = editing.info();
    let edit = |name: &str| info.field(name).map(|field| edit_button(editing, field));
    let text = |name: &str| row.text(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let link = |name: &str, format| text(name).map_or_else(none_view, |text| text_view(format, text));
    let id = row.id().unwrap_or_default().to_string();
    let copied = id.clone();
    view! {
        <dl class="facts">
            <div>
                <dt>"Number"</dt>
                <dd class="tnum">{link("companyNumber", Format::Any)} {edit("companyNumber")}</dd>
            </div>
            <div>
                <dt>"ID"</dt>
                <dd class="tnum">{id} <CopyButton what="ID" text=Callback::new(move |()| copied.clone()) /></dd>
            </div>
            <div>
                <dt>"Owner"</dt>
                <dd>{owner_view(row.int("ownerResourceID"))} {edit("ownerResourceID")}</dd>
            </div>
            <div>
                <dt>"Phone"</dt>
                <dd>{link("phone", Format::Phone)} {edit("phone")}</dd>
            </div>
            <div>
                <dt>"Web"</dt>
                <dd>{link("webAddress", Format::Web)} {edit("webAddress")}</dd>
            </div>
            <div>
                <dt>"Last activity"</dt>
                <dd class="tnum">{row.instant("lastActivityDate").map_or_else(none_view, day_view)}</dd>
            </div>
        </dl>
    }
    .into_any()
}

fn owner_view(owner: Option<i64>) -> AnyView {
    let Some(owner) = owner else { return none_view() };
    let (names, session) = (use_names(), use_session());
    let name = memo(move || names.name("Resources", owner));
    dynamic(move || match name.get() {
        None => view! { <span class="skel valuewait" aria-hidden="true"></span> }.into_any(),
        Some(name) => {
            let is_me = session.user_name.with(|me| me.as_ref() == Some(&name));
            view! {
                <Avatar name=name.clone() is_me=is_me />
                <span dir="auto">{name}</span>
            }
            .into_any()
        }
    })
}

fn day_view(instant: Instant) -> AnyView {
    let date = instant.date_text();
    let now = js_sys::Date::now();
    view! {
        <time datetime=date.clone()>{date.clone()}</time>
        <span class="muted">{ago((now - instant.0 as f64 / TICKS_PER_MILLISECOND) / MILLISECONDS_PER_DAY)}</span>
    }
    .into_any()
}

/// "4 d ago"; empty for what is yet to come.
fn ago(days: f64) -> String {
    let (number, unit) = match days {
        ..0.0 => return String::new(),
        ..1.0 => return "today".to_owned(),
        ..60.0 => (days, " d ago"),
        ..730.0 => (days / 30.44, " months ago"),
        _ => (days / 365.25, " years ago"),
    };
    [&(number as u64).to_string(), unit].concat()
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn an_age_is_short() {
        let words: Vec<String> = [-1.0, 0.4, 4.2, 100.0, 1500.0].map(ago).to_vec();
        assert_eq!(words, ["", "today", "4 d ago", "3 months ago", "4 years ago"]);
    }
}
