//! Add a person: name, e-mail address and role; the password is made by the server and shown once.

use leptos::{ev::SubmitEvent, html, prelude::*};
use serde_json::{Value, json};

use super::{
    people::Rows,
    person::Person,
    role::{role_meaning, roles_up_to},
    shown_once::shown_once,
    step_up::{Ended, use_step_up},
};
use crate::{
    api::Verb,
    components::{
        banner::Banner,
        dom::focus_when_drawn,
        dynamic::{dynamic, handler, optional},
        field::Field,
        segmented::Segmented,
        text_input::{InputKind, TextInput},
        tone::Tone,
    },
    pages::failed::said,
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
    let step_up = use_step_up();
    let (name, login) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let role = RwSignal::new("viewer".to_owned());
    let (is_busy, is_tried, failure) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<String>));
    let wrong = move |value: RwSignal<String>, is_good: fn(&str) -> bool, words: &'static str| {
        Signal::derive(move || (is_tried.get() && !value.with(|text| is_good(text.trim()))).then(|| words.to_owned()))
    };
    let first = NodeRef::<html::Input>::new();
    first.on_load(|input| drop(input.focus()));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        is_tried.set(true);
        let (name, login) = (name.get_untracked(), login.get_untracked());
        if is_busy.get_untracked() || !is_name(name.trim()) || !is_address(login.trim()) {
            return;
        }
        is_busy.set(true);
        failure.set(None);
        let body = json!({"name": name.trim(), "login": login.trim(), "role": role.get_untracked()});
        step_up.send(Verb::Post, "people".to_owned(), Some(body), move |ended| {
            is_busy.try_set(false);
            match ended {
                Ended::Done(answer) => {
                    let password = answer.get("password").and_then(Value::as_str).unwrap_or_default().to_owned();
                    if let Ok(person) = serde_json::from_value::<Person>(answer) {
                        made.try_set(Some((person.name.clone(), password)));
                        rows.try_update(|rows| rows.push(RwSignal::new(person)));
                    }
                }
                Ended::GivenUp => {}
                Ended::Failed(failed) => drop(failure.try_set(Some(said(&failed)))),
            }
        });
    };
    let banner =
        move || failure.get().map(|text| view! { <Banner tone=Tone::Danger title="Nobody was added." text=text /> });
    view! {
        <form class="in setform" novalidate aria-label="Add a person" on:submit=handler(on_submit)>
            <div role="alert">{optional(banner)}</div>
            <Field id="person-name" label="Name" error=wrong(name, is_name, "Enter the name that is shown.")>
                <TextInput value=name on_input=move |text| name.set(text) is_required=true node_ref=first />
            </Field>
            <Field
                id="person-login"
                label="E-mail"
                error=wrong(login, is_address, "Enter an e-mail address, such as ann@example.com.")
                hint="That person signs in with it."
            >
                <TextInput
                    value=login
                    on_input=move |text| login.set(text)
                    kind=InputKind::Email
                    is_required=true
                />
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
            <div class="actions full">
                <button type="submit" class="btn btn--primary" aria-disabled=move || is_busy.get().then_some("true")>
                    {dynamic(move || if is_busy.get() { "Adding…" } else { "Add this person" })}
                </button>
                <button type="button" class="btn" on:click=handler(move |_| close.run(()))>
                    "Cancel"
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
}

/// Roughly; the server knows it exactly.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains(' '))
}
