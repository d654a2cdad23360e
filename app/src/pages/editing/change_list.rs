//! List of changes: what was written from here, what became of it, and the way back.

use std::sync::Arc;

use autotask_core::{EntityInfo, Record, entity, write::Verdict};
use leptos::prelude::*;

use super::{flow::use_flow, words::diff_view};
use crate::{
    components::{
        badge::Badge,
        dynamic::{dynamic, handler},
        icon::Icon,
        tone::Tone,
    },
    page::Page,
    pages::{age::age, nouns::nouns},
    session::use_session,
    store::{
        changes::{Entry, Line, State, key_of, use_changes},
        metadata::use_metadata,
    },
};

/// The row that a page shows, so that a list can tell what has changed since.
pub type ShownRow = Memo<Option<Arc<Record>>>;

/// The entries, in this order; each names its row where the page does not.
pub fn change_list(entries: Vec<Entry>, names_rows: bool, shown: Option<ShownRow>) -> AnyView {
    let lines = entries.into_iter().map(|entry| entry_view(entry, names_rows, shown));
    view! { <ul class="changes">{lines.collect_view()}</ul> }.into_any()
}

fn entry_view(entry: Entry, names_rows: bool, shown: Option<ShownRow>) -> AnyView {
    let metadata = use_metadata();
    let Some(known) = entity(&entry.entity) else { return ().into_any() };
    let fields = {
        let entry = entry.clone();
        move || {
            let info = metadata.entity(known.name);
            let lines = entry.lines(&info).into_iter().map(|line| field_view(&info, &entry, &line));
            lines.collect_view()
        }
    };
    let head = (names_rows || shown.is_some_and(|_| known.name != "Companies")).then(|| row_view(&entry, known));
    let when = [&age(js_sys::Date::now() - entry.at), ", ", &entry.by].concat();
    let undoes = entry.undoes.is_some().then_some("Undo, ");
    let at = String::from(js_sys::Date::new(&entry.at.into()).to_locale_string("default", &js_sys::Object::new()));
    view! {
        <li>
            <div class="w">
                {head}
                {dynamic(fields)}
                <small class="muted" title=at>{undoes} {when}</small>
            </div>
            {action_view(entry, known, shown)}
        </li>
    }
    .into_any()
}

/// What the row is called, with the way to its page.
fn row_view(entry: &Entry, info: &'static EntityInfo) -> AnyView {
    let kind = nouns(info.name).title;
    let title = match entry.company {
        Some(company) => {
            view! { <a class="name" dir="auto" href=Page::Company(company).path()>{entry.title.clone()}</a> }.into_any()
        }
        None => view! { <span dir="auto">{entry.title.clone()}</span> }.into_any(),
    };
    view! { <span class="what">{title} <span class="muted small">{kind}</span></span> }.into_any()
}

fn field_view(info: &EntityInfo, entry: &Entry, line: &Line) -> AnyView {
    let badge = match line.outcome {
        Some(Verdict::Ignored) => Some(view! { <Badge tone=Tone::Warning text="Left as it was by Autotask" /> }),
        Some(Verdict::Other) => Some(view! { <Badge tone=Tone::Warning text="Written otherwise" /> }),
        Some(Verdict::Changed) | None => None,
    };
    view! { <span class="row wrap changed">{diff_view(info, &line.path, &entry.before, &entry.sent)} {badge}</span> }
        .into_any()
}

/// What can be done, or why nothing can.
fn action_view(entry: Entry, info: &'static EntityInfo, shown: Option<ShownRow>) -> AnyView {
    let (changes, flow, session) = (use_changes(), use_flow(), use_session());
    let key = key_of(info.name, entry.row());
    dynamic(move || {
        let is_busy = changes.is_under_way(&key);
        let disabled = is_busy.then_some("true");
        let own = entry.clone();
        match changes.state(&entry) {
            State::InDoubt => view! {
                <span class="row">
                    <Badge tone=Tone::Warning text="In doubt" />
                    <button
                        type="button"
                        class="btn btn--s"
                        aria-disabled=disabled
                        on:click=handler(move |_| flow.look_again(own.clone()))
                    >
                        {Icon::Refresh.view()}
                        "Look again"
                    </button>
                </span>
            }
            .into_any(),
            State::Ignored => ().into_any(),
            State::Undone => view! { <span class="muted small">"Undone"</span> }.into_any(),
            State::Written if !session.may("update", info.name) => ().into_any(),
            State::Written => {
                let is_overwritten = shown.is_some_and(|shown| {
                    shown.with(|row| {
                        row.as_ref().is_some_and(|row| row.id() == Some(own.row()) && own.is_overwritten(info, row))
                    })
                }) && info.name == "Companies";
                let badge = is_overwritten.then(|| view! { <Badge tone=Tone::Warning text="Changed since" /> });
                view! {
                    <span class="row">
                        {badge}
                        <button
                            type="button"
                            class="btn btn--s"
                            aria-disabled=disabled
                            on:click=handler(move |_| {
                                if !is_busy {
                                    flow.undo(own.clone());
                                }
                            })
                        >
                            {Icon::Undo.view()}
                            "Undo"
                        </button>
                    </span>
                }
                .into_any()
            }
        }
    })
}
