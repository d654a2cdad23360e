//! A new token: what it is called, how long it lasts and what it may do; and then the token, shown once.

use leptos::{html, prelude::*};
use serde_json::json;

use super::{
    making::{Making, Words},
    role::roles_up_to,
    shown_once::shown_once,
    token_use::token_use_view,
    tokens::{Token, Tokens},
};
use crate::{
    components::{
        choice::Choice, dom::focus_when_drawn, dynamic::dynamic, field::Field, select::Select, text_input::TextInput,
    },
    session::use_session,
};

/// How long a token lasts: days and words.
const LASTS: [(&str, &str); 4] = [("7", "A week"), ("30", "30 days"), ("90", "90 days"), ("366", "A year")];
/// What stands there at first.
const LASTS_AT_FIRST: &str = "90";

/// The form, and then the token.
pub fn new_token_view(tokens: Tokens, is_making: RwSignal<bool>) -> AnyView {
    let made = RwSignal::new(None::<(String, String)>);
    let login = use_session().login;
    let close = Callback::new(move |()| {
        is_making.set(false);
        focus_when_drawn("new-token".to_owned());
    });
    dynamic(move || match made.get() {
        None => form_view(tokens, made, close),
        Some((name, token)) => shown_once(
            [&name, " is made."].concat(),
            "token",
            token.clone(),
            "This token is shown this once. Keep it where passwords are kept: whoever has it works here as you.",
            token_use_view(&login.get_untracked().unwrap_or_default(), &token),
            close,
        ),
    })
}

fn form_view(tokens: Tokens, made: RwSignal<Option<(String, String)>>, close: Callback<()>) -> AnyView {
    let making = Making::new();
    let own_role = use_session().role.get_untracked();
    let (name, days) = (RwSignal::new(String::new()), RwSignal::new(LASTS_AT_FIRST.to_owned()));
    let role = RwSignal::new(own_role.clone());
    let missing = Signal::derive(move || {
        let is_missing = making.is_tried.get() && name.with(|text| text.trim().is_empty());
        is_missing.then(|| "Enter what it is for, so that you know it again.".to_owned())
    });
    let first = NodeRef::<html::Input>::new();
    first.on_load(|input| drop(input.focus()));
    let submit = move || {
        let name = name.get_untracked();
        if name.trim().is_empty() {
            return;
        }
        let days: u32 = days.with_untracked(|days| days.parse().unwrap_or_default());
        let body = json!({"name": name.trim(), "days": days, "role": role.get_untracked()});
        making.post("tokens", body, move |answer| {
            if let Ok(mut token) = serde_json::from_value::<Token>(answer) {
                made.try_set(token.token.take().map(|text| (token.name.clone(), text)));
                tokens.try_update(|tokens| tokens.insert(0, token));
            }
        });
    };
    let lasts: Vec<Choice> = LASTS.into_iter().map(|(days, words)| Choice::new(days, words)).collect();
    let fields = view! {
            <Field id="token-name" label="What it is for" class="full" error=missing>
                <TextInput
                    value=name
                    on_input=move |text| name.set(text)
                    placeholder="Nightly backup"
                    is_required=true
                    node_ref=first
                />
            </Field>
            <Field id="token-days" label="It lasts">
                <Select choices=Signal::stored(lasts) value=days on_change=move |chosen| days.set(chosen) />
            </Field>
            <Field id="token-role" label="Role" hint="What it may do at most; never more than you, also when your role changes.">
                <Select
                    choices=Signal::stored(roles_up_to(&own_role))
                    value=role
                    on_change=move |chosen| role.set(chosen)
                />
            </Field>
    };
    let words = Words { label: "New token", button: ["Make the token", "Making…"], failed: "No token was made." };
    making.view(words, fields.into_any(), submit, close)
}
