//! A disk whose n-th call fails, for n = 1, 2, 3 … until all the work is done before it: what cannot be kept is refused in words,
//! reading goes on, nothing that was acknowledged is missing, the chain of the audit is whole, and afterwards all is as before
//! (security.md, D3).

mod disk;
mod work;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use self::disk::{Disk, Fault, Place};
use self::work::{LOGIN, PASSWORD, Work};
use crate::common::{Running, command, onboarding};

/// The n's that are tried: one of so many, or with `--long` all.
fn numbers(stride: usize) -> impl Iterator<Item = u32> {
    let is_long = std::env::var_os("AUTOTASK_CRM_LONG").is_some();
    (1..).step_by(if is_long { 1 } else { stride })
}

/// Adds the one user; what it said, and whether it is done.
fn add_user(mut command: Command, store: &Path) -> (bool, String) {
    command.args(["user", "add", LOGIN, "--name", "Ada", "--role", "administrator"]);
    command.env("AUTOTASK_CRM_STORE", store).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    // It may have refused before it reads.
    let _ = child.stdin.take().expect("piped").write_all(PASSWORD.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    (output.status.success(), said)
}

/// The server with a log of its own, or what it said when it did not start.
fn start(sandbox: &str, place: &Place, log: &Path, fault: Option<(Fault, u32)>) -> Result<Running, String> {
    let store = place.store.to_str().expect("UTF-8");
    let mut server = command(&["demo", "--no-open", "--port", "0", "--sandbox-url", sandbox, "--users", store]);
    server.stderr(File::create(log).expect("a log"));
    if let Some((fault, n)) = fault {
        place.break_at(&mut server, fault, n);
    }
    Running::try_of(server, "CRM workbench: ").map_err(|_| fs::read_to_string(log).expect("a log"))
}

/// Works with each n until none of the calls is left that fails.
fn fail(fault: Fault) {
    let sandbox = onboarding::Place::start();
    let no_limits = json!({"requestsPerHour": null, "latency": false, "threadsPerEndpoint": null});
    sandbox.call("PATCH", "/_sandbox/settings", &no_limits);
    let disk = Disk::new();
    let (is_added, said) = add_user(command(&[]), &disk.template());
    assert!(is_added, "{said}");
    if fault != Fault::Read {
        disk.fill();
    }
    let (mut tried, mut unseen, mut not_started) = (0, 0, 0);
    let mut failed_first = BTreeMap::<String, u32>::new();
    for n in numbers(17) {
        let name = format!("{fault:?} {n}");
        sandbox.call("DELETE", "/_sandbox/requests", &Value::Null);
        let place = disk.copy(&name);
        let log = sandbox.folder.path().join("server.log");
        let mut work = Work::new(&sandbox, &name);
        let mut refused = 0;
        match start(&sandbox.origin, &place, &log, Some((fault, n))) {
            Ok(server) => {
                server.url().clone_into(&mut work.url);
                refused += u32::from(work.go_on().is_err());
                unseen += u32::from(refused == 0);
                if refused == 1 && fault == Fault::ChangesFromThereOn {
                    work.reads_go_on();
                } else if refused == 1 {
                    work.go_on().unwrap_or_else(|_| panic!("{name}: refused twice, {:?}", place.failed()));
                }
            }
            Err(said) => {
                assert!(said.contains("check that"), "{name}: {said}");
                not_started += 1;
            }
        }
        let said = fs::read_to_string(&log).expect("a log");
        assert!(!said.contains("panicked"), "{name}: {said}");
        // The first server was killed; this one finds what it has left.
        let server = start(&sandbox.origin, &place, &log, None).unwrap_or_else(|said| panic!("{name}: {said}"));
        server.url().clone_into(&mut work.url);
        work.go_on().unwrap_or_else(|_| panic!("{name}: refused although nothing fails"));
        work.is_there();
        drop(server);
        place.is_sound(&name);
        assert_eq!(sandbox.is_audited(&place.store, &name), 4, "{name}: create, patch, create and delete");
        let Some(call) = place.failed() else {
            println!(
                "{fault:?}: {tried} calls below {n} failed, {not_started} at the start, {} unseen: {failed_first:?}",
                unseen - 1
            );
            assert!(tried >= 4);
            return;
        };
        tried += 1;
        *failed_first.entry(call).or_default() += 1;
        place.remove();
    }
}

#[test]
fn any_one_change_that_fails_is_refused_or_made_good() {
    fail(Fault::Change);
}

#[test]
fn when_every_change_fails_from_one_on_reading_goes_on() {
    fail(Fault::ChangesFromThereOn);
}

#[test]
fn any_one_read_that_fails_is_refused_and_the_next_is_well() {
    fail(Fault::Read);
}

/// The tables are made, and somebody is added to them: what was not done can be done afterwards, and what was done is there.
#[test]
fn a_store_that_cannot_be_made_is_made_later() {
    let disk = Disk::new();
    for fault in [Fault::Change, Fault::ChangesFromThereOn, Fault::Read] {
        for (tried, n) in numbers(4).enumerate() {
            let name = format!("{fault:?} {n}");
            let place = disk.copy(&name);
            let mut broken = command(&[]);
            place.break_at(&mut broken, fault, n);
            let (is_added, said) = add_user(broken, &place.store);
            assert!(!said.contains("panicked"), "{name}: {said}");
            assert!(is_added || said.contains("check that"), "{name}: {said}");
            let (is_added_now, said) = add_user(command(&[]), &place.store);
            assert!(is_added_now || said.contains("there is a user ada@x.test already"), "{name}: {said}");
            assert!(!(is_added && is_added_now), "{name}: what was said to be kept is not there");
            place.is_sound(&name);
            if place.failed().is_none() {
                assert!(is_added && tried >= 5, "{name}");
                println!("{fault:?}: {tried} calls below {n} failed");
                break;
            }
            place.remove();
        }
    }
}
