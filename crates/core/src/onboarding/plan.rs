//! Plan: the answers as ordered steps, each with what it needs and how it is found again.

mod contract;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answers::Answers;
use super::read::read_plan;
use crate::instant::Instant;
use crate::issue::Issue;
use crate::record::{Record, USER_DEFINED_FIELDS};
use crate::schema::Schema;
use crate::text::fold_for_equality;
use crate::validate::{Mode, validate};

/// The form of plans and journals. A plan of another version is not driven.
pub const PLAN_VERSION: u32 = 2;

/// The fields of a company that are set after its create, in one PATCH: a create that carries them all is refused as a
/// whole for any of them, and some need what is made in between.
const LATER_FIELDS: [&str; 13] = [
    "parentCompanyID",
    "billToCompanyLocationID",
    "billToAttention",
    "billToAdditionalAddressInformation",
    "invoiceNonContractItemsToParentCompany",
    "taxRegionID",
    "taxID",
    "isTaxExempt",
    "invoiceTemplateID",
    "invoiceMethod",
    "invoiceEmailMessageID",
    "classification",
    USER_DEFINED_FIELDS,
];

/// The steps of one onboarding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// [`PLAN_VERSION`] of whoever made it.
    pub version: u32,
    /// Identifies the run.
    pub run_id: String,
    /// In the order in which they are done.
    pub steps: Vec<Step>,
    /// How long the run looks before it sends again.
    pub timing: Timing,
}

impl<'de> Deserialize<'de> for Plan {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Plan, D::Error> {
        let json = Value::deserialize(deserializer)?;
        read_plan(&json).map_err(|issue| serde::de::Error::custom(issue.message))
    }
}

/// How long a run looks for what was not answered, in seconds. It is kept in the plan, so that whoever takes the run up
/// again waits as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// How long Autotask may still commit what it did not answer: 360, its own limit of five minutes and a margin.
    pub latest_commit: u32,
    /// Between two looks for a row that may still come: 30.
    pub look_again: u32,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing { latest_commit: 360, look_again: 30 }
    }
}

impl Timing {
    /// From when on nothing comes any more of what was sent then.
    pub(super) fn settled(self, sent: Instant) -> Instant {
        sent.plus_seconds(i64::from(self.latest_commit))
    }
}

/// One row to be made or changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// Fields that take the id which an earlier step produces.
    pub references: Vec<Reference>,
    /// Steps that come first, although none of their ids is needed.
    pub after: Vec<String>,
}

/// A field that takes the id of a row which an earlier step produces.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// The field.
    pub field: String,
    /// The step.
    pub step: String,
    /// Whether the row can do without it, when that step is skipped.
    pub is_optional: bool,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    /// Makes a row.
    Create,
    /// Finds the row that Autotask made by itself and changes it.
    Adopt,
    /// Changes the row that an earlier step made; may be sent twice.
    Update,
    /// Adds units to a line of a contract. It cannot be found again itself, only what it does: it is never sent twice
    /// without a person.
    Adjust,
}

impl Plan {
    /// The step of this id.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

impl Step {
    /// The steps that come before it.
    pub(super) fn needs(&self) -> impl Iterator<Item = &str> {
        self.references.iter().map(|reference| reference.step.as_str()).chain(self.after.iter().map(String::as_str))
    }
}

/// Collects steps and what is wrong with their rows.
struct Planner<'p> {
    schema: &'p Schema,
    steps: Vec<Step>,
    issues: Vec<Issue>,
}

/// Orders the answers into steps and checks every row.
///
/// The issues carry paths such as `company.phone`, `sites[1].name`, `contacts[0].emailAddress`,
/// `contract.services[0].quantity`; nothing should be sent while one of them is an error.
#[must_use]
pub fn plan(run_id: &str, answers: &Answers, schema: &Schema) -> (Plan, Vec<Issue>) {
    let mut planner = Planner { schema, steps: Vec::new(), issues: Vec::new() };
    let later = planner.company(answers);
    planner.sites(answers);
    planner.contacts(answers);
    planner.later(answers, later);
    planner.site_configuration(answers);
    if let Some(contract) = &answers.contract {
        planner.contract(answers, contract);
    }
    planner.first(answers);
    let plan =
        Plan { version: PLAN_VERSION, run_id: run_id.to_owned(), steps: planner.steps, timing: Timing::default() };
    (plan, planner.issues)
}

