//! The top bar: brand, environment, theme, who is signed in.

use crate::components::dynamic::{dynamic, handler};
use leptos::prelude::*;

use super::{brand::Brand, theme_menu::ThemeMenu, user_menu::UserMenu};
use crate::{components::icon::Icon, session::use_session};

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
            <div class="topbar__end">{dynamic(environment)} <ThemeMenu /> <UserMenu /></div>
        </header>
    }
    .into_any()
}
