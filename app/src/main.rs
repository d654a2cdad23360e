//! The CRM workbench in the browser: mounts the app over the skeleton that `index.html` shows while this loads.

mod api;
mod app;
mod components;
mod filter_builder;
mod page;
mod pages;
mod session;
mod shell;
mod status;
mod store;
mod theme;

fn main() {
    console_error_panic_hook::set_once();
    if let Some(skeleton) = leptos::prelude::document().get_element_by_id("boot") {
        skeleton.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
