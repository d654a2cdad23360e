//! The control for a field of a form, chosen by what Autotask says about the field.

use autotask_core::{FieldInfo, Format, field::DataType};
use leptos::prelude::*;

use super::{
    choice::Choice,
    combobox::Combobox,
    company_picker::CompanyPicker,
    select::Select,
    text_input::{ControlSize, InputKind, TextInput},
};
use crate::store::{
    names::{Named, Names, use_names},
    owners::Owners,
};

/// Longer lists are typed into.
const SELECT_MAX: usize = 12;

/// What a control is given by the form around it.
pub struct Control {
    /// A unique id; a field around it overrules it.
    pub id: String,
    /// The text, as it is typed or chosen.
    pub value: Signal<String>,
    /// Called with every change.
    pub set: Callback<String>,
    /// Said to assistive technology.
    pub is_required: bool,
    /// The height.
    pub size: ControlSize,
}

/// The sites that a contact may work at; who shows contacts provides them.
#[derive(Clone, Copy)]
pub struct SiteChoices(pub Signal<Vec<Choice>>);

/// The control for what the field holds.
pub fn field_control(field: &FieldInfo, control: Control) -> AnyView {
    if let Some(reference) = field.reference.as_deref() {
        return reference_control(reference, control);
    }
    if field.is_picklist {
        return list_control(picks(field), control);
    }
    if field.data_type == DataType::Boolean || field.is_flag {
        let words = if field.is_flag { ["1", "0"] } else { ["true", "false"] };
        let choices = vec![Choice::new(words[0], "Yes"), Choice::new(words[1], "No")];
        return list_control(choices, control);
    }
    let kind = match (field.format, field.data_type) {
        (Format::Email, _) => InputKind::Email,
        (Format::Phone, _) => InputKind::Phone,
        (Format::Web, _) => InputKind::Web,
        (_, DataType::DateTime) => InputKind::Date,
        (_, data_type) if data_type.is_number() => InputKind::Number,
        _ => InputKind::Text,
    };
    let Control { value, set, is_required, size, .. } = control;
    view! { <TextInput value=value on_input=set kind=kind is_required=is_required size=size /> }.into_any()
}

/// A short list as a select, a long one to type into.
fn list_control(choices: Vec<Choice>, control: Control) -> AnyView {
    if choices.len() > SELECT_MAX {
        return typed_list(Signal::stored(choices), control);
    }
    let Control { value, set, is_required, size, .. } = control;
    view! { <Select choices=choices value=value on_change=set placeholder="Choose" is_required=is_required size=size /> }
        .into_any()
}

fn typed_list(choices: Signal<Vec<Choice>>, control: Control) -> AnyView {
    let Control { id, value, set, size, .. } = control;
    view! { <Combobox id=id choices=choices value=value on_change=set is_clearable=true placeholder="Choose" size=size /> }
        .into_any()
}

/// The values that may still be chosen. A list of a user-defined field is written by its labels' values as they stand.
fn picks(field: &FieldInfo) -> Vec<Choice> {
    let active = field.picklist.iter().filter(|pick| pick.is_active);
    active.map(|pick| Choice::new(pick.value.clone(), pick.label.clone())).collect()
}

/// A row of another entity: looked up on the server among companies, chosen from the whole list elsewhere.
fn reference_control(reference: &str, control: Control) -> AnyView {
    let names = use_names();
    // The names are kept under the entity's own static name.
    let known = autotask_core::entity(reference).map(|info| info.name).filter(|name| Names::is_whole(name));
    if let Some(entity) = known {
        let owners = (entity == "Resources").then(use_context::<Owners>).flatten();
        let value = control.value;
        let choices = Memo::new(move |_| {
            let may_own = |named: &Named| owners.is_none_or(|owners| owners.may_own(named.id));
            let chosen = value.with(|text| text.parse::<i64>().ok());
            let all = names.all(entity);
            let offered = all.iter().filter(|named| named.is_active && may_own(named) || Some(named.id) == chosen);
            offered.map(|named| Choice::new(named.id.to_string(), named.name.clone())).collect::<Vec<_>>()
        });
        return typed_list(choices.into(), control);
    }
    let sites = (reference == "CompanyLocations").then(use_context::<SiteChoices>).flatten();
    if let Some(SiteChoices(sites)) = sites {
        return typed_list(sites, control);
    }
    let Control { id, value, set, size, .. } = control;
    if reference == "Companies" {
        return view! { <CompanyPicker id=id value=value on_change=set size=size /> }.into_any();
    }
    view! { <TextInput value=value on_input=set kind=InputKind::Number size=size /> }.into_any()
}
