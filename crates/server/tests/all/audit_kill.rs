//! A proxy that is killed at each point of a create, whatever Autotask does meanwhile, with an onboarding that goes on
//! through it: there is one of each record, the audit is whole, and nothing was written without an intent.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::common::onboarding::{Place, Run, until};
use crate::common::way::{Hold, Way};
use crate::common::{Running, command};

/// How the calls begin among which the killing is.
const CREATE: &str = "POST /ATServicesRest/V1.0/Companies ";

/// When the proxy is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// The create has come, and its intent cannot be kept yet.
    BeforeIntent,
    /// The intent is kept, and nothing has reached Autotask; it never will.
    AfterIntent,
    /// Autotask has said its last word, and the proxy has not heard it.
    AfterSend,
    /// The proxy has heard it, and cannot keep it.
    BeforeOutcome,
    /// It is kept, and has not reached who asked.
    BeforeAnswer,
}

/// What Autotask does with the first create that reaches it.
const BEHAVIOURS: [(&str, Option<&str>); 4] = [
    ("ok", None),
    ("cut after commit", Some("commitThenCut")),
    ("late commit", Some("commitLate")),
    ("refused", Some("failWithoutCommit")),
];

/// A proxy with a way before it and one behind it.
struct Stage {
    store: PathBuf,
    front: Way,
    back: Way,
    proxy: Running,
}

fn proxy(back: &Way, store: &Path, more: &[&str]) -> Running {
    let url = format!("http://{}", back.address);
    let store = store.to_str().expect("UTF-8");
    let arguments = ["demo", "--no-open", "--port", "0", "--sandbox-url", &url, "--store", store];
    Running::start(&[&arguments, more].concat(), "CRM workbench: ")
}

fn address(running: &Running) -> String {
    running.url().trim_start_matches("http://").trim_end_matches('/').to_owned()
}

impl Stage {
    fn new(place: &Place, name: &str) -> Stage {
        let store = place.folder.path().join(format!("{name}.store.db"));
        let back = Way::to(place.origin.trim_start_matches("http://"), CREATE, false);
        let proxy = proxy(&back, &store, &[]);
        let front = Way::to(&address(&proxy), CREATE, true);
        Stage { store, front, back, proxy }
    }

