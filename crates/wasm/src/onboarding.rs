//! Onboarding: answers to a plan, and what to do next.

use autotask_core::filter::body;
use autotask_core::onboarding::{self, Action, calls, read_answers, read_journal, read_plan};
use autotask_core::request::{Operation, Query, Verb};
use autotask_core::route::Method;
use autotask_core::{Instant, Issue};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::convert::{read_value, to_json};
use crate::schema::Schema;

/// The plan of a run, how many calls it makes, and everything that is wrong with the answers, given as JSON.
#[wasm_bindgen(js_name = planOnboarding)]
#[must_use]
pub fn plan_onboarding(schema: &Schema, run_id: &str, answers: &str) -> String {
    let (answers, mut issues) = read_value(answers.as_bytes())
        .map_or_else(|issue| (Default::default(), vec![issue]), |json| read_answers(&json));
    let (plan, found) = onboarding::plan(run_id, &answers, &schema.inner);
    issues.extend(found);
    to_json(&json!({"plan": plan, "calls": calls(&plan), "issues": issues}))
}

/// What to do next; `{wrong}` in words where plan, journal or time are none.
#[wasm_bindgen(js_name = nextAction)]
#[must_use]
pub fn next_action(plan: &str, journal: &str, now: &str) -> String {
    let told = |name: &str, issue: Issue| {
        let place = issue.path.map(|path| if path.starts_with('[') { path } else { [".", &path].concat() });
        let place = place.filter(|place| place != ".").unwrap_or_default();
        json!({"wrong": format!("{name}{place}: {}", issue.message)})
    };
    let plan = read_value(plan.as_bytes()).and_then(|json| read_plan(&json));
    let journal = read_value(journal.as_bytes()).and_then(|json| read_journal(&json));
    to_json(&match (plan, journal, Instant::parse(now)) {
        (Err(issue), ..) => told("plan", issue),
        (_, Err(issue), _) => told("journal", issue),
        (.., None) => json!({"wrong": "now must be an ISO time such as 2026-11-20T09:30:00Z"}),
        (Ok(plan), Ok(journal), Some(now)) => action_json(onboarding::next_action(&plan, &journal, now)),
    })
}

fn action_json(action: Action) -> Value {
    match action {
        Action::LookUp { step, query } => {
            json!({"action": "lookUp", "step": step, "operation": query_json(&query)})
        }
        Action::Send { step, operation, key, attempt, hash } => json!({
            "action": "send", "step": step, "operation": write_json(operation), "key": key, "attempt": attempt, "hash": hash,
        }),
        Action::WaitUntil { step, until, why } => {
            json!({"action": "waitUntil", "step": step, "until": until.to_string(), "why": why})
        }
        Action::Ask { step, question } => json!({"action": "ask", "step": step, "question": question}),
        Action::Done(outcomes) => json!({"action": "done", "outcomes": outcomes}),
    }
}

/// The query as `buildRequest` takes it.
fn query_json(query: &Query) -> Value {
    let mut json = json!({
        "kind": "query",
        "entity": query.entity.name,
        "filter": body::nodes(&query.filter, query.entity),
        "includeFields": query.include_fields,
    });
    if query.verb == Verb::Post {
        json["method"] = Method::Post.as_str().into();
    }
    json
}

/// The write as `buildRequest` takes it.
fn write_json(operation: Operation) -> Value {
    let (kind, entity, record, parent) = match operation {
        Operation::Create(entity, record, parent) => ("create", entity, record, parent),
        Operation::Update(entity, record, parent) => ("update", entity, record, parent),
        // A plan makes and changes rows, nothing else.
        _ => return Value::Null,
    };
    let mut json = json!({"kind": kind, "entity": entity.name, "record": record});
    if let Some(parent) = parent {
        json["parentId"] = parent.into();
    }
    json
}
