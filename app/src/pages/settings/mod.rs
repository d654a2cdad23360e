//! Settings: the connection to Autotask, who works here, their access tokens, and what was written.
//!
//! ```text
//! address ──► section ──► its panel ──► /api ──► 403 `confirm`? ──► the password once more ──► /api again
//! ```

mod add_person;
mod audit;
mod audit_item;
mod budget;
mod connection;
mod date;
mod making;
mod new_token;
mod people;
mod person;
mod role;
mod section;
mod shown_once;
mod step_up;
mod token_use;
mod tokens;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::reading::not_for_you;
use crate::{
    components::{
        dynamic::{dynamic, memo, shared},
        empty::Empty,
        icon::Icon,
        page_head::use_window_title,
        toast::use_toasts,
    },
    page::Page,
    session::use_session,
};
use section::Section;
use step_up::{StepUp, StepUpDialog};

/// What the messages of these pages are about: they go with the pages, which have what their buttons need.
const ABOUT: &str = "settings";

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let params = use_params_map();
    let section = memo(move || match params.with(|params| params.get("section")) {
        Some(slug) => Section::from_slug(&slug),
        None => Some(Section::Connection),
    });
    // One memo for both: what else the session says must not draw the section anew.
    let shown = memo(move || section.get().map(|section| (section, section.is_for(session))));
    let step_up = StepUp::new();
    provide_context(step_up);
    on_cleanup(move || toasts.withdraw(ABOUT));
    let title = move || section.get().map_or("Not found", Section::title).to_owned();
    use_window_title(Signal::derive(title), Page::Settings.title());
    let body = move || match shown.get() {
        None => view! {
            <Empty
                icon=Icon::Settings
                title="There are no such settings"
                text="The address names a part that is not there. All parts stand in the list."
            />
        }
        .into_any(),
        Some((section, false)) => not_for_you(section.not_for_you()),
        Some((Section::Connection, true)) => connection::connection_view(),
        Some((Section::People, true)) => people::people_view(),
        Some((Section::Tokens, true)) => tokens::tokens_view(),
        Some((Section::Audit, true)) => audit::audit_view(),
    };
    let link = move |one: Section| {
        let is_current = move || (section.get() == Some(one)).then_some("page");
        view! {
            <li>
                <a href=one.path() aria-current=shared(is_current)>
                    {one.title()}
                </a>
            </li>
        }
    };
    view! {
        <div class="pagehead">
            <h1 tabindex="-1">{Page::Settings.title()}</h1>
        </div>
        <div class="settings">
            <nav class="subnav" aria-label="Settings">
                <ul>{Section::ALL.into_iter().map(link).collect_view()}</ul>
            </nav>
            <div class="body">
                <div class="stack setbody">{dynamic(body)}</div>
            </div>
        </div>
        <StepUpDialog step_up=step_up />
    }
    .into_any()
}
