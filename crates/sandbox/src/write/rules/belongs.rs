//! Belongs: references to what has to be of the same company.

use super::{Context, refused};
use crate::answer::Refusal;
use crate::store::rows::Row;

/// A reference, and the field of the same row that says which company it has to be of.
const OF_COMPANY: [(&str, &str, &str); 20] = [
    ("Companies", "billToCompanyLocationID", "id"),
    ("CompanyNotes", "contactID", "companyID"),
    ("CompanyNotes", "opportunityID", "companyID"),
    ("CompanyToDos", "contactID", "companyID"),
    ("CompanyToDos", "contractID", "companyID"),
    ("CompanyToDos", "opportunityID", "companyID"),
    ("CompanyToDos", "ticketID", "companyID"),
    ("ConfigurationItems", "companyLocationID", "companyID"),
    ("ConfigurationItems", "contactID", "companyID"),
    ("ConfigurationItems", "contractID", "companyID"),
    ("Contacts", "companyLocationID", "companyID"),
    ("Contracts", "billToCompanyContactID", "billToCompanyID"),
    ("Contracts", "contactID", "companyID"),
    ("Opportunities", "contactID", "companyID"),
    ("Projects", "contractID", "companyID"),
    ("Quotes", "contactID", "companyID"),
    ("ServiceCalls", "companyLocationID", "companyID"),
    ("Tickets", "contactID", "companyID"),
    ("Tickets", "configurationItemID", "companyID"),
    ("Tickets", "contractID", "companyID"),
];

/// Refuses what is of another company. A row that was wrong before is let be until the reference or the company
/// changes.
pub(super) fn check(context: Context<'_>, row: &Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    for (entity, field, company_field) in OF_COMPANY {
        let changes = |field| old.is_none_or(|old| old.get(field) != row.get(field));
        if row.table.info.name != entity || !(changes(field) || changes(company_field)) {
            continue;
        }
        // A company that is only being made has no locations yet, so none can be its own.
        let company = if company_field == "id" { Some(row.id()) } else { row.int(company_field) };
        let (Some(id), Some(company)) = (row.int(field), company) else { continue };
        let Some(refers) = row.table.info.field(field).and_then(|field| field.reference.clone()) else { continue };
        let Some(found) = context.get(&refers, id)? else { continue };
        let owner = found.int("companyID");
        if owner == Some(company) || &*refers == "Contacts" && owner == parent(context, company)? && owner.is_some() {
            continue;
        }
        let singular = row.table.info.singular;
        return refused(match &*refers {
            // Recorded for tickets. Decision: other entities say the same.
            "Contacts" => format!("{field} is not associated to the companyID or its Parent Company"),
            // Recorded for an older form of the rule of tickets.
            "CompanyLocations" => format!(
                "The {field}[{id}] cannot be associated with the {singular}. The {singular} and CompanyLocation must have the same companyID."
            ),
            // Recorded for configuration items of tickets. Decision: other references say the same.
            _ => format!("The {field} [{id}] is not associated with Company [{company}]"),
        });
    }
    Ok(())
}

fn parent(context: Context<'_>, company: i64) -> rusqlite::Result<Option<i64>> {
    Ok(context.get("Companies", company)?.and_then(|company| company.int("parentCompanyID")))
}
