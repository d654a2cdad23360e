//! A run: plan and journal of one creating, and what they say about each line of the progress.

use autotask_core::{
    Record,
    onboarding::{Action, Event, Plan, Question, State, Step, StepKind, next_action, state},
};
use serde::{Deserialize, Serialize};

/// A creating that has begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// What is to be done; never changed once it runs.
    pub plan: Plan,
    /// What happened.
    pub journal: Vec<Event>,
}

/// What the driver is at.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// It stands still, and goes on when told to.
    #[default]
    Paused,
    /// It works.
    Running,
    /// It works on its last call.
    Pausing,
    /// A person has to decide.
    Asking {
        /// The step.
        step: String,
        /// What there is to decide.
        question: Question,
    },
    /// It could not look, so it did nothing.
    Failed {
        /// The step.
        step: String,
        /// What happened and what to do.
        message: String,
    },
    /// Every step is done or skipped.
    Done,
}

/// How a line of the progress looks.
#[derive(Clone, Debug, PartialEq)]
pub enum LineState {
    /// Its turn has not come.
    Waiting,
    /// It is being done.
    Running,
    /// It is there, with this id.
    Done(i64),
    /// It did not go as planned; a person has to decide or to try again.
    Failed,
    /// It was its turn when the run was paused.
    Held,
    /// A person skipped it.
    Skipped,
}

impl Run {
    /// Where a run stands that nobody drives at the moment.
    pub fn phase(&self) -> Phase {
        match next_action(&self.plan, &self.journal) {
            Action::Done(_) => Phase::Done,
            Action::Ask { step, question } => Phase::Asking { step, question },
            Action::LookUp { .. } | Action::Send { .. } => Phase::Paused,
        }
    }

    /// The step of this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.plan.steps.iter().find(|step| step.id == id)
    }

    /// The id that a step produced.
    pub fn id_of(&self, step: &str) -> Option<i64> {
        match state(step, &self.journal) {
            State::Here(id) => Some(id),
            _ => None,
        }
    }

    /// The row of a step as it was last corrected.
    pub fn record_of(&self, step: &str) -> Option<&Record> {
        let edited = self.journal.iter().rev().find_map(|event| match event {
            Event::Edited { step: s, record } if s == step => Some(record),
            _ => None,
        });
        edited.or_else(|| self.step(step).map(|step| &step.record))
    }

    /// The state of each line, in order.
    pub fn lines(&self, phase: &Phase) -> Vec<LineState> {
        let current = match next_action(&self.plan, &self.journal) {
            Action::LookUp { step, .. } | Action::Send { step, .. } | Action::Ask { step, .. } => step,
            Action::Done(_) => String::new(),
        };
        let line = |step: &Step| match state(&step.id, &self.journal) {
            State::Here(id) => LineState::Done(id),
            State::Skipped => LineState::Skipped,
            _ if step.id != current => LineState::Waiting,
            _ => match phase {
                Phase::Running | Phase::Pausing => LineState::Running,
                Phase::Asking { .. } | Phase::Failed { .. } => LineState::Failed,
                Phase::Paused | Phase::Done => LineState::Held,
            },
        };
        self.plan.steps.iter().map(line).collect()
    }
}

/// What a step makes, for people.
pub fn kind_of(step: &Step) -> &'static str {
    match (step.entity.as_str(), step.kind) {
        ("Companies", _) => "Company",
        ("CompanyLocations", StepKind::Adopt) => "Primary site",
        ("CompanyLocations", StepKind::Create) => "Site",
        _ if step.record.flag("primaryContact") == Some(true) => "Primary contact",
        _ => "Contact",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autotask_core::{Schema, onboarding};

    fn run() -> Run {
        let mut answers = onboarding::blank_answers();
        answers.company.set("companyName", "Acme");
        answers.sites.push(Record::new().with("name", "Depot"));
        Run { plan: onboarding::plan("r", &answers, &Schema::new()).0, journal: Vec::new() }
    }

    #[test]
    fn lines_follow_journal_and_phase() {
        let mut run = run();
        assert_eq!(run.phase(), Phase::Paused);
        assert_eq!(run.lines(&Phase::Paused)[..2], [LineState::Held, LineState::Waiting]);
        run.journal.push(Event::Found { step: "company".to_owned(), ids: Vec::new() });
        run.journal.push(Event::Intended { step: "company".to_owned() });
        assert_eq!(run.lines(&Phase::Running)[..2], [LineState::Running, LineState::Waiting]);
        run.journal.push(Event::Confirmed { step: "company".to_owned(), id: 7 });
        assert_eq!(run.lines(&Phase::Running)[..2], [LineState::Done(7), LineState::Running]);
        assert_eq!(run.id_of("company"), Some(7));
        run.journal.push(Event::Skipped { step: "primary_location".to_owned() });
        let rejected = Event::Rejected { step: "site_1".to_owned(), messages: vec!["no".to_owned()] };
        run.journal.push(rejected);
        let phase = run.phase();
        assert!(matches!(&phase, Phase::Asking { step, .. } if step == "site_1"), "{phase:?}");
        assert_eq!(run.lines(&phase)[1..3], [LineState::Skipped, LineState::Failed]);
    }

    #[test]
    fn a_step_is_named_for_people() {
        let run = run();
        let kinds: Vec<_> = run.plan.steps.iter().map(kind_of).collect();
        assert_eq!(kinds, ["Company", "Primary site", "Site", "Primary contact"]);
    }
}
