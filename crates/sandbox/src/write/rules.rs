//! Rules: what Autotask does and refuses beyond single fields.

use rusqlite::Connection;
use rusqlite::types::Value as Cell;

use autotask_core::DataType;
use autotask_core::text::fold_for_equality;

use super::Context;
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::schema::{folded, quoted};
use crate::store::sql::Where;
use crate::tenant::Tenant;

/// A flag that one row of a group has: setting it on a second row clears it on the first.
const ONE_OF_A_GROUP: [(&str, &str, Option<&str>); 4] = [
    ("CompanyLocations", "isPrimary", Some("companyID")),
    ("Contacts", "primaryContact", Some("companyID")),
    ("Countries", "isDefaultCountry", None),
    ("CompanyCategories", "isGlobalDefault", None),
];

/// Fields that may not repeat together.
const UNIQUE: [(&str, &[&str]); 5] = [
    ("ContactGroups", &["name"]),
    ("ContactGroupContacts", &["contactGroupId", "contactId"]),
    ("CompanyAlerts", &["companyID", "alertTypeID"]),
    ("UserDefinedFieldListItems", &["udfFieldId", "valueForDisplay"]),
    ("UserDefinedFieldListItems", &["udfFieldId", "valueForExport"]),
];

/// Fields of which a 200 is no proof of a change, as measured.
const SILENT: [(&str, &str); 4] = [
    ("TimeEntries", "ticketID"),
    ("TimeEntries", "hoursWorked"),
    ("TicketNotes", "createdByContactID"),
    ("Projects", "status"),
];

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

fn refused<T>(text: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Application(text.into()))
}

/// What a new row has where nothing was sent: it is active, and its other yes-or-no fields are no.
pub(super) fn defaults(row: &mut Row<'_>) {
    for (at, field) in row.table.info.fields.iter().enumerate() {
        if field.data_type == DataType::Boolean && row.cells[at] == Cell::Null && !field.is_required {
            row.cells[at] = Cell::Integer(i64::from(field.name == "isActive"));
        }
    }
}

/// Takes back what Autotask silently does not change.
pub(super) fn silent(row: &mut Row<'_>, old: &Row<'_>) {
    for (entity, field) in SILENT {
        if row.table.info.name == entity {
            row.set(field, old.get(field).clone());
        }
    }
}

/// Who and when, in the fields that only Autotask sets.
pub(super) fn stamp(context: Context<'_>, row: &mut Row<'_>, is_new: bool) {
    for (at, field) in row.table.info.fields.iter().enumerate() {
        let name = field.name.to_ascii_lowercase();
        let is_creation = name.starts_with("creat") || name.starts_with("impersonatorcreator");
        let is_change = name.starts_with("lastmodified")
            || name.starts_with("lasttrackedmodified")
            || name == "lastactivitydate"
            || name.starts_with("updateresource")
            || name.starts_with("impersonatorupdater");
        if !field.is_read_only || !(is_change || is_creation && is_new) {
            continue;
        }
        if name.starts_with("impersonator") {
            row.cells[at] = context.impersonator.map_or(Cell::Null, Cell::Integer);
        } else if field.data_type == DataType::DateTime {
            row.cells[at] = Cell::Integer(context.now.0);
        } else if name.ends_with("resourceid") || name.ends_with("by") {
            row.cells[at] = Cell::Integer(context.resource);
        }
    }
}

/// Refuses what the rules forbid, and completes the row.
pub(super) fn before(
    connection: &Connection,
    context: Context<'_>,
    row: &mut Row<'_>,
    old: Option<&Row<'_>>,
) -> Result<(), Refusal> {
    unique(connection, row)?;
    match row.table.info.name {
        "Companies" => company(connection, context, row, old),
        "CompanyLocations" => {
            if old.is_some_and(|old| old.is_true("isPrimary")) && !row.is_true("isPrimary") {
                // Decision: every company has exactly one; what Autotask says is not known.
                return refused(
                    "Data violation: A Company must have a primary CompanyLocation. Set isPrimary on another one instead.",
                );
            }
            Ok(())
        }
        "Contacts" => {
            let company = row.int("companyID");
            location_belongs(connection, context, row, "companyLocationID", company, "Contact")
        }
        "Tickets" => ticket(connection, context, row, old),
        _ => Ok(()),
    }
}

