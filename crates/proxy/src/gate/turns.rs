//! Turns: whose call goes to Autotask next, and when. Pure waiting: nothing is sent here.
//!
//! The rolling hour and the three calls at once to one endpoint are core's ledger; here those wait who come too many at
//! once, the most urgent first. Who comes when the hour is used up is told so at once, as nobody waits an hour.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;
use autotask_core::limits::{AT_ONCE_MAX, Estimate, Ledger, Priority, TELL_AGAIN, Turn};
use tokio::sync::oneshot;

use crate::clock::Clock;

/// Most calls that wait for one endpoint: where an answer takes a third of a second, the last of them waits eleven. What comes
/// beyond is refused at once, which is better than late.
const WAITING_MAX: usize = 100;
/// Places at one endpoint that nobody takes who does not wait for the answer.
const KEPT_FOR_PEOPLE: usize = 1;
/// How long somebody waits for a place.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Ticks of a millisecond, in which the server's clock counts.
const MILLISECOND: i64 = TICKS_PER_SECOND / 1_000;

/// Why a call gets no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// Too many wait for the same endpoint already, or one waited too long.
    Full,
    /// Autotask said that its limit is reached; the seconds until it may be asked again.
    Rest { seconds: u64 },
    /// As much of the hour is used as calls of this sort may use: how many were counted, of how many, and the seconds until
    /// there may be room again.
    Hour { used: u32, limit: u32, seconds: u64 },
}

/// How the hour stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Calls of the last hour, of others too.
    pub(crate) used: u32,
    /// Of these, the calls of this server.
    pub(crate) own: u32,
    /// Those of others, as far as Autotask told.
    pub(crate) others: u32,
    /// Calls that Autotask takes in an hour.
    pub(crate) limit: u32,
    /// Calls that are left for what people do.
    pub(crate) left: u32,
    /// Calls that wait for a place.
    pub(crate) waiting: usize,
    /// Calls that Autotask has not answered yet.
    pub(crate) under_way: usize,
}

/// What comes of waiting.
type Waited = Result<Pass, Held>;

/// Who is next.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Shared>);

struct Shared {
    clock: Clock,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    ledger: Ledger,
    lines: HashMap<&'static str, Line>,
    /// How many have come so far: who came first is first among the equally urgent.
    came: u64,
    /// Until when Autotask has asked for rest.
    rest: Option<Instant>,
    /// Until when calls of a sort have no turn, as was found when one asked: further calls only make it later, unless
    /// Autotask tells that others took less.
    closed: BTreeMap<Priority, Instant>,
    is_telling: bool,
}

#[derive(Default)]
struct Line {
    waiting: BTreeMap<(Reverse<Priority>, u64), oneshot::Sender<Waited>>,
    under_way: usize,
    in_background: usize,
}

/// A place among the calls under way, given back when it is dropped.
pub(crate) struct Pass {
    shared: Arc<Shared>,
    endpoint: &'static str,
    priority: Priority,
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns")
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pass to {}", self.endpoint)
    }
}

impl Turns {
    pub(crate) fn new(clock: Clock, ledger: Ledger) -> Turns {
        Turns(Arc::new(Shared { clock, inner: Mutex::new(Inner { ledger, ..Inner::default() }) }))
    }

    /// What time it is here.
    pub(crate) fn now(&self) -> Instant {
        self.0.now()
    }

    /// Counts the calls of the hour that an earlier process made, the oldest first.
    pub(crate) fn restore(&self, calls: Vec<(Instant, u32)>) {
        let mut inner = self.0.lock();
        calls.into_iter().for_each(|(at, calls)| inner.ledger.restore(at, calls));
    }

