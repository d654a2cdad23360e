//! Drives `autotask_core::onboarding`: does what it says, writes down what came of it, until a person is needed.

use std::future::Future;
use std::pin::Pin;

use autotask_core::onboarding::{
    Action, Entry, Event, Outcome, Plan, Question, THROTTLED_MAX, THROTTLED_REST, next_actions,
};
use autotask_core::write::{Verdict, label_of, verify};
use autotask_core::{EntityInfo, Failure, FailureKind, Instant, Operation, Query, Record};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::client::Client;
use crate::transport::Transport;

/// What a driver needs of the place where it runs: a clock, and somebody who keeps the journal.
#[allow(async_fn_in_trait, reason = "futures of the browser are not Send, and the trait serves both")]
pub trait Keeper {
    /// The time.
    fn now(&self) -> Instant;

    /// Waits until then, or less.
    async fn wait(&self, until: Instant);

    /// Is told what is waited for, before the waiting begins.
    fn waits(&self, _step: &str, _until: Instant, _why: &str) {}

    /// Whether nothing more should be begun; asked before each call.
    fn wants_pause(&self) -> bool;

    /// Keeps an entry, for good: a sending begins when its intent is kept.
    ///
    /// # Errors
    ///
    /// Why it could not be kept. The driver then begins nothing more.
    async fn keep(&mut self, entry: &Entry) -> Result<(), String>;
}

/// Why the driver came to a stand.
#[derive(Clone, Debug, PartialEq)]
pub enum Halt {
    /// Every step is done or skipped.
    Done(Vec<Outcome>),
    /// A person has to decide; the answer goes into the journal, then the driver goes on.
    Ask {
        /// The step; empty for the run as a whole.
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
    /// The keeper wanted a pause.
    Paused,
    /// The journal could not be kept.
    NotKept(String),
}

/// A call that is under way: the step, and what came of it; the failure of a look-up.
type Call<'c> = Pin<Box<dyn Future<Output = (String, Result<Event, Failure>)> + 'c>>;

/// Goes on with a run from where its journal stands, with at most two calls at a time to one entity.
///
/// Every event is kept before the next thing happens, an intent before it is sent; the journal that was given is
/// extended with the same entries. Calls that are under way are waited for, whatever ends the driving. To end it at
/// once, drop it: what was on its way is then in doubt, and looked for when the run is taken up again.
pub async fn drive<T: Transport>(
    client: &Client<T>,
    plan: &Plan,
    journal: &mut Vec<Entry>,
    keeper: &mut impl Keeper,
) -> Halt {
    let mut calls: FuturesUnordered<Call<'_>> = FuturesUnordered::new();
    let mut busy: Vec<String> = Vec::new();
    let mut end: Option<Halt> = None;
    let mut throttled = 0;
    loop {
        if end.is_none() && keeper.wants_pause() {
            end = Some(Halt::Paused);
        }
        if end.is_none() {
            let names: Vec<&str> = busy.iter().map(String::as_str).collect();
            for action in next_actions(plan, journal, keeper.now(), &names) {
                match action {
                    Action::Done(outcomes) => return Halt::Done(outcomes),
                    Action::Ask { step, question } => return Halt::Ask { step, question },
                    Action::WaitUntil { step, until, why } => {
                        keeper.waits(&step, until, &why);
                        keeper.wait(until).await;
                    }
                    Action::LookUp { step, query } => {
                        busy.push(step.clone());
                        calls.push(Box::pin(look_up(client, step, query)));
                    }
                    Action::Send { step, operation, key, attempt, hash } => {
                        let intent = Event::Intended { step: step.clone(), attempt, hash };
                        if let Err(why) = note(journal, keeper, intent).await {
                            end = Some(Halt::NotKept(why));
                            break;
                        }
                        busy.push(step.clone());
                        calls.push(Box::pin(send(client, step, operation, key)));
                    }
                }
            }
        }
        match calls.next().await {
            Some((step, came)) => {
                busy.retain(|other| *other != step);
                match came {
                    Ok(event) => {
                        throttled = 0;
                        if let Err(why) = note(journal, keeper, event).await {
                            end = Some(Halt::NotKept(why));
                        }
                    }
                    Err(failure) if failure.kind == FailureKind::Throttled && throttled < THROTTLED_MAX => {
                        throttled += 1;
                        let until = keeper.now().plus_seconds(THROTTLED_REST);
                        keeper.waits(&step, until, &failure.message());
                        keeper.wait(until).await;
                    }
                    Err(failure) => end = end.or(Some(Halt::Failed { step, message: failure.to_string() })),
                }
            }
            None => {
                if let Some(end) = end {
                    return end;
                }
            }
        }
    }
}

async fn note(journal: &mut Vec<Entry>, keeper: &mut impl Keeper, event: Event) -> Result<(), String> {
    let entry = Entry { at: keeper.now(), event };
    keeper.keep(&entry).await?;
    journal.push(entry);
    Ok(())
}

async fn look_up<T: Transport>(client: &Client<T>, step: String, query: Query) -> (String, Result<Event, Failure>) {
    let found = |rows: Vec<Record>| rows.iter().filter_map(Record::id).collect();
    let came = client.rows(&query).await.map(|rows| Event::Found { step: step.clone(), ids: found(rows) });
    (step, came)
}

async fn send<T: Transport>(
    client: &Client<T>,
    step: String,
    operation: Operation,
    key: String,
) -> (String, Result<Event, Failure>) {
    let event = match client.write_once(&operation, &key).await {
        Ok(id) => match operation {
            Operation::Update(info, record, _) => read_back(client, info, &record, step.clone(), id).await,
            _ => Event::Confirmed { step: step.clone(), id },
        },
        Err(failure) if failure.kind == FailureKind::Throttled => {
            Event::Throttled { step: step.clone(), why: failure.message() }
        }
        Err(failure) if failure.kind.wrote_nothing() => {
            Event::Rejected { step: step.clone(), messages: failure.messages }
        }
        Err(failure) => Event::Unknown { step: step.clone(), why: failure.message() },
    };
    (step, Ok(event))
}

/// Autotask answers 200 to a change that it ignores. What cannot be read again is believed.
async fn read_back<T: Transport>(
    client: &Client<T>,
    info: &'static EntityInfo,
    sent: &Record,
    step: String,
    id: i64,
) -> Event {
    let Ok(Some(row)) = client.get(info, id).await else { return Event::Confirmed { step, id } };
    // What it was before is not known; what is not as it was sent was not taken.
    let ignored = verify(info, sent, &row, &row).into_iter().filter(|field| field.outcome != Verdict::Changed);
    let left = |path: &str| format!("Autotask took the change and left {} as it was.", label_of(info, path));
    let messages: Vec<String> = ignored.map(|field| left(&field.field)).collect();
    if messages.is_empty() { Event::Confirmed { step, id } } else { Event::Rejected { step, messages } }
}
