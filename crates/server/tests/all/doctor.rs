//! `autotask-crm doctor`, before a sandbox of its own.

use std::process::Output;

use crate::common::{Running, command};

fn doctor(arguments: &[&str], secret: &str) -> (Option<i32>, String) {
    let mut command = command(&[&["doctor"][..], arguments].concat());
    command.env("AUTOTASK_USERNAME", "api-user@sandbox.test").env("AUTOTASK_SECRET", secret);
    command.env("AUTOTASK_INTEGRATION_CODE", "SANDBOX-TRACKING-ID");
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(!text.contains(secret), "{text}");
    (status.code(), text)
}

#[test]
fn what_is_well_and_what_is_not() {
    let sandbox = Running::start(&["sandbox", "--listen", "127.0.0.1:0", "--companies", "20"], "Sandbox: ");
    let url = sandbox.url().trim_end_matches("/ATServicesRest/").to_owned();
    let (code, text) = doctor(&["--url", &url], "sandbox-secret");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("ok       Credentials        Autotask takes them\n"), "{text}");
    let (code, text) = doctor(&["--url", &url], "no-such-secret");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("FAILED   Credentials        Autotask refused the credentials of this server\n"), "{text}");
    assert!(text.contains("skipped  Rights "), "{text}");
    let (code, text) = doctor(&["--url", &url, "--json"], "sandbox-secret");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, report["ok"].as_bool()), (Some(0), Some(true)));
    drop(sandbox);
    let (code, text) = doctor(&["--url", &url], "sandbox-secret");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("FAILED   Autotask answers   Autotask cannot be reached"), "{text}");
    let (code, text) = doctor(&["--url", "http://192.168.0.1"], "sandbox-secret");
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("error: the address of Autotask must be"), "{text}");
}
