//! Next: what to do, told from plan, journal and clock. Pure: the same three give the same answer.

use serde::Serialize;

use super::journal::{Event, Journal};
use super::natural_key::natural_key;
use super::plan::{PLAN_VERSION, Plan, Step, StepKind};
use super::progress::{Progress, State, THROTTLED_REST};
use crate::entity::entity;
use crate::fingerprint::fingerprint;
use crate::instant::Instant;
use crate::record::Record;
use crate::request::{Operation, Query};

/// Between two looks for the primary location that Autotask makes with a company, in seconds.
const LOOK_AGAIN_SOON: i64 = 5;
/// For how long that location is waited for, in seconds.
const OWN_ROWS_WITHIN: i64 = 60;
/// Calls to one entity at a time. Autotask takes three, and others call, too.
pub const AT_ONCE: usize = 2;

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Ask Autotask for rows with the step's natural key and write down [`Event::Found`].
    LookUp {
        /// The step.
        step: String,
        /// The query.
        query: Query,
    },
    /// Write down [`Event::Intended`], send, and write down what came of it.
    Send {
        /// The step.
        step: String,
        /// The operation.
        operation: Operation,
        /// Tells this sending from all others, for whoever keeps outcomes: `run/step/attempt`.
        key: String,
        /// Which sending of the step this is, from 1.
        attempt: u32,
        /// What is sent, in short: goes into the journal.
        hash: String,
    },
    /// Nothing can be done before this time.
    WaitUntil {
        /// The step.
        step: String,
        /// When.
        until: Instant,
        /// What happened, after which it may still come.
        why: String,
    },
    /// A person has to decide.
    Ask {
        /// The step; empty for the run as a whole.
        step: String,
        /// What there is to decide.
        question: Question,
    },
    /// Nothing is left to do.
    Done(Vec<Outcome>),
}

/// What a person has to decide.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "question", rename_all = "camelCase")]
pub enum Question {
    /// Rows like it exist: adopt one, or say that they are not the same.
    Exists {
        /// Their ids.
        ids: Vec<i64>,
    },
    /// Autotask refused it: edit and retry, or skip.
    Refused {
        /// Autotask's sentences.
        messages: Vec<String>,
    },
    /// It may have been written, but is not to be found: say that it is not there and have it sent again, or skip it.
    InDoubt {
        /// What happened.
        why: String,
    },
    /// A step it depends on was skipped: skip it as well.
    DependsOnSkipped {
        /// The step that was skipped.
        on: String,
    },
    /// It is there twice, says the journal: adopt the right one.
    Twice {
        /// The two ids.
        ids: Vec<i64>,
    },
    /// The run is paused: resume it.
    Paused,
    /// Journal and plan do not belong together; nothing is sent. Begin a new run.
    Broken {
        /// How one can tell.
        why: String,
    },
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The step.
    pub step: String,
    /// The row's id; `None` when the step was skipped.
    pub id: Option<i64>,
}

/// What to do next, when nothing is being done.
///
/// ```
/// use autotask_core::{Instant, Record, Schema, onboarding::{Action, Answers, next_action, plan}};
/// let company = Record::from_json(r#"{"companyName":"Acme","companyType":1,"phone":"555-0100","ownerResourceID":4}"#).unwrap();
/// let (plan, issues) = plan("run-1", &Answers { company, ..Answers::default() }, &Schema::new());
/// assert!(issues.is_empty());
/// let now = Instant::parse("2026-11-21T09:00:00Z").unwrap();
/// assert!(matches!(next_action(&plan, &[], now), Action::LookUp { step, .. } if step == "company"));
/// ```
#[must_use]
pub fn next_action(plan: &Plan, journal: &Journal, now: Instant) -> Action {
    let mut actions = next_actions(plan, journal, now, &[]);
    if !actions.is_empty() {
        return actions.swap_remove(0);
    }
    // No plan is known to come here: each step is settled, asked about, waited for or ready.
    let why = "no step can be done, and not all are".to_owned();
    Action::Ask { step: String::new(), question: Question::Broken { why } }
}

