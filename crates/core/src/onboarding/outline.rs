//! Outline: the calls that a plan makes, before any is made.

use super::plan::{Plan, StepKind};
use crate::entity::entity;

/// How many calls a run makes when everything goes well.
#[must_use]
pub fn calls(plan: &Plan) -> usize {
    outline(plan).len()
}

/// The plan as the list of calls it makes when everything goes well: (method, path, what for). A change is read back.
#[must_use]
pub fn outline(plan: &Plan) -> Vec<(&'static str, String, String)> {
    let mut calls = Vec::new();
    for step in &plan.steps {
        let path = match entity(&step.entity).and_then(|e| e.parent) {
            Some(parent) => format!("{}/{{id}}/{}", parent.path, parent.child_path),
            None => step.entity.clone(),
        };
        let query = || format!("{}/query", step.entity);
        let row = || format!("{}/{{id}}", step.entity);
        if step.id == "company" {
            calls.push(("POST", query(), format!("look for {}", step.title)));
        }
        match step.kind {
            StepKind::Create | StepKind::Adjust => calls.push(("POST", path, format!("create {}", step.title))),
            StepKind::Adopt => {
                let own = if step.entity == "CompanyLocations" { "primary site" } else { "row" };
                calls.push(("POST", query(), format!("find the {own} that Autotask made")));
                calls.push(("PATCH", path, format!("make it {}", step.title)));
                calls.push(("GET", row(), format!("see what became of {}", step.title)));
            }
            StepKind::Update => {
                calls.push(("PATCH", path, format!("set what is left of {}", step.title)));
                calls.push(("GET", row(), format!("see what became of {}", step.title)));
            }
        }
    }
    calls
}
