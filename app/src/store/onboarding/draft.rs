//! The draft: what was typed, exactly as it was typed, and its way to the answers that core plans with.

use std::collections::BTreeSet;

use autotask_core::{
    Record, Schema,
    onboarding::{Answers, ContactAnswer},
    record::USER_DEFINED_FIELDS,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{contract::ContractDraft, run::Run, shared_drafts::Share, step::Step};
use crate::store::typed_text::{Values, record_of};

/// The shape of a stored draft; a change of shape raises it. One of a version that is not known is not read.
pub const SCHEMA_VERSION: u32 = 3;

/// The oldest shape that is read: it has no contract and no site that invoices go to, and is whole without.
const OLDEST_VERSION: u32 = 2;

/// The fields that the first site takes over from the company.
pub const SHARED_FIELDS: [&str; 7] = ["address1", "address2", "postalCode", "city", "state", "countryID", "phone"];

/// The name that the first site starts with.
const FIRST_SITE_NAME: &str = "Main office";

/// A client that is being entered or created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// [`SCHEMA_VERSION`] at the time of writing.
    pub version: u32,
    /// The company.
    pub company: Values,
    /// The sites; the first is the primary one.
    pub sites: Vec<Values>,
    /// Whether the first site has the company's address.
    pub first_site_like_company: bool,
    /// The contacts.
    pub contacts: Vec<ContactDraft>,
    /// The contract, once somebody has chosen to make one.
    #[serde(default)]
    pub contract: Option<ContractDraft>,
    /// Index of the site where invoices go; none for the company's address.
    #[serde(default)]
    pub bill_to_site: Option<usize>,
    /// Companies that are not this one: a person said so.
    pub not_same: BTreeSet<i64>,
    /// Warnings and notes that were confirmed.
    pub ticked: BTreeSet<String>,
    /// Where the person was last.
    pub step: Step,
    /// The steps that were opened.
    pub visited: BTreeSet<Step>,
    /// When it was stored, in milliseconds since 1970.
    pub saved_at: f64,
    /// Which draft of the server this is; none until it was kept there.
    #[serde(default)]
    pub share: Option<Share>,
    /// The creating, once it has begun.
    pub run: Option<Run>,
}

/// A contact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactDraft {
    /// The texts by field.
    pub values: Values,
    /// Index of the site where the person works.
    pub site: Option<usize>,
    /// Whether it is the primary contact.
    pub is_primary: bool,
}

impl Default for Draft {
    fn default() -> Self {
        let text = |name: &str, value: &str| Values::from([(name.to_owned(), value.to_owned())]);
        Self {
            version: SCHEMA_VERSION,
            company: text("companyType", "1"),
            sites: vec![text("name", FIRST_SITE_NAME)],
            first_site_like_company: true,
            contacts: vec![ContactDraft { site: Some(0), is_primary: true, ..ContactDraft::default() }],
            contract: None,
            bill_to_site: None,
            not_same: BTreeSet::new(),
            ticked: BTreeSet::new(),
            step: Step::Company,
            visited: BTreeSet::new(),
            saved_at: 0.0,
            share: None,
            run: None,
        }
    }
}

impl Draft {
    /// Reads a stored draft, an older one as one of today; `None` when it is of an unknown version or not readable.
    pub fn read(text: &str) -> Option<Self> {
        let draft: Self = serde_json::from_str(text).ok()?;
        (OLDEST_VERSION..=SCHEMA_VERSION).contains(&draft.version).then(|| Self { version: SCHEMA_VERSION, ..draft })
    }

