//! Words: values of fields as people read them, and the step from one to another.

use autotask_core::{
    EntityInfo, Record,
    display::{Shown, display},
    write::{label_of, name_of},
};
use leptos::prelude::*;
use serde_json::Value;

use crate::{
    components::icon::Icon,
    store::names::{Names, use_names},
};

/// Stands for no value.
const NONE: &str = "–";

/// A field of a row in words. Reactive until the names of references are known.
fn words(info: &EntityInfo, names: Names, path: &str, row: &Record) -> String {
    let (name, is_udf) = name_of(path);
    let Some(field) = info.find(name, is_udf) else {
        return match row.value(name, is_udf) {
            None | Some(Value::Null) => NONE.to_owned(),
            Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
    };
    match display(field, row) {
        Shown::Empty => NONE.to_owned(),
        Shown::Text(text) => text,
        Shown::Reference { entity, id } => names.name(&entity, id).unwrap_or_else(|| "…".to_owned()),
    }
}

/// A field of a row as an element. Reactive.
pub fn value_of(info: &EntityInfo, path: &str, row: &Record) -> AnyView {
    view! { <span dir="auto">{words(info, use_names(), path, row)}</span> }.into_any()
}

/// A field with what it was and what it becomes.
pub fn diff_view(info: &EntityInfo, path: &str, before: &Record, after: &Record) -> AnyView {
    let names = use_names();
    view! {
        <b dir="auto">{label_of(info, path).to_owned()}</b>
        <span class="diff">
            <span class="vh">"from "</span>
            <del dir="auto">{words(info, names, path, before)}</del>
            {Icon::Arrow.view()}
            <span class="vh">" to "</span>
            <ins dir="auto">{words(info, names, path, after)}</ins>
        </span>
    }
    .into_any()
}
