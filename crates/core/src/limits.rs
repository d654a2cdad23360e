//! Limits: how much of the rolling hour is left, whose turn it is, and what a piece of work will cost.
//!
//! Autotask counts the calls of all integrations of a tenant together, over the last 60 minutes: 10,000 by default. From
//! half of them on it answers later, and at the limit not at all; and it takes three calls at once to one endpoint, where
//! children count as their own entity (protocol.md §6). Pure: the time comes as an argument, nothing is sent or waited for.
//!
//! What others take is known as of the last telling, and expected to go on as fast as it did lately: only writes are made on
//! what is known alone. Calls that are made cannot be taken back: where others begin to take much more after our own share is
//! spent, the hour goes over, and Autotask refuses until some of it has passed.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use crate::display::grouped;
use crate::instant::{Instant, TICKS_PER_SECOND};

/// Calls in an hour, unless Autotask says otherwise.
pub const HOURLY_LIMIT: u32 = 10_000;
/// Calls at once to one entity.
pub const AT_ONCE_MAX: usize = 3;
/// The window, in seconds.
const HOUR: i64 = 3_600;
/// How often Autotask may be asked for its count, in seconds.
pub const TELL_AGAIN: i64 = 90;
/// What Autotask waits before it answers, from these parts of the limit on: percent and seconds.
const SLOWER: [(u32, f64); 2] = [(75, 1.0), (50, 0.5)];

/// How urgent a call is, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Keeping a copy up to date.
    Sync,
    /// Taking rows out.
    Export,
    /// What a person may want next.
    Prefetch,
    /// What a person waits for.
    Read,
    /// What a person changes.
    Write,
}

impl Priority {
    /// Up to which part of the limit such calls are made, in percent: the rest is for more urgent ones.
    #[must_use]
    pub fn stops_at(self) -> u32 {
        match self {
            Priority::Sync => 45,
            Priority::Export => 70,
            Priority::Prefetch => 80,
            Priority::Read => 90,
            Priority::Write => 97,
        }
    }
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Now: [`Ledger::begin`] it.
    Now,
    /// When one of the calls to this entity has ended.
    Busy,
    /// Not before this time: as many calls of the last hour are counted as such a call may use.
    Not {
        /// The earliest time.
        before: Instant,
    },
}

/// What a piece of work costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Its calls.
    pub calls: u32,
    /// Calls that are left of this hour now.
    pub left: u32,
    /// How long it takes, in seconds.
    pub seconds: f64,
}

impl Estimate {
    /// In words: `about 340 calls, 9,120 left this hour, 3 minutes`.
    #[must_use]
    pub fn text(&self) -> String {
        let count = |number: u32| grouped(&number.to_string());
        let calls = if self.calls == 1 { "1 call".to_owned() } else { format!("about {} calls", count(self.calls)) };
        let minutes = (self.seconds / 60.0).round();
        let time = match minutes {
            _ if self.seconds < 45.0 => "less than a minute".to_owned(),
            minutes if minutes < 2.0 => "a minute".to_owned(),
            minutes if minutes < 120.0 => format!("{minutes} minutes"),
            minutes => format!("{} hours", (minutes / 60.0).round()),
        };
        format!("{calls}, {} left this hour, {time}", count(self.left))
    }
}

/// The calls of the last hour: our own by the second, and those of others as far as Autotask told.
#[derive(Clone, Debug)]
pub struct Ledger {
    limit: u32,
    /// Seconds and how many calls began in each, ascending.
    own: VecDeque<(i64, u32)>,
    /// How many calls `own` holds.
    held: u32,
    /// The calls of others that were counted when Autotask told last, and when that was.
    others: u32,
    told_at: Option<i64>,
    /// What others would take in an hour, as fast as they were between two tellings: when, and how many calls.
    pace: VecDeque<(i64, u32)>,
    under_way: BTreeMap<&'static str, usize>,
}

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger {
            limit: HOURLY_LIMIT,
            own: VecDeque::new(),
            held: 0,
            others: 0,
            told_at: None,
            pace: VecDeque::new(),
            under_way: BTreeMap::new(),
        }
    }
}

