//! Duplicates: what is in Autotask already that may be this company, or has these e-mail addresses.

use autotask_core::{
    Failure, Query, Record, Schema,
    duplicates::{Match, is_same_name},
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

/// A company that may be the one of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Possible {
    /// The company as it was found.
    pub row: Record,
    /// Whether its name means the same.
    pub has_same_name: bool,
    /// Why, in words, what speaks for it first.
    pub reasons: Vec<String>,
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
    fn ask(&self, query: Option<Query>) {
        let key = query.as_ref().map(|query| query.body().to_string()).unwrap_or_default();
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
    /// What the form says of the company, as it was judged last.
    company: RwSignal<Record>,
    /// The companies that may be it.
    same: RwSignal<Vec<Possible>>,
}

/// What a person decided on a company that may be the same.
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
        let duplicates = Self {
            form,
            companies: Asked::new(),
            emails: Asked::new(),
            company: RwSignal::default(),
            same: RwSignal::default(),
        };
        duplicates.follow();
        duplicates
    }

    /// Looks for what the form holds now; what is known already is not asked for again.
    pub fn look(&self, schema: &Schema) {
        let answers = self.form.draft().answers(schema);
        if self.company.with_untracked(|company| *company != answers.company) {
            self.company.set(answers.company.clone());
        }
        let only_company = Answers { company: answers.company, ..Answers::default() };
        self.companies.ask(duplicate_queries(&only_company).pop());
        let only_contacts = Answers { contacts: answers.contacts, ..Answers::default() };
        self.emails.ask(duplicate_queries(&only_contacts).pop());
    }

    /// How far the look-up of companies is. Reactive.
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

    /// The companies that may be this one, the likeliest first. Reactive.
    pub fn companies(&self) -> Vec<Possible> {
        self.same.get()
    }

    /// Those of them that nobody has decided on. Reactive.
    pub fn open(&self) -> Vec<Possible> {
        let mut open = self.same.get();
        open.retain(|one| one.row.id().is_some_and(|id| self.decision(id) == Decision::Open));
        open
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
            let answers = Answers { company: self.company.get(), ..Answers::default() };
            let typed = answers.company.text("companyName").unwrap_or_default();
            let same: Vec<Possible> = self.companies.found.with(|found| {
                let possible = |one: Match| {
                    let row = found.iter().find(|row| row.id() == Some(one.id))?.clone();
                    let has_same_name = is_same_name(typed, row.text("companyName").unwrap_or_default());
                    Some(Possible { row, has_same_name, reasons: one.reasons })
                };
                same_companies(&answers, found).into_iter().filter_map(possible).collect()
            });
            for Possible { row, .. } in &same {
                if let (Some(id), Some(name)) = (row.id(), row.text("companyName")) {
                    names.put("Companies", id, name.to_owned(), row.flag("isActive").unwrap_or(true));
                }
            }
            if self.same.with_untracked(|before| *before != same) {
                self.same.set(same);
            }
        });
        Effect::new(move |_| {
            self.form.checking.set_undecided(self.open().iter().filter_map(undecided).collect());
        });
    }
}

/// The id of the box that shows a company.
pub fn candidate_id(id: i64) -> String {
    ["candidate-", &id.to_string()].concat()
}

fn undecided(one: &Possible) -> Option<Problem> {
    let name = one.row.text("companyName").unwrap_or_default();
    let why = if one.has_same_name { "it has the same name" } else { "it may be the same company" };
    Some(Problem {
        step: Step::Company,
        control: candidate_id(one.row.id()?),
        row: String::new(),
        message: format!("Decide on “{name}”: {why}"),
        is_error: true,
    })
}

/// The look-ups of the wizard around the caller.
pub fn use_duplicates() -> Duplicates {
    expect_context()
}
