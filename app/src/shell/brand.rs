//! The mark and the name of the app; leads home.

use leptos::prelude::*;

use crate::page::Page;

/// The brand.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href=Page::Companies.path()>
            {mark()}
        </a>
    }
}

/// The brand where there is nowhere to go yet.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! { <div class="brand">{mark()}</div> }
}

fn mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 20 20" aria-hidden="true">
            <rect class="plate" x="1" y="1" width="18" height="18" rx="5" />
            <path class="branch" d="M6 6.5v5a2 2 0 0 0 2 2h2.5M6 8.5h4" />
            <circle class="leaf" cx="12.75" cy="8.5" r="1.75" />
            <circle class="leaf" cx="13" cy="13.5" r="1.75" />
        </svg>
        <span>"CRM Workbench"</span>
    }
}
