//! Reading: how much one person reads in an hour. A script with somebody's session or token would otherwise carry the whole
//! book away as fast as Autotask's hour allows; it is stopped, and the log says whose it was.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// A minute, in milliseconds.
const MINUTE: i64 = 60 * 1000;
/// For so many minutes a read counts.
const MINUTES: i64 = 60;

/// What one person has read: the minutes of the last hour in which they did, and how often.
#[derive(Debug, Default)]
struct Minutes {
    counts: VecDeque<(i64, u32)>,
    /// The minute in which the log was last told.
    told_at: Option<i64>,
}

/// Counts reads; as many entries as there are users.
#[derive(Debug)]
pub(crate) struct Reading {
    max: u32,
    users: Mutex<HashMap<i64, Minutes>>,
}

/// Somebody has read enough for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Enough {
    /// Until there is room again.
    pub(crate) seconds: u32,
    /// Whether the log is to be told, which is once an hour for each person.
    pub(crate) is_news: bool,
}

impl Reading {
    /// Lets each person read so often in an hour.
    pub(crate) fn new(max: u32) -> Reading {
        Reading { max, users: Mutex::default() }
    }

    /// Counts a read of this user at this time, in milliseconds.
    pub(crate) fn take(&self, user: i64, now: i64) -> Result<(), Enough> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = users.entry(user).or_default();
        let minute = now.div_euclid(MINUTE);
        // Also what lies an hour ahead, after a clock was set back.
        minutes.counts.retain(|(at, _)| (minute - at).abs() < MINUTES);
        if minutes.counts.iter().map(|(_, count)| count).sum::<u32>() >= self.max {
            let free = minutes.counts.front().map_or(now, |(at, _)| (at + MINUTES) * MINUTE);
            let is_news = minutes.told_at.is_none_or(|told| (minute - told).abs() >= MINUTES);
            if is_news {
                minutes.told_at = Some(minute);
            }
            return Err(Enough { seconds: u32::try_from((free - now + 999).div_euclid(1000)).unwrap_or(1), is_news });
        }
        match minutes.counts.back_mut() {
            Some((at, count)) if *at == minute => *count += 1,
            _ => minutes.counts.push_back((minute, 1)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: i64 = 1_800_000_000_000;

    #[test]
    fn the_hour_rolls_and_others_go_on() {
        let reading = Reading::new(3);
        for minutes in [0, 10, 20] {
            assert_eq!(reading.take(1, BEGAN + minutes * MINUTE), Ok(()));
        }
        let at = BEGAN + 21 * MINUTE;
        assert_eq!(reading.take(1, at), Err(Enough { seconds: 39 * 60, is_news: true }));
        assert_eq!(reading.take(1, at), Err(Enough { seconds: 39 * 60, is_news: false }));
        assert_eq!(reading.take(2, at), Ok(()));
        assert!(reading.take(1, BEGAN + 60 * MINUTE - 1).is_err());
        assert_eq!(reading.take(1, BEGAN + 60 * MINUTE), Ok(()));
        assert_eq!(reading.take(1, BEGAN + 60 * MINUTE).map_err(|enough| enough.is_news), Err(false));
        assert_eq!(reading.take(1, BEGAN + 81 * MINUTE).and(reading.take(1, BEGAN + 81 * MINUTE)), Ok(()));
        assert_eq!(reading.take(1, BEGAN + 81 * MINUTE).map_err(|enough| enough.is_news), Err(true));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out() {
        let reading = Reading::new(1);
        assert_eq!(reading.take(1, BEGAN), Ok(()));
        assert!(reading.take(1, BEGAN - 59 * MINUTE).is_err());
        assert_eq!(reading.take(1, BEGAN - 60 * MINUTE), Ok(()));
    }
}
