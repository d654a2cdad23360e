//! Rows: all that an audit reads of a table, in one place.

use serde_json::Value;

use crate::entity::EntityInfo;
use crate::record::{Record, whole};
use crate::table::{Table, member_name};

pub(super) fn id(table: &Table, row: u32) -> Option<i64> {
    table.row(row)?.id()
}

/// A text; `None` where there is none or something else.
pub(super) fn text<'t>(table: &'t Table, row: u32, field: &str) -> Option<&'t str> {
    value(table.row(row)?, field)?.as_str()
}

/// A whole number, also as text.
pub(super) fn int(table: &Table, row: u32, field: &str) -> Option<i64> {
    value(table.row(row)?, field).and_then(whole)
}

pub(super) fn flag(table: &Table, row: u32, field: &str) -> Option<bool> {
    table.row(row)?.flag(field)
}

/// Whether there is nothing: no value, or a text of spaces.
pub(super) fn is_blank(table: &Table, row: u32, field: &str) -> bool {
    match table.row(row).and_then(|record| value(record, field)) {
        None => true,
        Some(value) => value.as_str().is_some_and(|text| text.trim().is_empty()),
    }
}

/// Whether any row has the member, be it null: rows that were asked for without a field must not look as if it were
/// empty. A table without rows carries everything.
pub(super) fn carries(table: &Table, field: &str) -> bool {
    let (name, udf) = member_name(field);
    let has = |record: &Record| match udf {
        true => record.user_defined_fields().any(|(own, _)| own.eq_ignore_ascii_case(name)),
        false => record.get(name).is_some(),
    };
    table.is_empty() || table.all().into_iter().filter_map(|row| table.row(row)).any(has)
}

fn value<'r>(record: &'r Record, field: &str) -> Option<&'r Value> {
    let (name, udf) = member_name(field);
    record.value(name, udf)
}

/// The name that rows and metadata have for a field that a rule names in any letter case, or short as filters do.
pub(super) fn known_field(info: &EntityInfo, field: &str) -> Option<String> {
    let (name, udf) = member_name(field);
    match udf {
        true => info.user_defined_field(name).map(|known| ["udf.", &known.name].concat()),
        false => info.field(name).or_else(|| info.short_field(name)).map(|known| known.name.to_string()),
    }
}
