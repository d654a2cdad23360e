//! The npm package `autotask-crm`: values in, core, values out. No rule lives here.
//!
//! `npm/api.js` wraps these functions into the published API: it checks argument types, gives the vanilla schema
//! where the caller has none, reads and writes the JSON in which values cross, and turns refusals into exceptions.

// The npm package is built without what `{:?}` writes; it would trap.
#![cfg_attr(not(test), warn(clippy::use_debug))]

#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

mod context;
mod convert;
mod duplicates;
mod filters;
mod hierarchy;
mod onboarding;
mod operations;
mod quality;
mod schema;
mod search;
mod table;
mod writes;

pub use context::Context;
pub use duplicates::{Pairs, duplicate_pairs_in, find_duplicates_in, find_matches_in};
pub use filters::{complete_filter, parse_filter, plan_filter, print_filter, read_filter};
pub use hierarchy::Hierarchy;
pub use onboarding::{next_action, plan_onboarding};
pub use operations::{build_request, read_response, validate};
pub use quality::{Audit, audit_rules};
pub use schema::{Schema, entity, entity_names, version};
pub use table::{Selection, Table};
pub use writes::{diff, patch, verify_write};
