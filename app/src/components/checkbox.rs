//! A check box with its label and a smaller second line.

use crate::components::dynamic::handler;
use leptos::prelude::*;

/// A check box.
#[component]
pub fn Checkbox(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is ticked.
    #[prop(into)]
    checked: Signal<bool>,
    /// Called with the new state.
    #[prop(into)]
    on_change: Callback<bool>,
    /// A second, muted line.
    #[prop(into, optional)]
    hint: Option<String>,
    /// The id; the error summary links to it.
    #[prop(into, optional)]
    id: Option<String>,
) -> impl IntoView {
    view! {
        <label class="checkline">
            <input
                class="check"
                type="checkbox"
                id=id
                prop:checked=checked
                on:change=handler(move |event| on_change.run(event_target_checked(&event)))
            />
            <span>{label}</span>
            {hint.map(|hint| view! { <small>{hint}</small> })}
        </label>
    }
    .into_any()
}
