//! The list of steps at the left: where one is, what is done, where something is wrong.

use leptos::prelude::*;

use super::{form::use_form, step_path};
use crate::{
    components::icon::Icon,
    store::onboarding::{Step, StepState},
};

/// The steps as links; those that were not opened yet are words only.
#[component]
pub fn StepsList() -> impl IntoView {
    let form = use_form();
    view! {
        <ol class="steps" aria-label="Steps">
            {Step::LISTED.into_iter().enumerate().map(|(index, step)| line(form, index, step)).collect_view()}
        </ol>
    }
    .into_any()
}

fn line(form: super::form::Form, index: usize, step: Step) -> AnyView {
    let is_current = Memo::new(move |_| form.step.get() == step);
    let is_visited = Memo::new(move |_| form.visited.with(|visited| visited.contains(&step)));
    let state = Memo::new(move |_| StepState::of(is_visited.get(), form.checking.shows_errors(step)));
    let count = move || match step {
        Step::Sites => form.sites.with(Vec::len).to_string(),
        Step::Contacts => form.contacts.with(Vec::len).to_string(),
        Step::Contract if form.contract.with(Option::is_some) => String::new(),
        Step::Contract | Step::Billing => "optional".to_owned(),
        _ => String::new(),
    };
    let dot = move || {
        let (class, face) = match (is_current.get(), state.get()) {
            (true, _) => ("dot now", None),
            (_, StepState::HasProblems) => ("dot bad", Some(Icon::Alert)),
            (_, StepState::Done) => ("dot done", Some(Icon::Check)),
            (_, StepState::NotStarted) => ("dot", None),
        };
        let face = face.map_or_else(|| (index + 1).into_any(), Icon::view);
        view! {
            <span class=class aria-hidden="true">
                {face}
            </span>
        }
    };
    let words = move || match (is_current.get(), state.get()) {
        (true, StepState::HasProblems) => ", current, has problems",
        (true, _) => ", current",
        (false, state) => state.words(),
    };
    let inside = move || {
        view! {
            {dot}
            <span>
                {step.title()} <span class="vh">{words}</span>
            </span>
            <small>{count}</small>
        }
    };
    let is_link = Memo::new(move |_| is_current.get() || is_visited.get());
    view! {
        <li>
            {move || {
                if is_link.get() {
                    view! {
                        <a href=step_path(step) aria-current=move || is_current.get().then_some("step")>
                            {inside}
                        </a>
                    }
                        .into_any()
                } else {
                    view! { <span class="todo">{inside}</span> }.into_any()
                }
            }}
        </li>
    }
    .into_any()
}
