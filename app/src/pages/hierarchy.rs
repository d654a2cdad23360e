//! All companies as a tree.

use leptos::prelude::*;

use crate::{
    components::{empty::Empty, icon::Icon, page_head::PageHead},
    page::Page,
};

/// The page.
#[component]
pub fn HierarchyPage() -> impl IntoView {
    view! {
        <PageHead title=Page::Hierarchy.title() />
        <div class="body">
            <Empty icon=Icon::Tree title="No companies yet" />
        </div>
    }
    .into_any()
}
