//! Onboarding: answers to a plan, and what to do next.

use autotask_core::filter::body;
use autotask_core::onboarding::{self, Action, calls, read_answers, read_journal, read_plan};
use autotask_core::request::{Operation, Query, Verb};
use autotask_core::route::Method;
use autotask_core::{Instant, Issue};
use wasm_bindgen::prelude::*;

use crate::convert::{object, read_value, to_json};
use crate::schema::Schema;

/// The plan of a run, how many calls it makes, and everything that is wrong with the answers, given as JSON.
#[wasm_bindgen(js_name = planOnboarding)]
#[must_use]
pub fn plan_onboarding(schema: &Schema, run_id: &str, answers: &str) -> String {
    let (answers, mut issues) = read_value(answers.as_bytes())
        .map_or_else(|issue| (Default::default(), vec![issue]), |json| read_answers(&json));
    let (plan, found) = onboarding::plan(run_id, &answers, &schema.inner);
    issues.extend(found);
    object(&[("plan", to_json(&plan)), ("calls", to_json(&calls(&plan))), ("issues", to_json(&issues))])
}

/// What to do next; `{wrong}` in words where plan, journal or time are none.
#[wasm_bindgen(js_name = nextAction)]
#[must_use]
pub fn next_action(plan: &str, journal: &str, now: &str) -> String {
    let wrong = |words: &str| object(&[("wrong", to_json(words))]);
    let told = |name: &str, issue: Issue| {
        let place = issue.path.map(|path| if path.starts_with('[') { path } else { [".", &path].concat() });
        let place = place.filter(|place| place != ".").unwrap_or_default();
        wrong(&format!("{name}{place}: {}", issue.message))
    };
    let plan = read_value(plan.as_bytes()).and_then(|json| read_plan(&json));
    let journal = read_value(journal.as_bytes()).and_then(|json| read_journal(&json));
    match (plan, journal, Instant::parse(now)) {
        (Err(issue), ..) => told("plan", issue),
        (_, Err(issue), _) => told("journal", issue),
        (.., None) => wrong("now must be an ISO time such as 2026-11-20T09:30:00Z"),
        (Ok(plan), Ok(journal), Some(now)) => action_json(onboarding::next_action(&plan, &journal, now)),
    }
}

fn action_json(action: Action) -> String {
    let (kind, step, more) = match action {
        Action::LookUp { step, query } => ("lookUp", Some(step), vec![("operation", query_json(&query))]),
        Action::Send { step, operation, key, attempt, hash } => (
            "send",
            Some(step),
            vec![
                ("operation", write_json(operation)),
                ("key", to_json(&key)),
                ("attempt", to_json(&attempt)),
                ("hash", to_json(&hash)),
            ],
        ),
        Action::WaitUntil { step, until, why } => {
            ("waitUntil", Some(step), vec![("until", to_json(&until.to_string())), ("why", to_json(&why))])
        }
        Action::Ask { step, question } => ("ask", Some(step), vec![("question", to_json(&question))]),
        Action::Done(outcomes) => ("done", None, vec![("outcomes", to_json(&outcomes))]),
    };
    let mut members = vec![("action", to_json(kind))];
    members.extend(step.map(|step| ("step", to_json(&step))));
    members.extend(more);
    object(&members)
}

/// The query as `buildRequest` takes it.
fn query_json(query: &Query) -> String {
    let mut members = vec![
        ("kind", to_json("query")),
        ("entity", to_json(query.entity.name)),
        ("filter", to_json(&body::nodes(&query.filter, query.entity))),
        ("includeFields", to_json(&query.include_fields)),
    ];
    if query.verb == Verb::Post {
        members.push(("method", to_json(Method::Post.as_str())));
    }
    object(&members)
}

/// The write as `buildRequest` takes it.
fn write_json(operation: Operation) -> String {
    let (kind, entity, record, parent) = match operation {
        Operation::Create(entity, record, parent) => ("create", entity, record, parent),
        Operation::Update(entity, record, parent) => ("update", entity, record, parent),
        // A plan makes and changes rows, nothing else.
        _ => return "null".to_owned(),
    };
    let mut members = vec![("kind", to_json(kind)), ("entity", to_json(entity.name)), ("record", to_json(&record))];
    members.extend(parent.map(|parent| ("parentId", to_json(&parent))));
    object(&members)
}
