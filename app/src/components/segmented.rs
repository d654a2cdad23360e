//! A few choices side by side, one of them chosen: a radio group that looks like one control.

use crate::components::dynamic::{handler, memo, shared};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::{choice::Choice, field::use_control_ids};

/// A segmented choice. Arrow keys move and choose, as in the APG radio group.
#[component]
pub fn Segmented(
    /// What is chosen: "Values".
    #[prop(into)]
    label: String,
    /// The choices, two to five.
    choices: Vec<Choice>,
    /// The chosen value.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the chosen value.
    #[prop(into)]
    on_change: Callback<String>,
    /// The smaller form, inside rows.
    #[prop(optional)]
    is_small: bool,
) -> impl IntoView {
    let ids = use_control_ids("");
    let group = NodeRef::<html::Div>::new();
    let values = StoredValue::new(choices.iter().map(|choice| choice.value.clone()).collect::<Vec<_>>());
    // Where nothing is chosen the first one is the tab stop.
    let tab_stop = memo(move || {
        let value = value.get();
        values.with_value(|values| values.iter().position(|known| *known == value)).unwrap_or(0)
    });
    let choose = move |index: usize| {
        let Some(value) = values.with_value(|values| values.get(index).cloned()) else { return };
        on_change.run(value);
        let button = group.get_untracked().and_then(|group| group.children().item(index as u32));
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let count = values.with_value(Vec::len);
        let now = tab_stop.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (now + 1) % count,
            "ArrowLeft" | "ArrowUp" => (now + count - 1) % count,
            _ => return,
        };
        event.prevent_default();
        choose(next);
    };
    let buttons = choices
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            let own = choice.value;
            let is_checked = move || value.with(|value| *value == own).to_string();
            view! {
                <button
                    type="button"
                    role="radio"
                    aria-checked=shared(is_checked)
                    tabindex=move || if tab_stop.get() == index { "0" } else { "-1" }
                    on:click=handler(move |_| choose(index))
                >
                    {choice.label}
                </button>
            }
        })
        .collect_view();
    view! {
        <div
            class=if is_small { "seg s" } else { "seg" }
            role="radiogroup"
            aria-label=label
            aria-describedby=ids.described_by
            id=(!ids.id.is_empty()).then_some(ids.id)
            on:keydown=handler(on_keydown)
            node_ref=group
        >
            {buttons}
        </div>
    }
    .into_any()
}