    /// Waits for a turn at an endpoint.
    pub(crate) async fn enter(&self, endpoint: &'static str, priority: Priority) -> Result<Pass, Held> {
        let place = {
            let now = self.now();
            let mut inner = self.0.lock();
            let is_first = inner.lines.entry(endpoint).or_default().is_first(priority);
            match if is_first { inner.turn(now, endpoint, priority) } else { Turn::Busy } {
                Turn::Now => return Ok(Shared::begin(&self.0, &mut inner, now, endpoint, priority)),
                Turn::Not { before } => return Err(inner.held(now, before)),
                Turn::Busy => inner.wait(endpoint, priority)?,
            }
        };
        match tokio::time::timeout(WAIT_MAX, place).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) | Err(_) => Err(Held::Full),
        }
    }

    /// Autotask said that its limit is reached: nothing goes out for so long.
    pub(crate) fn rest(&self, seconds: u64) {
        let ticks = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(TICKS_PER_SECOND);
        let until = Instant(self.now().0.saturating_add(ticks));
        let mut inner = self.0.lock();
        inner.rest = Some(inner.rest.map_or(until, |known| known.max(until)));
    }

    /// Whether Autotask is to be asked now for its count; who is told so asks, and [`tells`](Self::tell) what came.
    pub(crate) fn begin_telling(&self) -> bool {
        let now = self.now();
        let mut inner = self.0.lock();
        let wants = !inner.is_telling && inner.ledger.wants_telling(now);
        inner.is_telling |= wants;
        wants
    }

    /// What Autotask told: how many calls it counted, and the limit; `None` when it did not say.
    pub(crate) fn tell(&self, told: Option<(u32, u32)>) {
        let now = self.now();
        let mut inner = self.0.lock();
        inner.is_telling = false;
        inner.closed.clear();
        let (used, limit) = told.unwrap_or((inner.ledger.used(now), inner.ledger.limit()));
        inner.ledger.tell(now, used, limit);
    }

    /// How the hour stands.
    pub(crate) fn standing(&self) -> Standing {
        let now = self.now();
        let inner = self.0.lock();
        Standing {
            used: inner.ledger.used(now),
            own: inner.ledger.own(now),
            others: inner.ledger.others(),
            limit: inner.ledger.limit(),
            left: inner.ledger.left(now),
            waiting: inner.lines.values().map(|line| line.waiting.len()).sum(),
            under_way: inner.lines.values().map(|line| line.under_way).sum(),
        }
    }

    /// What so many calls would cost now.
    pub(crate) fn estimate(&self, calls: u32, seconds_each: f64) -> Estimate {
        self.0.lock().ledger.estimate(self.now(), calls, seconds_each, AT_ONCE_MAX)
    }
}

impl Shared {
    fn now(&self) -> Instant {
        Instant(self.clock.now().saturating_mul(MILLISECOND))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // What is counted stays right when somebody panics between two calls.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(
        shared: &Arc<Shared>,
        inner: &mut Inner,
        now: Instant,
        endpoint: &'static str,
        priority: Priority,
    ) -> Pass {
        inner.ledger.begin(now, endpoint);
        let line = inner.lines.entry(endpoint).or_default();
        line.under_way += 1;
        line.in_background += usize::from(is_background(priority));
        Pass { shared: Arc::clone(shared), endpoint, priority }
    }

    /// Lets those in who have their turn now.
    fn wake(shared: &Arc<Shared>, endpoint: &'static str) {
        loop {
            let now = shared.now();
            let mut inner = shared.lock();
            let Some(line) = inner.lines.get_mut(endpoint) else { return };
            line.waiting.retain(|_, place| !place.is_closed());
            let Some(((Reverse(priority), came), place)) = line.waiting.pop_first() else { return };
            let turn = match inner.turn(now, endpoint, priority) {
                Turn::Now => Ok(Shared::begin(shared, &mut inner, now, endpoint, priority)),
                Turn::Not { before } => Err(inner.held(now, before)),
                Turn::Busy => {
                    inner.lines.entry(endpoint).or_default().waiting.insert((Reverse(priority), came), place);
                    return;
                }
            };
            drop(inner);
            // Whoever left meanwhile gives the pass back by dropping it, which takes the lock.
            let _ = place.send(turn);
        }
    }
}

