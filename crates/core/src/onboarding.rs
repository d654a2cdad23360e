//! Onboarding: a client as ordered steps, and a pure machine that says what to do next.
//!
//! ```text
//! answers ──plan──► Plan ─┐
//!                         ├─ next_action ──► look up · send · ask · done
//! what came of it ──► Journal ─┘                     │
//!        ▲                                           ▼
//!        └──────────── the driver does it and writes it down
//! ```
//!
//! Company → the primary location, which Autotask makes by itself and we adopt → more sites → primary contact →
//! more contacts. Autotask has no transactions and companies cannot be deleted, so after any doubt the machine
//! looks before it sends again.

mod look_up;

use serde::{Deserialize, Serialize};
use serde_json::json;

pub use look_up::{duplicate_queries, same_companies};

use crate::entity::{EntityInfo, entity};
use crate::filter::Filter;
use crate::issue::Issue;
use crate::record::Record;
use crate::request::{Operation, Query, Verb};
use crate::schema::Schema;
use crate::text::fold_for_equality;
use crate::validate::{Mode, validate};

/// What the wizard asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Answers {
    /// The company.
    pub company: Record,
    /// The sites; the first is the primary location.
    pub sites: Vec<Record>,
    /// The contacts; the one with `primaryContact`, else the first, is the primary one.
    pub contacts: Vec<ContactAnswer>,
}

/// A contact, and the site where the person works.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContactAnswer {
    /// The contact.
    pub record: Record,
    /// Index into the sites.
    pub site: Option<usize>,
}

/// The steps of one onboarding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Identifies the run.
    pub run_id: String,
    /// In the order in which they are done.
    pub steps: Vec<Step>,
}

/// One row to be made or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// `company`, `primary_location`, `site_1`, `contact_0`, …
    pub id: String,
    /// The entity, plural.
    pub entity: String,
    /// What is done.
    pub kind: StepKind,
    /// What it is called, for people.
    pub title: String,
    /// The row.
    pub record: Record,
    /// Fields that take the id which an earlier step produces: (field, step).
    pub references: Vec<(String, String)>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    /// Makes a row.
    Create,
    /// Finds the row that Autotask made by itself and changes it.
    Adopt,
}

/// What happened, in order.
pub type Journal = [Event];

/// Something that happened to a step.
///
/// As JSON: `{"event": "confirmed", "step": "company", "id": 7}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// A look-up by natural key answered with these ids.
    Found {
        /// The step.
        step: String,
        /// The ids, in ascending order.
        ids: Vec<i64>,
    },
    /// It is about to be sent; written before the sending.
    Intended {
        /// The step.
        step: String,
    },
    /// Autotask confirmed it.
    Confirmed {
        /// The step.
        step: String,
        /// The row's id.
        id: i64,
    },
    /// A row that was found is taken for this step.
    Adopted {
        /// The step.
        step: String,
        /// The row's id.
        id: i64,
    },
    /// The rows that were found are not this one: a person said so.
    NotTheSame {
        /// The step.
        step: String,
    },
    /// Autotask refused it, so nothing was written.
    Rejected {
        /// The step.
        step: String,
        /// Autotask's sentences.
        messages: Vec<String>,
    },
    /// No answer came, so it may or may not have been written.
    Unknown {
        /// The step.
        step: String,
        /// What happened.
        why: String,
    },
    /// The row was corrected and is tried again.
    Edited {
        /// The step.
        step: String,
        /// The row now.
        record: Record,
    },
    /// A person decided to go on without it.
    Skipped {
        /// The step.
        step: String,
    },
}

/// Written by hand: what serde derives for an enum of nine structs is several times as much to download.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        Event::of_json(&json).ok_or_else(|| serde::de::Error::custom("this is no event of an onboarding"))
    }
}

