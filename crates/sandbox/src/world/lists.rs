//! Lists: the picklists of which only an instance knows the values, as this one has them.
//!
//! The numbers of what a tenant makes itself begin at 29,682,7xx, as in real instances. Where no number is recorded
//! for a list of the system's, those here are ours.

use std::borrow::Cow;

use autotask_core::PicklistValue;

use crate::tenant::{UDF_DATA_TYPES, UDF_TYPES};

pub(super) const TERRITORIES: [(i64, &str); 7] = [
    (29_682_778, "North"),
    (29_682_779, "South"),
    (29_682_780, "East"),
    (29_682_781, "West"),
    (29_682_782, "Canada"),
    (29_682_783, "EMEA"),
    (29_682_784, "Asia Pacific"),
];

pub(super) const MARKET_SEGMENTS: [(i64, &str); 12] = [
    (29_682_847, "Not For Profit"),
    (29_682_848, "Healthcare"),
    (29_682_849, "Legal"),
    (29_682_850, "Accounting & Finance"),
    (29_682_851, "Manufacturing"),
    (29_682_852, "Construction"),
    (29_682_853, "Retail"),
    (29_682_854, "Education"),
    (29_682_855, "Hospitality"),
    (29_682_856, "Transport & Logistics"),
    (29_682_857, "Professional Services"),
    (29_682_858, "Government"),
];

/// Notes and to-dos have these; `ActionTypes` has a row for each.
pub(super) const ACTION_TYPES: [(i64, &str); 8] = [
    (0, "Opportunity Update"),
    (1, "Phone Call"),
    (2, "Meeting"),
    (3, "E-mail"),
    (4, "General"),
    (5, "Site Visit"),
    (29_682_801, "Quarterly Business Review"),
    (29_682_802, "Onboarding Call"),
];

const COMPETITORS: [(i64, &str); 3] =
    [(29_682_811, "Blue Harbor IT"), (29_682_812, "ServerFolk"), (29_682_813, "In-house team")];
const NAME_SUFFIXES: [(i64, &str); 5] = [(1, "Jr."), (2, "Sr."), (3, "II"), (4, "III"), (5, "PhD")];
const OFFICES: [(i64, &str); 2] = [(29_682_821, "Headquarters"), (29_682_822, "Remote")];
const ADDRESS_FORMATS: [(i64, &str); 1] = [(1, "Default Address Format")];
const PURCHASE_ORDER_TEMPLATES: [(i64, &str); 1] = [(1, "Default Purchase Order Template")];
const VIEWS: [(i64, &str); 3] = [(1, "Activity"), (2, "To-Do"), (3, "Opportunity")];
const PERIODS: [(i64, &str); 4] = [(1, "Monthly"), (2, "Quarterly"), (3, "Semi-Annual"), (4, "Yearly")];
const STAGES: [(i64, &str); 4] =
    [(29_682_831, "Qualified"), (29_682_832, "Proposal"), (29_682_833, "Negotiation"), (29_682_834, "Closing")];

/// The instance's own list of a field, where core's facts have none or too few.
pub(crate) fn picklist(entity: &str, field: &str) -> Option<Vec<PicklistValue>> {
    let values: &[(i64, &str)] = match (entity, field) {
        ("Companies", "territoryID") => &TERRITORIES,
        ("Companies", "marketSegmentID") => &MARKET_SEGMENTS,
        ("Companies", "competitorID") => &COMPETITORS,
        ("Companies", "purchaseOrderTemplateID") => &PURCHASE_ORDER_TEMPLATES,
        ("Contacts", "nameSuffix") | ("Resources", "suffix") => &NAME_SUFFIXES,
        ("CompanyNotes" | "CompanyToDos", "actionType") => &ACTION_TYPES,
        ("ActionTypes", "view") => &VIEWS,
        ("Resources", "locationID") => &OFFICES,
        ("Countries", "addressFormatID") => &ADDRESS_FORMATS,
        // The facts have the one value `m` here, though the field is a number.
        ("Services" | "ServiceBundles", "periodType") => &PERIODS,
        ("Opportunities", "stage") => &STAGES,
        ("UserDefinedFieldDefinitions", "udfType") => &UDF_TYPES,
        ("UserDefinedFieldDefinitions", "dataType") => &UDF_DATA_TYPES,
        _ => return None,
    };
    let pick = |(index, (number, label)): (usize, &(i64, &str))| PicklistValue {
        value: Cow::Owned(number.to_string()),
        label: Cow::Owned((*label).to_owned()),
        parent_value: Cow::Borrowed(""),
        sort_order: i32::try_from(index).unwrap_or(0),
        is_active: true,
        is_system: *number < 1_000_000,
        is_default: false,
    };
    Some(values.iter().enumerate().map(pick).collect())
}
