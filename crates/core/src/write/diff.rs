//! Diff: what differs between two states of a row, in words.

use serde::Serialize;
use serde_json::Value;

use super::{is_same, names};
use crate::display::{Shown, display};
use crate::entity::EntityInfo;
use crate::field::FieldInfo;
use crate::record::Record;

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The field; a user-defined one as `udf.Name`.
    pub field: String,
    /// What people call it.
    pub label: String,
    /// What it was; null for nothing.
    pub before: Value,
    /// What it is; null for nothing.
    pub after: Value,
    /// In words, labels and not numbers: `Company type: Prospect → Customer`.
    pub text: String,
}

/// What differs in the fields that `after` carries; what it does not carry is untouched. `name_of` tells what a row of
/// an entity is called, where that is known; else its id stands there.
///
/// ```
/// use autotask_core::{Record, entity, write::diff};
/// let before = Record::new().with("id", 7).with("companyType", 3).with("city", "Troy");
/// let after = Record::new().with("id", 7).with("companyType", 1).with("city", "");
/// let texts: Vec<String> =
///     diff(entity("Companies").unwrap(), &before, &after, &|_, _| None).into_iter().map(|change| change.text).collect();
/// assert_eq!(texts, ["Company type: Prospect → Customer", "City: Troy removed"]);
/// ```
#[must_use]
pub fn diff(
    info: &EntityInfo,
    before: &Record,
    after: &Record,
    name_of: &dyn Fn(&str, i64) -> Option<String>,
) -> Vec<Change> {
    let differs = names(info, after).into_iter().filter_map(|name| {
        let field = name.field(info);
        let value = |row: &Record| row.value(&name.name, name.is_udf).cloned();
        let (was, is) = (value(before), value(after));
        if is_same(field, was.as_ref(), is.as_ref()) {
            return None;
        }
        let label = field.map_or(name.name.as_str(), |field| &field.label).to_owned();
        let shown = |row: &Record, value: &Option<Value>| match field {
            Some(field) => words(field, row, name_of),
            None => value.as_ref().map(|value| value.as_str().map_or_else(|| crate::json::write(value), str::to_owned)),
        };
        let text = match (shown(before, &was), shown(after, &is)) {
            (Some(was), Some(is)) if was == is => format!("{label}: {was} → {is} (written otherwise)"),
            (Some(was), Some(is)) => format!("{label}: {was} → {is}"),
            (None, Some(is)) => format!("{label}: {is} added"),
            (Some(was), None) => format!("{label}: {was} removed"),
            (None, None) => label.clone(),
        };
        Some(Change { field: name.path(), label, before: was.unwrap_or_default(), after: is.unwrap_or_default(), text })
    });
    differs.collect()
}

fn words(field: &FieldInfo, row: &Record, name_of: &dyn Fn(&str, i64) -> Option<String>) -> Option<String> {
    match display(field, row) {
        Shown::Empty => None,
        Shown::Text(text) => Some(text),
        Shown::Reference { entity, id } => Some(name_of(&entity, id).unwrap_or_else(|| format!("#{id}"))),
    }
}
