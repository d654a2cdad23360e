//! The filter as the JSON that Autotask takes, to read and to copy.

use crate::components::dynamic::handler;
use leptos::{prelude::*, task::spawn_local};

use crate::components::{icon::Icon, toast::use_toasts, tone::Tone};

/// Read-only JSON with a button that copies it.
#[component]
pub fn JsonView(
    /// The JSON.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let on_copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let copied = wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            match copied {
                Ok(_) => toasts.say(Tone::Success, "Filter copied as JSON"),
                Err(_) => toasts.say(Tone::Warning, "The browser does not allow copying; select the text instead"),
            }
        });
    };
    view! {
        <div class="jsonview">
            <pre class="json scroll" tabindex="0" aria-label="Filter as Autotask's JSON">{text}</pre>
            <button type="button" class="btn btn--s" on:click=handler(on_copy)>
                {Icon::Copy.view()}
                "Copy"
            </button>
        </div>
    }
    .into_any()
}
