//! Rows of a table as the engine takes them: one value for each key and row.

use std::borrow::Cow;

use autotask_likeness::Rows;
use serde_json::Value;

use super::pairs::{Match, find_matches};
use super::rules::{Key, Rules};
use crate::record::{Record, whole};
use crate::table::Table;

/// What is between the values of joined fields, so that a last name of two words stays one.
const JOINED_BY: &str = "\n";

/// The rows of a table, as the rules read them.
#[must_use]
pub fn rows_of<'a>(table: &'a Table, rules: &Rules) -> Rows<'a> {
    let count = table.len() + 1;
    let values = rules.keys.iter().map(|_| Vec::with_capacity(count)).collect();
    let mut rows = Rows { ids: Vec::with_capacity(count), values, parents: Vec::with_capacity(count) };
    let mut layout = Layout::of(rules);
    let mut found = Vec::new();
    for record in table.all().into_iter().filter_map(|row| table.row(row)) {
        layout.members(record, &mut found);
        if let Some(id) = found.first().copied().flatten().and_then(whole) {
            push(&mut rows, id, &found, rules);
        }
    }
    rows
}

fn push<'a>(rows: &mut Rows<'a>, id: i64, found: &[Option<&'a Value>], rules: &Rules) {
    rows.ids.push(id);
    let mut wanted = found.iter().copied().skip(1);
    for (key, values) in rules.keys.iter().zip(&mut rows.values) {
        values.push(joined(key.members().map(|_| wanted.next().flatten())));
    }
    if rules.parent.is_some() {
        rows.parents.push(wanted.next().flatten().and_then(whole));
    }
}

/// Where rows have the members that the rules read. Rows of one answer have the same members at the same places, so
/// that the names of those that are wanted are all that is compared.
struct Layout {
    /// What is read: the id, the keys in their order, the parent; each with whether it is a user-defined field.
    wanted: Vec<(String, bool)>,
    /// The row before: for each place the member's name, and which of `wanted` it is.
    places: Vec<(String, Vec<usize>)>,
    /// Lengths of wanted names that the row before did not have, a bit each.
    absent: u64,
}

impl Layout {
    fn of(rules: &Rules) -> Layout {
        let keys = rules.keys.iter().flat_map(Key::members);
        let members = std::iter::once(("id", false)).chain(keys).chain(rules.parent.map(|name| (name, false)));
        Layout { wanted: members.map(|(name, udf)| (name.to_owned(), udf)).collect(), places: Vec::new(), absent: 0 }
    }

    /// The values of what is wanted, absent where the row has none.
    fn members<'a>(&mut self, record: &'a Record, found: &mut Vec<Option<&'a Value>>) {
        if !self.take(record, found) {
            self.learn(record);
            self.take(record, found);
        }
        for (at, (name, _)) in self.wanted.iter().enumerate().filter(|(_, (_, udf))| *udf) {
            found[at] = record.user_defined_field(name);
        }
    }

    /// Takes the values from where the row before had them; whether this row is laid out as that one.
    fn take<'a>(&self, record: &'a Record, found: &mut Vec<Option<&'a Value>>) -> bool {
        found.clear();
        found.resize(self.wanted.len(), None);
        if record.len() != self.places.len() {
            return false;
        }
        for ((name, value), (known, which)) in record.iter().zip(&self.places) {
            // A name that is not wanted need not be the same one, only none that is.
            if which.is_empty() {
                if self.absent & length_bit(name) != 0 && known != name {
                    return false;
                }
            } else if known != name {
                return false;
            }
            for at in which {
                found[*at] = Some(value);
            }
        }
        true
    }

    fn learn(&mut self, record: &Record) {
        let which = |name: &str| {
            let wanted = self.wanted.iter().enumerate();
            wanted.filter(|(_, (wanted, udf))| !udf && wanted.eq_ignore_ascii_case(name)).map(|(at, _)| at).collect()
        };
        let places: Vec<(String, Vec<usize>)> = record.iter().map(|(name, _)| (name.to_owned(), which(name))).collect();
        let is_absent = |at: usize| !places.iter().any(|(_, which)| which.contains(&at));
        let wanted = self.wanted.iter().enumerate().filter(|(at, _)| is_absent(*at));
        self.absent = wanted.fold(0, |bits, (_, (name, _))| bits | length_bit(name));
        self.places = places;
    }
}

fn length_bit(name: &str) -> u64 {
    1 << (name.len() % 64)
}

/// The rows of a table that a record may be another entry of, the likeliest first. A record with the id of a row is
/// that row; one without any value that the rules compare matches nothing.
#[must_use]
pub fn matches_of(table: &Table, candidate: &Record, rules: &Rules) -> Vec<Match> {
    let mut rows = rows_of(table, rules);
    let id = candidate.id();
    // Without an id it gets one that Autotask gives to nobody.
    let mut found = Vec::new();
    Layout::of(rules).members(candidate, &mut found);
    push(&mut rows, id.unwrap_or(i64::MIN), &found, rules);
    find_matches(&rows, rules, id)
}

/// The value of a key; of several members all of them, joined.
fn joined<'a>(mut members: impl Iterator<Item = Option<&'a Value>>) -> Option<Cow<'a, str>> {
    let first = members.next().flatten().and_then(text_of);
    let mut joined: Option<String> = None;
    for member in members {
        let so_far = joined.unwrap_or_else(|| first.as_deref().unwrap_or_default().to_owned());
        joined = Some(so_far + JOINED_BY + &member.and_then(text_of).unwrap_or_default());
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
