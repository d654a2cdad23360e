//! One company.

use leptos::prelude::*;

use crate::{
    components::{empty::Empty, icon::Icon, page_head::PageHead},
    page::Page,
};

/// The page.
#[component]
pub fn CompanyPage() -> impl IntoView {
    view! {
        <PageHead title=Page::Company(0).title() />
        <div class="body">
            <Empty icon=Icon::Company title="This company is not loaded" />
        </div>
    }
    .into_any()
}
