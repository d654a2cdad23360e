//! The foot of the wizard: back, next, and the button that creates.

use autotask_core::onboarding::plan;
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{
    checking::Problem,
    duplicates::use_duplicates,
    form::{QUANTITY, control_id, use_form},
    mending::use_mending,
    review_problems::may_start,
    review_rail::call_count,
    services::use_services,
    step_path, use_attempt,
};
use crate::{
    session::use_session,
    store::{
        id::new_id,
        metadata::use_metadata,
        onboarding::{Step, use_onboarding},
    },
};

/// The foot.
#[component]
pub fn Foot() -> impl IntoView {
    let mending = use_mending();
    move || if mending.get().is_some() { mending_foot() } else { step_foot() }
}

/// Back and next, or in Review what creates.
fn step_foot() -> AnyView {
    let form = use_form();
    let next = use_next();
    let on_keydown = window_event_listener(ev::keydown, move |event| {
        let is_next = event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.default_prevented();
        // What creates is never done by a key that may repeat.
        if is_next && form.step.get_untracked() != Step::Review && !is_dialog_open() {
            event.prevent_default();
            next.run(());
        }
    });
    on_cleanup(move || on_keydown.remove());
    (move || {
        let step = form.step.get();
        let back = step.previous().map(|step| {
            view! {
                <a class="btn btn--l" href=step_path(step)>
                    "Back"
                </a>
            }
        });
        let end = if step == Step::Review { create_view() } else { next_view(step, next) };
        view! {
            <div class="wizfoot">
                {back}
                {end}
            </div>
        }
    })
    .into_any()
}

fn next_view(step: Step, next: Callback<()>) -> AnyView {
    view! {
        <span class="push row muted small wide">
            <kbd class="kbd">"Ctrl Enter"</kbd>
            " next step"
        </span>
        <button type="button" class="btn btn--l btn--primary" on:click=move |_| next.run(())>
            {["Next: ", step.next().title()].concat()}
        </button>
    }
    .into_any()
}

/// Goes on when nothing is wrong with the step; else says what is.
fn use_next() -> Callback<()> {
    let form = use_form();
    let metadata = use_metadata();
    let attempt = use_attempt();
    let navigate = use_navigate();
    Callback::new(move |()| {
        let step = form.step.get_untracked();
        form.checking.attempt(step);
        if form.checking.check(&form, &untrack(|| metadata.schema()), &[step]) {
            navigate(&step_path(step.next()), NavigateOptions::default());
        } else {
            attempt.update(|attempt| *attempt += 1);
        }
    })
}

/// What creates.
fn create_view() -> AnyView {
    let form = use_form();
    let metadata = use_metadata();
    let duplicates = use_duplicates();
    let attempt = use_attempt();
    let onboarding = use_onboarding();
    let navigate = use_navigate();
    let services = use_services();
    let environment = use_session().environment;
    let meaning = move || environment.get().map(|environment| environment.meaning());
    let count = Memo::new(move |_| call_count(&form, &metadata));
    let create = move |_| {
        let schema = untrack(|| metadata.schema());
        form.checking.check(&form, &schema, &[]);
        if !may_start(&form, &duplicates) {
            attempt.update(|attempt| *attempt += 1);
            return;
        }
        let draft = form.draft();
        let (mut plan, _) = plan(&new_id(), &draft.answers(&schema), &schema);
        services.name_steps(&mut plan);
        onboarding.keep(draft);
        onboarding.start(plan);
        navigate(&step_path(Step::Run), NavigateOptions { replace: true, ..NavigateOptions::default() });
    };
    view! {
        <span class="push muted small wide">{meaning}</span>
        <button type="button" class="btn btn--l btn--primary" on:click=create>
            {move || format!("Create in Autotask, {} calls", count.get())}
        </button>
    }
    .into_any()
}

/// Back to the run, or the corrected row once more.
fn mending_foot() -> AnyView {
    let form = use_form();
    let mending = use_mending();
    let metadata = use_metadata();
    let onboarding = use_onboarding();
    let attempt = use_attempt();
    let navigate = StoredValue::new(use_navigate());
    let go_to_run = move || {
        navigate.with_value(|navigate| {
            navigate(&step_path(Step::Run), NavigateOptions { replace: true, ..NavigateOptions::default() });
        });
    };
    let again = move |_| {
        let Some(row) = mending.get_untracked() else { return };
        form.checking.attempt(row.step);
        let schema = untrack(|| metadata.schema());
        if !form.checking.check(&form, &schema, &[row.step]) {
            attempt.update(|attempt| *attempt += 1);
            return;
        }
        let draft = form.draft();
        let (plan, _) = plan("edited", &draft.answers(&schema), &schema);
        let events = onboarding.with_run_untracked(|run| run.correction(&plan, &row.run_step)).unwrap_or_default();
        if events.is_empty() {
            let control = control_id(row.part, row.key, QUANTITY);
            let message = "Enter how many units there are, or go back to the run and skip them".to_owned();
            form.checking.refuse(vec![Problem {
                step: row.step,
                control,
                row: String::new(),
                message,
                is_error: true,
            }]);
            return attempt.update(|attempt| *attempt += 1);
        }
        onboarding.keep(draft);
        onboarding.answer_all(events);
        go_to_run();
    };
    view! {
        <div class="wizfoot">
            <button type="button" class="btn btn--l" on:click=move |_| go_to_run()>
                "Back to the run"
            </button>
            <button type="button" class="btn btn--l btn--primary push" on:click=again>
                "Send it again"
            </button>
        </div>
    }
    .into_any()
}

fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}
