//! The form: one signal a field, so that typing in one redraws nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use leptos::prelude::*;

use super::checking::Checking;
use crate::store::{
    onboarding::{
        Draft, Part, Step,
        contract::{ContractDraft, ServiceDraft},
        draft::{ContactDraft, SHARED_FIELDS},
    },
    typed_text::Values,
};

/// The key of the company's row; all others count on from 1.
pub const COMPANY: u32 = 0;

/// The name under which a line of the contract keeps how many units it has; no field of Autotask's.
pub const QUANTITY: &str = "quantity";

/// A row of the form: the company, a site, a contact, the contract or one of its lines.
#[derive(Clone)]
pub struct Row {
    /// Stays with the row wherever it moves in its list.
    pub key: u32,
    /// What it becomes.
    pub part: Part,
    fields: Arc<Mutex<BTreeMap<String, ArcRwSignal<String>>>>,
    /// The row that it points to, as its key; 0 for none. The site where a contact works or where the company's invoices
    /// go, the contact that a contract is made with.
    pub link: ArcRwSignal<u32>,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Row {
    fn new(part: Part, key: u32, values: Values) -> Self {
        let fields = values.into_iter().map(|(name, text)| (name, ArcRwSignal::new(text))).collect();
        Self { key, part, fields: Arc::new(Mutex::new(fields)), link: ArcRwSignal::new(0) }
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
        control_id(self.part, self.key, name)
    }

    fn values(&self) -> Values {
        let fields = self.fields.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = fields.iter().map(|(name, text)| (name.clone(), text.get_untracked()));
        texts.filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// `company-phone`, `site-3-name`. User-defined names may hold anything, an id no spaces.
pub fn control_id(part: Part, key: u32, name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("_{:x}", u32::from(c)) })
        .collect();
    match part {
        Part::Company | Part::Contract => [part.word(), "-", &name].concat(),
        _ => [part.word(), "-", &key.to_string(), "-", &name].concat(),
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
    /// The contract, once somebody has chosen to make one.
    pub contract: RwSignal<Option<Row>>,
    /// Its lines.
    pub services: RwSignal<Vec<Row>>,
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
        let mut row = |part, values| {
            next_key += 1;
            Row::new(part, next_key, values)
        };
        let key_at =
            |rows: &[Row], index: Option<usize>| index.and_then(|index| rows.get(index)).map_or(0, |row| row.key);
        let sites: Vec<Row> = draft.sites.into_iter().map(|values| row(Part::Site, values)).collect();
        let mut primary = 0;
        let mut contacts = Vec::new();
        for contact in draft.contacts {
            let row = row(Part::Contact, contact.values);
            if contact.is_primary || contacts.is_empty() {
                primary = row.key;
            }
            row.link.set(key_at(&sites, contact.site));
            contacts.push(row);
        }
        let company = Row::new(Part::Company, COMPANY, draft.company);
        company.link.set(key_at(&sites, draft.bill_to_site));
        let (contract, services) = match draft.contract {
            None => (None, Vec::new()),
            Some(contract) => {
                let own = row(Part::Contract, contract.values);
                own.link.set(key_at(&contacts, contract.contact));
                (Some(own), contract.services.into_iter().map(|line| row(Part::Service, texts_of(line))).collect())
            }
        };
        Self {
            company: StoredValue::new(company),
            sites: RwSignal::new(sites),
            first_site_like_company: RwSignal::new(draft.first_site_like_company),
            contacts: RwSignal::new(contacts),
            primary: RwSignal::new(primary),
            contract: RwSignal::new(contract),
            services: RwSignal::new(services),
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
        let primary = self.primary.get_untracked();
        let linked = |row: &Row, rows: RwSignal<Vec<Row>>| {
            let key = row.link.get_untracked();
            rows.with_untracked(|rows| rows.iter().position(|known| known.key == key))
        };
        let contact = |row: &Row| ContactDraft {
            values: row.values(),
            site: linked(row, self.sites),
            is_primary: row.key == primary,
        };
        let contract = |row: Row| ContractDraft {
            values: row.values(),
            contact: linked(&row, self.contacts),
            services: self.services.with_untracked(|rows| rows.iter().map(line_of).collect()),
        };
        Draft {
            company: self.company.with_value(Row::values),
            sites: self.sites.with_untracked(|rows| rows.iter().map(Row::values).collect()),
            first_site_like_company: self.first_site_like_company.get_untracked(),
            contacts: self.contacts.with_untracked(|rows| rows.iter().map(contact).collect()),
            contract: self.contract.get_untracked().map(contract),
            bill_to_site: self.company.with_value(|company| linked(company, self.sites)),
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
        let row = self.row(Part::Site, Values::new());
        self.sites.update(|rows| rows.push(row.clone()));
        self.changed();
        row
    }

    /// Adds an empty contact; at the only site, if there is only one.
    pub fn add_contact(&self) -> Row {
        let row = self.row(Part::Contact, Values::new());
        row.link.set(self.sites.with_untracked(|rows| rows.first().map_or(0, |site| site.key)));
        self.contacts.update(|rows| rows.push(row.clone()));
        if self.contacts.with_untracked(Vec::len) == 1 {
            self.primary.set(row.key);
        }
        self.changed();
        row
    }

    /// Adds a contract with an empty line, made with the primary contact.
    pub fn add_contract(&self) -> Row {
        let blank = ContractDraft::blank();
        let row = self.row(Part::Contract, blank.values);
        row.link.set(self.primary.get_untracked());
        self.services.set(blank.services.into_iter().map(|line| self.row(Part::Service, texts_of(line))).collect());
        self.contract.set(Some(row.clone()));
        self.changed();
        row
    }

    /// Adds an empty line to the contract.
    pub fn add_service(&self) -> Row {
        let row = self.row(Part::Service, Values::new());
        self.services.update(|rows| rows.push(row.clone()));
        self.changed();
        row
    }

    /// Takes a row away, the contract with its lines. What pointed to it points nowhere; the first contact follows as the
    /// primary one.
    pub fn remove(&self, row: &Row) {
        let unlink = |other: &Row| {
            if other.link.get_untracked() == row.key {
                other.link.set(0);
            }
        };
        match row.part {
            Part::Site => {
                self.sites.update(|rows| rows.retain(|known| known != row));
                self.contacts.with_untracked(|rows| rows.iter().for_each(unlink));
                self.company.with_value(unlink);
            }
            Part::Contact => {
                self.contacts.update(|rows| rows.retain(|known| known != row));
                self.contract.with_untracked(|contract| contract.iter().for_each(unlink));
                let first = self.contacts.with_untracked(|rows| rows.first().map_or(0, |row| row.key));
                if self.primary.get_untracked() == row.key {
                    self.primary.set(first);
                }
            }
            Part::Contract => {
                self.contract.set(None);
                self.services.set(Vec::new());
            }
            Part::Service => self.services.update(|rows| rows.retain(|known| known != row)),
            Part::Company => {}
        }
        self.changed();
    }

    /// The keys of the rows of a part, in order.
    pub fn keys(&self, part: Part) -> Vec<u32> {
        let keys = |rows: &Vec<Row>| rows.iter().map(|row| row.key).collect();
        match part {
            Part::Company => vec![COMPANY],
            Part::Site => self.sites.with_untracked(keys),
            Part::Contact => self.contacts.with_untracked(keys),
            Part::Contract => self.contract.with_untracked(|row| row.iter().map(|row| row.key).collect()),
            Part::Service => self.services.with_untracked(keys),
        }
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

    fn row(&self, part: Part, values: Values) -> Row {
        let key = self.next_key.get_value() + 1;
        self.next_key.set_value(key);
        Row::new(part, key, values)
    }
}

/// The texts of a line with its quantity among them.
fn texts_of(line: ServiceDraft) -> Values {
    let mut values = line.values;
    if !line.quantity.is_empty() {
        values.insert(QUANTITY.to_owned(), line.quantity);
    }
    values
}

fn line_of(row: &Row) -> ServiceDraft {
    let mut values = row.values();
    let quantity = values.remove(QUANTITY).unwrap_or_default();
    ServiceDraft { values, quantity }
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
        draft.bill_to_site = Some(1);
        draft.contract = Some(ContractDraft {
            contact: Some(1),
            services: vec![ServiceDraft { quantity: "many ".to_owned(), ..ServiceDraft::default() }],
            ..ContractDraft::blank()
        });
        let form = Form::new(draft.clone());
        assert_eq!(form.draft(), draft);
        let depot = form.sites.get_untracked()[1].clone();
        form.remove(&depot);
        let after = form.draft();
        assert_eq!((after.sites.len(), after.contacts[1].site), (1, None), "its contact goes without a site");
        assert_eq!(after.bill_to_site, None, "and invoices go to the company");
        let first = form.contacts.get_untracked()[0].clone();
        form.remove(&first);
        assert!(form.draft().contacts[0].is_primary, "the next contact follows as the primary one");
        let second = form.contacts.get_untracked()[0].clone();
        form.remove(&second);
        assert_eq!(
            form.draft().contract.map(|contract| contract.contact),
            Some(None),
            "the contract is made with nobody"
        );
        let contract = form.contract.get_untracked().expect("there");
        form.remove(&contract);
        assert_eq!(form.draft().contract, None);
        form.add_contract();
        assert_eq!(form.draft().contract, Some(ContractDraft::blank()));
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
        assert_eq!(control_id(Part::Company, 0, "userDefinedFields.A b"), "company-userDefinedFields_2eA_20b");
        assert_eq!(control_id(Part::Site, 3, "name"), "site-3-name");
    }
}
