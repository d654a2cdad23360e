//! The form: one signal a field, so that typing in one redraws nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use leptos::prelude::*;

use super::checking::Checking;
use crate::store::{
    onboarding::{
        Draft, Step,
        draft::{ContactDraft, SHARED_FIELDS},
    },
    typed_text::Values,
};

/// The key of the company's row; sites and contacts count on from 1.
pub const COMPANY: u32 = 0;

/// A row of the form: the company, a site or a contact.
#[derive(Clone)]
pub struct Row {
    /// Stays with the row wherever it moves in its list.
    pub key: u32,
    /// The step that shows it.
    pub step: Step,
    fields: Arc<Mutex<BTreeMap<String, ArcRwSignal<String>>>>,
    /// The site where a contact works, as the key of its row.
    pub site: ArcRwSignal<u32>,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Row {
    fn new(step: Step, key: u32, values: Values) -> Self {
        let fields = values.into_iter().map(|(name, text)| (name, ArcRwSignal::new(text))).collect();
        Self { key, step, fields: Arc::new(Mutex::new(fields)), site: ArcRwSignal::new(0) }
    }

    /// The text of a field; empty at first.
    pub fn field(&self, name: &str) -> ArcRwSignal<String> {
        let mut fields = self.fields.lock().unwrap_or_else(PoisonError::into_inner);
        fields.entry(name.to_owned()).or_default().clone()
    }

    /// The text of a field now.
    pub fn text(&self, name: &str) -> String {
        self.field(name).get_untracked()
    }

    /// The id of a field's control.
    pub fn control_id(&self, name: &str) -> String {
        control_id(self.step, self.key, name)
    }

    fn values(&self) -> Values {
        let fields = self.fields.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = fields.iter().map(|(name, text)| (name.clone(), text.get_untracked()));
        texts.filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// `company-phone`, `site-3-name`. User-defined names may hold anything, an id no spaces.
pub fn control_id(step: Step, key: u32, name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("_{:x}", u32::from(c)) })
        .collect();
    match step {
        Step::Sites => format!("site-{key}-{name}"),
        Step::Contacts => format!("contact-{key}-{name}"),
        _ => format!("company-{name}"),
    }
}

/// The form. Get it with [`use_form`].
#[derive(Clone, Copy)]
pub struct Form {
    company: StoredValue<Row>,
    /// The sites; the first is the primary one.
    pub sites: RwSignal<Vec<Row>>,
    /// Whether the first site has the company's address.
    pub first_site_like_company: RwSignal<bool>,
    /// The contacts.
    pub contacts: RwSignal<Vec<Row>>,
    /// The key of the primary contact.
    pub primary: RwSignal<u32>,
    /// Companies that are not this one.
    pub not_same: RwSignal<BTreeSet<i64>>,
    /// Warnings and notes that were confirmed.
    pub ticked: RwSignal<BTreeSet<String>>,
    /// The step that is shown.
    pub step: RwSignal<Step>,
    /// The steps that were opened.
    pub visited: RwSignal<BTreeSet<Step>>,
    /// What is wrong, and which of it is shown.
    pub checking: Checking,
    /// Grows with every change; what keeps the draft listens to it.
    pub changes: RwSignal<u64>,
    next_key: StoredValue<u32>,
}

impl Form {
    /// A form that holds what a draft holds.
    pub fn new(draft: Draft) -> Self {
        let mut next_key = COMPANY;
        let mut row = |step, values| {
            next_key += 1;
            Row::new(step, next_key, values)
        };
        let sites: Vec<Row> = draft.sites.into_iter().map(|values| row(Step::Sites, values)).collect();
        let mut primary = 0;
        let mut contacts = Vec::new();
        for contact in draft.contacts {
            let row = row(Step::Contacts, contact.values);
            if contact.is_primary || contacts.is_empty() {
                primary = row.key;
            }
            row.site.set(contact.site.and_then(|index| sites.get(index)).map_or(0, |site| site.key));
            contacts.push(row);
        }
        Self {
            company: StoredValue::new(Row::new(Step::Company, COMPANY, draft.company)),
            sites: RwSignal::new(sites),
            first_site_like_company: RwSignal::new(draft.first_site_like_company),
            contacts: RwSignal::new(contacts),
            primary: RwSignal::new(primary),
            not_same: RwSignal::new(draft.not_same),
            ticked: RwSignal::new(draft.ticked),
            step: RwSignal::new(draft.step),
            visited: RwSignal::new(draft.visited),
            checking: Checking::new(),
            changes: RwSignal::new(0),
            next_key: StoredValue::new(next_key),
        }
    }

