//! A simulated Autotask in virtual time, which answers, cuts, refuses and commits late as it is told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use autotask_client::onboarding::Keeper;
use autotask_client::{Answer, Transport};
use autotask_core::filter::body::read_and_check;
use autotask_core::onboarding::{Entry, Event};
use autotask_core::route::{Route, route};
use autotask_core::{EntityInfo, Instant, Record, Request};
use serde_json::{Value, json};

/// What becomes of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Normal,
    CommitThenCut,
    /// The line is cut; the commit comes so many seconds later.
    CommitLate(i64),
    Refuse,
    /// The limit of calls is reached.
    Throttle,
    FaultWithoutCommit,
    /// The answer comes after so many seconds.
    Slow(i64),
}

/// Where the driver is killed, at the writing of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kill {
    BeforeIntent,
    AfterIntent,
    AfterSend,
    AfterAnswer,
    BeforeNext,
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) now: i64,
    pub(crate) rows: Vec<(&'static str, Record)>,
    pub(crate) journal: Vec<Entry>,
    /// Of a sending, by `step/attempt`.
    pub(crate) behaviours: BTreeMap<String, Behaviour>,
    pub(crate) kill: Option<(String, Kill)>,
    /// The driver is killed when so many calls and entries have been.
    pub(crate) fuse: Option<u32>,
    pub(crate) is_killed: bool,
    /// How long Autotask takes for the rows it makes with a company, in seconds.
    pub(crate) own_rows_after: i64,
    /// How long the calls take, in seconds, one after another and from the beginning again.
    pub(crate) latencies: Vec<i64>,
    pub(crate) calls: usize,
    /// Look-ups that the limit of calls refuses from now on.
    pub(crate) busy_for: u32,
    pub(crate) last_id: i64,
    pub(crate) late: Vec<(i64, &'static str, Record)>,
    pub(crate) timers: Vec<(i64, Waker)>,
}

pub(crate) fn instant(seconds: i64) -> Instant {
    Instant::parse("2026-11-21T09:00:00Z").expect("an instant").plus_seconds(seconds)
}

impl World {
    /// The journal, a line an entry.
    pub(crate) fn lines(&self) -> String {
        self.journal.iter().map(|entry| format!("{}\n", serde_json::to_string(entry).expect("JSON"))).collect()
    }

    /// Goes to the next time that something waits for; false when nothing does.
    pub(crate) fn advance(&mut self) -> bool {
        let Some(next) = self.timers.iter().map(|(time, _)| *time).min() else { return false };
        self.now = self.now.max(next);
        let (due, later): (Vec<_>, _) =
            std::mem::take(&mut self.timers).into_iter().partition(|(time, _)| *time <= self.now);
        self.timers = later;
        due.into_iter().for_each(|(_, waker)| waker.wake());
        true
    }

    pub(crate) fn count(&self, entity: &str, fields: &[(&str, Value)]) -> usize {
        let is_it = |row: &Record| fields.iter().all(|(field, value)| row.get(field) == Some(value));
        self.rows.iter().filter(|(name, row)| *name == entity && is_it(row)).count()
    }

    /// What was to come later and is due.
    fn settle(&mut self) {
        let now = self.now;
        let (due, later): (Vec<_>, _) = std::mem::take(&mut self.late).into_iter().partition(|(at, ..)| *at <= now);
        self.late = later;
        for (_, entity, row) in due {
            self.insert(entity, row);
        }
    }

    fn insert(&mut self, entity: &'static str, mut row: Record) -> i64 {
        self.last_id += 1;
        let id = 100 + self.last_id;
        row.set("id", id);
        row.set("createDate", instant(self.now).to_string());
        if entity == "Companies" {
            let due = self.now + self.own_rows_after;
            let own = Record::new().with("companyID", id);
            self.late.push((due, "CompanyLocations", own.clone().with("isPrimary", true).with("name", "Main")));
            self.late.push((due, "CompanySiteConfigurations", own));
        }
        if entity == "ContractServiceAdjustments" {
            let mut units = Record::new().with("units", row.int("unitChange").unwrap_or(0));
            for field in ["contractID", "serviceID"] {
                units.set(field, row.int(field).unwrap_or(0));
            }
            // A row for each period, of which two will do.
            for (period, from, until) in [(0, "2026-12-01", "2026-12-31"), (1, "2027-01-01", "2027-01-31")] {
                let row = units.clone().with("id", id + 1_000_000 * (1 + period));
                let row = row.with("startDate", format!("{from}T00:00:00Z"));
                self.rows.push(("ContractServiceUnits", row.with("endDate", format!("{until}T00:00:00Z"))));
            }
        }
        self.rows.push((entity, row));
        if self.own_rows_after == 0 {
            self.settle();
        }
        id
    }

    fn find(&self, info: &EntityInfo, request: &Request) -> Vec<Value> {
        let body: Value = serde_json::from_str(request.body.as_deref().unwrap_or("{}")).expect("JSON");
        let read = read_and_check(&body, info, |_| Vec::new());
        let filter = read.filter.expect("a filter");
        let rows = self.rows.iter().filter(|(name, row)| *name == info.name && filter.matches(info, row));
        rows.map(|(_, row)| Value::from(row.clone())).collect()
    }

    /// The answer, and after how many seconds it comes; `None` when the line is cut.
    fn answer(&mut self, request: &Request, key: Option<&str>) -> Option<(Answer, i64)> {
        self.settle();
        let latency = self.latencies.get(self.calls % self.latencies.len().max(1)).copied().unwrap_or(0);
        self.calls += 1;
        let ok = |body: Value, after| Some((Answer { status: 200, body: body.to_string().into_bytes() }, after));
        let failed = |body: &str| Some((Answer { status: 500, body: body.as_bytes().to_vec() }, latency));
        let (info, is_create) = match route(request.method, request.path.split('?').next().unwrap_or_default()) {
            Ok(Route::Query(..)) if self.busy_for > 0 => {
                self.busy_for -= 1;
                return Some((Answer { status: 429, body: Vec::new() }, latency));
            }
            Ok(Route::Query(info, ..)) => {
                return ok(json!({"items": self.find(info, request), "pageDetails": {"nextPageUrl": null}}), latency);
            }
            Ok(Route::Get(info, id)) => {
                let row = self.rows.iter().find(|(name, row)| *name == info.name && row.id() == Some(id));
                return ok(json!({"item": row.map(|(_, row)| Value::from(row.clone()))}), latency);
            }
            Ok(Route::Create(info, _)) => (info, true),
            Ok(Route::Update(info, _)) => (info, false),
            other => panic!("{} {}: {other:?}", request.method, request.path),
        };
        let sent = Record::from_json(request.body.as_deref().unwrap_or_default()).expect("a row");
        let (_, sending) = key.and_then(|key| key.split_once('/')).expect("run, step and attempt");
        let behaviour = self.behaviours.get(sending).copied().unwrap_or(Behaviour::Normal);
        match behaviour {
            Behaviour::Refuse => return failed(r#"{"errors":["Simulated refusal ; on record number [1]."]}"#),
            Behaviour::Throttle => return Some((Answer { status: 429, body: Vec::new() }, latency)),
            Behaviour::FaultWithoutCommit => return failed("<html>Service Unavailable</html>"),
            Behaviour::CommitLate(after) if is_create => {
                self.late.push((self.now + after, info.name, sent));
                return None;
            }
            _ => {}
        }
        let id = if is_create {
            self.insert(info.name, sent)
        } else {
            let id = sent.id().expect("an id");
            let row = self.rows.iter_mut().find(|(name, row)| *name == info.name && row.id() == Some(id));
            let (_, row) = row.expect("a row that is there");
            sent.iter().for_each(|(name, value)| row.set(name, value.clone()));
            id
        };
        match behaviour {
            Behaviour::CommitThenCut | Behaviour::CommitLate(_) => None,
            Behaviour::Slow(after) => ok(json!({"itemId": id}), after),
            _ => ok(json!({"itemId": id}), latency),
        }
    }

    /// Whether the driver dies here; once.
    fn dies(&mut self, step: Option<&str>, point: Kill) -> bool {
        let is_here = self.kill.as_ref().is_some_and(|(at, kill)| Some(at.as_str()) == step && *kill == point);
        if is_here {
            self.kill = None;
        }
        let is_burnt = self.fuse.as_mut().is_some_and(|left| {
            *left = left.saturating_sub(1);
            *left == 0
        });
        if is_burnt {
            self.fuse = None;
        }
        self.is_killed |= is_here || is_burnt;
        self.is_killed
    }
}

/// The world, as the driver meets it.
#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Rc<RefCell<World>>);

impl Shared {
    async fn until(&self, time: i64) {
        poll_fn(|context| {
            let mut world = self.0.borrow_mut();
            if world.now >= time {
                return Poll::Ready(());
            }
            world.timers.push((time, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    async fn live(&self, step: Option<&str>, point: Kill) {
        if self.0.borrow_mut().dies(step, point) {
            pending::<()>().await;
        }
    }
}

impl Transport for Shared {
    async fn send(&self, request: &Request, key: Option<&str>) -> Result<Answer, String> {
        let answer = self.0.borrow_mut().answer(request, key);
        let step = key.and_then(|key| key.split('/').nth(1));
        self.live(step, Kill::AfterSend).await;
        let Some((answer, after)) = answer else { return Err("the connection was lost".to_owned()) };
        let time = self.0.borrow().now + after;
        self.until(time).await;
        Ok(answer)
    }
}

impl Keeper for Shared {
    fn now(&self) -> Instant {
        instant(self.0.borrow().now)
    }

    async fn wait(&self, until: Instant) {
        let seconds = (until.0 - instant(0).0).div_euclid(autotask_core::instant::TICKS_PER_SECOND);
        self.until(seconds).await;
    }

    fn wants_pause(&self) -> bool {
        false
    }

    async fn keep(&mut self, entry: &Entry) -> Result<(), String> {
        let step = entry.event.step();
        let (before, after) = match entry.event {
            Event::Intended { .. } => (Kill::BeforeIntent, Kill::AfterIntent),
            _ => (Kill::AfterAnswer, Kill::BeforeNext),
        };
        // What is looked up is no answer to a sending.
        let step = step.filter(|_| !matches!(entry.event, Event::Found { .. }));
        self.live(step, before).await;
        self.0.borrow_mut().journal.push(entry.clone());
        self.live(step, after).await;
        Ok(())
    }
}
