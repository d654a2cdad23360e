//! Contacts: the primary one stays, and so does who is needed elsewhere.

use super::{Context, refused};
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::sql::Where;

/// What keeps a contact from being deleted, as far as there are such entities here.
const KEPT_BY: [(&str, &str); 3] =
    [("Tickets", "contactID"), ("Tickets", "createdByContactID"), ("ConfigurationItems", "installedByContactID")];

/// Decision: the rules are documented, the texts are ours.
pub(super) fn before_delete(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    if row.is_true("primaryContact") {
        return refused("Data violation: The primary Contact of a Company cannot be deleted.");
    }
    for (entity, field) in KEPT_BY {
        let table = context.tenant.named(entity);
        if rows::exists(context.connection, table, &Where::equals(field, row.id()))? {
            return refused(format!(
                "Data violation: The Contact is the {field} of a {} and cannot be deleted.",
                table.info.singular
            ));
        }
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