    /// What the form holds now.
    pub fn draft(&self) -> Draft {
        let sites = self.sites.get_untracked();
        let primary = self.primary.get_untracked();
        let contact = |row: &Row| {
            let site = row.site.get_untracked();
            ContactDraft {
                values: row.values(),
                site: sites.iter().position(|known| known.key == site),
                is_primary: row.key == primary,
            }
        };
        Draft {
            company: self.company.with_value(Row::values),
            sites: sites.iter().map(Row::values).collect(),
            first_site_like_company: self.first_site_like_company.get_untracked(),
            contacts: self.contacts.with_untracked(|rows| rows.iter().map(contact).collect()),
            not_same: self.not_same.get_untracked(),
            ticked: self.ticked.get_untracked(),
            step: self.step.get_untracked(),
            visited: self.visited.get_untracked(),
            ..Draft::default()
        }
    }

    /// The company's row.
    pub fn company(&self) -> Row {
        self.company.get_value()
    }

    /// Writes a field, as typed.
    pub fn set(&self, row: &Row, name: &str, text: String) {
        row.field(name).set(text);
        self.checking.changed(&row.control_id(name));
        self.changed();
    }

    /// Says that something changed, so that it is kept and, where an error is shown, checked anew.
    pub fn changed(&self) {
        self.changes.update(|changes| *changes += 1);
    }

    /// Adds an empty site.
    pub fn add_site(&self) -> Row {
        let row = self.row(Step::Sites);
        self.sites.update(|rows| rows.push(row.clone()));
        self.changed();
        row
    }

    /// Adds an empty contact; at the only site, if there is only one.
    pub fn add_contact(&self) -> Row {
        let row = self.row(Step::Contacts);
        row.site.set(self.sites.with_untracked(|rows| rows.first().map_or(0, |site| site.key)));
        self.contacts.update(|rows| rows.push(row.clone()));
        if self.contacts.with_untracked(Vec::len) == 1 {
            self.primary.set(row.key);
        }
        self.changed();
        row
    }

    /// Takes a row away. Contacts of a site go without; the first contact follows as the primary one.
    pub fn remove(&self, row: &Row) {
        match row.step {
            Step::Sites => {
                self.sites.update(|rows| rows.retain(|known| known != row));
                for contact in self.contacts.get_untracked() {
                    if contact.site.get_untracked() == row.key {
                        contact.site.set(0);
                    }
                }
            }
            _ => {
                self.contacts.update(|rows| rows.retain(|known| known != row));
                let first = self.contacts.with_untracked(|rows| rows.first().map_or(0, |row| row.key));
                if self.primary.get_untracked() == row.key {
                    self.primary.set(first);
                }
            }
        }
        self.changed();
    }

    /// Gives the first site the company's address, or lets it have its own, which starts as a copy.
    pub fn share_address(&self, is_shared: bool) {
        if let (false, Some(site)) = (is_shared, self.sites.with_untracked(|rows| rows.first().cloned())) {
            let company = self.company();
            for name in SHARED_FIELDS {
                site.field(name).set(company.text(name));
            }
        }
        self.first_site_like_company.set(is_shared);
        self.changed();
    }

    /// Confirms a warning or a note, or takes that back.
    pub fn tick(&self, mark: &str, is_ticked: bool) {
        self.ticked.update(|ticked| {
            if is_ticked {
                ticked.insert(mark.to_owned());
            } else {
                ticked.remove(mark);
            }
        });
        self.changed();
    }

    fn row(&self, step: Step) -> Row {
        let key = self.next_key.get_value() + 1;
        self.next_key.set_value(key);
        Row::new(step, key, Values::new())
    }
}

/// The form of the wizard around the caller.
pub fn use_form() -> Form {
    expect_context()
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::reactive::owner::Owner;

    #[test]
    fn a_form_gives_back_the_draft_it_was_made_of() {
        let owner = Owner::new();
        owner.set();
        let mut draft = Draft::default();
        draft.company.insert("companyName".to_owned(), " Acme".to_owned());
        draft.sites.push(Values::from([("name".to_owned(), "Depot".to_owned())]));
        draft.contacts.push(ContactDraft { site: Some(1), ..ContactDraft::default() });
        let form = Form::new(draft.clone());
        assert_eq!(form.draft(), draft);
        let depot = form.sites.get_untracked()[1].clone();
        form.remove(&depot);
        let after = form.draft();
        assert_eq!((after.sites.len(), after.contacts[1].site), (1, None), "its contact goes without a site");
        let first = form.contacts.get_untracked()[0].clone();
        form.remove(&first);
        assert!(form.draft().contacts[0].is_primary, "the next contact follows as the primary one");
    }

    #[test]
    fn own_address_starts_as_a_copy() {
        let owner = Owner::new();
        owner.set();
        let form = Form::new(Draft::default());
        form.set(&form.company(), "city", "Bern".to_owned());
        form.share_address(false);
        assert_eq!(form.draft().sites[0].get("city").map(String::as_str), Some("Bern"));
    }

    #[test]
    fn ids_hold_no_spaces() {
        assert_eq!(control_id(Step::Company, 0, "userDefinedFields.A b"), "company-userDefinedFields_2eA_20b");
        assert_eq!(control_id(Step::Sites, 3, "name"), "site-3-name");
    }
}
