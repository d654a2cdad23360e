//! A native select for short closed lists.

use crate::components::dynamic::{dynamic, handler};
use leptos::prelude::*;

use super::{choice::Choice, field::use_control_ids, icon::Icon, text_input::ControlSize};

/// A native select: shows labels, yields values.
#[component]
pub fn Select(
    /// The choices, in order.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The chosen value; the empty string is "nothing chosen".
    #[prop(into)]
    value: Signal<String>,
    /// Called with the chosen value.
    #[prop(into)]
    on_change: Callback<String>,
    /// The line for "nothing chosen"; without it a choice is always made.
    #[prop(into, optional)]
    placeholder: Option<String>,
    /// The height.
    #[prop(optional)]
    size: ControlSize,
    /// Quiet: names a thing (a field, an operator) instead of holding a value.
    #[prop(optional)]
    is_quiet: bool,
    /// The name for assistive technology where no field gives one.
    #[prop(into, optional)]
    label: Option<String>,
    /// Said to assistive technology.
    #[prop(optional)]
    is_required: bool,
    /// The id where no field gives one.
    #[prop(into, optional)]
    id: String,
) -> impl IntoView {
    let ids = use_control_ids(&id);
    let options = move || {
        // Read here, so that a list that arrives late still shows the value that was set before it.
        let chosen = value.get();
        choices.with(|choices| {
            choices
                .iter()
                .map(|choice| {
                    let is_chosen = choice.value == chosen;
                    view! { <option value=choice.value.clone() prop:selected=is_chosen>{choice.label.clone()}</option> }
                })
                .collect_view()
        })
    };
    let empty = placeholder
        .map(|text| view! { <option value="" prop:selected=move || value.with(String::is_empty)>{text}</option> });
    view! {
        <span class="selectwrap">
            <select
                class=["input", size.as_str(), if is_quiet { " quiet" } else { "" }].concat()
                id=(!ids.id.is_empty()).then_some(ids.id)
                aria-label=label
                aria-required=is_required.then_some("true")
                aria-invalid=ids.invalid
                aria-describedby=ids.described_by
                on:change=handler(move |event| on_change.run(event_target_value(&event)))
            >
                {empty}
                {dynamic(options)}
            </select>
            {Icon::Down.view()}
        </span>
    }
    .into_any()
}
