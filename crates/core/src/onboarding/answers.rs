//! Answers: what a person, or a program, wants a new client to be.

use serde::Serialize;

use crate::record::Record;

/// What the wizard asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(serde::Deserialize), serde(default))]
pub struct Answers {
    /// The company, with what is set at it later: parent, bill-to, tax, invoice template, classification, its own fields.
    pub company: Record,
    /// The sites; the first is the primary location.
    pub sites: Vec<Record>,
    /// Index into the sites: where invoices go; none for the company's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_to_site: Option<usize>,
    /// The contacts; the one with `primaryContact`, else the first, is the primary one.
    pub contacts: Vec<ContactAnswer>,
    /// The tenant's own fields of the site configuration, as `userDefinedFields`; nothing for an empty one.
    pub site_configuration: Record,
    /// The contract.
    pub contract: Option<ContractAnswer>,
    /// The first note, to-do and opportunity.
    pub first: FirstAnswers,
}

/// A contact, and the site where the person works.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(serde::Deserialize), serde(default))]
pub struct ContactAnswer {
    /// The contact.
    pub record: Record,
    /// Index into the sites.
    pub site: Option<usize>,
}

/// A contract for recurring services, and what is served.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(serde::Deserialize), serde(default))]
pub struct ContractAnswer {
    /// The contract.
    pub record: Record,
    /// Index into the contacts: whom it is made with.
    pub contact: Option<usize>,
    /// Its lines.
    pub services: Vec<ServiceAnswer>,
}

/// A line of a contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(serde::Deserialize), serde(default))]
pub struct ServiceAnswer {
    /// The line: `serviceID`, and perhaps prices and descriptions.
    pub record: Record,
    /// How many units, from the first day of the contract on; none for a line without quantity.
    pub quantity: Option<i64>,
}

/// What follows at the end.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(serde::Deserialize), serde(default))]
pub struct FirstAnswers {
    /// A note at the company.
    pub note: Option<Record>,
    /// A to-do.
    pub to_do: Option<Record>,
    /// An opportunity.
    pub opportunity: Option<Record>,
}

/// An answer form with one empty site and one empty contact, for a company of this type.
#[must_use]
pub fn blank_answers() -> Answers {
    Answers {
        company: Record::new().with("companyType", 1),
        sites: vec![Record::new()],
        contacts: vec![ContactAnswer { record: Record::new().with("primaryContact", true), site: Some(0) }],
        ..Answers::default()
    }
}
