//! A band that says something about the whole view: what, what it means, what next.

use leptos::prelude::*;

use super::{icon::Icon, tone::Tone};

/// A banner with a bold first sentence, a text and, as children, its actions.
#[component]
pub fn Banner(
    /// What the colour and the icon say.
    #[prop(optional)]
    tone: Tone,
    /// The sentence that counts.
    #[prop(into)]
    title: Signal<String>,
    /// What it means and what to do.
    #[prop(into, optional)]
    text: Signal<String>,
    /// Runs from edge to edge above a list, without a box of its own.
    #[prop(optional)]
    is_edge: bool,
    /// Buttons at the end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon = match tone {
        Tone::Success => Icon::Check,
        Tone::Warning => Icon::Warning,
        Tone::Danger => Icon::Alert,
        _ => Icon::Info,
    };
    let class = ["banner ", tone.as_str(), if is_edge { " edge" } else { "" }].concat();
    view! {
        <div class=class>
            {icon.view()} <div>
                <strong>{title}</strong>
                " "
                {text}
            </div> {children.map(|children| view! { <div class="end">{children()}</div> })}
        </div>
    }
}
