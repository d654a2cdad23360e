//! Threshold: how many requests came in the last rolling hour. It only counts; nothing is slowed or refused yet.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;

/// Requests in an hour before Autotask suspends a tenant.
pub(crate) const REQUESTS_PER_HOUR: u32 = 10_000;
/// The length of the rolling window in minutes.
pub(crate) const WINDOW_MINUTES: i64 = 60;

/// Requests by minute, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Threshold(Mutex<VecDeque<(i64, u64)>>);

impl Threshold {
    /// Counts one request.
    pub(crate) fn count(&self, now: Instant) {
        let minute = now.0.div_euclid(60 * TICKS_PER_SECOND);
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match minutes.back_mut() {
            Some((last, requests)) if *last == minute => *requests += 1,
            _ => minutes.push_back((minute, 1)),
        }
        minutes.retain(|(at, _)| *at > minute - WINDOW_MINUTES);
    }

    /// How many came in the window that ends now.
    pub(crate) fn current(&self, now: Instant) -> u64 {
        let minute = now.0.div_euclid(60 * TICKS_PER_SECOND);
        let minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        minutes.iter().filter(|(at, _)| *at > minute - WINDOW_MINUTES).map(|(_, requests)| requests).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_leave_the_window_after_an_hour() {
        let threshold = Threshold::default();
        let start = Instant::from_date(2026, 11, 21).expect("a day");
        threshold.count(start);
        threshold.count(start.plus_seconds(1));
        threshold.count(start.plus_seconds(1800));
        assert_eq!(threshold.current(start.plus_seconds(3599)), 3);
        assert_eq!(threshold.current(start.plus_seconds(3600)), 1);
        assert_eq!(threshold.current(start.plus_seconds(5400)), 0);
    }
}
