//! Layout: which fields the wizard asks for, in which order and width, and what it calls them.

/// How wide a field is, of the six columns of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// All six.
    Full,
    /// Three.
    Half,
    /// Two.
    Third,
}

impl Width {
    /// The class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::Half => "h",
            Self::Third => "t",
        }
    }
}

/// A field of the form.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// Its name on the wire.
    pub name: &'static str,
    /// What the form calls it.
    pub label: &'static str,
    /// How wide it is.
    pub width: Width,
}

const fn slot(name: &'static str, label: &'static str, width: Width) -> Slot {
    Slot { name, label, width }
}

use Width::{Full, Half, Third};

/// Who the company is.
pub const IDENTITY: [Slot; 6] = [
    slot("companyName", "Company name", Full),
    slot("companyType", "Type", Half),
    slot("ownerResourceID", "Owner", Half),
    slot("phone", "Phone", Half),
    slot("webAddress", "Web", Half),
    slot("parentCompanyID", "Parent company", Full),
];

/// Where it is.
pub const ADDRESS: [Slot; 6] = [
    slot("address1", "Street", Full),
    slot("address2", "Second line", Full),
    slot("postalCode", "Postal code", Third),
    slot("city", "City", Third),
    slot("state", "State", Third),
    slot("countryID", "Country", Half),
];

/// What few clients need at once.
pub const MORE: [Slot; 4] = [
    slot("companyNumber", "Company number", Half),
    slot("classification", "Classification", Half),
    slot("territoryID", "Territory", Half),
    slot("marketSegmentID", "Market segment", Half),
];

/// What a site has besides its address.
pub const SITE: [Slot; 2] = [slot("name", "Site name", Half), slot("phone", "Phone", Half)];

/// What a contact has.
pub const CONTACT: [Slot; 6] = [
    slot("firstName", "First name", Half),
    slot("lastName", "Last name", Half),
    slot("title", "Title", Half),
    slot("emailAddress", "E-mail", Half),
    slot("phone", "Phone", Half),
    slot("mobilePhone", "Mobile", Half),
];

/// What a contract is.
pub const CONTRACT: [Slot; 7] = [
    slot("contractName", "Contract name", Full),
    slot("contractType", "Type", Half),
    slot("contractCategory", "Category", Half),
    slot("startDate", "Starts", Third),
    slot("endDate", "Ends", Third),
    slot("contractPeriodType", "Period", Third),
    slot("serviceLevelAgreementID", "Service level", Half),
];

/// What few contracts need at once.
pub const CONTRACT_MORE: [Slot; 6] = [
    slot("contractNumber", "Contract number", Half),
    slot("purchaseOrderNumber", "Purchase order", Half),
    slot("billingPreference", "Billing", Half),
    slot("isDefaultContract", "Default contract of the company", Half),
    slot("timeReportingRequiresStartAndStopTimes", "Time entries need start and stop", Half),
    slot("description", "Description", Full),
];

/// Whom invoices are for, besides the site. The second one is only for companies that have a parent.
pub const BILL_TO: [Slot; 2] = [
    slot("billToAttention", "Attention of", Half),
    slot("invoiceNonContractItemsToParentCompany", "Parent pays what no contract covers", Half),
];

/// What tax there is.
pub const TAX: [Slot; 3] =
    [slot("taxRegionID", "Tax region", Half), slot("taxID", "Tax ID", Half), slot("isTaxExempt", "Tax exempt", Half)];

/// How invoices look and travel.
pub const INVOICE: [Slot; 3] = [
    slot("invoiceTemplateID", "Invoice template", Full),
    slot("invoiceMethod", "Sent by", Half),
    slot("invoiceEmailMessageID", "Invoice e-mail message, its ID", Half),
];

/// What amounts are in; only instances with several currencies take it.
pub const CURRENCY: [Slot; 1] = [slot("currencyID", "Currency", Half)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::onboarding::{Part, Step};
    use autotask_core::entity;

    #[test]
    fn every_field_of_the_form_exists_and_can_be_written() {
        let check = |name: &str, slots: &[Slot]| {
            let info = entity(name).expect("known");
            for slot in slots {
                let field = info.field(slot.name).unwrap_or_else(|| panic!("{name} has no {}", slot.name));
                assert!(!field.is_read_only || info.is_given_at_create(field), "{name}.{}", slot.name);
            }
        };
        check("Companies", &IDENTITY);
        check("Companies", &ADDRESS);
        check("Companies", &MORE);
        check("CompanyLocations", &SITE);
        check("CompanyLocations", &ADDRESS);
        check("Contacts", &CONTACT);
        check("Contracts", &CONTRACT);
        check("Contracts", &CONTRACT_MORE);
        for slots in [&BILL_TO[..], &TAX, &INVOICE, &CURRENCY] {
            check("Companies", slots);
        }
    }

    #[test]
    fn what_is_wrong_with_a_field_is_said_in_the_step_that_shows_it() {
        let in_step = |slots: &[Slot], step: Step| {
            for slot in slots {
                assert_eq!(Part::Company.step(slot.name), step, "{}", slot.name);
            }
        };
        for slots in [&IDENTITY[..], &ADDRESS, &MORE] {
            in_step(slots, Step::Company);
        }
        for slots in [&BILL_TO[..], &TAX, &INVOICE, &CURRENCY] {
            in_step(slots, Step::Billing);
        }
    }

    #[test]
    fn nothing_that_a_create_demands_is_left_out() {
        let asked = |name: &str, slots: &[&[Slot]]| {
            for field in entity(name).expect("known").fields.iter().filter(|field| field.is_required) {
                let set_by_core = ["id", "isActive", "companyID", "status"].contains(&&*field.name);
                let is_asked = slots.iter().any(|slots| slots.iter().any(|slot| field.is_named(slot.name)));
                assert!(set_by_core || is_asked, "{name}.{}", field.name);
            }
        };
        asked("Companies", &[&IDENTITY, &ADDRESS]);
        asked("CompanyLocations", &[&SITE, &ADDRESS]);
        asked("Contacts", &[&CONTACT]);
        asked("Contracts", &[&CONTRACT, &CONTRACT_MORE]);
    }
}