impl Ledger {
    /// Takes what Autotask said of itself: `currentTimeframeRequestCount` and `externalRequestThreshold`. What it counts
    /// beyond ours is of others, and stays so until it is told again.
    pub fn tell(&mut self, now: Instant, used: u32, limit: u32) {
        let at = second(now);
        let others = used.saturating_sub(self.own_at(at));
        if let Some(before) = self.told_at.filter(|before| *before < at) {
            let more = u64::from(others.saturating_sub(self.others)) * HOUR.unsigned_abs();
            self.pace.push_back((at, u32::try_from(more / (at - before).unsigned_abs()).unwrap_or(u32::MAX)));
        }
        self.pace.retain(|(told, _)| *told > at - HOUR);
        self.limit = limit;
        self.others = others;
        self.told_at = Some(at);
    }

    /// Counts calls of ours that were made before this process began, each lot later than the one before it.
    pub fn restore(&mut self, at: Instant, calls: u32) {
        let at = second(at).max(self.own.back().map_or(i64::MIN, |(last, _)| *last));
        self.own.push_back((at, calls));
        self.held = self.held.saturating_add(calls);
    }

    /// Calls that Autotask takes in an hour, as far as is known.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// How many calls of the last hour are known of.
    #[must_use]
    pub fn used(&self, now: Instant) -> u32 {
        self.own_at(second(now)).saturating_add(self.others)
    }

    /// How many calls of the last hour are our own; the others are those of other integrations.
    #[must_use]
    pub fn own(&self, now: Instant) -> u32 {
        self.own_at(second(now))
    }

    /// How many of them are of others, as far as Autotask told.
    #[must_use]
    pub fn others(&self) -> u32 {
        self.others
    }

    /// How many calls are left for what a person does.
    #[must_use]
    pub fn left(&self, now: Instant) -> u32 {
        self.most(Priority::Write).saturating_sub(self.used(now))
    }

    /// Whether Autotask should be asked for its count.
    #[must_use]
    pub fn wants_telling(&self, now: Instant) -> bool {
        self.told_at.is_none_or(|at| second(now) - at >= TELL_AGAIN)
    }

    /// Whether a call to this entity may be made.
    #[must_use]
    pub fn turn(&self, now: Instant, entity: &str, priority: Priority) -> Turn {
        if self.under_way.get(entity).is_some_and(|calls| *calls >= AT_ONCE_MAX) {
            return Turn::Busy;
        }
        let expected = match priority {
            Priority::Write => self.others,
            _ => self.pace.iter().map(|(_, calls)| *calls).max().unwrap_or(0).max(self.others).min(self.limit),
        };
        let (used, most) = (self.own_at(second(now)).saturating_add(expected), self.most(priority));
        if used < most {
            return Turn::Now;
        }
        // As many of our own have to leave the hour; where they are too few, only Autotask knows when others leave it.
        let mut over = used - most + 1;
        for (at, calls) in self.own.iter().filter(|(at, _)| *at > second(now) - HOUR) {
            over = over.saturating_sub(*calls);
            if over == 0 {
                return Turn::Not { before: instant(at + HOUR) };
            }
        }
        Turn::Not { before: instant(self.told_at.unwrap_or(0).max(second(now)) + TELL_AGAIN) }
    }

    /// Counts a call that begins; as the caller was told that it is its turn.
    pub fn begin(&mut self, now: Instant, entity: &'static str) {
        let now = second(now);
        while self.own.front().is_some_and(|(at, _)| *at <= now - HOUR) {
            self.held -= self.own.pop_front().map_or(0, |(_, calls)| calls);
        }
        match self.own.back_mut() {
            // A clock that was set back counts in the last second there is.
            Some((at, calls)) if *at >= now => *calls += 1,
            _ => self.own.push_back((now, 1)),
        }
        self.held += 1;
        *self.under_way.entry(entity).or_default() += 1;
    }

    /// Notes that a call has ended, whatever came of it.
    pub fn end(&mut self, entity: &str) {
        if let Some(calls) = self.under_way.get_mut(entity) {
            *calls = calls.saturating_sub(1);
        }
    }

