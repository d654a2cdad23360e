//! The step Review: every answer once more, grouped, with a way to change it.

use std::sync::Arc;

use autotask_core::{
    EntityInfo, FieldInfo, Record,
    display::{Shown, display},
};
use leptos::prelude::*;

use super::{
    form::use_form,
    layout::{ADDRESS, BILL_TO, CONTACT, CONTRACT, CONTRACT_MORE, CURRENCY, IDENTITY, INVOICE, MORE, SITE, Slot, TAX},
    lines::{period, period_label},
    review_problems::ReviewProblems,
    services::{Line, money, use_services},
    step_path,
};
use crate::{
    components::{badge::Badge, tone::Tone},
    store::{
        metadata::use_metadata,
        names::use_names,
        onboarding::{Draft, Step},
    },
};

/// The step.
#[component]
pub fn ReviewStep() -> impl IntoView {
    let form = use_form();
    let metadata = use_metadata();
    let services = use_services();
    let draft = Memo::new(move |_| {
        form.changes.track();
        form.draft()
    });
    let answers = Memo::new(move |_| draft.with(|draft| draft.answers(&metadata.schema())));
    let company = move || {
        let info = metadata.entity_untracked("Companies");
        let row = answers.with(|answers| answers.company.clone());
        let mut lines: Vec<AnyView> = IDENTITY.iter().filter_map(|slot| line(&info, slot, &row)).collect();
        if ADDRESS.iter().any(|slot| !row.is_null(slot.name)) {
            lines.push(pair("Address".to_owned(), joined(&info, ADDRESS.iter(), &row, false)));
        }
        lines.extend(MORE.iter().filter_map(|slot| line(&info, slot, &row)));
        for field in info.user_defined_fields.iter() {
            lines.extend(shown(field, &row).map(|value| pair(field.label.to_string(), value)));
        }
        lines
    };
    let sites = move || {
        let info = metadata.entity_untracked("CompanyLocations");
        answers.with(|answers| {
            let line = |(index, row): (usize, &Record)| {
                let name = row.text("name").unwrap_or("Without a name").to_owned();
                let slots = ADDRESS.iter().chain(&SITE).filter(|slot| slot.name != "name");
                pair(name, joined(&info, slots, row, index == 0))
            };
            answers.sites.iter().enumerate().map(line).collect::<Vec<_>>()
        })
    };
    let contacts = move || {
        let info = metadata.entity_untracked("Contacts");
        let sites = draft.with(site_names);
        answers.with(|answers| {
            let lines = answers.contacts.iter().map(|contact| {
                let row = &contact.record;
                let name = person(row);
                let slots = CONTACT.iter().filter(|slot| !["firstName", "lastName"].contains(&slot.name));
                let is_primary = row.flag("primaryContact") == Some(true);
                let site = contact.site.and_then(|site| sites.get(site).cloned());
                let value = view! {
                    {joined(&info, slots, row, is_primary)}
                    {site.map(|site| view! { <span class="muted" dir="auto">{["at ", &site].concat()}</span> })}
                };
                pair(name, value.into_any())
            });
            let lines: Vec<AnyView> = lines.collect();
            if lines.is_empty() { vec![pair("Nobody".to_owned(), ().into_any())] } else { lines }
        })
    };
    let contract = move || {
        let info = metadata.entity_untracked("Contracts");
        let Some(contract) = answers.with(|answers| answers.contract.clone()) else {
            return vec![pair("No contract".to_owned(), ().into_any())];
        };
        let mut lines: Vec<AnyView> =
            CONTRACT.iter().chain(&CONTRACT_MORE).filter_map(|slot| line(&info, slot, &contract.record)).collect();
        let contact = contract.contact.and_then(|index| answers.with(|answers| answers.contacts.get(index).cloned()));
        lines.extend(contact.map(|contact| pair("Contact".to_owned(), person(&contact.record).into_any())));
        for field in info.user_defined_fields.iter() {
            lines.extend(shown(field, &contract.record).map(|value| pair(field.label.to_string(), value)));
        }
        lines.extend(form.services.get().iter().map(|row| service_line(&services.line(row))));
        if let Some(sum) = services.sum(&form, period(&form)) {
            let label = period(&form).and_then(|number| period_label(&info, number)).unwrap_or_default();
            let words = if label.is_empty() { "Sum".to_owned() } else { ["Sum, ", &label.to_lowercase()].concat() };
            lines.push(pair(words, view! { <b class="tnum">{money(sum)}</b> }.into_any()));
        }
        lines
    };
    let billing = move || {
        let info = metadata.entity_untracked("Companies");
        let row = answers.with(|answers| answers.company.clone());
        let site =
            answers.with(|answers| answers.bill_to_site).and_then(|index| draft.with(site_names).get(index).cloned());
        let site = site.map(|name| pair("Invoices go to".to_owned(), name.into_any()));
        let slots = BILL_TO.iter().chain(&TAX).chain(&INVOICE).chain(&CURRENCY);
        let lines: Vec<AnyView> = site.into_iter().chain(slots.filter_map(|slot| line(&info, slot, &row))).collect();
        match lines.is_empty() {
            true => vec![pair("Nothing set".to_owned(), "The defaults of your Autotask apply".into_any())],
            false => lines,
        }
    };
    view! {
        <ReviewProblems />
        {group(Step::Company, company)}
        {group(Step::Sites, sites)}
        {group(Step::Contacts, contacts)}
        {group(Step::Contract, contract)}
        {group(Step::Billing, billing)}
    }
    .into_any()
}

