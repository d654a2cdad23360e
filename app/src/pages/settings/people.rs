//! People: who works here and what they may do.

use leptos::prelude::*;
use serde::Deserialize;

use super::{
    add_person::add_person_view,
    connection::unreadable,
    person::{Person, person_view},
};
use crate::{
    api::{Verb, own},
    components::{
        dynamic::{Item, dynamic, handler, keyed, shown},
        empty::Empty,
        icon::Icon,
    },
    pages::{faces::faces, load::use_load},
};

#[derive(Deserialize)]
struct List {
    people: Vec<Person>,
}

/// The people on the page; each is a signal, so that a change draws one line and the focus stays.
pub type Rows = RwSignal<Vec<RwSignal<Person>>>;

/// The section.
pub fn people_view() -> AnyView {
    let rows: Rows = RwSignal::default();
    let load = use_load(
        || Some(()),
        |()| async {
            let answer = own(Verb::Get, "people", None).await?;
            Ok(serde_json::from_value::<List>(answer).map_err(|_| unreadable())?.people)
        },
    );
    let is_adding = RwSignal::new(false);
    let has_people = move || rows.with(|rows| !rows.is_empty());
    let count = move || has_people().then(|| rows.with(Vec::len).to_string());
    let add = move || {
        view! {
            <button
                type="button"
                class="btn btn--s push"
                id="add-person"
                on:click=handler(move |_| is_adding.set(true))
            >
                {Icon::Plus.view()}
                "Add a person"
            </button>
        }
        .into_any()
    };
    let list = move |people: &[Person]| {
        if people.is_empty() {
            return nobody();
        }
        rows.set(people.iter().cloned().map(RwSignal::new).collect());
        let item = |row: RwSignal<Person>| {
            Item::new(row.with_untracked(|person| person.id.unsigned_abs()), move || person_view(row))
        };
        view! { <ul class="setlist persons">{keyed(move || rows.get().into_iter().map(item).collect())}</ul> }
            .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="people-title">
            <header>
                <h2 id="people-title">"People"</h2>
                <span class="n">{dynamic(count)}</span>
                {shown(move || has_people() && !is_adding.get(), add)}
            </header>
            {shown(move || is_adding.get(), move || add_person_view(rows, is_adding))}
            {faces(load, "people", "The people of this server could not be loaded.", move |people| list(&people))}
            {shown(has_people, footer)}
        </section>
    }
    .into_any()
}

fn footer() -> AnyView {
    view! {
        <footer>
            "What is changed here holds at once, for sessions and access tokens. Your own role is changed by another administrator. A new password is set on the server: "
            <code>"autotask-crm user password"</code> "."
        </footer>
    }
    .into_any()
}

/// A server without users, as the demo.
fn nobody() -> AnyView {
    view! {
        <Empty
            icon=Icon::People
            title="Nobody signs in here"
            text="Whoever opens this server on its own machine may do everything. Add the first person on that machine; from then on everybody signs in, and this page looks after them."
        >
            <code class="sample">"autotask-crm user add ada@your-msp.example --name \"Ada Byron\" --role administrator"</code>
        </Empty>
    }
    .into_any()
}
