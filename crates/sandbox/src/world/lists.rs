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
pub(super) const STAGES: [(i64, &str); 4] =
    [(29_682_831, "Qualified"), (29_682_832, "Proposal"), (29_682_833, "Negotiation"), (29_682_834, "Closing")];

pub(super) const ISSUE_TYPES: [(i64, &str); 6] =
    [(2, "Hardware"), (10, "Computer"), (11, "E-mail"), (12, "Network"), (13, "Server"), (14, "User Account")];
/// The last number is the issue type that it is of.
pub(super) const SUB_ISSUE_TYPES: [(i64, &str, i64); 14] = [
    (2, "Rapid Response", 2),
    (3, "Hardware Request", 2),
    (10, "Application", 10),
    (11, "Cannot send or receive", 11),
    (12, "Performance", 10),
    (13, "Printer", 10),
    (14, "Spam and phishing", 11),
    (15, "Mailbox full", 11),
    (16, "No connection", 12),
    (17, "Wireless", 12),
    (18, "Backup", 13),
    (19, "Updates", 13),
    (20, "Password reset", 14),
    (21, "New user", 14),
];
/// Those of ticket notes are in core's facts; a refusal of 3 is recorded.
const PROJECT_NOTE_TYPES: [(i64, &str); 3] = [(5, "Project Summary"), (6, "Project Detail"), (7, "Project Notes")];
const PUBLISH: [(i64, &str); 2] = [(PUBLISHED_TO_ALL, "All Autotask Users"), (2, "Internal Project Team")];
pub(crate) const PUBLISHED_TO_ALL: i64 = 1;
const CHARGE_TYPES: [(i64, &str); 2] = [(1, "Operational"), (2, "Capitalized")];
const CHARGE_STATUSES: [(i64, &str); 3] = [(1, "Need to Order"), (2, "Pending"), (3, "Delivered")];
/// What an attachment hangs on.
const PARENT_TYPES: [(i64, &str); 2] = [(ATTACHED_TO_COMPANY, "Company"), (ATTACHED_TO_TICKET, "Ticket")];
pub(crate) const ATTACHED_TO_COMPANY: i64 = 1;
pub(crate) const ATTACHED_TO_TICKET: i64 = 4;
/// What was deleted below a ticket or a task.
const DELETED_ACTIVITIES: [(i64, &str); 3] =
    [(DELETED_TIME, "Time Entry"), (DELETED_NOTE, "Note"), (DELETED_ATTACHMENT, "Attachment")];
pub(crate) const DELETED_TIME: i64 = 1;
pub(crate) const DELETED_NOTE: i64 = 2;
pub(crate) const DELETED_ATTACHMENT: i64 = 3;
/// Who made or changed something.
const CREATOR_TYPES: [(i64, &str); 2] = [(CREATED_BY_RESOURCE, "Resource"), (2, "Contact")];
/// Everybody who writes through the API.
pub(crate) const CREATED_BY_RESOURCE: i64 = 1;

/// The field whose value decides which values of this one there are.
pub(crate) fn parent(entity: &str, field: &str) -> Option<&'static str> {
    ((entity, field) == ("Tickets", "subIssueType")).then_some("issueType")
}

/// The instance's own list of a field, where core's facts have none or too few.
pub(crate) fn picklist(entity: &str, field: &str) -> Option<Vec<PicklistValue>> {
    if (entity, field) == ("Tickets", "subIssueType") {
        let children = SUB_ISSUE_TYPES.iter().enumerate();
        let child = |(index, (number, label, parent)): (usize, &(i64, &str, i64))| PicklistValue {
            parent_value: Cow::Owned(parent.to_string()),
            ..pick((index, &(*number, *label)))
        };
        return Some(children.map(child).collect());
    }
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
        // The facts have letters here, though the fields are numbers.
        ("Services" | "ServiceBundles", "periodType") | ("Contracts", "contractPeriodType") => &PERIODS,
        ("Opportunities", "stage") => &STAGES,
        ("Tickets", "issueType") => &ISSUE_TYPES,
        ("ProjectNotes", "noteType") => &PROJECT_NOTE_TYPES,
        ("ProjectNotes", "publish") => &PUBLISH,
        ("TicketCharges", "chargeType") => &CHARGE_TYPES,
        ("TicketCharges", "status") => &CHARGE_STATUSES,
        ("AttachmentInfo", "parentType") => &PARENT_TYPES,
        ("DeletedTicketActivityLogs" | "DeletedTaskActivityLogs", "typeID") => &DELETED_ACTIVITIES,
        ("Tickets" | "AttachmentInfo" | "TicketAttachments" | "CompanyAttachments", "creatorType")
        | ("Tickets", "lastActivityPersonType") => &CREATOR_TYPES,
        ("UserDefinedFieldDefinitions", "udfType") => &UDF_TYPES,
        ("UserDefinedFieldDefinitions", "dataType") => &UDF_DATA_TYPES,
        _ => super::more_lists::of(entity, field)?,
    };
    Some(values.iter().enumerate().map(pick).collect())
}

fn pick((index, (number, label)): (usize, &(i64, &str))) -> PicklistValue {
    PicklistValue {
        value: Cow::Owned(number.to_string()),
        label: Cow::Owned((*label).to_owned()),
        parent_value: Cow::Borrowed(""),
        sort_order: i32::try_from(index).unwrap_or(0),
        is_active: true,
        is_system: *number < 1_000_000,
        is_default: false,
    }
}
