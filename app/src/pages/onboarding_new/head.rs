//! The head of the wizard: where one is, whether the draft is kept, and how to stop.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::{form::use_form, mending::use_mending};
use crate::{
    components::{dialog::Dialog, icon::Icon, page_head::use_window_title},
    page::Page,
    store::onboarding::{Part, Phase, Step, use_onboarding},
};

/// The head.
#[component]
pub fn Head() -> impl IntoView {
    let form = use_form();
    let mending = use_mending();
    let phase = use_onboarding().phase();
    let company_name = form.company().field("companyName");
    let client = move || {
        let name = company_name.get();
        if name.trim().is_empty() { "New client".to_owned() } else { name }
    };
    let title = move || match form.step.get() {
        Step::Run if phase.with(|phase| *phase == Phase::Done) => "Created in Autotask",
        step => match mending.get().map(|row| row.part) {
            None => step.title(),
            Some(Part::Company) => "Correct the company",
            Some(Part::Site) => "Correct the site",
            Some(Part::Contact) => "Correct the contact",
            Some(Part::Contract) => "Correct the contract",
            Some(Part::Service) => "Correct the service",
        },
    };
    let window_title = Signal::derive(move || {
        let step = form.step.get();
        let mark = if form.checking.summary(step).is_empty() { "" } else { "Error: " };
        [mark, title()].concat()
    });
    use_window_title(window_title, "Onboarding");
    view! {
        <header class="wizhead">
            <div class="stack">
                <nav class="crumbs" aria-label="Path">
                    <a href=Page::Onboarding.path()>"Onboarding"</a>
                    {Icon::Right.view()}
                    <span aria-current="page" dir="auto">
                        {client}
                    </span>
                </nav>
                <h1 tabindex="-1">{title}</h1>
            </div>
            <div class="actions push">
                {move || if form.step.get() == Step::Run { run_actions() } else { draft_actions() }}
            </div>
        </header>
    }
    .into_any()
}

/// Pause and continue.
fn run_actions() -> AnyView {
    let onboarding = use_onboarding();
    let phase = onboarding.phase();
    (move || match phase.get() {
        Phase::Running | Phase::Waiting { .. } => view! {
            <button type="button" class="btn" on:click=move |_| onboarding.pause()>
                {Icon::Pause.view()}
                "Pause"
            </button>
        }
        .into_any(),
        Phase::Paused => view! {
            <button type="button" class="btn btn--primary" on:click=move |_| onboarding.go_on()>
                {Icon::Arrow.view()}
                "Continue"
            </button>
        }
        .into_any(),
        _ => ().into_any(),
    })
    .into_any()
}

/// Whether the draft is kept, and how to throw it away.
fn draft_actions() -> AnyView {
    let onboarding = use_onboarding();
    let mending = use_mending();
    let is_open = RwSignal::new(false);
    let navigate = use_navigate();
    let discard = Callback::new(move |()| {
        is_open.set(false);
        onboarding.discard();
        navigate(&Page::Onboarding.path(), leptos_router::NavigateOptions::default());
    });
    let saved = move || match (onboarding.is_kept(), onboarding.saved_at()) {
        (false, _) => view! {
            <span class="t-danger small row">{Icon::Alert.view()} "This browser keeps no draft"</span>
        }
        .into_any(),
        (true, Some(at)) => view! {
            <span class="muted small row savedat">
                {Icon::Check.view()} "Draft saved " <span class="tnum">{clock(at)}</span>
                {move || onboarding.is_shared().then_some(", on the server too")}
            </span>
        }
        .into_any(),
        (true, None) => ().into_any(),
    };
    view! {
        {saved}
        <Show when=move || mending.get().is_none()>
            <button type="button" class="btn btn--ghost" on:click=move |_| is_open.set(true)>
                "Discard draft"
            </button>
        </Show>
        <Dialog
            is_open=is_open
            title="Discard this draft?"
            actions=move || {
                view! {
                    <button type="button" class="btn" autofocus on:click=move |_| is_open.set(false)>
                        "Keep it"
                    </button>
                    <button type="button" class="btn btn--danger" on:click=move |_| discard.run(())>
                        "Discard draft"
                    </button>
                }
            }
        >
            <p>"Everything entered here is forgotten. Nothing was created in Autotask."</p>
        </Dialog>
    }
    .into_any()
}

/// `12:03:22`, by the clock of this machine.
fn clock(at: f64) -> String {
    let date = js_sys::Date::new(&at.into());
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}
