//! The top bar: brand, environment, theme, who is signed in.

use crate::components::dynamic::{dynamic, handler};
use leptos::prelude::*;

use super::{brand::Brand, theme_menu::ThemeMenu};
use crate::{
    components::{
        avatar::{Avatar, AvatarSize},
        icon::Icon,
    },
    session::use_session,
};

/// The top bar.
#[component]
pub fn TopBar(
    /// Called by the menu button of narrow windows.
    #[prop(into)]
    on_menu: Callback<()>,
) -> impl IntoView {
    let session = use_session();
    let environment = move || {
        session.environment.get().map(|environment| {
            view! {
                <span class="env" data-env=environment.as_str() title=environment.meaning()>
                    {environment.label()}
                </span>
            }
        })
    };
    let user = move || {
        session.user_name.get().map(|name| {
            let words = ["Signed in as ", &name].concat();
            view! {
                <span class="who" role="img" aria-label=words.clone() title=words>
                    <Avatar name=name is_me=true size=AvatarSize::Large />
                </span>
            }
        })
    };
    view! {
        <header class="topbar">
            <button
                type="button"
                class="iconbtn only-narrow"
                aria-label="Open navigation"
                aria-haspopup="dialog"
                on:click=handler(move |_| on_menu.run(()))
            >
                {Icon::Menu.view()}
            </button>
            <Brand />
            <div class="topbar__end">{dynamic(environment)} <ThemeMenu /> {dynamic(user)}</div>
        </header>
    }
    .into_any()
}