    /// What so many calls cost that take `seconds_each` while Autotask is quick, `at_once` of them at a time.
    #[must_use]
    pub fn estimate(&self, now: Instant, calls: u32, seconds_each: f64, at_once: usize) -> Estimate {
        let used = self.used(now);
        let mut seconds = 0.0;
        // By band: so many of the calls are made before the next slower one begins.
        let (mut from, mut rest) = (used, calls);
        while rest > 0 {
            let percent = u64::from(from) * 100 / u64::from(self.limit.max(1));
            let slower = SLOWER.iter().find(|(at, _)| percent >= u64::from(*at)).map_or(0.0, |(_, seconds)| *seconds);
            let next = SLOWER.iter().rev().map(|(at, _)| self.share(*at)).find(|at| *at > from).unwrap_or(u32::MAX);
            let here = rest.min(next - from);
            seconds += f64::from(here) * (seconds_each + slower);
            from = from.saturating_add(here);
            rest -= here;
        }
        seconds /= f64::from(u32::try_from(at_once.max(1)).unwrap_or(u32::MAX));
        // What does not fit waits until enough of this hour has passed.
        let left = self.left(now);
        let hours = calls.saturating_sub(left).div_ceil(self.most(Priority::Write).max(1));
        Estimate { calls, left, seconds: seconds.max(f64::from(hours) * 3_600.0) }
    }

    fn most(&self, priority: Priority) -> u32 {
        self.share(priority.stops_at())
    }

    /// A part of the limit.
    fn share(&self, percent: u32) -> u32 {
        u32::try_from(u64::from(self.limit) * u64::from(percent) / 100).unwrap_or(u32::MAX)
    }

    fn own_at(&self, now: i64) -> u32 {
        // What has left the hour stands at the front until the next call begins.
        let gone: u32 = self.own.iter().take_while(|(at, _)| *at <= now - HOUR).map(|(_, calls)| calls).sum();
        self.held - gone
    }
}

/// What Autotask says of itself at `ThresholdInformation`: how many calls were counted, and the limit.
///
/// ```
/// use autotask_core::limits::read_threshold;
/// let told = serde_json::json!({"externalRequestThreshold":10000,"requestThresholdTimeframe":60,"currentTimeframeRequestCount":124});
/// assert_eq!(read_threshold(&told), Some((124, 10_000)));
/// ```
#[must_use]
pub fn read_threshold(json: &Value) -> Option<(u32, u32)> {
    let count = |name: &str| u32::try_from(json.get(name)?.as_u64()?).ok();
    count("currentTimeframeRequestCount").zip(count("externalRequestThreshold"))
}

fn second(at: Instant) -> i64 {
    at.0.div_euclid(TICKS_PER_SECOND)
}

