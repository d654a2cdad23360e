//! Lookup: ids of names and of related rows, asked for before a filter that needs them is sent.

use std::collections::HashMap;
use std::ops::ControlFlow;

use autotask_core::filter::plan::{self, Plan};
use autotask_core::filter::{Context, Filter};
use autotask_core::title::name_filter;
use autotask_core::{EntityInfo, Failure, FailureKind, Issue, Query, Record, Verb, entity};

use super::context::filter_context;
use crate::api::api;

/// The plan of a filter with everything looked up.
///
/// # Errors
///
/// What the server said, or which name is unknown or means several.
pub async fn plan(filter: &Filter, info: &EntityInfo) -> Result<Plan, Failure> {
    let mut resolved = HashMap::new();
    for (field, entity, name) in filter.unresolved(info, &filter_context()) {
        let id = id_of(&entity, &name).await?;
        resolved.insert(name.clone(), id.ok_or_else(|| unknown(&field, &entity, &name))?);
    }
    let context = Context { resolved: Some(&resolved), ..filter_context() };
    let plan = plan::plan(filter, info, &context);
    let mut found = Vec::with_capacity(plan.lookups.len());
    for lookup in &plan.lookups {
        found.push(ids(lookup.entity, lookup.filter.clone()).await?);
    }
    Ok(plan.with_ids(&found))
}

/// The issue as what keeps a list from being loaded.
pub fn refused(issue: &Issue) -> Failure {
    refusal(issue.message.clone(), issue.hint.clone().unwrap_or_default())
}

fn refusal(text: String, advice: String) -> Failure {
    Failure { advice, ..Failure::new(FailureKind::Validation, 0, vec![text]) }
}

/// The id of the one row that is called so; `None` if there is none.
async fn id_of(name: &str, wanted: &str) -> Result<Option<i64>, Failure> {
    let Some(info) = entity(name) else { return Ok(None) };
    let Some(filter) = name_filter(info, wanted) else { return Ok(None) };
    match ids(info, filter).await?.as_slice() {
        [] => Ok(None),
        [id] => Ok(Some(*id)),
        several => {
            let ids: Vec<String> = several.iter().take(5).map(|id| ["#", &id.to_string()].concat()).collect();
            let text = [wanted, " is the name of ", &several.len().to_string(), " ", info.name].concat();
            Err(refusal(text, ["write the id instead: ", &ids.join(", ")].concat()))
        }
    }
}

async fn ids(info: &'static EntityInfo, filter: Filter) -> Result<Vec<i64>, Failure> {
    let query = Query { include_fields: Some(Vec::new()), verb: Verb::Post, ..Query::new(info, filter) };
    let mut ids = Vec::new();
    let on_page = |rows: Vec<Record>| {
        ids.extend(rows.iter().filter_map(Record::id));
        ControlFlow::Continue(())
    };
    let failure = api().walk(&query, on_page).await.failure;
    failure.map_or(Ok(ids), Err)
}

fn unknown(field: &str, entity: &str, name: &str) -> Failure {
    let text = ["none of the ", entity, " is called “", name, "”, which ", field, " is compared with"].concat();
    refusal(text, "correct the name, or write the id as #123".to_owned())
}