impl Inner {
    fn turn(&mut self, now: Instant, endpoint: &'static str, priority: Priority) -> Turn {
        let closed = self.rest.max(self.closed.get(&priority).copied());
        if let Some(before) = closed.filter(|until| now < *until) {
            return Turn::Not { before };
        }
        let in_background = self.lines.get(endpoint).map_or(0, |line| line.in_background);
        if is_background(priority) && in_background + KEPT_FOR_PEOPLE >= AT_ONCE_MAX {
            return Turn::Busy;
        }
        let turn = self.ledger.turn(now, endpoint, priority);
        if let Turn::Not { before } = turn {
            self.closed.insert(priority, before);
        }
        turn
    }

    fn wait(&mut self, endpoint: &'static str, priority: Priority) -> Result<oneshot::Receiver<Waited>, Held> {
        self.came += 1;
        let line = self.lines.entry(endpoint).or_default();
        if line.waiting.len() >= WAITING_MAX {
            line.waiting.retain(|_, place| !place.is_closed());
        }
        if line.waiting.len() >= WAITING_MAX {
            // A more urgent one takes the place of the least urgent that came last.
            match line.waiting.pop_last() {
                Some(((Reverse(last), came), place)) if last >= priority => {
                    line.waiting.insert((Reverse(last), came), place);
                    return Err(Held::Full);
                }
                Some((_, place)) => drop(place.send(Err(Held::Full))),
                None => {}
            }
        }
        let (sender, receiver) = oneshot::channel();
        line.waiting.insert((Reverse(priority), self.came), sender);
        Ok(receiver)
    }

    fn held(&self, now: Instant, before: Instant) -> Held {
        let seconds = before.0.saturating_sub(now.0).max(0).unsigned_abs().div_ceil(TICKS_PER_SECOND.unsigned_abs());
        if self.rest.is_some_and(|until| now < until) {
            return Held::Rest { seconds };
        }
        // What others take is known again after that time at the latest, so nobody is sent away for longer in vain.
        let seconds = seconds.clamp(1, TELL_AGAIN.unsigned_abs());
        Held::Hour { used: self.ledger.used(now), limit: self.ledger.limit(), seconds }
    }
}

impl Line {
    /// Whether nobody waits who is as urgent.
    fn is_first(&self, priority: Priority) -> bool {
        self.waiting.keys().next().is_none_or(|(Reverse(first), _)| *first < priority)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        {
            let mut inner = self.shared.lock();
            inner.ledger.end(self.endpoint);
            let line = inner.lines.entry(self.endpoint).or_default();
            line.under_way = line.under_way.saturating_sub(1);
            line.in_background = line.in_background.saturating_sub(usize::from(is_background(self.priority)));
        }
        Shared::wake(&self.shared, self.endpoint);
    }
}

