//! Line: a field of a definition list, its value or, once it is opened, its control.

use std::sync::Arc;

use autotask_core::{FieldInfo, Record};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    control::{bare_control, control_id, opener_id},
    session::Editing,
};
use crate::{
    components::{
        dynamic::{dynamic, handler, memo, shared, shown},
        icon::Icon,
    },
    pages::company::value::{has_value, value_view},
    store::typed_text::form_name,
};

/// When a line is there while its field is not open for editing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhileClosed {
    /// When it has a value, or empty ones are shown.
    IfFilled(RwSignal<bool>),
    /// Never: something else shows the value.
    Hidden,
}

/// A line.
pub fn line_view(editing: Editing, row: &Arc<Record>, field: &FieldInfo, while_closed: WhileClosed) -> AnyView {
    let name = form_name(field);
    let is_open = {
        let name = name.clone();
        memo(move || editing.is_open(&name))
    };
    let has_value = has_value(field, row);
    let is_hidden = move || match while_closed {
        WhileClosed::IfFilled(shows_empty) => !is_open.get() && !has_value && !shows_empty.get(),
        WhileClosed::Hidden => !is_open.get(),
    };
    let id = control_id(editing, &name);
    let body = {
        let (row, field) = (Arc::clone(row), field.clone());
        move || match (is_open.get(), while_closed) {
            (true, _) => bare_control(editing, &field),
            (false, WhileClosed::IfFilled(_)) => closed_view(editing, &row, &field),
            (false, WhileClosed::Hidden) => ().into_any(),
        }
    };
    let field = field.clone();
    let is_read_only = field.is_read_only;
    let label = field.label.to_string();
    let open_by_click = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_for_itself = target.is_some_and(|target| target.closest("a, button, input").ok().flatten().is_some());
        if !is_read_only
            && untrack(|| editing.is_allowed())
            && !is_for_itself
            && !is_open.get_untracked()
            && !has_selection()
        {
            editing.open(std::slice::from_ref(&field));
        }
    };
    let class = move || if is_read_only || is_open.get() || !editing.is_allowed() { "tnum" } else { "tnum edit" };
    view! {
        <dt hidden=is_hidden dir="auto">
            <label for=id.clone() id=[&id, "-label"].concat()>{label}</label>
        </dt>
        <dd class=shared(class) hidden=is_hidden on:click=handler(open_by_click)>
            {dynamic(body)}
        </dd>
    }
    .into_any()
}

/// The value, and the button that opens the field; or a lock.
fn closed_view(editing: Editing, row: &Record, field: &FieldInfo) -> AnyView {
    let tail = if field.is_read_only {
        view! {
            <span class="lock" title="Autotask sets this itself">
                {Icon::Lock.view()}
                <span class="vh">"read-only"</span>
            </span>
        }
        .into_any()
    } else {
        edit_button(editing, field)
    };
    view! {
        {value_view(field, row)}
        {tail}
    }
    .into_any()
}

/// The button that opens a field, for whom the server lets change it.
pub fn edit_button(editing: Editing, field: &FieldInfo) -> AnyView {
    let label = ["Edit ", &field.label].concat();
    let id = opener_id(editing, &form_name(field));
    let field = field.clone();
    let open = Callback::new(move |()| editing.open(std::slice::from_ref(&field)));
    shown(move || editing.is_allowed(), move || edit_icon(label.clone(), Some(id.clone()), None, open))
}

/// The pencil that stands at what can be edited, shown when the pointer or the focus is there.
pub fn edit_icon(label: String, id: Option<String>, is_open: Option<Signal<bool>>, on_click: Callback<()>) -> AnyView {
    view! {
        <button
            type="button"
            class="iconbtn s editbtn"
            id=id
            aria-label=label.clone()
            title=label
            aria-expanded=is_open.map(|is_open| move || is_open.get().to_string())
            on:click=handler(move |_| on_click.run(()))
        >
            {Icon::Edit.view()}
        </button>
    }
    .into_any()
}

/// Who has selected text wants to copy it.
fn has_selection() -> bool {
    window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed())
}
