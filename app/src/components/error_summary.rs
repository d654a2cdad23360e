//! The error summary of a form, as GOV.UK does it: on top, focused, each entry a link to its field.

use crate::components::{
    dom::focus_by_id,
    dynamic::{dynamic, handler, shown},
};
use leptos::{html, prelude::*};

/// One thing to mend, in the words that stand beside the field too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryEntry {
    /// The id of the control.
    pub field_id: String,
    /// What is wrong.
    pub message: String,
}

/// The summary. It takes the focus each time `attempt` grows while there are entries.
#[component]
pub fn ErrorSummary(
    /// What needs attention; nothing is drawn while it is empty.
    #[prop(into)]
    entries: Signal<Vec<SummaryEntry>>,
    /// Counts the attempts to go on; a new one moves the focus here.
    #[prop(into)]
    attempt: Signal<u32>,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |before: Option<u32>| {
        let now = attempt.get();
        if before.is_some_and(|before| before < now) {
            // One frame later the entries of this attempt are drawn.
            request_animation_frame(move || {
                if let Some(root) = root.try_get_untracked().flatten() {
                    let _ = root.focus();
                }
            });
        }
        now
    });
    let title = move || match entries.with(Vec::len) {
        1 => "One thing needs your attention".to_owned(),
        count => [count.to_string().as_str(), " things need your attention"].concat(),
    };
    let lines = move || {
        entries
            .get()
            .into_iter()
            .map(|entry| {
                let target = entry.field_id.clone();
                let on_click = move |event: web_sys::MouseEvent| {
                    // A fragment link would be a navigation for the router; focus is what is wanted.
                    event.prevent_default();
                    event.stop_propagation();
                    focus_by_id(&target);
                };
                view! {
                    <li>
                        <a href=["#", &entry.field_id].concat() on:click=handler(on_click)>
                            {entry.message}
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    let summary = move || {
        view! {
            <div class="errsum" role="alert" aria-labelledby="error-summary-title" tabindex="-1" node_ref=root>
                <h2 id="error-summary-title">{dynamic(title)}</h2>
                <ul>{dynamic(lines)}</ul>
            </div>
        }
        .into_any()
    };
    shown(move || !entries.with(Vec::is_empty), summary)
}