    /// What must have been entered for a run that another browser has begun.
    pub fn of_run(run: Run) -> Self {
        let mut draft = Self {
            company: Values::new(),
            sites: Vec::new(),
            first_site_like_company: false,
            contacts: Vec::new(),
            step: Step::Run,
            ..Self::default()
        };
        let rows: Vec<String> = run.plan.steps.iter().map(|step| step.id.clone()).collect();
        // Sites and contacts are numbered as they were entered; the primary contact is made first, wherever it stands.
        let place = |id: &str, kind: &str| id.strip_prefix(kind).and_then(|number| number.parse::<usize>().ok());
        let site_of = |step: &autotask_core::onboarding::Step, field: &str| {
            let reference = step.references.iter().find(|reference| reference.field == field)?;
            match reference.step.as_str() {
                "primary_location" => Some(0),
                other => place(other, "site_"),
            }
        };
        for id in &rows {
            let Some((step, record)) = run.step(id).zip(run.record_of(id)) else { continue };
            let values = texts_of(&record);
            if step.entity == "Companies" {
                draft.company.extend(values);
                draft.bill_to_site = site_of(step, "billToCompanyLocationID");
            } else if let Some(index) = (id == "primary_location").then_some(0).or_else(|| place(id, "site_")) {
                draft.sites.resize(draft.sites.len().max(index + 1), Values::new());
                draft.sites[index] = values;
            } else if let Some(index) = place(id, "contact_") {
                draft.contacts.resize(draft.contacts.len().max(index + 1), ContactDraft::default());
                let site = site_of(step, "companyLocationID");
                let is_primary = record.flag("primaryContact") == Some(true);
                draft.contacts[index] = ContactDraft { values, site, is_primary };
            }
        }
        draft.contract = ContractDraft::of_run(&run);
        draft.run = Some(run);
        draft
    }

    /// Whether nothing of worth was entered.
    pub fn is_blank(&self) -> bool {
        let blank = Self::default();
        self.run.is_none()
            && self.company == blank.company
            && self.sites == blank.sites
            && self.contacts == blank.contacts
            && self.contract == blank.contract
            && self.bill_to_site == blank.bill_to_site
    }

    /// The company's name, or what stands for it.
    pub fn title(&self) -> String {
        let name = self.company.get("companyName").map_or("", |name| name.trim());
        if name.is_empty() { "New client".to_owned() } else { name.to_owned() }
    }

    /// The texts of a site, the company's where it shares them.
    pub fn site(&self, index: usize) -> Values {
        let mut values = self.sites.get(index).cloned().unwrap_or_default();
        if index == 0 && self.first_site_like_company {
            for name in SHARED_FIELDS {
                match self.company.get(name) {
                    Some(value) => drop(values.insert(name.to_owned(), value.clone())),
                    None => drop(values.remove(name)),
                }
            }
        }
        values
    }

    /// The answers that core plans with.
    pub fn answers(&self, schema: &Schema) -> Answers {
        let record = |entity: &str, values: &Values| record_of(schema.info(entity), values);
        Answers {
            company: record("Companies", &self.company),
            sites: (0..self.sites.len()).map(|index| record("CompanyLocations", &self.site(index))).collect(),
            contacts: self
                .contacts
                .iter()
                .map(|contact| ContactAnswer {
                    record: record("Contacts", &contact.values).with("primaryContact", contact.is_primary),
                    site: contact.site,
                })
                .collect(),
            bill_to_site: self.bill_to_site,
            contract: self.contract.as_ref().map(|contract| contract.answer(schema)),
            ..Answers::default()
        }
    }
}

