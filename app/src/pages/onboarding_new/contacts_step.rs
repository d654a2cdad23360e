//! The step Contacts: one card a person, exactly one of them the primary contact.

use leptos::prelude::*;

use super::{
    duplicates::use_duplicates,
    field_view::FieldView,
    focus::{focus_soon, focus_soon_of},
    form::{Row, use_form},
    layout::{CONTACT, Slot},
    link_field::link_field,
    mending::use_mending,
    warnings::email_words,
};
use crate::{
    components::{announcer::use_announcer, icon::Icon, icon_button::IconButton},
    store::metadata::use_metadata,
};

const ADD_ID: &str = "add-contact";

/// The step.
#[component]
pub fn ContactsStep() -> impl IntoView {
    let form = use_form();
    let mending = use_mending();
    let rows = move || {
        let mut rows: Vec<(usize, Row)> = form.contacts.get().into_iter().enumerate().collect();
        if let Some(mended) = mending.get() {
            rows.retain(|(_, row)| row.key == mended.key);
        }
        rows
    };
    let add = move |_| {
        let row = form.add_contact();
        focus_soon_of(&row, "firstName");
    };
    let nobody = move || {
        form.contacts.with(Vec::is_empty).then(|| {
            view! { <p class="muted">"Nobody yet. The company is created without a contact."</p> }
        })
    };
    view! {
        {nobody}
        <For each=rows key=|(index, row)| (*index, row.key) children=|(index, row)| view! { <ContactCard row=row index=index /> } />
        {move || {
            mending
                .get()
                .is_none()
                .then(|| {
                    view! {
                        <button type="button" class="btn addrow" id=ADD_ID on:click=add>
                            {Icon::Plus.view()}
                            "Add contact"
                        </button>
                    }
                })
        }}
    }
    .into_any()
}

/// A contact.
#[component]
fn ContactCard(
    /// The contact.
    row: Row,
    /// The place in the list.
    index: usize,
) -> impl IntoView {
    let form = use_form();
    let announcer = use_announcer();
    let is_mending = use_mending().get_untracked().is_some();
    let number = (index + 1).to_string();
    let title = ["Contact ", &number].concat();
    let key = row.key;
    let remove = {
        let row = row.clone();
        let said = [&title, " removed"].concat();
        move |()| {
            form.remove(&row);
            announcer.polite(&said);
            focus_soon(ADD_ID);
        }
    };
    let choose_primary = move |_| {
        form.primary.set(key);
        form.changed();
    };
    let head = (!is_mending).then(|| {
        view! {
            <label class="checkline push">
                <input
                    class="check"
                    type="radio"
                    name="primary-contact"
                    prop:checked=move || form.primary.get() == key
                    on:change=choose_primary
                />
                <span>"Primary contact"</span>
            </label>
            <IconButton icon=Icon::Close label=["Remove ", &title].concat() on_click=remove />
        }
    });
    let site = (!is_mending).then(|| link_field(&row, "site", "Site", "No site", form.sites, &["name"]));
    view! {
        <section class="panel rowcard" aria-label=title.clone()>
            <header>
                <h2>{title.clone()}</h2>
                {head}
            </header>
            <div class="in cols2">{slots(&row)} {site}</div>
        </section>
    }
    .into_any()
}

fn slots(row: &Row) -> AnyView {
    let info = use_metadata().entity_untracked("Contacts");
    let duplicates = use_duplicates();
    let view = |slot: &Slot| {
        let field = info.field(slot.name)?.clone();
        let (label, width) = (slot.label, slot.width);
        let row = row.clone();
        if slot.name != "emailAddress" {
            return Some(view! { <FieldView row=row field=field label=label width=width /> }.into_any());
        }
        let text = row.field("emailAddress");
        let warning = Signal::derive(move || email_words(&text.get(), &duplicates));
        Some(view! { <FieldView row=row field=field label=label width=width warning=warning /> }.into_any())
    };
    CONTACT.iter().filter_map(view).collect_view().into_any()
}
