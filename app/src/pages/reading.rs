//! Reading: what stands in the place of a button that the server would refuse, so that nobody wonders or tries in vain.

use leptos::prelude::*;

use crate::{
    components::{
        dynamic::{dynamic, memo},
        empty::Empty,
        icon::Icon,
    },
    page::Page,
    session::use_session,
};

/// What does something, or the reason in words why this person does not. What and name are those of `Session::may`.
pub fn unless_refused(
    what: &'static str,
    name: &'static str,
    view: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let session = use_session();
    let may = memo(move || session.may(what, name));
    dynamic(move || if may.get() { view() } else { reason() })
}

/// The button that begins a new client.
pub fn new_client_button(words: &'static str) -> AnyView {
    unless_refused("create", "Companies", move || {
        view! {
            <a class="btn btn--primary" href=Page::OnboardingNew.path()>
                {Icon::Plus.view()}
                {words}
            </a>
        }
        .into_any()
    })
}

/// The reason, in a line.
fn reason() -> AnyView {
    let session = use_session();
    view! {
        <span class="readonly" title="An administrator of this server says who may do what">
            {Icon::Lock.view()}
            <span>{dynamic(move || ["Read only: your role is ", &session.role.get()].concat())}</span>
        </span>
    }
    .into_any()
}

/// The reason, in the place of a page; the title says who it is for.
pub fn not_for_you(title: &'static str) -> AnyView {
    let session = use_session();
    let text = move || {
        ["Your role is ", &session.role.get(), ". An administrator of this server says who may do what."].concat()
    };
    view! { <Empty icon=Icon::Lock title=title text=Signal::derive(text) /> }.into_any()
}
