//! Says why nothing is here and what to do about it.

use leptos::prelude::*;

use super::icon::Icon;

/// An empty place: icon, sentence, explanation and, as children, the way forward.
#[component]
pub fn Empty(
    /// What would be here, or why it is not.
    icon: Icon,
    /// The sentence, such as "No company matches these 3 rules".
    #[prop(into)]
    title: Signal<String>,
    /// What it means for the work.
    #[prop(into, optional)]
    text: Signal<String>,
    /// Chips and buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            {icon.view()} <h2>{title}</h2> <p>{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
