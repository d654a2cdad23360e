//! Form of a row below its line in a list: the fields that matter first, all others folded.

use std::sync::Arc;

use autotask_core::{EntityInfo, Failure, FailureKind, FieldInfo, entity};
use leptos::prelude::*;

use super::{EditBar, control::labelled_control, session::Editing};
use crate::{
    api::api,
    components::{
        dynamic::{dynamic, effect, handler, memo, optional},
        icon::Icon,
        skeleton::Skeleton,
    },
    pages::{
        failed::sentence,
        load::{Answer, use_load},
    },
    store::{changes::use_changes, metadata::use_metadata, typed_text::form_name},
};

/// A row that is edited below its line.
#[derive(Clone, Copy)]
pub struct FormRow {
    /// The entity.
    pub entity: &'static str,
    /// The row's id.
    pub id: i64,
    /// The company on whose page this is.
    pub company: i64,
    /// The fields that come first.
    pub main: &'static [&'static str],
}

/// The form. The whole row is read first: a list holds a part of it.
pub fn row_form(row: FormRow, title: String, on_close: Callback<()>) -> AnyView {
    let FormRow { entity: name, id, company, main } = row;
    let changes = use_changes();
    let load = use_load(
        move || Some(id),
        move |id| async move {
            let gone = || Failure::new(FailureKind::NotFound, 404, vec!["it is not there any more".to_owned()]);
            let info = entity(name).ok_or_else(gone)?;
            api().get(info, id).await?.ok_or_else(gone)
        },
    );
    let row = memo(move || load.value());
    let editing = Editing::new(name, row.into(), Signal::stored(title), Signal::stored(Some(company)));
    effect(move || {
        let written = changes.written.get();
        if let Some((_, row)) = written.filter(|(entity, row)| *entity == name && row.id() == Some(id)) {
            load.answer.set(Answer::Here(Arc::new(row)));
        }
    });
    effect(move || {
        if editing.written.get() > 0 {
            on_close.run(());
        }
    });
    editing.focus.set(main.first().map(|name| (*name).to_owned()));
    let fields = {
        let metadata = use_metadata();
        memo(move || fields_of(&metadata.entity(name), main))
    };
    let body = move || match load.answer.get() {
        Answer::Waiting => view! { <Skeleton what="the row" rows=3 /> }.into_any(),
        Answer::Failed(failure) => view! {
            <p class="row" role="alert">
                <span class="t-danger">{sentence(&failure)}</span>
                <button type="button" class="btn btn--s" on:click=handler(move |_| load.retry())>"Retry"</button>
            </p>
        }
        .into_any(),
        Answer::Here(_) => dynamic(move || fields.with(|fields| fields_view(editing, fields))),
    };
    let close = move || {
        (!editing.is_active()).then(|| {
            view! {
                <button type="button" class="btn btn--s" on:click=handler(move |_| on_close.run(()))>
                    "Close"
                </button>
            }
        })
    };
    view! {
        <div class="rowform">
            {dynamic(body)}
            <EditBar editing=editing />
            {optional(close)}
        </div>
    }
    .into_any()
}

/// The fields that matter, and all others that can be written.
fn fields_of(info: &EntityInfo, main: &[&str]) -> (Vec<FieldInfo>, Vec<FieldInfo>) {
    let first = main.iter().filter_map(|name| info.field(name)).cloned().collect();
    let is_other = |field: &&FieldInfo| !field.is_read_only && !main.iter().any(|name| field.is_named(name));
    let own = info.fields.iter().filter(is_other);
    let others = own.chain(info.user_defined_fields.iter().filter(|field| !field.is_read_only));
    (first, others.cloned().collect())
}

fn fields_view(editing: Editing, (first, others): &(Vec<FieldInfo>, Vec<FieldInfo>)) -> AnyView {
    let controls =
        |fields: &[FieldInfo]| fields.iter().map(|field| labelled_control(editing, field, "h")).collect_view();
    // What was typed there before a reload is not hidden.
    let is_open = untrack(|| others.iter().any(|field| editing.is_open(&form_name(field))));
    view! {
        <div class="cols2">{controls(first)}</div>
        <details class="more" open=is_open>
            <summary>{Icon::Right.view()} "All other fields"</summary>
            <div class="cols2">{controls(others)}</div>
        </details>
    }
    .into_any()
}
