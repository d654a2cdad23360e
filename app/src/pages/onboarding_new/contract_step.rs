//! The step Contract: none at first, which is fine; a person chooses to add one, with its services.

use leptos::prelude::*;

use super::{
    field_view::FieldView,
    focus::{focus_soon, focus_soon_of},
    form::{Row, use_form},
    layout::{CONTRACT, CONTRACT_MORE, Slot, Width},
    lines::Lines,
    link_field::link_field,
    mending::use_mending,
};
use crate::{
    components::{announcer::use_announcer, empty::Empty, icon::Icon},
    store::{
        metadata::use_metadata,
        onboarding::{Part, contract::RECURRING_SERVICE},
        typed_text::form_name,
    },
};

const ADD_ID: &str = "add-contract";

/// The step.
#[component]
pub fn ContractStep() -> impl IntoView {
    let form = use_form();
    let add = move |_| {
        let row = form.add_contract();
        focus_soon_of(&row, "contractName");
    };
    let content = move || match form.contract.get() {
        Some(row) => contract_view(row),
        None => view! {
            <section class="panel">
                <Empty
                    icon=Icon::Calendar
                    title="No contract yet"
                    text="The client is created without one. That is fine: it can be made later in Autotask."
                >
                    <button type="button" class="btn" id=ADD_ID on:click=add>
                        {Icon::Plus.view()}
                        "Add a contract"
                    </button>
                </Empty>
            </section>
        }
        .into_any(),
    };
    view! { <div class="stack contractpage">{content}</div> }.into_any()
}

fn contract_view(row: Row) -> AnyView {
    let form = use_form();
    let mended = use_mending().get_untracked();
    let kind = row.field("contractType");
    // Other types have no services; lines that were entered stay until somebody takes them away.
    let has_lines =
        Memo::new(move |_| kind.with(|kind| kind == RECURRING_SERVICE) || !form.services.with(Vec::is_empty));
    let lines = move || match has_lines.get() {
        true => view! { <Lines /> }.into_any(),
        false => view! {
            <p class="muted">"Services are only part of contracts of the type Recurring Service."</p>
        }
        .into_any(),
    };
    match mended.map(|row| row.part) {
        Some(Part::Contract) => fields(row, true),
        Some(_) => view! { <Lines /> }.into_any(),
        None => view! {
            {fields(row, false)}
            {lines}
        }
        .into_any(),
    }
}

/// The contract itself. Whom it is made with is settled once it was sent.
fn fields(row: Row, is_mending: bool) -> AnyView {
    let form = use_form();
    let announcer = use_announcer();
    let remove = {
        let row = row.clone();
        move |_| {
            form.remove(&row);
            announcer.polite("Contract removed");
            focus_soon(ADD_ID);
        }
    };
    let info = use_metadata().entity_untracked("Contracts");
    let udfs: Vec<_> = info.user_defined_fields.iter().filter(|field| !field.is_read_only).cloned().collect();
    let has_more = CONTRACT_MORE.iter().any(|slot| !row.text(slot.name).is_empty())
        || udfs.iter().any(|field| !row.text(&form_name(field)).is_empty());
    let udfs = {
        let row = row.clone();
        let view = move |field: autotask_core::FieldInfo| {
            let label = field.label.to_string();
            view! { <FieldView row=row.clone() field=field label=label width=Width::Half /> }
        };
        udfs.into_iter().map(view).collect_view()
    };
    let contact = (!is_mending).then(|| {
        link_field(&row, "contact", "Contact", "Nobody in particular", form.contacts, &["firstName", "lastName"])
    });
    view! {
        <section class="panel rowcard" aria-label="Contract">
            <header>
                <h2>"Contract"</h2>
                {(!is_mending)
                    .then(|| {
                        view! {
                            <button type="button" class="btn btn--ghost btn--s push" on:click=remove>
                                {Icon::Close.view()}
                                "No contract"
                            </button>
                        }
                    })}
            </header>
            <div class="in stack">
                <div class="cols2">{slots(&row, &CONTRACT)} {contact}</div>
                <details class="more" open=has_more>
                    <summary>{Icon::Right.view()} "More fields"</summary>
                    <div class="cols2">{slots(&row, &CONTRACT_MORE)} {udfs}</div>
                </details>
                <p class="small muted">
                    "Autotask cannot delete a contract, and its type and period cannot be changed once it is there."
                </p>
            </div>
        </section>
    }
    .into_any()
}

fn slots(row: &Row, slots: &'static [Slot]) -> AnyView {
    let info = use_metadata().entity_untracked("Contracts");
    let view = |slot: &'static Slot| {
        let mut field = info.field(slot.name)?.clone();
        let row = row.clone();
        if slot.name != "contractPeriodType" {
            return Some(view! { <FieldView row=row field=field label=slot.label width=slot.width /> }.into_any());
        }
        // Contracts for recurring services bill by periods and cannot be without; all others have none.
        field.is_required = true;
        let kind = row.field("contractType");
        let is_recurring = Memo::new(move |_| kind.with(|kind| kind == RECURRING_SERVICE));
        let period = move || {
            let (row, field) = (row.clone(), field.clone());
            is_recurring.get().then(|| view! { <FieldView row=row field=field label=slot.label width=slot.width /> })
        };
        Some(period.into_any())
    };
    slots.iter().filter_map(view).collect_view().into_any()
}
