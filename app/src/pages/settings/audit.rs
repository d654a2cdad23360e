//! Audit: what was written to Autotask through this server, the newest first. Entity and row are in the address.

use autotask_core::{Failure, entity_names};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use serde::Deserialize;

use super::{
    audit_item::{Write, write_view},
    connection::unreadable,
    section::Section,
};
use crate::{
    api::{Verb, own},
    components::{
        choice::Choice,
        dynamic::{Item, dynamic, handler, keyed, memo, shown},
        empty::Empty,
        field::Field,
        icon::Icon,
        select::Select,
        text_input::{InputKind, TextInput},
        toast::use_toasts,
        tone::Tone,
    },
    pages::{faces::faces, failed::said, load::use_load},
};

/// Which writes are asked for, as the address has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// The entity's plural name; empty for all.
    entity: String,
    /// The row, as it was typed; empty for all.
    id: String,
}

impl Wanted {
    fn query(&self) -> String {
        let part = |name: &str, value: &str| (!value.is_empty()).then(|| [name, "=", value].concat());
        [part("entity", &self.entity), part("id", &self.id)].into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    fn is_all(&self) -> bool {
        *self == Wanted::default()
    }
}

/// A page of writes.
#[derive(Clone, Debug, Deserialize)]
struct Writes {
    items: Vec<Write>,
    /// Where the next page begins; none on the last one.
    before: Option<i64>,
}

async fn read(wanted: &Wanted, before: Option<i64>) -> Result<Writes, Failure> {
    let before = before.map(|before| ["before=", &before.to_string()].concat());
    let query = [Some(wanted.query()), before].into_iter().flatten().filter(|part| !part.is_empty());
    let path = ["audit?", &query.collect::<Vec<_>>().join("&")].concat();
    serde_json::from_value(own(Verb::Get, &path, None).await?).map_err(|_| unreadable())
}

/// The section.
pub fn audit_view() -> AnyView {
    let query = use_query_map();
    let wanted = memo(move || {
        query.with(|query| Wanted {
            entity: query.get("entity").unwrap_or_default(),
            id: query.get("id").filter(|id| is_id(id)).unwrap_or_default(),
        })
    });
    let navigate = use_navigate();
    let go = Callback::new(move |wanted: Wanted| {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        let query = wanted.query();
        let path = Section::Audit.path();
        navigate(&if query.is_empty() { path } else { [path, query].join("?") }, options);
    });
    let load = use_load(move || Some(wanted.get()), |wanted| async move { read(&wanted, None).await });
    let refresh = move |_: web_sys::MouseEvent| load.refresh();
    let list = move |first: &Writes| {
        if first.items.is_empty() { nothing(wanted.get_untracked(), go) } else { pages_view(first, wanted) }
    };
    view! {
        <section class="panel" aria-labelledby="audit-title">
            <header>
                <h2 id="audit-title">"Written to Autotask"</h2>
                <button type="button" class="btn btn--s push" on:click=handler(refresh)>
                    {Icon::Refresh.view()}
                    "Refresh"
                </button>
            </header>
            {filter_view(wanted, go)}
            {faces(load, "the audit", "The audit could not be loaded.", move |first| list(&first))}
            <footer>
                "Every write through this server is noted before it is sent. Whether nobody changed these notes, the server itself tells: "
                <code>"autotask-crm audit verify"</code> "."
            </footer>
        </section>
    }
    .into_any()
}

/// Of which entity, and of which row.
fn filter_view(wanted: Memo<Wanted>, go: Callback<Wanted>) -> AnyView {
    let choices: Vec<Choice> = entity_names().into_iter().map(|name| Choice::new(name, name)).collect();
    let typed = RwSignal::new(wanted.with_untracked(|wanted| wanted.id.clone()));
    // Back and "Show all" change the address without the field.
    Effect::new(move |_| typed.set(wanted.with(|wanted| wanted.id.clone())));
    let error = Signal::derive(move || {
        let is_wrong = typed.with(|typed| !typed.is_empty() && !is_id(typed.trim()));
        is_wrong.then(|| "Numbers of rows are whole numbers.".to_owned())
    });
    let commit = move || {
        let id = typed.with_untracked(|typed| typed.trim().to_owned());
        let now = wanted.get_untracked();
        if id != now.id && (id.is_empty() || is_id(&id)) {
            go.run(Wanted { id, ..now });
        }
    };
    view! {
        <search class="in setform auditfilter">
            <Field id="audit-entity" label="Entity">
                <Select
                    choices=Signal::stored(choices)
                    value=Signal::derive(move || wanted.with(|wanted| wanted.entity.clone()))
                    on_change=move |entity| go.run(Wanted { entity, ..wanted.get_untracked() })
                    placeholder="All"
                />
            </Field>
            <Field id="audit-id" label="Number of the row" error=error>
                <TextInput
                    value=typed
                    on_input=move |text| typed.set(text)
                    on_blur=move |()| commit()
                    on_key=move |event: web_sys::KeyboardEvent| {
                        if event.key() == "Enter" {
                            commit();
                        }
                    }
                    kind=InputKind::Number
                    placeholder="All"
                />
            </Field>
        </search>
    }
    .into_any()
}

/// The first page, and those that are asked for below it.
fn pages_view(first: &Writes, wanted: Memo<Wanted>) -> AnyView {
    let toasts = use_toasts();
    let (writes, next) = (RwSignal::new(first.items.clone()), RwSignal::new(first.before));
    let is_busy = RwSignal::new(false);
    let item = |write: Write| Item::new(write.number.unsigned_abs(), move || write_view(write));
    let older = move |_: web_sys::MouseEvent| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let answer = read(&wanted.get_untracked(), next.get_untracked()).await;
            is_busy.try_set(false);
            match answer {
                Ok(more) => {
                    next.try_set(more.before);
                    writes.try_update(|writes| writes.extend(more.items));
                }
                Err(failure) => {
                    toasts.say(Tone::Danger, ["Older writes could not be loaded. ", &said(&failure)].concat())
                }
            }
        });
    };
    let more = move || {
        view! {
            <div class="in more">
                <button
                    type="button"
                    class="btn"
                    aria-disabled=move || is_busy.get().then_some("true")
                    on:click=handler(older)
                >
                    {dynamic(move || if is_busy.get() { "Loading…" } else { "Show older ones" })}
                </button>
            </div>
        }
        .into_any()
    };
    view! {
        <ol class="setlist audit">{keyed(move || writes.get().into_iter().map(item).collect())}</ol>
        {shown(move || next.get().is_some(), more)}
    }
    .into_any()
}

