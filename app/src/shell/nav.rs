//! The navigation: only what exists.

use crate::components::dynamic::{handler, shared};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::brand::Brand;
use crate::{
    components::{icon::Icon, icon_button::IconButton},
    page::{NAVIGATION, Page},
};

/// The navigation column of wide windows.
#[component]
pub fn Nav() -> impl IntoView {
    view! {
        <nav class="nav" aria-label="Main">
            <ul>{links()}</ul>
        </nav>
    }
    .into_any()
}

/// What the sheet of narrow windows holds.
#[component]
pub fn NavLinks(
    /// Called by the close button and by every link.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="sheet__head">
            <Brand />
            <IconButton icon=Icon::Close label="Close navigation" on_click=on_close />
        </div>
        <nav class="nav" aria-label="Main" on:click=handler(move |_| on_close.run(()))>
            <ul>{links()}</ul>
        </nav>
    }
    .into_any()
}

fn links() -> AnyView {
    let path = use_location().pathname;
    let link = move |page: Page| {
        let (href, icon, title) = (page.path(), page.icon(), page.title());
        let is_current = move || path.with(|path| page.contains(path)).then_some("page");
        view! {
            <li>
                <a href=href title=title aria-current=shared(is_current)>
                    {icon.view()} <span>{title}</span>
                </a>
            </li>
        }
    };
    NAVIGATION.into_iter().map(link).collect_view().into_any()
}
