//! Duplicates: what is in Autotask already under this name or with these e-mail addresses.

use std::collections::BTreeMap;

use autotask_core::{
    Failure, Query, Record, Schema,
    onboarding::{Answers, duplicate_queries, same_companies},
    text::fold_for_equality,
};
use leptos::{prelude::*, task::spawn_local};

use super::{checking::Problem, form::Form};
use crate::{
    api::api,
    store::{names::use_names, onboarding::Step},
};

/// How far a look-up is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LookUp {
    /// There is nothing to look for.
    #[default]
    Idle,
    /// Asked.
    Loading,
    /// Here.
    Ready,
    /// It failed.
    Failed(Failure),
}

/// What a look-up asked for and what came.
#[derive(Clone, Copy)]
struct Asked {
    /// What it was about; an answer to anything else is dropped.
    key: StoredValue<String>,
    state: RwSignal<LookUp>,
    found: RwSignal<Vec<Record>>,
}

impl Asked {
    fn new() -> Self {
        Self { key: StoredValue::default(), state: RwSignal::default(), found: RwSignal::default() }
    }

    /// Asks, unless the answer is here or on its way.
    fn ask(&self, key: String, query: Option<Query>) {
        let is_failed = matches!(self.state.get_untracked(), LookUp::Failed(_));
        if !is_failed && self.key.with_value(|known| *known == key) {
            return;
        }
        let Some(query) = query else {
            self.key.set_value(String::new());
            self.found.set(Vec::new());
            self.state.set(LookUp::Idle);
            return;
        };
        self.key.set_value(key.clone());
        self.state.set(LookUp::Loading);
        let asked = *self;
        spawn_local(async move {
            let answer = api().rows(&query).await;
            // The page may be gone, or the question another one by now.
            if asked.key.try_with_value(|now| *now == key) != Some(true) {
                return;
            }
            match answer {
                Ok(rows) => {
                    asked.found.set(rows);
                    asked.state.set(LookUp::Ready);
                }
                Err(failure) => {
                    asked.found.set(Vec::new());
                    asked.state.set(LookUp::Failed(failure));
                }
            }
        });
    }
}

/// The look-ups of the wizard. Get it with [`use_duplicates`].
#[derive(Clone, Copy)]
pub struct Duplicates {
    form: Form,
    companies: Asked,
    emails: Asked,
    /// The companies whose name means the same.
    same: RwSignal<Vec<Record>>,
}

/// What a person decided on a company of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// It is another company.
    NotSame,
    /// It is the parent.
    Parent,
}

impl Duplicates {
    /// Nothing looked for yet.
    pub fn new(form: Form) -> Self {
        let duplicates = Self { form, companies: Asked::new(), emails: Asked::new(), same: RwSignal::default() };
        duplicates.follow();
        duplicates
    }

    /// Looks for what the form holds now; what is known already is not asked for again.
    pub fn look(&self, schema: &Schema) {
        let answers = self.form.draft().answers(schema);
        let name = answers.company.text("companyName").unwrap_or_default().to_owned();
        let only_company = Answers { company: answers.company, ..Answers::default() };
        self.companies.ask(fold_for_equality(&name), duplicate_queries(&only_company).pop());
        let contacts = answers.contacts;
        let key = contacts.iter().filter_map(|c| c.record.text("emailAddress")).collect::<Vec<_>>().join("\n");
        let only_contacts = Answers { contacts, ..Answers::default() };
        self.emails.ask(fold_for_equality(&key), duplicate_queries(&only_contacts).pop());
    }

    /// How far the look-up by name is. Reactive.
    pub fn state(&self) -> LookUp {
        self.companies.state.get()
    }

    /// The failure of either look-up. Reactive.
    pub fn failure(&self) -> Option<Failure> {
        [self.companies.state.get(), self.emails.state.get()].into_iter().find_map(|state| match state {
            LookUp::Failed(failure) => Some(failure),
            _ => None,
        })
    }

    /// Whether an answer is still on its way. Reactive.
    pub fn is_looking(&self) -> bool {
        self.companies.state.get() == LookUp::Loading || self.emails.state.get() == LookUp::Loading
    }

    /// The companies whose name means the same. Reactive.
    pub fn companies(&self) -> Vec<Record> {
        self.same.get()
    }

