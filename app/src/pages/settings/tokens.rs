//! Access tokens: with what existing clients of Autotask's sign in as oneself; made, listed and taken back.

use leptos::prelude::*;
use serde::Deserialize;

use super::{
    connection::unreadable,
    date::{ago, day},
    new_token::new_token_view,
    role::role_label,
    step_up::{Ended, use_step_up},
};
use crate::{
    api::{Verb, own},
    components::{
        badge::Badge,
        dialog::Dialog,
        dom::focus_when_drawn,
        dynamic::{Item, dynamic, handler, keyed, optional, shown},
        empty::Empty,
        icon::Icon,
        toast::use_toasts,
        tone::Tone,
    },
    pages::{faces::faces, failed::said, load::use_load},
    session::use_session,
};

#[derive(Deserialize)]
struct List {
    tokens: Vec<Token>,
}

/// A token as the server tells; times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    id: i64,
    /// What its owner called it.
    pub name: String,
    role: String,
    created_at: f64,
    expires_at: f64,
    used_at: Option<f64>,
    /// Itself, only when it was made just now.
    pub token: Option<String>,
}

/// The tokens on the page, the last one first.
pub type Tokens = RwSignal<Vec<Token>>;

/// The section.
pub fn tokens_view() -> AnyView {
    let session = use_session();
    let is_nobody = move || session.login.with(Option::is_none) && !session.role.with(String::is_empty);
    dynamic(move || if is_nobody() { nobody() } else { own_tokens() })
}

fn own_tokens() -> AnyView {
    let tokens: Tokens = RwSignal::default();
    let load = use_load(
        || Some(()),
        |()| async {
            let answer = own(Verb::Get, "tokens", None).await?;
            Ok(serde_json::from_value::<List>(answer).map_err(|_| unreadable())?.tokens)
        },
    );
    let is_making = RwSignal::new(false);
    let taken_back = RwSignal::new(None::<Token>);
    let count = move || {
        let count = tokens.with(Vec::len);
        (count > 0).then(|| count.to_string())
    };
    let make = move || {
        view! {
            <button
                type="button"
                class="btn btn--s push"
                id="new-token"
                on:click=handler(move |_| is_making.set(true))
            >
                {Icon::Plus.view()}
                "New token"
            </button>
        }
        .into_any()
    };
    let list = move |first: &[Token]| {
        tokens.set(first.to_vec());
        let item = move |token: Token| Item::new(token.id.unsigned_abs(), move || token_view(token, taken_back));
        view! {
            {shown(move || tokens.with(Vec::is_empty), none_yet)}
            <ul class="setlist">{keyed(move || tokens.get().into_iter().map(item).collect())}</ul>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="tokens-title">
            <header>
                <h2 id="tokens-title">"Access tokens"</h2>
                <span class="n">{dynamic(count)}</span>
                {shown(move || load.value().is_some() && !is_making.get(), make)}
            </header>
            {shown(move || is_making.get(), move || new_token_view(tokens, is_making))}
            {faces(load, "access tokens", "Your access tokens could not be loaded.", move |first| list(&first))}
            <footer>
                "With a token, a program that was written for Autotask works through this server as you: within your role, within the hour that all share, and every write is in the audit under your name."
            </footer>
        </section>
        <TakeBackDialog token=taken_back tokens=tokens />
    }
    .into_any()
}

fn token_view(token: Token, taken_back: RwSignal<Option<Token>>) -> AnyView {
    let is_over = token.expires_at <= js_sys::Date::now();
    let used = token.used_at.map_or_else(|| "never used".to_owned(), |at| ["used ", &ago(at)].concat());
    let end = [if is_over { "ended " } else { "ends " }, &day(token.expires_at)].concat();
    let details = ["Made ", &ago(token.created_at), ", ", &used, ", ", &end].concat();
    let (name, whole) = (token.name.clone(), token.clone());
    view! {
        <li class:off=is_over>
            <span class="ico muted">{Icon::Lock.view()}</span>
            <div class="w">
                <span class="row wrap">
                    <strong dir="auto">{token.name}</strong>
                    <Badge text=role_label(&token.role).to_owned() />
                    {is_over.then(|| view! { <Badge tone=Tone::Warning text="Over" /> })}
                </span>
                <span class="muted small">{details}</span>
            </div>
            <div class="actions">
                <button
                    type="button"
                    class="btn btn--s btn--danger"
                    on:click=handler(move |_| taken_back.set(Some(whole.clone())))
                >
                    "Take back"
                    <span class="vh">{name}</span>
                </button>
            </div>
        </li>
    }
    .into_any()
}

/// What is taken back cannot be given again: that is asked before.
#[component]
fn TakeBackDialog(
    /// The token, while it is asked about.
    token: RwSignal<Option<Token>>,
    /// Where it goes from.
    tokens: Tokens,
) -> impl IntoView {
    let (step_up, toasts) = (use_step_up(), use_toasts());
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        if token.with(Option::is_some) {
            is_open.set(true);
        }
    });
    Effect::new(move |_| {
        if !is_open.get() {
            token.set(None);
        }
    });
    let take_back = move |_: web_sys::MouseEvent| {
        let Some(Token { id, name, .. }) = token.get_untracked() else { return };
        is_open.set(false);
        step_up.send(Verb::Delete, ["tokens/", &id.to_string()].concat(), None, move |ended| match ended {
            Ended::Done(_) => {
                tokens.try_update(|tokens| tokens.retain(|token| token.id != id));
                toasts.say(Tone::Success, [&name, " was taken back. It lets nobody in any more."].concat());
                focus_when_drawn("new-token".to_owned());
            }
            Ended::GivenUp => {}
            Ended::Failed(failure) => {
                toasts.say(Tone::Danger, [&name, " was not taken back. ", &said(&failure)].concat());
            }
        });
    };
    let title = move || token.with(|token| token.as_ref().map(|token| token.name.clone())).unwrap_or_default();
    let actions = move || {
        view! {
            <button type="button" class="btn" autofocus on:click=handler(move |_| is_open.set(false))>
                "Keep it"
            </button>
            <button type="button" class="btn btn--danger" on:click=handler(take_back)>
                "Take back"
            </button>
        }
        .into_any()
    };
    view! {
        <Dialog is_open=is_open title="Take this token back?" actions=actions>
            <p>
                <b dir="auto">{optional(move || Some(title()))}</b>
                " lets nobody in any more, at once. It cannot be given again: what uses it needs a new one."
            </p>
        </Dialog>
    }
    .into_any()
}

fn none_yet() -> AnyView {
    view! {
        <Empty
            icon=Icon::Lock
            title="You have no access tokens"
            text="A script or another product that was written for Autotask's API needs one to work through this server as you."
        />
    }
    .into_any()
}

/// A server without users, as the demo.
fn nobody() -> AnyView {
    view! {
        <section class="panel">
            <Empty
                icon=Icon::Lock
                title="Access tokens belong to people, and nobody signs in here"
                text="On the machine of this server, add the first person with `autotask-crm user add`; from then on everybody signs in, and has tokens of their own."
            />
        </section>
    }
    .into_any()
}
