//! One company: facts, its place in the hierarchy, contacts, sites, and every further field that has a value.

mod changes;
mod contacts;
mod details;
mod details_list;
mod facts;
mod family;
mod groups;
mod head;
mod links;
mod open_rows;
mod sites;
mod strip;
pub mod value;

use std::sync::Arc;

use crate::components::dynamic::{dynamic, memo};
use autotask_core::{FailureKind, Record, entity};
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_params_map;

use crate::{
    api::api,
    components::{
        announcer::use_announcer, choice::Choice, dom::is_field, empty::Empty, field_control::SiteChoices, icon::Icon,
        page_head::use_window_title, skeleton::Skeleton, view_state::ViewFrame, view_state::ViewState,
    },
    page::Page,
    pages::{
        editing::{ConflictDialog, EditBar, Editing},
        failed::failed,
        load::{Answer, Load, use_load},
    },
    status::use_view_status,
    store::{changes::use_changes, names::use_names, owners::Owners},
};
use changes::ChangesPanel;
use contacts::{ContactsPanel, Person, load_contacts};
use details::{DetailsPanel, ShowsEmpty};
use facts::Facts;
use family::load_family;
use groups::BASICS;
use head::Head;
use sites::{Site, SitesPanel, load_sites};
use strip::HierarchyPanel;

/// The page.
#[component]
pub fn CompanyPage() -> impl IntoView {
    let params = use_params_map();
    // Ids are never negative; 0 is the tenant's own company.
    let id = memo(move || params.with(|params| params.get_str("id")?.parse::<i64>().ok().filter(|id| *id >= 0)));
    let company = use_load(
        move || id.get(),
        |id| async move {
            let info = entity("Companies").expect("Companies are among the facts");
            match api().get(info, id).await {
                Err(failure) if failure.kind == FailureKind::NotFound => Ok(None),
                answer => answer,
            }
        },
    );
    let record = memo(move || company.value().and_then(|found| Option::clone(&found)).map(Arc::new));
    let contacts = use_load(move || id.get(), load_contacts);
    let sites = use_load(move || id.get(), load_sites);
    let family = use_load(
        move || record.with(|record| record.as_ref().and_then(|row| Some((row.id()?, row.int("parentCompanyID"))))),
        |(id, parent)| load_family(id, parent),
    );
    let title = memo(move || match (id.get(), company.answer.get()) {
        (None, _) => "Company not found".to_owned(),
        (_, Answer::Here(_)) => {
            record.with(|record| record.as_ref().map_or_else(|| "Company not found".to_owned(), |row| name_of(row)))
        }
        (_, Answer::Waiting | Answer::Failed(_)) => "Company".to_owned(),
    });
    let editing = Editing::new("Companies", record.into(), title.into(), id.into());
    let shows_empty = ShowsEmpty::default();
    provide_context(Owners::load());
    provide_context(SiteChoices(Signal::derive(move || site_choices(sites))));
    follow_changes(company, contacts, sites);
    let edit = Callback::new(move |()| {
        let info = editing.info();
        let basics: Vec<_> = BASICS.iter().filter_map(|name| info.field(name)).cloned().collect();
        editing.open(&basics);
    });
    edit_by_key(edit);
    use_view_status(move || {
        if record.with(Option::is_none) {
            return String::new();
        }
        let counts = [
            contacts.value().map(|people| (people.len(), "contact")),
            sites.value().map(|sites| (sites.len(), "site")),
        ];
        let words = counts.into_iter().flatten().map(|(count, noun)| count_of(count, noun));
        words.collect::<Vec<_>>().join(", ")
    });
    use_window_title(title.into(), "Company");
    announce_arrival(title);
    let body = move || match (id.get(), company.answer.get()) {
        (None, _) => not_found("Companies have whole numbers as ids, and this address has none."),
        (_, Answer::Waiting) => view! { <Skeleton what="the company" /> }.into_any(),
        (_, Answer::Failed(failure)) => {
            let state = ViewState::Failed(failed("The company could not be loaded.", &failure));
            let on_retry = Callback::new(move |()| company.retry());
            let empty = Callback::new(|_| ().into_any());
            view! { <ViewFrame state=Signal::stored(state) what="the company" on_retry=on_retry empty=empty>"" </ViewFrame> }
                .into_any()
        }
        (_, Answer::Here(_)) => match record.get() {
            None => not_found("It may have been deleted, or the API user may not see it."),
            Some(row) => view! {
                <Facts row=Arc::clone(&row) editing=editing />
                <div class="body two recbody">
                    <div class="stack panels">
                        <HierarchyPanel row=Arc::clone(&row) family=family />
                        <ContactsPanel contacts=contacts />
                        <SitesPanel sites=sites />
                        <ChangesPanel company=record />
                    </div>
                    <div class="stack panels">
                        <DetailsPanel row=row editing=editing shows_empty=shows_empty />
                    </div>
                </div>
                <EditBar editing=editing />
                <ConflictDialog />
            }
            .into_any(),
        },
    };
    // The head stays while what is below it changes, and with it the focus on the heading.
    view! {
        <Head title=title row=record on_edit=edit />
        {dynamic(body)}
    }
    .into_any()
}

