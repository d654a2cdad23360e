//! Rows: all that an audit reads of a table, in one place.

use serde_json::Value;

use crate::entity::EntityInfo;
use crate::record::{boolean, whole};
use crate::table::{Table, member_name};
use crate::write::path_of;

pub(super) fn id(table: &Table, row: u32) -> Option<i64> {
    table.id(row)
}

/// A text; `None` where there is none or something else.
pub(super) fn text<'t>(table: &'t Table, row: u32, field: &str) -> Option<&'t str> {
    let (name, udf) = member_name(field);
    table.text(row, name, udf)
}

/// A whole number, also as text.
pub(super) fn int(table: &Table, row: u32, field: &str) -> Option<i64> {
    value(table, row, field).as_ref().and_then(whole)
}

pub(super) fn flag(table: &Table, row: u32, field: &str) -> Option<bool> {
    value(table, row, field).as_ref().and_then(boolean)
}

/// Whether there is nothing: no value, or a text of spaces.
pub(super) fn is_blank(table: &Table, row: u32, field: &str) -> bool {
    match value(table, row, field) {
        None => true,
        Some(value) => value.as_str().is_some_and(|text| text.trim().is_empty()),
    }
}

/// Whether any row has the member, be it null: rows that were asked for without a field must not look as if it were
/// empty. A table without rows carries everything.
pub(super) fn carries(table: &Table, field: &str) -> bool {
    let (name, udf) = member_name(field);
    table.is_empty() || table.has_member(name, udf)
}

fn value(table: &Table, row: u32, field: &str) -> Option<Value> {
    let (name, udf) = member_name(field);
    table.value(row, name, udf)
}

/// The name that rows and metadata have for a field that a rule names in any letter case, or short as filters do.
pub(super) fn known_field(info: &EntityInfo, field: &str) -> Option<String> {
    let (name, udf) = member_name(field);
    match udf {
        true => info.user_defined_field(name).map(|known| path_of(&known.name, true)),
        false => info.field(name).or_else(|| info.short_field(name)).map(|known| known.name.to_string()),
    }
}
