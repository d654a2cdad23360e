//! Bar: what would be written, and the buttons that write or forget it.

use leptos::prelude::*;

use super::{
    session::{Editing, Notice},
    words::diff_view,
};
use crate::{
    components::{
        banner::Banner,
        dynamic::{dynamic, handler, optional, shared, shown},
        tone::Tone,
    },
    pages::failed::sentence,
};

/// The bar, while anything is open.
#[component]
pub fn EditBar(
    /// The row.
    editing: Editing,
) -> impl IntoView {
    let bar = move || {
        view! {
            <section class="editbar" aria-label="Changes not saved yet">
                {notice_view(editing)}
                {shown(move || editing.is_active(), move || changes_view(editing))}
            </section>
        }
        .into_any()
    };
    let is_there = move || editing.is_active() || editing.notice.with(Option::is_some);
    shown(is_there, bar)
}

fn changes_view(editing: Editing) -> AnyView {
    view! {
        <div class="row wrap">
            {dynamic(move || diffs_view(editing))}
            <div class="actions push">{buttons(editing)}</div>
        </div>
    }
    .into_any()
}

fn diffs_view(editing: Editing) -> AnyView {
    let (info, patch, seen) = (editing.info(), editing.patch(), editing.seen());
    if patch.is_empty() {
        return view! { <p class="muted">"Nothing is changed yet."</p> }.into_any();
    }
    let after = patch.record();
    let lines = patch.paths().map(|path| view! { <li>{diff_view(&info, &path, &seen, &after)}</li> });
    view! { <ul class="diffs">{lines.collect_view()}</ul> }.into_any()
}

fn buttons(editing: Editing) -> AnyView {
    let is_busy = move || editing.is_under_way();
    let words = move || match (is_busy(), editing.patch().is_empty()) {
        (true, _) => "Saving…",
        (false, true) => "Close",
        (false, false) => "Save",
    };
    let discard = move || {
        (!is_busy() && !editing.patch().is_empty()).then(|| {
            view! {
                <button type="button" class="btn" on:click=handler(move |_| editing.give_up())>
                    "Discard"
                </button>
            }
        })
    };
    let disabled = move || is_busy().then_some("true");
    view! {
        {optional(discard)}
        <button
            type="button"
            class="btn btn--primary"
            aria-disabled=shared(disabled)
            on:click=handler(move |_| editing.save())
        >
            {dynamic(words)}
        </button>
    }
    .into_any()
}

/// What was said last about the whole row.
fn notice_view(editing: Editing) -> AnyView {
    optional(move || {
        let (tone, title, text) = match editing.notice.get()? {
            Notice::Failed(failure) => (Tone::Danger, "Nothing was saved.", sentence(&failure)),
            Notice::InPart(text) => (Tone::Warning, "Not everything was saved.", text),
            Notice::InDoubt(text) => (Tone::Warning, "It is not known whether this was saved.", text),
        };
        Some(view! {
            <div role="alert">
                <Banner tone=tone title=title text=text>
                    <button type="button" class="btn" on:click=handler(move |_| editing.notice.set(None))>
                        "Dismiss"
                    </button>
                </Banner>
            </div>
        })
    })
}
