//! Shown once: a secret that the server made and keeps only as a hash, with a button that copies it.

use leptos::prelude::*;

use crate::components::{copy_button::CopyTextButton, dom::focus_when_drawn, dynamic::handler, icon::Icon};

/// The heading, which takes the focus: what was typed before is gone, and this has to be read.
const HEADING: &str = "shown-once";

/// A secret that is shown this once. `text` says what to do with it, `more` stands below.
pub fn shown_once(
    title: String,
    what: &'static str,
    secret: String,
    text: &'static str,
    more: AnyView,
    on_done: Callback<()>,
) -> AnyView {
    focus_when_drawn(HEADING.to_owned());
    let copied = secret.clone();
    view! {
        <section class="in once" aria-labelledby=HEADING>
            <h3 id=HEADING tabindex="-1">
                <span class="t-success">{Icon::Check.view()}</span>
                <span dir="auto">{title}</span>
            </h3>
            <div class="once__secret">
                <code data-secret=what dir="ltr">{secret}</code>
                <CopyTextButton what=what text=Callback::new(move |()| copied.clone()) />
            </div>
            <p class="muted">{text}</p>
            {more}
            <div class="actions">
                <button type="button" class="btn" on:click=handler(move |_| on_done.run(()))>
                    "Done"
                </button>
            </div>
        </section>
    }
    .into_any()
}
