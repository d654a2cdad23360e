//! Sign-in: login and password of a user of this server, in place of every page until somebody is in.

use autotask_core::FailureKind;
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};

use super::failed::{said, sentence};
use crate::{
    api,
    components::{
        banner::Banner,
        dynamic::{dynamic, handler, optional},
        field::Field,
        icon::Icon,
        page_head::use_window_title,
        text_input::{InputKind, TextInput},
        tone::Tone,
    },
    session::use_session,
    shell::BrandMark,
};

/// The page.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let (login, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (is_busy, failure) = (RwSignal::new(false), RwSignal::new(None::<(String, String)>));
    // Empty fields are only told of after a try.
    let is_tried = RwSignal::new(false);
    let missing = move |value: RwSignal<String>, words: &'static str| {
        Signal::derive(move || (is_tried.get() && value.with(|text| text.trim().is_empty())).then(|| words.to_owned()))
    };
    let first = NodeRef::<html::Input>::new();
    first.on_load(|input| {
        let _ = input.focus();
    });
    // The button of the provider stands above; without one there is only the form.
    let provider = RwSignal::new(None::<String>);
    spawn_local(async move {
        let found = api::sign_in_provider().await;
        let _ = provider.try_set(found);
    });
    let on_provider = move |_: web_sys::MouseEvent| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let location = window().location();
            let page = [location.pathname().unwrap_or_default(), location.search().unwrap_or_default()].concat();
            match api::begin_sign_in(&page).await {
                Ok(url) => drop(location.set_href(&url)),
                Err(failed) => {
                    let _ = failure.try_set(Some(("Not now.".to_owned(), said(&failed))));
                    let _ = is_busy.try_set(false);
                }
            }
        });
    };
    let with_provider = move || {
        provider.get().map(|name| {
            view! {
                <button type="button" class="btn btn--l" on:click=handler(on_provider)>
                    {Icon::External.view()}
                    {["Sign in with ", &name].concat()}
                </button>
                <p class="signin__or">"or with a password"</p>
            }
        })
    };
    use_window_title(Signal::stored("Sign in".to_owned()), "");
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        is_tried.set(true);
        let (given, secret) = (login.get_untracked(), password.get_untracked());
        if is_busy.get_untracked() || given.trim().is_empty() || secret.is_empty() {
            return;
        }
        is_busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = session.sign_in(given.trim(), &secret).await;
            // The page is gone once somebody is in.
            if let Err(failed) = outcome {
                let (title, text) = match failed.kind {
                    FailureKind::Credentials => ("That is not right.", said(&failed)),
                    FailureKind::Throttled => ("Not now.", said(&failed)),
                    _ => ("Nobody could be signed in.", sentence(&failed)),
                };
                let _ = failure.try_set(Some((title.to_owned(), text)));
                let _ = password.try_set(String::new());
                let _ = is_tried.try_set(false);
                let _ = is_busy.try_set(false);
            }
        });
    };
    let banner =
        move || failure.get().map(|(title, text)| view! { <Banner tone=Tone::Danger title=title text=text /> });
    view! {
        <main class="signin" id="main">
            <form class="signin__card" novalidate on:submit=handler(on_submit)>
                <BrandMark />
                <h1 tabindex="-1">"Sign in"</h1>
                <div role="alert">{optional(banner)}</div>
                {optional(with_provider)}
                <Field id="signin-login" label="E-mail" error=missing(login, "Enter your e-mail address.")>
                    <TextInput
                        value=login
                        on_input=move |text| login.set(text)
                        kind=InputKind::Email
                        autocomplete="username"
                        is_required=true
                        node_ref=first
                    />
                </Field>
                <Field id="signin-password" label="Password" error=missing(password, "Enter your password.")>
                    <TextInput
                        value=password
                        on_input=move |text| password.set(text)
                        kind=InputKind::Password
                        autocomplete="current-password"
                        is_required=true
                    />
                </Field>
                <button class="btn btn--primary btn--l" type="submit" aria-disabled=move || is_busy.get().then_some("true")>
                    {dynamic(move || if is_busy.get() { "Signing in…" } else { "Sign in" })}
                </button>
                <p class="hint">"An administrator of this server makes users and new passwords."</p>
            </form>
        </main>
    }
    .into_any()
}
