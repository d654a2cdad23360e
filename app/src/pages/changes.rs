//! Changes: everything that was written from this browser, with its undo.

use leptos::prelude::*;

use super::editing::{ConflictDialog, change_list::change_list};
use crate::{
    components::{
        dynamic::{dynamic, memo},
        empty::Empty,
        icon::Icon,
        page_head::PageHead,
    },
    page::Page,
    store::changes::use_changes,
};

/// The page.
#[component]
pub fn ChangesPage() -> impl IntoView {
    let changes = use_changes();
    let is_empty = memo(move || changes.entries().is_empty());
    let body = move || {
        if is_empty.get() {
            return view! {
                <Empty
                    icon=Icon::Clock
                    title="Nothing was changed here yet"
                    text="Companies, contacts and sites that are edited in this browser are listed here, with what they were before and a way back."
                >
                    <a class="btn btn--primary" href=Page::Companies.path()>
                        "Go to Companies"
                    </a>
                </Empty>
            }
            .into_any();
        }
        view! {
            <section class="panel onboarded" aria-label="Changes">
                {dynamic(move || change_list(changes.entries(), true, None))}
                <footer>"Undo writes the old values back. A field that somebody changed since asks first."</footer>
            </section>
        }
        .into_any()
    };
    view! {
        <PageHead title=Page::Changes.title() />
        <div class="body">{dynamic(body)}</div>
        <ConflictDialog />
    }
    .into_any()
}
