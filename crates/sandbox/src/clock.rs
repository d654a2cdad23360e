//! Clock: the time as the sandbox has it, which tests can move so that an hour need not pass for its limits to be seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use autotask_core::Instant;

use crate::config::Clock;

/// A clock that runs like another one, some ticks before or behind it. Clones are the same clock.
#[derive(Clone)]
pub(crate) struct MovableClock {
    base: Clock,
    ahead: Arc<AtomicI64>,
}

impl MovableClock {
    pub(crate) fn new(base: Clock) -> MovableClock {
        MovableClock { base, ahead: Arc::default() }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant((self.base)().0.saturating_add(self.ahead.load(Ordering::SeqCst)))
    }

    /// Moves it on, or back, by so many ticks.
    pub(crate) fn advance(&self, ticks: i64) {
        let _ = self.ahead.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| Some(now.saturating_add(ticks)));
    }

    /// Sets it to an instant, from which it runs on.
    pub(crate) fn set(&self, now: Instant) {
        self.ahead.store(now.0.saturating_sub((self.base)().0), Ordering::SeqCst);
    }

    /// Back to the machine's time.
    pub(crate) fn reset(&self) {
        self.ahead.store(0, Ordering::SeqCst);
    }

    /// This clock as others are given it.
    pub(crate) fn shared(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}