/// All that can be done at once, while the calls of the steps `busy` are under way: look-ups and sendings, at most two
/// to an entity; or one question, one time to wait for, or the end. Nothing while only calls under way are waited for.
///
/// Where a person has to decide, nothing is begun behind the question.
#[must_use]
pub fn next_actions(plan: &Plan, journal: &Journal, now: Instant, busy: &[&str]) -> Vec<Action> {
    if let Some(question) = question_of_all(plan, journal) {
        return if busy.is_empty() { vec![Action::Ask { step: String::new(), question }] } else { Vec::new() };
    }
    let all: Vec<Progress> = plan.steps.iter().map(|step| Progress::of(step, journal)).collect();
    if all.iter().all(Progress::is_settled) {
        return vec![Action::Done(plan.steps.iter().zip(&all).map(outcome).collect())];
    }
    let of = |id: &str| plan.steps.iter().position(|step| step.id == id).map(|at| &all[at]);
    let mut load: Vec<&str> = busy.iter().filter_map(|id| plan.step(id)).map(|step| step.entity.as_str()).collect();
    let mut actions = Vec::new();
    // The step that is waited for the least.
    let mut wait: Option<(Instant, &Step, String)> = None;
    for (step, progress) in plan.steps.iter().zip(&all) {
        let is_ready = step.needs().all(|id| of(id).is_some_and(Progress::is_settled));
        if progress.is_settled() || busy.contains(&step.id.as_str()) || !is_ready {
            continue;
        }
        match what_now(plan, step, progress, &of, journal, now) {
            Now::Ask(question) if actions.is_empty() && busy.is_empty() => {
                return vec![Action::Ask { step: step.id.clone(), question }];
            }
            Now::Ask(_) => return actions,
            Now::Settled => {}
            Now::Wait(until, why) => {
                if wait.as_ref().is_none_or(|(sooner, ..)| until < *sooner) {
                    wait = Some((until, step, why));
                }
            }
            Now::Do(action) => {
                if load.iter().filter(|entity| **entity == step.entity).count() < AT_ONCE {
                    load.push(&step.entity);
                    actions.push(action);
                }
            }
        }
    }
    if actions.is_empty() && busy.is_empty() {
        let wait = wait.map(|(until, step, why)| Action::WaitUntil { step: step.id.clone(), until, why });
        actions.extend(wait);
    }
    actions
}

/// What can be said of one step.
enum Now {
    Settled,
    Do(Action),
    Wait(Instant, String),
    Ask(Question),
}

/// What keeps the whole run from going on.
fn question_of_all(plan: &Plan, journal: &Journal) -> Option<Question> {
    let broken = |why: String| Some(Question::Broken { why });
    if plan.version != PLAN_VERSION {
        return broken(format!("the plan has version {}, and {PLAN_VERSION} is understood", plan.version));
    }
    if let Some(step) = journal.iter().filter_map(|entry| entry.event.step()).find(|id| plan.step(id).is_none()) {
        return broken(format!("the journal tells of the step \"{step}\", which the plan does not have"));
    }
    for (at, step) in plan.steps.iter().enumerate() {
        // The events of one would count for the other.
        if plan.steps[..at].iter().any(|other| other.id == step.id) {
            return broken(format!("two steps are called \"{}\"", step.id));
        }
        // What is needed comes before, so that no step waits for itself.
        if let Some(needed) = step.needs().find(|id| !plan.steps[..at].iter().any(|step| step.id == *id)) {
            return broken(format!("the step \"{}\" needs \"{needed}\", which does not come before it", step.id));
        }
    }
    let last = journal.iter().rev().find(|entry| matches!(entry.event, Event::Paused | Event::Resumed { .. }));
    last.filter(|entry| entry.event == Event::Paused).map(|_| Question::Paused)
}

fn outcome((step, progress): (&Step, &Progress)) -> Outcome {
    let id = if let State::Here(id) = progress.state { Some(id) } else { None };
    Outcome { step: step.id.clone(), id }
}

fn what_now<'p>(
    plan: &Plan,
    step: &Step,
    progress: &Progress,
    of: &dyn Fn(&str) -> Option<&'p Progress>,
    journal: &Journal,
    now: Instant,
) -> Now {
    if let Some(why) = &progress.broken {
        return Now::Ask(Question::Broken { why: why.clone() });
    }
    let record = match resolve(step, progress, of) {
        Ok(record) => record,
        Err(on) => return Now::Ask(Question::DependsOnSkipped { on }),
    };
    let hash = hash(&record);
    let is_sent = matches!(progress.state, State::Sent | State::InDoubt { .. });
    if is_sent && progress.hash.as_ref().is_some_and(|sent| *sent != hash) {
        let why = format!("\"{}\" was sent with other values than the plan has now", step.title);
        return Now::Ask(Question::Broken { why });
    }
    let send = |record: Record, id: Option<i64>| send(plan, step, progress, record, id, hash.clone());
    let look_up = |since: Option<Instant>| {
        natural_key(step, &record, since).map(|query| Now::Do(Action::LookUp { step: step.id.clone(), query }))
    };
    if let State::Throttled { at, why } = &progress.state {
        let rested = at.plus_seconds(THROTTLED_REST);
        if now < rested {
            return Now::Wait(rested, why.clone());
        }
    }
    match (&progress.state, step.kind) {
        (State::Here(_) | State::Skipped, _) => Now::Settled,
        (State::Twice(one, other), _) => Now::Ask(Question::Twice { ids: vec![*one, *other] }),
        (State::Refused(messages), _) => Now::Ask(Question::Refused { messages: messages.clone() }),
        // A change says the same twice.
        (_, StepKind::Update) => send(record, None),
        (State::Waiting | State::Throttled { .. } | State::Sent | State::InDoubt { .. }, StepKind::Adopt) => {
            match look_up(None) {
                Some(look_up) => look_up,
                None => send(record, None),
            }
        }
        (State::Looked(ids), StepKind::Adopt) => match ids.as_slice() {
            [id] => send(record, Some(*id)),
            [] => not_made_yet(plan, step, progress, now, || look_up(None), || send(record.clone(), None)),
            _ => Now::Ask(Question::Exists { ids: ids.clone() }),
        },
        // What was looked for before it was refused so need not be looked for again.
        (State::Throttled { .. }, _) => send(record, None),
        (State::Waiting, _) => match look_up(None).filter(|_| is_looked_for_first(step, journal)) {
            Some(look_up) => look_up,
            None => send(record, None),
        },
        (State::Looked(ids), _) if ids.is_empty() => send(record, None),
        (State::Looked(ids), _) => Now::Ask(Question::Exists { ids: ids.clone() }),
        (State::InDoubt { found: Some(ids), .. }, _) if !ids.is_empty() => {
            Now::Ask(Question::Exists { ids: ids.clone() })
        }
        (State::Sent | State::InDoubt { .. }, _) => {
            let why = match &progress.state {
                State::InDoubt { why, .. } => why.as_str(),
                _ => "the sending was interrupted",
            };
            let sent = progress.sent_at.unwrap_or(now);
            let settled = plan.timing.settled(sent);
            let again = |look: Instant| look.plus_seconds(i64::from(plan.timing.look_again)).min(settled);
            match progress.last_look {
                Some(look) if look >= settled => match step.kind {
                    StepKind::Adjust => Now::Ask(Question::InDoubt { why: why.to_owned() }),
                    _ => send(record, None),
                },
                Some(look) if now < again(look) => Now::Wait(again(look), why.to_owned()),
                _ => match look_up(Some(sent)) {
                    Some(look_up) => look_up,
                    None => Now::Ask(Question::InDoubt { why: why.to_owned() }),
                },
            }
        }
    }
}

