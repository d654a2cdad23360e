//! The head of the record: path, name, state, type, and the actions that work.

use std::sync::Arc;

use crate::components::dynamic::{dynamic, handler, memo, shown};
use autotask_core::Record;
use leptos::prelude::*;

use super::links::autotask_href;
use crate::{
    components::{badge::Badge, glyph::TypeGlyph, icon::Icon, tone::Tone},
    page::Page,
    pages::{editing::session::row_opener_id, reading::unless_refused},
    session::use_session,
    store::{
        metadata::{MetadataState, use_metadata},
        names::use_names,
    },
};

/// The head. It stands from the start, so that the focus on its heading is never lost.
#[component]
pub fn Head(
    /// The heading: the name, or what stands in for it.
    #[prop(into)]
    title: Signal<String>,
    /// The company, once it is here.
    row: Memo<Option<Arc<Record>>>,
    /// Called when the company is to be edited.
    on_edit: Callback<()>,
) -> impl IntoView {
    let parent = move || row.with(|row| row.as_deref().map(parent_crumb));
    view! {
        <header class="rechead">
            <nav class="crumbs" aria-label="Path">
                <a href=Page::Companies.path()>"Companies"</a>
                {Icon::Right.view()}
                {dynamic(parent)}
                <span aria-current="page" dir="auto">
                    {title}
                </span>
            </nav>
            <div class="row wrap rectitle">
                <h1 tabindex="-1" dir="auto">
                    {title}
                </h1>
                {dynamic(move || row.with(|row| row.as_deref().map(|row| marks_view(row, on_edit))))}
            </div>
        </header>
    }
    .into_any()
}

/// What follows the name: state, type and actions.
fn marks_view(row: &Record, on_edit: Callback<()>) -> AnyView {
    let id = row.id().unwrap_or_default();
    let is_active = row.flag("isActive").unwrap_or(true);
    let (word, tone) = if is_active { ("Active", Tone::Success) } else { ("Inactive", Tone::Neutral) };
    let session = use_session();
    let subsidiary = move || {
        view! {
            <a class="btn" href=[&Page::OnboardingNew.path(), "?parent=", &id.to_string()].concat()>
                {Icon::Plus.view()}
                "Onboard subsidiary"
            </a>
        }
        .into_any()
    };
    let edit = move || {
        view! {
            <button
                type="button"
                class="btn btn--primary"
                id=row_opener_id("Companies", id)
                aria-keyshortcuts="e"
                on:click=handler(move |_| on_edit.run(()))
            >
                {Icon::Edit.view()}
                "Edit"
            </button>
        }
        .into_any()
    };
    view! {
        <Badge tone=tone text=word />
        {(id == 0).then(|| view! { <Badge tone=Tone::Accent text="Your company" /> })}
        {type_view(row.int("companyType"))}
        <div class="actions push">
            {autotask_link(id)}
            {shown(move || session.may("create", "Companies"), subsidiary)}
            {unless_refused("update", "Companies", edit)}
        </div>
    }
    .into_any()
}

fn parent_crumb(row: &Record) -> AnyView {
    let Some(parent) = row.int("parentCompanyID").filter(|parent| Some(*parent) != row.id()) else {
        return ().into_any();
    };
    let names = use_names();
    let name = memo(move || names.name("Companies", parent).unwrap_or_else(|| "…".to_owned()));
    view! {
        <a href=Page::Company(parent).path() dir="auto">
            {name}
        </a>
        {Icon::Right.view()}
    }
    .into_any()
}

/// The type in words, with its shape.
fn type_view(number: Option<i64>) -> AnyView {
    let metadata = use_metadata();
    dynamic(move || {
        let info = metadata.entity("Companies");
        let label = info.field("companyType").and_then(|field| field.picklist_label(number?)).map(str::to_owned);
        // Until the instance's list is here, a number that the usual list does not know says nothing.
        let label = match (label, number) {
            (Some(label), _) => label,
            (None, Some(number)) if metadata.state("Companies") != MetadataState::Loading => {
                ["Unknown type (", &number.to_string(), ")"].concat()
            }
            _ => return ().into_any(),
        };
        view! { <span class="row muted rectype">{TypeGlyph::from_label(&label).view()} {label}</span> }.into_any()
    })
}

/// The way to the same company in Autotask; only where the session knows where that is.
fn autotask_link(id: i64) -> AnyView {
    let session = use_session();
    dynamic(move || {
        let href = session.web_url.with(|url| url.as_deref().and_then(|url| autotask_href(url, id)));
        href.map(|href| {
            view! {
                <a class="btn btn--ghost" href=href target="_blank" rel="noopener noreferrer">
                    {Icon::External.view()}
                    "Open in Autotask"
                    <span class="vh">" (new tab)"</span>
                </a>
            }
        })
    })
}
