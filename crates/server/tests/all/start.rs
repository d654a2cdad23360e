//! The binary as people type it: what it prints, what it refuses, and how it stops.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::common::{Running, command};

#[track_caller]
fn refused(arguments: &[&str], variables: &[(&str, &str)], expected: &str) {
    let Output { status, stdout, stderr } =
        command(arguments).envs(variables.iter().copied()).output().expect("the binary runs");
    let stderr = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
    for unwanted in ["backtrace", "panicked", "Error {", ".rs:", "hidden"] {
        assert!(!stderr.contains(unwanted), "{stderr}");
    }
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let message = |flag: &str| format!("error: port {port} on 127.0.0.1 is taken; choose another with {flag}");
    refused(&["demo", "--no-open", "--port", &port, "--database", ":memory:"], &[], &message("--port"));
    let free = ["demo", "--no-open", "--port", "0", "--database", ":memory:", "--sandbox-port"];
    refused(&[&free[..], &[&port]].concat(), &[], &message("--sandbox-port"));
    refused(&["sandbox", "--listen", &format!("127.0.0.1:{port}")], &[], &message("--listen"));
    let three = [("AUTOTASK_USERNAME", "u"), ("AUTOTASK_SECRET", "hidden"), ("AUTOTASK_INTEGRATION_CODE", "c")];
    let listen = format!("127.0.0.1:{port}");
    refused(&["serve"], &[&three[..], &[("AUTOTASK_CRM_LISTEN", &listen)]].concat(), &message("`listen`"));
}

#[test]
fn wrong_flags_are_claps() {
    refused(&["demo", "--prot", "1"], &[], "unexpected argument '--prot'");
    refused(&["demo", "--port", "abc"], &[], "invalid value 'abc' for '--port");
    refused(&["dmeo"], &[], "unrecognized subcommand 'dmeo'");
    refused(&["demo", "--sandbox-url", "http://127.0.0.1:1", "--companies", "5"], &[], "cannot be used with");
    refused(&["demo", "--port", "8123", "--sandbox-port", "8123"], &[], "cannot share port 8123");
    refused(&["demo", "--no-open", "--port", "0", "--log", "a=b=c"], &[], "is not a log filter");
}

#[test]
fn what_must_not_be_served_is_refused() {
    let three = [("AUTOTASK_USERNAME", "u"), ("AUTOTASK_SECRET", "hidden"), ("AUTOTASK_INTEGRATION_CODE", "c")];
    let with = |name, value| [&three[..], &[(name, value), ("AUTOTASK_CRM_LISTEN", "127.0.0.1:0")]].concat();
    refused(&["serve"], &[], "`username` is missing, the login of the API user");
    refused(
        &["serve"],
        &[&three[..], &[("AUTOTASK_CRM_LISTEN", "0.0.0.0:0")]].concat(),
        "it is not said under which name",
    );
    refused(&["serve"], &with("AUTOTASK_URL", "http://127.0.0.1:8081"), "the address of Autotask must be");
    refused(&["serve"], &with("AUTOTASK_CRM_APP", "/none"), "build it with `cargo xtask start`");
    for url in
        ["http://webservices18.autotask.net", "https://evil.test", "https://webservices18.autotask.net@evil.test"]
    {
        refused(&["serve"], &with("AUTOTASK_URL", url), "the address of Autotask must be");
    }
    let zone = ("AUTOTASK_URL", "https://webservices18.autotask.net");
    let store = tempfile::tempdir().unwrap();
    let store = store.path().join("s.db");
    let kept = ("AUTOTASK_CRM_STORE", store.to_str().unwrap());
    refused(
        &["serve"],
        &[&with("AUTOTASK_SECRET", "<secret>")[..], &[zone, kept]].concat(),
        "is what stands in an example, such as `changeme` or `<secret>`; put your own in its place",
    );
    refused(
        &["serve"],
        &[&with("AUTOTASK_SECRET", "sandbox-secret")[..], &[zone, kept]].concat(),
        "these are the sandbox's credentials",
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let metrics = taken.local_addr().unwrap().to_string();
    refused(
        &["serve"],
        &[&with("AUTOTASK_CRM_METRICS_LISTEN", &metrics)[..], &[zone]].concat(),
        "choose another with `metrics_listen`",
    );
    let demo = ["demo", "--no-open", "--port", "0", "--sandbox-url"];
    for url in ["https://webservices18.autotask.net/ATServicesRest", "http://192.168.1.5:8081", "https://127.0.0.1"] {
        refused(&[&demo[..], &[url]].concat(), &[], "the address of the sandbox must be one on this machine");
    }
    refused(&["demo", "--no-open", "--port", "0", "--app", "/none"], &[], "build it with `cargo xtask start`");
}

#[test]
fn a_demo_works_and_stops_when_told() {
    let mut demo = Running::start(&crate::common::demo(&[]), "CRM workbench: ");
    let get = |path: &str| reqwest::blocking::Client::new().get(format!("{}{path}", demo.url()));
    let session: serde_json::Value = serde_json::from_str(&get("api/session").send().unwrap().text().unwrap()).unwrap();
    assert_eq!((&session["mode"], &session["user"]["name"]), (&"demo".into(), &"Demo user".into()));
    let health = get("api/health").send().unwrap().text().unwrap();
    assert!(health.contains(r#""upstream":"ok""#), "{health}");
    let company = get("ATServicesRest/V1.0/Companies/0").header("X-Requested-With", "autotask-crm").send().unwrap();
    assert_eq!(company.status(), 200);
    assert!(get("").send().unwrap().text().unwrap().contains("<!doctype html>"));

    #[cfg(unix)]
    {
        let started = Instant::now();
        let pid = demo.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(demo.child.wait().unwrap().code(), Some(0));
        assert!(started.elapsed() < Duration::from_secs(6));
    }
}

#[test]
fn a_sandbox_that_stops_is_a_clear_error_and_one_that_starts_again_works() {
    let arguments = ["sandbox", "--companies", "5", "--listen"];
    let sandbox = Running::start(&[&arguments[..], &["127.0.0.1:0"]].concat(), "Sandbox: ");
    let address = sandbox.url().trim_start_matches("http://").split('/').next().unwrap().to_owned();
    let url = format!("http://{address}");
    let demo = Running::start(&["demo", "--no-open", "--port", "0", "--sandbox-url", &url], "CRM workbench: ");
    let get = || {
        let url = format!("{}ATServicesRest/V1.0/Companies/0", demo.url());
        let response =
            reqwest::blocking::Client::new().get(url).header("X-Requested-With", "autotask-crm").send().unwrap();
        (response.status().as_u16(), response.text().unwrap())
    };
    assert_eq!(get().0, 200);
    drop(sandbox);
    let (status, body) = get();
    assert_eq!(status, 502, "{body}");
    assert!(body.contains("Autotask cannot be reached") && body.contains("check that the sandbox runs"), "{body}");
    let _again = Running::start(&[&arguments[..], &[&address]].concat(), "Sandbox: ");
    assert_eq!(get().0, 200);
}

#[test]
fn a_clock_that_is_wrong_is_said_at_the_start() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 4096];
            let _ = socket.read(&mut head);
            let answer = "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
            let _ = socket.write_all(answer.as_bytes());
        }
    });
    let demo = Running::start(&["demo", "--no-open", "--port", "0", "--sandbox-url", &url], "Clock: ");
    let said = demo.lines.last().unwrap();
    assert!(said.contains(" hours ahead of Autotask's; set this machine's clock, best by a time service"), "{said}");
}

