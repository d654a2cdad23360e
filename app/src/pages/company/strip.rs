//! The panel with the company's place in the hierarchy: its parent, itself among its siblings, its children.

use std::sync::Arc;

use crate::components::dynamic::dynamic;
use autotask_core::Record;
use leptos::prelude::*;

use super::{
    count_of,
    family::{Family, Kin, KinCounts, SHOWN_MAX, load_kin_counts},
    name_of,
};
use crate::{
    components::{glyph::TypeGlyph, icon::Icon},
    page::Page,
    pages::{
        faces::faces,
        load::{Answer, Load, use_load},
    },
    store::metadata::use_metadata,
};

/// The panel.
#[component]
pub fn HierarchyPanel(
    /// The company.
    row: Arc<Record>,
    /// The companies next to it.
    family: Load<Family>,
) -> impl IntoView {
    let id = row.id().unwrap_or_default();
    let counts = use_load(
        move || family.value().map(|family| [id].into_iter().chain(family.shown().map(|kin| kin.id)).collect()),
        load_kin_counts,
    );
    let number = move || family.value().map(|family| companies(family.count()));
    view! {
        <section class="panel" aria-labelledby="hierarchy-title">
            <header>
                <h2 id="hierarchy-title">"Hierarchy"</h2>
                <span class="n">{dynamic(number)}</span>
                <a class="linkbtn push opentree" href=tree_path(id)>
                    "Open tree"
                </a>
            </header>
            <div class="in">
                {faces(
                    family,
                    "the hierarchy",
                    "The hierarchy could not be loaded.",
                    move |family| strip_view(&row, &family, counts),
                )}
            </div>
        </section>
    }
    .into_any()
}

fn tree_path(id: i64) -> String {
    [&Page::Hierarchy.path(), "?focus=", &id.to_string()].concat()
}

fn companies(count: usize) -> String {
    if count == 1 { "1 company".to_owned() } else { [&count.to_string(), " companies"].concat() }
}

fn strip_view(row: &Record, family: &Family, counts: Load<KinCounts>) -> AnyView {
    let id = row.id().unwrap_or_default();
    let arrow = || view! { <li aria-hidden="true" class="ar">{Icon::Right.view()}</li> };
    let parent = family.parent_id.map(|parent_id| {
        let node = match &family.parent {
            Some(kin) => node_view(kin, counts, false),
            None if parent_id == id => note_view("It names itself as its parent"),
            None => {
                note_view(&["Company ", &parent_id.to_string(), ", which is gone or which you cannot read"].concat())
            }
        };
        view! {
            <li>
                <span class="cap">"Parent"</span>
                <ul>{node}</ul>
            </li>
            {arrow()}
        }
    });
    let this = Kin {
        id,
        name: name_of(row),
        company_type: row.int("companyType"),
        is_active: row.flag("isActive").unwrap_or(true),
    };
    let siblings = (!family.siblings.is_empty()).then(|| kin_list("Siblings", &family.siblings, id, counts));
    let children = if family.children.is_empty() {
        None
    } else {
        Some(view! {
            {arrow()}
            <li>{kin_list("Subsidiaries", &family.children, id, counts)}</li>
        })
    };
    let alone = (family.parent_id.is_none() && family.children.is_empty())
        .then(|| view! { <p class="muted">"It stands alone: no parent and no subsidiaries."</p> });
    view! {
        <ol class="hstrip">
            {parent}
            <li>
                <span class="cap">"This company"</span>
                <ul>{node_view(&this, counts, true)}</ul>
                {siblings}
            </li>
            {children}
        </ol>
        {alone}
    }
    .into_any()
}

fn kin_list(title: &'static str, kin: &[Kin], id: i64, counts: Load<KinCounts>) -> AnyView {
    let nodes = kin.iter().take(SHOWN_MAX).map(|kin| node_view(kin, counts, false)).collect_view();
    let hidden = kin.len().saturating_sub(SHOWN_MAX);
    let more = (hidden > 0).then(|| {
        view! {
            <li>
                <a class="inline small" href=tree_path(id)>
                    {["+", &hidden.to_string(), " more"].concat()}
                    <span class="vh">" in the tree"</span>
                </a>
            </li>
        }
    });
    view! {
        <span class="cap">{title}</span>
        <ul>
            {nodes}
            {more}
        </ul>
    }
    .into_any()
}

fn node_view(kin: &Kin, counts: Load<KinCounts>, is_this: bool) -> AnyView {
    let Kin { id, name, company_type, is_active } = kin.clone();
    let metadata = use_metadata();
    let glyph = move || {
        let info = metadata.entity("Companies");
        let label = info.field("companyType").and_then(|field| field.picklist_label(company_type?));
        label.map_or(TypeGlyph::Other, TypeGlyph::from_label).view()
    };
    let small = move || {
        let counted = match counts.answer.get() {
            Answer::Here(counts) => counted(id, &counts),
            // The strip is of use without the numbers.
            Answer::Failed(_) => String::new(),
            Answer::Waiting => "\u{a0}".to_owned(),
        };
        if is_active {
            counted
        } else {
            ["Inactive", if counted.trim().is_empty() { "" } else { ", " }, &counted].concat()
        }
    };
    let content = view! {
        {dynamic(glyph)}
        <span class="kin" dir="auto" title=name.clone()>
            {name.clone()}
        </span>
        <small>{dynamic(small)}</small>
    };
    if is_this {
        view! {
            <li>
                <span class="node now" aria-current="true">
                    {content}
                </span>
            </li>
        }
        .into_any()
    } else {
        view! {
            <li>
                <a class="node" href=Page::Company(id).path()>
                    {content}
                </a>
            </li>
        }
        .into_any()
    }
}

fn note_view(text: &str) -> AnyView {
    view! {
        <li>
            <span class="node note t-warning">{Icon::Warning.view()} <span>{text.to_owned()}</span></span>
        </li>
    }
    .into_any()
}

fn counted(id: i64, counts: &KinCounts) -> String {
    let contacts = counts.contacts.get(&id).copied().unwrap_or(0);
    let contacts = if contacts == 0 { "no contacts".to_owned() } else { count_of(contacts, "contact") };
    match counts.subsidiaries.get(&id).copied().unwrap_or(0) {
        0 => contacts,
        1 => [&contacts, ", 1 subsidiary"].concat(),
        count => [&contacts, ", ", &count.to_string(), " subsidiaries"].concat(),
    }
}