fn person(row: &Record) -> String {
    let name: Vec<&str> = [row.text("firstName"), row.text("lastName")].into_iter().flatten().collect();
    if name.is_empty() { "Without a name".to_owned() } else { name.join(" ") }
}

/// `25 × 55.00 = 1,375.00` beside the service.
fn service_line(line: &Line) -> AnyView {
    let name = line.service.as_ref().map_or_else(|| "No service chosen".to_owned(), |service| service.name.clone());
    let price = line.price.map(money).unwrap_or_default();
    let words = match (line.units, line.sum()) {
        (Some(units), Some(sum)) => [&units.to_string(), " × ", &price, " = ", &money(sum)].concat(),
        _ if price.is_empty() => "no units".to_owned(),
        _ => [&price, " a unit, no units"].concat(),
    };
    pair(name, view! { <span class="tnum">{words}</span> }.into_any())
}

fn site_names(draft: &Draft) -> Vec<String> {
    draft.sites.iter().map(|site| site.get("name").cloned().unwrap_or_default()).collect()
}

/// A group of answers with the way to change them.
fn group(step: Step, lines: impl Fn() -> Vec<AnyView> + Send + 'static) -> AnyView {
    view! {
        <section class="panel">
            <header>
                <h2>{step.title()}</h2>
                <a class="linkbtn push changelink" href=step_path(step) aria-label=["Change ", step.title()].concat()>
                    "Change"
                </a>
            </header>
            <div class="in">
                <dl class="dl">{lines}</dl>
            </div>
        </section>
    }
    .into_any()
}

fn pair(term: String, value: AnyView) -> AnyView {
    view! {
        <dt dir="auto">{term}</dt>
        <dd dir="auto">{value}</dd>
    }
    .into_any()
}

fn line(info: &Arc<EntityInfo>, slot: &Slot, row: &Record) -> Option<AnyView> {
    shown(info.field(slot.name)?, row).map(|value| pair(slot.label.to_owned(), value))
}

/// Several values in one line, and whether the row is the primary one.
fn joined<'a>(
    info: &Arc<EntityInfo>,
    slots: impl Iterator<Item = &'a Slot>,
    row: &Record,
    is_primary: bool,
) -> AnyView {
    let mut parts: Vec<AnyView> = Vec::new();
    let mut before = "";
    for slot in slots {
        let Some(value) = info.field(slot.name).and_then(|field| shown(field, row)) else { continue };
        if !before.is_empty() {
            parts.push(if before == "postalCode" && slot.name == "city" { " " } else { ", " }.into_any());
        }
        before = slot.name;
        parts.push(value);
    }
    let badge = is_primary.then(|| view! { <Badge tone=Tone::Accent text="Primary" /> });
    view! {
        <span>{parts}</span>
        {badge}
    }
    .into_any()
}

/// A value as people read it; `None` where there is none.
fn shown(field: &FieldInfo, row: &Record) -> Option<AnyView> {
    match display(field, row) {
        Shown::Empty => None,
        Shown::Text(text) => Some(text.into_any()),
        Shown::Reference { entity, id } => {
            let names = use_names();
            Some((move || names.name(&entity, id).unwrap_or_else(|| "…".to_owned())).into_any())
        }
    }
}
