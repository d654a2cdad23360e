//! Mending: the one row that Autotask refused, while it is corrected in its step.

use autotask_core::{Failure, FailureKind};
use leptos::prelude::*;

use super::{
    checking::{Problem, SHARE_ID, words},
    form::{COMPANY, Form, control_id},
};
use crate::store::onboarding::{Step, draft::SHARED_FIELDS};

/// The row that is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The step of the run.
    pub run_step: String,
    /// The step of the wizard that shows the row.
    pub step: Step,
    /// The key of the row.
    pub key: u32,
}

/// Which row is corrected, if any. Get it with [`use_mending`].
#[derive(Clone, Copy)]
pub struct Mending(RwSignal<Option<Mended>>);

impl Mending {
    /// No row.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// The row. Reactive.
    pub fn get(&self) -> Option<Mended> {
        self.0.get()
    }

    /// The row without being told of changes.
    pub fn get_untracked(&self) -> Option<Mended> {
        self.0.get_untracked()
    }

    /// Begins with the row of a step of the run, or ends.
    pub fn set(&self, mended: Option<Mended>) {
        self.0.set(mended);
    }
}

/// The row of the form that a step of the run creates.
pub fn mended(form: &Form, run_step: &str) -> Option<Mended> {
    let (step, index) = row_of(run_step)?;
    let key = match step {
        Step::Sites => form.sites.with_untracked(|rows| rows.get(index).map(|row| row.key))?,
        Step::Contacts => form.contacts.with_untracked(|rows| rows.get(index).map(|row| row.key))?,
        _ => COMPANY,
    };
    Some(Mended { run_step: run_step.to_owned(), step, key })
}

/// `site_2` is row 2 of the sites.
fn row_of(run_step: &str) -> Option<(Step, usize)> {
    match run_step {
        "company" | "company_details" => Some((Step::Company, 0)),
        "primary_location" => Some((Step::Sites, 0)),
        _ => {
            let (name, index) = run_step.split_once('_')?;
            let index = index.parse().ok()?;
            match name {
                "site" => Some((Step::Sites, index)),
                "contact" => Some((Step::Contacts, index)),
                _ => None,
            }
        }
    }
}

/// Autotask's sentences at the controls of the row they are about.
pub fn problems(mended: &Mended, messages: &[String], is_shared: bool) -> Vec<Problem> {
    let failure = Failure::new(FailureKind::Validation, 500, messages.to_vec());
    let problem = |issue: &autotask_core::Issue| {
        let field = issue.path.as_deref()?;
        let is_shared = is_shared && mended.run_step == "primary_location" && SHARED_FIELDS.contains(&field);
        let control = if is_shared { SHARE_ID.to_owned() } else { control_id(mended.step, mended.key, field) };
        Some(Problem { step: mended.step, control, row: String::new(), message: words(issue), is_error: true })
    };
    failure.issues.iter().filter_map(problem).collect()
}

/// The row that is corrected in the wizard around the caller.
pub fn use_mending() -> Mending {
    expect_context()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_run_is_a_row_of_the_form() {
        assert_eq!(row_of("company"), Some((Step::Company, 0)));
        assert_eq!(row_of("primary_location"), Some((Step::Sites, 0)));
        assert_eq!(row_of("site_1"), Some((Step::Sites, 1)));
        assert_eq!(row_of("contact_0"), Some((Step::Contacts, 0)));
        assert_eq!([row_of("contract"), row_of("contact_x")], [None, None]);
    }

    #[test]
    fn autotasks_sentence_lies_at_its_field() {
        let mended = Mended { run_step: "contact_1".to_owned(), step: Step::Contacts, key: 9 };
        let messages = ["Missing Required Field: firstName.".to_owned(), "Something else.".to_owned()];
        let found: Vec<_> = problems(&mended, &messages, false).into_iter().map(|p| p.control).collect();
        assert_eq!(found, ["contact-9-firstName"]);
    }
}
