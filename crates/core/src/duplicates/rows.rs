//! Rows of a table as the engine takes them: one value for each key and row.

use std::borrow::Cow;

use autotask_likeness::Rows;

use super::pairs::{Match, find_matches};
use super::rules::Rules;
use crate::record::{Record, whole};
use crate::table::{Table, TextMember, text_of};

/// What is between the values of joined fields, so that a last name of two words stays one.
const JOINED_BY: &str = "\n";

/// The rows of a table, as the rules read them.
#[must_use]
pub fn rows_of<'a>(table: &'a Table, rules: &Rules) -> Rows<'a> {
    rows_among(table, &table.all(), rules)
}

/// These rows of a table, as the rules read them.
#[must_use]
pub fn rows_among<'a>(table: &'a Table, all: &[u32], rules: &Rules) -> Rows<'a> {
    let mut rows = Rows { ids: Vec::with_capacity(all.len() + 1), values: Vec::new(), parents: Vec::new() };
    rows.ids.extend(all.iter().filter_map(|row| table.id(*row)));
    for key in &rules.keys {
        let members: Vec<TextMember<'_>> = key.members().map(|(name, udf)| table.member(name, udf)).collect();
        let value = |row: &u32| match members.as_slice() {
            [only] => only.any(*row),
            members => joined(members.iter().map(|member| member.any(*row))),
        };
        let mut values = Vec::with_capacity(all.len() + 1);
        values.extend(all.iter().map(value));
        rows.values.push(values);
    }
    if let Some(parent) = rules.parent {
        rows.parents.reserve(all.len() + 1);
        rows.parents.extend(all.iter().map(|row| table.value(*row, parent, false).as_ref().and_then(whole)));
    }
    rows
}

/// Adds a record that is not in the table.
fn push(rows: &mut Rows<'_>, id: i64, record: &Record, rules: &Rules) {
    rows.ids.push(id);
    for (key, values) in rules.keys.iter().zip(&mut rows.values) {
        let text = joined(key.members().map(|(name, udf)| record.value(name, udf).and_then(text_of)));
        values.push(text.map(|text| Cow::Owned(text.into_owned())));
    }
    if let Some(parent) = rules.parent {
        rows.parents.push(record.value(parent, false).and_then(whole));
    }
}

/// The rows of a table that a record may be another entry of, the likeliest first. A record with the id of a row is
/// that row; one without any value that the rules compare matches nothing.
#[must_use]
pub fn matches_of(table: &Table, candidate: &Record, rules: &Rules) -> Vec<Match> {
    let mut rows = rows_of(table, rules);
    let id = candidate.id();
    // Without an id it gets one that Autotask gives to nobody.
    push(&mut rows, id.unwrap_or(i64::MIN), candidate, rules);
    find_matches(&rows, rules, id)
}

/// The value of a key; of several members all of them, joined.
fn joined<'a>(mut members: impl Iterator<Item = Option<Cow<'a, str>>>) -> Option<Cow<'a, str>> {
    let first = members.next().flatten();
    let mut joined: Option<String> = None;
    for member in members {
        let so_far = joined.unwrap_or_else(|| first.as_deref().unwrap_or_default().to_owned());
        joined = Some(so_far + JOINED_BY + member.as_deref().unwrap_or_default());
    }
    match joined {
        Some(joined) => (!joined.trim().is_empty()).then_some(Cow::Owned(joined)),
        None => first,
    }
}