impl Planner<'_> {
    fn add(
        &mut self,
        id: impl Into<String>,
        entity: &str,
        kind: StepKind,
        title: &str,
        record: Record,
        references: Vec<Reference>,
    ) -> &mut Step {
        let title = title.to_owned();
        let (id, entity) = (id.into(), entity.to_owned());
        self.steps.push(Step { id, entity, kind, title, record, references, after: Vec::new() });
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }

    /// Checks a row as it will be when the ids it needs are there.
    fn check(&mut self, entity: &str, record: &Record, references: &[&str], path: &str, mode: Mode) {
        let Some(info) = self.schema.info(entity) else { return };
        let whole = references.iter().fold(record.clone(), |record, field| record.with(field, 0));
        for mut issue in validate(&whole, info, mode) {
            issue.path = Some(issue.path.map_or_else(|| path.to_owned(), |field| format!("{path}.{field}")));
            self.issues.push(issue);
        }
    }

    fn wrong(&mut self, code: &'static str, message: impl Into<String>, hint: &str, path: String) {
        self.issues.push(Issue::error(code, message.into()).hint(hint).at(path));
    }

    /// The create; answers what is set later.
    fn company(&mut self, answers: &Answers) -> Record {
        let mut company = answers.company.clone();
        company.remove("id");
        if company.is_null("isActive") {
            company.set("isActive", true);
        }
        self.check("Companies", &company, &[], "company", Mode::Create);
        let mut later = Record::new();
        for field in LATER_FIELDS {
            if let Some(value) = company.remove(field).filter(|value| !value.is_null()) {
                later.set(field, value);
            }
        }
        let title = company.text("companyName").unwrap_or("company").to_owned();
        self.add("company", "Companies", StepKind::Create, &title, company, Vec::new());
        later
    }

    fn sites(&mut self, answers: &Answers) {
        let names = folded(&answers.sites, "name");
        for (index, site) in answers.sites.iter().enumerate() {
            let mut record = site.clone();
            for given in ["id", "companyID", "isPrimary"] {
                record.remove(given);
            }
            let path = format!("sites[{index}]");
            self.check("CompanyLocations", &record, &["companyID"], &path, Mode::Create);
            let name = record.text("name").unwrap_or_default().to_owned();
            if !names[index].is_empty() && names[..index].contains(&names[index]) {
                let message = format!("two sites are called \"{name}\"");
                let hint = "within a company every site needs a name of its own";
                self.wrong("onboarding.site_twice", message, hint, format!("{path}.name"));
            }
            record.set("isPrimary", index == 0);
            if index == 0 {
                self.add(site_step(0), "CompanyLocations", StepKind::Adopt, &name, record, to_company());
            } else {
                if record.is_null("isActive") {
                    record.set("isActive", true);
                }
                let step =
                    self.add(site_step(index), "CompanyLocations", StepKind::Create, &name, record, to_company());
                step.after.push(site_step(0));
            }
        }
    }

    fn contacts(&mut self, answers: &Answers) {
        let flagged: Vec<usize> = (0..answers.contacts.len())
            .filter(|i| answers.contacts[*i].record.flag("primaryContact") == Some(true))
            .collect();
        if let [_, second, ..] = flagged.as_slice() {
            let path = format!("contacts[{second}].primaryContact");
            self.wrong(
                "onboarding.two_primaries",
                "a company has one primary contact",
                "leave the mark at one of them",
                path,
            );
        }
        let emails = folded(answers.contacts.iter().map(|contact| &contact.record), "emailAddress");
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
            self.check("Contacts", &record, &["companyID"], &path, Mode::Create);
            if !emails[index].is_empty() && emails[..index].contains(&emails[index]) {
                let issue = crate::validate::email_exists(format!("{path}.emailAddress"));
                self.issues.push(issue.hint("another contact of this form has it"));
            }
            let mut references = to_company();
            match answer.site {
                Some(site) if site < answers.sites.len() => references.push(Reference {
                    field: "companyLocationID".to_owned(),
                    step: site_step(site),
                    is_optional: true,
                }),
                Some(_) => {
                    let hint = "choose one of the sites above, or none";
                    self.wrong(
                        "onboarding.no_such_site",
                        "this site is not among the sites",
                        hint,
                        format!("{path}.site"),
                    );
                }
                None => {}
            }
            let name = [record.text("firstName"), record.text("lastName")];
            let title = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let step = self.add(contact_step(index), "Contacts", StepKind::Create, &title, record, references);
            if index != primary {
                step.after.push(contact_step(primary));
            }
        }
    }

    fn later(&mut self, answers: &Answers, later: Record) {
        let bill_to = answers.bill_to_site.filter(|site| *site < answers.sites.len());
        if bill_to != answers.bill_to_site {
            let hint = "choose one of the sites above, or none";
            self.wrong("onboarding.no_such_site", "this site is not among the sites", hint, "billToSite".to_owned());
        }
        if later.is_empty() && bill_to.is_none() {
            return;
        }
        let mut references = vec![Reference { field: "id".to_owned(), step: "company".to_owned(), is_optional: false }];
        references.extend(bill_to.map(|site| Reference {
            field: "billToCompanyLocationID".to_owned(),
            step: site_step(site),
            // Without its site a change of nothing else has nothing to say.
            is_optional: !later.is_empty(),
        }));
        let title = answers.company.text("companyName").unwrap_or("company").to_owned();
        // The sites come first: one of them may be where invoices go.
        let sites = (0..answers.sites.len()).map(site_step).collect();
        self.add("company_details", "Companies", StepKind::Update, &title, later, references).after = sites;
    }

    fn site_configuration(&mut self, answers: &Answers) {
        let mut record = answers.site_configuration.clone();
        for given in ["id", "companyID", "locationName"] {
            record.remove(given);
        }
        if record.is_empty() {
            return;
        }
        self.check("CompanySiteConfigurations", &record, &["id"], "siteConfiguration", Mode::Update);
        self.add(
            "site_configuration",
            "CompanySiteConfigurations",
            StepKind::Adopt,
            "site configuration",
            record,
            to_company(),
        );
    }

    fn first(&mut self, answers: &Answers) {
        let first = &answers.first;
        for (id, entity, path, record) in [
            ("note", "CompanyNotes", "first.note", &first.note),
            ("to_do", "CompanyToDos", "first.toDo", &first.to_do),
            ("opportunity", "Opportunities", "first.opportunity", &first.opportunity),
        ] {
            let Some(record) = record else { continue };
            let mut record = record.clone();
            for given in ["id", "companyID"] {
                record.remove(given);
            }
            self.check(entity, &record, &["companyID"], path, Mode::Create);
            let words = ["title", "name", "activityDescription"].into_iter().find_map(|field| record.text(field));
            let title = words.unwrap_or(id).to_owned();
            self.add(id, entity, StepKind::Create, &title, record, to_company());
        }
    }
}

/// A text of each row, as texts are compared; once for all, since each is compared with all before it.
fn folded<'r>(rows: impl IntoIterator<Item = &'r Record>, field: &str) -> Vec<String> {
    rows.into_iter().map(|row| fold_for_equality(row.text(field).unwrap_or_default())).collect()
}

fn to_company() -> Vec<Reference> {
    vec![Reference { field: "companyID".to_owned(), step: "company".to_owned(), is_optional: false }]
}

fn site_step(index: usize) -> String {
    if index == 0 { "primary_location".to_owned() } else { format!("site_{index}") }
}

fn contact_step(index: usize) -> String {
    format!("contact_{index}")
}
