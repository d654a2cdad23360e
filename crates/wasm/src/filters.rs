//! Filters: text and JSON to the tree and back.

use autotask_core::filter::body::{self, ReadFilter};
use autotask_core::filter::{check, complete, parse, plan, print};
use autotask_core::issue::has_errors;
use autotask_core::json::{object, place};
use autotask_core::{EntityInfo, Filter, Issue};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::context::Context;
use crate::convert::{known, read_filter_text, read_value, refusal, to_json};
use crate::schema::Schema;

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct FilterAnswer {
    filter: Option<Vec<Value>>,
    text: Option<String>,
    issues: Vec<Issue>,
    unresolved: Vec<Unresolved>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_records: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_fields: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<Vec<String>>,
}

#[derive(Default, Serialize)]
struct PlanAnswer {
    server: Vec<Value>,
    queries: Vec<Vec<Value>>,
    lookups: Vec<Value>,
    local: Vec<Value>,
    nodes: Vec<plan::NodePlan>,
    conditions: usize,
    udfs: usize,
    issues: Vec<Issue>,
    unresolved: Vec<Unresolved>,
}

/// A name whose id has to be looked up.
#[derive(Serialize)]
pub(crate) struct Unresolved {
    field: String,
    entity: String,
    name: String,
}

impl Unresolved {
    /// From (field, entity, name).
    pub(crate) fn of((field, entity, name): (String, impl Into<String>, String)) -> Unresolved {
        Unresolved { field, entity: entity.into(), name }
    }
}

impl FilterAnswer {
    fn of(filter: Option<&Filter>, issues: Vec<Issue>, info: &EntityInfo, context: &Context) -> FilterAnswer {
        let unresolved = |filter: &Filter| context.run(|context| filter.unresolved(info, context));
        let unresolved = filter.map(unresolved).unwrap_or_default().into_iter();
        FilterAnswer {
            unresolved: unresolved.map(Unresolved::of).collect(),
            filter: filter.map(|f| body::nodes(f, info)),
            text: filter.map(|f| print::print(f, info)),
            issues,
            ..FilterAnswer::default()
        }
    }

    fn refused(issue: Issue) -> FilterAnswer {
        FilterAnswer { issues: vec![issue], ..FilterAnswer::default() }
    }
}

/// Text to the tree, with every problem of the text at its place (UTF-16 units).
#[wasm_bindgen(js_name = parseFilter)]
#[must_use]
pub fn parse_filter(schema: &Schema, context: &Context, entity: &str, text: &str) -> String {
    let answer = match known(&schema.inner, entity) {
        Err(issue) => FilterAnswer::refused(issue),
        Ok(info) => {
            let (filter, issues) = parsed(text, info, context);
            FilterAnswer::of(filter.as_ref(), issues, info, context)
        }
    };
    to_json(&answer)
}

/// JSON to the tree, with every problem at its path. `is_text` says that the caller wrote the JSON, not `api.js`.
#[wasm_bindgen(js_name = readFilter)]
#[must_use]
pub fn read_filter(schema: &Schema, context: &Context, entity: &str, json: &[u8], is_text: bool) -> String {
    let json = if is_text { read_filter_text(json) } else { read_value(json).map(|json| (json, None)) };
    let answer = match (known(&schema.inner, entity), json) {
        (Err(issue), _) | (_, Err(issue)) => FilterAnswer { ignored: Some(Vec::new()), ..FilterAnswer::refused(issue) },
        (Ok(info), Ok((json, text))) => {
            let read = read_json(&json, info, context);
            let mut issues = read.issues;
            if let Some(text) = text {
                place(&mut issues, &text);
                for issue in &mut issues {
                    issue.position = issue.position.map(|position| position.in_utf16(&text));
                }
            }
            FilterAnswer {
                max_records: read.max_records,
                include_fields: read.include_fields,
                ignored: Some(read.ignored),
                ..FilterAnswer::of(read.filter.as_ref().filter(|_| !has_errors(&issues)), issues, info, context)
            }
        }
    };
    to_json(&answer)
}

/// The tree, given as JSON, as canonical text.
///
/// # Errors
///
/// The issues of what is no tree, or not one of this entity.
#[wasm_bindgen(js_name = printFilter)]
pub fn print_filter(
    schema: &Schema,
    context: &Context,
    entity: &str,
    filter: &str,
    is_pretty: bool,
) -> Result<String, String> {
    let info = known(&schema.inner, entity).map_err(|issue| refusal(vec![issue]))?;
    let filter = filter_of_json(filter, info, context).map_err(refusal)?;
    Ok(if is_pretty { print::pretty(&filter, info) } else { print::print(&filter, info) })
}

