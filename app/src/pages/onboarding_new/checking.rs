//! Checking: what core says is wrong, at which control, and which of it is shown already.
//!
//! An error is shown once its field was left or its step was to be finished, never while a field is typed first.

use std::collections::HashSet;

use autotask_core::{Issue, Schema, Severity, onboarding};
use leptos::prelude::*;

use super::form::{Form, control_id};
pub use crate::pages::failed::words;
use crate::{
    components::error_summary::SummaryEntry,
    store::onboarding::{Part, Place, Step, draft::SHARED_FIELDS},
};

/// The id of the check box that gives the first site the company's address.
pub const SHARE_ID: &str = "first-site-like-company";

/// Something wrong, at its control.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The step that shows the control.
    pub step: Step,
    /// The id of the control.
    pub control: String,
    /// Which of several rows it is: "Site 2". Empty where there is one only.
    pub row: String,
    /// What is wrong and what to do, the same words everywhere.
    pub message: String,
    /// Whether it forbids sending.
    pub is_error: bool,
}

impl Problem {
    /// Row and message, for lists that stand away from the row.
    pub fn line(&self) -> String {
        if self.row.is_empty() { self.message.clone() } else { [&self.row, ": ", &self.message].concat() }
    }
}

/// What is wrong.
#[derive(Clone, Copy)]
pub struct Checking {
    /// By core, of the form as it was checked last.
    problems: RwSignal<Vec<Problem>>,
    /// By Autotask, of the row that it refused; gone when the field is changed.
    refused: RwSignal<Vec<Problem>>,
    /// Companies that may be the same and that nobody has decided on.
    undecided: RwSignal<Vec<Problem>>,
    /// The control that is being changed: its error is out of date until it is left.
    changing: RwSignal<Option<String>>,
    touched: RwSignal<HashSet<String>>,
    attempted: RwSignal<HashSet<Step>>,
}

