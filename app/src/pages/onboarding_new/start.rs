//! The address without a step: begins a new client, or goes on with the draft there is.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::step_path;
use crate::{
    components::{empty::Empty, icon::Icon, page_head::PageHead},
    page::Page,
    store::{
        names::use_names,
        onboarding::{Draft, Phase, Step, use_onboarding},
    },
};

/// Goes to the right step; asks only where a parent is given and another draft is there.
#[component]
pub fn Start() -> impl IntoView {
    let onboarding = use_onboarding();
    let parent = use_query_map().with_untracked(|query| query.get("parent")).and_then(|id| id.parse::<i64>().ok());
    if onboarding.phase().get_untracked() == Phase::Done {
        onboarding.discard();
    }
    let navigate = use_navigate();
    let go = Callback::new(move |step: Step| {
        navigate(&step_path(step), NavigateOptions { replace: true, ..NavigateOptions::default() });
    });
    let begin = Callback::new(move |()| {
        let mut draft = Draft::default();
        if let Some(id) = parent {
            draft.company.insert("parentCompanyID".to_owned(), id.to_string());
        }
        onboarding.discard();
        onboarding.keep(draft);
        go.run(Step::Company);
    });
    let kept = onboarding.draft_untracked().filter(|draft| !draft.is_blank());
    match (kept, parent) {
        (Some(draft), Some(parent)) if draft.run.is_none() => return choice(&draft, parent, begin),
        (Some(draft), _) => {
            let step = if draft.run.is_some() { Step::Run } else { draft.step };
            // The address changes only after this component stands.
            Effect::new(move |_| go.run(step));
        }
        (None, _) => drop(Effect::new(move |_| begin.run(()))),
    }
    ().into_any()
}

/// A draft of another client is there.
fn choice(draft: &Draft, parent: i64, begin: Callback<()>) -> AnyView {
    let names = use_names();
    let parent = move || names.name("Companies", parent).unwrap_or_else(|| "…".to_owned());
    let title = ["There is a draft of ", &draft.title()].concat();
    let step = draft.step;
    let words = move || ["Discard it and onboard a subsidiary of ", &parent()].concat();
    view! {
        <PageHead title=Page::OnboardingNew.title() />
        <div class="body">
            <Empty icon=Icon::Onboarding title=title text="One client is entered at a time.">
                <a class="btn btn--primary" href=step_path(step)>
                    "Continue the draft"
                </a>
                <button type="button" class="btn btn--danger" on:click=move |_| begin.run(())>
                    {words}
                </button>
            </Empty>
        </div>
    }
    .into_any()
}
