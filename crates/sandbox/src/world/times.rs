//! Times: days and moments of what happened, none of them after the world's now.

use autotask_core::Instant;

use super::Maker;

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 86_400;

impl Maker<'_> {
    /// The moment so many seconds later, if it has come already.
    pub(super) fn later(&self, from: Instant, seconds: i64) -> Option<Instant> {
        Some(from.plus_seconds(seconds)).filter(|moment| *moment <= self.now)
    }

    /// The moment so many seconds later, or now where that has not come.
    pub(super) fn later_or_now(&self, from: Instant, seconds: i64) -> Instant {
        from.plus_seconds(seconds).min(self.now)
    }
}

/// The beginning of the day of a moment, as fields that are dates hold it.
pub(super) fn midnight(moment: Instant) -> Instant {
    const TICKS: i64 = 864_000_000_000;
    Instant(moment.0.div_euclid(TICKS) * TICKS)
}

/// Whole seconds from one moment to another.
pub(super) fn seconds_between(from: Instant, to: Instant) -> i64 {
    (to.0 - from.0).div_euclid(10_000_000)
}

/// An amount of money, in whole cents.
pub(super) fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