/// Shows what was written, wherever on the page it was.
fn follow_changes(company: Load<Option<Record>>, contacts: Load<Vec<Person>>, sites: Load<Vec<Site>>) {
    let (changes, names) = (use_changes(), use_names());
    // What was written before this page is in what it reads.
    Effect::new(move |before: Option<()>| {
        let written = changes.written.get();
        let Some((entity, row)) = written.filter(|_| before.is_some()) else { return };
        let shown = untrack(|| company.value()).and_then(|row| row.as_ref().as_ref().and_then(Record::id));
        if entity == "Companies" && row.id() == shown {
            if let Some((id, name)) = row.id().zip(row.text("companyName")) {
                names.put("Companies", id, name.to_owned(), row.flag("isActive").unwrap_or(true));
            }
            company.answer.set(Answer::Here(Arc::new(Some(row))));
        } else if row.int("companyID") == shown {
            match entity {
                "Contacts" => contacts.refresh(),
                "CompanyLocations" => sites.refresh(),
                _ => {}
            }
        }
    });
}

/// The sites of the company, for its contacts.
fn site_choices(sites: Load<Vec<Site>>) -> Vec<Choice> {
    let choice = |site: &Site| Some(Choice::new(site.row.id()?.to_string(), site.name.clone()));
    sites.value().map(|sites| sites.iter().filter_map(choice).collect()).unwrap_or_default()
}

/// `e` opens the basics for editing.
fn edit_by_key(edit: Callback<()>) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_plain = event.key() == "e" && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if is_plain && !event.default_prevented() && !is_field(event.target()) {
            event.prevent_default();
            edit.run(());
        }
    });
    on_cleanup(move || listener.remove());
}

/// Says the name when it comes later than the page, which was said as "Company".
fn announce_arrival(title: Memo<String>) {
    let announcer = use_announcer();
    Effect::new(move |before: Option<String>| {
        let title = title.get();
        if before.is_some_and(|before| before != title) && title != "Company" {
            announcer.polite(title.clone());
        }
        title
    });
}

fn not_found(text: &'static str) -> AnyView {
    view! {
        <div class="body">
            <Empty icon=Icon::Company title="There is no such company" text=text>
                <a class="btn btn--primary" href=Page::Companies.path()>
                    "Go to Companies"
                </a>
            </Empty>
        </div>
    }
    .into_any()
}

/// What a company is called; its id where it has no name.
fn name_of(row: &Record) -> String {
    entity("Companies").map(|info| autotask_core::title::title(info, row)).unwrap_or_default()
}

/// "1 contact", "3 contacts".
fn count_of(count: usize, noun: &str) -> String {
    let number = autotask_core::display::grouped(&count.to_string());
    [number.as_str(), " ", noun, if count == 1 { "" } else { "s" }].concat()
}
