//! A run: plan and journal of one creating, and what they say about each line of the progress.

use autotask_core::{
    Instant, Record,
    onboarding::{Action, Entry, Event, Plan, Progress, Question, State, Step, StepKind, next_action, next_actions},
};
use serde::{Deserialize, Serialize};

/// A creating that has begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// What is to be done; never changed once it runs.
    pub plan: Plan,
    /// What happened.
    pub journal: Vec<Entry>,
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
    /// It waits for what may still come, and goes on by itself.
    Waiting {
        /// The step.
        step: String,
        /// What for.
        why: String,
        /// Until when.
        until: Instant,
    },
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
    /// It was sent, may still be written, and is looked for.
    Doubt,
    /// It was its turn when the run was paused.
    Held,
    /// A person skipped it.
    Skipped,
}

impl Run {
    /// Where a run stands that nobody drives at the moment.
    pub fn phase(&self, now: Instant) -> Phase {
        match next_action(&self.plan, &self.journal, now) {
            Action::Done(_) => Phase::Done,
            Action::Ask { step, question } => Phase::Asking { step, question },
            Action::LookUp { .. } | Action::Send { .. } | Action::WaitUntil { .. } => Phase::Paused,
        }
    }

    /// The step of this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.plan.steps.iter().find(|step| step.id == id)
    }

    /// The id that a step produced.
    pub fn id_of(&self, step: &str) -> Option<i64> {
        match self.progress(step)?.state {
            State::Here(id) => Some(id),
            _ => None,
        }
    }

    /// Where a step is, and its row as it was last corrected.
    pub fn progress(&self, step: &str) -> Option<Progress> {
        self.plan.step(step).map(|step| Progress::of(step, &self.journal))
    }

    /// Why a step is in doubt: what happened when it was sent.
    pub fn doubt(&self, step: &str) -> Option<String> {
        match self.progress(step)?.state {
            State::InDoubt { why, .. } => Some(why),
            _ => None,
        }
    }

    /// The row of a step as it was last corrected.
    pub fn record_of(&self, step: &str) -> Option<Record> {
        self.progress(step).map(|progress| progress.record)
    }

    /// What to write down when a step was corrected: its row, and the rows of steps after it that the correction
    /// changes too, such as the first day of the units when that of the contract has changed. Empty when the corrected
    /// plan does without the step.
    pub fn correction(&self, corrected: &Plan, step: &str) -> Vec<Event> {
        let Some(own) = corrected.step(step) else { return Vec::new() };
        let edited = |step: &Step| Event::Edited { step: step.id.clone(), record: step.record.clone() };
        let is_after = |later: &&Step| later.references.iter().any(|reference| reference.step == step);
        let is_changed = |later: &&Step| {
            self.progress(&later.id).is_some_and(|progress| {
                let is_to_come = matches!(
                    progress.state,
                    State::Waiting | State::Looked(_) | State::Refused(_) | State::Throttled { .. }
                );
                is_to_come && progress.record != later.record
            })
        };
        let after = corrected.steps.iter().filter(is_after).filter(is_changed);
        std::iter::once(own).chain(after).map(edited).collect()
    }

    /// The state of each line, in order.
    pub fn lines(&self, phase: &Phase, now: Instant) -> Vec<LineState> {
        let actions = next_actions(&self.plan, &self.journal, now, &[]);
        let current: Vec<String> = actions.into_iter().filter_map(step_of).collect();
        let line = |step: &Step| match Progress::of(step, &self.journal) {
            Progress { state: State::Here(id), .. } => LineState::Done(id),
            Progress { state: State::Skipped, .. } => LineState::Skipped,
            Progress { state: State::InDoubt { .. }, .. }
                if matches!(phase, Phase::Running | Phase::Pausing | Phase::Waiting { .. }) =>
            {
                LineState::Doubt
            }
            _ if !current.contains(&step.id) => LineState::Waiting,
            _ => match phase {
                Phase::Running | Phase::Pausing | Phase::Waiting { .. } => LineState::Running,
                Phase::Asking { .. } | Phase::Failed { .. } => LineState::Failed,
                Phase::Paused | Phase::Done => LineState::Held,
            },
        };
        self.plan.steps.iter().map(line).collect()
    }
}