    /// What was decided on a company. Reactive.
    pub fn decision(&self, id: i64) -> Decision {
        let is_parent = self.form.company().field("parentCompanyID").with(|text| text.trim() == id.to_string());
        match is_parent {
            true => Decision::Parent,
            false if self.form.not_same.with(|ids| ids.contains(&id)) => Decision::NotSame,
            false => Decision::Open,
        }
    }

    /// The contacts that have this e-mail address already. Reactive.
    pub fn with_email(&self, email: &str) -> Vec<Record> {
        let email = fold_for_equality(email.trim());
        let is_same = |row: &&Record| {
            !email.is_empty() && row.text("emailAddress").is_some_and(|other| fold_for_equality(other) == email)
        };
        self.emails.found.with(|rows| rows.iter().filter(is_same).cloned().collect())
    }

    /// Keeps the list of same companies and the errors about them in step with answers and decisions.
    fn follow(self) {
        let names = use_names();
        Effect::new(move |_| {
            let found = self.companies.found.get();
            let name = self.form.company().field("companyName").get_untracked();
            let company = Record::new().with("companyName", name.trim());
            let answers = Answers { company, ..Answers::default() };
            let same: Vec<Record> = same_companies(&answers, &found).into_iter().cloned().collect();
            for row in &same {
                if let (Some(id), Some(name)) = (row.id(), row.text("companyName")) {
                    names.put("Companies", id, name.to_owned(), row.flag("isActive").unwrap_or(true));
                }
            }
            self.same.set(same);
        });
        Effect::new(move |_| {
            let open = self.same.get().into_iter().filter_map(|row| {
                let id = row.id().filter(|id| self.decision(*id) == Decision::Open)?;
                Some(undecided(id, row.text("companyName").unwrap_or_default()))
            });
            self.form.checking.set_undecided(open.collect());
        });
    }
}

/// The id of the box that shows a company of the same name.
pub fn candidate_id(id: i64) -> String {
    ["candidate-", &id.to_string()].concat()
}

fn undecided(id: i64, name: &str) -> Problem {
    Problem {
        step: Step::Company,
        control: candidate_id(id),
        row: String::new(),
        message: format!("Decide on “{name}”: it has the same name"),
        is_error: true,
    }
}

/// The look-ups of the wizard around the caller.
pub fn use_duplicates() -> Duplicates {
    expect_context()
}

/// Why two companies may be one: (what is compared, what is the same), the name first.
pub fn reasons(typed: &BTreeMap<&'static str, String>, row: &Record) -> Vec<(&'static str, String)> {
    let mut reasons = Vec::new();
    let typed = |field: &str| typed.get(field).map_or("", |text| text.trim());
    let own = |field: &'static str| row.text(field).unwrap_or_default().trim();
    let (name, other) = (typed("companyName"), own("companyName"));
    reasons.push((
        "Name",
        if fold_for_equality(name) == fold_for_equality(other) {
            "is identical".to_owned()
        } else {
            format!("same without legal form: {}", autotask_core::duplicates::name_key(other))
        },
    ));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    for (what, field, key) in [
        ("Web", "webAddress", domain as fn(&str) -> String),
        ("Phone", "phone", digits),
        ("City", "city", fold_for_equality),
    ] {
        let key_of_typed = key(typed(field));
        if !key_of_typed.is_empty() && key_of_typed == key(own(field)) {
            reasons.push((what, format!("{} is identical", own(field))));
        }
    }
    reasons
}

/// The host of a web address without `www.`.
fn domain(address: &str) -> String {
    let address = fold_for_equality(address);
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or(rest);
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_what_is_the_same() {
        let typed = BTreeMap::from([
            ("companyName", "Acme GmbH".to_owned()),
            ("webAddress", "https://www.acme.com/about".to_owned()),
            ("phone", "+1 555 0100".to_owned()),
            ("city", "Bern".to_owned()),
        ]);
        let row = Record::new()
            .with("companyName", "ACME, Inc.")
            .with("webAddress", "acme.com")
            .with("phone", "1-555-0100")
            .with("city", "Basel");
        let found: Vec<_> = reasons(&typed, &row).into_iter().map(|(what, why)| format!("{what} {why}")).collect();
        assert_eq!(
            found,
            ["Name same without legal form: acme", "Web acme.com is identical", "Phone 1-555-0100 is identical"]
        );
    }

    #[test]
    fn what_is_empty_is_no_reason() {
        let row = Record::new().with("companyName", "Acme");
        let typed = BTreeMap::from([("companyName", "acme ".to_owned())]);
        assert_eq!(reasons(&typed, &row), [("Name", "is identical".to_owned())]);
    }
}
