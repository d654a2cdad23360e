//! A definition list of fields, those without a value behind a button.

use std::sync::Arc;

use crate::components::dynamic::{dynamic, handler};
use autotask_core::{FieldInfo, Record};
use leptos::prelude::*;

use super::{
    count_of,
    value::{has_value, value_view},
};

/// Fields below an optional heading.
pub struct Fields {
    /// The heading; empty for none.
    pub title: &'static str,
    /// The fields, in order.
    pub fields: Vec<FieldInfo>,
    /// What stands before them, such as the address as one block.
    pub before: Option<AnyView>,
}

/// The lists, and the button that shows the empty fields of all of them.
pub fn details_view(row: &Arc<Record>, groups: Vec<Fields>) -> AnyView {
    let shows_empty = RwSignal::new(false);
    let empty: usize = groups.iter().map(|group| group.fields.iter().filter(|f| !has_value(f, row)).count()).sum();
    let lists = groups.into_iter().map(|group| group_view(row, group, shows_empty)).collect_view();
    let words = move || {
        let words = if shows_empty.get() { "Hide " } else { "Show " };
        [words, &count_of(empty, "empty field")].concat()
    };
    let button = (empty > 0).then(|| {
        view! {
            <button
                type="button"
                class="btn btn--ghost btn--s showempty"
                aria-pressed=move || shows_empty.get().to_string()
                on:click=handler(move |_| shows_empty.update(|shows| *shows = !*shows))
            >
                {dynamic(words)}
            </button>
        }
    });
    view! {
        {lists}
        {button}
    }
    .into_any()
}

fn group_view(row: &Arc<Record>, group: Fields, shows_empty: RwSignal<bool>) -> AnyView {
    let Fields { title, fields, before } = group;
    // Without anything to show, the heading goes too.
    let has_any = before.is_some() || fields.iter().any(|field| has_value(field, row));
    if !has_any && fields.is_empty() {
        return ().into_any();
    }
    let lines = fields.into_iter().map(|field| line_view(row, &field, shows_empty)).collect_view();
    let heading = (!title.is_empty()).then(|| view! { <h3>{title}</h3> });
    view! {
        <div class="fieldgroup" hidden=move || !has_any && !shows_empty.get()>
            {heading}
            <dl class="dl">
                {before}
                {lines}
            </dl>
        </div>
    }
    .into_any()
}

fn line_view(row: &Record, field: &FieldInfo, shows_empty: RwSignal<bool>) -> AnyView {
    let is_hidden = {
        let has_value = has_value(field, row);
        move || !has_value && !shows_empty.get()
    };
    view! {
        <dt hidden=is_hidden dir="auto">
            {field.label.to_string()}
        </dt>
        <dd class="tnum" hidden=is_hidden>
            {value_view(field, row)}
        </dd>
    }
    .into_any()
}
