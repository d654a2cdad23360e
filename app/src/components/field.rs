//! A field of a form: label, optional mark, hint and error text, tied to the control inside it.

use crate::components::dynamic::dynamic;
use leptos::{context::Provider, prelude::*};

use super::icon::Icon;

/// What a control inside a [`Field`] needs to know: its id, and which texts describe it.
#[derive(Clone)]
pub struct FieldContext {
    id: String,
    has_hint: bool,
    error: Signal<Option<String>>,
}

/// The attributes of a control, whether it stands inside a [`Field`] or alone.
#[derive(Clone)]
pub struct ControlIds {
    /// The id of the control itself.
    pub id: String,
    /// `aria-describedby`: the hint and, while there is one, the error.
    pub described_by: Signal<Option<String>>,
    /// `aria-invalid`: "true" while there is an error.
    pub invalid: Signal<Option<&'static str>>,
    /// `aria-labelledby` for controls that a `<label for>` cannot reach; `None` outside a field.
    pub labelled_by: Option<String>,
}

/// The ids of the field around the caller; `fallback_id` counts where there is none.
pub fn use_control_ids(fallback_id: &str) -> ControlIds {
    let Some(field) = use_context::<FieldContext>() else {
        return ControlIds {
            id: fallback_id.to_owned(),
            described_by: Signal::stored(None),
            invalid: Signal::stored(None),
            labelled_by: None,
        };
    };
    let FieldContext { id, has_hint, error } = field;
    let hint = has_hint.then(|| [&id, "-hint"].concat());
    let error_id = [&id, "-error"].concat();
    let labelled_by = Some([&id, "-label"].concat());
    let described_by = Signal::derive(move || {
        let error_id = error.with(Option::is_some).then_some(&error_id);
        let ids: Vec<&str> = hint.iter().chain(error_id).map(String::as_str).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    });
    let invalid = Signal::derive(move || error.with(Option::is_some).then_some("true"));
    ControlIds { id, described_by, invalid, labelled_by }
}

/// Label above, control as child, hint and error below.
#[component]
pub fn Field(
    /// The id of the control; the error summary links to it.
    #[prop(into)]
    id: String,
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// Says "optional" behind the label; required fields carry no mark.
    #[prop(optional)]
    is_optional: bool,
    /// A sentence that helps, always visible.
    #[prop(into, optional)]
    hint: Option<Signal<String>>,
    /// What is wrong, in the words the error summary uses too.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Classes of the place in the form's grid: "h" half, "t" third, "q" two thirds.
    #[prop(into, optional)]
    class: String,
    /// The control.
    children: Children,
) -> impl IntoView {
    let context = FieldContext { id: id.clone(), has_hint: hint.is_some(), error };
    let hint = hint.map(|hint| view! { <span class="hint" id=[&id, "-hint"].concat()>{hint}</span> });
    let error = error_view(&id, error);
    view! {
        <div class=["field ", &class].concat()>
            <label for=id.clone() id=[&id, "-label"].concat()>
                {label}
                {is_optional.then(|| view! { <span class="opt">"optional"</span> })}
            </label>
            <Provider value=context>{children()}</Provider>
            {error}
            {hint}
        </div>
    }
    .into_any()
}

/// A control whose label stands elsewhere, with its error below it. The label has the id with `-label` behind it.
pub fn bare_field(
    id: String,
    error: Signal<Option<String>>,
    control: impl FnOnce() -> AnyView + Send + 'static,
) -> AnyView {
    let error_view = error_view(&id, error);
    let context = FieldContext { id, has_hint: false, error };
    view! {
        <div class="field">
            <Provider value=context>{control()}</Provider>
            {error_view}
        </div>
    }
    .into_any()
}

/// What is wrong, where a control of this id is described by it.
fn error_view(id: &str, error: Signal<Option<String>>) -> AnyView {
    let error_id = [id, "-error"].concat();
    dynamic(move || {
        error.get().map(|text| {
            view! {
                <span class="error" id=error_id.clone()>
                    {Icon::Alert.view()} <span><span class="vh">"Error: "</span>{text}</span>
                </span>
            }
        })
    })
}
