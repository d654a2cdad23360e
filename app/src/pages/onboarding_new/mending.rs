//! Mending: the one row that Autotask refused, while it is corrected in its step.

use autotask_core::{Failure, FailureKind};
use leptos::prelude::*;

use super::{
    checking::{Problem, SHARE_ID, words},
    form::{Form, QUANTITY, control_id},
};
use crate::store::onboarding::{Part, Run, Step, draft::SHARED_FIELDS};

/// The row that is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The step of the run.
    pub run_step: String,
    /// The step of the wizard that shows the row.
    pub step: Step,
    /// What the row becomes.
    pub part: Part,
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

/// The row of the form that a step of the run creates, in the step of the wizard that shows what was refused.
pub fn mended(form: &Form, run: &Run, run_step: &str, messages: &[String]) -> Option<Mended> {
    let (part, index) = row_of(run_step)?;
    let key = *form.keys(part).get(index)?;
    let failure = failure(messages);
    let named = failure.issues.iter().find_map(|issue| issue.path.as_deref());
    // A company's fields stand in two steps: the one of the first field that is spoken of, else of any that was sent.
    let record = run.record_of(run_step).filter(|_| run_step == "company_details").unwrap_or_default();
    let sent = record.iter().map(|(name, _)| name).find(|name| *name != "id");
    let step = part.step(named.or(sent).unwrap_or_default());
    Some(Mended { run_step: run_step.to_owned(), step, part, key })
}

/// `site_2` is row 2 of the sites, `service_0_units` is of line 0.
fn row_of(run_step: &str) -> Option<(Part, usize)> {
    match run_step {
        "company" | "company_details" => Some((Part::Company, 0)),
        "primary_location" => Some((Part::Site, 0)),
        "contract" => Some((Part::Contract, 0)),
        _ => {
            let (name, index) = run_step.strip_suffix("_units").unwrap_or(run_step).split_once('_')?;
            let index = index.parse().ok()?;
            match name {
                "site" => Some((Part::Site, index)),
                "contact" => Some((Part::Contact, index)),
                "service" => Some((Part::Service, index)),
                _ => None,
            }
        }
    }
}

fn failure(messages: &[String]) -> Failure {
    Failure::new(FailureKind::Validation, 500, messages.to_vec())
}

/// Autotask's sentences at the controls of the row they are about.
pub fn problems(mended: &Mended, messages: &[String], is_shared: bool) -> Vec<Problem> {
    let problem = |issue: &autotask_core::Issue| {
        let field = issue.path.as_deref()?;
        let is_shared = is_shared && mended.run_step == "primary_location" && SHARED_FIELDS.contains(&field);
        let field = if field.eq_ignore_ascii_case("unitChange") { QUANTITY } else { field };
        let control = if is_shared { SHARE_ID.to_owned() } else { control_id(mended.part, mended.key, field) };
        Some(Problem { step: mended.step, control, row: String::new(), message: words(issue), is_error: true })
    };
    failure(messages).issues.iter().filter_map(problem).collect()
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
        assert_eq!(row_of("company"), Some((Part::Company, 0)));
        assert_eq!(row_of("primary_location"), Some((Part::Site, 0)));
        assert_eq!(row_of("site_1"), Some((Part::Site, 1)));
        assert_eq!(row_of("contact_0"), Some((Part::Contact, 0)));
        assert_eq!(row_of("contract"), Some((Part::Contract, 0)));
        assert_eq!([row_of("service_1"), row_of("service_1_units")], [Some((Part::Service, 1)); 2]);
        assert_eq!([row_of("site_configuration"), row_of("contact_x")], [None, None]);
    }

    #[test]
    fn the_fields_of_a_company_are_mended_where_they_are_asked_for() {
        let owner = leptos::reactive::owner::Owner::new();
        owner.set();
        let mut draft = crate::store::onboarding::Draft::default();
        draft.company.insert("taxRegionID".to_owned(), "3".to_owned());
        draft.company.insert("classification".to_owned(), "5".to_owned());
        let schema = autotask_core::Schema::new();
        let (plan, _) = autotask_core::onboarding::plan("r", &draft.answers(&schema), &schema);
        let run = Run { plan, journal: Vec::new() };
        let form = Form::new(draft);
        let step =
            |run_step: &str, message: &str| mended(&form, &run, run_step, &[message.to_owned()]).map(|row| row.step);
        assert_eq!(step("company_details", "Missing Required Field: classification."), Some(Step::Company));
        assert_eq!(step("company_details", "Missing Required Field: taxRegionID."), Some(Step::Billing));
        assert_eq!(step("company_details", "Not now."), Some(Step::Billing), "the first field that was sent");
        assert_eq!(step("company", "Missing Required Field: currencyID."), Some(Step::Billing), "sent with the create");
        assert_eq!(step("company", "Not now."), Some(Step::Company));
    }

    #[test]
    fn autotasks_sentence_lies_at_its_field() {
        let mended = Mended { run_step: "contact_1".to_owned(), step: Step::Contacts, part: Part::Contact, key: 9 };
        let messages = ["Missing Required Field: firstName.".to_owned(), "Something else.".to_owned()];
        let found: Vec<_> = problems(&mended, &messages, false).into_iter().map(|p| p.control).collect();
        assert_eq!(found, ["contact-9-firstName"]);
        let mended =
            Mended { run_step: "service_0_units".to_owned(), step: Step::Contract, part: Part::Service, key: 9 };
        let messages = ["Missing Required Field: unitChange.".to_owned()];
        assert_eq!(problems(&mended, &messages, false)[0].control, "service-9-quantity");
    }
}