fn company(
    connection: &Connection,
    context: Context<'_>,
    row: &mut Row<'_>,
    old: Option<&Row<'_>>,
) -> Result<(), Refusal> {
    let id = old.map(Row::id);
    // Decision: the rules are the UI's, the texts ours.
    if id == Some(0) && !row.is_true("isActive") {
        return refused("Data violation: The local organization cannot be inactivated.");
    }
    if id == Some(0) && !row.is_null("parentCompanyID") {
        return refused("Data violation: The local organization cannot be a sub-company.");
    }
    if id.is_some() && row.int("parentCompanyID") == id {
        return refused("Data violation: A Company cannot be its own parent.");
    }
    if old.is_none() {
        row.set("billToAddressToUse", 1_i64);
        if row.is_null("companyCategoryID") {
            let category = default_category(connection, context.tenant)?;
            row.set("companyCategoryID", category);
        }
    } else {
        location_belongs(connection, context, row, "billToCompanyLocationID", id, "Company")?;
    }
    if row.int("billToAddressToUse") == Some(1) {
        for (to, from) in BILL_TO {
            row.set(to, row.get(from).clone());
        }
    }
    Ok(())
}

fn default_category(connection: &Connection, tenant: &Tenant) -> rusqlite::Result<Cell> {
    let found = rows::select(connection, tenant.named("CompanyCategories"), &Where::equals("isGlobalDefault", 1))?;
    Ok(found.first().map_or(Cell::Null, |row| Cell::Integer(row.id())))
}

/// A location is of the same company.
fn location_belongs(
    connection: &Connection,
    context: Context<'_>,
    row: &Row<'_>,
    field: &str,
    company: Option<i64>,
    singular: &str,
) -> Result<(), Refusal> {
    let Some(id) = row.int(field) else { return Ok(()) };
    let location = rows::get(connection, context.tenant.named("CompanyLocations"), id)?;
    if location.is_none_or(|location| location.int("companyID") == company) {
        return Ok(());
    }
    refused(format!(
        "The {field}[{id}] cannot be associated with the {singular}. The {singular} and CompanyLocation must have the same companyID."
    ))
}

/// The recorded rules of tickets.
fn ticket(
    connection: &Connection,
    context: Context<'_>,
    row: &mut Row<'_>,
    old: Option<&Row<'_>>,
) -> Result<(), Refusal> {
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
        let location = rows::get(connection, context.tenant.named("CompanyLocations"), id)?;
        if location.is_none_or(|location| location.int("companyID") != row.int("companyID")) {
            return refused(format!(
                "The companyLocationID[{id}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company."
            ));
        }
    }
    Ok(())
}

/// Decision: that they may not repeat is documented, the text is not.
fn unique(connection: &Connection, row: &Row<'_>) -> Result<(), Refusal> {
    for (entity, fields) in UNIQUE {
        if row.table.info.name != entity || fields.iter().any(|field| row.is_null(field)) {
            continue;
        }
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for field in fields {
            match row.get(field) {
                Cell::Text(text) => {
                    columns.push(format!("rtrim({}, ' ') = ?", folded(field)));
                    values.push(Cell::Text(fold_for_equality(text)));
                }
                other => {
                    columns.push(format!("{} = ?", quoted(field)));
                    values.push(other.clone());
                }
            }
        }
        values.push(Cell::Integer(row.id()));
        let condition = Where { sql: format!("{} AND \"id\" <> ?", columns.join(" AND ")), values };
        if rows::exists(connection, row.table, &condition)? {
            return refused(format!(
                "Data violation: A {} with the same {} already exists.",
                row.table.info.singular,
                fields.join(" and ")
            ));
        }
    }
    Ok(())
}

