//! Check: a filter against an entity's metadata, as issues a person can act on.

use super::{Filter, Typed};
use crate::entity::EntityInfo;
use crate::issue::Issue;

/// Everything that keeps this filter from being sent, each at its JSON path (`filter[0].items[1].field`).
#[must_use]
pub fn check(filter: &Filter, info: &EntityInfo) -> Vec<Issue> {
    match Typed::of(filter, info) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(super::typed::Problem::issue).collect(),
    }
}
