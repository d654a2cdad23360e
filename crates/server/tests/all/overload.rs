//! Ten times as much as Autotask takes: what has no place is refused at once, the rest is served as before, and afterwards
//! everything is as it was. Prints its figures; only what does not depend on the machine is checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::Running;
use crate::common::stub::Stub;

/// What Autotask takes for an answer here; three at once make 60 calls a second.
const LATENCY: Duration = Duration::from_millis(50);
const AT_ONCE: u64 = 3;
/// Calls a second: ten times as many.
const LOAD: u64 = 600;

/// What came of one call.
#[derive(Clone, Copy, Debug)]
struct Call {
    status: u16,
    took: Duration,
    ended: Instant,
}

struct Caller {
    client: reqwest::Client,
    url: String,
    /// No two ask for the same, which would be one call.
    next: AtomicU64,
}

impl Caller {
    fn to(demo: &Running) -> Arc<Caller> {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        Arc::new(Caller {
            client,
            url: format!("{}ATServicesRest/V1.0/Companies", demo.url()),
            next: AtomicU64::new(1),
        })
    }

    async fn call(&self) -> Call {
        let began = Instant::now();
        let url = format!("{}/{}", self.url, self.next.fetch_add(1, Ordering::Relaxed));
        let request = self.client.get(url).header("X-Requested-With", "autotask-crm");
        let answer = request.send().await.expect("an answer, whatever it says");
        let (status, wait) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
        let text = answer.text().await.expect("a whole answer");
        match status {
            200 => assert!(text.starts_with(r#"{"item":{"id":"#), "{text}"),
            503 => assert!(wait && text.contains(r#""kind":"throttled""#), "{text}"),
            _ => panic!("{status}: {text}"),
        }
        Call { status, took: began.elapsed(), ended: Instant::now() }
    }

    /// As many at once as Autotask takes, for so long; calls a second, and the median of their times.
    async fn at_ease(self: &Arc<Caller>, time: Duration) -> (f64, Duration) {
        let began = Instant::now();
        let callers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let caller = Arc::clone(self);
                tokio::spawn(async move {
                    let mut calls = Vec::new();
                    while began.elapsed() < time {
                        calls.push(caller.call().await);
                    }
                    calls
                })
            })
            .collect();
        let mut times = Vec::new();
        for caller in callers {
            let calls = caller.await.expect("no panic");
            assert!(calls.iter().all(|call| call.status == 200), "{calls:?}");
            times.extend(calls.iter().map(|call| call.took));
        }
        (times.len() as f64 / began.elapsed().as_secs_f64(), part(&mut times, 50))
    }
}

/// The time below which so many of a hundred are.
fn part(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_the_load_is_refused_at_once_and_nothing_else_suffers() {
    let seconds = if std::env::var_os("AUTOTASK_CRM_LONG").is_some() { 20 } else { 2 };
    let stub = Stub::start(LATENCY);
    let demo = stub.demo(&[]);
    let caller = Caller::to(&demo);
    let (goodput, median) = caller.at_ease(Duration::from_secs(seconds.min(5))).await;
    let memory = demo.resident().unwrap_or(0);

    let began = Instant::now();
    let mut calls = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_secs(1) / u32::try_from(LOAD).unwrap_or(1));
    let mut most = memory;
    for number in 0..LOAD * seconds {
        pace.tick().await;
        let caller = Arc::clone(&caller);
        calls.push(tokio::spawn(async move { caller.call().await }));
        if number % (LOAD / 4) == 0 {
            most = most.max(demo.resident().unwrap_or(0));
        }
    }
    let over = Instant::now();
    let mut done = Vec::new();
    for call in calls {
        done.push(call.await.expect("no panic"));
    }
    let drained = over.elapsed();
    let (good, refused): (Vec<Call>, Vec<Call>) = done.into_iter().partition(|call| call.status == 200);
    assert!(!refused.is_empty() && good.len() > 100, "{} and {}", good.len(), refused.len());
    let meanwhile = good.iter().filter(|call| call.ended < over).count() as f64 / (over - began).as_secs_f64();
    let mut times: Vec<Duration> = refused.iter().map(|call| call.took).collect();
    let (half, nearly_all) = (part(&mut times, 50), part(&mut times, 99));
    let (after, median_after) = caller.at_ease(Duration::from_secs(seconds.min(5))).await;

    println!("at ease: {goodput:.1} calls a second, median {median:?}, {memory} KiB");
    println!(
        "ten times that for {seconds} s: {} served, {meanwhile:.1} a second ({:.0} %), {} refused (median {half:?}, p99 {nearly_all:?}), at most {most} KiB ({:.2} times)",
        good.len(),
        meanwhile / goodput * 100.0,
        refused.len(),
        most as f64 / memory.max(1) as f64
    );
    println!("the line was empty {drained:?} later; then {after:.1} a second, median {median_after:?}");
    // Nobody is answered with anything else, each call that was served is one at Autotask, and nobody who was refused is.
    let asked = stub.taken().len() as u64;
    assert_eq!(asked, caller.next.load(Ordering::Relaxed) - 1 - refused.len() as u64);
    assert!(stub.most_at_once() <= AT_ONCE, "{}", stub.most_at_once());
}