/// Whether nobody waits for the answer.
fn is_background(priority: Priority) -> bool {
    priority < Priority::Read
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::atomic::{AtomicU64, Ordering};

    use autotask_core::limits::HOURLY_LIMIT;

    use super::*;

    /// Turns whose clock is tokio's, which tests move.
    fn turns() -> Turns {
        let began = tokio::time::Instant::now();
        let clock = move || i64::try_from(began.elapsed().as_millis()).unwrap() + 1_800_000_000_000;
        Turns::new(Clock::of(clock), Ledger::default())
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn three_at_once_and_the_most_urgent_next() {
        let turns = turns();
        let mut under_way: Vec<Pass> = Vec::new();
        for _ in 0..3 {
            under_way.push(turns.enter("Contacts", Priority::Read).await.unwrap());
        }
        let order: Arc<Mutex<Vec<&str>>> = Arc::default();
        for (name, priority) in [
            ("export", Priority::Export),
            ("first read", Priority::Read),
            ("second read", Priority::Read),
            ("write", Priority::Write),
            ("prefetch", Priority::Prefetch),
        ] {
            let (turns, order) = (turns.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                let _pass = turns.enter("Contacts", priority).await.unwrap();
                order.lock().unwrap().push(name);
                tokio::time::sleep(SECOND).await;
            });
            tokio::task::yield_now().await;
        }
        assert_eq!(turns.standing().waiting, 5);
        assert!(turns.enter("Companies", Priority::Read).await.is_ok(), "another endpoint has its own places");
        under_way.pop();
        tokio::time::sleep(SECOND * 10).await;
        assert_eq!(*order.lock().unwrap(), ["write", "first read", "second read", "prefetch", "export"]);
        under_way.clear();
        assert_eq!((turns.standing().waiting, turns.standing().under_way), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_kept_for_people() {
        let turns = turns();
        let _sync = [
            turns.enter("Contacts", Priority::Sync).await.unwrap(),
            turns.enter("Contacts", Priority::Export).await.unwrap(),
        ];
        assert!(tokio::time::timeout(SECOND, turns.enter("Contacts", Priority::Sync)).await.is_err(), "waits");
        assert!(tokio::time::timeout(SECOND, turns.enter("Contacts", Priority::Read)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_leaves_or_waits_too_long_gives_the_place_to_others() {
        let turns = turns();
        let held: Vec<Pass> = {
            let mut held = Vec::new();
            for _ in 0..3 {
                held.push(turns.enter("Contacts", Priority::Read).await.unwrap());
            }
            held
        };
        assert!(tokio::time::timeout(SECOND, turns.enter("Contacts", Priority::Read)).await.is_err(), "it left");
        assert_eq!(turns.enter("Contacts", Priority::Read).await.unwrap_err(), Held::Full, "a minute has passed");
        let waiting = tokio::spawn({
            let turns = turns.clone();
            async move { turns.enter("Contacts", Priority::Read).await.map(drop) }
        });
        tokio::task::yield_now().await;
        drop(held);
        assert_eq!(waiting.await.unwrap(), Ok(()));
        assert_eq!(turns.standing().under_way, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_line_refuses_at_once_and_takes_the_more_urgent() {
        let turns = turns();
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(turns.enter("Contacts", Priority::Read).await.unwrap());
        }
        let waiting: Vec<_> = (0..WAITING_MAX)
            .map(|_| {
                let turns = turns.clone();
                tokio::spawn(async move { turns.enter("Contacts", Priority::Read).await.map(drop) })
            })
            .collect();
        tokio::time::sleep(SECOND / 1000).await;
        assert_eq!(turns.standing().waiting, WAITING_MAX);
        let asked = tokio::time::Instant::now();
        assert_eq!(turns.enter("Contacts", Priority::Read).await.unwrap_err(), Held::Full);
        assert_eq!(asked.elapsed(), Duration::ZERO);
        let write = tokio::spawn({
            let turns = turns.clone();
            async move { turns.enter("Contacts", Priority::Write).await.map(drop) }
        });
        tokio::time::sleep(SECOND / 1000).await;
        drop(held);
        assert_eq!(write.await.unwrap(), Ok(()));
        let mut refused = 0;
        for one in waiting {
            refused += usize::from(one.await.unwrap().is_err());
        }
        assert_eq!(refused, 1, "the one that came last");
    }

    #[tokio::test(start_paused = true)]
    async fn autotask_is_left_alone_when_it_asks_for_it() {
        let turns = turns();
        turns.rest(30);
        let held = turns.enter("Companies", Priority::Write).await.unwrap_err();
        assert_eq!(held, Held::Rest { seconds: 30 });
        tokio::time::sleep(SECOND * 30).await;
        assert!(turns.enter("Companies", Priority::Read).await.is_ok());
    }

    /// security.md B1 and B2: a day of five times the demand over ten endpoints, while others take up to 6,000 an hour.
    #[tokio::test(start_paused = true)]
    async fn a_day_of_five_times_the_demand() {
        const ENDPOINTS: [&str; 10] = [
            "Companies",
            "Contacts",
            "Tickets",
            "Tasks",
            "Projects",
            "Contracts",
            "Quotes",
            "Invoices",
            "Roles",
            "ToDos",
        ];
        /// What Autotask counts, and what came at once to each endpoint.
        #[derive(Default)]
        struct Autotask {
            calls: VecDeque<(u64, u32)>,
            total: u32,
            most: u32,
            at_once: HashMap<&'static str, u32>,
            most_at_once: u32,
        }
        impl Autotask {
            fn count(&mut self, second: u64, calls: u32) {
                while self.calls.front().is_some_and(|(at, _)| at + 3_600 <= second) {
                    self.total -= self.calls.pop_front().unwrap().1;
                }
                match self.calls.back_mut() {
                    Some((at, count)) if *at == second => *count += calls,
                    _ => self.calls.push_back((second, calls)),
                }
                self.total += calls;
                self.most = self.most.max(self.total);
            }
        }
        let turns = turns();
        let autotask: Arc<Mutex<Autotask>> = Arc::default();
        let made = Arc::new(AtomicU64::new(0));
        let refused = Arc::new([const { AtomicU64::new(0) }; 2]);
        // In steps of five seconds, as each step of the clock costs.
        for second in (0..86_400_u64).step_by(5) {
            // Others: nothing in the first hour, then ever more, 6,000 an hour from noon on.
            let others = u32::try_from((second / 3_600).min(12)).unwrap() * 500;
            let here = u32::try_from(second % 3_600).unwrap();
            autotask.lock().unwrap().count(second, others * (here + 5) / 3_600 - others * here / 3_600);
            if turns.begin_telling() {
                let total = autotask.lock().unwrap().total;
                turns.tell(Some((total, HOURLY_LIMIT)));
            }
            for number in 0..5 * 14_u64 {
                let priority = match (second * 14 + number) % 50 {
                    0 => Priority::Write,
                    part if part % 3 == 0 => Priority::Read,
                    part if part % 3 == 1 => Priority::Export,
                    _ => Priority::Sync,
                };
                let endpoint = ENDPOINTS[usize::try_from(number % 10).unwrap()];
                let (turns, autotask) = (turns.clone(), Arc::clone(&autotask));
                let (made, refused) = (Arc::clone(&made), Arc::clone(&refused));
                tokio::spawn(async move {
                    match turns.enter(endpoint, priority).await {
                        Ok(pass) => {
                            made.fetch_add(1, Ordering::Relaxed);
                            {
                                let mut autotask = autotask.lock().unwrap();
                                autotask.count(second, 1);
                                let at_once = autotask.at_once.entry(endpoint).or_default();
                                *at_once += 1;
                                autotask.most_at_once = (*at_once).max(autotask.most_at_once);
                            }
                            tokio::time::sleep(Duration::from_millis(900)).await;
                            *autotask.lock().unwrap().at_once.get_mut(endpoint).unwrap() -= 1;
                            drop(pass);
                        }
                        Err(Held::Hour { used, .. }) if priority == Priority::Write => {
                            assert!(used >= 9_700, "no write is refused below: {used}");
                            refused[1].fetch_add(1, Ordering::Relaxed);
                        }
                        Err(_) => drop(refused[0].fetch_add(1, Ordering::Relaxed)),
                    }
                });
            }
            tokio::time::sleep(SECOND * 5).await;
        }
        let autotask = autotask.lock().unwrap();
        let [reads, writes] = [refused[0].load(Ordering::Relaxed), refused[1].load(Ordering::Relaxed)];
        let made = made.load(Ordering::Relaxed);
        println!(
            "a day: {made} calls made, {reads} reads and {writes} writes refused, most in an hour {}, at once {}",
            autotask.most, autotask.most_at_once
        );
        assert!(autotask.most <= 10_000, "{}", autotask.most);
        assert_eq!(autotask.most_at_once, 3);
        assert!(made > 60_000, "and the hours are used: {made}");
        assert!(reads > 100_000, "five times the demand cannot be met: {reads}");
        assert!(writes < 250, "one in a hundred of those that were asked for: {writes}");
    }
}