/// The texts of a row, as they are entered; what the plan adds by itself is none of them.
pub(super) fn texts_of(record: &Record) -> Values {
    const ADDED: [&str; 5] = ["companyID", "isPrimary", "primaryContact", "isActive", "id"];
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let own = record.iter().filter(|(name, _)| !ADDED.iter().any(|added| name.eq_ignore_ascii_case(added)));
    let own = own.filter_map(|(name, value)| Some((name.to_owned(), text(value)?)));
    let user_defined = record
        .user_defined_fields()
        .filter_map(|(name, value)| Some(([USER_DEFINED_FIELDS, ".", name].concat(), text(value)?)));
    own.chain(user_defined).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::onboarding::contract::ServiceDraft;

    fn filled() -> Draft {
        let mut draft = Draft::default();
        for (name, value) in [
            ("companyName", "  Acme "),
            ("phone", "555-0100"),
            ("ownerResourceID", "4"),
            ("city", "Springfield"),
            ("webAddress", " "),
            ("userDefinedFields.Seats", "12"),
        ] {
            draft.company.insert(name.to_owned(), value.to_owned());
        }
        draft
    }

    #[test]
    fn texts_become_what_the_fields_hold() {
        let answers = filled().answers(&Schema::new());
        assert_eq!(
            serde_json::to_value(&answers.company).expect("serialises"),
            json!({"city":"Springfield","companyName":"Acme","companyType":1,"ownerResourceID":4,"phone":"555-0100",
                "userDefinedFields":[{"name":"Seats","value":"12"}]})
        );
        assert_eq!(answers.contacts[0].record.flag("primaryContact"), Some(true));
        let mut draft = filled();
        draft.company.insert("ownerResourceID".to_owned(), "Ada".to_owned());
        assert_eq!(draft.answers(&Schema::new()).company.text("ownerResourceID"), Some("Ada"), "stays as typed");
    }

    #[test]
    fn a_run_of_another_browser_has_what_was_entered_there() {
        let mut draft = filled();
        draft.company.insert("parentCompanyID".to_owned(), "9".to_owned());
        draft.sites.push(Values::from([("name".to_owned(), "Depot".to_owned())]));
        draft.contacts[0].is_primary = false;
        let name = |name: &str| {
            Values::from([("firstName".to_owned(), name.to_owned()), ("lastName".to_owned(), "L".to_owned())])
        };
        draft.contacts[0].values = name("Bo");
        draft.contacts.push(ContactDraft { values: name("Mara"), site: Some(1), is_primary: true });
        draft.company.insert("taxRegionID".to_owned(), "3".to_owned());
        draft.bill_to_site = Some(1);
        let values = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<Values>()
        };
        let service =
            |id, quantity: &str| ServiceDraft { values: values(&[("serviceID", id)]), quantity: quantity.to_owned() };
        draft.contract = Some(ContractDraft {
            values: values(&[
                ("contractName", "Managed"),
                ("contractType", "7"),
                ("contractPeriodType", "1"),
                ("startDate", "2026-12-01"),
                ("endDate", "2027-11-30"),
            ]),
            contact: Some(1),
            services: vec![service("11", "25"), service("12", "")],
        });
        let answers = draft.answers(&Schema::new());
        let (plan, _) = autotask_core::onboarding::plan("r", &answers, &Schema::new());
        let taken = Draft::of_run(Run { plan, journal: Vec::new() });
        assert_eq!(answers.contract.as_ref().map(|contract| contract.services[0].quantity), Some(Some(25)));
        assert_eq!(taken.answers(&Schema::new()), answers);
        assert_eq!((taken.title().as_str(), taken.step), ("Acme", Step::Run));
    }

    #[test]
    fn the_first_site_shares_the_companys_address_until_it_is_told_not_to() {
        let mut draft = filled();
        assert_eq!(draft.site(0).get("city").map(String::as_str), Some("Springfield"));
        draft.sites.push(Values::new());
        assert_eq!(draft.site(1).get("city"), None);
        draft.first_site_like_company = false;
        assert_eq!(draft.site(0).get("city"), None);
    }

    #[test]
    fn a_draft_survives_storing_and_another_version_is_not_read() {
        let draft = filled();
        let text = serde_json::to_string(&draft).expect("serialises");
        assert_eq!(Draft::read(&text), Some(draft.clone()));
        let other = text.replace(&format!(r#""version":{SCHEMA_VERSION}"#), r#""version":99"#);
        assert_eq!(Draft::read(&other), None);
        assert_eq!(Draft::read(&text.replace(r#""version":3"#, r#""version":1"#)), None);
        assert_eq!(Draft::read("{}"), None);
    }

    #[test]
    fn a_draft_of_before_there_were_contracts_goes_on() {
        let mut old = serde_json::to_value(filled()).expect("serialises");
        let members = old.as_object_mut().expect("an object");
        members.insert("version".to_owned(), json!(2));
        assert!(members.remove("contract").is_some() && members.remove("billToSite").is_some());
        assert_eq!(Draft::read(&old.to_string()), Some(filled()));
    }

    #[test]
    fn a_blank_draft_is_not_worth_keeping() {
        assert!(Draft::default().is_blank());
        assert!(!filled().is_blank());
        assert_eq!([Draft::default().title(), filled().title()], ["New client", "Acme"]);
    }
}
