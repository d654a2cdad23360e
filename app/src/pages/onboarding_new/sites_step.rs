//! The step Sites: one card a site, the first one the primary location that Autotask makes by itself.

use leptos::prelude::*;

use super::{
    checking::SHARE_ID,
    field_view::FieldView,
    focus::{focus_soon, focus_soon_of},
    form::{Row, use_form},
    layout::{ADDRESS, SITE, Slot},
    mending::use_mending,
};
use crate::{
    components::{
        announcer::use_announcer, badge::Badge, checkbox::Checkbox, icon::Icon, icon_button::IconButton, tone::Tone,
    },
    store::{metadata::use_metadata, names::use_names, onboarding::draft::SHARED_FIELDS},
};

const ADD_ID: &str = "add-site";

/// The step.
#[component]
pub fn SitesStep() -> impl IntoView {
    let form = use_form();
    let mending = use_mending();
    let rows = move || {
        let mut rows: Vec<(usize, Row)> = form.sites.get().into_iter().enumerate().collect();
        if let Some(mended) = mending.get() {
            rows.retain(|(_, row)| row.key == mended.key);
        }
        rows
    };
    let add = move |_| {
        let row = form.add_site();
        focus_soon_of(&row, "name");
    };
    view! {
        <For each=rows key=|(index, row)| (*index, row.key) children=|(index, row)| view! { <SiteCard row=row index=index /> } />
        {move || {
            mending
                .get()
                .is_none()
                .then(|| {
                    view! {
                        <button type="button" class="btn addrow" id=ADD_ID on:click=add>
                            {Icon::Plus.view()}
                            "Add site"
                        </button>
                    }
                })
        }}
    }
    .into_any()
}

/// A site.
#[component]
fn SiteCard(
    /// The site.
    row: Row,
    /// Its place in the list.
    index: usize,
) -> impl IntoView {
    let form = use_form();
    let announcer = use_announcer();
    let is_first = index == 0;
    let number = (index + 1).to_string();
    let title = ["Site ", &number].concat();
    let remove = {
        let row = row.clone();
        let said = [&title, " removed"].concat();
        move |()| {
            form.remove(&row);
            announcer.polite(&said);
            focus_soon(ADD_ID);
        }
    };
    let share = is_first.then(|| {
        view! {
            <Checkbox
                id=SHARE_ID
                label="Use the company's address and phone for the first site"
                checked=form.first_site_like_company
                on_change=move |is_shared| form.share_address(is_shared)
            />
        }
    });
    let fields = {
        let row = row.clone();
        move || {
            let is_shared = is_first && form.first_site_like_company.get();
            if is_shared { view! { <SharedAddress row=row.clone() /> }.into_any() } else { slots(&row, false) }
        }
    };
    view! {
        <section class="panel rowcard" aria-label=title.clone()>
            <header>
                <h2>{title.clone()}</h2>
                {is_first.then(|| view! { <Badge tone=Tone::Accent text="Primary" /> })}
                {(!is_first && use_mending().get_untracked().is_none())
                    .then(|| {
                        view! {
                            <span class="push">
                                <IconButton icon=Icon::Close label=["Remove ", &title].concat() on_click=remove />
                            </span>
                        }
                    })}
            </header>
            <div class="in stack">{share} {fields}</div>
        </section>
    }
    .into_any()
}

/// The name to type, and what the company's address is.
#[component]
fn SharedAddress(
    /// The site.
    row: Row,
) -> impl IntoView {
    let form = use_form();
    let names = use_names();
    let error = Memo::new(move |_| form.checking.error_at(SHARE_ID));
    let address = move || {
        let company = form.company();
        let text = |name: &str| {
            let text = company.field(name).get();
            match name {
                "countryID" => text.parse().ok().and_then(|id| names.name("Countries", id)).unwrap_or_default(),
                _ => text,
            }
        };
        let parts: Vec<String> =
            SHARED_FIELDS.iter().map(|name| text(name)).filter(|text| !text.trim().is_empty()).collect();
        if parts.is_empty() { "The company has no address yet".to_owned() } else { parts.join(", ") }
    };
    view! {
        {slots(&row, true)}
        <p class="muted" dir="auto">
            {address}
        </p>
        {move || {
            error
                .get()
                .map(|text| view! { <p class="field"><span class="error">{Icon::Alert.view()} <span><span class="vh">"Error: "</span>{text}</span></span></p> })
        }}
    }
    .into_any()
}

/// The fields of a site; only those the company does not give when it shares its address.
fn slots(row: &Row, is_shared: bool) -> AnyView {
    let info = use_metadata().entity_untracked("CompanyLocations");
    let view = |slot: &Slot| {
        if is_shared && SHARED_FIELDS.contains(&slot.name) {
            return None;
        }
        let field = info.field(slot.name)?.clone();
        Some(view! { <FieldView row=row.clone() field=field label=slot.label width=slot.width /> })
    };
    let fields = SITE.iter().chain(&ADDRESS).filter_map(view).collect_view();
    view! { <div class="cols2">{fields}</div> }.into_any()
}
