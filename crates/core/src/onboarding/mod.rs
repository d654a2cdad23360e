//! Onboarding: a client as ordered steps, and a pure machine that says what to do next.
//!
//! ```text
//! answers ──plan──► Plan ─┐
//!                         ├─ next_action ──► look up · send · ask · done
//! what came of it ──► Journal ─┘                     │
//!        ▲                                           ▼
//!        └──────────── the driver does it and writes it down
//! ```
//!
//! Company → the primary location, which Autotask makes by itself and we adopt → more sites → contacts, the primary one
//! first → what is set at the company later → site configuration → contract, its lines and their units → first note,
//! to-do, opportunity. Autotask has no transactions and companies cannot be deleted, so after any doubt the machine
//! looks, until nothing can be written any more, before it sends again.

mod answers;
mod journal;
mod look_up;
mod members;
mod natural_key;
mod next;
mod outline;
mod plan;
mod progress;
mod read;

pub use answers::{Answers, ContactAnswer, ContractAnswer, FirstAnswers, ServiceAnswer, blank_answers};
pub use journal::{Entry, Event, Journal, read_journal};
pub use look_up::{duplicate_queries, same_companies};
pub use next::{AT_ONCE, Action, Outcome, Question, next_action, next_actions};
pub use outline::{calls, outline};
pub use plan::{PLAN_VERSION, Plan, Reference, Step, StepKind, Timing, plan};
pub use progress::{Progress, State, THROTTLED_MAX, THROTTLED_REST};
pub use read::{LIST_MAX, read_answers, read_plan};

use crate::entity::EntityInfo;
use crate::filter::Filter;
use crate::request::{Query, Verb};

/// A search that stays out of URLs and logs.
fn post(info: &'static EntityInfo, filter: Filter, fields: &[&str]) -> Query {
    Query {
        include_fields: Some(fields.iter().map(|f| (*f).to_owned()).collect()),
        verb: Verb::Post,
        ..Query::new(info, filter)
    }
}

#[cfg(test)]
mod tests;
