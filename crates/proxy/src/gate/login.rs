//! Login: after Autotask refused the credentials once, they are not sent again by themselves, since each failed login
//! brings the API user nearer to being locked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long after a refused login one more is tried: the first, and every further time.
const TRY_AGAIN_AFTER: [Duration; 2] = [Duration::from_secs(15 * 60), Duration::from_secs(60 * 60)];

/// How many logins may fail before nothing but time helps: a third one may come of what was under way.
const FAILED_MAX: usize = 3;

/// Whether the credentials may be sent.
#[derive(Debug, Default)]
pub(crate) struct Login(Mutex<Option<Refused>>);

#[derive(Clone, Copy, Debug)]
struct Refused {
    times: usize,
    /// When one call may try again.
    try_at: Instant,
}

impl Login {
    /// Whether a call may carry the credentials; otherwise the time until one may.
    pub(crate) fn check(&self) -> Result<(), Duration> {
        let mut refused = self.lock();
        let Some(last) = refused.as_mut() else { return Ok(()) };
        let now = Instant::now();
        if now < last.try_at {
            return Err(last.try_at - now);
        }
        // This one tries; those who come while it does wait for the next time.
        last.try_at = now + again_after(last.times);
        Ok(())
    }

    /// Notes how a call with credentials was answered; whether it is the first that was refused since one was taken.
    pub(crate) fn note(&self, is_refused: bool) -> bool {
        let mut refused = self.lock();
        let is_first = is_refused && refused.is_none();
        *refused = is_refused.then(|| {
            let times = refused.map_or(0, |last| last.times + 1);
            Refused { times, try_at: Instant::now() + again_after(times) }
        });
        is_first
    }

    /// Whether the credentials may be tried at once at another address, where the user has moved to: only as long as that
    /// cannot be one failed login too many.
    pub(crate) fn may_try_elsewhere(&self) -> bool {
        self.lock().is_none_or(|last| last.times + 1 < FAILED_MAX)
    }

    /// Whether the credentials were refused, and not taken since.
    pub(crate) fn is_refused(&self) -> bool {
        self.lock().is_some()
    }

    /// Somebody asks for one try now, after mending what was wrong at Autotask.
    pub(crate) fn try_now(&self) {
        if let Some(last) = self.lock().as_mut() {
            last.try_at = Instant::now();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Refused>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn again_after(times: usize) -> Duration {
    let [first, further] = TRY_AGAIN_AFTER;
    if times == 0 { first } else { further }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_refused_login_is_not_repeated_and_one_try_is_made_later() {
        let login = Login::default();
        assert_eq!(login.check(), Ok(()));
        assert!(login.note(true), "the first one");
        assert_eq!(login.check(), Err(Duration::from_secs(900)));
        tokio::time::advance(Duration::from_secs(901)).await;
        assert_eq!(login.check(), Ok(()), "one may try");
        assert!(login.check().is_err(), "and only one");
        assert!(!login.note(true));
        assert_eq!(login.check(), Err(Duration::from_secs(3_600)));
        login.try_now();
        assert_eq!(login.check(), Ok(()), "when somebody asks for it");
        login.note(false);
        assert_eq!((login.check(), login.check()), (Ok(()), Ok(())));
        let elsewhere = [true, true, true].map(|refused| (login.note(refused), login.may_try_elsewhere()));
        assert_eq!(elsewhere, [(true, true), (false, true), (false, false)], "a fourth one never");
    }

    /// security.md S8: 50 requests a second for ten minutes, three of them under way when the secret changes.
    #[tokio::test(start_paused = true)]
    async fn ten_minutes_of_demand_are_three_failed_logins() {
        let login = Login::default();
        let mut failed = 3;
        for _ in 0..3 {
            login.note(true);
        }
        for _ in 0..30_000 {
            if login.check().is_ok() {
                failed += 1;
                login.note(true);
            }
            tokio::time::advance(Duration::from_millis(20)).await;
        }
        assert_eq!(failed, 3);
    }
}
