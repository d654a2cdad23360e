//! Tests of the plan and of single actions; whole runs stand in `tests/onboarding_runs.rs`.

use serde_json::json;

use super::*;
use crate::instant::Instant;
use crate::record::Record;
use crate::request::Operation;
use crate::schema::Schema;

fn answers() -> Answers {
    Answers {
        company: Record::new()
            .with("companyName", "Acme")
            .with("companyType", 1)
            .with("phone", "555-0100")
            .with("ownerResourceID", 4),
        sites: vec![Record::new().with("name", "HQ"), Record::new().with("name", "Depot")],
        contacts: vec![
            ContactAnswer {
                record: Record::new().with("firstName", "B").with("lastName", "B").with("emailAddress", "b@acme.com"),
                site: Some(1),
            },
            ContactAnswer {
                record: Record::new().with("firstName", "A").with("lastName", "A").with("primaryContact", true),
                site: None,
            },
        ],
        ..Answers::default()
    }
}

/// The whole of the ten steps.
pub(super) fn everything() -> Answers {
    let mut answers = answers();
    let company = [
        ("parentCompanyID", json!(9)),
        ("taxRegionID", json!(3)),
        ("taxID", json!("DE1")),
        ("invoiceTemplateID", json!(102)),
        ("classification", json!(17)),
    ];
    company.into_iter().for_each(|(field, value)| answers.company.set(field, value));
    answers.bill_to_site = Some(1);
    answers.site_configuration = Record::new().with("userDefinedFields", json!([{"name": "Firewall", "value": "x"}]));
    let service = |id: i64, quantity| ServiceAnswer { record: Record::new().with("serviceID", id), quantity };
    answers.contract = Some(ContractAnswer {
        record: Record::new()
            .with("contractName", "Managed")
            .with("contractType", 7)
            .with("contractPeriodType", 1)
            .with("startDate", "2026-12-01T00:00:00Z")
            .with("endDate", "2027-11-30T00:00:00Z"),
        contact: Some(1),
        services: vec![service(11, Some(25)), service(12, None)],
    });
    answers.first.note = Some(
        Record::new()
            .with("actionType", 1)
            .with("assignedResourceID", 4)
            .with("name", "Welcome")
            .with("startDateTime", "2026-11-21T09:00:00Z")
            .with("endDateTime", "2026-11-21T09:30:00Z"),
    );
    answers
}

fn at(seconds: i64) -> Instant {
    Instant::parse("2026-11-21T09:00:00Z").expect("an instant").plus_seconds(seconds)
}

fn entry(seconds: i64, event: Event) -> Entry {
    Entry { at: at(seconds), event }
}

fn found(seconds: i64, step: &str, ids: &[i64]) -> Entry {
    entry(seconds, Event::Found { step: step.to_owned(), ids: ids.to_vec() })
}

fn line(action: &Action) -> String {
    let request = |operation: &Operation| {
        let request = operation.request().expect("can be sent");
        format!("{} {} {}", request.method, request.path, request.body.unwrap_or_default())
    };
    match action {
        Action::LookUp { step, query } => format!("{step}: look up {}", request(&Operation::Query(query.clone()))),
        Action::Send { key, operation, .. } => format!("{key}: {}", request(operation)),
        Action::WaitUntil { step, until, why } => format!("{step}: wait until {until}: {why}"),
        Action::Ask { step, question } => format!("{step}: ask {question:?}"),
        Action::Done(outcomes) => format!("done {:?}", outcomes.iter().map(|o| o.id).collect::<Vec<_>>()),
    }
}

/// What follows on a journal, as a line.
fn next(plan: &Plan, journal: &Journal, seconds: i64) -> String {
    line(&next_action(plan, journal, at(seconds)))
}

/// The entry that the machine wants written before a sending.
fn intent(plan: &Plan, journal: &Journal, seconds: i64) -> Entry {
    match next_action(plan, journal, at(seconds)) {
        Action::Send { step, attempt, hash, .. } => entry(seconds, Event::Intended { step, attempt, hash }),
        other => panic!("{}", line(&other)),
    }
}

