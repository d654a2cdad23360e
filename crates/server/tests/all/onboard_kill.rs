//! An onboarding whose process is killed at any point and begun again: in SQLite there is exactly one of each record.

use std::process::Stdio;

use crate::common::onboarding::{Place, Run, until};
use serde_json::{Value, json};

/// When the process is killed.
enum When {
    /// The calls of the fault, so many, are under way, and Autotask has not written them: it never will.
    UnderWay(i64),
    /// This is in SQLite, and the answer is still coming; `COMPANY` is the company's id.
    Written(&'static str, i64),
    /// The journal says this.
    Said(&'static str),
}

/// Which calls are slow, how, and when the killing is.
struct Point {
    name: &'static str,
    fault: &'static str,
    entity: &'static str,
    operation: &'static str,
    milliseconds: u64,
    when: When,
    /// Whether a person is asked about units, of which no row is left to be found.
    asks: usize,
}

fn points() -> Vec<Point> {
    let point = |name, fault, operation, entity, when| Point {
        name,
        fault,
        entity,
        operation,
        milliseconds: 20_000,
        when,
        asks: 0,
    };
    let one = When::UnderWay(1);
    vec![
        point("company under way", "slow", "create", "Companies", one),
        point(
            "company written",
            "slowBody",
            "create",
            "Companies",
            When::Written("SELECT count(*) FROM Companies WHERE companyName = 'company written'", 1),
        ),
        point("primary site under way", "slow", "update", "CompanyLocations", When::UnderWay(1)),
        point(
            "second site written",
            "slowBody",
            "create",
            "CompanyLocations",
            When::Written("SELECT count(*) FROM CompanyLocations WHERE companyID = COMPANY AND name = 'Depot'", 1),
        ),
        point("primary contact under way", "slow", "create", "Contacts", When::UnderWay(1)),
        Point {
            milliseconds: 1_500,
            ..point("contact written after the kill", "commitLate", "create", "Contacts", When::Said("\"unknown\""))
        },
        point(
            "company details written",
            "slowBody",
            "update",
            "Companies",
            When::Written("SELECT count(*) FROM Companies WHERE id = COMPANY AND taxID IS NOT NULL", 1),
        ),
        point("site configuration under way", "slow", "update", "CompanySiteConfigurations", When::UnderWay(1)),
        point(
            "contract written",
            "slowBody",
            "create",
            "Contracts",
            When::Written("SELECT count(*) FROM Contracts WHERE companyID = COMPANY", 1),
        ),
        point("contract under way", "slow", "create", "Contracts", When::UnderWay(1)),
        point(
            "both services written",
            "slowBody",
            "create",
            "ContractServices",
            When::Written(
                "SELECT count(*) FROM ContractServices s JOIN Contracts c ON c.id = s.contractID WHERE c.companyID = COMPANY",
                2,
            ),
        ),
        point(
            "units of both written",
            "slowBody",
            "create",
            "ContractServiceAdjustments",
            When::Written(
                "SELECT count(*) FROM ContractServiceUnits u JOIN Contracts c ON c.id = u.contractID WHERE c.companyID = COMPANY",
                24,
            ),
        ),
        Point {
            asks: 2,
            ..point("units of both under way", "slow", "create", "ContractServiceAdjustments", When::UnderWay(2))
        },
        point(
            "note written",
            "slowBody",
            "create",
            "CompanyNotes",
            When::Written("SELECT count(*) FROM CompanyNotes WHERE companyID = COMPANY", 1),
        ),
    ]
}

/// How often one run is killed, each time after three more lines of its journal.
const KILLS: usize = 10;

/// Kills the process of a run when it is time. On Unix this is SIGKILL, on Windows TerminateProcess.
fn kill_when(run: &Run<'_>, what: &str, is_time: impl Fn() -> bool) {
    let mut child = run.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    until(what, is_time);
    assert!(child.try_wait().expect("it can be asked").is_none(), "{what}: it had ended by itself");
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
}

#[test]
fn killed_with_a_call_under_way_there_is_one_of_each_record() {
    let place = Place::start();
    for Point { name, fault, entity, operation, milliseconds, when, asks } in points() {
        let run = place.prepare(name);
        // Two lines, and two sets of units, are sent at once.
        let times = if entity.starts_with("ContractService") { 2 } else { 1 };
        place.fault(&json!({
            "fault": fault, "entity": entity, "operation": operation, "milliseconds": milliseconds, "times": times,
        }));
        kill_when(&run, name, || match &when {
            When::UnderWay(calls) => place.struck() == *calls,
            When::Written(sql, rows) => {
                let known = place.number(&format!("SELECT count(*) FROM Companies WHERE companyName = '{name}'"));
                known == 1 && place.number(&sql.replace("COMPANY", &run.company().to_string())) == *rows
            }
            When::Said(text) => run.lines().iter().any(|line| line.contains(text)),
        });
        place.clear_faults();
        let lines = run.lines().len();
        let asked = run.to_the_end();
        run.is_there_once();
        assert_eq!(asked.len(), asks, "{name}: {asked:?}");
        println!("{name:<34} killed at line {lines:>2}, asked {asks}: one of each");
    }
}

#[test]
fn killed_at_any_line_of_the_journal_there_is_one_of_each_record() {
    let place = Place::start();
    // So that there is something to be killed in.
    place.fault(&json!({"fault": "slow", "milliseconds": 25}));
    for line in [1, 3, 4, 6, 9, 12, 15, 18, 21, 24, 27, 29] {
        let run = place.prepare(&format!("line {line}"));
        kill_when(&run, &run.name, || run.lines().len() >= line);
        let lines = run.lines().len();
        let asked = run.to_the_end();
        run.is_there_once();
        println!("killed at line {lines:>2}, asked {asked:?}: one of each");
    }
}

#[test]
fn killed_again_and_again_there_is_one_of_each_record() {
    let place = Place::start();
    place.fault(&json!({"fault": "slow", "milliseconds": 25}));
    let run = place.prepare("again and again");
    let mut kills = 0;
    while kills < KILLS {
        let before = run.lines().len();
        let what = format!("kill {kills}");
        kill_when(&run, &what, || run.lines().len() >= before + 3);
        kills += 1;
    }
    run.to_the_end();
    run.is_there_once();
    println!("{kills} kills of one run, {} lines: one of each", run.lines().len());
}

#[test]
fn the_calls_come_in_the_order_that_autotask_demands_with_the_fields_that_it_demands() {
    let place = Place::start();
    let run = place.prepare("in order");
    place.call("DELETE", "/_sandbox/requests", &Value::Null);
    assert_eq!(run.to_the_end(), Vec::<String>::new());
    run.is_there_once();
    let recorded = place.call("GET", "/_sandbox/requests", &Value::Null);
    let recorded = recorded["requests"].as_array().unwrap();
    assert!(recorded.iter().all(|call| call["status"] == 200), "{recorded:?}");
    let calls: Vec<(String, &Value)> = recorded
        .iter()
        .filter(|call| matches!(call["operation"].as_str(), Some("create" | "update" | "query")))
        .map(|call| {
            let path = call["url"].as_str().unwrap().split("/V1.0/").nth(1).unwrap();
            let path: Vec<&str> =
                path.split('/').map(|part| if part.parse::<i64>().is_ok() { "id" } else { part }).collect();
            (format!("{} {}", call["method"].as_str().unwrap(), path.join("/")), &call["body"])
        })
        .collect();
    let all = |wanted: &str| -> Vec<(usize, &Value)> {
        let found = calls.iter().enumerate().filter(|(_, (name, _))| name == wanted);
        found.map(|(at, (_, body))| (at, *body)).collect()
    };
    let place_of =
        |call: &str, nth: usize| all(call).get(nth).copied().unwrap_or_else(|| panic!("no {call} {nth}: {calls:#?}")).0;
    // The look-up first; what Autotask made is found and not made a second time; what is needed comes before.
    let orders: &[&[(&str, usize)]] = &[
        &[
            ("POST Companies/query", 0),
            ("POST Companies", 0),
            ("POST CompanyLocations/query", 0),
            ("PATCH Companies/id/Locations", 0),
            ("POST Companies/id/Locations", 0),
            ("PATCH Companies", 0),
        ],
        &[("PATCH Companies/id/Locations", 0), ("POST Companies/id/Contacts", 0), ("POST Companies/id/Contacts", 1)],
        &[
            ("POST Companies", 0),
            ("POST CompanySiteConfigurations/query", 0),
            ("PATCH Companies/id/SiteConfigurations", 0),
        ],
        &[
            ("POST Companies/id/Contacts", 0),
            ("POST Contracts", 0),
            ("POST Contracts/id/Services", 0),
            ("POST Contracts/id/ServiceAdjustments", 0),
        ],
        &[("POST Contracts/id/Services", 1), ("POST Contracts/id/ServiceAdjustments", 1)],
        &[("POST Companies", 0), ("POST Companies/id/Notes", 0)],
    ];
    for order in orders {
        let places: Vec<usize> = order.iter().map(|(call, nth)| place_of(call, *nth)).collect();
        assert!(places.is_sorted(), "{order:?}: {places:?}");
    }
    // Each write once, and none but these.
    let writes: &[(&str, usize, &[&str])] = &[
        ("POST Companies", 1, &["companyName", "companyType", "phone", "ownerResourceID", "isActive"]),
        ("PATCH Companies/id/Locations", 1, &["id", "name", "isPrimary"]),
        ("POST Companies/id/Locations", 1, &["name", "isActive"]),
        (
            "POST Companies/id/Contacts",
            2,
            &["firstName", "lastName", "isActive", "primaryContact", "companyLocationID"],
        ),
        ("PATCH Companies", 1, &["id", "taxRegionID", "taxID", "invoiceTemplateID"]),
        ("PATCH Companies/id/SiteConfigurations", 1, &["id", "userDefinedFields"]),
        (
            "POST Contracts",
            1,
            &[
                "companyID",
                "contractName",
                "contractType",
                "contractPeriodType",
                "startDate",
                "endDate",
                "status",
                "timeReportingRequiresStartAndStopTimes",
                "contactID",
            ],
        ),
        ("POST Contracts/id/Services", 2, &["serviceID"]),
        ("POST Contracts/id/ServiceAdjustments", 2, &["effectiveDate", "contractServiceID", "unitChange"]),
        ("POST Companies/id/Notes", 1, &["actionType", "assignedResourceID", "startDateTime", "endDateTime"]),
    ];
    for (call, times, fields) in writes {
        assert_eq!(all(call).len(), *times, "{call}");
        for (_, body) in all(call) {
            for field in *fields {
                assert!(!body[*field].is_null(), "{call} lacks {field}: {body}");
            }
            let sent = body.as_object().unwrap();
            // Empty fields, and the bill-to address, which Autotask makes by itself.
            assert!(sent.iter().all(|(name, value)| !value.is_null() && !name.starts_with("billTo")), "{call}: {body}");
        }
    }
    let is_write = |name: &str| !name.ends_with("/query");
    let unknown = calls.iter().find(|(name, _)| is_write(name) && !writes.iter().any(|(call, ..)| call == name));
    assert_eq!(unknown, None);
    // The whole first period is billed: the units begin with the contract. Contacts: the primary one first.
    for (_, body) in all("POST Contracts/id/ServiceAdjustments") {
        assert_eq!(body["effectiveDate"], "2026-12-01T00:00:00Z");
    }
    let first = all("POST Companies/id/Contacts")[0].1;
    assert_eq!(
        (&first["firstName"], &first["isActive"], &first["primaryContact"]),
        (&json!("Mara"), &json!(1), &json!(true))
    );
}
