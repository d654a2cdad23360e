//! Companies: the MSP's own one, what is born with a company, and its address, which its primary location shares.

use rusqlite::types::Value as Cell;

use super::{Context, refused};
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::sql::Where;
use crate::tenant::Tenant;

/// The address, as a company calls its parts and as its locations do.
const ADDRESS: [&str; 6] = ["address1", "address2", "city", "state", "postalCode", "countryID"];

/// The bill-to block that mirrors the company's address.
const BILL_TO: [(&str, &str); 6] = [
    ("billingAddress1", "address1"),
    ("billingAddress2", "address2"),
    ("billToCity", "city"),
    ("billToState", "state"),
    ("billToZipCode", "postalCode"),
    ("billToCountryID", "countryID"),
];

/// The name of the location that comes with a company. Decision: ours.
pub(crate) const PRIMARY_LOCATION: &str = "Primary Location";

/// Decision: the rules are the UI's, the texts ours.
pub(super) fn before(context: Context<'_>, row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    let id = old.map(Row::id);
    if id == Some(0) && !row.is_true("isActive") {
        return refused("Data violation: The local organization cannot be inactivated.");
    }
    if id == Some(0) && !row.is_null("parentCompanyID") {
        return refused("Data violation: The local organization cannot be a sub-company.");
    }
    if id.is_some() && row.int("parentCompanyID") == id {
        return refused("Data violation: A Company cannot be its own parent.");
    }
    if context.two_level_parents && old.is_none_or(|old| old.get("parentCompanyID") != row.get("parentCompanyID")) {
        two_levels(context, row, id)?;
    }
    if let Some(old) = old {
        keeps_type(context, row, old)?;
    }
    if old.is_none() {
        row.set("billToAddressToUse", 1_i64);
    }
    mirror_bill_to(row);
    Ok(())
}

/// The UI's rule of two levels. Decision: off unless switched on, since no source shows that the API has it; loops
/// over several companies are taken then, and who reads a hierarchy has to bear them.
fn two_levels(context: Context<'_>, row: &Row<'_>, id: Option<i64>) -> Result<(), Refusal> {
    let Some(parent) = row.int("parentCompanyID") else { return Ok(()) };
    if context.get("Companies", parent)?.is_some_and(|parent| !parent.is_null("parentCompanyID")) {
        return refused("Data violation: The parent Company is a sub-company itself and cannot have sub-companies.");
    }
    let has_children = |id| rows::exists(context.connection, row.table, &Where::equals("parentCompanyID", id));
    if id.map(has_children).transpose()? == Some(true) {
        return refused("Data violation: A Company that has sub-companies cannot become a sub-company.");
    }
    Ok(())
}

/// The number of the company type.
const VENDOR: i64 = 7;

/// Decision: that the type stays in these two cases is documented, the texts are ours.
fn keeps_type(context: Context<'_>, row: &Row<'_>, old: &Row<'_>) -> Result<(), Refusal> {
    if row.get("companyType") == old.get("companyType") {
        return Ok(());
    }
    if row.is_true("isTaskFireActive") {
        return refused("Data violation: companyType cannot be changed while Taskfire is active.");
    }
    let services = context.tenant.named("Services");
    if old.int("companyType") == Some(VENDOR)
        && rows::exists(context.connection, services, &Where::equals("vendorCompanyID", row.id()))?
    {
        return refused("Data violation: companyType cannot be changed while the Company is the vendor of Services.");
    }
    Ok(())
}

/// Copies the address into the bill-to block, of a company that is billed at its address.
pub(super) fn mirror_bill_to(company: &mut Row<'_>) {
    if company.int("billToAddressToUse") == Some(1) {
        for (to, from) in BILL_TO {
            company.set(to, company.get(from).clone());
        }
    }
}

pub(super) fn after(context: Context<'_>, row: &Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    let Some(old) = old else { return belongings(context, row) };
    if !differs(row, old) {
        return Ok(());
    }
    let locations = context.tenant.named("CompanyLocations");
    let condition =
        Where { sql: "\"companyID\" = ? AND \"isPrimary\" = 1".to_owned(), values: vec![Cell::Integer(row.id())] };
    for mut location in rows::select(context.connection, locations, &condition)? {
        copy_address(row, &mut location);
        rows::update(context.connection, &location)?;
    }
    Ok(())
}

/// Whether the address is another one.
pub(super) fn differs(row: &Row<'_>, old: &Row<'_>) -> bool {
    ADDRESS.iter().any(|field| row.get(field) != old.get(field))
}

/// Copies an address, cut to the room there is: a company's city has 30 characters, a location's 50.
pub(super) fn copy_address(from: &Row<'_>, to: &mut Row<'_>) {
    for field in ADDRESS {
        match from.get(field) {
            Cell::Text(text) => to.set_cut(field, Some(text)),
            other => to.set(field, other.clone()),
        }
    }
}

/// What comes with a company: its primary location, and its row of site configuration.
fn belongings(context: Context<'_>, company: &Row<'_>) -> Result<(), Refusal> {
    let mut location = primary_location(context.tenant, company);
    location.set("id", rows::next_id(context.connection, location.table)?);
    rows::insert(context.connection, &location)?;
    let configurations = context.tenant.named("CompanySiteConfigurations");
    let mut configuration = Row::new(configurations);
    configuration.set("id", rows::next_id(context.connection, configurations)?);
    configuration.set("companyID", company.id());
    configuration.set_text("locationName", PRIMARY_LOCATION);
    rows::insert(context.connection, &configuration)?;
    Ok(())
}

/// The primary location of a company, without an id.
pub(crate) fn primary_location<'t>(tenant: &'t Tenant, company: &Row<'_>) -> Row<'t> {
    let mut location = Row::new(tenant.named("CompanyLocations"));
    super::defaults(&mut location);
    location.set("companyID", company.id());
    location.set_text("name", PRIMARY_LOCATION);
    location.set("isPrimary", true);
    copy_address(company, &mut location);
    for field in ["phone", "fax", "alternatePhone1", "alternatePhone2", "taxRegionID", "isTaxExempt"] {
        location.set(field, company.get(field).clone());
    }
    location
}
