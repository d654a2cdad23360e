//! Add a person: name, e-mail address and role; the password is made by the server and shown once.

use leptos::{html, prelude::*};
use serde_json::{Value, json};

use super::{
    making::{Making, Words},
    people::Rows,
    person::Person,
    role::{role_meaning, roles_up_to},
    shown_once::shown_once,
};
use crate::components::{
    dom::focus_when_drawn,
    dynamic::dynamic,
    field::Field,
    segmented::Segmented,
    text_input::{InputKind, TextInput},
};

/// The form, and then the password.
pub fn add_person_view(rows: Rows, is_adding: RwSignal<bool>) -> AnyView {
    let made = RwSignal::new(None::<(String, String)>);
    let close = Callback::new(move |()| {
        is_adding.set(false);
        focus_when_drawn("add-person".to_owned());
    });
    dynamic(move || match made.get() {
        None => form_view(rows, made, close),
        Some((name, password)) => shown_once(
            [&name, " was added."].concat(),
            "password",
            password,
            "This password is shown this once. Give it to that person in a way that nobody else reads along.",
            ().into_any(),
            close,
        ),
    })
}

fn form_view(rows: Rows, made: RwSignal<Option<(String, String)>>, close: Callback<()>) -> AnyView {
    let making = Making::new();
    let (name, login) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let role = RwSignal::new("viewer".to_owned());
    let wrong = move |value: RwSignal<String>, is_good: fn(&str) -> bool, words: &'static str| {
        let is_wrong = move || making.is_tried.get() && !value.with(|text| is_good(text.trim()));
        Signal::derive(move || is_wrong().then(|| words.to_owned()))
    };
    let first = NodeRef::<html::Input>::new();
    first.on_load(|input| drop(input.focus()));
    let submit = move || {
        let (name, login) = (name.get_untracked(), login.get_untracked());
        if !is_name(name.trim()) || !is_address(login.trim()) {
            return;
        }
        let body = json!({"name": name.trim(), "login": login.trim(), "role": role.get_untracked()});
        making.post("people", body, move |answer| {
            let password = answer.get("password").and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Ok(person) = serde_json::from_value::<Person>(answer) {
                made.try_set(Some((person.name.clone(), password)));
                rows.try_update(|rows| rows.push(RwSignal::new(person)));
            }
        });
    };
    let fields = view! {
        <Field id="person-name" label="Name" error=wrong(name, is_name, "Enter the name that is shown.")>
            <TextInput value=name on_input=move |text| name.set(text) is_required=true node_ref=first />
        </Field>
        <Field
            id="person-login"
            label="E-mail"
            error=wrong(login, is_address, "Enter an e-mail address, such as ann@example.com.")
            hint="That person signs in with it."
        >
            <TextInput value=login on_input=move |text| login.set(text) kind=InputKind::Email is_required=true />
        </Field>
        <div class="field full">
            <span class="label">"Role"</span>
            <Segmented
                label="Role"
                choices=roles_up_to("administrator")
                value=role
                on_change=move |chosen| role.set(chosen)
            />
            <span class="hint">{dynamic(move || role.with(|role| role_meaning(role)))}</span>
        </div>
    };
    let words = Words { label: "Add a person", button: ["Add this person", "Adding…"], failed: "Nobody was added." };
    making.view(words, fields.into_any(), submit, close)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
}

/// Roughly; the server knows it exactly.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains(' '))
}
