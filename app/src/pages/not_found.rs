//! An address that no page has, with the page that was most likely meant.

use crate::components::dynamic::dynamic;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    components::{empty::Empty, icon::Icon, page_head::PageHead},
    page::Page,
};

/// The page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let path = use_location().pathname;
    let text = move || ["The address ", &path.get(), " leads to nothing here."].concat();
    let suggestion = move || {
        let page = path.with(|path| Page::nearest(path)).unwrap_or(Page::Companies);
        let words = match &page {
            Page::Company(id) => ["Open company ", &id.to_string()].concat(),
            page => ["Go to ", page.title()].concat(),
        };
        view! {
            <a class="btn btn--primary" href=page.path()>
                {words}
            </a>
        }
    };
    view! {
        <PageHead title="Page not found" />
        <div class="body">
            <Empty icon=Icon::Search title="There is no such page" text=Signal::derive(text)>
                {dynamic(suggestion)}
            </Empty>
        </div>
    }
    .into_any()
}