fn instant(second: i64) -> Instant {
    Instant(second.saturating_mul(TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Instant {
        instant(1_800_000_000 + seconds)
    }

    #[test]
    fn urgent_calls_have_the_rest_of_the_hour() {
        let mut ledger = Ledger::default();
        for _ in 0..4_500 {
            ledger.begin(at(0), "Companies");
            ledger.end("Companies");
        }
        assert_eq!(ledger.turn(at(10), "Contacts", Priority::Sync), Turn::Not { before: at(3_600) });
        assert_eq!(ledger.turn(at(10), "Contacts", Priority::Export), Turn::Now);
        ledger.tell(at(20), 9_700, 10_000);
        assert_eq!((ledger.used(at(20)), ledger.own(at(20)), ledger.left(at(20))), (9_700, 4_500, 0));
        assert_eq!(ledger.turn(at(20), "Contacts", Priority::Read), Turn::Not { before: at(3_600) });
        assert_eq!(ledger.turn(at(20), "Contacts", Priority::Write), Turn::Not { before: at(3_600) });
        // What was spent before a restart is spent.
        let mut ledger = Ledger::default();
        ledger.restore(at(-3_000), 4_000);
        ledger.restore(at(-10), 500);
        assert_eq!((ledger.used(at(0)), ledger.used(at(600))), (4_500, 500));
        assert_eq!(ledger.turn(at(0), "Contacts", Priority::Sync), Turn::Not { before: at(600) });
        // Only others have calls to lose: Autotask is asked again.
        let mut ledger = Ledger::default();
        ledger.tell(at(0), 9_900, 10_000);
        assert_eq!(ledger.turn(at(10), "Contacts", Priority::Write), Turn::Not { before: at(100) });
        assert!(!ledger.wants_telling(at(89)) && ledger.wants_telling(at(90)));
    }

    #[test]
    fn three_at_once_to_each_entity() {
        let mut ledger = Ledger::default();
        for _ in 0..3 {
            assert_eq!(ledger.turn(at(0), "Contacts", Priority::Read), Turn::Now);
            ledger.begin(at(0), "Contacts");
        }
        assert_eq!(ledger.turn(at(0), "Contacts", Priority::Write), Turn::Busy);
        assert_eq!(ledger.turn(at(0), "Companies", Priority::Sync), Turn::Now);
        ledger.end("Contacts");
        ledger.end("Tickets");
        assert_eq!(ledger.turn(at(0), "Contacts", Priority::Write), Turn::Now);
    }

    #[test]
    fn what_work_costs_is_told_before() {
        let mut ledger = Ledger::default();
        let text = |ledger: &Ledger, calls| ledger.estimate(at(0), calls, 0.3, 2).text();
        assert_eq!(text(&ledger, 1), "1 call, 9,700 left this hour, less than a minute");
        assert_eq!(text(&ledger, 900), "about 900 calls, 9,700 left this hour, 2 minutes");
        assert_eq!(text(&ledger, 20_000), "about 20,000 calls, 9,700 left this hour, 3 hours");
        ledger.tell(at(0), 7_600, 10_000);
        assert_eq!(text(&ledger, 340), "about 340 calls, 2,100 left this hour, 4 minutes", "Autotask answers late");
        ledger.tell(at(0), 10_000, 10_000);
        assert_eq!(text(&ledger, 1), "1 call, 0 left this hour, 60 minutes");
        ledger.tell(at(0), 0, 0);
        assert_eq!(ledger.estimate(at(0), 5, 0.3, 0).left, 0, "no limit at all is no reason to panic");
    }

    /// A day of five times the demand, while others take 6,000 an hour and Autotask tells every 90 seconds.
    #[test]
    fn no_rolling_hour_of_a_day_is_over_the_limit() {
        let (mut ledger, mut all): (Ledger, VecDeque<(i64, u32)>) = (Ledger::default(), VecDeque::new());
        let (mut total, mut most, mut own, mut turn) = (0_u32, 0, 0_u32, 0_u64);
        let mut waits: BTreeMap<Priority, Instant> = BTreeMap::new();
        for now in 0..86_400_i64 {
            while all.front().is_some_and(|(at, _)| *at <= now - HOUR) {
                total -= all.pop_front().map_or(0, |(_, calls)| calls);
            }
            let others = 1 + u32::from(now % 3 != 0);
            total += others;
            let mut calls = others;
            if ledger.wants_telling(at(now)) {
                ledger.tell(at(now), total, 10_000);
            }
            for _ in 0..14 {
                turn += 1;
                let priority = match turn % 50 {
                    0 => Priority::Write,
                    part if part % 3 == 0 => Priority::Read,
                    part if part % 3 == 1 => Priority::Export,
                    _ => Priority::Sync,
                };
                if waits.get(&priority).is_some_and(|until| at(now) < *until) {
                    continue;
                }
                match ledger.turn(at(now), "Companies", priority) {
                    Turn::Now => {
                        ledger.begin(at(now), "Companies");
                        ledger.end("Companies");
                        total += 1;
                        calls += 1;
                        own += 1;
                    }
                    Turn::Not { before } => {
                        waits.insert(priority, before.min(at(now + 60)));
                    }
                    Turn::Busy => unreachable!("one after another"),
                }
            }
            all.push_back((now, calls));
            most = most.max(total);
        }
        assert!(most <= 10_000, "{most}");
        assert!(own > 60_000, "and the hours are used: {own}");
    }

    proptest! {
        #[test]
        fn whoever_waits_as_told_gets_its_turn(gaps in prop::collection::vec((0_i64..900, 1_u32..600), 1..40), told in prop::option::of((0_u32..12_000, 1_u32..20_000))) {
            let mut ledger = Ledger::default();
            let mut now = 0;
            for (gap, calls) in gaps {
                now += gap;
                for _ in 0..calls {
                    if ledger.turn(at(now), "Companies", Priority::Read) == Turn::Now {
                        ledger.begin(at(now), "Companies");
                        ledger.end("Companies");
                    }
                }
                prop_assert!(ledger.used(at(now)) <= 9_000, "others are not told yet");
            }
            if let Some((used, limit)) = told {
                ledger.tell(at(now), used, limit);
            }
            let others = ledger.others;
            if let Turn::Not { before } = ledger.turn(at(now), "Companies", Priority::Read) {
                prop_assert!(before > at(now));
                // Enough of our own have left by then, or Autotask has to be asked.
                let is_open = ledger.turn(before, "Companies", Priority::Read) == Turn::Now;
                prop_assert!(is_open || others >= ledger.most(Priority::Read) || ledger.wants_telling(before));
            }
        }
    }
}