/// Autotask makes this row with the company, perhaps a moment later.
fn not_made_yet(
    plan: &Plan,
    step: &Step,
    progress: &Progress,
    now: Instant,
    look_up: impl Fn() -> Option<Now>,
    send: impl Fn() -> Now,
) -> Now {
    let first = progress.first_look.unwrap_or(now).plus_seconds(OWN_ROWS_WITHIN);
    // A create of it that was not answered may still come.
    let settled = progress.sent_at.map_or(first, |sent| first.max(plan.timing.settled(sent)));
    let look = progress.last_look.unwrap_or(now);
    if look >= settled {
        let can_create = entity(&step.entity).is_some_and(|info| info.can_create);
        let messages = vec![format!("Autotask has made no row of {} for this company", step.entity)];
        return if can_create { send() } else { Now::Ask(Question::Refused { messages }) };
    }
    let again = look.plus_seconds(LOOK_AGAIN_SOON).min(settled);
    match look_up() {
        Some(look_up) if now >= again => look_up,
        _ => Now::Wait(again, "Autotask is still making it".to_owned()),
    }
}

/// Nothing can be below a company that this run has made but what it made there. So only the company itself is looked
/// for, and everything when the company was there before; and what was corrected.
fn is_looked_for_first(step: &Step, journal: &Journal) -> bool {
    let is_company_taken =
        journal.iter().any(|entry| matches!(&entry.event, Event::Adopted { step, .. } if step == "company"));
    let is_corrected =
        journal.iter().any(|entry| matches!(&entry.event, Event::Edited { step: s, .. } if *s == step.id));
    step.id == "company" || is_company_taken || (is_corrected && step.kind == StepKind::Create)
}

/// The step's row as it is sent, with the ids that earlier steps produced. `Err` names a step that was skipped and
/// without which the row cannot be made.
fn resolve<'p>(step: &Step, progress: &Progress, of: &dyn Fn(&str) -> Option<&'p Progress>) -> Result<Record, String> {
    let mut record = progress.record.clone();
    for reference in &step.references {
        match of(&reference.step).map(|progress| &progress.state) {
            Some(State::Here(id)) => record.set(&reference.field, *id),
            _ if reference.is_optional => {}
            _ => return Err(reference.step.clone()),
        }
    }
    Ok(record)
}

/// A create, or a change of the row `id`, or of the row whose id the record has.
fn send(plan: &Plan, step: &Step, progress: &Progress, record: Record, id: Option<i64>, hash: String) -> Now {
    let Some(info) = entity(&step.entity) else {
        return Now::Ask(Question::Refused { messages: vec![format!("unknown entity `{}`", step.entity)] });
    };
    let operation = match (step.kind, id) {
        (StepKind::Update, _) => Operation::Update(info, record, None),
        (_, None) => Operation::Create(info, record, None),
        (_, Some(id)) => {
            let mut changed = Record::new().with("id", id);
            for (name, value) in record.iter() {
                changed.set(name, value.clone());
            }
            Operation::Update(info, changed, None)
        }
    };
    let attempt = progress.attempts + 1;
    let key = format!("{}/{}/{attempt}", plan.run_id, step.id);
    Now::Do(Action::Send { step: step.id.clone(), operation, key, attempt, hash })
}

/// The row as JSON, in short: it tells a plan that was changed.
fn hash(record: &Record) -> String {
    fingerprint(crate::json::write(&record.clone().into()).as_bytes())
}
