//! Progress: where a step is, told from the journal alone.

use super::journal::{Event, Journal};
use super::plan::{Step, StepKind};
use crate::instant::Instant;
use crate::record::Record;

/// How long a step rests, or a look-up, for which Autotask was too busy, in seconds. The limit counts the last 60
/// minutes: each minute some of it comes back.
pub const THROTTLED_REST: i64 = 60;
/// After so many times in a row, a rest apart, a person is asked: the hour of the limit is over by then.
pub const THROTTLED_MAX: u32 = 65;

/// Where a step is.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Nothing happened yet, or it was corrected.
    Waiting,
    /// Rows with its natural key were looked for, and nothing is known to be sent since.
    Looked(Vec<i64>),
    /// It was sent and no answer is written down.
    Sent,
    /// It is there.
    Here(i64),
    /// Autotask refused it.
    Refused(Vec<String>),
    /// Autotask was too busy for it.
    Throttled {
        /// When it said so.
        at: Instant,
        /// What it said.
        why: String,
    },
    /// It may have been written.
    InDoubt {
        /// What happened.
        why: String,
        /// What a look-up since then found that was not known before.
        found: Option<Vec<i64>>,
    },
    /// A person skipped it.
    Skipped,
    /// The journal says that it is there twice.
    Twice(i64, i64),
}

/// Where a step is, and what the machine must know of the way there.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Where it is.
    pub state: State,
    /// How often it was sent.
    pub attempts: u32,
    /// How often in a row Autotask was too busy for it.
    throttled: u32,
    /// When it was sent last.
    pub(super) sent_at: Option<Instant>,
    /// What was sent last.
    pub(super) hash: Option<String>,
    /// Rows that were there before it was sent, or that a person called others.
    pub(super) known: Vec<i64>,
    /// When it was first looked for.
    pub(super) first_look: Option<Instant>,
    /// When it was looked for last, since it was sent.
    pub(super) last_look: Option<Instant>,
    /// The row, as it was last corrected.
    pub record: Record,
    /// Why the journal cannot be that of this plan.
    pub(super) broken: Option<String>,
}

impl Progress {
    /// Reads the journal for one step.
    #[must_use]
    pub fn of(step: &Step, journal: &Journal) -> Progress {
        let mut progress = Progress {
            state: State::Waiting,
            attempts: 0,
            throttled: 0,
            sent_at: None,
            hash: None,
            known: Vec::new(),
            first_look: None,
            last_look: None,
            record: step.record.clone(),
            broken: None,
        };
        for entry in journal.iter().filter(|entry| entry.event.step() == Some(&step.id)) {
            progress.take(step, entry.at, &entry.event);
        }
        progress
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.state, State::Here(_) | State::Skipped)
    }

    fn take(&mut self, step: &Step, at: Instant, event: &Event) {
        // What is there stays there, whatever a late or repeated event says.
        let is_settled = self.is_settled();
        match event {
            Event::Confirmed { id, .. } => {
                self.state = match self.state {
                    State::Here(known) if known != *id => State::Twice(known, *id),
                    State::Twice(one, other) => State::Twice(one, other),
                    _ => State::Here(*id),
                };
            }
            Event::Adopted { id, .. } => self.state = State::Here(*id),
            _ if is_settled || matches!(self.state, State::Twice(..)) => {}
            Event::Found { ids, .. } => self.found(step, at, ids),
            Event::Intended { attempt, hash, .. } => match (*attempt).cmp(&(self.attempts + 1)) {
                // Written down twice.
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Greater => {
                    self.broken =
                        Some(format!("the journal lacks sending {} of \"{}\"", self.attempts + 1, step.title));
                }
                std::cmp::Ordering::Equal => {
                    // What is adopted is what was found.
                    if step.kind != StepKind::Adopt {
                        self.forget_found();
                    }
                    self.state = State::Sent;
                    self.attempts = *attempt;
                    self.sent_at = Some(at);
                    self.hash = Some(hash.clone());
                    self.last_look = None;
                }
            },
            Event::Rejected { messages, .. } => self.state = State::Refused(messages.clone()),
            Event::Throttled { why, .. } if self.state == State::Sent => {
                self.throttled += 1;
                self.state = match self.throttled {
                    // By then something else is wrong than that others call, too.
                    THROTTLED_MAX.. => State::Refused(vec![why.clone()]),
                    _ => State::Throttled { at, why: why.clone() },
                };
            }
            // Only what was sent can be told so; a doubt stays one.
            Event::Throttled { .. } => {}
            Event::Unknown { why, .. } => {
                self.sent_at.get_or_insert(at);
                // Said again, it is looked for again.
                self.last_look = None;
                self.state = State::InDoubt { why: why.clone(), found: None };
            }
            Event::NotTheSame { .. } => {
                self.forget_found();
                self.state = match &self.state {
                    // Others were found: what was sent may still come.
                    State::InDoubt { why, found: Some(ids) } if !ids.is_empty() && step.kind != StepKind::Adjust => {
                        State::InDoubt { why: why.clone(), found: Some(Vec::new()) }
                    }
                    // What nobody has looked for.
                    State::Sent => State::Sent,
                    // A person has looked: it is not there.
                    _ => State::Looked(Vec::new()),
                };
            }
            // What is on its way cannot be corrected any more.
            Event::Edited { record, .. } if !matches!(self.state, State::Sent | State::InDoubt { .. }) => {
                self.record = record.clone();
                self.throttled = 0;
                self.state = State::Waiting;
            }
            Event::Edited { .. } | Event::Paused | Event::Resumed { .. } => {}
            Event::Skipped { .. } => self.state = State::Skipped,
        }
    }

    fn found(&mut self, step: &Step, at: Instant, ids: &[i64]) {
        self.first_look.get_or_insert(at);
        self.last_look = Some(at);
        let fresh: Vec<i64> = ids.iter().copied().filter(|id| !self.known.contains(id)).collect();
        self.state = match (&self.state, step.kind) {
            // A change may be sent again, so that what was found is where it goes, sent before or not.
            (_, StepKind::Adopt) => State::Looked(fresh),
            (State::Sent, _) => doubt("the sending was interrupted".to_owned(), fresh),
            (State::InDoubt { why, .. }, _) => doubt(why.clone(), fresh),
            _ => match fresh.as_slice() {
                // Below a company that was there already, a row with the same natural key is the one.
                [id] if is_taken_when_found(step) => State::Here(*id),
                _ => State::Looked(fresh),
            },
        };
    }

    /// What was found and not taken is not what comes next.
    fn forget_found(&mut self) {
        if let State::Looked(ids) | State::InDoubt { found: Some(ids), .. } = &self.state {
            self.known.extend(ids);
        }
    }
}

/// Exactly one row that was not there before is what was sent.
fn doubt(why: String, fresh: Vec<i64>) -> State {
    match fresh.as_slice() {
        [id] => State::Here(*id),
        _ => State::InDoubt { why, found: Some(fresh) },
    }
}

/// Whether a row that is found before the first sending is taken without asking: a person, a contract or a line that
/// has the same natural key. A company and a site are asked about, and units never taken for those that are wanted.
fn is_taken_when_found(step: &Step) -> bool {
    step.kind == StepKind::Create && !matches!(step.entity.as_str(), "Companies" | "CompanyLocations")
}
