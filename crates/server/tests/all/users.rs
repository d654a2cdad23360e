//! `autotask-crm user`: adding, listing, changing and keeping out, and what `serve` and `demo` make of it.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::common::{Running, command};

const PASSWORD: &str = "correct-horse-canary";

/// Runs it with this store and this on standard input: code, output and errors.
fn user(store: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = command(&[&["user"], arguments].concat())
        .env("AUTOTASK_CRM_STORE", store)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("piped");
    // It may have refused before it reads.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

#[track_caller]
fn done(store: &Path, arguments: &[&str], input: &str) -> String {
    let (code, stdout, stderr) = user(store, arguments, input);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    assert!(!stdout.contains(PASSWORD), "{stdout}");
    stdout
}

#[track_caller]
fn refused(store: &Path, arguments: &[&str], input: &str, expected: &str) {
    let (code, stdout, stderr) = user(store, arguments, input);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert!(stderr.contains(expected) && !stderr.contains("hidden"), "{stderr}");
}

#[test]
fn people_are_added_listed_changed_and_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = &folder.path().join("workbench.db");
    assert!(done(store, &["list"], "").starts_with("No users: only the machine of the server may call it"));
    let added =
        done(store, &["add", "Ada@X.test", "--name", "Ada", "--role", "administrator"], "correct-horse-canary\r\n");
    assert!(
        added.starts_with("Added Ada@X.test, administrator, in ")
            && added.ends_with("From now on everybody signs in\n"),
        "{added}"
    );
    let made = done(store, &["add", "ed@x.test", "--name", "Ed Ward", "--role", "editor", "--generate"], "");
    let password =
        made.lines().last().and_then(|line| line.strip_prefix("Password, shown this once: ")).expect("shown");
    assert_eq!(password.len(), 29);
    done(store, &["role", "ed@x.test", "viewer"], "");
    done(store, &["disable", "ED@x.test"], "");
    let list = "ada@x.test  administrator  Ada\ned@x.test   viewer         Ed Ward  (kept out)\n";
    assert_eq!(done(store, &["list"], ""), list);
    done(store, &["enable", "ed@x.test"], "");
    let changed = done(store, &["password", "ed@x.test"], PASSWORD);
    assert_eq!(changed, "ed@x.test has another password, and is signed out everywhere\n");

    let named = done(store, &["resource", "ED@x.test", "29682886"], "");
    assert_eq!(named, "ED@x.test is resource 29682886 at Autotask\n");
    assert!(done(store, &["list"], "").ends_with("Ed Ward  (resource 29682886)\n"));
    done(store, &["resource", "ed@x.test", "--none"], "");
    assert!(done(store, &["list"], "").ends_with("Ed Ward  (no resource)\n"));
    done(store, &["resource", "ed@x.test", "--by-email"], "");
    assert!(done(store, &["list"], "").ends_with("Ed Ward\n"));
    refused(store, &["resource", "ed@x.test"], "", "<ID|--by-email|--none>");
    refused(store, &["resource", "ed@x.test", "5", "--none"], "", "cannot be used with");
    refused(store, &["resource", "ed@x.test", "0"], "", "0 is not in");
    refused(store, &["resource", "al@x.test", "5"], "", "there is no user al@x.test");

    let add = ["add", "al@x.test", "--name", "Al", "--role"];
    refused(store, &[&add[..], &["viewer"]].concat(), "hidden-pw\n", "a password has at least 12 letters");
    refused(store, &[&add[..], &["viewer"]].concat(), "", "a password has at least 12 letters");
    refused(store, &[&add[..], &["boss"]].concat(), "", "a role is `viewer`, `editor` or `administrator`");
    refused(store, &["add", "al", "--name", "Al", "--role", "viewer"], "", "a login is an e-mail address");
    refused(store, &["add", "ed@x.test", "--name", "Al", "--role", "viewer"], "", "there is a user ed@x.test already");
    for arguments in [&["disable", "al@x.test"][..], &["role", "al@x.test", "viewer"], &["password", "al@x.test"]] {
        refused(store, arguments, "", "there is no user al@x.test; `autotask-crm user list` shows all");
    }
    refused(&folder.path().join("none/x.db"), &["list"], "", "cannot be opened as this server's store");
    // The file of settings names the store, and needs nothing else for that.
    let settings = folder.path().join("crm.toml");
    std::fs::write(&settings, format!("store = '{}'\n", store.display())).unwrap();
    let output = command(&["user", "list", "--config", settings.to_str().unwrap()])
        .env_remove("AUTOTASK_CRM_STORE")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), list.replace("  (kept out)", ""));
}

#[test]
fn people_sign_in_to_a_demo_that_has_users_and_serve_says_when_it_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("workbench.db");
    done(&store, &["add", "ed@x.test", "--name", "Ed", "--role", "editor"], PASSWORD);
    let running = Running::start(&crate::common::demo(&["--users", store.to_str().unwrap()]), "CRM workbench: ");
    let client = reqwest::blocking::Client::new();
    let url = |path: &str| format!("{}{path}", running.url());
    let get = |path: &str, cookie: &str| {
        let request = client.get(url(path)).header("X-Requested-With", "autotask-crm").header("Cookie", cookie);
        request.send().unwrap().status().as_u16()
    };
    assert_eq!((get("api/session", ""), get("ATServicesRest/V1.0/Companies/0", "")), (401, 401));
    let body = format!(r#"{{"login":"ed@x.test","password":"{PASSWORD}"}}"#);
    let answer = client.post(url("api/session")).header("X-Requested-With", "autotask-crm").body(body);
    let answer = answer.header("Content-Type", "application/json").send().unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!((get("api/session", &cookie), get("ATServicesRest/V1.0/Companies/0", &cookie)), (200, 200));
    // From the command line, while it runs.
    done(&store, &["disable", "ed@x.test"], "");
    assert_eq!((get("api/session", &cookie), get("ATServicesRest/V1.0/Companies/0", &cookie)), (401, 401));

    let serve = |variables: &[(&str, &str)], store: &Path| {
        let three = [("AUTOTASK_USERNAME", "u"), ("AUTOTASK_SECRET", "hidden"), ("AUTOTASK_INTEGRATION_CODE", "c")];
        let mut command = command(&["serve"]);
        command.envs(three).env("AUTOTASK_URL", "https://webservices18.autotask.net/ATServicesRest");
        command.env("AUTOTASK_CRM_STORE", store).env("AUTOTASK_CRM_LISTEN", "127.0.0.1:0");
        command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let public = [("AUTOTASK_CRM_PUBLIC_URL", "https://crm.example.com"), ("AUTOTASK_CRM_LISTEN", "0.0.0.0:0")];
    let none = folder.path().join("none.db");
    let output = serve(&public, &none).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && stderr.contains("nobody could sign in"), "{stderr}");
    for (variables, store, said) in [
        (&public[..], &store, ["CRM workbench: https://crm.example.com/", ""]),
        (&[], &none, ["No users: only this machine may call", "CRM workbench: http://127.0.0.1:"]),
    ] {
        let mut child = serve(variables, store).spawn().unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        let lines: Vec<String> =
            lines.map_while(Result::ok).take(said.iter().filter(|said| !said.is_empty()).count()).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        for (line, said) in lines.iter().zip(said) {
            assert!(line.starts_with(said), "{lines:?}");
        }
        assert!(!lines.is_empty());
    }
}
