//! A new token: what it is called, how long it lasts and what it may do; and then the token, shown once.

use leptos::{ev::SubmitEvent, html, prelude::*};
use serde_json::json;

use super::{
    role::roles_up_to,
    shown_once::shown_once,
    step_up::{Ended, use_step_up},
    token_use::token_use_view,
    tokens::{Token, Tokens},
};
use crate::{
    api::Verb,
    components::{
        banner::Banner,
        choice::Choice,
        dom::focus_when_drawn,
        dynamic::{dynamic, handler, optional},
        field::Field,
        select::Select,
        text_input::TextInput,
        tone::Tone,
    },
    pages::failed::said,
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
    let (step_up, session) = (use_step_up(), use_session());
    let own_role = session.role.get_untracked();
    let (name, days) = (RwSignal::new(String::new()), RwSignal::new(LASTS_AT_FIRST.to_owned()));
    let role = RwSignal::new(own_role.clone());
    let (is_busy, is_tried, failure) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<String>));
    let missing = Signal::derive(move || {
        let is_missing = is_tried.get() && name.with(|text| text.trim().is_empty());
        is_missing.then(|| "Enter what it is for, so that you know it again.".to_owned())
    });
    let first = NodeRef::<html::Input>::new();
    first.on_load(|input| drop(input.focus()));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        is_tried.set(true);
        let name = name.get_untracked();
        if is_busy.get_untracked() || name.trim().is_empty() {
            return;
        }
        is_busy.set(true);
        failure.set(None);
        let days: u32 = days.with_untracked(|days| days.parse().unwrap_or_default());
        let body = json!({"name": name.trim(), "days": days, "role": role.get_untracked()});
        step_up.send(Verb::Post, "tokens".to_owned(), Some(body), move |ended| {
            is_busy.try_set(false);
            match ended {
                Ended::Done(answer) => {
                    if let Ok(mut token) = serde_json::from_value::<Token>(answer) {
                        made.try_set(token.token.take().map(|text| (token.name.clone(), text)));
                        tokens.try_update(|tokens| tokens.insert(0, token));
                    }
                }
                Ended::GivenUp => {}
                Ended::Failed(failed) => drop(failure.try_set(Some(said(&failed)))),
            }
        });
    };
    let banner =
        move || failure.get().map(|text| view! { <Banner tone=Tone::Danger title="No token was made." text=text /> });
    let lasts: Vec<Choice> = LASTS.into_iter().map(|(days, words)| Choice::new(days, words)).collect();
    view! {
        <form class="in setform" novalidate aria-label="New token" on:submit=handler(on_submit)>
            <div role="alert">{optional(banner)}</div>
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
            <div class="actions full">
                <button type="submit" class="btn btn--primary" aria-disabled=move || is_busy.get().then_some("true")>
                    {dynamic(move || if is_busy.get() { "Making…" } else { "Make the token" })}
                </button>
                <button type="button" class="btn" on:click=handler(move |_| close.run(()))>
                    "Cancel"
                </button>
            </div>
        </form>
    }
    .into_any()
}
