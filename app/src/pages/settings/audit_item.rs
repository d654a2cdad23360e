//! A write of the audit: when, who, which row, what it was and is, and what came of it.

use autotask_core::{EntityInfo, Record, entity, write::diff};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::date::moment_view;
use crate::{
    components::{badge::Badge, dynamic::dynamic, tone::Tone},
    page::Page,
    pages::editing::words::{diff_view, value_of},
    store::metadata::use_metadata,
};
use autotask_core::write::label_of;

/// More fields than these stand behind a fold.
const SHOWN_AT_FIRST: usize = 6;

/// A write with what came of it, as the server tells.
#[derive(Clone, Debug, Deserialize)]
pub struct Write {
    /// Its number, which grows.
    pub number: i64,
    /// Milliseconds since 1970.
    at: f64,
    who: String,
    /// `create`, `update`, `replace` or `delete`.
    operation: String,
    entity: String,
    /// The row; none for a create.
    id: Option<i64>,
    after: Map<String, Value>,
    /// The same fields before; none where there was no row, or it could not be read.
    before: Option<Map<String, Value>>,
    /// Why `before` is not known.
    unread: Option<String>,
    outcome: Option<Outcome>,
}

#[derive(Clone, Debug, Deserialize)]
struct Outcome {
    came: String,
    status: Option<u16>,
    /// The row that was written.
    id: Option<i64>,
    why: Option<String>,
}

/// The line of a write.
pub fn write_view(write: Write) -> AnyView {
    let verb = match write.operation.as_str() {
        "create" => "created",
        "delete" => "deleted",
        _ => "changed",
    };
    let outcome = outcome_view(write.outcome.as_ref());
    let row = row_view(&write);
    let unread = write.unread.as_ref().map(|why| {
        let text = ["What it was before is not known: ", why, "."].concat();
        view! { <p class="muted small">{text}</p> }
    });
    view! {
        <li>
            <div class="w">
                <span class="row wrap">
                    <strong dir="auto">{write.who.clone()}</strong>
                    <span>{verb} " " {row}</span>
                    {outcome}
                </span>
                {fields_view(write.clone())}
                {unread}
                <small class="row wrap">{moment_view(write.at)}</small>
            </div>
        </li>
    }
    .into_any()
}

/// Entity and number, with the way to the page of a company.
fn row_view(write: &Write) -> AnyView {
    let id = write.id.or_else(|| write.outcome.as_ref().and_then(|outcome| outcome.id));
    let words = match id {
        Some(id) => [&write.entity, " ", &id.to_string()].concat(),
        None => write.entity.clone(),
    };
    match id.filter(|_| write.entity == "Companies" && write.operation != "delete") {
        Some(id) => view! {
            <a class="inline" href=Page::Company(id).path()>
                {words}
            </a>
        }
        .into_any(),
        None => view! { <span>{words}</span> }.into_any(),
    }
}

/// What came of it, where it is not simply done.
fn outcome_view(outcome: Option<&Outcome>) -> AnyView {
    let Some(outcome) = outcome else {
        return view! { <Badge tone=Tone::Info text="No outcome yet" /> }.into_any();
    };
    let (tone, words) = match outcome.came.as_str() {
        "done" => return ().into_any(),
        "refused" => (Tone::Danger, "Refused"),
        "notSent" => (Tone::Neutral, "Not sent"),
        _ => (Tone::Warning, "In doubt"),
    };
    let status = outcome.status.map(|status| ["status ", &status.to_string()].concat());
    let details = [status, outcome.why.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    view! {
        <Badge tone=tone text=words />
        <span class="muted small">{details}</span>
    }
    .into_any()
}

/// The fields, each with what it was and is; of a new row only what it is.
fn fields_view(write: Write) -> AnyView {
    let Some(known) = entity(&write.entity) else { return ().into_any() };
    if write.operation == "delete" {
        return ().into_any();
    }
    let metadata = use_metadata();
    let after = Record::from(write.after);
    let before = write.before.map(Record::from);
    dynamic(move || {
        // Only what this app works with: each look at another entity's fields would be a call to Autotask.
        let info = if is_shown_elsewhere(known.name) { Some(metadata.entity(known.name)) } else { None };
        let info = info.as_deref().unwrap_or(known);
        let nothing = Record::new();
        let changes = diff(info, before.as_ref().unwrap_or(&nothing), &after, &|_, _| None);
        if changes.is_empty() {
            return view! { <p class="muted small">"Nothing in it was another value than before."</p> }.into_any();
        }
        let mut lines = changes.iter().map(|change| field_view(info, &change.field, before.as_ref(), &after));
        let first = lines.by_ref().take(SHOWN_AT_FIRST).collect_view();
        let rest: Vec<AnyView> = lines.collect();
        let fold = (!rest.is_empty()).then(|| {
            let words = [&rest.len().to_string(), " more"].concat();
            view! {
                <details>
                    <summary class="linkbtn">{words}</summary>
                    <ul class="diffs">{rest}</ul>
                </details>
            }
        });
        view! {
            <ul class="diffs">{first}</ul>
            {fold}
        }
        .into_any()
    })
}

fn is_shown_elsewhere(entity: &str) -> bool {
    ["Companies", "CompanyLocations", "Contacts"].contains(&entity)
}

fn field_view(info: &EntityInfo, path: &str, before: Option<&Record>, after: &Record) -> AnyView {
    match before {
        Some(before) => view! { <li>{diff_view(info, path, before, after)}</li> }.into_any(),
        None => view! {
            <li>
                <b dir="auto">{label_of(info, path).to_owned()}</b>
                {value_of(info, path, after)}
            </li>
        }
        .into_any(),
    }
}
