//! The driver's place on a machine: its clock, the journal's file, progress in words, and Ctrl+C.

use std::cell::Cell;
use std::time::Duration;

use autotask_client::onboarding;
use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;
use autotask_core::onboarding::{Entry, Plan};
use tokio::sync::watch;

use super::journal_file::JournalFile;
use super::{INTERRUPTED, words};
use crate::listen::signal;
use crate::say::say;

/// Longest sleep, in ticks of the clock: a machine may be put to sleep meanwhile.
const SLEEP_MAX: i64 = 30 * TICKS_PER_SECOND;

/// Tells when nothing more is to be begun.
#[derive(Clone)]
pub(super) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Begins to listen. A second Ctrl+C ends the process at once: what was under way is then in doubt, and looked for
    /// when the run is gone on with.
    pub(super) fn listen() -> Interrupt {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signal().await;
            say("Stopping; calls under way are waited for. Ctrl+C once more does not wait.");
            let _ = sender.send(true);
            signal().await;
            std::process::exit(i32::from(INTERRUPTED));
        });
        Interrupt(receiver)
    }
}

/// Keeps the journal in a file and says what happens.
pub(super) struct Keeper<'k> {
    plan: &'k Plan,
    file: &'k mut JournalFile,
    interrupt: Interrupt,
    /// What was said last about waiting.
    said: Cell<Option<Instant>>,
}

impl<'k> Keeper<'k> {
    pub(super) fn new(plan: &'k Plan, file: &'k mut JournalFile, interrupt: Interrupt) -> Keeper<'k> {
        Keeper { plan, file, interrupt, said: Cell::new(None) }
    }
}

/// The time of this machine.
pub(super) fn now() -> Instant {
    Instant(jiff::Timestamp::now().as_millisecond().saturating_mul(TICKS_PER_SECOND / 1_000))
}

impl onboarding::Keeper for Keeper<'_> {
    fn now(&self) -> Instant {
        now()
    }

    async fn wait(&self, until: Instant) {
        let ticks = until.0.saturating_sub(self.now().0).clamp(0, SLEEP_MAX);
        // Up to the next millisecond, so that the time has come.
        let milliseconds = (ticks / (TICKS_PER_SECOND / 1_000)).unsigned_abs() + 1;
        let mut interrupt = self.interrupt.0.clone();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
            // When nobody listens for signals, it is not told.
            Ok(_) = interrupt.wait_for(|told| *told) => {}
        }
    }

    fn waits(&self, step: &str, until: Instant, why: &str) {
        if self.said.replace(Some(until)) != Some(until) {
            say(&format!("{}: waiting until {until}: {why}", words::step(self.plan, step)));
        }
    }

    fn wants_pause(&self) -> bool {
        *self.interrupt.0.borrow()
    }

    async fn keep(&mut self, entry: &Entry) -> Result<(), String> {
        self.file.keep(entry)?;
        say(&words::event(self.plan, &entry.event));
        Ok(())
    }
}
