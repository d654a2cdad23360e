//! `autotask-crm onboard` as people type it: what it asks, what it refuses, and how it stops.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::common::command;
use crate::common::onboarding::{Place, Run, until, with_credentials};
use serde_json::{Value, json};

/// What it wrote, and how it ended.
fn outcome(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().expect("it runs");
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    for unwanted in ["backtrace", "panicked", "Error {", ".rs:", "sandbox-secret"] {
        assert!(!text.contains(unwanted), "{text}");
    }
    (status.code(), text)
}

#[track_caller]
fn ends(command: Command, code: i32, expected: &[&str]) -> String {
    let (status, text) = outcome(command);
    assert_eq!(status, Some(code), "{text}");
    for expected in expected {
        assert!(text.contains(expected), "`{expected}` is not in: {text}");
    }
    text
}

#[test]
fn what_is_wrong_is_said_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let journal = folder.path().join("run.journal");
    let journal = journal.to_str().unwrap();
    // No server is behind this port.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}");
    let onboard =
        |more: &[&str]| with_credentials(command(&[&["onboard", "--journal", journal, "--url", &url], more].concat()));
    let good = file(
        "good.json",
        r#"{"company": {"companyName": "Acme", "companyType": 1, "phone": "1", "ownerResourceID": 4}}"#,
    );
    ends(onboard(&[]), 2, &["holds no run yet, so the answers are needed"]);
    ends(onboard(&["/none.json"]), 2, &["error: the answers in /none.json cannot be read"]);
    ends(onboard(&[&file("torn.json", "{\"company\": {\n")]), 2, &["torn.json is no JSON", "line 2"]);
    ends(onboard(&[&file("list.json", "[]")]), 2, &["list.json cannot be read", "this is an object of"]);
    ends(
        onboard(&[&file("odd.json", r#"{"contact": []}"#)]),
        2,
        &["contact: unknown member `contact`; did you mean `contacts`?"],
    );
    ends(
        onboard(&[&file("kind.json", r#"{"sites": 3}"#)]),
        2,
        &["kind.json cannot be read", "sites: `sites` is a list"],
    );
    ends(onboard(&[&good]), 2, &["error: the fields of Companies cannot be read: no connection could be made"]);
    ends(onboard(&[&good, "--adopt", "company"]), 2, &["write it as `company=412`"]);
    ends(onboard(&[&good, "--latest-commit", "0"]), 2, &["invalid value '0'"]);
    let foreign = ["onboard", &good, "--journal", journal, "--url", "http://example.com"];
    ends(with_credentials(command(&foreign)), 2, &["the address must be `https://webservices<number>.autotask.net"]);
    ends(command(&foreign), 2, &["`username` is missing, the login of the API user", "AUTOTASK_SECRET"]);
    assert!(!fs::exists(journal).unwrap(), "no journal of a run that was not begun");
    let other = file("other.txt", "my shopping list");
    ends(with_credentials(command(&["onboard", &good, "--journal", &other])), 2, &["holds no whole plan"]);
    assert_eq!(fs::read_to_string(&other).unwrap(), "my shopping list");
    ends(command(&["onboard", "--help"]), 0, &["Examples:", "--adopt company=412", "AUTOTASK_SECRET"]);
}

fn change(run: &Run<'_>, change: impl FnOnce(&mut Value)) {
    let mut answers = run.place.answers(&run.name);
    change(&mut answers);
    fs::write(&run.answers, answers.to_string()).expect("it is written");
}

#[test]
fn questions_are_answered_by_options_of_the_next_call() {
    let place = Place::start();
    let wrong = place.prepare("Wrong");
    change(&wrong, |answers| {
        answers["company"]["phone"] = Value::Null;
        answers["contacts"][1]["record"]["lastName"] = json!("x".repeat(51));
        answers["company"]["taxRegionID"] = json!("many");
    });
    place.call("DELETE", "/_sandbox/requests", &Value::Null);
    let said = ["error: company.phone: ", "error: contacts[1].lastName: ", "nothing was sent"];
    ends(wrong.command(&[]), 2, &said);
    for operation in ["create", "update"] {
        let path = format!("/_sandbox/requests?operation={operation}");
        assert_eq!(place.call("GET", &path, &Value::Null)["requests"], json!([]));
    }
    assert!(!wrong.journal.exists());

    // A dry run sends nothing.
    let run = place.prepare("Asked");
    ends(
        run.command(&["--dry-run"]),
        0,
        &["POST  Companies  ", "create 25 units", " left this hour, less than a minute"],
    );
    assert!(!run.journal.exists());
    // What Autotask refuses is asked about, and the correction is sent.
    change(&run, |answers| answers["company"]["invoiceTemplateID"] = json!(123_456));
    let text =
        ends(run.command(&[]), 3, &["company_details (Asked): Autotask refused it:", "--edit company_details=FILE"]);
    assert!(text.contains("--skip company_details"), "{text}");
    let template = place.answers("Asked")["company"]["invoiceTemplateID"].clone();
    let corrected = place.folder.path().join("corrected.json");
    fs::write(&corrected, json!({ "invoiceTemplateID": template }).to_string()).unwrap();
    let edit = format!("company_details={}", corrected.display());
    ends(run.command(&["--adopt", "company_details=5"]), 2, &["is no answer to what is asked about `company_details`"]);
    ends(
        run.command(&["--skip", "company_detials"]),
        2,
        &["the run has no step `company_detials`; there are company,"],
    );
    ends(run.command(&["--skip", "note", "--retry", "note"]), 2, &["two options decide about `note`"]);
    ends(run.command(&["--retry", "company_details"]), 3, &["Autotask refused it:"]);
    let text =
        ends(run.command(&["--edit", &edit, "--skip", "note"]), 0, &["Done: Asked is there", "nothing asked for note"]);
    assert!(text.contains("company_details (Asked): tried again"), "{text}");
    run.is_there_once();
    // Done is done.
    place.call("DELETE", "/_sandbox/requests", &Value::Null);
    ends(run.command(&[]), 0, &["Done: Asked is there"]);
    assert_eq!(place.call("GET", "/_sandbox/requests?operation=create", &Value::Null)["requests"], json!([]));

    // A company of that name is asked about; the journal remembers what was said.
    let again = Run { name: "Asked".to_owned(), ..place.prepare("Again") };
    fs::write(&again.answers, place.answers("Asked").to_string()).unwrap();
    let id = run.company();
    ends(
        again.command(&[]),
        3,
        &["there is something like it already", &format!("--adopt company={id}"), "--not-the-same company"],
    );
    ends(again.command(&["--adopt", "company=1"]), 2, &["#1 is none of what was found"]);
    ends(again.command(&["--adopt", &format!("company={id}")]), 3, &["site_1 (Depot)", "something like it"]);
    run.is_there_once();
}

#[test]
fn a_journal_belongs_to_one_process_and_one_client() {
    let place = Place::start();
    let run = place.prepare("Mine");
    place.fault(
        &json!({"fault": "slow", "entity": "Contracts", "operation": "create", "milliseconds": 20_000, "times": 1}),
    );
    let mut first = run.command(&[]).stdout(Stdio::null()).spawn().unwrap();
    until("the contract is under way", || place.struck() == 1);
    ends(run.command(&[]), 2, &["another process is at work on"]);
    first.kill().unwrap();
    first.wait().unwrap();

    // Other answers for a run that has begun.
    let yours = place.prepare("Yours");
    let (answers, journal) = (yours.answers.to_str().unwrap(), run.journal.to_str().unwrap());
    let onboard = |more: &[&str]| {
        let url = ["--url", &place.origin];
        with_credentials(command(&[&["onboard"], more, &["--journal", journal][..], &url[..]].concat()))
    };
    ends(onboard(&[answers]), 2, &["holds the run of Mine, which began with other answers"]);
    ends(onboard(&["--latest-commit", "9"]), 2, &["began with --latest-commit 3, which stays"]);
    ends(onboard(&["--dry-run"]), 2, &["--dry-run is for a new one"]);

    // A line that broke off is cut; one that cannot be read is named.
    let whole = fs::read_to_string(&run.journal).unwrap();
    let lines = whole.lines().count();
    fs::write(&run.journal, whole.replacen("\n{", "\n{{", 1)).unwrap();
    ends(onboard(&[]), 2, &["error: line 2 of ", "nothing was sent"]);
    fs::write(&run.journal, format!("{whole}{{\"at\":\"2026-11-2")).unwrap();
    let notice = format!("Line {} of ", lines + 1);
    ends(onboard(&[]), 0, &[&notice, "was cut off", "Done: Mine is there", "waiting until"]);
    run.is_there_once();
}

#[cfg(unix)]
#[test]
fn ctrl_c_waits_for_what_is_under_way() {
    let place = Place::start();
    let run = place.prepare("Stopped");
    place.fault(
        &json!({"fault": "slow", "entity": "Companies", "operation": "create", "milliseconds": 1_500, "times": 1}),
    );
    let child = run.command(&[]).stdout(Stdio::piped()).spawn().unwrap();
    until("the company is under way", || place.struck() == 1);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let Output { status, stdout, .. } = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&stdout);
    assert_eq!(status.code(), Some(130), "{text}");
    assert!(text.contains("company (Stopped): done, #") && text.contains("Stopped. Go on with"), "{text}");
    let last = run.lines().pop().unwrap();
    assert!(last.contains(r#""event":"confirmed""#), "{last}");
    assert_eq!(run.to_the_end(), Vec::<String>::new());
    run.is_there_once();
}
