//! A button that copies a text and says whether it worked.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

use super::{
    dynamic::handler,
    icon::Icon,
    icon_button::IconButton,
    toast::{Toasts, use_toasts},
    tone::Tone,
};

/// Copies a text; an icon alone.
#[component]
pub fn CopyButton(
    /// What is copied, for the label and the message: "ID"
    what: &'static str,
    /// The text.
    #[prop(into)]
    text: Callback<(), String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let on_click = Callback::new(move |()| copy(toasts, what, text.run(())));
    view! { <IconButton icon=Icon::Copy label=["Copy the ", what].concat() is_small=true on_click=on_click /> }
}

/// Copies a text; a button that says so.
#[component]
pub fn CopyTextButton(
    /// What is copied, for the label and the message: "token"
    what: &'static str,
    /// The text.
    #[prop(into)]
    text: Callback<(), String>,
) -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <button type="button" class="btn" on:click=handler(move |_| copy(toasts, what, text.run(())))>
            {Icon::Copy.view()}
            "Copy"
            <span class="vh">{[" the ", what].concat()}</span>
        </button>
    }
}

fn copy(toasts: Toasts, what: &'static str, text: String) {
    spawn_local(async move {
        if write_to_clipboard(&text).await {
            toasts.say(Tone::Success, ["Copied the ", what].concat());
        } else {
            toasts.say(Tone::Warning, "The browser does not let this page copy; select the text and copy it");
        }
    });
}

/// Pages that were not loaded by https or from this machine have no clipboard.
async fn write_to_clipboard(text: &str) -> bool {
    if !window().is_secure_context() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}
