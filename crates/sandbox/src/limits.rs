//! Limits: the requests of a rolling hour, which the whole tenant shares, and those at once for one endpoint.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;

use crate::settings::Settings;

/// The length of the rolling window in minutes.
pub(crate) const WINDOW_MINUTES: i64 = 60;

/// What the hour's use means for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hour {
    /// It is answered after this time.
    Open(Duration),
    /// The tenant is suspended; in so many seconds the oldest requests leave the window.
    Suspended {
        /// Seconds until there may be room again, 1 to 60: a minute at most, as the window moves by minutes.
        retry_after: u64,
    },
}

/// Requests by minute, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Threshold(Mutex<VecDeque<(i64, u64)>>);

impl Threshold {
    /// Counts one request, unless the hour is used up: what is refused is not counted, or it would never end.
    pub(crate) fn take(&self, now: Instant, settings: &Settings) -> Hour {
        let minute = minute(now);
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        minutes.retain(|(at, _)| (minute - WINDOW_MINUTES + 1..=minute).contains(at));
        let used: u64 = minutes.iter().map(|(_, requests)| requests).sum::<u64>() + u64::from(settings.other_requests);
        let limit = settings.requests_per_hour.map(u64::from);
        if limit.is_some_and(|limit| used >= limit) {
            let seconds = now.0.div_euclid(TICKS_PER_SECOND).rem_euclid(60);
            return Hour::Suspended { retry_after: u64::try_from(60 - seconds).unwrap_or(60) };
        }
        match minutes.back_mut() {
            Some((last, requests)) if *last == minute => *requests += 1,
            _ => minutes.push_back((minute, 1)),
        }
        Hour::Open(match limit.filter(|_| settings.latency) {
            // 0.5 s from half of the limit and 1 s from three quarters are what secondary sources report.
            Some(limit) if used * 4 >= limit * 3 => Duration::from_millis(1_000),
            Some(limit) if used * 2 >= limit => Duration::from_millis(500),
            _ => Duration::ZERO,
        })
    }

    /// How many came in the window that ends now, those of other integrations included.
    pub(crate) fn current(&self, now: Instant, settings: &Settings) -> u64 {
        let minute = minute(now);
        let minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = minutes.iter().filter(|(at, _)| (minute - WINDOW_MINUTES + 1..=minute).contains(at));
        ours.map(|(_, requests)| requests).sum::<u64>() + u64::from(settings.other_requests)
    }
}

fn minute(now: Instant) -> i64 {
    now.0.div_euclid(60 * TICKS_PER_SECOND)
}

/// Requests under way, by endpoint. The sandbox has one tracking identifier, so that is no part of the key.
#[derive(Debug, Default)]
pub(crate) struct Threads(Arc<Mutex<HashMap<&'static str, u32>>>);

/// A place among the requests under way, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Thread {
    threads: Arc<Mutex<HashMap<&'static str, u32>>>,
    endpoint: &'static str,
}

impl Threads {
    /// A place for one more request to an endpoint; `None` when all are taken.
    pub(crate) fn take(&self, endpoint: &'static str, limit: Option<u32>) -> Option<Thread> {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = threads.entry(endpoint).or_default();
        if limit.is_some_and(|limit| *running >= limit) {
            return None;
        }
        *running += 1;
        Some(Thread { threads: Arc::clone(&self.0), endpoint })
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = threads.get_mut(self.endpoint) {
            *running = running.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn settings(requests_per_hour: Option<u32>, other_requests: u32) -> Settings {
        Settings { requests_per_hour, other_requests, ..Settings::new(&Config::default()) }
    }

    #[test]
    fn requests_leave_the_window_after_an_hour() {
        let threshold = Threshold::default();
        let settings = settings(None, 0);
        let start = Instant::from_date(2026, 11, 21).expect("a day");
        for seconds in [0, 1, 1800] {
            threshold.take(start.plus_seconds(seconds), &settings);
        }
        assert_eq!(threshold.current(start.plus_seconds(3599), &settings), 3);
        assert_eq!(threshold.current(start.plus_seconds(3600), &settings), 1);
        assert_eq!(threshold.current(start.plus_seconds(5400), &settings), 0);
    }

    #[test]
    fn calls_get_slower_and_then_none_is_answered() {
        let now = Instant::from_date(2026, 11, 21).expect("a day").plus_seconds(17);
        let threshold = Threshold::default();
        let hour: Vec<Hour> = (0..9).map(|_| threshold.take(now, &settings(Some(8), 0))).collect();
        let open = |milliseconds| Hour::Open(Duration::from_millis(milliseconds));
        assert_eq!(hour[..4], [open(0); 4]);
        assert_eq!(hour[4..6], [open(500); 2]);
        assert_eq!(hour[6..8], [open(1_000); 2]);
        assert_eq!(hour[8], Hour::Suspended { retry_after: 43 });
        assert_eq!(threshold.current(now, &settings(Some(8), 0)), 8);
        // An hour later it is as if nothing had been.
        assert_eq!(threshold.take(now.plus_seconds(3600), &settings(Some(8), 0)), open(0));
    }

    #[test]
    fn what_other_integrations_use_counts_too() {
        let now = Instant::from_date(2026, 11, 21).expect("a day");
        let threshold = Threshold::default();
        assert_eq!(threshold.take(now, &settings(Some(10), 5)), Hour::Open(Duration::from_millis(500)));
        assert!(matches!(threshold.take(now, &settings(Some(10), 10)), Hour::Suspended { retry_after: 60 }));
    }

    #[test]
    fn a_place_is_given_back() {
        let threads = Threads::default();
        let places: Vec<_> = (0..3).map(|_| threads.take("Companies", Some(3)).expect("a place")).collect();
        assert!(threads.take("Companies", Some(3)).is_none());
        assert!(threads.take("Contacts", Some(3)).is_some());
        assert!(threads.take("Companies", None).is_some());
        drop(places);
        assert!(threads.take("Companies", Some(3)).is_some());
    }
}
