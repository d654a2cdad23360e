//! The frame around every page: skip link, top bar, navigation, main, status bar.

mod brand;
mod nav;
mod status_bar;
mod theme_menu;
mod top_bar;
mod user_menu;

use crate::components::dynamic::{handler, shown};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use crate::components::{announcer::use_announcer, dialog::sync_modal};
pub use brand::BrandMark;
use nav::{Nav, NavLinks};
use status_bar::StatusBar;
use top_bar::TopBar;

/// The shell.
#[component]
pub fn Shell(
    /// The page.
    children: Children,
) -> impl IntoView {
    let is_sheet_open = RwSignal::new(false);
    follow_route(is_sheet_open);
    let focus_main = |event: web_sys::MouseEvent| {
        // A fragment link would be a navigation for the router.
        event.prevent_default();
        event.stop_propagation();
        focus_heading();
    };
    view! {
        <div class="shell">
            <a class="skip" href="#main" on:click=handler(focus_main)>
                "Skip to content"
            </a>
            <TopBar on_menu=move |()| is_sheet_open.set(true) />
            <Nav />
            <main class="main" id="main">
                {children()}
            </main>
            <StatusBar />
        </div>
        <NavSheet is_open=is_sheet_open />
    }
    .into_any()
}

/// The navigation of narrow windows: a modal dialog, so the browser traps the focus and Esc closes it.
#[component]
fn NavSheet(
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    sync_modal(element, is_open);
    // The dialog fills its box with content, so a click on the dialog itself hit the backdrop.
    let on_click = move |event: web_sys::MouseEvent| {
        if event.target() == event.current_target() {
            is_open.set(false);
        }
    };
    view! {
        <dialog
            class="sheet"
            aria-label="Navigation"
            on:close=handler(move |_| is_open.set(false))
            on:click=handler(on_click)
            node_ref=element
        >
            {shown(
                move || is_open.get(),
                move || view! { <NavLinks on_close=move |()| is_open.set(false) /> }.into_any(),
            )}
        </dialog>
    }
    .into_any()
}

/// After a change of page: closes the sheet, moves the focus to the page's heading and says its title.
fn follow_route(is_sheet_open: RwSignal<bool>) {
    let announcer = use_announcer();
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        // Not on arrival: there the browser reads the page by itself. Nor on the redirect from "/".
        if before.is_some_and(|before| before != path && before != "/") {
            is_sheet_open.set(false);
            // One frame for the router to draw the page, one for the page to set its title.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    focus_heading();
                    announcer.polite(document().title());
                });
            });
        }
        path
    });
}

/// Moves the focus to the page's heading.
pub fn focus_heading() {
    if let Some(heading) = heading().and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = heading.focus();
    }
}

/// Whether the focus is on the page's heading.
pub fn heading_has_focus() -> bool {
    heading().is_some_and(|heading| document().active_element() == Some(heading))
}

fn heading() -> Option<web_sys::Element> {
    document().query_selector("main h1").ok().flatten()
}