impl Event {
    fn of_json(json: &serde_json::Value) -> Option<Event> {
        use serde_json::Value;
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = || json.get("id").and_then(Value::as_i64);
        let step = text("step")?;
        Some(match json.get("event")?.as_str()? {
            "found" => {
                let ids: Option<Vec<i64>> = json.get("ids")?.as_array()?.iter().map(Value::as_i64).collect();
                Event::Found { step, ids: ids? }
            }
            "intended" => Event::Intended { step },
            "confirmed" => Event::Confirmed { step, id: id()? },
            "adopted" => Event::Adopted { step, id: id()? },
            "notTheSame" => Event::NotTheSame { step },
            "rejected" => {
                let messages = json.get("messages")?.as_array()?.iter();
                let messages: Option<Vec<String>> = messages.map(|m| m.as_str().map(str::to_owned)).collect();
                Event::Rejected { step, messages: messages? }
            }
            "unknown" => Event::Unknown { step, why: text("why")? },
            "edited" => Event::Edited { step, record: Record::from(json.get("record")?.as_object()?.clone()) },
            "skipped" => Event::Skipped { step },
            _ => return None,
        })
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Ask Autotask for rows with the step's natural key and write down [`Event::Found`].
    LookUp {
        /// The step.
        step: String,
        /// The query.
        query: Query,
    },
    /// Write down [`Event::Intended`], send, and write down what came of it.
    Send {
        /// The step.
        step: String,
        /// The operation.
        operation: Operation,
    },
    /// A person has to decide.
    Ask {
        /// The step.
        step: String,
        /// What there is to decide.
        question: Question,
    },
    /// Nothing is left to do.
    Done(Vec<Outcome>),
}

/// What a person has to decide.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "question", rename_all = "camelCase")]
pub enum Question {
    /// Rows like it exist: adopt one, or say that they are not the same.
    Exists {
        /// Their ids.
        ids: Vec<i64>,
    },
    /// Autotask refused it: edit and retry, or skip.
    Refused {
        /// Autotask's sentences.
        messages: Vec<String>,
    },
    /// It may have been written, but is not to be found: send it again, or skip.
    InDoubt {
        /// What happened.
        why: String,
    },
    /// A step it depends on was skipped: skip it as well.
    DependsOnSkipped {
        /// The step that was skipped.
        on: String,
    },
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The step.
    pub step: String,
    /// The row's id; `None` when the step was skipped.
    pub id: Option<i64>,
}

/// Where a step is.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Nothing happened yet.
    Waiting,
    /// Rows with its natural key were looked for before it was sent.
    Looked(Vec<i64>),
    /// It was sent and no answer is written down.
    Sent,
    /// It is there.
    Here(i64),
    /// Autotask refused it.
    Refused(Vec<String>),
    /// It may have been written.
    InDoubt {
        /// What happened.
        why: String,
        /// What a look-up since then found.
        found: Option<Vec<i64>>,
    },
    /// A person skipped it.
    Skipped,
}

/// Orders the answers into steps and checks every row.
///
/// The issues carry paths such as `company.phone`, `sites[1].name`, `contacts[0].emailAddress`; nothing should be
/// sent while one of them is an error.
#[must_use]
pub fn plan(run_id: &str, answers: &Answers, schema: &Schema) -> (Plan, Vec<Issue>) {
    let mut steps = Vec::new();
    let mut issues = Vec::new();
    let to_company = || vec![("companyID".to_owned(), "company".to_owned())];
    let add = |steps: &mut Vec<Step>, id: String, entity: &str, kind, record: Record, references, title: String| {
        steps.push(Step { id, entity: entity.to_owned(), kind, title, record, references });
    };

    let mut company = answers.company.clone();
    company.remove("id");
    if company.is_null("isActive") {
        company.set("isActive", true);
    }
    check(&mut issues, schema, "Companies", &company, "company", Mode::Create);
    let title = company.text("companyName").unwrap_or("company").to_owned();
    add(&mut steps, "company".to_owned(), "Companies", StepKind::Create, company, Vec::new(), title);

    for (index, site) in answers.sites.iter().enumerate() {
        let mut record = site.clone();
        for given in ["id", "companyID", "isPrimary"] {
            record.remove(given);
        }
        let path = format!("sites[{index}]");
        check(&mut issues, schema, "CompanyLocations", &record.clone().with("companyID", 0), &path, Mode::Create);
        let name = record.text("name").unwrap_or_default().to_owned();
        let twice = answers.sites[..index].iter().any(|s| {
            !name.is_empty() && fold_for_equality(s.text("name").unwrap_or_default()) == fold_for_equality(&name)
        });
        if twice {
            issues.push(
                Issue::error("onboarding.site_twice", format!("two sites are called \"{name}\""))
                    .hint("within a company every site needs a name of its own")
                    .at(format!("{path}.name")),
            );
        }
        if index == 0 {
            record.set("isPrimary", true);
            add(
                &mut steps,
                "primary_location".to_owned(),
                "CompanyLocations",
                StepKind::Adopt,
                record,
                to_company(),
                name,
            );
        } else {
            record.set("isPrimary", false);
            if record.is_null("isActive") {
                record.set("isActive", true);
            }
            add(&mut steps, site_step(index), "CompanyLocations", StepKind::Create, record, to_company(), name);
        }
    }
    contacts(answers, schema, &mut steps, &mut issues);
    (Plan { run_id: run_id.to_owned(), steps }, issues)
}

