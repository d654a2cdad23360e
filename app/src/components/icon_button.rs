//! A button that is only a well-known icon; its label is for assistive technology and the tooltip.

use crate::components::dynamic::handler;
use leptos::prelude::*;

use super::icon::Icon;

/// An icon alone: close, more, copy, next, previous, undo, menu, theme.
#[component]
pub fn IconButton(
    /// The icon.
    icon: Icon,
    /// What it does, as a verb: "Close".
    #[prop(into)]
    label: Signal<String>,
    /// The smaller square, inside rows and fields.
    #[prop(optional)]
    is_small: bool,
    /// Called on click, Enter and Space.
    #[prop(into)]
    on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=if is_small { "iconbtn s" } else { "iconbtn" }
            aria-label=label
            title=label
            on:click=handler(move |_| on_click.run(()))
        >
            {icon.view()}
        </button>
    }
}
