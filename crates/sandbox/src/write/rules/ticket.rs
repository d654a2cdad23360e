//! Tickets: somebody or a queue has them, and what they refer to is of their company.

use super::{Context, refused};
use crate::answer::Refusal;
use crate::store::rows::Row;

/// The recorded rules of tickets.
pub(super) fn before(context: Context<'_>, row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    let has = |field: &str| !row.is_null(field);
    if has("assignedResourceID") != has("assignedResourceRoleID") {
        return refused(
            "Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.",
        );
    }
    if old.is_none() && !has("assignedResourceID") && !has("queueID") {
        return refused(
            "assignedResourceID, assignedResourceRoleID, and queueID cannot all be empty. Supply a queueID or both an assignedResourceID and assignedResourceRoleID.",
        );
    }
    if let Some(id) = row.int("companyLocationID") {
        let location = context.get("CompanyLocations", id)?;
        if location.is_none_or(|location| location.int("companyID") != row.int("companyID")) {
            return refused(format!(
                "The companyLocationID[{id}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company."
            ));
        }
    }
    Ok(())
}
