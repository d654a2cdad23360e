//! Contacts: their location is one of their company's, and the primary one stays.

use super::{Context, location, refused};
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::sql::Where;

pub(super) fn before(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    location::belongs(context, row, "companyLocationID", row.int("companyID"))
}

/// Decision: the rules are documented, the texts are ours.
pub(super) fn before_delete(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    if row.is_true("primaryContact") {
        return refused("Data violation: The primary Contact of a Company cannot be deleted.");
    }
    leave_groups(context, "contactId", row.id())
}

/// Ends the memberships of a contact, or of a group.
pub(super) fn leave_groups(context: Context<'_>, field: &str, id: i64) -> Result<(), Refusal> {
    let members = context.tenant.named("ContactGroupContacts");
    for member in rows::select(context.connection, members, &Where::equals(field, id))? {
        rows::delete(context.connection, members, member.id())?;
    }
    Ok(())
}
