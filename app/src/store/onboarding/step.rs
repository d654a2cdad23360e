//! The steps of the wizard, and to which of them the place of an issue belongs.

use serde::{Deserialize, Serialize};

/// A step, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// The company itself.
    #[default]
    Company,
    /// Its sites.
    Sites,
    /// Its contacts.
    Contacts,
    /// The contract, if there is one already.
    Contract,
    /// Where invoices go, tax, and terms.
    Billing,
    /// Everything once more, and what will be sent.
    Review,
    /// The sending, and what came of it.
    Run,
}

impl Step {
    /// The steps of the list; the run comes after the last of them.
    pub const LISTED: [Self; 6] =
        [Self::Company, Self::Sites, Self::Contacts, Self::Contract, Self::Billing, Self::Review];

    /// The last segment of its address.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Sites => "sites",
            Self::Contacts => "contacts",
            Self::Contract => "contract",
            Self::Billing => "billing",
            Self::Review => "review",
            Self::Run => "run",
        }
    }

    /// Reads the last segment of an address.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::LISTED.into_iter().chain([Self::Run]).find(|step| step.slug() == slug)
    }

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Sites => "Sites",
            Self::Contacts => "Contacts",
            Self::Contract => "Contract",
            Self::Billing => "Billing",
            Self::Review => "Review",
            Self::Run => "Creating in Autotask",
        }
    }

    /// The step after it.
    pub const fn next(self) -> Self {
        match self {
            Self::Company => Self::Sites,
            Self::Sites => Self::Contacts,
            Self::Contacts => Self::Contract,
            Self::Contract => Self::Billing,
            Self::Billing => Self::Review,
            Self::Review | Self::Run => Self::Run,
        }
    }

    /// The step before it.
    pub const fn previous(self) -> Option<Self> {
        match self {
            Self::Company => None,
            Self::Sites => Some(Self::Company),
            Self::Contacts => Some(Self::Sites),
            Self::Contract => Some(Self::Contacts),
            Self::Billing => Some(Self::Contract),
            Self::Review | Self::Run => Some(Self::Billing),
        }
    }
}

/// What a row of the form becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The company.
    Company,
    /// A site.
    Site,
    /// A contact.
    Contact,
    /// The contract.
    Contract,
    /// A line of the contract.
    Service,
}

/// The fields of a company that the step Billing asks for.
const BILLING_FIELDS: [&str; 9] = [
    "billToAttention",
    "taxRegionID",
    "taxID",
    "isTaxExempt",
    "invoiceTemplateID",
    "currencyID",
    "invoiceMethod",
    "invoiceEmailMessageID",
    "invoiceNonContractItemsToParentCompany",
];

impl Part {
    /// The step that asks for a field of such a row.
    pub fn step(self, field: &str) -> Step {
        match self {
            Self::Company if BILLING_FIELDS.contains(&field) => Step::Billing,
            Self::Company => Step::Company,
            Self::Site => Step::Sites,
            Self::Contact => Step::Contacts,
            Self::Contract | Self::Service => Step::Contract,
        }
    }

    /// The first word of the ids of its controls.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Site => "site",
            Self::Contact => "contact",
            Self::Contract => "contract",
            Self::Service => "service",
        }
    }
}

/// Where an issue lies: `sites[1].name` is field `name` of row 1 of the sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// What it is a row of.
    pub part: Part,
    /// The row; 0 where there is one only.
    pub index: usize,
    /// The field; `userDefinedFields.Ranking` for a user-defined one.
    pub field: &'a str,
}

impl<'a> Place<'a> {
    /// Reads the path of an issue of `autotask_core::onboarding::plan`.
    pub fn parse(path: &'a str) -> Option<Self> {
        let lines = path.strip_prefix("contract.").filter(|rest| rest.starts_with("services["));
        let (row, field) = lines.unwrap_or(path).split_once('.')?;
        let (name, index) = match row.split_once('[') {
            Some((name, rest)) => (name, rest.strip_suffix(']')?.parse().ok()?),
            None => (row, 0),
        };
        let part = match name {
            "company" => Part::Company,
            "sites" => Part::Site,
            "contacts" => Part::Contact,
            "contract" => Part::Contract,
            "services" => Part::Service,
            _ => return None,
        };
        Some(Self { part, index, field })
    }

    /// The step that asks for it.
    pub fn step(&self) -> Step {
        self.part.step(self.field)
    }
}

/// Where a step stands, for the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Never opened.
    NotStarted,
    /// Opened, and nothing wrong is known.
    Done,
    /// An error is shown there.
    HasProblems,
}

impl StepState {
    /// Tells it from what is known of the step.
    pub const fn of(is_visited: bool, shows_errors: bool) -> Self {
        match (is_visited, shows_errors) {
            (_, true) => Self::HasProblems,
            (true, false) => Self::Done,
            (false, false) => Self::NotStarted,
        }
    }

    /// What assistive technology hears after the step's name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotStarted => ", not started",
            Self::Done => ", done",
            Self::HasProblems => ", has problems",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Place, Step, StepState};

    #[test]
    fn the_path_of_an_issue_names_step_row_and_field() {
        let place = |path| Place::parse(path).map(|place| (place.part, place.index, place.field));
        assert_eq!(place("company.phone"), Some((Part::Company, 0, "phone")));
        assert_eq!(place("sites[1].name"), Some((Part::Site, 1, "name")));
        assert_eq!(place("contacts[12].emailAddress"), Some((Part::Contact, 12, "emailAddress")));
        assert_eq!(place("contract.startDate"), Some((Part::Contract, 0, "startDate")));
        assert_eq!(place("contract.services[2].quantity"), Some((Part::Service, 2, "quantity")));
        assert_eq!(
            place("company.userDefinedFields.a.b"),
            Some((Part::Company, 0, "userDefinedFields.a.b")),
            "a name may have dots"
        );
        for odd in ["", "company", "sites[x].name", "sites[1.name", "first.x", "contract.services[0]", "billToSite"] {
            assert_eq!(place(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_field_of_the_company_is_asked_for_in_one_step() {
        let step = |path| Place::parse(path).map(|place| place.step());
        assert_eq!(step("company.phone"), Some(Step::Company));
        assert_eq!(step("company.taxRegionID"), Some(Step::Billing));
        assert_eq!(step("contract.services[0].serviceID"), Some(Step::Contract));
    }

    #[test]
    fn steps_follow_each_other_and_are_read_from_addresses() {
        for step in Step::LISTED {
            assert_eq!(Step::from_slug(step.slug()), Some(step));
            assert_ne!(step.next(), step);
        }
        assert_eq!(Step::from_slug("company/x"), None);
        assert_eq!(Step::Company.previous(), None);
    }

    #[test]
    fn an_error_counts_more_than_a_visit() {
        let words = |visited, errors| StepState::of(visited, errors).words();
        assert_eq!(words(true, true), ", has problems");
        assert_eq!([words(true, false), words(false, false)], [", done", ", not started"]);
    }
}
