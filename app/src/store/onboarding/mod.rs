//! Onboarding: the draft that the browser keeps, and the run that creates it. A run goes on while other pages are open.
//!
//! ```text
//! form ──► Draft ──► kept by the browser          Run { plan, journal } is a part of the draft:
//!            ▲                                    every event is kept before the next thing happens
//!            └── driver: look up · send · ask ◄── answers of a person
//! ```

pub mod contract;
pub mod draft;
pub mod kept;
mod lock;
pub mod run;
pub mod shared_drafts;
pub mod shared_runs;
pub mod step;

use std::time::Duration;

use autotask_client::onboarding::{Halt, Keeper, drive};
use autotask_core::{
    Instant,
    onboarding::{Entry, Event, Plan, Question},
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

pub use draft::Draft;
pub use kept::Created;
pub use run::{Phase, Run};
pub use shared_drafts::Share;
pub use step::{Part, Place, Step, StepState};

use shared_drafts::Kept;

use super::{clock, use_late_store};
use crate::api::api;

/// How long typing rests before the server keeps the draft too.
const SHARE_REST: Duration = Duration::from_secs(2);

/// Said when the browser keeps nothing: without a journal a run that breaks off could not be taken up again.
const NOT_KEPT: &str = "This browser does not keep the journal: its storage is blocked or full. Allow storage for this address, then try again.";

/// Said when another tab creates this client already.
const ELSEWHERE: &str = "Another tab of this browser is creating this client. Go on there, or close it and try again.";

/// Said when the run that this tab shows is not the kept one any more.
const GONE: &str = "This run was ended in another tab of this browser. Reload the page to see what there is now";

/// Said when another browser drives the run now.
const OVERTAKEN: &str = "Another browser goes on with this client. Look on there, or try again to take it over here.";

/// The onboarding. Get it with [`use_onboarding`].
#[derive(Clone, Copy)]
pub struct Onboarding {
    draft: RwSignal<Option<Draft>>,
    phase: RwSignal<Phase>,
    /// Whether the browser kept what was written last.
    is_kept: RwSignal<bool>,
    recent: RwSignal<Vec<Created>>,
    /// When the draft was saved that the server has.
    shared_at: RwSignal<Option<f64>>,
    /// The keeping on the server that waits for typing to rest.
    sharing: StoredValue<Option<TimeoutHandle>>,
    wants_pause: StoredValue<bool>,
    /// What was decided while the run waits for something that may still come.
    decision: StoredValue<Vec<Event>>,
}

impl Onboarding {
    /// The draft as it was kept last. Reactive.
    pub fn draft(&self) -> Option<Draft> {
        self.draft.get()
    }

    /// The draft without being told of changes.
    pub fn draft_untracked(&self) -> Option<Draft> {
        self.draft.get_untracked()
    }

    /// Reads the run; `None` while nothing is being created. Reactive.
    pub fn with_run<T>(&self, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.draft.with(|draft| draft.as_ref().and_then(|draft| draft.run.as_ref()).map(read))
    }

    /// The same without being told of changes.
    pub fn with_run_untracked<T>(&self, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.draft.with_untracked(|draft| draft.as_ref().and_then(|draft| draft.run.as_ref()).map(read))
    }

    /// What the driver is at. Reactive.
    pub fn phase(&self) -> Signal<Phase> {
        self.phase.into()
    }

    /// Whether calls are being made. Reactive.
    pub fn is_running(&self) -> bool {
        self.phase.with(|phase| matches!(phase, Phase::Running | Phase::Pausing | Phase::Waiting { .. }))
    }

    /// When the draft was kept, in milliseconds since 1970. Reactive.
    pub fn saved_at(&self) -> Option<f64> {
        self.draft.with(|draft| draft.as_ref().map(|draft| draft.saved_at))
    }

    /// Whether the browser keeps the draft. Reactive.
    pub fn is_kept(&self) -> bool {
        self.is_kept.get()
    }

    /// The clients that were created here, the last one first. Reactive.
    pub fn recent(&self) -> Vec<Created> {
        self.recent.get()
    }

    /// Keeps what the form holds; a run stays as it is, also one that another tab has begun meanwhile.
    pub fn keep(&self, mut draft: Draft) {
        draft.saved_at = kept::now();
        draft.run = self.with_run_untracked(Run::clone);
        draft.share = self.draft.with_untracked(|draft| draft.as_ref().and_then(|draft| draft.share.clone()));
        if draft.run.is_none()
            && let Some(run) = kept::draft().and_then(|kept| kept.run)
        {
            self.phase.set(run.phase(clock::now()));
            draft.run = Some(run);
        }
        self.is_kept.set(kept::keep_draft(&draft));
        self.draft.set(Some(draft));
        self.share_soon();
    }

    /// Whether the server has the draft as it is here. Reactive.
    pub fn is_shared(&self) -> bool {
        self.shared_at.get().is_some_and(|at| self.saved_at() == Some(at))
    }

    /// Takes up a draft that another browser has entered, in place of none or an empty one.
    pub fn take_draft(&self, draft: Draft) {
        self.is_kept.set(kept::keep_draft(&draft));
        self.shared_at.set(Some(draft.saved_at));
        self.draft.set(Some(draft));
        self.phase.set(Phase::Paused);
    }

    /// Keeps the draft on the server too, once typing has rested.
    fn share_soon(&self) {
        let store = *self;
        if let Some(Some(waiting)) = self.sharing.try_update_value(Option::take) {
            waiting.clear();
        }
        let share = move || spawn_local(store.share());
        self.sharing.set_value(set_timeout_with_handle(share, SHARE_REST).ok());
    }

    async fn share(self) {
        let Some(draft) = self.draft.get_untracked().filter(|draft| draft.run.is_none() && !draft.is_blank()) else {
            return;
        };
        let share = draft.share.clone().unwrap_or_else(Share::new);
        // What cannot be kept there now is kept with the next change; here it is kept already.
        let kept = match shared_drafts::keep(&draft, &share).await {
            Ok(Kept::Overtaken) => shared_drafts::keep(&draft, &Share::new()).await,
            kept => kept,
        };
        let Ok(Kept::As(share)) = kept else { return };
        self.shared_at.set(Some(draft.saved_at));
        self.draft.update(|now| {
            if let Some(now) = now {
                now.share = Some(share);
                self.is_kept.set(kept::keep_draft(now));
            }
        });
    }

    /// The server has it no longer: it was created or thrown away.
    fn forget_shared(&self) {
        if let Some(Some(waiting)) = self.sharing.try_update_value(Option::take) {
            waiting.clear();
        }
        let share = self.draft.with_untracked(|draft| draft.as_ref().and_then(|draft| draft.share.clone()));
        if let Some(share) = share {
            spawn_local(async move { shared_drafts::forget(&share.id).await });
        }
    }

    /// Forgets the draft with its run.
    pub fn discard(&self) {
        self.forget_shared();
        kept::drop_draft();
        self.draft.set(None);
        self.phase.set(Phase::Paused);
    }

    /// Begins to create what the kept draft holds; shows the run that another tab has begun, if there is one.
    pub fn start(&self, plan: Plan) {
        if self.with_run_untracked(|_| ()).is_some() {
            return;
        }
        self.forget_shared();
        self.draft.update(|draft| {
            if let Some(draft) = draft {
                draft.run = Some(Run { plan, journal: Vec::new() });
                draft.share = None;
            }
        });
        self.keep_run();
        self.phase.set(Phase::Paused);
        self.go_on();
    }

    /// Stops after the call that is under way.
    pub fn pause(&self) {
        self.wants_pause.set_value(true);
        if matches!(self.phase.get_untracked(), Phase::Running | Phase::Waiting { .. }) {
            self.phase.set(Phase::Pausing);
        }
    }

    /// Writes down what a person decided, and goes on.
    pub fn answer(&self, event: Event) {
        self.answer_all(vec![event]);
    }

    /// Writes down what a person decided, where one decision is about several steps, and goes on.
    pub fn answer_all(&self, events: Vec<Event>) {
        // The driver takes it when the call that is under way has ended.
        if matches!(self.phase.get_untracked(), Phase::Running | Phase::Waiting { .. }) {
            self.decision.set_value(events);
            return;
        }
        self.proceed(events);
    }

    /// Goes on with the run from where its journal stands.
    pub fn go_on(&self) {
        self.proceed(Vec::new());
    }

    fn proceed(&self, decision: Vec<Event>) {
        if matches!(self.phase.get_untracked(), Phase::Running | Phase::Pausing | Phase::Waiting { .. }) {
            return;
        }
        let store = *self;
        self.wants_pause.set_value(false);
        self.phase.set(Phase::Running);
        spawn_local(async move {
            let done = lock::alone(store.drive(decision)).await;
            if !done {
                store.fail(ELSEWHERE);
            }
        });
    }

    async fn drive(self, decision: Vec<Event>) {
        let before = self.with_run_untracked(|run| run.journal.len());
        if !self.take_over() {
            return self.fail(GONE);
        }
        if let Err(why) = self.take_shared().await {
            return self.fail(&why);
        }
        let Some(run) = self.with_run_untracked(Run::clone) else { return };
        // What was decided on an older journal may be about something that is settled by now: it is asked anew.
        let is_fresh = before == Some(run.journal.len());
        for event in decision.into_iter().filter(|_| is_fresh) {
            if let Err(why) = self.note(Entry { at: clock::now(), event }).await {
                return self.fail(&why);
            }
        }
        if !self.keep_run() {
            return self.fail(NOT_KEPT);
        }
        let Some(run) = self.with_run_untracked(Run::clone) else { return };
        let mut journal = run.journal.clone();
        loop {
            let halt = drive(&api(), &run.plan, &mut journal, &mut Desk { store: self }).await;
            let decided = match halt {
                Halt::Ask { ref step, ref question } if self.is_answered(&run, step, question) => {
                    vec![Event::NotTheSame { step: step.clone() }]
                }
                Halt::Paused => self.decision.try_update_value(std::mem::take).unwrap_or_default(),
                _ => Vec::new(),
            };
            if decided.is_empty() {
                return self.settle(halt);
            }
            for event in decided {
                let entry = Entry { at: clock::now(), event };
                if let Err(why) = self.note(entry.clone()).await {
                    return self.fail(&why);
                }
                journal.push(entry);
            }
            self.phase.set(Phase::Running);
        }
    }

    /// Takes over what another tab has written down of this run; `false` when the run is not the kept one any more.
    fn take_over(&self) -> bool {
        let own = self.with_run_untracked(|run| (run.plan.run_id.clone(), run.journal.len()));
        match (own, kept::draft().and_then(|kept| kept.run)) {
            (Some((id, length)), Some(run)) if run.plan.run_id == id => {
                if run.journal.len() > length {
                    self.draft.update(|draft| {
                        if let Some(draft) = draft {
                            draft.run = Some(run);
                        }
                    });
                }
                true
            }
            // A browser that keeps nothing says so in the next step.
            (Some(_), None) => !self.is_kept.get_untracked(),
            _ => false,
        }
    }

    /// Makes this page the one that drives the run, with what the server and this browser know of it.
    async fn take_shared(&self) -> Result<(), String> {
        let Some(run) = self.with_run_untracked(Run::clone) else { return Ok(()) };
        let title = self.draft.with_untracked(|draft| draft.as_ref().map(Draft::title)).unwrap_or_default();
        let run = shared_runs::take(&run, &title).await.map_err(said)?;
        self.draft.update(|draft| {
            if let Some(draft) = draft {
                draft.run = Some(run);
            }
        });
        Ok(())
    }

    /// Takes up a run that another browser has begun.
    pub async fn take_up(&self, line: shared_runs::Line) -> Result<(), String> {
        let gone = "This run cannot be read: it is gone, or of another version of this program.";
        let unread = |failure: autotask_core::Failure| failure.messages.join(" ");
        let run = shared_runs::run(&line.id).await.map_err(unread)?.ok_or_else(|| gone.to_owned())?;
        let draft = Draft { saved_at: kept::now(), ..Draft::of_run(run) };
        self.is_kept.set(kept::keep_draft(&draft));
        self.phase.set(draft.run.as_ref().map(|run| run.phase(clock::now())).unwrap_or_default());
        self.draft.set(Some(draft));
        Ok(())
    }

    /// Keeps an entry on the server, then here.
    async fn note(&self, entry: Entry) -> Result<(), String> {
        if let Some((id, length)) = self.with_run_untracked(|run| (run.plan.run_id.clone(), run.journal.len())) {
            shared_runs::append(&id, length, &entry).await.map_err(said)?;
        }
        if self.append(entry) { Ok(()) } else { Err(NOT_KEPT.to_owned()) }
    }

    fn settle(&self, halt: Halt) {
        match halt {
            Halt::Failed { step, message } => self.phase.set(Phase::Failed { step, message }),
            Halt::NotKept(why) => self.fail(&why),
            // The pause may have come with the last step.
            Halt::Done(_) | Halt::Ask { .. } | Halt::Paused => {
                let phase = self.with_run_untracked(|run| run.phase(clock::now())).unwrap_or_default();
                if phase == Phase::Done {
                    self.remember();
                }
                self.phase.set(phase);
            }
        }
    }

    /// Whether the question was answered before the run: the companies found are the ones that are not the same.
    fn is_answered(&self, run: &Run, step: &str, question: &Question) -> bool {
        let Question::Exists { ids } = question else { return false };
        // The parent is set after the company is there.
        let parent_in = |step: &str| run.record_of(step).and_then(|record| record.int("parentCompanyID"));
        let parent = parent_in("company_details").or_else(|| parent_in(step));
        let is_decided = |draft: &Draft| ids.iter().all(|id| draft.not_same.contains(id) || Some(*id) == parent);
        // After a doubt a company that was made meanwhile is asked about, whatever was said before.
        step == "company" && self.draft.with_untracked(|draft| draft.as_ref().is_some_and(is_decided))
    }

    fn fail(&self, message: &str) {
        let step = self.with_run_untracked(|run| match run.phase(clock::now()) {
            Phase::Asking { step, .. } => step,
            _ => run
                .plan
                .steps
                .iter()
                .find(|step| run.id_of(&step.id).is_none())
                .map_or_else(String::new, |s| s.id.clone()),
        });
        self.phase.set(Phase::Failed { step: step.unwrap_or_default(), message: message.to_owned() });
    }

    /// Adds to the journal and keeps it; whether the browser did.
    fn append(&self, entry: Entry) -> bool {
        self.draft.update(|draft| {
            if let Some(run) = draft.as_mut().and_then(|draft| draft.run.as_mut()) {
                run.journal.push(entry);
            }
        });
        self.keep_run()
    }

    fn keep_run(&self) -> bool {
        let is_kept = self.draft.with_untracked(|draft| draft.as_ref().is_some_and(kept::keep_draft));
        self.is_kept.set(is_kept);
        is_kept
    }

    fn remember(&self) {
        let Some(id) = self.with_run_untracked(|run| run.id_of("company")).flatten() else { return };
        let name = self.draft.with_untracked(|draft| draft.as_ref().map(Draft::title)).unwrap_or_default();
        kept::keep_created(Created { id, name, at: kept::now() });
        self.recent.set(kept::recent());
    }
}

fn said(why: shared_runs::NotKept) -> String {
    match why {
        shared_runs::NotKept::Overtaken => OVERTAKEN.to_owned(),
        shared_runs::NotKept::Failed(why) => why,
    }
}

/// The driver's desk: the browser's clock, and the journal that the browser keeps.
struct Desk {
    store: Onboarding,
}

/// How often it is looked, while the run waits, whether a person has decided, in milliseconds.
const GLANCE: i32 = 200;

impl Keeper for Desk {
    fn now(&self) -> Instant {
        clock::now()
    }

    fn waits(&self, step: &str, until: Instant, why: &str) {
        self.store.phase.set(Phase::Waiting { step: step.to_owned(), why: why.to_owned(), until });
    }

    async fn wait(&self, until: Instant) {
        while clock::now() < until && !self.wants_pause() {
            clock::sleep(GLANCE).await;
        }
        if matches!(self.store.phase.get_untracked(), Phase::Waiting { .. }) {
            self.store.phase.set(Phase::Running);
        }
    }

    fn wants_pause(&self) -> bool {
        self.store.wants_pause.get_value() || self.store.decision.with_value(|decision| !decision.is_empty())
    }

    async fn keep(&mut self, entry: &Entry) -> Result<(), String> {
        self.store.note(entry.clone()).await
    }
}

/// What the browser has kept.
fn new_onboarding() -> Onboarding {
    let draft = kept::draft();
    let phase =
        draft.as_ref().and_then(|draft| draft.run.as_ref()).map(|run| run.phase(clock::now())).unwrap_or_default();
    Onboarding {
        draft: RwSignal::new(draft),
        phase: RwSignal::new(phase),
        is_kept: RwSignal::new(true),
        recent: RwSignal::new(kept::recent()),
        shared_at: RwSignal::new(None),
        sharing: StoredValue::new(None),
        wants_pause: StoredValue::new(false),
        decision: StoredValue::default(),
    }
}

/// The onboarding of the app.
pub fn use_onboarding() -> Onboarding {
    use_late_store(new_onboarding)
}
