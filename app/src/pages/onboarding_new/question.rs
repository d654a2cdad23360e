//! What there is to decide at a step of the run, with the answers that core takes.

use autotask_core::onboarding::{Event, Question};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::{
    checking::Problem,
    focus::focus_soon,
    form::use_form,
    mending::{mended, problems, use_mending},
    step_path,
};
use crate::{
    components::icon::Icon,
    page::Page,
    store::{
        names::use_names,
        onboarding::{Phase, Run, run::kind_of, use_onboarding},
    },
};

/// What the panel is about. It is made anew only when that changes, not at each look for what is in doubt.
#[derive(Clone, PartialEq)]
enum Asked {
    Question(Question),
    Doubt(String),
    Failed(String),
}

/// The panel below a line that needs a person.
#[component]
pub fn Decide(
    /// The step of the run.
    step: String,
) -> impl IntoView {
    let onboarding = use_onboarding();
    let asked = {
        let step = step.clone();
        Memo::new(move |_| match onboarding.phase().get() {
            Phase::Asking { step: asked, question } if asked == step => Some(Asked::Question(question)),
            Phase::Failed { message, .. } => Some(Asked::Failed(message)),
            Phase::Running | Phase::Pausing | Phase::Waiting { .. } => {
                onboarding.with_run(|run| run.doubt(&step)).flatten().map(Asked::Doubt)
            }
            _ => None,
        })
    };
    let panel = move || match asked.get() {
        Some(Asked::Question(question)) => match question {
            Question::Exists { ids } => exists(&step, ids),
            Question::Refused { messages } => refused(&step, messages),
            Question::InDoubt { why } => in_doubt(&step, why, false),
            Question::DependsOnSkipped { on } => depends(&step, &on),
            Question::Twice { ids } => exists(&step, ids),
            Question::Paused => paused(),
            Question::Broken { why } => broken(&why),
        },
        Some(Asked::Doubt(why)) => in_doubt(&step, why, true),
        Some(Asked::Failed(message)) => failed(message),
        None => ().into_any(),
    };
    view! {
        <li class="failbox">
            <div class="stack">{panel}</div>
        </li>
    }
    .into_any()
}

/// A row like it is there: it is this one, or it is not.
fn exists(step: &str, ids: Vec<i64>) -> AnyView {
    let onboarding = use_onboarding();
    let is_company = onboarding.with_run_untracked(|run| entity_of(run, step) == "Companies") == Some(true);
    let kind = what(step);
    let is_doubt = onboarding.with_run_untracked(|run| was_sent(run, step)) == Some(true);
    let sentence = match (is_doubt, ids.len()) {
        (true, 1) => "It was sent before the answer was lost, and this is what is there now.",
        (true, _) => "It was sent before the answer was lost, and several like it are there now.",
        (false, 1) => "One like it is there already.",
        (false, _) => "Several like it are there already.",
    };
    let step = StoredValue::new(step.to_owned());
    let lines = ids
        .into_iter()
        .map(|id| {
            let adopt = move |_| onboarding.answer(Event::Adopted { step: step.get_value(), id });
            let names = use_names();
            let name = move || names.name("Companies", id).unwrap_or_else(|| "…".to_owned());
            let label = match is_company {
                true => view! {
                    <a href=Page::Company(id).path() target="_blank" rel="noopener" dir="auto">
                        {name}
                        <span class="vh">" (new tab)"</span>
                    </a>
                }
                .into_any(),
                false => view! { <span>{kind}</span> }.into_any(),
            };
            view! {
                <li class="row wrap">
                    {label} <span class="muted tnum">{id}</span>
                    <button type="button" class="btn" on:click=adopt>
                        {Icon::Check.view()}
                        "Take this one"
                    </button>
                </li>
            }
        })
        .collect_view();
    let not_same = move |_| onboarding.answer(Event::NotTheSame { step: step.get_value() });
    view! {
        <p>
            <b>{sentence}</b>
            " Taking it creates nothing; the steps after it go below it."
        </p>
        <ul class="stack tight">{lines}</ul>
        <div class="actions">
            <button type="button" class="btn" on:click=not_same>
                {Icon::Close.view()}
                "Not the same, create it"
            </button>
            {skip_button(step.get_value())}
        </div>
    }
    .into_any()
}

/// Autotask refused it.
fn refused(step: &str, messages: Vec<String>) -> AnyView {
    let onboarding = use_onboarding();
    let form = use_form();
    let mending = use_mending();
    let navigate = use_navigate();
    let said = messages.join("\n");
    let edit = {
        let (step, messages) = (step.to_owned(), messages);
        move |_| {
            let row = onboarding.with_run_untracked(|run| mended(&form, run, &step, &messages)).flatten();
            let Some(row) = row else { return };
            let is_shared = form.first_site_like_company.get_untracked();
            let found: Vec<Problem> = problems(&row, &messages, is_shared);
            let path = step_path(row.step);
            if let Some(problem) = found.first() {
                focus_soon(&problem.control);
            }
            form.checking.refuse(found);
            mending.set(Some(row));
            navigate(&path, leptos_router::NavigateOptions::default());
        }
    };
    let again = {
        let step = step.to_owned();
        move |_| {
            let record = onboarding.with_run_untracked(|run| run.record_of(&step)).flatten();
            if let Some(record) = record {
                onboarding.answer(Event::Edited { step: step.clone(), record });
            }
        }
    };
    view! {
        <p>
            <b>"Autotask refused it."</b>
            " Nothing was created by this step."
        </p>
        <dl class="dl said">
            <dt>"Autotask said"</dt>
            <dd class="mono">{said}</dd>
        </dl>
        <div class="actions">
            <button type="button" class="btn btn--primary" on:click=edit>
                "Edit and retry"
            </button>
            <button type="button" class="btn" on:click=again>
                {Icon::Refresh.view()}
                "Retry as it is"
            </button>
            {skip_button(step.to_owned())}
        </div>
    }
    .into_any()
}

