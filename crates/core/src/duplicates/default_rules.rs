//! The rules that come with an entity.

use super::rules::{Compare, KEYS_MAX, Key, Rules, THRESHOLD};
use crate::entity::EntityInfo;
use crate::field::Format;
use crate::issue::Issue;

const COMPANIES: [Key; 8] = [
    Key::of("companyName", 4.0, Compare::Name, 1.0),
    Key::of("phone", 3.0, Compare::Digits, 0.35),
    Key::of("webAddress", 3.0, Compare::Domain, 0.35),
    Key::of("taxID", 4.0, Compare::Digits, 0.35),
    // A second entry gets a number of its own, so a difference says nothing.
    Key::of("companyNumber", 2.0, Compare::Exact, 0.0),
    Key::of("address1", 1.0, Compare::Text, 0.5),
    Key::of("postalCode", 1.0, Compare::Text, 0.6),
    Key::of("city", 0.5, Compare::Text, 1.0),
];

const CONTACTS: [Key; 7] = [
    Key::of("firstName+lastName", 4.0, Compare::Person, 1.0),
    Key::of("emailAddress", 4.0, Compare::Email, 0.25),
    Key::of("mobilePhone", 3.0, Compare::Digits, 0.35),
    // Often the company's switchboard.
    Key::of("phone", 1.0, Compare::Digits, 0.35),
    Key::of("companyID", 0.5, Compare::Exact, 4.0),
    Key::of("externalID", 3.0, Compare::Exact, 0.0),
    Key::of("city", 0.25, Compare::Text, 1.0),
];

const LOCATIONS: [Key; 6] = [
    // Sites of one company only.
    Key::of("companyID", 0.2, Compare::Exact, 200.0),
    Key::of("address1", 4.0, Compare::Text, 1.0),
    Key::of("postalCode", 1.0, Compare::Text, 1.0),
    Key::of("city", 1.0, Compare::Text, 1.5),
    Key::of("phone", 1.0, Compare::Digits, 0.35),
    Key::of("name", 1.0, Compare::Name, 0.5),
];

const OPPORTUNITIES: [Key; 4] = [
    Key::of("companyID", 0.5, Compare::Exact, 80.0),
    Key::of("title", 3.0, Compare::Name, 1.0),
    Key::of("projectedCloseDate", 2.0, Compare::Date, 0.8),
    Key::of("contactID", 1.0, Compare::Exact, 0.5),
];

impl Rules {
    /// The rules of an entity: written for companies, contacts, sites and opportunities; for others from the names,
    /// phones, e-mail addresses and web addresses that it has.
    ///
    /// # Errors
    ///
    /// `duplicates.no_rules` for an entity that has none of these.
    pub fn of(info: &EntityInfo) -> Result<Rules, Issue> {
        let keys = match info.name {
            "Companies" => COMPANIES.to_vec(),
            "Contacts" => CONTACTS.to_vec(),
            "CompanyLocations" => LOCATIONS.to_vec(),
            "Opportunities" => OPPORTUNITIES.to_vec(),
            _ => guessed(info),
        };
        if keys.is_empty() {
            let message = format!("there are no rules for duplicates among {}", info.name);
            return Err(Issue::error("duplicates.no_rules", message).hint("name the fields to compare in `keys`"));
        }
        let is_companies = info.name == "Companies";
        Ok(Rules {
            threshold: THRESHOLD,
            keys,
            not_duplicates: Vec::new(),
            parent: is_companies.then_some("parentCompanyID"),
            place: is_companies.then_some("city"),
        })
    }
}

/// Keys from what an entity's fields are called and look like.
fn guessed(info: &EntityInfo) -> Vec<Key> {
    let names = ["name", "title", "firstName", "lastName"];
    let named = info.fields.iter().filter(|field| names.iter().any(|name| field.is_named(name)));
    let mut keys: Vec<Key> = named.map(|field| Key::new(field.name.clone(), 4.0, Compare::Name)).collect();
    for field in info.fields.iter() {
        let compare = match field.format {
            Format::Any => continue,
            Format::Phone => Compare::Digits,
            Format::Email => Compare::Email,
            Format::Web => Compare::Domain,
        };
        keys.push(Key::new(field.name.clone(), 2.0, compare));
    }
    keys.truncate(KEYS_MAX);
    keys
}
