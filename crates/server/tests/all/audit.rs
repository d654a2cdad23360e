//! `autotask-crm audit` as an administrator types it, beside a server that runs.

use std::path::Path;
use std::process::Output;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::common::{Running, command};

fn audit(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(&[&["audit"], arguments].concat()).output().expect("it runs");
    let (stdout, stderr) =
        (String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned());
    for unwanted in ["backtrace", "panicked", "Error {", ".rs:"] {
        assert!(!stderr.contains(unwanted), "{stderr}");
    }
    (status.code(), stdout, stderr)
}

/// A demo whose store is in this folder, before a sandbox of its own.
fn demo(folder: &Path) -> (Running, String) {
    let store = folder.join("store.db").to_str().expect("UTF-8").to_owned();
    (Running::start(&crate::common::demo(&["--store", &store]), "CRM workbench: "), store)
}

fn call(demo: &Running, method: &str, path: &str, body: &Value) -> Value {
    let request = reqwest::blocking::Client::new()
        .request(method.parse().expect("a method"), format!("{}{path}", demo.url()))
        .header("X-Requested-With", "autotask-crm")
        .header("Content-Type", "application/json");
    let text = request.body(body.to_string()).send().expect("an answer").text().expect("a body");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn who_wrote_what_is_listed_and_proved_while_the_server_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (demo, store) = demo(folder.path());
    let (code, stdout, _) = audit(&["verify", "--store", &store]);
    assert_eq!((code, stdout.as_str()), (Some(0), "intact: no entry yet\n"));
    let acme = json!({"companyName": "Acme", "companyType": 1, "phone": "1", "ownerResourceID": 4});
    let made = call(&demo, "POST", "ATServicesRest/V1.0/Companies", &acme)["itemId"].as_i64().expect("an id");
    let from = call(&demo, "GET", "ATServicesRest/V1.0/Companies/0", &Value::Null)["item"]["city"].clone();
    call(&demo, "PATCH", "ATServicesRest/V1.0/Companies", &json!({"id": 0, "city": "Utica"}));

    let (code, stdout, stderr) = audit(&["list", "--store", &store]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(
        stdout.starts_with("#1 20") && stdout.contains(&format!("Z  Demo user  create Companies {made}: done 200\n")),
        "{stdout}"
    );
    assert!(stdout.contains(&format!("update Companies 0: done 200\n    city: {from} → \"Utica\"\n")), "{stdout}");
    for (filter, lines) in [
        (vec!["--entity", "company"], 2),
        (vec!["--entity", "Contacts"], 0),
        (vec!["--id", "0"], 1),
        (vec!["--id", &made.to_string()], 1),
        (vec!["--who", "demo USER"], 2),
        (vec!["--who", "Ada"], 0),
        (vec!["--since", "2020-01-01"], 2),
        (vec!["--since", "2120-01-01T00:00:00Z"], 0),
    ] {
        let (code, stdout, _) = audit(&[&["list", "--json", "--store", &store][..], &filter].concat());
        assert_eq!((code, stdout.lines().count()), (Some(0), lines), "{filter:?}: {stdout}");
        for line in stdout.lines() {
            let item: Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(item["outcome"]["came"], "done");
        }
    }

    // By the settings of the server as well, of which nothing else has to be there.
    let settings = folder.path().join("crm.toml");
    std::fs::write(&settings, format!("store = '{store}'\n")).expect("it is written");
    let (code, stdout, _) = audit(&["verify", "--config", settings.to_str().expect("UTF-8")]);
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.starts_with("intact: 4 entries, 1 to 4\nhead 4:"), "{stdout}");
    let head = stdout.lines().last().and_then(|line| line.strip_prefix("head ")).expect("a head").to_owned();
    drop(demo);

    // The file of a server that was killed is read as well.
    let (code, stdout, _) = audit(&["verify", "--store", &store, "--head", &head]);
    assert_eq!(code, Some(0), "{stdout}");
    let file = Connection::open(&store).expect("the store");
    file.execute_batch("update audit set entry = replace(entry, 'Utica', 'Troy') where number = 3").expect("SQL");
    let (code, stdout, _) = audit(&["verify", "--store", &store]);
    assert_eq!(
        (code, stdout.starts_with("broken at entry 3: its text or its hash was changed")),
        (Some(1), true),
        "{stdout}"
    );
    let torn = "update audit set entry = '{\"kind\":\"intent\"}' where number = 3";
    file.execute_batch(torn).expect("SQL");
    let (code, _, stderr) = audit(&["list", "--store", &store]);
    assert!(code == Some(2) && stderr.contains("`audit verify` names the first entry that was changed"), "{stderr}");
    file.execute_batch(
        "delete from audit where number > 2;
         update audit_head set (number, hash) = (select number, hash from audit where number = 2)",
    )
    .expect("SQL");
    assert_eq!(audit(&["verify", "--store", &store]).0, Some(0), "nothing in the file tells");
    let (code, stdout, _) = audit(&["verify", "--store", &store, "--head", &head]);
    assert_eq!(code, Some(1));
    assert_eq!(stdout, "broken at entry 3: the end is missing: the head that was written down is entry 4\n");
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let refused = |arguments: &[&str], expected: &str| {
        let (code, stdout, stderr) = audit(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    };
    refused(&["verify", "--store", &file("none.db")], "there is no file");
    std::fs::write(file("notes.txt"), "these are notes and no database, long enough to have a header of their own")
        .expect("it");
    refused(&["list", "--store", &file("notes.txt")], "cannot be read as a server's store");
    Connection::open(file("other.db")).expect("a file").execute_batch("create table notes (x)").expect("SQL");
    refused(&["verify", "--store", &file("other.db")], "is a database, but no server's store");
    refused(&["verify", "--store", &file("other.db"), "--head", "12:ab"], "as `audit verify` prints it");
    refused(&["list", "--entity", "Compnies", "--store", &file("other.db")], "did you mean `Companies`?");
    refused(&["list", "--since", "soon"], "`soon` is no date; write `2026-11-01`");
    refused(&["verify", "--config", &file("none.toml")], "the file of settings");
    refused(&["verify", "--store", "a", "--config", "b"], "cannot be used with");
    let list = ["list", "--store", folder.path().to_str().expect("UTF-8")];
    refused(&list, "there is no file");
}
