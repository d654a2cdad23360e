//! Who is signed in: the avatar, and behind it, for who signed in, the way out.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::{
        avatar::{Avatar, AvatarSize},
        dynamic::{dynamic, handler},
        toast::use_toasts,
        tone::Tone,
    },
    session::use_session,
};

/// The avatar with its menu.
#[component]
pub fn UserMenu() -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let on_out = move |_: web_sys::MouseEvent| {
        spawn_local(async move {
            if session.sign_out().await.is_err() {
                toasts.say(Tone::Danger, "You are still signed in: the server does not answer. Try again.");
            }
        });
    };
    let user = move || {
        let name = session.user_name.get()?;
        let words = ["Signed in as ", &name].concat();
        let avatar = view! { <Avatar name=name.clone() is_me=true size=AvatarSize::Large /> };
        Some(match session.login.get() {
            None => view! {
                <span class="who" role="img" aria-label=words.clone() title=words>
                    {avatar}
                </span>
            }
            .into_any(),
            Some(login) => view! {
                <button type="button" class="who" aria-label=words.clone() title=words popovertarget="user-menu">
                    {avatar}
                </button>
                <div class="menu" id="user-menu" popover="auto">
                    <div class="menu__who">
                        <strong>{name}</strong>
                        <span>{login}</span>
                        <span>{dynamic(move || ["Role: ", &session.role.get()].concat())}</span>
                    </div>
                    <button type="button" class="menu__item" on:click=handler(on_out)>
                        "Sign out"
                    </button>
                </div>
            }
            .into_any(),
        })
    };
    dynamic(user)
}
