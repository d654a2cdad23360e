//! Checks: required fields, lengths, picklists and references, in Autotask's recorded words.

use autotask_core::{FieldInfo, entity};
use rusqlite::types::Value as Cell;

use super::Context;
use crate::answer::Refusal;
use crate::store::rows::{self, Row};

/// How Autotask ends what it says about a record.
const ON_RECORD: &str = " ; on record number [1].";

/// The refusal of a row without a required field.
pub(super) fn missing(field: &str) -> Refusal {
    Refusal::Application(format!("Missing Required Field: {field}.{ON_RECORD}"))
}

/// Whether a cell has no value, or a text of nothing.
pub(super) fn is_empty(cell: &Cell) -> bool {
    match cell {
        Cell::Null => true,
        Cell::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// The first required field without a value, if there is one. An empty text is none.
pub(super) fn required(row: &Row<'_>) -> Result<(), Refusal> {
    let fields = row.table.info.fields.iter().zip(&row.cells).enumerate();
    for (at, (field, cell)) in fields {
        if field.is_required && is_empty(cell) && at != row.table.id {
            return Err(missing(&field.name));
        }
    }
    Ok(())
}

/// Lengths, picklists and references of the fields that were sent.
pub(super) fn values(context: Context<'_>, row: &Row<'_>, sent: impl Fn(usize) -> bool) -> Result<(), Refusal> {
    for (at, (field, cell)) in row.table.info.fields.iter().zip(&row.cells).enumerate() {
        let is_parent = row.table.info.parent.is_some_and(|parent| parent.field == field.name);
        if (sent(at) || is_parent) && *cell != Cell::Null && at != row.table.id {
            length(field, cell)?;
            picklist(field, cell)?;
            reference(context, row, field, cell)?;
        }
    }
    children(row, sent)?;
    for (field, value) in row.table.info.user_defined_fields.iter().zip(&row.udfs) {
        if let Some(text) = value.as_ref().filter(|text| !text.is_empty()) {
            let cell = Cell::Text(text.clone());
            length(field, &cell)?;
            picklist(field, &cell)?;
        }
    }
    Ok(())
}

fn length(field: &FieldInfo, cell: &Cell) -> Result<(), Refusal> {
    let Cell::Text(text) = cell else { return Ok(()) };
    // SQL Server counts UTF-16 units.
    let units = text.encode_utf16().count();
    let max = usize::try_from(field.length).unwrap_or(usize::MAX);
    if max > 0 && units > max {
        return Err(Refusal::Application(format!("{} must be less than or equal to {max} characters", field.name)));
    }
    Ok(())
}

/// Inactive values are refused like unknown ones. A list of which only an instance knows the values is not checked.
fn picklist(field: &FieldInfo, cell: &Cell) -> Result<(), Refusal> {
    if !field.is_picklist || field.picklist.is_empty() {
        return Ok(());
    }
    let written = match cell {
        Cell::Integer(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        _ => return Ok(()),
    };
    if field.picklist_value(&written).is_some_and(|pick| pick.is_active) {
        return Ok(());
    }
    Err(Refusal::Application(format!("Picklist value [{written}] does not exist for {}.{ON_RECORD}", field.name)))
}

/// Child picklists: a value is of the one that its parent field has. A change of either is checked.
fn children(row: &Row<'_>, sent: impl Fn(usize) -> bool) -> Result<(), Refusal> {
    for (at, (field, cell)) in row.table.info.fields.iter().zip(&row.cells).enumerate() {
        let Some(parent_at) = field.picklist_parent.as_deref().and_then(|parent| row.table.position(parent)) else {
            continue;
        };
        let (true, Cell::Integer(value)) = (sent(at) || sent(parent_at), cell) else { continue };
        let parent = match row.cells[parent_at] {
            Cell::Integer(parent) => parent.to_string(),
            _ => String::new(),
        };
        let pick = field.picklist_value(&value.to_string());
        if pick.is_some_and(|pick| !pick.parent_value.is_empty() && pick.parent_value != parent) {
            return Err(Refusal::Application(format!("Value does not exist for child picklist: {}", field.name)));
        }
    }
    Ok(())
}

/// What has to be active to be referred to: inactive ones are refused like absent ones.
const ACTIVE: [&str; 5] = ["Contacts", "Resources", "CompanyCategories", "Services", "ServiceBundles"];

/// What has to be of one kind to be referred to by a field, as documented: the column that says so, and its value.
const OF_KIND: [(&str, &str, &str, i64); 6] = [
    // Work types, milestones, and codes of recurring services.
    ("ContractExclusionBillingCodes", "billingCodeID", "useType", 1),
    ("ContractMilestones", "billingCodeID", "useType", 6),
    ("ServiceBundles", "billingCodeID", "useType", 5),
    ("Services", "billingCodeID", "useType", 5),
    // Contracts in effect.
    ("Tickets", "contractID", "status", 1),
    ("TimeEntries", "contractID", "status", 1),
];

/// References to entities without facts are not checked.
fn reference(context: Context<'_>, row: &Row<'_>, field: &FieldInfo, cell: &Cell) -> Result<(), Refusal> {
    let (Some(name), Cell::Integer(id)) = (field.reference.as_deref(), cell) else { return Ok(()) };
    let Some(table) = context.tenant.find(name).filter(|table| table.info.can_query) else { return Ok(()) };
    let found = rows::get(context.connection, table, *id)?;
    let needs_active = ACTIVE.contains(&name);
    let is_of_kind = |found: &Row<'_>| {
        OF_KIND.iter().all(|(entity, known, column, value)| {
            *entity != row.table.info.name || *known != field.name || found.int(column) == Some(*value)
        })
    };
    if found.is_some_and(|found| (!needs_active || found.is_true("isActive")) && is_of_kind(&found)) {
        return Ok(());
    }
    let singular = entity(name).map_or(name, |info| info.singular);
    Err(Refusal::Application(if row.table.info.name == "TimeEntries" {
        // As recorded, for this entity only.
        format!(
            "Reference value on field: {} of timeEntryType: {singular} does not exist or is invalid.{ON_RECORD}",
            field.name
        )
    } else {
        format!("Reference value on field: {} of type: {singular} does not exist or is invalid.", field.name)
    }))
}
