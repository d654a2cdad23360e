//! Drives `autotask_core::onboarding`: does what it says, writes down what came of it, until a person is needed.

use autotask_core::onboarding::{Action, Event, Outcome, Plan, Question, next_action};
use autotask_core::{FailureKind, Operation};

use crate::client::Client;
use crate::transport::Transport;

/// Why the driver came to a stand.
#[derive(Clone, Debug, PartialEq)]
pub enum Halt {
    /// Every step is done or skipped.
    Done(Vec<Outcome>),
    /// A person has to decide; the answer goes into the journal, then the driver goes on.
    Ask {
        /// The step.
        step: String,
        /// What there is to decide.
        question: Question,
    },
    /// A look-up failed; nothing is known, so nothing is sent. Drive again when the cause is gone.
    Failed {
        /// The step.
        step: String,
        /// What happened.
        message: String,
    },
    /// The caller wanted a pause.
    Paused,
}

/// Goes on with a run from where its journal stands.
///
/// `on_event` gets every event before the next thing happens, an intent before it is sent; it answers whether to go
/// on. The journal that was given is extended with the same events.
pub async fn drive<T: Transport>(
    client: &Client<T>,
    plan: &Plan,
    journal: &mut Vec<Event>,
    mut on_event: impl FnMut(&Event) -> bool,
) -> Halt {
    let mut note = |journal: &mut Vec<Event>, event: Event| {
        let go_on = on_event(&event);
        journal.push(event);
        go_on
    };
    loop {
        match next_action(plan, journal) {
            Action::Done(outcomes) => return Halt::Done(outcomes),
            Action::Ask { step, question } => return Halt::Ask { step, question },
            Action::LookUp { step, query } => match client.rows(&query).await {
                Ok(rows) => {
                    let ids = rows.iter().filter_map(autotask_core::Record::id).collect();
                    if !note(journal, Event::Found { step, ids }) {
                        return Halt::Paused;
                    }
                }
                Err(failure) => return Halt::Failed { step, message: failure.to_string() },
            },
            Action::Send { step, operation } => {
                if !note(journal, Event::Intended { step: step.clone() }) {
                    return Halt::Paused;
                }
                let event = send(client, step, &operation).await;
                if !note(journal, event) {
                    return Halt::Paused;
                }
            }
        }
    }
}

async fn send<T: Transport>(client: &Client<T>, step: String, operation: &Operation) -> Event {
    match client.write(operation).await {
        Ok(id) => Event::Confirmed { step, id },
        Err(failure) => match failure.kind {
            // Autotask, or something before it, answered that it did not do it.
            FailureKind::Credentials
            | FailureKind::Permission
            | FailureKind::Validation
            | FailureKind::Throttled
            | FailureKind::Route
            | FailureKind::NotFound => Event::Rejected { step, messages: failure.messages },
            FailureKind::Fault | FailureKind::Malformed | FailureKind::Unreachable => {
                Event::Unknown { step, why: failure.message() }
            }
        },
    }
}
