//! The step Billing: where invoices go, tax, and the template that the payment terms come with. All of it can wait.

use leptos::{prelude::*, task::spawn_local};

use autotask_core::{Filter, Query, Verb, entity};

use super::{
    field_view::FieldView,
    form::{Row, use_form},
    layout::{BILL_TO, CURRENCY, INVOICE, Slot, TAX},
    link_field::link_field,
    mending::use_mending,
};
use crate::{
    api::api,
    store::{metadata::use_metadata, names::use_names},
};

/// The step.
#[component]
pub fn BillingStep() -> impl IntoView {
    let form = use_form();
    let company = form.company();
    // Whether loose items go to the parent is only asked where there is one.
    let parent = company.field("parentCompanyID");
    let has_parent = Memo::new(move |_| parent.with(|parent| !parent.trim().is_empty()));
    let to_parent = {
        let company = company.clone();
        move || has_parent.get().then(|| slots(&company, &BILL_TO[1..]))
    };
    // Which site it is was settled when the run began.
    let site = use_mending()
        .get_untracked()
        .is_none()
        .then(|| link_field(&company, "billToSite", "Invoices go to", "The company's address", form.sites, &["name"]));
    view! {
        <p class="muted">"Everything here is optional. What is left empty gets the defaults of your Autotask."</p>
        <fieldset>
            <legend>"Bill to"</legend>
            <div class="cols2">{site} {slots(&company, &BILL_TO[..1])} {to_parent}</div>
        </fieldset>
        <fieldset>
            <legend>"Tax"</legend>
            <div class="cols2">{slots(&company, &TAX)}</div>
        </fieldset>
        <fieldset>
            <legend>"Invoice and payment terms"</legend>
            <div class="cols2">{template(&company)} {slots(&company, &INVOICE[1..])} {slots(&company, &CURRENCY)}</div>
        </fieldset>
    }
    .into_any()
}

/// The invoice template, with the payment terms that come with it: companies have none of their own.
fn template(company: &Row) -> AnyView {
    let terms = RwSignal::new(Vec::<(i64, i64)>::new());
    load_terms(terms);
    let names = use_names();
    let chosen = company.field("invoiceTemplateID");
    let note = Memo::new(move |_| {
        let Some(template) = chosen.with(|text| text.trim().parse::<i64>().ok()) else {
            return "Payment terms come with the template".to_owned();
        };
        let term = terms.with(|terms| terms.iter().find(|(id, _)| *id == template).map(|(_, term)| *term));
        match term.and_then(|term| names.name("PaymentTerms", term)) {
            Some(name) => ["Payment terms: ", &name].concat(),
            None => "Payment terms come with the template".to_owned(),
        }
    });
    let info = use_metadata().entity_untracked("Companies");
    let slot = &INVOICE[0];
    let field = info.field(slot.name).cloned();
    field
        .map(|field| {
            view! { <FieldView row=company.clone() field=field label=slot.label width=slot.width note=note /> }
        })
        .into_any()
}

/// Which payment terms each template has. Without them the note stays general, so that a failure says nothing.
fn load_terms(terms: RwSignal<Vec<(i64, i64)>>) {
    let Some(info) = entity("InvoiceTemplates") else { return };
    let query = Query {
        include_fields: Some(["id", "paymentTerms"].map(str::to_owned).to_vec()),
        verb: Verb::Post,
        ..Query::new(info, Filter::everything())
    };
    spawn_local(async move {
        if let Ok(rows) = api().rows(&query).await {
            // The step may be left by now.
            terms.try_set(rows.iter().filter_map(|row| row.id().zip(row.int("paymentTerms"))).collect());
        }
    });
}

fn slots(row: &Row, slots: &[Slot]) -> AnyView {
    let info = use_metadata().entity_untracked("Companies");
    let view = |slot: &Slot| {
        let field = info.field(slot.name)?.clone();
        Some(view! { <FieldView row=row.clone() field=field label=slot.label width=slot.width /> })
    };
    slots.iter().filter_map(view).collect_view().into_any()
}
