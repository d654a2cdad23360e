//! The panel of what was changed here: at the company, its contacts and its sites.

use leptos::prelude::*;

use crate::{
    components::dynamic::{dynamic, memo, shown},
    pages::editing::change_list::{ShownRow, change_list},
    store::changes::use_changes,
};

/// The panel; nothing while there is no change.
#[component]
pub fn ChangesPanel(
    /// The company.
    company: ShownRow,
) -> impl IntoView {
    let changes = use_changes();
    let entries = memo(move || {
        let id = company.with(|row| row.as_ref().and_then(|row| row.id()));
        changes.entries().into_iter().filter(|entry| entry.company == id).collect::<Vec<_>>()
    });
    let panel = move || {
        view! {
            <section class="panel" aria-labelledby="changes-title">
                <header>
                    <h2 id="changes-title">"Changes made here"</h2>
                    <span class="n">{dynamic(move || entries.with(Vec::len).to_string())}</span>
                </header>
                {dynamic(move || change_list(entries.get(), false, Some(company)))}
                <footer>"Undo writes the old values back. A field that somebody changed since asks first."</footer>
            </section>
        }
        .into_any()
    };
    shown(move || !entries.with(Vec::is_empty), panel)
}
