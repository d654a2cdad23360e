//! Faults: what can go wrong with a real Autotask, switched on for chosen entities and operations.
//!
//! A rule says what goes wrong, where, how often and with which chance. They come from a file (`--faults`), or from
//! `/_sandbox/faults` while it runs; the chance is rolled from the rule's own seed, so that a run can be repeated.
//!
//! ```json
//! [{"fault": "commitThenCut", "entity": "Companies", "operation": "create", "times": 1},
//!  {"fault": "tooManyRequests", "retryAfter": 30, "probability": 0.2, "seed": 4}]
//! ```

mod answers;
mod kind;
mod rule;

use std::sync::{Mutex, PoisonError};

use autotask_core::route::Route;
use serde_json::{Value, json};

pub(crate) use answers::{Broken, hostile};
pub(crate) use kind::{CATALOGUE, Kind, RetryAfter};
pub(crate) use rule::{OF_EVERY_FAULT, Operation, Rule};

use crate::world::dice::Dice;

/// Most rules at once.
const RULES_MAX: usize = 1_000;

/// The rules that are on.
#[derive(Default)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Default)]
struct State {
    active: Vec<Active>,
    last_id: u64,
}

struct Active {
    id: u64,
    rule: Rule,
    fired: u64,
    dice: Dice,
}

impl Faults {
    /// The rules that strike this request, which count it. Of those that decide what becomes of it the first one alone
    /// does, so that rules that strike once come one after the other.
    pub(crate) fn strike(&self, route: &Route) -> Vec<Kind> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = Vec::new();
        for active in &mut state.active {
            let rule = &active.rule;
            let is_left = rule.times.is_none_or(|times| active.fired < times);
            let is_decided = rule.kind.decides() && struck.iter().any(Kind::decides);
            if is_left && !is_decided && rule.applies_to(route) && rule.chance(&mut active.dice) {
                active.fired += 1;
                struck.push(rule.kind.clone());
            }
        }
        struck
    }

    /// After how many bad logins a user is locked out, if at all.
    pub(crate) fn lock_after(&self) -> Option<u32> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let logins = |active: &Active| match active.rule.kind {
            Kind::LockAfter { logins } => Some(logins),
            _ => None,
        };
        state.active.iter().filter_map(logins).min()
    }

    /// Switches rules on, all or none, and answers their ids.
    ///
    /// # Errors
    ///
    /// A sentence that says what to do, when there are too many.
    pub(crate) fn add(&self, rules: Vec<Rule>) -> Result<Vec<u64>, String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.active.len() + rules.len() > RULES_MAX {
            return Err(format!(
                "At most {RULES_MAX} faults can be on at once; DELETE /_sandbox/faults switches all off."
            ));
        }
        let mut ids = Vec::new();
        for rule in rules {
            state.last_id += 1;
            let (id, dice) = (state.last_id, Dice::new(rule.seed, 0));
            state.active.push(Active { id, rule, fired: 0, dice });
            ids.push(id);
        }
        Ok(ids)
    }

    /// Switches one off; whether it was there.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.active.len();
        state.active.retain(|active| active.id != id);
        state.active.len() < before
    }

    /// Switches all off.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).active.clear();
    }

    /// The rules as they were given, each with its id and how often it struck.
    pub(crate) fn list(&self) -> Vec<Value> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = |active: &Active| {
            let mut value = active.rule.to_json();
            value["id"] = json!(active.id);
            value["fired"] = json!(active.fired);
            value
        };
        state.active.iter().map(one).collect()
    }
}
