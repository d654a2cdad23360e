//! One company: facts, its place in the hierarchy, contacts, sites, and every further field that has a value.

mod contacts;
mod copy_button;
mod details;
mod details_list;
mod faces;
mod facts;
mod family;
mod groups;
mod head;
mod links;
mod load;
mod sites;
mod strip;
mod value;

use std::sync::Arc;

use crate::components::dynamic::{dynamic, memo};
use autotask_core::{FailureKind, Record, entity};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::api,
    components::{
        announcer::use_announcer, empty::Empty, icon::Icon, page_head::use_window_title, skeleton::Skeleton,
        view_state::ViewFrame, view_state::ViewState,
    },
    page::Page,
    pages::failed::failed,
    status::use_view_status,
};
use contacts::{ContactsPanel, load_contacts};
use details::DetailsPanel;
use facts::Facts;
use family::load_family;
use head::Head;
use load::{Answer, use_load};
use sites::{SitesPanel, load_sites};
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
    let title = memo(move || match (id.get(), company.answer.get()) {
        (None, _) => "Company not found".to_owned(),
        (_, Answer::Here(_)) => {
            record.with(|record| record.as_ref().map_or_else(|| "Company not found".to_owned(), |row| name_of(row)))
        }
        (_, Answer::Waiting | Answer::Failed(_)) => "Company".to_owned(),
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
                <Facts row=Arc::clone(&row) />
                <div class="body two recbody">
                    <div class="stack panels">
                        <HierarchyPanel row=Arc::clone(&row) family=family />
                        <ContactsPanel contacts=contacts />
                        <SitesPanel sites=sites />
                    </div>
                    <div class="stack panels">
                        <DetailsPanel row=row />
                    </div>
                </div>
            }
            .into_any(),
        },
    };
    // The head stays while what is below it changes, and with it the focus on the heading.
    view! {
        <Head title=title row=record />
        {dynamic(body)}
    }
    .into_any()
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