/// Runs to the end, one call after another, where everything goes well.
fn run(plan: &Plan) -> Vec<String> {
    let (mut journal, mut seen, mut id): (Vec<Entry>, _, _) = (Vec::new(), Vec::new(), 100);
    loop {
        let action = next_action(plan, &journal, at(0));
        seen.push(line(&action));
        match action {
            Action::LookUp { step, .. } => {
                let is_adopted = plan.step(&step).is_some_and(|step| step.kind == StepKind::Adopt);
                journal.push(found(0, &step, if is_adopted { &[7] } else { &[] }));
            }
            Action::Send { step, operation, .. } => {
                journal.push(intent(plan, &journal, 0));
                id += 1;
                let id = match operation {
                    Operation::Update(_, record, _) => record.id().expect("an id"),
                    _ => id,
                };
                journal.push(entry(0, Event::Confirmed { step, id }));
            }
            _ => return seen,
        }
    }
}

#[test]
fn the_steps_stand_in_order_and_go_to_the_right_routes() {
    let (plan, issues) = plan("r", &everything(), &Schema::new());
    assert_eq!(issues, []);
    insta::assert_snapshot!(run(&plan).join("\n"));
    insta::assert_debug_snapshot!(outline(&plan));
    assert_eq!(calls(&plan), outline(&plan).len());
}

#[test]
fn a_company_that_exists_is_asked_about_before_anything_is_sent() {
    let (plan, _) = plan("r", &answers(), &Schema::new());
    let look = || found(0, "company", &[5]);
    let company = || "company".to_owned();
    assert_eq!(next(&plan, &[look()], 0), "company: ask Exists { ids: [5] }");
    let not_the_same = [look(), entry(0, Event::NotTheSame { step: company() })];
    assert!(next(&plan, &not_the_same, 0).starts_with("r/company/1: POST /V1.0/Companies "));
    let adopted = [look(), entry(0, Event::Adopted { step: company(), id: 5 })];
    assert!(next(&plan, &adopted, 0).starts_with("primary_location: look up"));
}

#[test]
fn below_a_company_that_was_there_everything_is_looked_for() {
    let (plan, _) = plan("r", &everything(), &Schema::new());
    let mut journal = vec![found(0, "company", &[5]), entry(0, Event::Adopted { step: "company".to_owned(), id: 5 })];
    let mut seen = Vec::new();
    loop {
        match next_action(&plan, &journal, at(0)) {
            Action::LookUp { step, .. } => {
                seen.push(format!("look for {step}"));
                journal.push(found(0, &step, &[50]));
            }
            Action::Send { step, attempt, hash, .. } => {
                seen.push(format!("send {step}"));
                journal.push(entry(0, Event::Intended { step: step.clone(), attempt, hash }));
                journal.push(entry(0, Event::Confirmed { step, id: 50 }));
            }
            Action::Ask { step, question } => {
                seen.push(format!("ask about {step}: {question:?}"));
                journal.push(entry(0, Event::Adopted { step, id: 50 }));
            }
            _ => break,
        }
    }
    insta::assert_snapshot!(seen.join("\n"));
}

