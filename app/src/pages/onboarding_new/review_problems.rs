//! The summary of Review: everything that forbids sending, each line a link to the step that can mend it.

use leptos::{html, prelude::*};

use super::{
    duplicates::{Duplicates, use_duplicates},
    focus::focus_soon,
    form::{Form, use_form},
    step_path, use_attempt,
    warnings::warnings,
};
use crate::{pages::failed::sentence, store::onboarding::Step};

/// The part of the page that the look-ups are shown in.
pub const LOOK_ID: &str = "look-up";

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// The step that mends it.
    step: Step,
    control: String,
    message: String,
}

/// Everything that forbids the run. Reactive.
fn entries(form: &Form, duplicates: &Duplicates) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for problem in form.checking.all().into_iter().filter(|problem| problem.is_error) {
        if !entries.iter().any(|entry| entry.control == problem.control) {
            entries.push(Entry { step: problem.step, message: problem.line(), control: problem.control });
        }
    }
    let look_up = |message: String| Entry { step: Step::Review, control: LOOK_ID.to_owned(), message };
    match duplicates.failure() {
        Some(failure) => {
            entries.push(look_up(format!("Duplicates could not be looked for. {}", sentence(&failure))));
        }
        None if duplicates.is_looking() => {
            entries.push(look_up("Duplicates are still being looked for, a moment".to_owned()));
        }
        None => {}
    }
    for (index, warning) in warnings(form, duplicates).into_iter().enumerate() {
        if !form.ticked.with(|ticked| ticked.contains(&warning.mark)) {
            let message = format!("Confirm “{}”", warning.title);
            entries.push(Entry { step: Step::Review, control: tick_id(index), message });
        }
    }
    entries
}

/// The id of the check box of a warning.
pub fn tick_id(index: usize) -> String {
    ["tick-", &index.to_string()].concat()
}

/// Whether nothing forbids the run any more.
pub fn may_start(form: &Form, duplicates: &Duplicates) -> bool {
    untrack(|| entries(form, duplicates).is_empty())
}

/// The summary: shown at once for what is wrong in other steps, for the rest after the first attempt to start.
#[component]
pub fn ReviewProblems() -> impl IntoView {
    let form = use_form();
    let duplicates = use_duplicates();
    let attempt = use_attempt();
    let was_attempted = StoredValue::new(attempt.get_untracked());
    let list = Memo::new(move |_| {
        let is_attempted = attempt.get() > was_attempted.get_value();
        let mut list = entries(&form, &duplicates);
        list.retain(|entry| is_attempted || entry.step != Step::Review);
        list
    });
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |before: Option<u32>| {
        let now = attempt.get();
        if before.is_some_and(|before| before < now) {
            request_animation_frame(move || {
                if let Some(root) = root.try_get_untracked().flatten() {
                    let _ = root.focus();
                }
            });
        }
        now
    });
    let title = move || match list.with(Vec::len) {
        1 => "One thing needs your attention".to_owned(),
        count => [&count.to_string(), " things need your attention"].concat(),
    };
    let line = |entry: Entry| {
        let target = StoredValue::new(entry.control);
        let is_here = entry.step == Step::Review;
        let on_click = move |event: web_sys::MouseEvent| {
            if is_here {
                event.prevent_default();
                event.stop_propagation();
            }
            focus_soon(&target.read_value());
        };
        view! {
            <li>
                <a href=step_path(entry.step) on:click=on_click>
                    {entry.message}
                </a>
            </li>
        }
    };
    view! {
        <Show when=move || !list.with(Vec::is_empty)>
            <div class="errsum" role="alert" aria-labelledby="error-summary-title" tabindex="-1" node_ref=root>
                <h2 id="error-summary-title">{title}</h2>
                <ul>{move || list.get().into_iter().map(line).collect_view()}</ul>
            </div>
        </Show>
    }
    .into_any()
}
