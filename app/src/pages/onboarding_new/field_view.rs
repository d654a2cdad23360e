//! One field of the form, drawn from what Autotask says about it.

use autotask_core::{FieldInfo, Format, field::DataType, record::USER_DEFINED_FIELDS};
use leptos::prelude::*;

use super::{
    company_picker::CompanyPicker,
    form::{Row, use_form},
    layout::Width,
    leaving::use_leaving,
    owners::use_owners,
};
use crate::{
    components::{
        choice::Choice,
        combobox::Combobox,
        field::Field,
        select::Select,
        text_input::{InputKind, TextInput},
    },
    store::names::{Named, Names, use_names},
};

/// Longer lists are typed into.
const SELECT_MAX: usize = 12;

/// The name under which the form keeps a field.
pub fn form_name(field: &FieldInfo) -> String {
    if field.is_udf { [USER_DEFINED_FIELDS, ".", &field.name].concat() } else { field.name.to_string() }
}

/// A field: label, control, counter, warning and error.
#[component]
pub fn FieldView(
    /// The row it belongs to.
    row: Row,
    /// What Autotask says about it.
    field: FieldInfo,
    /// What the form calls it.
    #[prop(into)]
    label: String,
    /// How wide it is.
    #[prop(default = Width::Half)]
    width: Width,
    /// Something to look at, said below the control in place of the counter; empty for nothing.
    #[prop(into, optional)]
    warning: Option<Signal<String>>,
) -> impl IntoView {
    let form = use_form();
    let leaving = use_leaving();
    let name = form_name(&field);
    let id = row.control_id(&name);
    let text = row.field(&name);
    let value: Signal<String> = text.clone().into();
    // Another name, such as that of a user-defined field, would stand as a riddle beside our label.
    let is_required = field.is_required_on_create() && !field.is_udf;

    let error_id = StoredValue::new(id.clone());
    let error = Memo::new(move |_| form.checking.error_at(&error_id.read_value()));
    let counter = counter(&field, text);
    let is_warned = Memo::new(move |_| warning.is_some_and(|warning| !warning.with(String::is_empty)));
    let hint = (warning.is_some() || counter.is_some()).then(|| {
        Signal::derive(move || {
            let said = if is_warned.get() { warning } else { counter };
            said.map(|text| text.get()).unwrap_or_default()
        })
    });

    let on_focusout = {
        let id = id.clone();
        move |_| leaving.leave(&id)
    };
    let set = {
        let name = name.clone();
        Callback::new(move |text: String| form.set(&row, &name, text))
    };
    // Made inside of the field, which tells it its id and its error.
    let control = {
        let id = id.clone();
        move || control(&field, id, value, set, is_required)
    };
    let class = ["slot ", width.as_str()].concat();
    let body = match hint {
        Some(hint) => view! {
            <Field id=id label=label is_optional=!is_required hint=hint error=error>
                {control()}
            </Field>
        }
        .into_any(),
        None => view! {
            <Field id=id label=label is_optional=!is_required error=error>
                {control()}
            </Field>
        }
        .into_any(),
    };
    view! {
        <div class=class class:noted=is_warned on:focusout=on_focusout>
            {body}
        </div>
    }
    .into_any()
}

/// "25 of 100 characters", for the names that tend to be long.
fn counter(field: &FieldInfo, text: ArcRwSignal<String>) -> Option<Signal<String>> {
    if field.name != "companyName" || field.length == 0 {
        return None;
    }
    let most = field.length;
    Some(Signal::derive(move || format!("{} of {most} characters", text.with(|text| text.trim().chars().count()))))
}

/// The control for what the field holds.
fn control(field: &FieldInfo, id: String, value: Signal<String>, set: Callback<String>, is_required: bool) -> AnyView {
    if let Some(reference) = field.reference.as_deref() {
        return reference_control(reference, id, value, set);
    }
    if field.is_picklist {
        return list_control(picks(field), id, value, set, is_required);
    }
    if field.data_type == DataType::Boolean || field.is_flag {
        let words = if field.is_flag { ["1", "0"] } else { ["true", "false"] };
        let choices = vec![Choice::new(words[0], "Yes"), Choice::new(words[1], "No")];
        return list_control(choices, id, value, set, is_required);
    }
    let kind = match (field.format, field.data_type) {
        (Format::Email, _) => InputKind::Email,
        (Format::Phone, _) => InputKind::Phone,
        (Format::Web, _) => InputKind::Web,
        (_, DataType::DateTime) => InputKind::Date,
        (_, data_type) if data_type.is_number() => InputKind::Number,
        _ => InputKind::Text,
    };
    view! { <TextInput value=value on_input=set kind=kind is_required=is_required /> }.into_any()
}

/// A short list as a select, a long one to type into.
fn list_control(
    choices: Vec<Choice>,
    id: String,
    value: Signal<String>,
    set: Callback<String>,
    is_required: bool,
) -> AnyView {
    if choices.len() <= SELECT_MAX {
        return view! { <Select choices=choices value=value on_change=set placeholder="Choose" is_required=is_required /> }
            .into_any();
    }
    view! { <Combobox id=id choices=choices value=value on_change=set is_clearable=true placeholder="Choose" /> }
        .into_any()
}

/// The values that may still be chosen. A list of a user-defined field is written by its labels' values as they stand.
fn picks(field: &FieldInfo) -> Vec<Choice> {
    let active = field.picklist.iter().filter(|pick| pick.is_active);
    active.map(|pick| Choice::new(pick.value.clone(), pick.label.clone())).collect()
}

/// A row of another entity: looked up on the server among companies, chosen from the whole list elsewhere.
fn reference_control(reference: &str, id: String, value: Signal<String>, set: Callback<String>) -> AnyView {
    let names = use_names();
    // The names are kept under the entity's own static name.
    let known = autotask_core::entity(reference).map(|info| info.name).filter(|name| Names::is_whole(name));
    match known {
        _ if reference == "Companies" => view! { <CompanyPicker id=id value=value on_change=set /> }.into_any(),
        Some(entity) => {
            let owners = (entity == "Resources").then(use_owners);
            let choices = Memo::new(move |_| {
                let may_own = |named: &Named| owners.is_none_or(|owners| owners.may_own(named.id));
                let chosen = value.with(|text| text.parse::<i64>().ok());
                let all = names.all(entity);
                let offered = all.iter().filter(|named| named.is_active && may_own(named) || Some(named.id) == chosen);
                offered.map(|named| Choice::new(named.id.to_string(), named.name.clone())).collect::<Vec<_>>()
            });
            view! { <Combobox id=id choices=choices value=value on_change=set is_clearable=true placeholder="Choose" /> }
                .into_any()
        }
        None => view! { <TextInput value=value on_input=set kind=InputKind::Number /> }.into_any(),
    }
}
