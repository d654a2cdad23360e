//! A button that copies a text and says whether it worked.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

use crate::components::{icon::Icon, icon_button::IconButton, toast::use_toasts, tone::Tone};

/// Copies a text.
#[component]
pub fn CopyButton(
    /// What is copied, for the label and the message: "ID"
    what: &'static str,
    /// The text.
    #[prop(into)]
    text: Callback<(), String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let copy = move |()| {
        let text = text.run(());
        spawn_local(async move {
            if write_to_clipboard(&text).await {
                toasts.say(Tone::Success, ["Copied the ", what].concat());
            } else {
                toasts.say(Tone::Warning, "The browser does not let this page copy; select the text and copy it");
            }
        });
    };
    view! { <IconButton icon=Icon::Copy label=["Copy the ", what].concat() is_small=true on_click=Callback::new(copy) /> }
}

/// Pages that were not loaded by https or from this machine have no clipboard.
async fn write_to_clipboard(text: &str) -> bool {
    if !window().is_secure_context() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}