impl Checking {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self {
            problems: RwSignal::default(),
            refused: RwSignal::default(),
            undecided: RwSignal::default(),
            changing: RwSignal::default(),
            touched: RwSignal::default(),
            attempted: RwSignal::default(),
        }
    }

    /// Everything that is wrong, shown or not. Reactive.
    pub fn all(&self) -> Vec<Problem> {
        [self.refused.get(), self.problems.get(), self.undecided.get()].concat()
    }

    /// The error to show at a control. Reactive.
    pub fn error_at(&self, control: &str) -> Option<String> {
        if self.changing.with(|changing| changing.as_deref() == Some(control)) {
            return None;
        }
        let find = |problems: &Vec<Problem>| {
            problems.iter().find(|p| p.is_error && p.control == control).map(|p| (p.step, p.message.clone()))
        };
        let (step, message) = self.refused.with(find).or_else(|| self.problems.with(find))?;
        (self.is_shown(step, control)).then_some(message)
    }

    /// The errors of a step that are shown, as its summary lists them. Reactive.
    pub fn summary(&self, step: Step) -> Vec<SummaryEntry> {
        if !self.is_attempted(step) {
            return Vec::new();
        }
        let mut entries: Vec<SummaryEntry> = Vec::new();
        for problem in self.all().into_iter().filter(|p| p.is_error && p.step == step) {
            // One line a control: two sites may lack the same thing, one site not twice.
            if !entries.iter().any(|entry| entry.field_id == problem.control) {
                entries.push(SummaryEntry { message: problem.line(), field_id: problem.control });
            }
        }
        entries
    }

    /// Whether a step shows errors. Reactive.
    pub fn shows_errors(&self, step: Step) -> bool {
        self.all().iter().any(|p| p.is_error && p.step == step && self.is_shown(step, &p.control))
    }

    /// Shows what is wrong at a control from now on.
    pub fn touch(&self, control: &str) {
        if !self.touched.with_untracked(|touched| touched.contains(control)) {
            self.touched.update(|touched| {
                touched.insert(control.to_owned());
            });
        }
    }

    /// Shows everything that is wrong on a step from now on.
    pub fn attempt(&self, step: Step) {
        self.attempted.update(|attempted| {
            attempted.insert(step);
        });
    }

    /// Takes over what Autotask refused.
    pub fn refuse(&self, problems: Vec<Problem>) {
        for problem in &problems {
            self.touch(&problem.control);
        }
        self.refused.set(problems);
    }

    /// Takes over the companies that have to be decided on.
    pub fn set_undecided(&self, problems: Vec<Problem>) {
        if self.undecided.with_untracked(|before| *before != problems) {
            self.undecided.set(problems);
        }
    }

    /// A control was left: from now on its error is shown again.
    pub fn left(&self, control: &str) {
        if self.changing.with_untracked(|changing| changing.as_deref() == Some(control)) {
            self.changing.set(None);
            self.touch(control);
        }
    }

    /// A control was changed: what was wrong with it is out of date.
    pub fn changed(&self, control: &str) {
        if self.changing.with_untracked(|changing| changing.as_deref() != Some(control)) {
            self.changing.set(Some(control.to_owned()));
        }
        if self.refused.with_untracked(|refused| refused.iter().any(|p| p.control == control)) {
            self.refused.update(|refused| refused.retain(|p| p.control != control));
        }
    }

    /// Checks the whole form; answers whether nothing forbids sending on these steps.
    pub fn check(&self, form: &Form, schema: &Schema, steps: &[Step]) -> bool {
        let draft = form.draft();
        let (_, issues) = onboarding::plan("check", &draft.answers(schema), schema);
        let found: Vec<Problem> = issues.iter().filter_map(|issue| problem(issue, form)).collect();
        if self.problems.with_untracked(|problems| *problems != found) {
            self.problems.set(found);
        }
        let is_bad = |p: &Problem| p.is_error && steps.contains(&p.step);
        !self.problems.with_untracked(|problems| problems.iter().any(is_bad))
            && !self.refused.with_untracked(|problems| problems.iter().any(is_bad))
            && !self.undecided.with_untracked(|problems| problems.iter().any(is_bad))
    }

    fn is_attempted(&self, step: Step) -> bool {
        self.attempted.with(|attempted| attempted.contains(&step))
    }

    fn is_shown(&self, step: Step, control: &str) -> bool {
        self.is_attempted(step) || self.touched.with(|touched| touched.contains(control))
    }
}