/// Where a filter, text or nodes in JSON, runs.
#[wasm_bindgen(js_name = planFilter)]
#[must_use]
pub fn plan_filter(schema: &Schema, context: &Context, entity: &str, filter: &str) -> String {
    let read = known(&schema.inner, entity)
        .map_err(|issue| vec![issue])
        .and_then(|info| Ok((filter_of_json(filter, info, context)?, info)));
    match read {
        Ok((filter, info)) => {
            let plan = context.run(|context| plan::plan(&filter, info, context));
            let unresolved = context.run(|context| filter.unresolved(info, context));
            let lookup = |lookup: &plan::Lookup| {
                object(vec![
                    ("entity", lookup.entity.name.into()),
                    ("filter", body::write(&lookup.filter, lookup.entity).into()),
                    ("into", lookup.into.as_str().into()),
                ])
            };
            let queries = plan.queries().into_iter().map(|query| body::write(&query, info));
            to_json(&PlanAnswer {
                server: body::write(&plan.server, info),
                queries: queries.collect(),
                lookups: plan.lookups.iter().map(lookup).collect(),
                local: plan.local.as_ref().map(|local| body::nodes(local, info)).unwrap_or_default(),
                conditions: plan.conditions(),
                udfs: plan.udfs(),
                nodes: plan.nodes,
                issues: plan.issues,
                unresolved: unresolved.into_iter().map(Unresolved::of).collect(),
            })
        }
        Err(issues) => to_json(&PlanAnswer { issues, ..PlanAnswer::default() }),
    }
}

/// What could stand at the cursor, a place in UTF-16 units.
#[wasm_bindgen(js_name = completeFilter)]
#[must_use]
pub fn complete_filter(schema: &Schema, entity: &str, text: &str, cursor: usize) -> String {
    let Ok(info) = known(&schema.inner, entity) else { return "[]".to_owned() };
    let mut units = 0;
    let at = text.char_indices().find(|(_, c)| {
        let is_there = units >= cursor;
        units += c.len_utf16();
        is_there
    });
    let mut found = complete::complete(text, at.map_or(text.len(), |(at, _)| at), info);
    let in_units = |byte: usize| text.get(..byte).map_or(0, |before| before.encode_utf16().count());
    for completion in &mut found {
        (completion.from, completion.to) = (in_units(completion.from), in_units(completion.to));
    }
    to_json(&found)
}

fn parsed(text: &str, info: &EntityInfo, context: &Context) -> (Option<Filter>, Vec<Issue>) {
    let parsed = context.run(|context| parse::read(text, info, context));
    let filter = parsed.filter().cloned();
    let mut issues = parsed.issues;
    for issue in &mut issues {
        issue.position = issue.position.map(|p| p.in_utf16(text));
    }
    (filter, issues)
}

fn read_json(json: &Value, info: &EntityInfo, context: &Context) -> ReadFilter {
    body::read_and_check(json, info, |filter| context.run(|context| check::check_meaning(filter, info, context)))
}

/// A filter as JavaScript gives it, text or nodes, in JSON.
pub(crate) fn filter_of_json(json: &str, info: &EntityInfo, context: &Context) -> Result<Filter, Vec<Issue>> {
    let json = read_value(json.as_bytes()).map_err(|issue| vec![issue])?;
    filter_of(&json, info, context).map(|(filter, _)| filter)
}

/// The same from its value. A filter without errors and its notices, or all its issues.
fn filter_of(json: &Value, info: &EntityInfo, context: &Context) -> Result<(Filter, Vec<Issue>), Vec<Issue>> {
    let (filter, issues) = match json.as_str() {
        Some(text) => parsed(text, info, context),
        None => {
            let read = read_json(json, info, context);
            (read.filter, read.issues)
        }
    };
    match filter {
        Some(filter) if !has_errors(&issues) => Ok((filter, issues)),
        _ => Err(issues),
    }
}

/// A filter that Autotask can run alone, as `buildRequest` needs it, and notices of how it was read.
pub(crate) fn server_filter_of(
    json: &Value,
    info: &EntityInfo,
    context: &Context,
) -> Result<(Filter, Vec<Issue>), Vec<Issue>> {
    let (filter, notices) = filter_of(json, info, context)?;
    let plan = context.run(|context| plan::plan(&filter, info, context));
    if !plan.issues.is_empty() {
        return Err(plan.issues);
    }
    if plan.place() == plan::Place::Server && plan.queries().len() == 1 {
        return Ok((plan.server, notices));
    }
    let why = plan.nodes.iter().find_map(|node| node.reason).map_or("it takes several calls", plan::Reason::words);
    let issue = Issue::error("request.not_on_server", format!("Autotask cannot run this filter alone: {why}"))
        .hint("`planFilter` says what to send, and what is left to do with `Table.filter`");
    Err(vec![issue.at("filter")])
}