#[test]
fn after_a_doubt_it_looks_until_nothing_can_come_any_more() {
    let (plan, _) = plan("r", &answers(), &Schema::new());
    let step = || "company".to_owned();
    let mut journal = vec![found(0, "company", &[5]), entry(0, Event::NotTheSame { step: step() })];
    journal.push(intent(&plan, &journal, 10));
    assert_eq!(
        next(&plan, &journal, 11),
        r#"company: look up POST /V1.0/Companies/query {"IncludeFields":["id"],"filter":[{"field":"companyName","op":"eq","value":"Acme"},{"field":"createDate","op":"gte","value":"2026-11-21T08:50:10Z"}]}"#,
        "a crash after the intent"
    );
    journal.push(entry(12, Event::Unknown { step: step(), why: "timed out".to_owned() }));
    assert!(next(&plan, &journal, 12).starts_with("company: look up"));
    // What was there before is not what was sent.
    journal.push(found(13, "company", &[5]));
    assert!(next(&plan, &journal, 14).starts_with("company: wait until 2026-11-21T09:00:43Z: timed out"));
    assert!(next(&plan, &journal, 43).starts_with("company: look up"));
    let mut late = journal.clone();
    late.push(found(43, "company", &[5, 9]));
    assert!(next(&plan, &late, 44).starts_with("primary_location: look up"), "one is it");
    let mut two = journal.clone();
    two.push(found(43, "company", &[5, 9, 10]));
    assert_eq!(next(&plan, &two, 44), "company: ask Exists { ids: [9, 10] }");
    two.push(entry(60, Event::NotTheSame { step: step() }));
    assert!(
        next(&plan, &two, 61).starts_with("company: wait until")
            || next(&plan, &two, 61).starts_with("company: look up")
    );
    let mut sure = journal.clone();
    sure.push(entry(60, Event::NotTheSame { step: step() }));
    assert!(next(&plan, &sure, 61).starts_with("r/company/2: POST"), "a person has looked");
    // The last look comes when nothing can be written any more.
    journal.push(found(360, "company", &[5]));
    assert!(next(&plan, &journal, 361).starts_with("company: wait until 2026-11-21T09:06:10Z"));
    journal.push(found(370, "company", &[5]));
    assert!(
        next(&plan, &journal, 370).starts_with("r/company/2: POST /V1.0/Companies "),
        "{}",
        next(&plan, &journal, 370)
    );
}