/// An issue of core at its control.
fn problem(issue: &Issue, form: &Form) -> Option<Problem> {
    let place = Place::parse(issue.path.as_deref()?)?;
    let keys = form.keys(place.part);
    let key = *keys.get(place.index)?;
    // The first site shows no fields of its own for what it has from the company.
    let is_shared = place.part == Part::Site
        && place.index == 0
        && form.first_site_like_company.get_untracked()
        && SHARED_FIELDS.contains(&place.field);
    let control = if is_shared { SHARE_ID.to_owned() } else { control_id(place.part, key, place.field) };
    let row = match place.part {
        Part::Site if keys.len() > 1 => format!("Site {}", place.index + 1),
        Part::Contact if keys.len() > 1 => format!("Contact {}", place.index + 1),
        Part::Service if keys.len() > 1 => format!("Line {}", place.index + 1),
        _ => String::new(),
    };
    let is_error = issue.severity == Severity::Error;
    Some(Problem { step: place.step(), control, row, message: words(issue), is_error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::onboarding::Draft;
    use leptos::reactive::owner::Owner;

    fn controls(form: &Form) -> Vec<(Step, String)> {
        form.checking.check(form, &Schema::new(), &[]);
        form.checking.all().into_iter().map(|p| (p.step, p.control)).collect()
    }

    #[test]
    fn what_core_finds_lies_at_its_control() {
        let owner = Owner::new();
        owner.set();
        let form = Form::new(Draft::default());
        let found = controls(&form);
        assert!(found.contains(&(Step::Company, "company-phone".to_owned())), "{found:?}");
        let contact = form.contacts.get_untracked()[0].key;
        assert!(found.contains(&(Step::Contacts, format!("contact-{contact}-lastName"))), "{found:?}");
        // 30 characters fit the company's state, 25 the site's.
        form.set(&form.company(), "state", "x".repeat(30));
        assert!(controls(&form).contains(&(Step::Sites, SHARE_ID.to_owned())));
        form.share_address(false);
        let site = form.sites.get_untracked()[0].key;
        assert!(controls(&form).contains(&(Step::Sites, format!("site-{site}-state"))));
        form.set(&form.company(), "taxID", "x".repeat(51));
        assert!(controls(&form).contains(&(Step::Billing, "company-taxID".to_owned())));
        form.add_contract();
        let line = form.services.get_untracked()[0].clone();
        form.set(&line, "quantity", "some".to_owned());
        let found = controls(&form);
        for control in ["contract-contractName", "contract-contractPeriodType", "contract-endDate"] {
            assert!(found.contains(&(Step::Contract, control.to_owned())), "{control}: {found:?}");
        }
        for name in ["serviceID", "quantity"] {
            assert!(found.contains(&(Step::Contract, line.control_id(name))), "{name}: {found:?}");
        }
    }

    #[test]
    fn an_error_is_shown_when_its_field_was_left_or_its_step_was_to_be_finished() {
        let owner = Owner::new();
        owner.set();
        let form = Form::new(Draft::default());
        let checking = form.checking;
        assert!(!checking.check(&form, &Schema::new(), &[Step::Company]));
        assert!(checking.check(&form, &Schema::new(), &[Step::Review]));
        assert_eq!(checking.error_at("company-phone"), None);
        checking.touch("company-phone");
        assert_eq!(checking.error_at("company-phone").as_deref(), Some("Phone is required"));
        assert_eq!(checking.summary(Step::Company), [], "no summary before the first attempt");
        checking.attempt(Step::Company);
        let first = &checking.summary(Step::Company)[0];
        assert_eq!(
            (first.field_id.as_str(), first.message.as_str()),
            ("company-companyName", "CompanyName is required")
        );
    }

    #[test]
    fn sentences_begin_with_a_capital_and_names_stay() {
        let said = |message: &str| words(&Issue::error("x", message.to_owned()));
        assert_eq!(said("two sites are called \"HQ\""), "Two sites are called \"HQ\"");
        assert_eq!([said("contactID: no such row"), said(""), said("élan")], ["contactID: no such row", "", "élan"]);
    }

    #[test]
    fn a_refusal_goes_when_its_field_is_changed() {
        let owner = Owner::new();
        owner.set();
        let form = Form::new(Draft::default());
        let problem = |control: &str| Problem {
            step: Step::Company,
            control: control.to_owned(),
            row: String::new(),
            message: "no".to_owned(),
            is_error: true,
        };
        form.checking.refuse(vec![problem("company-phone")]);
        assert_eq!(form.checking.error_at("company-phone").as_deref(), Some("no"));
        form.set(&form.company(), "phone", "5".to_owned());
        assert_eq!(form.checking.error_at("company-phone"), None);
    }

    #[test]
    fn an_error_hides_while_its_field_is_changed() {
        let owner = Owner::new();
        owner.set();
        let form = Form::new(Draft::default());
        form.checking.check(&form, &Schema::new(), &[]);
        form.set(&form.company(), "phone", "5".to_owned());
        form.checking.touch("company-phone");
        assert_eq!(form.checking.error_at("company-phone"), None);
        form.checking.check(&form, &Schema::new(), &[]);
        form.checking.left("company-phone");
        assert!(form.checking.error_at("company-phone").is_some_and(|text| text.starts_with("Invalid phone")));
    }
}
