//! Control: the control of an open field, its keys, and what is wrong with it.

use autotask_core::FieldInfo;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::session::Editing;
use crate::{
    components::{
        dom::focus_when_drawn,
        dynamic::{effect, handler},
        field::{Field, bare_field},
        field_control::{Control, field_control},
        text_input::ControlSize,
    },
    store::typed_text::form_name,
};

/// The id of a field's control; several rows may be open at once. The tenant's names may hold anything, an id no spaces.
pub fn control_id(editing: Editing, name: &str) -> String {
    let escaped = name.chars().map(|c| match c {
        c if c.is_ascii_alphanumeric() => c.to_string(),
        c => format!("_{:x}", u32::from(c)),
    });
    ["edit-", editing.entity, "-", &editing.id().to_string(), "-", &escaped.collect::<String>()].concat()
}

/// The control alone; its label stands elsewhere. Esc and leaving it unchanged close it.
pub fn bare_control(editing: Editing, field: &FieldInfo) -> AnyView {
    let name = form_name(field);
    let id = control_id(editing, &name);
    let control = control_of(editing, field, &id, ControlSize::Small);
    let body = bare_field(id.clone(), error_of(editing, &name), control);
    let back = {
        let field = field.clone();
        move || editing.back(&field)
    };
    let on_keydown = on_keydown(editing, back);
    let on_focusout = move |event: ev::FocusEvent| {
        if !is_within(&event) {
            editing.leave(&name);
        }
    };
    view! {
        <div class="editor" on:keydown=handler(on_keydown) on:focusout=handler(on_focusout)>
            {body}
        </div>
    }
    .into_any()
}

/// The control below its label, for forms that stay open; Esc takes back what was typed.
pub fn labelled_control(editing: Editing, field: &FieldInfo, class: &'static str) -> AnyView {
    let name = form_name(field);
    let id = control_id(editing, &name);
    let control = control_of(editing, field, &id, ControlSize::Medium);
    let error = error_of(editing, &name);
    let is_required = field.is_required_on_create() && !field.is_udf;
    let back = {
        let name = name.clone();
        move || editing.close(&name)
    };
    let on_keydown = on_keydown(editing, back);
    let on_focusout = move |event: ev::FocusEvent| {
        if !is_within(&event) {
            editing.leave(&name);
        }
    };
    view! {
        <div class=class on:keydown=handler(on_keydown) on:focusout=handler(on_focusout)>
            <Field id=id label=field.label.to_string() is_optional=!is_required error=error>
                {control()}
            </Field>
        </div>
    }
    .into_any()
}

/// The id of the button that opens a field.
pub fn opener_id(editing: Editing, name: &str) -> String {
    [&control_id(editing, name), "-open"].concat()
}

/// Made inside of the field, which tells it its id and its error.
fn control_of(
    editing: Editing,
    field: &FieldInfo,
    id: &str,
    size: ControlSize,
) -> impl FnOnce() -> AnyView + Send + 'static {
    let (name, id) = (form_name(field), id.to_owned());
    take_focus(editing, name.clone(), id.clone());
    let value = {
        let field = field.clone();
        Signal::derive(move || editing.text_or(&field))
    };
    let set = {
        let field = field.clone();
        Callback::new(move |text: String| editing.set(&field, text))
    };
    let field = field.clone();
    let is_required = field.is_required_on_create() && !field.is_udf;
    move || field_control(&field, Control { id, value, set, is_required, size })
}

fn error_of(editing: Editing, name: &str) -> Signal<Option<String>> {
    let name = name.to_owned();
    Signal::derive(move || editing.error_at(&name))
}

/// Takes the focus when the editing says so.
fn take_focus(editing: Editing, name: String, id: String) {
    effect(move || {
        if editing.focus.with(|focus| focus.as_ref() == Some(&name)) {
            focus_when_drawn(id.clone());
            editing.focus.set(None);
        }
    });
}

/// Enter writes, Esc goes back; what a list of choices has used is not meant.
fn on_keydown(editing: Editing, back: impl Fn() + 'static) -> impl FnMut(ev::KeyboardEvent) + 'static {
    move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "Enter" if !event.shift_key() && !event.alt_key() => {
                event.prevent_default();
                editing.save();
            }
            "Escape" => {
                event.prevent_default();
                back();
            }
            _ => {}
        }
    }
}

/// Whether the focus stays within the element that listens.
fn is_within(event: &ev::FocusEvent) -> bool {
    let element =
        |target: Option<web_sys::EventTarget>| target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    element(event.current_target()).is_some_and(|own| own.contains(element(event.related_target()).as_ref()))
}
