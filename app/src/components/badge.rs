//! A word or a number in a small box, after the name it belongs to.

use leptos::prelude::*;

use super::tone::Tone;

/// A badge. The text is a word in sentence case or a count.
#[component]
pub fn Badge(
    /// What the colour says; the text says it too.
    #[prop(optional)]
    tone: Tone,
    /// The text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! { <span class=badge_class(tone)>{text}</span> }
}

/// The classes of a badge, for places that draw one without the component.
pub fn badge_class(tone: Tone) -> String {
    ["badge ", tone.as_str()].concat()
}