/// What else changes with a row.
pub(super) fn after(
    connection: &Connection,
    context: Context<'_>,
    row: &Row<'_>,
    old: Option<&Row<'_>>,
) -> Result<(), Refusal> {
    for (entity, flag, group) in ONE_OF_A_GROUP {
        if row.table.info.name == entity && row.is_true(flag) {
            let within = group.map_or(String::new(), |group| format!(" AND {} IS ?2", quoted(group)));
            let sql = format!("UPDATE {} SET {} = 0 WHERE \"id\" <> ?1{within}", quoted(entity), quoted(flag));
            let mut statement = connection.prepare_cached(&sql)?;
            match group {
                Some(group) => statement.execute(rusqlite::params![row.id(), row.get(group)])?,
                None => statement.execute([row.id()])?,
            };
        }
    }
    match (row.table.info.name, old) {
        ("Companies", None) => belongings(connection, context, row),
        ("Companies", Some(old)) if differs(row, old) => {
            let locations = context.tenant.named("CompanyLocations");
            let condition = Where {
                sql: "\"companyID\" = ? AND \"isPrimary\" = 1".to_owned(),
                values: vec![Cell::Integer(row.id())],
            };
            for mut location in rows::select(connection, locations, &condition)? {
                copy_address(row, &mut location);
                rows::update(connection, &location)?;
            }
            Ok(())
        }
        ("CompanyLocations", _) if row.is_true("isPrimary") => {
            let companies = context.tenant.named("Companies");
            let Some(mut company) = rows::get(connection, companies, row.int("companyID").unwrap_or(-1))? else {
                return Ok(());
            };
            let before = company.clone();
            copy_address(row, &mut company);
            if differs(&company, &before) {
                if company.int("billToAddressToUse") == Some(1) {
                    for (to, from) in BILL_TO {
                        company.set(to, company.get(from).clone());
                    }
                }
                rows::update(connection, &company)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether the address is another one.
fn differs(row: &Row<'_>, old: &Row<'_>) -> bool {
    ADDRESS.iter().any(|field| row.get(field) != old.get(field))
}

/// Copies an address, cut to the room there is: a company's city has 30 characters, a location's 50.
pub(crate) fn copy_address(from: &Row<'_>, to: &mut Row<'_>) {
    for field in ADDRESS {
        match from.get(field) {
            Cell::Text(text) => to.set_cut(field, Some(text)),
            other => to.set(field, other.clone()),
        }
    }
}

/// What comes with a company: its primary location, and its row of site configuration.
fn belongings(connection: &Connection, context: Context<'_>, company: &Row<'_>) -> Result<(), Refusal> {
    let mut location = primary_location(context.tenant, company);
    location.set("id", rows::next_id(connection, location.table)?);
    rows::insert(connection, &location)?;
    let configurations = context.tenant.named("CompanySiteConfigurations");
    let mut configuration = Row::new(configurations);
    configuration.set("id", rows::next_id(connection, configurations)?);
    configuration.set("companyID", company.id());
    configuration.set_text("locationName", PRIMARY_LOCATION);
    rows::insert(connection, &configuration)?;
    Ok(())
}

/// The primary location of a company, without an id.
pub(crate) fn primary_location<'t>(tenant: &'t Tenant, company: &Row<'_>) -> Row<'t> {
    let mut location = Row::new(tenant.named("CompanyLocations"));
    defaults(&mut location);
    location.set("companyID", company.id());
    location.set_text("name", PRIMARY_LOCATION);
    location.set("isPrimary", true);
    copy_address(company, &mut location);
    for field in ["phone", "fax", "alternatePhone1", "alternatePhone2", "taxRegionID", "isTaxExempt"] {
        location.set(field, company.get(field).clone());
    }
    location
}

/// Refuses the end of what must stay, and clears what points at the row.
pub(super) fn before_delete(connection: &Connection, tenant: &Tenant, row: &Row<'_>) -> Result<(), Refusal> {
    match row.table.info.name {
        // Decision: the rules are documented, the texts are ours.
        "CompanyLocations" if row.is_true("isPrimary") => {
            refused("Data violation: The primary CompanyLocation cannot be deleted.")
        }
        "CompanyLocations" => {
            for (entity, field) in [("Contacts", "companyLocationID"), ("Companies", "billToCompanyLocationID")] {
                let sql = format!("UPDATE {} SET {1} = NULL WHERE {1} = ?1", quoted(entity), quoted(field));
                connection.prepare_cached(&sql)?.execute([row.id()])?;
            }
            Ok(())
        }
        "Contacts" if row.is_true("primaryContact") => {
            refused("Data violation: The primary Contact of a Company cannot be deleted.")
        }
        "Contacts" | "ContactGroups" => {
            let members = tenant.named("ContactGroupContacts");
            let field = if row.table.info.name == "Contacts" { "contactId" } else { "contactGroupId" };
            for member in rows::select(connection, members, &Where::equals(field, row.id()))? {
                rows::delete(connection, members, member.id())?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
