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
    // One type for all pages: the router compiles its choice once for each type.
    let page = |view: fn() -> AnyView| view;
    view! {
        <FlatRoutes fallback=|| view! { <NotFoundPage /> }>
            <Route path=path!("/") view=page(|| view! { <Redirect path=Page::Companies.path() /> }.into_any()) />
            <Route path=path!("/companies") view=page(|| CompaniesPage().into_any()) />
            <Route path=path!("/companies/:id") view=page(|| CompanyPage().into_any()) />
            <Route path=path!("/hierarchy") view=page(|| HierarchyPage().into_any()) />
            <Route path=path!("/onboarding") view=page(|| OnboardingPage().into_any()) />
            <Route path=path!("/onboarding/new") view=page(|| OnboardingNewPage().into_any()) />
            <Route path=path!("/onboarding/new/*step") view=page(|| OnboardingNewPage().into_any()) />
        </FlatRoutes>
    }
    .into_any()
}