fn step_of(action: Action) -> Option<String> {
    match action {
        Action::LookUp { step, .. }
        | Action::Send { step, .. }
        | Action::WaitUntil { step, .. }
        | Action::Ask { step, .. } => Some(step),
        Action::Done(_) => None,
    }
}

/// What a step makes, for people.
pub fn kind_of(step: &Step) -> &'static str {
    match (step.entity.as_str(), step.kind) {
        ("Companies", StepKind::Update) => "Billing and details",
        ("Companies", _) => "Company",
        ("CompanyLocations", StepKind::Adopt) => "Primary site",
        ("CompanyLocations", _) => "Site",
        ("CompanySiteConfigurations", _) => "Site configuration",
        ("Contracts", _) => "Contract",
        ("ContractServices", _) => "Service",
        ("ContractServiceAdjustments", _) => "Units",
        ("CompanyNotes", _) => "Note",
        ("CompanyToDos", _) => "To-do",
        ("Opportunities", _) => "Opportunity",
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
        let now = Instant::parse("2026-11-21T09:00:00Z").expect("an instant");
        let entry = |event| Entry { at: now, event };
        let step = |step: &str| step.to_owned();
        assert_eq!(run.phase(now), Phase::Paused);
        assert_eq!(run.lines(&Phase::Paused, now)[..2], [LineState::Held, LineState::Waiting]);
        run.journal.push(entry(Event::Found { step: step("company"), ids: Vec::new() }));
        assert_eq!(run.lines(&Phase::Running, now)[..2], [LineState::Running, LineState::Waiting]);
        run.journal.push(entry(Event::Confirmed { step: step("company"), id: 7 }));
        assert_eq!(run.lines(&Phase::Running, now)[..2], [LineState::Done(7), LineState::Running]);
        assert_eq!(run.id_of("company"), Some(7));
        run.journal.push(entry(Event::Skipped { step: step("primary_location") }));
        run.journal.push(entry(Event::Rejected { step: step("site_1"), messages: vec!["no".to_owned()] }));
        let phase = run.phase(now);
        assert!(matches!(&phase, Phase::Asking { step, .. } if step == "site_1"), "{phase:?}");
        assert_eq!(run.lines(&phase, now)[1..3], [LineState::Skipped, LineState::Failed]);
    }

    #[test]
    fn a_corrected_contract_takes_its_units_along() {
        let mut answers = onboarding::blank_answers();
        let service = onboarding::ServiceAnswer { record: Record::new().with("serviceID", 11), quantity: Some(5) };
        let record = Record::new().with("contractName", "Managed").with("startDate", "2026-12-01T00:00:00Z");
        answers.contract = Some(onboarding::ContractAnswer { record, contact: None, services: vec![service] });
        let plan = |answers: &onboarding::Answers| onboarding::plan("r", answers, &Schema::new()).0;
        let run = Run { plan: plan(&answers), journal: Vec::new() };
        let steps = |events: Vec<Event>| {
            events.iter().map(|event| event.step().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let contract = answers.contract.as_mut().expect("there");
        contract.record.set("contractName", "Managed services");
        assert_eq!(steps(run.correction(&plan(&answers), "contract")), ["contract"]);
        let contract = answers.contract.as_mut().expect("there");
        contract.record.set("startDate", "2027-01-01T00:00:00Z");
        assert_eq!(steps(run.correction(&plan(&answers), "contract")), ["contract", "service_0_units"]);
        let contract = answers.contract.as_mut().expect("there");
        contract.services[0].quantity = None;
        assert_eq!(steps(run.correction(&plan(&answers), "service_0_units")), [""; 0]);
    }

    #[test]
    fn a_step_is_named_for_people() {
        let run = run();
        let kinds: Vec<_> = run.plan.steps.iter().map(kind_of).collect();
        assert_eq!(kinds, ["Company", "Primary site", "Site", "Primary contact"]);
    }
}
