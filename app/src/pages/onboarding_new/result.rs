//! The result: what was created, with the way to it and to the next client.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use crate::{
    components::{icon::Icon, toast::use_toasts, tone::Tone},
    page::Page,
    store::onboarding::{Run, run::kind_of, use_onboarding},
};

/// The result.
#[component]
pub fn Outcome() -> impl IntoView {
    let onboarding = use_onboarding();
    let (id, name, skipped, ids) = onboarding
        .with_run_untracked(|run| {
            let name = run.record_of("company").and_then(|row| row.text("companyName").map(str::to_owned));
            let name = name.unwrap_or_else(|| "The client".to_owned());
            let skipped = run.plan.steps.iter().filter(|step| run.id_of(&step.id).is_none()).count();
            (run.id_of("company"), name, skipped, ids_text(run))
        })
        .unwrap_or_default();
    let title = match id {
        Some(_) => [&name, " is in Autotask"].concat(),
        None => "No company was created".to_owned(),
    };
    let text = match skipped {
        0 => "Everything was created.".to_owned(),
        1 => "One step was skipped; it is named below.".to_owned(),
        count => format!("{count} steps were skipped; they are named below."),
    };
    let navigate = use_navigate();
    let another = move |_| {
        onboarding.discard();
        navigate(&Page::OnboardingNew.path(), leptos_router::NavigateOptions::default());
    };
    let toasts = use_toasts();
    let copy = move |_| {
        // The clipboard answers later, and refuses only where the page may not use it; then nothing is claimed.
        let promise = window().navigator().clipboard().write_text(&ids);
        leptos::task::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
                toasts.say(Tone::Success, "IDs copied");
            } else {
                toasts.say(Tone::Warning, "The browser does not allow copying here");
            }
        });
    };
    let open = id.map(|id| {
        view! {
            <a class="btn btn--primary" href=Page::Company(id).path()>
                {Icon::Company.view()}
                "Open the company"
            </a>
        }
    });
    view! {
        <section class="panel">
            <div class="in stack outcome">
                <div>
                    <h2 dir="auto">{title}</h2>
                    <p class="muted">{text}</p>
                </div>
                <div class="actions">
                    {open}
                    <button type="button" class="btn" on:click=another>
                        {Icon::Plus.view()}
                        "Onboard another"
                    </button>
                    <button type="button" class="btn btn--ghost" on:click=copy>
                        {Icon::Copy.view()}
                        "Copy IDs"
                    </button>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// One line a row: what it is, what it is called, its id.
fn ids_text(run: &Run) -> String {
    let line = |step: &autotask_core::onboarding::Step| {
        run.id_of(&step.id).map(|id| format!("{}\t{}\t{id}", kind_of(step), step.title))
    };
    run.plan.steps.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}
