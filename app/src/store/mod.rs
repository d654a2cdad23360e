//! What the pages share: metadata, names of references. One file a kind of state.

pub mod hierarchy;
pub mod metadata;
pub mod names;
pub mod onboarding;
pub mod row_list;

/// Makes all stores known to everything below.
pub fn provide_stores() {
    metadata::provide_metadata();
    names::provide_names();
    hierarchy::provide_hierarchy();
    onboarding::provide_onboarding();
}
