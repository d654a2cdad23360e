//! The panel of all further fields, by group, and the tenant's own fields below them.

use std::sync::Arc;

use autotask_core::{DataType, FieldInfo, Record};
use leptos::prelude::*;

use super::{
    details_list::{Fields, details_view},
    groups::{ADDRESS, AddressFields, BASICS, BILLING_ADDRESS, Group, address_lines, further_fields},
    value::{has_value, none_view},
};
use crate::{
    components::{
        banner::Banner,
        copy_button::CopyButton,
        dynamic::{dynamic, handler, memo, shown},
        skeleton::Skeleton,
        tone::Tone,
    },
    pages::editing::{Editing, line::edit_icon},
    store::{
        metadata::{Metadata, MetadataState, use_metadata},
        names::use_names,
        typed_text::form_name,
    },
};

/// Whether empty fields are shown.
#[derive(Clone, Copy, Default)]
pub struct ShowsEmpty {
    /// Autotask's.
    own: RwSignal<bool>,
    /// The tenant's.
    tenant: RwSignal<bool>,
}

/// The panel.
#[component]
pub fn DetailsPanel(
    /// The company.
    row: Arc<Record>,
    /// What of it is edited.
    editing: Editing,
    /// Where empty fields are shown: they stay so when the row is drawn anew after a change.
    shows_empty: ShowsEmpty,
) -> impl IntoView {
    let metadata = use_metadata();
    // Labels and lists come with the metadata; drawn before, half of the values would be wrong for a moment.
    let is_waiting = memo(move || metadata.state("Companies") == MetadataState::Loading);
    let udfs = {
        let row = Arc::clone(&row);
        memo(move || user_defined_fields(metadata, &row))
    };
    let filled = {
        let row = Arc::clone(&row);
        move || {
            udfs.with(|fields| {
                let filled = fields.iter().filter(|field| has_value(field, &row)).count();
                [&filled.to_string(), " of ", &fields.len().to_string(), " filled"].concat()
            })
        }
    };
    let own = {
        let row = Arc::clone(&row);
        move || match is_waiting.get() {
            true => skeleton(),
            false => details_view(&row, groups(metadata, &row, editing), editing, shows_empty.own),
        }
    };
    let tenant = move || {
        if is_waiting.get() {
            return skeleton();
        }
        udfs.with(|fields| {
            if fields.is_empty() {
                return view! { <p class="muted">"Autotask has no user-defined fields for companies here."</p> }
                    .into_any();
            }
            let group = Fields { title: "", fields: fields.clone(), folded: Vec::new(), before: None };
            details_view(&row, vec![group], editing, shows_empty.tenant)
        })
    };
    view! {
        <section class="panel" aria-labelledby="details-title">
            <header>
                <h2 id="details-title">"Details"</h2>
            </header>
            {failure_view(metadata)}
            <div class="in">{dynamic(own)}</div>
        </section>
        <section class="panel" aria-labelledby="udf-title">
            <header>
                <h2 id="udf-title">"User-defined fields"</h2>
                <span class="n">{dynamic(move || (!is_waiting.get()).then(&filled))}</span>
            </header>
            <div class="in">{dynamic(tenant)}</div>
        </section>
    }
    .into_any()
}

fn skeleton() -> AnyView {
    view! { <Skeleton what="details" rows=5 /> }.into_any()
}

/// Values are shown without the instance's lists too, but some of them only as numbers.
fn failure_view(metadata: Metadata) -> AnyView {
    dynamic(move || {
        matches!(metadata.state("Companies"), MetadataState::Failed(_)).then(|| {
            view! {
                <Banner
                    tone=Tone::Warning
                    is_edge=true
                    title="Labels could not be loaded."
                    text="Autotask’s usual ones stand in; own lists show numbers."
                >
                    <button type="button" class="btn" on:click=handler(move |_| metadata.reload("Companies"))>
                        "Retry"
                    </button>
                </Banner>
            }
        })
    })
}

fn groups(metadata: Metadata, row: &Arc<Record>, editing: Editing) -> Vec<Fields> {
    let info = metadata.entity("Companies");
    let fields = further_fields(&info);
    let written = |names: &mut dyn Iterator<Item = &'static str>| -> Vec<FieldInfo> {
        names.filter_map(|name| info.field(name)).filter(|field| !field.is_read_only).cloned().collect()
    };
    let group = |group: Group| {
        let address = match group {
            Group::Address => Some(ADDRESS),
            Group::Billing => Some(BILLING_ADDRESS),
            _ => None,
        };
        let folded = address.map(|address| written(&mut address.all())).unwrap_or_default();
        let before = address.and_then(|address| address_view(row, address, folded.clone(), editing));
        let fields = fields.iter().filter(|(of, _)| *of == group).map(|(_, field)| (*field).clone()).collect();
        Fields { title: group.title(), fields, folded, before }
    };
    let basics = Fields { title: "Basics", fields: Vec::new(), folded: written(&mut BASICS.into_iter()), before: None };
    [basics].into_iter().chain(Group::ALL.into_iter().map(group)).collect()
}

/// The address as it stands on a letter, with buttons that copy and edit it; nothing where there is neither.
fn address_view(row: &Record, fields: AddressFields, written: Vec<FieldInfo>, editing: Editing) -> Option<AnyView> {
    let lines = address_lines(row, fields);
    let country = row.int(fields.country);
    let is_empty = lines.is_empty() && country.is_none();
    if is_empty && written.is_empty() {
        return None;
    }
    let names: Vec<String> = written.iter().map(form_name).collect();
    let is_open = memo(move || names.iter().any(|name| editing.is_open(name)));
    let label = ["Edit ", fields.title].concat();
    let edit = (!written.is_empty()).then(|| {
        let open = Callback::new(move |()| editing.open(&written));
        shown(move || editing.is_allowed(), move || edit_icon(label.clone(), None, None, open))
    });
    let names = use_names();
    let country = memo(move || country.and_then(|country| names.name("Countries", country)));
    let copied = lines.clone();
    let copy = move |()| copied.iter().cloned().chain(country.get_untracked()).collect::<Vec<_>>().join("\n");
    let lines = lines.into_iter().map(|line| view! { <span dir="auto">{line}</span> }).collect_view();
    Some(
        view! {
            <dt hidden=move || is_open.get()>{fields.title}</dt>
            <dd class="edit" hidden=move || is_open.get()>
                <span class="address">{is_empty.then(none_view)} {lines} <span dir="auto">{country}</span></span>
                {(!is_empty).then(|| view! { <CopyButton what="address" text=Callback::new(copy) /> })}
                {edit}
            </dd>
        }
        .into_any(),
    )
}

/// The tenant's fields by their metadata; those that only the row knows come last, as plain text.
fn user_defined_fields(metadata: Metadata, row: &Record) -> Vec<FieldInfo> {
    let info = metadata.entity("Companies");
    let mut fields = info.user_defined_fields.to_vec();
    for (name, _) in row.user_defined_fields() {
        if !fields.iter().any(|field| field.is_named(name)) {
            fields.push(unknown_field(name));
        }
    }
    fields
}

fn unknown_field(name: &str) -> FieldInfo {
    FieldInfo {
        name: name.to_owned().into(),
        label: name.to_owned().into(),
        data_type: DataType::String,
        length: 0,
        is_required: false,
        is_read_only: true,
        is_queryable: false,
        is_picklist: false,
        picklist: Vec::new().into(),
        picklist_parent: None,
        reference: None,
        format: autotask_core::Format::Any,
        is_date_only: false,
        is_flag: false,
        is_udf: true,
    }
}