fn site_step(index: usize) -> String {
    if index == 0 { "primary_location".to_owned() } else { format!("site_{index}") }
}

fn contacts(answers: &Answers, schema: &Schema, steps: &mut Vec<Step>, issues: &mut Vec<Issue>) {
    let flagged: Vec<usize> = (0..answers.contacts.len())
        .filter(|i| answers.contacts[*i].record.flag("primaryContact") == Some(true))
        .collect();
    if let [_, second, ..] = flagged.as_slice() {
        issues.push(
            Issue::error("onboarding.two_primaries", "a company has one primary contact")
                .hint("leave the mark at one of them")
                .at(format!("contacts[{second}].primaryContact")),
        );
    }
    let primary = flagged.first().copied().unwrap_or(0);
    // The primary one is made first, so that the company is never without.
    let order = std::iter::once(primary).chain((0..answers.contacts.len()).filter(|i| *i != primary));
    for index in order.filter(|i| *i < answers.contacts.len()) {
        let answer = &answers.contacts[index];
        let path = format!("contacts[{index}]");
        let mut record = answer.record.clone();
        for given in ["id", "companyID"] {
            record.remove(given);
        }
        record.set("isActive", 1);
        record.set("primaryContact", index == primary);
        check(issues, schema, "Contacts", &record.clone().with("companyID", 0), &path, Mode::Create);
        let email = record.text("emailAddress").unwrap_or_default().to_owned();
        let twice = answers.contacts[..index].iter().any(|c| {
            !email.is_empty()
                && fold_for_equality(c.record.text("emailAddress").unwrap_or_default()) == fold_for_equality(&email)
        });
        if twice {
            issues.push(
                crate::validate::email_exists(format!("{path}.emailAddress"))
                    .hint("another contact of this form has it"),
            );
        }
        let mut references = vec![("companyID".to_owned(), "company".to_owned())];
        if let Some(site) = answer.site.filter(|s| *s < answers.sites.len()) {
            references.push(("companyLocationID".to_owned(), site_step(site)));
        }
        let name = [record.text("firstName"), record.text("lastName")];
        let title = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
        steps.push(Step {
            id: format!("contact_{index}"),
            entity: "Contacts".to_owned(),
            kind: StepKind::Create,
            title,
            record,
            references,
        });
    }
}

fn check(issues: &mut Vec<Issue>, schema: &Schema, name: &str, record: &Record, path: &str, mode: Mode) {
    let Some(info) = schema.entity(name) else { return };
    for mut issue in validate(record, &info, mode) {
        issue.path = Some(issue.path.map_or_else(|| path.to_owned(), |field| format!("{path}.{field}")));
        issues.push(issue);
    }
}

fn post(info: &'static EntityInfo, filter: Filter, fields: &[&str]) -> Query {
    Query {
        include_fields: Some(fields.iter().map(|f| (*f).to_owned()).collect()),
        verb: Verb::Post,
        ..Query::new(info, filter)
    }
}

/// How many calls a run makes when everything goes well.
#[must_use]
pub fn calls(plan: &Plan) -> usize {
    // The company is looked for first; what Autotask made by itself is found first.
    plan.steps.iter().map(|s| if s.kind == StepKind::Adopt || s.id == "company" { 2 } else { 1 }).sum()
}