fn nothing(wanted: Wanted, go: Callback<Wanted>) -> AnyView {
    if wanted.is_all() {
        return view! {
            <Empty
                icon=Icon::Clock
                title="Nothing was written through this server yet"
                text="Everything that this app or another client changes in Autotask will be listed here: who, when, and what it was before."
            />
        }
        .into_any();
    }
    view! {
        <Empty
            icon=Icon::Search
            title="No write is of this entity and row"
            text="What was written past this server, in Autotask itself, is not known here."
        >
            <button type="button" class="btn btn--primary" on:click=handler(move |_| go.run(Wanted::default()))>
                "Show all"
            </button>
        </Empty>
    }
    .into_any()
}

/// Whether a text is the number of a row, which may be 0.
fn is_id(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|id| id >= 0)
}

#[cfg(test)]
mod tests {
    use super::{Wanted, is_id};

    #[test]
    fn what_is_not_asked_for_is_left_out() {
        let wanted = |entity: &str, id: &str| Wanted { entity: entity.to_owned(), id: id.to_owned() }.query();
        assert_eq!([wanted("", ""), wanted("Companies", ""), wanted("", "0")], ["", "entity=Companies", "id=0"]);
        assert_eq!(wanted("Contacts", "7"), "entity=Contacts&id=7");
        assert_eq!(["0", "17", "-1", "a", "1.0"].map(is_id), [true, true, false, false, false]);
    }
}
