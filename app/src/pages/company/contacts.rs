//! The panel of contacts: the primary one first, inactive ones folded away.

use std::sync::Arc;

use crate::components::dynamic::{dynamic, handler};
use autotask_core::{
    Failure, Filter, Format, Query, Record, Verb, entity, order::sort_by_key, text::fold, title::title,
};
use leptos::prelude::*;

use super::{
    count_of,
    open_rows::{OpenRows, use_open_rows},
    value::{none_view, text_view},
};
use crate::{
    api::api,
    components::{avatar::Avatar, badge::Badge, empty::Empty, icon::Icon, tone::Tone},
    pages::{faces::faces, load::Load},
};

const FIELDS: [&str; 11] = [
    "id",
    "firstName",
    "lastName",
    "title",
    "phone",
    "extension",
    "mobilePhone",
    "emailAddress",
    "isActive",
    "primaryContact",
    "companyID",
];
/// The fields that a form begins with.
const EDITED_FIRST: [&str; 10] = [
    "firstName",
    "lastName",
    "title",
    "emailAddress",
    "phone",
    "extension",
    "mobilePhone",
    "companyLocationID",
    "isActive",
    "primaryContact",
];
/// More than this are drawn only on request.
const SHOWN_AT_FIRST: usize = 25;

/// A contact of the company.
#[derive(Clone, Debug)]
pub struct Person {
    name: String,
    is_primary: bool,
    is_active: bool,
    row: Record,
}

/// Loads the contacts of a company.
pub async fn load_contacts(company: i64) -> Result<Vec<Person>, Failure> {
    let info = entity("Contacts").expect("Contacts are among the facts");
    let query = Query {
        include_fields: Some(FIELDS.map(str::to_owned).to_vec()),
        verb: Verb::Post,
        ..Query::new(info, Filter::and([Filter::eq("companyID", company)]))
    };
    let rows = api().rows(&query).await?;
    let person = |row: Record| Person {
        name: title(info, &row),
        is_primary: row.flag("primaryContact").unwrap_or(false),
        is_active: row.flag("isActive").unwrap_or(true),
        row,
    };
    let mut people: Vec<Person> = rows.into_iter().map(person).collect();
    let family_name = |person: &Person| fold(person.row.text("lastName").unwrap_or_default());
    sort_by_key(&mut people, |person| (!person.is_primary, family_name(person), fold(&person.name)));
    Ok(people)
}

/// The panel.
#[component]
pub fn ContactsPanel(
    /// The contacts.
    contacts: Load<Vec<Person>>,
) -> impl IntoView {
    let number = move || contacts.value().map(|people| people.len().to_string());
    let open = use_open_rows("Contacts", move || {
        contacts.value().map(|people| people.iter().filter_map(|person| person.row.id()).collect()).unwrap_or_default()
    });
    view! {
        <section class="panel" aria-labelledby="contacts-title">
            <header>
                <h2 id="contacts-title">"Contacts"</h2>
                <span class="n">{dynamic(number)}</span>
            </header>
            {faces(contacts, "contacts", "The contacts could not be loaded.", move |people| contacts_view(people, open))}
        </section>
    }
    .into_any()
}

fn contacts_view(people: Arc<Vec<Person>>, open: OpenRows) -> AnyView {
    if people.is_empty() {
        return view! {
            <Empty
                icon=Icon::People
                title="No contacts yet"
                text="Nobody is named for this company in Autotask."
            />
        }
        .into_any();
    }
    let shows_inactive = RwSignal::new(false);
    let shows_all = RwSignal::new(false);
    let inactive = people.iter().filter(|person| !person.is_active).count();
    let total = people.len();
    let offered = move || if shows_inactive.get() { total } else { total - inactive };
    let rows = move || {
        let limit = if shows_all.get() { usize::MAX } else { SHOWN_AT_FIRST };
        let shown = people.iter().filter(|person| shows_inactive.get() || person.is_active).take(limit);
        shown.map(|person| person_view(person, open)).collect_view()
    };
    let more = move || {
        let offered = offered();
        (!shows_all.get() && offered > SHOWN_AT_FIRST).then(|| {
            let words = [&SHOWN_AT_FIRST.to_string(), " of ", &offered.to_string(), " shown."].concat();
            view! {
                {words}
                " "
                <button type="button" class="linkbtn inline" on:click=handler(move |_| shows_all.set(true))>
                    "Show all"
                </button>
                " "
            }
        })
    };
    let fold = move || {
        let words = if shows_inactive.get() { "Hide " } else { "Show " };
        [words, &inactive.to_string(), " inactive"].concat()
    };
    let has_footer = move || inactive > 0 || offered() > SHOWN_AT_FIRST;
    let none_active = (inactive == total).then(|| {
        view! { <p class="in muted" hidden=move || shows_inactive.get()>{count_of(total, "contact")} ", none of them active."</p> }
    });
    view! {
        {none_active}
        <div class="tablewrap" hidden=move || offered() == 0>
            <table class="table fixed people">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Title"</th>
                        <th scope="col">"Phone"</th>
                        <th scope="col">"Mail"</th>
                        <th scope="col" class="act">
                            <span class="vh">"Edit"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{dynamic(rows)}</tbody>
            </table>
        </div>
        <footer hidden=move || !has_footer()>
            {dynamic(more)}
            {(inactive > 0)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="linkbtn inline"
                            aria-pressed=move || shows_inactive.get().to_string()
                            on:click=handler(move |_| shows_inactive.update(|shows| *shows = !*shows))
                        >
                            {dynamic(fold)}
                        </button>
                    }
                })}
        </footer>
    }
    .into_any()
}

fn person_view(person: &Person, open: OpenRows) -> AnyView {
    let row = &person.row;
    let text = |name: &str| row.text(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let link = |text: Option<String>, format| text.map_or_else(none_view, |text| text_view(format, text));
    let extension = text("extension").map(|number| view! { <span class="muted">{[" ext. ", &number].concat()}</span> });
    let phone =
        text("phone").map(|phone| (phone, extension)).or_else(|| text("mobilePhone").map(|phone| (phone, None)));
    let phone = match phone {
        Some((phone, extension)) => view! {
            {text_view(Format::Phone, phone)}
            {extension}
        }
        .into_any(),
        None => none_view(),
    };
    let badge = match (person.is_active, person.is_primary) {
        (false, _) => Some(view! { <Badge text="Inactive" /> }.into_any()),
        (true, true) => Some(view! { <Badge tone=Tone::Accent text="Primary" /> }.into_any()),
        (true, false) => None,
    };
    let job = text("title");
    let job_view = job.clone().map_or_else(none_view, |job| job.into_any());
    view! {
        <tr class=if person.is_active { "" } else { "inactive" }>
            <th scope="row">
                <span class="row">
                    <Avatar name=person.name.clone() />
                    <span class="ell" dir="auto" title=person.name.clone()>
                        {person.name.clone()}
                    </span>
                    {badge}
                </span>
            </th>
            <td class="muted" dir="auto" title=job.clone()>
                {job_view}
            </td>
            <td>{phone}</td>
            <td title=text("emailAddress")>{link(text("emailAddress"), Format::Email)}</td>
            <td class="act">{open.button(row, &person.name)}</td>
        </tr>
        {open.form(row, &person.name, &EDITED_FIRST, 5)}
    }
    .into_any()
}