/// Where a step is, told from the journal.
#[must_use]
pub fn state(step: &str, journal: &Journal) -> State {
    journal.iter().fold(State::Waiting, |state, event| match event {
        Event::Found { step: s, ids } if s == step => match state {
            State::Sent => State::InDoubt { why: "the sending was interrupted".to_owned(), found: Some(ids.clone()) },
            State::InDoubt { why, .. } => State::InDoubt { why, found: Some(ids.clone()) },
            State::Waiting | State::Looked(_) => State::Looked(ids.clone()),
            other => other,
        },
        Event::Intended { step: s } if s == step => State::Sent,
        Event::Confirmed { step: s, id } | Event::Adopted { step: s, id } if s == step => State::Here(*id),
        Event::NotTheSame { step: s } if s == step => State::Looked(Vec::new()),
        Event::Rejected { step: s, messages } if s == step => State::Refused(messages.clone()),
        Event::Unknown { step: s, why } if s == step => State::InDoubt { why: why.clone(), found: None },
        Event::Edited { step: s, .. } if s == step => State::Looked(Vec::new()),
        Event::Skipped { step: s } if s == step => State::Skipped,
        _ => state,
    })
}

/// What to do next. Pure: the same plan and journal give the same answer.
#[must_use]
pub fn next_action(plan: &Plan, journal: &Journal) -> Action {
    for step in &plan.steps {
        let state = state(&step.id, journal);
        if matches!(state, State::Here(_) | State::Skipped) {
            continue;
        }
        return action(step, state, journal);
    }
    let outcome = |step: &Step| Outcome {
        step: step.id.clone(),
        id: match state(&step.id, journal) {
            State::Here(id) => Some(id),
            _ => None,
        },
    };
    Action::Done(plan.steps.iter().map(outcome).collect())
}

fn action(step: &Step, state: State, journal: &Journal) -> Action {
    let ask = |question| Action::Ask { step: step.id.clone(), question };
    let record = match resolve(step, journal) {
        Ok(record) => record,
        Err(on) => return ask(Question::DependsOnSkipped { on }),
    };
    let look_up = || natural_key(step, &record).map(|query| Action::LookUp { step: step.id.clone(), query });
    match (state, step.kind) {
        (State::Waiting, StepKind::Adopt) => look_up().unwrap_or_else(|| send(step, record.clone())),
        // Nothing but what Autotask makes itself can be below a company that this run has just made.
        (State::Waiting, StepKind::Create) if step.id != "company" && !was_adopted("company", journal) => {
            send(step, record)
        }
        (State::Waiting, StepKind::Create) => look_up().unwrap_or_else(|| send(step, record.clone())),
        (State::Looked(ids), StepKind::Adopt) => match ids.as_slice() {
            [] => send(step, record),
            [id] => update(step, record, *id),
            _ => ask(Question::Exists { ids }),
        },
        (State::Looked(ids), StepKind::Create) if ids.is_empty() => send(step, record),
        (State::Looked(ids), StepKind::Create) => ask(Question::Exists { ids }),
        (State::Refused(messages), _) => ask(Question::Refused { messages }),
        (State::Sent, _) => {
            look_up().unwrap_or_else(|| ask(Question::InDoubt { why: "the sending was interrupted".to_owned() }))
        }
        (State::InDoubt { found: None, why }, _) => look_up().unwrap_or_else(|| ask(Question::InDoubt { why })),
        // A change may be sent again: it says the same twice.
        (State::InDoubt { found: Some(ids), .. }, StepKind::Adopt) if ids.len() == 1 => update(step, record, ids[0]),
        (State::InDoubt { found: Some(ids), why }, _) => {
            // What was there before the first sending, and is not the same, is not what the sending made.
            let before = ids_before_sending(&step.id, journal);
            let fresh: Vec<i64> = ids.into_iter().filter(|id| !before.contains(id)).collect();
            match fresh.is_empty() {
                true => ask(Question::InDoubt { why }),
                false => ask(Question::Exists { ids: fresh }),
            }
        }
        (State::Here(_) | State::Skipped, _) => Action::Done(Vec::new()),
    }
}

