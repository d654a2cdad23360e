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
pub const MORE: [Slot; 7] = [
    slot("companyNumber", "Company number", Half),
    slot("taxID", "Tax ID", Half),
    slot("classification", "Classification", Half),
    slot("territoryID", "Territory", Half),
    slot("marketSegmentID", "Market segment", Half),
    slot("taxRegionID", "Tax region", Half),
    slot("invoiceTemplateID", "Invoice template", Half),
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

#[cfg(test)]
mod tests {
    use super::*;
    use autotask_core::entity;

    #[test]
    fn every_field_of_the_form_exists_and_can_be_written() {
        let check = |name: &str, slots: &[Slot]| {
            let info = entity(name).expect("known");
            for slot in slots {
                let field = info.field(slot.name).unwrap_or_else(|| panic!("{name} has no {}", slot.name));
                assert!(!field.is_read_only, "{name}.{}", slot.name);
            }
        };
        check("Companies", &IDENTITY);
        check("Companies", &ADDRESS);
        check("Companies", &MORE);
        check("CompanyLocations", &SITE);
        check("CompanyLocations", &ADDRESS);
        check("Contacts", &CONTACT);
    }

    #[test]
    fn nothing_that_a_create_demands_is_left_out() {
        let asked = |name: &str, slots: &[&[Slot]]| {
            for field in entity(name).expect("known").fields.iter().filter(|field| field.is_required_on_create()) {
                let set_by_core = ["isActive", "companyID"].contains(&&*field.name);
                let is_asked = slots.iter().any(|slots| slots.iter().any(|slot| field.is_named(slot.name)));
                assert!(set_by_core || is_asked, "{name}.{}", field.name);
            }
        };
        asked("Companies", &[&IDENTITY, &ADDRESS]);
        asked("CompanyLocations", &[&SITE, &ADDRESS]);
        asked("Contacts", &[&CONTACT]);
    }
}