#[test]
fn a_database_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "these are notes and no database, long enough to have a header of their own").unwrap();
    let file = file.to_str().unwrap();
    refused(&["sandbox", "--listen", "127.0.0.1:0", "--database", file], &[], "not a sandbox's database");
    let mut kept = String::new();
    std::fs::File::open(file).unwrap().read_to_string(&mut kept).unwrap();
    assert!(kept.starts_with("these are notes"));
}

#[track_caller]
fn filter(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        command(&[&["filter"], arguments].concat()).output().expect("the binary runs");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned())
}

#[test]
fn a_filter_becomes_json_text_and_a_plan() {
    let now = ["--now", "2026-11-21T12:00:00Z", "--zone", "America/New_York"];
    let (code, stdout, stderr) = filter(&[&now[..], &["companyType = Customer and lastActivityDate < -12m"]].concat());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(json[1]["value"], "2025-11-21T05:00:00Z");
    let (code, stdout, _) = filter(&["--to", "text", "[{'op':'ne','field':'CITY','value':'Troy',}]"]);
    assert_eq!((code, stdout.as_str()), (Some(0), "city != \"Troy\"\n"));
    let (code, stdout, _) = filter(&["--to", "plan", "--entity", "contact", "company.city = Troy"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        (code, &json["lookups"][0]["entity"], &json["lookups"][0]["into"]),
        (Some(0), &"Companies".into(), &"companyID".into())
    );
}

#[test]
fn errors_of_a_filter_stand_under_their_place() {
    let (code, stdout, stderr) = filter(&["companyTipe = Customer and city contains"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert_eq!(
        stderr,
        "companyTipe = Customer and city contains\n\
         ^^^^^^^^^^^ error: unknown field `companyTipe` on Companies; did you mean `companyType`?\n\
         companyTipe = Customer and city contains\n                                        \
         ^ error: a value is missing after `contains`\n\
         error: the filter cannot be used\n"
    );
    refused(&["filter", "--entity", "Compnies", ""], &[], "unknown entity `Compnies`; did you mean `Companies`?");
    refused(&["filter", "--zone", "Mars", ""], &[], "`Mars` is no time zone; write a name such as `Europe/Berlin`");
    refused(&["filter", "--now", "soon", ""], &[], "`soon` is no instant");
    refused(&["filter", "owner is me"], &[], "nobody said who that is");
    refused(
        &["filter", "not (city contains a)"],
        &[],
        "Autotask cannot run this filter alone: Autotask has no such operator",
    );
    refused(&["filter", "[{\"op\":\"eq\""], &[], "error");
}
