//! A definition list of fields, those without a value behind a button.

use std::sync::Arc;

use crate::{
    components::dynamic::{dynamic, handler, memo, shared},
    pages::editing::{
        Editing,
        line::{WhileClosed, line_view},
    },
    store::typed_text::form_name,
};
use autotask_core::{FieldInfo, Record};
use leptos::prelude::*;

use super::{count_of, value::has_value};

/// Fields below an optional heading.
pub struct Fields {
    /// The heading; empty for none.
    pub title: &'static str,
    /// The fields, in order.
    pub fields: Vec<FieldInfo>,
    /// Fields whose values stand elsewhere: they are here only while they are open for editing.
    pub folded: Vec<FieldInfo>,
    /// What stands before them, such as the address as one block.
    pub before: Option<AnyView>,
}

/// The lists, and the button that shows the empty fields of all of them.
pub fn details_view(row: &Arc<Record>, groups: Vec<Fields>, editing: Editing, shows_empty: RwSignal<bool>) -> AnyView {
    let empty: usize = groups.iter().map(|group| group.fields.iter().filter(|f| !has_value(f, row)).count()).sum();
    let lists = groups.into_iter().map(|group| group_view(row, group, editing, shows_empty)).collect_view();
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

fn group_view(row: &Arc<Record>, group: Fields, editing: Editing, shows_empty: RwSignal<bool>) -> AnyView {
    let Fields { title, fields, folded, before } = group;
    // Without anything to show, the heading goes too.
    let has_any = before.is_some() || fields.iter().any(|field| has_value(field, row));
    if !has_any && fields.is_empty() && folded.is_empty() {
        return ().into_any();
    }
    let names: Vec<String> = fields.iter().chain(&folded).map(form_name).collect();
    let is_open = memo(move || names.iter().any(|name| editing.is_open(name)));
    let has_fields = !fields.is_empty();
    let is_shown = move || has_any || is_open.get() || (has_fields && shows_empty.get());
    let is_hidden = move || !is_shown();
    let opened = folded.into_iter().map(|field| line_view(editing, row, &field, WhileClosed::Hidden)).collect_view();
    let lines = fields.into_iter().map(|field| line_view(editing, row, &field, WhileClosed::IfFilled(shows_empty)));
    let lines = lines.collect_view();
    let heading = (!title.is_empty()).then(|| view! { <h3>{title}</h3> });
    view! {
        <div class="fieldgroup" hidden=shared(is_hidden)>
            {heading}
            <dl class="dl">
                {opened}
                {before}
                {lines}
            </dl>
        </div>
    }
    .into_any()
}
