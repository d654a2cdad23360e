//! A sandbox that is killed in the middle of a thousand writes: what it said was written is there, and whole.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::common::Running;
use rusqlite::Connection;
use serde_json::{Value, json};

/// Writes that would be made if nobody killed it.
const WRITES: usize = 1_000;
/// As many at once as Autotask takes for an endpoint.
const WRITERS: usize = 3;

/// What was answered with success.
#[derive(Debug)]
enum Done {
    Company { id: i64, name: String },
    Contact { id: i64, company: i64, name: String },
    Moved { company: i64, city: String },
}

/// One client on a connection of its own.
struct Client {
    root: String,
    client: reqwest::blocking::Client,
}

impl Client {
    fn new(url: &str) -> Client {
        Client {
            root: format!("{url}V1.0"),
            client: reqwest::blocking::Client::builder().no_proxy().build().expect("a client"),
        }
    }

    /// The id that was written, or `None` when no answer came.
    fn write(&self, method: &str, path: &str, body: &Value) -> Option<i64> {
        let request = self
            .client
            .request(method.parse().expect("a method"), format!("{}{path}", self.root))
            .header("UserName", "api-user@sandbox.test")
            .header("Secret", "sandbox-secret")
            .header("ApiIntegrationCode", "SANDBOX-TRACKING-ID")
            .body(body.to_string());
        let answer = request.send().ok()?;
        let status = answer.status();
        let text = answer.text().ok()?;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str::<Value>(&text).ok()?["itemId"].as_i64()
    }
}

/// Writes companies with a contact, and moves each, until all is written or nobody answers.
fn write_until_it_ends(url: &str, writer: usize, count: &AtomicUsize, is_over: &AtomicBool, done: &mpsc::Sender<Done>) {
    let client = Client::new(url);
    let mut number = 0;
    while count.load(Ordering::SeqCst) < WRITES && !is_over.load(Ordering::SeqCst) {
        number += 1;
        let name = format!("Killed {writer}-{number}");
        let body = json!({
            "companyName": name, "companyType": 1, "phone": "555-0100", "ownerResourceID": 4, "city": "Before",
            "userDefinedFields": [{"name": "Account code", "value": name}],
        });
        let Some(id) = client.write("POST", "/Companies", &body) else { return };
        done.send(Done::Company { id, name: name.clone() }).expect("an answer");
        let person = json!({"firstName": "K", "lastName": name, "isActive": 1});
        let Some(contact) = client.write("POST", &format!("/Companies/{id}/Contacts"), &person) else { return };
        done.send(Done::Contact { id: contact, company: id, name: name.clone() }).expect("an answer");
        let city = format!("City {writer}-{number}");
        if client.write("PATCH", "/Companies", &json!({"id": id, "city": city})).is_none() {
            return;
        }
        done.send(Done::Moved { company: id, city }).expect("an answer");
        count.fetch_add(3, Ordering::SeqCst);
    }
}

fn texts(file: &Connection, sql: &str) -> BTreeMap<i64, String> {
    let mut statement = file.prepare(sql).expect("SQL");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("rows")
}

fn number(file: &Connection, sql: &str) -> i64 {
    file.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

#[test]
fn killed_among_writes_it_keeps_what_it_acknowledged_and_nothing_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed.db");
    let path = path.to_str().unwrap();
    let arguments = ["sandbox", "--listen", "127.0.0.1:0", "--companies", "20", "--no-limits", "--database", path];
    let mut written: Vec<Done> = Vec::new();
    // Killed several times, so that a file that survived one is the one that is killed again.
    for round in 1..=3 {
        let mut sandbox = Running::start(&arguments, "Sandbox: ");
        let url = sandbox.url().to_owned();
        let (count, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, acknowledged) = mpsc::channel();
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (url, count, is_over, sender) = (&url, &count, &is_over, sender.clone());
                scope.spawn(move || write_until_it_ends(url, round * 10 + writer, count, is_over, &sender));
            }
            drop(sender);
            let until = written.len() + WRITES / 2 + round * 7;
            for done in &acknowledged {
                written.push(done);
                if written.len() == until {
                    // On Unix this is SIGKILL, on Windows TerminateProcess: neither can be handled.
                    sandbox.child.kill().unwrap();
                    sandbox.child.wait().unwrap();
                    is_over.store(true, Ordering::SeqCst);
                }
            }
        });
        assert!(is_over.load(Ordering::SeqCst), "it was killed while writes were under way");

        let file = Connection::open(path).unwrap();
        assert_eq!(file.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
        let companies = texts(&file, "SELECT id, companyName FROM Companies");
        let contacts = texts(&file, "SELECT id, companyID || ' ' || lastName FROM Contacts");
        let cities = texts(&file, "SELECT id, city FROM Companies WHERE city IS NOT NULL");
        for one in &written {
            match one {
                Done::Company { id, name } => assert_eq!(companies.get(id), Some(name)),
                Done::Contact { id, company, name } => assert_eq!(contacts.get(id), Some(&format!("{company} {name}"))),
                Done::Moved { company, city } => assert_eq!(cities.get(company), Some(city)),
            }
        }
        // What belongs to a company came with it or did not come at all.
        for (what, sql) in [
            (
                "a primary location each",
                "SELECT count(*) FROM Companies c WHERE 1 <> (SELECT count(*) FROM CompanyLocations l WHERE l.companyID = c.id AND l.isPrimary = 1)",
            ),
            (
                "a site configuration each",
                "SELECT count(*) FROM Companies c WHERE 1 <> (SELECT count(*) FROM CompanySiteConfigurations s WHERE s.companyID = c.id)",
            ),
            (
                "no location alone",
                "SELECT count(*) FROM CompanyLocations WHERE companyID NOT IN (SELECT id FROM Companies)",
            ),
            ("no contact alone", "SELECT count(*) FROM Contacts WHERE companyID NOT IN (SELECT id FROM Companies)"),
            (
                "their own fields",
                "SELECT count(*) FROM Companies c WHERE companyName LIKE 'Killed%' AND 1 <> (SELECT count(*) FROM _udf u WHERE u.\"row\" = c.id AND u.text = c.companyName)",
            ),
            (
                "location and bill-to moved with the company",
                "SELECT count(*) FROM Companies c JOIN CompanyLocations l ON l.companyID = c.id AND l.isPrimary = 1 WHERE companyName LIKE 'Killed%' AND (l.city IS NOT c.city OR c.billToCity IS NOT c.city)",
            ),
        ] {
            assert_eq!(number(&file, sql), 0, "{what}, round {round}");
        }
        // At most one write of each writer was under way without an answer.
        let unanswered = number(&file, "SELECT count(*) FROM Companies WHERE companyName LIKE 'Killed%'")
            - i64::try_from(written.iter().filter(|one| matches!(one, Done::Company { .. })).count()).unwrap();
        assert!((0..=i64::try_from(WRITERS * round).unwrap()).contains(&unanswered), "{unanswered}");
    }
    println!("{} acknowledged writes over three kills, all of them there", written.len());
}
