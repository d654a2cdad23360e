//! The providers and the route table.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Redirect, Route, Router},
    path,
};

use crate::{
    components::{
        announcer::{AnnouncerRegions, provide_announcer},
        toast::{ToastRegion, provide_toasts},
    },
    page::Page,
    pages::{
        companies::CompaniesPage, company::CompanyPage, hierarchy::HierarchyPage, not_found::NotFoundPage,
        onboarding::OnboardingPage, onboarding_new::OnboardingNewPage,
    },
    session::provide_session,
    shell::Shell,
    status::provide_status,
    store::provide_stores,
    theme::provide_theme,
};

/// The app.
#[component]
pub fn App() -> impl IntoView {
    provide_theme();
    provide_session();
    provide_status();
    provide_stores();
    provide_announcer();
    provide_toasts();
    view! {
        <Router>
            <Shell>
                <Pages />
            </Shell>
            <ToastRegion />
            <AnnouncerRegions />
        </Router>
    }
}

/// Which address shows which page. `page::Page` holds the same paths for links.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=|| view! { <NotFoundPage /> }>
            <Route path=path!("/") view=|| view! { <Redirect path=Page::Companies.path() /> } />
            <Route path=path!("/companies") view=CompaniesPage />
            <Route path=path!("/companies/:id") view=CompanyPage />
            <Route path=path!("/hierarchy") view=HierarchyPage />
            <Route path=path!("/onboarding") view=OnboardingPage />
            <Route path=path!("/onboarding/new") view=OnboardingNewPage />
            <Route path=path!("/onboarding/new/*step") view=OnboardingNewPage />
        </FlatRoutes>
    }
    .into_any()
}