    fn read(&self, sql: &str) -> i64 {
        let file = Connection::open_with_flags(&self.store, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the store");
        file.busy_timeout(Duration::from_secs(5)).expect("the store");
        file.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Keeps the proxy from keeping anything.
    fn lock(&self) -> Connection {
        let file = Connection::open(&self.store).expect("the store");
        file.busy_timeout(Duration::from_secs(5)).expect("the store");
        file.execute_batch("begin immediate").expect("it is free");
        file
    }

    /// On Unix this is SIGKILL, on Windows TerminateProcess.
    fn kill(&mut self) {
        assert!(self.proxy.child.try_wait().expect("it can be asked").is_none(), "it had ended by itself");
        self.proxy.child.kill().expect("it is killed");
        self.proxy.child.wait().expect("it ends");
    }

    /// Begins the run, and kills the proxy when it is time.
    fn kill_at(&mut self, run: &Run<'_>, when: When) -> std::process::Child {
        let locked = (when == When::BeforeIntent).then(|| self.lock());
        match when {
            When::BeforeIntent => self.front.hold(Hold::Nothing),
            When::AfterIntent => self.back.hold(Hold::Request),
            When::AfterSend | When::BeforeOutcome => self.back.hold(Hold::Answer),
            When::BeforeAnswer => self.front.hold(Hold::Answer),
        }
        let child = run.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
        match when {
            When::BeforeIntent => {
                until("the create has come", || self.front.has_seen());
                std::thread::sleep(Duration::from_millis(50));
            }
            When::AfterIntent => until("it is sent", || self.back.has_seen()),
            When::AfterSend => until("Autotask has answered", || self.back.is_answered()),
            When::BeforeOutcome => until("Autotask has answered", || self.back.is_answered()),
            When::BeforeAnswer => until("the proxy has answered", || self.front.is_answered()),
        }
        let late = (when == When::BeforeOutcome).then(|| self.lock());
        if late.is_some() {
            self.back.release(true);
            std::thread::sleep(Duration::from_millis(150));
        }
        self.kill();
        drop((locked, late));
        let intents = "select count(*) from audit where kind = 'intent'";
        let outcomes = "select count(*) from audit where kind = 'outcome'";
        let expected = match when {
            When::BeforeIntent => (0, 0),
            When::AfterIntent | When::AfterSend | When::BeforeOutcome => (1, 0),
            When::BeforeAnswer => (1, 1),
        };
        assert_eq!((self.read(intents), self.read(outcomes)), expected, "{when:?}");
        self.front.release(false);
        self.back.release(false);
        child
    }

    /// Starts the proxy again, at the same address for who calls it.
    fn again(&mut self) {
        self.proxy = proxy(&self.back, &self.store, &[]);
        self.front.lead_to(&address(&self.proxy));
    }
}

fn killed(when: When) {
    let place = Place::start();
    for (behaviour, fault) in BEHAVIOURS {
        let name = format!("{when:?} {behaviour}");
        let from = Instant::now();
        let mut stage = Stage::new(&place, &name);
        let mut run = place.prepare(&name);
        run.url = format!("http://{}", stage.front.address);
        place.call("DELETE", "/_sandbox/requests", &Value::Null);
        if let Some(fault) = fault {
            let late = if fault == "commitLate" { json!(1_500) } else { Value::Null };
            let mut fault = json!({"fault": fault, "entity": "Companies", "operation": "create", "times": 1});
            if !late.is_null() {
                fault["milliseconds"] = late;
            }
            place.fault(&fault);
        }
        let mut child = stage.kill_at(&run, when);
        // Some have lost the proxy for good by then; the others go on through the new one.
        if behaviour == "ok" || behaviour == "refused" {
            child.wait().expect("it ends");
        }
        stage.again();
        child.wait().expect("it ends");
        let asked = run.to_the_end();
        assert_eq!(asked, Vec::<String>::new(), "{name}");
        assert_eq!(place.struck(), i64::from(fault.is_some()), "{name}: it has behaved so");
        place.clear_faults();
        run.is_there_once();
        let writes = place.is_audited(&stage.store, &name);
        assert!(writes >= 10, "{name}: {writes}");
        println!("{name:<36} one of each, {writes} writes, each with its intent, {:?}", from.elapsed());
    }
}

#[test]
fn killed_before_the_intent_there_is_one_of_each_record() {
    killed(When::BeforeIntent);
}

#[test]
fn killed_after_the_intent_there_is_one_of_each_record() {
    killed(When::AfterIntent);
}

#[test]
fn killed_after_the_sending_there_is_one_of_each_record() {
    killed(When::AfterSend);
}

#[test]
fn killed_before_the_outcome_is_kept_there_is_one_of_each_record() {
    killed(When::BeforeOutcome);
}

#[test]
fn killed_before_the_answer_is_given_there_is_one_of_each_record() {
    killed(When::BeforeAnswer);
}

/// Creates companies under names of their own until it is over.
fn write_until(url: &str, writer: &str, is_over: &AtomicBool, count: &AtomicUsize) {
    let client = reqwest::blocking::Client::builder().no_proxy().build().expect("a client");
    let mut number = 0;
    while !is_over.load(Ordering::SeqCst) {
        number += 1;
        let name = format!("killed-{writer}-{number}");
        let body = json!({"companyName": name, "companyType": 1, "phone": "1", "ownerResourceID": 4});
        let request = client
            .post(format!("{url}ATServicesRest/V1.0/Companies"))
            .header("X-Requested-With", "autotask-crm")
            .header("Idempotency-Key", &name);
        match request.body(body.to_string()).send() {
            Ok(answer) => assert_eq!(answer.status(), 200, "{:?}", answer.text()),
            Err(_) => return,
        }
        count.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn killed_again_and_again_among_writes_none_is_without_its_intent() {
    let long = std::env::var_os("AUTOTASK_CRM_LONG").is_some();
    let (kills, writes) = if long { (200, 10_000) } else { (15, 600) };
    let place = Place::start();
    // What a proxy that was killed had sent may still be under way when the next one begins.
    let no_limits = json!({"requestsPerHour": null, "latency": false, "threadsPerEndpoint": null});
    place.call("PATCH", "/_sandbox/settings", &no_limits);
    let store = place.folder.path().join("again.store.db");
    let way = Way::to(place.origin.trim_start_matches("http://"), CREATE, false);
    let mut answered = 0;
    for kill in 1..=kills {
        // So many writes are more than an hour takes.
        let mut proxy = proxy(&way, &store, &["--no-limits"]);
        let (is_over, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for writer in 0..3 {
                let (url, is_over, count) = (proxy.url().to_owned(), &is_over, &count);
                scope.spawn(move || write_until(&url, &format!("{kill}-{writer}"), is_over, count));
            }
            until("so many are written", || count.load(Ordering::SeqCst) >= writes / kills);
            // Not always at the same point of a write.
            std::thread::sleep(Duration::from_micros(u64::try_from(kill).unwrap_or(0) * 211 % 5_000));
            proxy.child.kill().expect("it is killed");
            proxy.child.wait().expect("it ends");
            is_over.store(true, Ordering::SeqCst);
        });
        answered += count.into_inner();
    }
    let verify = command(&["audit", "verify", "--store", store.to_str().expect("UTF-8")]).output().expect("it runs");
    let text = String::from_utf8_lossy(&verify.stdout).into_owned();
    assert_eq!(verify.status.code(), Some(0), "{text}");
    let file = Connection::open(&store).expect("the store");
    let mut statement =
        file.prepare("select entry ->> '$.after.companyName' from audit where kind = 'intent'").expect("SQL");
    let intents: std::collections::BTreeSet<String> =
        statement.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("texts");
    let mut statement =
        place.file.prepare("select companyName from Companies where companyName like 'killed-%'").expect("SQL");
    let written: Vec<String> =
        statement.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("texts");
    assert!(written.len() >= answered && answered >= writes / kills * kills, "{} {answered}", written.len());
    for name in &written {
        assert!(intents.contains(name), "{name} was written without an intent");
    }
    println!(
        "{kills} kills, {} companies written, {} intents, the chain is whole:\n{text}",
        written.len(),
        intents.len()
    );
}
