//! One field of the form, drawn from what Autotask says about it.

use autotask_core::FieldInfo;
use leptos::prelude::*;

use super::{
    form::{Row, use_form},
    layout::Width,
};
use crate::{
    components::{
        field::Field,
        field_control::{Control, field_control},
        text_input::ControlSize,
    },
    store::typed_text::form_name,
};

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
    /// A sentence that helps, said below the control in place of the counter.
    #[prop(into, optional)]
    note: Option<Signal<String>>,
) -> impl IntoView {
    let form = use_form();
    let leaving = crate::components::leaving::use_leaving();
    let name = form_name(&field);
    let id = row.control_id(&name);
    let text = row.field(&name);
    let value: Signal<String> = text.clone().into();
    // Another name, such as that of a user-defined field, would stand as a riddle beside our label.
    let is_required = field.is_required && !field.is_udf && !has_usual(&field);

    let error_id = StoredValue::new(id.clone());
    let error = Memo::new(move |_| form.checking.error_at(&error_id.read_value()));
    let counter = note.or_else(|| counter(&field, text));
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
        move || field_control(&field, Control { id, value, set, is_required, size: ControlSize::Large })
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

/// Whether core has a value for a field that must have one and was left empty.
fn has_usual(field: &FieldInfo) -> bool {
    field.name == "timeReportingRequiresStartAndStopTimes"
}

/// "25 of 100 characters", for the names that tend to be long.
fn counter(field: &FieldInfo, text: ArcRwSignal<String>) -> Option<Signal<String>> {
    if field.name != "companyName" || field.length == 0 {
        return None;
    }
    let most = field.length;
    Some(Signal::derive(move || format!("{} of {most} characters", text.with(|text| text.trim().chars().count()))))
}
