//! Requests that nobody sends who means well: none makes the server panic, or answer with a failure of its own, and what they
//! leave behind in memory does not grow.

mod requests;
mod seeded;

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::common::raw::{Answer, End, Raw};
use crate::common::stub::Stub;
use crate::common::{Running, command};
use requests::{Callers, Request, request};

const SEED: u64 = 20_261_122;
const THREADS: u64 = 8;
const PASSWORD: &str = "correct-horse-canary";
/// What an answer to a whole request takes at most; a slow machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);
/// After such a pause the other side waits for more of a request that is not whole.
const PAUSE: Duration = Duration::from_millis(30);

/// A failure that is this server's own. What cannot be a filter is answered with 500 in Autotask's words, without a `kind`.
fn is_failure(answer: &Answer) -> bool {
    let is_validation = || {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        answer.status == 500 && body["errors"].is_array() && body["kind"].is_null()
    };
    answer.status >= 500 && !is_validation()
}

/// Sends one and looks at what comes; answers the status, 0 for none, and whether the connection can be used again.
fn send(raw: &mut Raw, request: &Request) -> (u16, bool) {
    raw.write(&request.bytes);
    let show = || String::from_utf8_lossy(&request.bytes[..request.bytes.len().min(3_000)]).into_owned();
    let check = |answer: &Answer| assert!(!is_failure(answer), "{}\n\n{}{}", show(), answer.head, answer.text());
    if request.is_whole {
        return match raw.answer(&request.method, PATIENCE) {
            Ok(answer) => {
                check(&answer);
                (answer.status, !answer.closes())
            }
            Err(End::Closed) => (0, false),
            Err(End::Open) => panic!("no answer: {}", show()),
        };
    }
    let first = raw.answer(&request.method, PAUSE);
    raw.end_writing();
    match first {
        Ok(answer) => {
            check(&answer);
            (answer.status, false)
        }
        Err(_) => (0, false),
    }
}

/// A demo before a stub, to which somebody is signed in.
fn start(stub: &Stub, folder: &std::path::Path) -> (Running, Callers) {
    let store = folder.join("store.db").display().to_string();
    let app = folder.join("app");
    std::fs::create_dir(&app).expect("a folder");
    for (name, text) in [("index.html", "<!doctype html>"), ("app-0123456789abcdef.js", "export const x = 1;\n")] {
        std::fs::write(app.join(name), text).expect("a file");
    }
    let mut add = command(&["user", "add", "ada@x.test", "--name", "Ada", "--role", "administrator"]);
    let input = folder.join("password");
    std::fs::write(&input, PASSWORD).expect("a file");
    let added = add.env("AUTOTASK_CRM_STORE", &store).stdin(File::open(&input).expect("a file")).status();
    assert!(added.expect("it runs").success());
    let app = app.display().to_string();
    let arguments = [
        "demo",
        "--no-open",
        "--port",
        "0",
        "--sandbox-url",
        &stub.url,
        "--no-limits",
        "--users",
        &store,
        "--app",
        &app,
    ];
    let mut demo = command(&arguments);
    demo.stderr(File::create(folder.join("errors")).expect("a file"));
    let demo = Running::of(demo, "CRM workbench: ");
    let host = demo.address();
    let head = |method: &str, path: &str, cookie: &str, body: &str| {
        let length = body.len();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Requested-With: autotask-crm\r\nCookie: {cookie}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let mut raw = Raw::connect(&host);
    let body = format!(r#"{{"login":"ada@x.test","password":"{PASSWORD}"}}"#);
    raw.write(head("POST", "/api/session", "", &body).as_bytes());
    let answer = raw.answer("POST", PATIENCE).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.cookie.expect("a cookie");
    raw.write(head("POST", "/ATServicesRest/V1.0/Companies/query", &cookie, r#"{"filter":[]}"#).as_bytes());
    let page: Value = serde_json::from_slice(&raw.answer("POST", PATIENCE).expect("an answer").body).expect("JSON");
    let next = page["pageDetails"]["nextPageUrl"].as_str().expect("a next page").to_owned();
    let cursor = next.split_once("paging=").expect("a cursor").1.to_owned();
    (demo, Callers { host, cookie, cursor })
}

#[test]
fn no_malformed_request_is_a_failure_of_the_server() {
    let all: u64 = if std::env::var_os("AUTOTASK_CRM_LONG").is_some() { 1_000_000 } else { 20_000 };
    let stub = Stub::start(Duration::ZERO);
    let folder = tempfile::tempdir().expect("a folder");
    let (demo, callers) = start(&stub, folder.path());
    let first = demo.resident().unwrap_or(0);
    let (next, early, calls) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let has_failed = AtomicBool::new(false);
    let statuses: Mutex<BTreeMap<u16, u64>> = Mutex::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let (mut raw, mut counts) = (Raw::connect(&callers.host), BTreeMap::<u16, u64>::new());
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= all || has_failed.load(Ordering::Relaxed) {
                            break;
                        }
                        let (status, is_usable) = send(&mut raw, &request(SEED, number, &callers));
                        *counts.entry(status).or_default() += 1;
                        if !is_usable {
                            raw = Raw::connect(&callers.host);
                        }
                        if number % 1_000 == 0 {
                            calls.fetch_add(stub.taken().len() as u64, Ordering::Relaxed);
                        }
                        if number == all / 10 {
                            early.store(demo.resident().unwrap_or(0), Ordering::Relaxed);
                        }
                    }
                    let mut statuses = statuses.lock().expect("no thread failed");
                    counts.into_iter().for_each(|(status, count)| *statuses.entry(status).or_default() += count);
                })
            })
            .collect();
        for thread in threads {
            if let Err(panic) = thread.join() {
                has_failed.store(true, Ordering::Relaxed);
                std::panic::resume_unwind(panic);
            }
        }
    });
    calls.fetch_add(stub.taken().len() as u64, Ordering::Relaxed);
    let errors = std::fs::read_to_string(folder.path().join("errors")).expect("text");
    assert!(!errors.contains("panicked"), "{errors}");
    let statuses = statuses.into_inner().expect("no thread failed");
    let (early, late) = (early.into_inner(), demo.resident().unwrap_or(0));
    println!("{all} requests, {} of them sent on; answers by status, 0 for none: {statuses:?}", calls.into_inner());
    println!("memory: {first} KiB before, {early} KiB after a tenth, {late} KiB at the end");
    // Nothing is shown where every request is turned away at the door.
    for status in [200, 400, 401, 403, 404, 405, 500] {
        assert!(statuses.get(&status).is_some_and(|count| *count > all / 2_000), "{status}: {statuses:?}");
    }
    // A tenth of them fills every cache and table that is bounded.
    assert!(late <= early + early / 5 + 8 * 1024, "{early} KiB, then {late} KiB");
}
