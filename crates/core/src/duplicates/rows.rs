//! Rows of a table as the engine takes them: one value for each key and row.

use std::borrow::Cow;

use serde_json::Value;

use super::columns::Rows;
use super::pairs::{Match, find_matches};
use super::rules::{Key, Rules};
use crate::record::{Record, whole};
use crate::table::Table;

/// What is between the values of joined fields, so that a last name of two words stays one.
const JOINED_BY: &str = "\n";

impl<'a> Rows<'a> {
    /// The rows of a table.
    #[must_use]
    pub fn of_table(table: &'a Table, rules: &Rules) -> Rows<'a> {
        Rows::of_records(table.all().into_iter().filter_map(|row| table.row(row)), rules)
    }

    /// Rows given as records; those without an id are left out.
    #[must_use]
    pub fn of_records(records: impl Iterator<Item = &'a Record>, rules: &Rules) -> Rows<'a> {
        let mut rows = Rows { values: vec![Vec::new(); rules.keys.len()], ..Rows::default() };
        for record in records {
            if let Some(id) = record.id() {
                rows.push(id, record, rules);
            }
        }
        rows
    }

    /// Adds one row.
    pub fn push(&mut self, id: i64, record: &'a Record, rules: &Rules) {
        self.ids.push(id);
        for (key, values) in rules.keys.iter().zip(&mut self.values) {
            values.push(value_of(record, key));
        }
        if let Some(parent) = rules.parent {
            self.parents.push(record.get(parent).and_then(whole));
        }
    }
}

/// The rows of a table that a record may be another entry of, the likeliest first. A record with the id of a row is
/// that row; one without any value that the rules compare matches nothing.
#[must_use]
pub fn matches_of(table: &Table, candidate: &Record, rules: &Rules) -> Vec<Match> {
    let mut rows = Rows::of_table(table, rules);
    let id = candidate.id();
    // Without an id it gets one that Autotask gives to nobody.
    rows.push(id.unwrap_or(i64::MIN), candidate, rules);
    find_matches(&rows, rules, id)
}

fn value_of<'a>(record: &'a Record, key: &Key) -> Option<Cow<'a, str>> {
    let mut members = key.members();
    let (name, udf) = members.next()?;
    let first = record.value(name, udf).and_then(text_of);
    let mut joined: Option<String> = None;
    for (name, udf) in members {
        let so_far = joined.unwrap_or_else(|| first.as_deref().unwrap_or_default().to_owned());
        let next = record.value(name, udf).and_then(text_of).unwrap_or_default();
        joined = Some(so_far + JOINED_BY + &next);
    }
    match joined {
        Some(joined) => (!joined.trim().is_empty()).then_some(Cow::Owned(joined)),
        None => first,
    }
}

fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        _ => None,
    }
}