#[test]
fn a_plan_says_how_long_it_looks() {
    let (mut plan, _) = plan("r", &answers(), &Schema::new());
    let mut journal = vec![found(0, "company", &[])];
    journal.push(intent(&plan, &journal, 0));
    journal.push(found(1, "company", &[]));
    assert!(next(&plan, &journal, 2).starts_with("company: wait until 2026-11-21T09:00:31Z"));
    plan.timing = Timing { latest_commit: 5, look_again: 30 };
    assert!(next(&plan, &journal, 2).starts_with("company: wait until 2026-11-21T09:00:05Z"));
    journal.push(found(5, "company", &[]));
    assert!(next(&plan, &journal, 5).starts_with("r/company/2: POST"));

    let json = serde_json::to_string(&plan).expect("JSON");
    assert_eq!(serde_json::from_str::<Plan>(&json).expect("reads back"), plan);
    let older = json.replace(r#","timing":{"latestCommit":5,"lookAgain":30}"#, "");
    assert_ne!(older, json);
    let older: Plan = serde_json::from_str(&older).expect("a plan of before");
    assert_eq!(older.timing, Timing { latest_commit: 360, look_again: 30 });
}

#[test]
fn units_are_never_added_twice_without_a_person() {
    let (plan, _) = plan("r", &everything(), &Schema::new());
    let mut journal: Vec<Entry> = Vec::new();
    for (id, step) in (1..).zip(&plan.steps).take_while(|(_, step)| step.kind != StepKind::Adjust) {
        journal.push(entry(0, Event::Confirmed { step: step.id.clone(), id }));
    }
    let line = |journal: &Journal, seconds| next(&plan, journal, seconds);
    assert!(line(&journal, 0).starts_with("r/service_0_units/1: POST /V1.0/Contracts/"), "{}", line(&journal, 0));
    journal.push(intent(&plan, &journal, 0));
    assert!(line(&journal, 1).starts_with(r#"service_0_units: look up POST /V1.0/ContractServiceUnits/query"#));
    let mut there = journal.clone();
    there.push(found(1, "service_0_units", &[70]));
    assert!(line(&there, 1).starts_with("r/service_1/1"), "{}", line(&there, 1));
    journal.push(found(360, "service_0_units", &[]));
    assert_eq!(line(&journal, 361), r#"service_0_units: ask InDoubt { why: "the sending was interrupted" }"#);
    journal.push(entry(400, Event::NotTheSame { step: "service_0_units".to_owned() }));
    assert!(line(&journal, 401).starts_with("r/service_0_units/2: POST"), "a person has looked");
}

#[test]
fn the_location_that_autotask_makes_is_waited_for() {
    let (plan, _) = plan("r", &Answers { contacts: Vec::new(), ..answers() }, &Schema::new());
    let mut journal =
        vec![entry(0, Event::Confirmed { step: "company".to_owned(), id: 7 }), found(1, "primary_location", &[])];
    assert_eq!(
        next(&plan, &journal, 2),
        "primary_location: wait until 2026-11-21T09:00:06Z: Autotask is still making it"
    );
    assert!(next(&plan, &journal, 6).starts_with("primary_location: look up"));
    journal.push(found(61, "primary_location", &[]));
    assert!(next(&plan, &journal, 61).starts_with("r/primary_location/1: POST /V1.0/Companies/7/Locations"));
    journal.push(intent(&plan, &journal, 61));
    journal.push(found(62, "primary_location", &[]));
    assert!(next(&plan, &journal, 63).starts_with("primary_location: wait"), "it may still be written");
    journal.push(found(100, "primary_location", &[8]));
    assert!(
        next(&plan, &journal, 100).starts_with(r#"r/primary_location/2: PATCH /V1.0/Companies/7/Locations {"id":8"#)
    );
}

#[test]
fn a_refusal_is_asked_about_and_an_edit_is_sent() {
    let (plan, _) = plan("r", &answers(), &Schema::new());
    let step = || "company".to_owned();
    let mut journal = vec![found(0, "company", &[])];
    journal.push(intent(&plan, &journal, 0));
    let messages = vec!["Picklist value [5] does not exist for companyType.".to_owned()];
    journal.push(entry(1, Event::Rejected { step: step(), messages }));
    assert!(next(&plan, &journal, 1).starts_with("company: ask Refused"));
    journal.push(entry(2, Event::Edited { step: step(), record: Record::new().with("companyName", "Acme 2") }));
    assert!(next(&plan, &journal, 2).starts_with("company: look up"), "another name may exist");
    journal.push(found(2, "company", &[]));
    assert_eq!(next(&plan, &journal, 2), r#"r/company/2: POST /V1.0/Companies {"companyName":"Acme 2"}"#);
    journal.push(entry(3, Event::Skipped { step: step() }));
    assert_eq!(next(&plan, &journal, 3), r#"primary_location: ask DependsOnSkipped { on: "company" }"#);
}

#[test]
fn what_autotask_was_too_busy_for_rests_a_minute_and_is_sent_again() {
    let (plan, _) = plan("r", &answers(), &Schema::new());
    let busy = || Event::Throttled { step: "company".to_owned(), why: "too many calls".to_owned() };
    let mut journal = vec![found(0, "company", &[])];
    journal.push(intent(&plan, &journal, 0));
    journal.push(entry(1, busy()));
    assert_eq!(next(&plan, &journal, 1), "company: wait until 2026-11-21T09:01:01Z: too many calls");
    assert_eq!(next(&plan, &journal, 60), next(&plan, &journal, 1));
    assert!(next(&plan, &journal, 61).starts_with("r/company/2: POST /V1.0/Companies "), "nothing was written");
    journal.push(intent(&plan, &journal, 61));
    // What may have been written is not made certain by a late word of it.
    journal.push(entry(62, Event::Unknown { step: "company".to_owned(), why: "cut".to_owned() }));
    journal.push(entry(63, busy()));
    assert!(next(&plan, &journal, 63).starts_with("company: look up"));
}

#[test]
fn two_calls_to_one_entity_at_most_and_none_behind_a_question() {
    let mut answers = answers();
    for name in ["C", "D", "E"] {
        answers.sites.push(Record::new().with("name", name));
    }
    let (plan, _) = plan("r", &answers, &Schema::new());
    let step = |step: &str| step.to_owned();
    let here = |id: &str, row| entry(0, Event::Confirmed { step: step(id), id: row });
    let mut journal = vec![here("company", 1), here("primary_location", 2)];
    let names = |journal: &Journal, busy: &[&str]| -> Vec<String> {
        let name = |action: &Action| line(action).split([':', '{']).next().unwrap_or_default().trim().to_owned();
        next_actions(&plan, journal, at(0), busy).iter().map(name).collect()
    };
    assert_eq!(names(&journal, &[]), ["r/site_1/1", "r/site_2/1", "r/contact_1/1"]);
    assert_eq!(names(&journal, &["site_1", "site_2"]), ["r/contact_1/1"]);
    assert_eq!(names(&journal, &["site_1", "site_2", "contact_1"]), [""; 0]);
    journal.push(entry(0, Event::Rejected { step: step("site_1"), messages: vec![] }));
    assert_eq!(names(&journal, &[]), ["site_1"], "a question comes before what follows it");
    assert_eq!(names(&journal, &["site_2"]), [""; 0], "and after what is under way");
    journal.push(entry(0, Event::Paused));
    assert_eq!(names(&journal, &["site_2"]), [""; 0]);
    assert_eq!(next(&plan, &journal, 0), ": ask Paused");
    journal.push(entry(0, Event::Resumed { by: "Mara".to_owned() }));
    assert_eq!(names(&journal, &[]), ["site_1"]);
}

#[test]
fn a_journal_that_is_not_of_this_plan_sends_nothing() {
    let (plan, _) = plan("r", &answers(), &Schema::new());
    let company = || "company".to_owned();
    let intended = |attempt| entry(0, Event::Intended { step: company(), attempt, hash: "0".to_owned() });
    let of = |journal: &Journal| next(&plan, journal, 1);
    assert!(of(&[found(0, "nonsense", &[])]).contains("Broken"));
    assert!(of(&[intended(2)]).contains("Broken"), "a gap");
    assert!(of(&[intended(1)]).contains("sent with other values"), "the plan was edited");
    let mut journal = vec![found(0, "company", &[])];
    journal.push(intent(&plan, &journal, 0));
    journal.push(journal[1].clone());
    assert!(of(&journal).starts_with("company: look up"), "an event that was posted twice");
    journal.push(entry(1, Event::Confirmed { step: company(), id: 7 }));
    journal.push(entry(1, Event::Rejected { step: company(), messages: vec![] }));
    journal.push(entry(1, Event::Confirmed { step: company(), id: 7 }));
    assert!(of(&journal).starts_with("primary_location"), "what is there stays there");
    journal.push(entry(1, Event::Confirmed { step: company(), id: 8 }));
    assert_eq!(of(&journal), "company: ask Twice { ids: [7, 8] }");
    journal.push(entry(1, Event::Adopted { step: company(), id: 7 }));
    assert!(of(&journal).starts_with("primary_location"));
    let other = Plan { version: 1, ..plan.clone() };
    assert!(next(&other, &[], 0).contains("the plan has version 1"));
    let mut twice = plan.clone();
    twice.steps.push(twice.steps[0].clone());
    assert!(next(&twice, &[], 0).contains("two steps are called \\\"company\\\""));
    let mut backwards = plan.clone();
    backwards.steps.reverse();
    assert!(next(&backwards, &[], 0).contains("does not come before it"));
}

#[test]
fn problems_carry_the_path_of_the_form() {
    let mut answers = everything();
    answers.company.remove("phone");
    answers.sites[1].set("name", "hq ");
    answers.contacts[0].record.set("emailAddress", "nope");
    answers.contacts[0].record.set("primaryContact", true);
    answers.contacts[1].site = Some(9);
    let contract = answers.contract.as_mut().expect("there");
    contract.record.set("endDate", "2026-01-01T00:00:00Z");
    contract.record.remove("contractName");
    contract.contact = Some(5);
    contract.services[0].quantity = Some(0);
    contract.services[1].record.set("serviceID", 11);
    contract.record.remove("contractPeriodType");
    answers.bill_to_site = Some(2);
    answers.first.note.as_mut().expect("there").remove("actionType");
    let (_, issues) = plan("r", &answers, &Schema::new());
    let found: Vec<_> = issues.iter().map(|i| (i.code, i.path.as_deref().unwrap_or(""))).collect();
    assert_eq!(
        found,
        [
            ("record.required", "company.phone"),
            ("onboarding.site_twice", "sites[1].name"),
            ("onboarding.two_primaries", "contacts[1].primaryContact"),
            ("record.email", "contacts[0].emailAddress"),
            ("onboarding.no_such_site", "contacts[1].site"),
            ("onboarding.no_such_site", "billToSite"),
            ("record.required", "contract.contractName"),
            ("record.required", "contract.contractPeriodType"),
            ("onboarding.ends_first", "contract.endDate"),
            ("onboarding.no_such_contact", "contract.contact"),
            ("onboarding.quantity", "contract.services[0].quantity"),
            ("onboarding.service_twice", "contract.services[1].serviceID"),
            ("record.required", "first.note.actionType"),
        ]
    );
}

#[test]
fn only_a_contract_for_recurring_services_has_lines() {
    let mut answers = everything();
    answers.contract.as_mut().expect("there").record.set("contractType", 1);
    let found = |answers: &Answers| {
        let (_, issues) = plan("r", answers, &Schema::new());
        issues.iter().map(|i| (i.code, i.path.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    assert_eq!(found(&answers), [("onboarding.no_services", "contract.contractType".to_owned())]);
    let contract = answers.contract.as_mut().expect("there");
    contract.record.remove("contractType");
    contract.services[1].record.remove("serviceID");
    let required = |path: &str| ("record.required", path.to_owned());
    assert_eq!(found(&answers), [required("contract.contractType"), required("contract.services[1].serviceID")]);
    let contract = answers.contract.as_mut().expect("there");
    contract.record.set("contractType", 3);
    contract.services.clear();
    contract.record.remove("contractPeriodType");
    assert_eq!(found(&answers), [], "others have no periods either");
}

#[test]
fn a_site_where_invoices_go_is_enough_for_a_change_of_the_company() {
    let answers = Answers { bill_to_site: Some(1), ..answers() };
    let (plan, issues) = plan("r", &answers, &Schema::new());
    assert_eq!(issues, []);
    let step = plan.step("company_details").expect("there");
    let to = |field: &str, step: &str| Reference { field: field.to_owned(), step: step.to_owned(), is_optional: false };
    assert_eq!(step.references, [to("id", "company"), to("billToCompanyLocationID", "site_1")]);
    let everything = super::plan("r", &everything(), &Schema::new()).0;
    let step = everything.step("company_details").expect("there");
    assert!(step.references[1].is_optional, "the rest goes without its site");
}

#[test]
fn a_plan_and_a_journal_survive_json() {
    let (plan, _) = plan("r", &everything(), &Schema::new());
    let text = serde_json::to_string(&plan).expect("serialises");
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("reads back"), plan);
    let step = || "company".to_owned();
    let journal = vec![
        found(0, "company", &[0, 5]),
        entry(1, Event::Intended { step: step(), attempt: 1, hash: "f".to_owned() }),
        entry(2, Event::Confirmed { step: step(), id: i64::MAX }),
        entry(3, Event::Adopted { step: step(), id: 5 }),
        entry(4, Event::NotTheSame { step: step() }),
        entry(5, Event::Rejected { step: step(), messages: vec!["no".to_owned()] }),
        entry(6, Event::Unknown { step: step(), why: "cut".to_owned() }),
        entry(7, Event::Edited { step: step(), record: Record::new().with("phone", "1") }),
        entry(8, Event::Skipped { step: step() }),
        entry(9, Event::Paused),
        entry(10, Event::Resumed { by: "Mara".to_owned() }),
    ];
    let text = serde_json::to_string(&journal).expect("serialises");
    assert_eq!(serde_json::from_str::<Vec<Entry>>(&text).expect("reads back"), journal);
    for nonsense in [
        "{}",
        "7",
        r#"{"event":"found","step":"a","at":"2026-01-01"}"#,
        r#"{"event":"flew","step":"a","at":"2026-01-01"}"#,
        r#"{"event":"skipped","step":"a"}"#,
        r#"{"event":"confirmed","step":"a","id":"7","at":"2026-01-01"}"#,
    ] {
        assert!(serde_json::from_str::<Entry>(nonsense).is_err(), "{nonsense}");
    }
}
