//! Head: what the pages share: how far it is, what it covers, how old it is, and again.

use std::time::Duration;

use crate::components::dynamic::{dynamic, handler};
use leptos::prelude::*;

use super::words::{activity_percent, activity_text, cover};
use crate::{
    components::{
        icon::Icon,
        view_state::{Failure, ViewState},
    },
    pages::{age::age, failed::failed},
    store::quality::QualityStore,
};

/// How often the age is said anew.
const TICK: Duration = Duration::from_secs(20);
/// From here on data are old, in milliseconds.
const OLD_MS: f64 = 15.0 * 60_000.0;

/// Reads everything again.
#[component]
pub fn RefreshButton(
    /// The audit.
    store: QualityStore,
) -> impl IntoView {
    let is_busy = move || store.activity.with(Option::is_some);
    view! {
        <button
            type="button"
            class="btn btn--ghost"
            aria-disabled=move || is_busy().then_some("true")
            on:click=handler(move |_| {
                if !untrack(is_busy) {
                    store.load();
                }
            })
        >
            {Icon::Refresh.view()}
            "Refresh"
        </button>
    }
    .into_any()
}

/// What goes on, or what is covered and how old it is; below it the progress line.
#[component]
pub fn CoverBar(
    /// The audit.
    store: QualityStore,
    /// What stands before the cover.
    #[prop(into, optional)]
    lead: Signal<String>,
) -> impl IntoView {
    let now = RwSignal::new(js_sys::Date::now());
    if let Ok(timer) = set_interval_with_handle(move || now.set(js_sys::Date::now()), TICK) {
        on_cleanup(move || timer.clear());
    }
    let age_ms = move || store.audit.with(|audit| audit.as_ref().map(|audit| (now.get() - audit.at_ms).max(0.0)));
    let covered = move || store.audit.with(|audit| audit.as_deref().map(cover));
    let aged = move || {
        let milliseconds = age_ms()?;
        let class = if milliseconds > OLD_MS { "t-warning" } else { "muted" };
        Some(view! { <span class=class>{["read ", &age(milliseconds)].concat()}</span> })
    };
    let rest = move || {
        view! {
            <span>
                <span class="muted">{dynamic(covered)}</span>
                {dynamic(aged)}
            </span>
        }
    };
    let going_on = move || store.activity.get().map(activity_text);
    let line = move || {
        let percent = activity_percent(store.activity.get()?);
        let width = [percent.to_string().as_str(), "%"].concat();
        Some(view! { <i style:width=width></i> })
    };
    view! {
        <div class="qbar">
            <strong class="tnum">{lead}</strong>
            <span class="tnum">{dynamic(going_on)}</span>
            {dynamic(move || store.activity.with(Option::is_none).then(rest))}
        </div>
        <div class="progress thin qprogress" aria-hidden="true">
            {dynamic(line)}
        </div>
    }
    .into_any()
}

/// The face of a page before it looks at what was found.
pub fn view_state(store: QualityStore) -> ViewState {
    let has_old_data = store.audit.with(Option::is_some);
    match store.failure.get() {
        Some(failure) if has_old_data => ViewState::Failed(Failure {
            has_old_data,
            ..failed("The rows could not be read again; what you see is older.", &failure)
        }),
        Some(failure) => ViewState::Failed(failed("The rows could not be read.", &failure)),
        None if has_old_data => ViewState::Ready,
        None => ViewState::Loading,
    }
}
