//! Locations: a company has one primary location, always.

use super::{Context, company, refused};
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::schema::quoted;
use crate::store::sql::Where;

/// Most locations of a company, as documented.
const LOCATIONS_MAX: i64 = 5_000;

pub(super) fn before(context: Context<'_>, row: &Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    if let (None, Some(company)) = (old, row.int("companyID")) {
        let count = rows::count(context.connection, row.table, &Where::equals("companyID", company))?;
        if count >= LOCATIONS_MAX {
            // Decision: the limit is documented, the text is ours.
            return refused(format!("Data violation: A Company can have at most {LOCATIONS_MAX} CompanyLocations."));
        }
    }
    if old.is_some_and(|old| old.is_true("isPrimary")) && !row.is_true("isPrimary") {
        // Decision: every company has exactly one; what Autotask says is not known.
        return refused(
            "Data violation: A Company must have a primary CompanyLocation. Set isPrimary on another one instead.",
        );
    }
    Ok(())
}

/// The address of a primary location is the company's.
pub(super) fn after(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    if !row.is_true("isPrimary") {
        return Ok(());
    }
    let Some(mut company) = context.get("Companies", row.int("companyID").unwrap_or(-1))? else { return Ok(()) };
    let before = company.clone();
    company::copy_address(row, &mut company);
    if company::differs(&company, &before) {
        company::mirror_bill_to(&mut company);
        rows::update(context.connection, &company)?;
    }
    Ok(())
}

/// Decision: the rule is documented, the text is ours.
pub(super) fn before_delete(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    if row.is_true("isPrimary") {
        return refused("Data violation: The primary CompanyLocation cannot be deleted.");
    }
    for (entity, field) in [("Contacts", "companyLocationID"), ("Companies", "billToCompanyLocationID")] {
        let sql = format!("UPDATE {} SET {1} = NULL WHERE {1} = ?1", quoted(entity), quoted(field));
        context.connection.prepare_cached(&sql)?.execute([row.id()])?;
    }
    Ok(())
}
