//! Check: a filter against an entity's metadata, as issues a person can act on.

use super::typed::{Problem, limits};
use super::{Context, Filter, Typed};
use crate::entity::EntityInfo;
use crate::issue::Issue;

/// Everything that keeps this filter from being sent, each at its JSON path (`filter[0].items[1].field`).
#[must_use]
pub fn check(filter: &Filter, info: &EntityInfo) -> Vec<Issue> {
    let problems = Typed::of(filter, info).err().into_iter().flatten().chain(limits(filter));
    problems.map(|problem| problem.issue()).collect()
}

/// Everything that is wrong with the filter itself, whatever the context lacks to run it.
#[must_use]
pub fn check_meaning(filter: &Filter, info: &EntityInfo, context: &Context<'_>) -> Vec<Issue> {
    let problems = Typed::with(filter, info, context).err().into_iter().flatten();
    problems.filter(|problem| !problem.kind.is_lack()).map(|problem| problem.issue()).collect()
}

/// Everything that keeps this filter from being run here, with what the context has; Autotask's limits do not count.
#[must_use]
pub fn check_local(filter: &Filter, info: &EntityInfo, context: &Context<'_>) -> Vec<Issue> {
    Typed::with(filter, info, context).err().iter().flatten().map(Problem::issue).collect()
}