/// It may have been written and is not to be found. Sending again may make a second one: an explicit choice.
fn in_doubt(step: &str, why: String, goes_on: bool) -> AnyView {
    let onboarding = use_onboarding();
    let by_itself = match goes_on {
        true => {
            "It is looked for every half minute until six minutes have passed; after that it is sent again by itself."
        }
        false => "Look into Autotask before you decide.",
    };
    let look = {
        let (step, why) = (step.to_owned(), why.clone());
        // A doubt that is said again makes the machine look again.
        move |_| onboarding.answer(Event::Unknown { step: step.clone(), why: why.clone() })
    };
    let is_sure = RwSignal::new(false);
    let risk = match step {
        "company" => "If Autotask still creates the first one, there will be two, and a company cannot be deleted.",
        _ => "If Autotask still creates the first one, there will be two.",
    };
    let again = {
        let step = step.to_owned();
        move |_| onboarding.answer(Event::NotTheSame { step: step.clone() })
    };
    let again = StoredValue::new(again);
    view! {
        <p>
            <b>"It is not known whether Autotask created it."</b>
            " It was sent, the answer was lost, and it is not to be found now. Autotask may still be at it. "
            {by_itself}
        </p>
        <dl class="dl said">
            <dt>"What happened"</dt>
            <dd class="mono">{why}</dd>
        </dl>
        <div class="actions">
            <button type="button" class="btn btn--primary" on:click=look>
                {Icon::Search.view()}
                "Look again"
            </button>
            <Show
                when=move || is_sure.get()
                fallback=move || {
                    view! {
                        <button type="button" class="btn" on:click=move |_| is_sure.set(true)>
                            "Send it again…"
                        </button>
                    }
                }
            >
                <button type="button" class="btn btn--danger" on:click=move |event| again.with_value(|again| again(event))>
                    "I have checked: send it again"
                </button>
            </Show>
            {skip_button(step.to_owned())}
        </div>
        <Show when=move || is_sure.get()>
            <p class="small t-danger" role="status">
                {risk}
            </p>
        </Show>
    }
    .into_any()
}

/// What it belongs to was skipped.
fn depends(step: &str, on: &str) -> AnyView {
    let text = format!(" It belongs to {}, which was skipped.", what(on).to_lowercase());
    view! {
        <p>
            <b>"It cannot be created."</b>
            {text}
        </p>
        <div class="actions">{skip_button(step.to_owned())}</div>
    }
    .into_any()
}

/// A person, perhaps in another tab, has paused it.
fn paused() -> AnyView {
    let onboarding = use_onboarding();
    let resume = move |_| onboarding.answer(Event::Resumed { by: "this browser".to_owned() });
    view! {
        <p>
            <b>"The run is paused."</b>
            " What is done stays done."
        </p>
        <div class="actions">
            <button type="button" class="btn btn--primary" on:click=resume>
                "Go on"
            </button>
        </div>
    }
    .into_any()
}

/// Plan and journal do not belong together: sending could make a second record.
fn broken(why: &str) -> AnyView {
    view! {
        <p>
            <b>"This run cannot go on."</b>
            " "
            {sentence(why)}
            " Nothing more is sent. What was created is listed above; enter what is missing by hand, or begin anew."
        </p>
    }
    .into_any()
}

/// A look-up failed: nothing is known, so nothing was sent.
fn failed(message: String) -> AnyView {
    let onboarding = use_onboarding();
    view! {
        <p>
            <b>"The run has stopped."</b>
            " "
            {sentence(&message)}
            " What is done stays done."
        </p>
        <div class="actions">
            <button type="button" class="btn btn--primary" on:click=move |_| onboarding.go_on()>
                {Icon::Refresh.view()}
                "Try again"
            </button>
        </div>
    }
    .into_any()
}

fn skip_button(step: String) -> AnyView {
    let onboarding = use_onboarding();
    let words = ["Skip this ", &what(&step).to_lowercase()].concat();
    let skip = move |_| onboarding.answer(Event::Skipped { step: step.clone() });
    view! {
        <button type="button" class="btn" on:click=skip>
            {Icon::Skip.view()}
            {words}
        </button>
    }
    .into_any()
}

/// What the step makes, for people.
fn what(step: &str) -> &'static str {
    use_onboarding().with_run_untracked(|run| run.step(step).map(kind_of)).flatten().unwrap_or("Step")
}

fn entity_of<'a>(run: &'a Run, step: &str) -> &'a str {
    run.step(step).map_or("", |step| step.entity.as_str())
}

fn was_sent(run: &Run, step: &str) -> bool {
    run.journal.iter().any(|entry| matches!(&entry.event, Event::Intended { step: s, .. } if s == step))
}

/// The text with a capital at its start and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut chars = text.trim().trim_end_matches('.').chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    [&first, chars.as_str(), "."].concat()
}
