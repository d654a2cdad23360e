//! The head of a page: its one `h1`, which also becomes the title of the window.

use crate::components::dynamic::effect;
use leptos::prelude::*;

/// Heading, and as children what stands at its right.
#[component]
pub fn PageHead(
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// What follows the heading in the window's title, such as "Company".
    #[prop(optional)]
    kind: &'static str,
    /// Buttons at the end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    use_window_title(title, kind);
    view! {
        <div class="pagehead">
            <h1 tabindex="-1" dir="auto">
                {title}
            </h1>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// Keeps the window's title in step: "Acme Ltd – Company – CRM Workbench". For pages with a head of their own.
pub fn use_window_title(title: Signal<String>, kind: &'static str) {
    effect(move || {
        let kind = if kind.is_empty() { String::new() } else { [" – ", kind].concat() };
        document().set_title(&[&title.get(), &kind, " – CRM Workbench"].concat());
    });
}
