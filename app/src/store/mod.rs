//! What the pages share: metadata, names of references. One file a kind of state.

use leptos::prelude::*;

pub mod changes;
pub mod clock;
pub mod hierarchy;
pub mod id;
pub mod kept;
pub mod metadata;
pub mod names;
pub mod onboarding;
pub mod owners;
pub mod quality;
pub mod row_list;
pub mod row_search;
pub mod typed_text;

/// Makes all stores known to everything below.
pub fn provide_stores() {
    metadata::provide_metadata();
    names::provide_names();
    if let Some(owner) = Owner::current() {
        provide_context(AppOwner(owner));
    }
}

/// What lives as long as the app.
#[derive(Clone)]
struct AppOwner(Owner);

/// The store of this type, made on first use: only the pages that have it need its code. It lives as long as the app.
fn use_late_store<T: Clone + Send + Sync + 'static>(make: fn() -> T) -> T {
    use_context().unwrap_or_else(|| {
        let AppOwner(owner) = expect_context();
        owner.with(|| {
            let store = make();
            provide_context(store.clone());
            store
        })
    })
}
