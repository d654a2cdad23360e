//! The providers and the route table.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Redirect, Route, Router},
    path,
};

use crate::{
    components::{
        announcer::{AnnouncerRegions, provide_announcer},
        dynamic::shown,
        toast::{ToastRegion, provide_toasts},
    },
    page::Page,
    pages::{companies::CompaniesPage, lazy, not_found::NotFoundPage},
    session::{provide_session, use_session},
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
    lazy::prefetch_pages();
    let is_out = use_session().is_out;
    view! {
        <Router>
            {shown(move || !is_out.get(), || view! { <Shell><Pages /></Shell> }.into_any())}
            {shown(move || is_out.get(), lazy::sign_in_page)}
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
            <Route path=path!("/companies/:id") view=page(lazy::company_page) />
            <Route path=path!("/hierarchy") view=page(lazy::hierarchy_page) />
            <Route path=path!("/onboarding") view=page(lazy::onboarding_page) />
            <Route path=path!("/onboarding/new") view=page(lazy::onboarding_new_page) />
            <Route path=path!("/onboarding/new/*step") view=page(lazy::onboarding_new_page) />
            <Route path=path!("/changes") view=page(lazy::changes_page) />
            <Route path=path!("/settings") view=page(lazy::settings_page) />
            <Route path=path!("/settings/:section") view=page(lazy::settings_page) />
            <Route path=path!("/quality") view=page(lazy::quality_page) />
            <Route path=path!("/quality/:rule") view=page(lazy::quality_rule_page) />
        </FlatRoutes>
    }
    .into_any()
}
