//! Drafts and runs of the onboarding.

use leptos::prelude::*;

use crate::{
    components::{empty::Empty, icon::Icon, page_head::PageHead},
    page::Page,
};

/// The page.
#[component]
pub fn OnboardingPage() -> impl IntoView {
    view! {
        <PageHead title=Page::Onboarding.title() />
        <div class="body">
            <Empty icon=Icon::Onboarding title="No drafts yet" />
        </div>
    }
    .into_any()
}
