//! Lazy pages: their code is in files of its own and fetched when it is needed, so that the list of companies, where
//! most visits begin, is there sooner.

use std::time::Duration;

use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_split::{SplitLoaderError, wasm_split},
};

use super::{
    changes::ChangesPage,
    company::CompanyPage,
    hierarchy::HierarchyPage,
    onboarding::OnboardingPage,
    onboarding_new::OnboardingNewPage,
    quality::{QualityPage, QualityRulePage},
    settings::SettingsPage,
    sign_in::SignInPage,
};
use crate::{
    components::{
        dynamic::dynamic,
        lazy::{Loading, Part, lazy_part},
        page_head::PageHead,
        view_state::{Failure, ViewFrame, ViewState},
    },
    page::Page,
    shell::{focus_heading, heading_has_focus},
};

/// By then the first page has asked for what it shows.
const PREFETCH_AFTER: Duration = Duration::from_secs(2);

/// The page of one company.
pub fn company_page() -> AnyView {
    lazy(Page::Company(0).title(), || Box::pin(prefetch_company()), || Box::pin(load_company()))
}

/// The page of what was changed here.
pub fn changes_page() -> AnyView {
    lazy(Page::Changes.title(), || Box::pin(prefetch_company()), || Box::pin(load_changes()))
}

/// The page of the hierarchy.
pub fn hierarchy_page() -> AnyView {
    lazy(Page::Hierarchy.title(), || Box::pin(prefetch_hierarchy()), || Box::pin(load_hierarchy()))
}

/// The page of drafts and runs.
pub fn onboarding_page() -> AnyView {
    lazy(Page::Onboarding.title(), || Box::pin(prefetch_onboarding()), || Box::pin(load_onboarding()))
}

/// The wizard.
pub fn onboarding_new_page() -> AnyView {
    lazy(Page::OnboardingNew.title(), || Box::pin(prefetch_onboarding()), || Box::pin(load_onboarding_new()))
}

/// The page of data quality.
pub fn quality_page() -> AnyView {
    lazy(Page::Quality.title(), || Box::pin(prefetch_quality()), || Box::pin(load_quality()))
}

/// The page of one rule about good rows.
pub fn quality_rule_page() -> AnyView {
    lazy(Page::Quality.title(), || Box::pin(prefetch_quality()), || Box::pin(load_quality_rule()))
}

/// The pages of the settings.
pub fn settings_page() -> AnyView {
    lazy(Page::Settings.title(), || Box::pin(prefetch_settings()), || Box::pin(load_settings()))
}

/// The sign-in, which stands in place of every page.
pub fn sign_in_page() -> AnyView {
    lazy_part(Part::new(|| Box::pin(prefetch_sign_in()), || Box::pin(load_sign_in())), || ().into_any())
}

/// Fetches the code of all pages once the first page has settled: opening one then takes no time, even when the
/// network has gone.
pub fn prefetch_pages() {
    let prefetch = || {
        spawn_local(async {
            // What fails here is asked for again when its page is opened, and the failure is said there.
            let _ = prefetch_company().await;
            let _ = prefetch_hierarchy().await;
            let _ = prefetch_onboarding().await;
            let _ = prefetch_quality().await;
            let _ = prefetch_settings().await;
        });
    };
    set_timeout(prefetch, PREFETCH_AFTER);
}

#[wasm_split(company, wasm_split_path = leptos::wasm_split, fallible, preload(prefetch_company))]
fn load_company() -> Result<AnyView, SplitLoaderError> {
    Ok(CompanyPage().into_any())
}

#[wasm_split(company, wasm_split_path = leptos::wasm_split, fallible)]
fn load_changes() -> Result<AnyView, SplitLoaderError> {
    Ok(ChangesPage().into_any())
}

#[wasm_split(hierarchy, wasm_split_path = leptos::wasm_split, fallible, preload(prefetch_hierarchy))]
fn load_hierarchy() -> Result<AnyView, SplitLoaderError> {
    Ok(HierarchyPage().into_any())
}

#[wasm_split(onboarding, wasm_split_path = leptos::wasm_split, fallible, preload(prefetch_onboarding))]
fn load_onboarding() -> Result<AnyView, SplitLoaderError> {
    Ok(OnboardingPage().into_any())
}

#[wasm_split(onboarding, wasm_split_path = leptos::wasm_split, fallible)]
fn load_onboarding_new() -> Result<AnyView, SplitLoaderError> {
    Ok(OnboardingNewPage().into_any())
}

#[wasm_split(quality, wasm_split_path = leptos::wasm_split, fallible, preload(prefetch_quality))]
fn load_quality() -> Result<AnyView, SplitLoaderError> {
    Ok(QualityPage().into_any())
}

#[wasm_split(quality, wasm_split_path = leptos::wasm_split, fallible)]
fn load_quality_rule() -> Result<AnyView, SplitLoaderError> {
    Ok(QualityRulePage().into_any())
}

#[wasm_split(settings, wasm_split_path = leptos::wasm_split, fallible, preload(prefetch_settings))]
fn load_settings() -> Result<AnyView, SplitLoaderError> {
    Ok(SettingsPage().into_any())
}

#[wasm_split(sign_in, wasm_split_path = leptos::wasm_split, fallible, preload(prefetch_sign_in))]
fn load_sign_in() -> Result<AnyView, SplitLoaderError> {
    Ok(SignInPage().into_any())
}

/// Shows the page as soon as its code is there; until then its heading, and a way to go on if the code cannot be had.
fn lazy(title: &'static str, fetch: fn() -> Loading<()>, load: fn() -> Loading<AnyView>) -> AnyView {
    let state = RwSignal::new(ViewState::Loading);
    let page = StoredValue::new_local(None::<AnyView>);
    let is_here = RwSignal::new(false);
    let part = Part::new(fetch, load);
    let start = move || {
        state.set(ViewState::Loading);
        part.start(move |view| {
            let Some(view) = view else { return state.set(ViewState::Failed(not_fetched(title))) };
            let had_focus = heading_has_focus();
            page.set_value(Some(view));
            is_here.set(true);
            // The heading that had the focus is another one now.
            if had_focus {
                request_animation_frame(focus_heading);
            }
        });
    };
    start();
    let waiting = move || {
        view! {
            <PageHead title=title />
            <div class="body">
                <ViewFrame state=state what="the page" on_retry=move |()| start() empty=|_| ().into_any()>
                    {|| ()}
                </ViewFrame>
            </div>
        }
        .into_any()
    };
    let arrived = move || page.try_update_value(Option::take).flatten();
    dynamic(move || is_here.get().then(arrived).flatten().unwrap_or_else(waiting))
}

fn not_fetched(title: &str) -> Failure {
    Failure {
        title: ["The page ", title, " could not be loaded."].concat(),
        text: "Check the connection and try again. If that does not help, reload: a newer version may have been installed."
            .to_owned(),
        ..Failure::default()
    }
}
