//! A field's value as an element: text, the name of a reference, or a link where the format is one.

use crate::components::dynamic::{dynamic, memo};
use autotask_core::{
    FieldInfo, Format, Record,
    display::{Shown, display},
};
use leptos::prelude::*;

use super::links::{mail_href, phone_href, web_href, web_text};
use crate::{page::Page, store::names::use_names};

/// Whether a field has a value that can be shown.
pub fn has_value(field: &FieldInfo, row: &Record) -> bool {
    display(field, row) != Shown::Empty
}

/// The value of a field. References are named as soon as their names are known.
pub fn value_view(field: &FieldInfo, row: &Record) -> AnyView {
    match display(field, row) {
        Shown::Empty => none_view(),
        Shown::Text(text) => text_view(field.format, text),
        Shown::Reference { entity, id } => reference_view(entity, id),
    }
}

/// A dash, and the word for those who do not see it.
pub fn none_view() -> AnyView {
    view! {
        <span class="none" aria-hidden="true">
            "–"
        </span>
        <span class="vh">"empty"</span>
    }
    .into_any()
}

/// A text of a format, as a link where it is one.
pub fn text_view(format: Format, text: String) -> AnyView {
    match format {
        Format::Phone => link_view(phone_href(&text), text),
        Format::Email => link_view(mail_href(&text), text),
        Format::Web => web_view(&text),
        Format::Any => view! { <span dir="auto">{text}</span> }.into_any(),
    }
}

fn link_view(href: Option<String>, text: String) -> AnyView {
    match href {
        Some(href) => view! { <a href=href dir="auto">{text}</a> }.into_any(),
        None => view! { <span dir="auto">{text}</span> }.into_any(),
    }
}

fn web_view(web: &str) -> AnyView {
    let text = web_text(web).to_owned();
    match web_href(web) {
        Some(href) => view! {
            <a href=href target="_blank" rel="noopener noreferrer" dir="auto">
                {text}
                <span class="vh">" (new tab)"</span>
            </a>
        }
        .into_any(),
        None => view! { <span dir="auto">{web.to_owned()}</span> }.into_any(),
    }
}

/// The name of a referenced row; companies lead to their pages.
fn reference_view(entity: String, id: i64) -> AnyView {
    let names = use_names();
    let is_company = entity == "Companies";
    let name = memo(move || names.name(&entity, id));
    dynamic(move || match name.get() {
        None => view! { <span class="skel valuewait" aria-hidden="true"></span> }.into_any(),
        Some(name) if is_company => view! { <a href=Page::Company(id).path() dir="auto">{name}</a> }.into_any(),
        Some(name) => view! { <span dir="auto">{name}</span> }.into_any(),
    })
}
