//! Unique: what may not repeat, and flags that only one row of a group has.

use autotask_core::text::fold_for_equality;
use rusqlite::types::Value as Cell;

use super::{Context, refused};
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::schema::{folded, quoted};
use crate::store::sql::Where;

/// A flag that one row of a group has: setting it on a second row clears it on the first.
const ONE_OF_A_GROUP: [(&str, &str, Option<&str>); 6] = [
    ("CompanyLocations", "isPrimary", Some("companyID")),
    ("Contacts", "primaryContact", Some("companyID")),
    ("Contracts", "isDefaultContract", Some("companyID")),
    ("Quotes", "primaryQuote", Some("opportunityID")),
    ("Countries", "isDefaultCountry", None),
    ("CompanyCategories", "isGlobalDefault", None),
];

/// Fields that may not repeat together.
const UNIQUE: [(&str, &[&str]); 8] = [
    ("ContactGroups", &["name"]),
    ("ContactGroupContacts", &["contactGroupId", "contactId"]),
    ("CompanyAlerts", &["companyID", "alertTypeID"]),
    ("CompanyLocations", &["companyID", "name"]),
    ("ContractRates", &["contractID", "roleID"]),
    ("ServiceBundles", &["name"]),
    ("UserDefinedFieldListItems", &["udfFieldId", "valueForDisplay"]),
    ("UserDefinedFieldListItems", &["udfFieldId", "valueForExport"]),
];

/// Decision: that they may not repeat is documented, the text is not.
pub(super) fn check(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
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
        if rows::exists(context.connection, row.table, &condition)? {
            return refused(format!(
                "Data violation: A {} with the same {} already exists.",
                row.table.info.singular,
                fields.join(" and ")
            ));
        }
    }
    Ok(())
}

/// Takes the flag from the row that had it.
pub(super) fn clear_others(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    for (entity, flag, group) in ONE_OF_A_GROUP {
        if row.table.info.name == entity && row.is_true(flag) {
            let within = group.map_or(String::new(), |group| format!(" AND {} IS ?2", quoted(group)));
            let sql = format!("UPDATE {} SET {} = 0 WHERE \"id\" <> ?1{within}", quoted(entity), quoted(flag));
            let mut statement = context.connection.prepare_cached(&sql)?;
            match group {
                Some(group) => statement.execute(rusqlite::params![row.id(), row.get(group)])?,
                None => statement.execute([row.id()])?,
            };
        }
    }
    Ok(())
}
