//! A disk that takes nothing more: what would have to be kept is refused in words, and reading goes on.

use std::fs;
use std::process::{Command, Stdio};

use crate::common::Running;

/// How much the store's files may grow, in blocks of 512 bytes: enough for some writes and not for all.
const BLOCKS: u64 = 300;

fn send(request: reqwest::blocking::RequestBuilder) -> (u16, String) {
    let response = request.header("X-Requested-With", "autotask-crm").send().expect("an answer");
    (response.status().as_u16(), response.text().expect("a whole answer"))
}

#[test]
fn writes_are_refused_in_words_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.db");
    let store = store.to_str().unwrap();
    let arguments = crate::common::demo(&["--store", store]);
    // Its tables are made while there is room.
    drop(Running::start(&arguments, "CRM workbench: "));
    let length = fs::metadata(store).unwrap().len();
    // The system refuses to let a file grow beyond this, as a full disk does.
    let limited = format!("ulimit -f {}; trap '' XFSZ; exec \"$0\" \"$@\"", length / 512 + BLOCKS);
    let mut command = Command::new("sh");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_autotask-crm")]).args(arguments).stdout(Stdio::piped());
    let demo = Running::of(command, "CRM workbench: ");
    let url = |path: &str| format!("{}{path}", demo.url());
    let client = reqwest::blocking::Client::new();
    let write = |number: u32| {
        let name = format!("Company {number} {}", "x".repeat(90));
        send(client.post(url("ATServicesRest/V1.0/Companies")).body(format!(
            r#"{{"companyName":"{name}","companyType":1,"phone":"555-0100","ownerResourceID":29682885,"isActive":true}}"#
        )))
    };
    let (status, first) = write(0);
    assert_eq!(status, 200, "{first}");
    let refused = (1..2_000).map(write).find(|(status, _)| *status != 200).expect("the disk is full at some time");
    assert_eq!(refused.0, 503, "{}", refused.1);
    let words =
        "this server cannot keep anything at the moment, so nothing was sent; its administrator must check the disk";
    assert!(refused.1.contains(words), "{}", refused.1);
    let count =
        || {
            send(client.get(url(
                r#"ATServicesRest/V1.0/Companies/query/count?search={"filter":[{"op":"exist","field":"id"}]}"#,
            )))
        };
    let before = count();
    assert_eq!(before.0, 200, "{}", before.1);
    for number in 5_000..5_003 {
        assert_eq!(write(number).0, 503, "and so is the next one");
    }
    assert_eq!(count(), before, "nothing was sent");
    for id in 0..60 {
        let (status, body) = send(client.get(url(&format!("ATServicesRest/V1.0/Companies/{id}"))));
        assert_eq!(status, 200, "{body}");
    }
    let draft = format!(r#"{{"over":0,"body":{{"x":"{}"}}}}"#, "y".repeat(200_000));
    let (status, body) = send(client.put(url("api/drafts/a")).body(draft));
    assert!(status == 503 && body.contains(words), "{body}");
    let (status, doctor) = send(client.get(url("api/doctor")));
    assert_eq!(status, 200);
    assert!(doctor.contains(r#"{"id":"store","title":"Store","health":"failed""#), "{doctor}");
}
