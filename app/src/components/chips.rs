//! Chips: a rule or a value that can be taken away, in a row that wraps.

use crate::components::dynamic::{handler, shared};
use leptos::prelude::*;

use super::icon::Icon;

/// A row of chips.
#[component]
pub fn Chips(
    /// What the chips are: "Rules".
    #[prop(into)]
    label: String,
    /// One `Chip` each.
    children: Children,
) -> impl IntoView {
    view! { <div class="chips" role="group" aria-label=label>{children()}</div> }
}

/// One chip: a quiet name, a value, and a button that removes it.
#[component]
pub fn Chip(
    /// The quiet part: "Country".
    #[prop(into)]
    name: Signal<String>,
    /// The value: "Liechtenstein".
    #[prop(into)]
    value: Signal<String>,
    /// This one is in the way.
    #[prop(optional)]
    is_bad: bool,
    /// Called to take it away.
    #[prop(into)]
    on_remove: Callback<()>,
) -> impl IntoView {
    let remove_label = move || ["Remove ", &name.get(), " ", &value.get()].concat();
    view! {
        <span class=if is_bad { "chip bad" } else { "chip" }>
            <span class="txt">
                <span class="k">{name}</span>
                " "
                <b dir="auto">{value}</b>
            </span>
            <button type="button" aria-label=shared(remove_label) on:click=handler(move |_| on_remove.run(()))>
                {Icon::Close.view()}
            </button>
        </span>
    }
}