fn was_adopted(step: &str, journal: &Journal) -> bool {
    journal.iter().any(|event| matches!(event, Event::Adopted { step: s, .. } if s == step))
}

fn ids_before_sending(step: &str, journal: &Journal) -> Vec<i64> {
    journal
        .iter()
        .take_while(|event| !matches!(event, Event::Intended { step: s } if s == step))
        .filter_map(|event| match event {
            Event::Found { step: s, ids } if s == step => Some(ids.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

/// The step's row, as last edited, with the ids that earlier steps produced. `Err` names a step that was skipped
/// and without which the row cannot be made.
fn resolve(step: &Step, journal: &Journal) -> Result<Record, String> {
    let edited = journal.iter().rev().find_map(|event| match event {
        Event::Edited { step: s, record } if *s == step.id => Some(record),
        _ => None,
    });
    let mut record = edited.unwrap_or(&step.record).clone();
    for (field, on) in &step.references {
        match state(on, journal) {
            State::Here(id) => record.set(field, id),
            // A contact can do without its site, but nothing without its company.
            State::Skipped if on != "company" => {}
            _ => return Err(on.clone()),
        }
    }
    Ok(record)
}

fn send(step: &Step, record: Record) -> Action {
    match entity(&step.entity) {
        Some(info) => Action::Send { step: step.id.clone(), operation: Operation::Create(info, record, None) },
        None => Action::Ask {
            step: step.id.clone(),
            question: Question::Refused { messages: vec![format!("unknown entity `{}`", step.entity)] },
        },
    }
}

fn update(step: &Step, record: Record, id: i64) -> Action {
    match send(step, record) {
        Action::Send { step, operation: Operation::Create(info, record, parent) } => {
            let mut changed = Record::new().with("id", id);
            for (name, value) in record.iter() {
                changed.set(name, value.clone());
            }
            Action::Send { step, operation: Operation::Update(info, changed, parent) }
        }
        other => other,
    }
}

/// The search that finds a row again which this step has made, or that stands in its place already.
fn natural_key(step: &Step, record: &Record) -> Option<Query> {
    let info = entity(&step.entity)?;
    let text = |field: &str| record.text(field).map(|value| Filter::eq(field, value));
    let company = record.int("companyID").map(|id| Filter::eq("companyID", id));
    let filter = match (info.name, step.kind) {
        ("CompanyLocations", StepKind::Adopt) => Filter::and([company?, Filter::eq("isPrimary", true)]),
        ("CompanyLocations", StepKind::Create) => Filter::and([company?, text("name")?]),
        ("Contacts", _) => match text("emailAddress") {
            Some(email) => Filter::and([company?, email]),
            None => Filter::and([company?, text("firstName")?, text("lastName")?]),
        },
        _ => Filter::and([text("companyName")?]),
    };
    Some(post(info, filter, &["id"]))
}

/// The plan as the list of calls it makes when everything goes well: (method, path, what for).
#[must_use]
pub fn outline(plan: &Plan) -> Vec<(&'static str, String, String)> {
    let mut calls = Vec::new();
    for step in &plan.steps {
        let path = match entity(&step.entity).and_then(|e| e.parent) {
            Some(parent) => format!("{}/{{id}}/{}", parent.path, parent.child_path),
            None => step.entity.clone(),
        };
        if step.id == "company" {
            calls.push(("POST", format!("{}/query", step.entity), format!("look for {}", step.title)));
        }
        match step.kind {
            StepKind::Create => calls.push(("POST", path, format!("create {}", step.title))),
            StepKind::Adopt => {
                calls.push((
                    "POST",
                    format!("{}/query", step.entity),
                    "find the primary site that Autotask made".to_owned(),
                ));
                calls.push(("PATCH", path, format!("make it {}", step.title)));
            }
        }
    }
    calls
}

/// An answer form with one empty site and one empty contact, for a company of this type.
#[must_use]
pub fn blank_answers() -> Answers {
    Answers {
        company: Record::new().with("companyType", json!(1)),
        sites: vec![Record::new()],
        contacts: vec![ContactAnswer { record: Record::new().with("primaryContact", true), site: Some(0) }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                    record: Record::new()
                        .with("firstName", "B")
                        .with("lastName", "B")
                        .with("emailAddress", "b@acme.com"),
                    site: Some(1),
                },
                ContactAnswer {
                    record: Record::new().with("firstName", "A").with("lastName", "A").with("primaryContact", true),
                    site: None,
                },
            ],
        }
    }

    fn line(action: &Action) -> String {
        let request = |operation: &Operation| {
            let request = operation.request().expect("can be sent");
            format!("{} {} {}", request.method, request.path, request.body.unwrap_or_default())
        };
        match action {
            Action::LookUp { step, query } => format!("{step}: look up {}", request(&Operation::Query(query.clone()))),
            Action::Send { step, operation } => format!("{step}: {}", request(operation)),
            Action::Ask { step, question } => format!("{step}: ask {question:?}"),
            Action::Done(outcomes) => format!("done {:?}", outcomes.iter().map(|o| o.id).collect::<Vec<_>>()),
        }
    }

    #[test]
    fn the_steps_stand_in_order_and_go_to_the_right_routes() {
        let (plan, issues) = plan("r", &answers(), &Schema::new());
        assert_eq!(issues, []);
        let mut journal: Vec<Event> = Vec::new();
        let mut seen = Vec::new();
        let mut id = 100;
        loop {
            let action = next_action(&plan, &journal);
            seen.push(line(&action));
            match action {
                Action::LookUp { step, .. } => {
                    let ids = if step == "primary_location" { vec![7] } else { vec![] };
                    journal.push(Event::Found { step, ids });
                }
                Action::Send { step, operation } => {
                    id += 1;
                    let id =
                        if let Operation::Update(_, record, _) = operation { record.id().expect("an id") } else { id };
                    journal.push(Event::Intended { step: step.clone() });
                    journal.push(Event::Confirmed { step, id });
                }
                Action::Ask { .. } | Action::Done(_) => break,
            }
        }
        insta::assert_snapshot!(seen.join("\n"), @r#"
        company: look up POST /V1.0/Companies/query {"IncludeFields":["id"],"filter":[{"field":"companyName","op":"eq","value":"Acme"}]}
        company: POST /V1.0/Companies {"companyName":"Acme","companyType":1,"phone":"555-0100","ownerResourceID":4,"isActive":true}
        primary_location: look up POST /V1.0/CompanyLocations/query {"IncludeFields":["id"],"filter":[{"field":"companyID","op":"eq","value":101},{"field":"isPrimary","op":"eq","value":true}]}
        primary_location: PATCH /V1.0/Companies/101/Locations {"id":7,"name":"HQ","isPrimary":true,"companyID":101}
        site_1: POST /V1.0/Companies/101/Locations {"name":"Depot","isPrimary":false,"isActive":true,"companyID":101}
        contact_1: POST /V1.0/Companies/101/Contacts {"firstName":"A","lastName":"A","primaryContact":true,"isActive":1,"companyID":101}
        contact_0: POST /V1.0/Companies/101/Contacts {"firstName":"B","lastName":"B","emailAddress":"b@acme.com","isActive":1,"primaryContact":false,"companyID":101,"companyLocationID":103}
        done [Some(101), Some(7), Some(103), Some(104), Some(105)]
        "#);
        assert_eq!(calls(&plan), outline(&plan).len());
    }

    #[test]
    fn a_company_that_exists_is_asked_about_before_anything_is_sent() {
        let (plan, _) = plan("r", &answers(), &Schema::new());
        let found = |ids: Vec<i64>| Event::Found { step: "company".to_owned(), ids };
        assert_eq!(line(&next_action(&plan, &[found(vec![5])])), "company: ask Exists { ids: [5] }");
        let not_the_same = [found(vec![5]), Event::NotTheSame { step: "company".to_owned() }];
        assert!(line(&next_action(&plan, &not_the_same)).starts_with("company: POST /V1.0/Companies "));
        let adopted = [found(vec![5]), Event::Adopted { step: "company".to_owned(), id: 5 }];
        assert!(line(&next_action(&plan, &adopted)).starts_with("primary_location: look up"));
    }

    #[test]
    fn after_a_doubt_it_looks_and_never_sends_by_itself() {
        let (plan, _) = plan("r", &answers(), &Schema::new());
        let step = || "company".to_owned();
        let mut journal = vec![
            Event::Found { step: step(), ids: vec![5] },
            Event::NotTheSame { step: step() },
            Event::Intended { step: step() },
        ];
        assert!(line(&next_action(&plan, &journal)).starts_with("company: look up"), "a crash after the intent");
        journal.push(Event::Unknown { step: step(), why: "timed out".to_owned() });
        assert!(line(&next_action(&plan, &journal)).starts_with("company: look up"));
        journal.push(Event::Found { step: step(), ids: vec![5] });
        assert_eq!(line(&next_action(&plan, &journal)), r#"company: ask InDoubt { why: "timed out" }"#);
        journal.push(Event::Found { step: step(), ids: vec![5, 9] });
        assert_eq!(line(&next_action(&plan, &journal)), "company: ask Exists { ids: [9] }");
    }

    #[test]
    fn a_refusal_is_asked_about_and_an_edit_is_sent() {
        let (plan, _) = plan("r", &answers(), &Schema::new());
        let step = || "company".to_owned();
        let mut journal = vec![
            Event::Found { step: step(), ids: vec![] },
            Event::Intended { step: step() },
            Event::Rejected {
                step: step(),
                messages: vec!["Picklist value [5] does not exist for companyType.".to_owned()],
            },
        ];
        assert!(line(&next_action(&plan, &journal)).starts_with("company: ask Refused"));
        journal.push(Event::Edited { step: step(), record: Record::new().with("companyName", "Acme 2") });
        assert_eq!(line(&next_action(&plan, &journal)), r#"company: POST /V1.0/Companies {"companyName":"Acme 2"}"#);
        journal.push(Event::Skipped { step: step() });
        assert_eq!(line(&next_action(&plan, &journal)), r#"primary_location: ask DependsOnSkipped { on: "company" }"#);
    }

    #[test]
    fn problems_carry_the_path_of_the_form() {
        let mut answers = answers();
        answers.company.remove("phone");
        answers.sites[1].set("name", "hq ");
        answers.contacts[0].record.set("emailAddress", "nope");
        answers.contacts[0].record.set("primaryContact", true);
        let (_, issues) = plan("r", &answers, &Schema::new());
        let found: Vec<_> = issues.iter().map(|i| (i.code, i.path.as_deref().unwrap_or(""))).collect();
        assert_eq!(
            found,
            [
                ("record.required", "company.phone"),
                ("onboarding.site_twice", "sites[1].name"),
                ("onboarding.two_primaries", "contacts[1].primaryContact"),
                ("record.email", "contacts[0].emailAddress"),
            ]
        );
    }

    #[test]
    fn a_plan_and_a_journal_survive_json() {
        let (plan, _) = plan("r", &answers(), &Schema::new());
        let text = serde_json::to_string(&plan).expect("serialises");
        assert_eq!(serde_json::from_str::<Plan>(&text).expect("reads back"), plan);
        let step = || "company".to_owned();
        let journal = vec![
            Event::Found { step: step(), ids: vec![0, 5] },
            Event::Intended { step: step() },
            Event::Confirmed { step: step(), id: i64::MAX },
            Event::Adopted { step: step(), id: 5 },
            Event::NotTheSame { step: step() },
            Event::Rejected { step: step(), messages: vec!["no".to_owned()] },
            Event::Unknown { step: step(), why: "cut".to_owned() },
            Event::Edited { step: step(), record: Record::new().with("phone", "1") },
            Event::Skipped { step: step() },
        ];
        let text = serde_json::to_string(&journal).expect("serialises");
        assert_eq!(serde_json::from_str::<Vec<Event>>(&text).expect("reads back"), journal);
        for nonsense in [
            "{}",
            "7",
            r#"{"event":"found","step":"a"}"#,
            r#"{"event":"flew","step":"a"}"#,
            r#"{"event":"confirmed","step":"a","id":"7"}"#,
        ] {
            assert!(serde_json::from_str::<Event>(nonsense).is_err(), "{nonsense}");
        }
    }
}
