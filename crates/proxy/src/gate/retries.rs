//! Retries: whether a read that failed is sent once more. Writes are never repeated here.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use autotask_core::FailureKind;
use autotask_core::response;

use crate::refusal::{Refusal, Unreachable, Way};
use crate::upstream::Answer;

/// Most attempts after the first one.
const RETRIES_MAX: u32 = 2;
/// A tenth of what is asked may be asked again: so many tenths are there at the most, and at the start.
const TENTHS_MAX: u32 = 100;
/// The longest wait before the first further attempt; it doubles with each.
const WAIT: Duration = Duration::from_millis(500);
/// The longest time that a caller waits because Autotask asked for it. What takes longer is the caller's to wait for.
const ASKED_WAIT_MAX: Duration = Duration::from_secs(5);

/// What may still be repeated: it grows with every read and shrinks with every repetition, so that a fault that hits all
/// reads does not triple the calls.
#[derive(Debug)]
pub(crate) struct Retries(Mutex<u32>);

impl Default for Retries {
    fn default() -> Retries {
        Retries(Mutex::new(TENTHS_MAX))
    }
}

impl Retries {
    /// Notes a read that is asked for.
    pub(crate) fn earn(&self) {
        let mut tenths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tenths = (*tenths + 1).min(TENTHS_MAX);
    }

    /// How long to wait before the read is sent again; `None` when it is not. `attempt` counts from 0.
    pub(crate) fn after(&self, attempt: u32, outcome: &Result<Answer, Refusal>) -> Option<Duration> {
        if attempt >= RETRIES_MAX {
            return None;
        }
        let wait = match outcome {
            Ok(answer) => match (answer.rest().or_else(|| answer.seconds_to_wait()), is_passing(answer)) {
                (Some(seconds), true) => Some(Duration::from_secs(seconds)).filter(|asked| *asked <= ASKED_WAIT_MAX),
                (None, true) => Some(Duration::ZERO),
                (_, false) => None,
            },
            Err(Refusal::Unreachable(Unreachable { way: Way::BrokenOff, .. })) => Some(Duration::ZERO),
            Err(_) => None,
        }?;
        let mut tenths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tenths = tenths.checked_sub(10)?;
        Some(wait + jitter(WAIT * 2_u32.pow(attempt)))
    }
}

/// Whether the same read may well succeed in a moment.
fn is_passing(answer: &Answer) -> bool {
    match answer.status {
        502..=504 => true,
        200..=299 => false,
        status => response::read(status, &answer.body).is_err_and(|failure| failure.kind == FailureKind::Throttled),
    }
}

/// Any time up to this one, so that those who failed together do not come back together.
fn jitter(most: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) >> 48;
    most.mul_f64(f64::from(u16::try_from(random).unwrap_or(0)) / f64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderValue;

    use super::*;

    fn answer(status: u16, body: &'static str, wait: Option<&'static str>) -> Result<Answer, Refusal> {
        Ok(Answer {
            status,
            retry_after: wait.map(HeaderValue::from_static),
            at: None,
            body: Bytes::from_static(body.as_bytes()),
            tail: None,
        })
    }

    #[test]
    fn what_passes_by_itself_is_tried_again() {
        let retries = Retries::default();
        let broken = |way| Err(Refusal::Unreachable(Unreachable { way, is_demo: false, in_doubt: false }));
        for outcome in [
            answer(503, "", None),
            answer(429, r#"{"errors":["thread limit"]}"#, None),
            answer(500, r#"{"errors":["thread threshold exceeded Itgenatr005"]}"#, None),
            broken(Way::BrokenOff),
        ] {
            assert!(retries.after(0, &outcome).is_some_and(|wait| wait <= WAIT), "{outcome:?}");
            assert!(retries.after(1, &outcome).is_some(), "{outcome:?}");
            assert_eq!(retries.after(2, &outcome), None, "{outcome:?}");
        }
        for outcome in [
            answer(200, "{}", None),
            answer(401, "", None),
            answer(500, r#"{"errors":["Unable to find x in the y Entity."]}"#, None),
            answer(429, "", Some("60")),
            answer(429, "", None),
            broken(Way::AnswerTimeout),
            broken(Way::ConnectTimeout),
            Err(Refusal::Fault),
        ] {
            assert_eq!(retries.after(0, &outcome), None, "{outcome:?}");
        }
        let asked = retries.after(0, &answer(429, "", Some("3"))).unwrap();
        assert!(asked >= Duration::from_secs(3) && asked < Duration::from_secs(4), "never early: {asked:?}");
    }

    /// security.md B4: ten minutes of 503.
    #[test]
    fn an_outage_makes_a_tenth_more_calls() {
        let retries = Retries::default();
        let mut calls = 0;
        for _ in 0..1_000 {
            retries.earn();
            for attempt in 0.. {
                calls += 1;
                if retries.after(attempt, &answer(503, "", None)).is_none() {
                    break;
                }
            }
        }
        assert!((1_100..=1_110).contains(&calls), "{calls}");
    }
}
