//! The onboarding wizard.

use leptos::prelude::*;

use crate::{
    components::{empty::Empty, icon::Icon, page_head::PageHead},
    page::Page,
};

/// The page.
#[component]
pub fn OnboardingNewPage() -> impl IntoView {
    view! {
        <PageHead title=Page::OnboardingNew.title() />
        <div class="body">
            <Empty icon=Icon::Onboarding title="Nothing entered yet" />
        </div>
    }
    .into_any()
}
