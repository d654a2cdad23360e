//! Same: rows that are equal in some fields, or that are entries of one thing.

use std::collections::HashMap;

use rustc_hash::FxHashSet;
use serde::{Serialize, Serializer};

use super::narrow::{NotRun, carried, unknown_field};
use super::rows;
use super::rule::{Same, SameKey};
use super::run::Rows;
use crate::duplicates::{Key, Rules, find_duplicates, name_key, rows_among};
use crate::table::Table;
use crate::text::fold;

/// How the values of a field are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// As they are; numbers too.
    Exact,
    /// Names of companies: without legal form, accents and punctuation.
    Name,
    /// The digits alone, at least five.
    Digits,
    /// Texts without regard to case and spaces.
    Text,
    /// E-mail addresses: without regard to case.
    Email,
}

impl Compare {
    const ALL: [Compare; 5] = [Compare::Exact, Compare::Name, Compare::Digits, Compare::Text, Compare::Email];

    /// The name in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Compare::Exact => "exact",
            Compare::Name => "name",
            Compare::Digits => "digits",
            Compare::Text => "text",
            Compare::Email => "email",
        }
    }

    /// The one of this name, as it is written.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Compare> {
        Compare::ALL.into_iter().find(|compare| compare.as_str() == name)
    }

    /// What two equal values share; `None` for a value that says nothing.
    fn key(self, table: &Table, row: u32, field: &str) -> Option<String> {
        let text = rows::text(table, row, field);
        let key = match self {
            Compare::Exact => {
                text.map(str::to_owned).or_else(|| rows::int(table, row, field).map(|n| n.to_string()))?
            }
            Compare::Name => name_key(text?),
            Compare::Digits => text?.chars().filter(char::is_ascii_digit).collect(),
            Compare::Text => fold(text?).split_whitespace().collect::<Vec<_>>().join(" "),
            Compare::Email => fold(text?.trim()),
        };
        let least = if self == Compare::Digits { 5 } else { 1 };
        (key.len() >= least).then_some(key)
    }
}

impl Serialize for Compare {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Narrows to the rows that are the same as another one, and answers the groups as ids.
pub(super) fn narrow(same: &Same, rows: Rows<'_>, found: &mut Vec<u32>, path: &str) -> Result<Vec<Vec<i64>>, NotRun> {
    let groups: Vec<Vec<i64>> = match same {
        Same::Duplicates => duplicates(rows, found, path)?,
        Same::Fields(keys) => {
            let ids = |group: Vec<u32>| group.into_iter().filter_map(|row| rows::id(rows.table, row)).collect();
            groups(rows.table, found, &known_keys(keys, rows, path)?).into_iter().map(ids).collect()
        }
    };
    let grouped: FxHashSet<i64> = groups.iter().flatten().copied().collect();
    found.retain(|row| rows::id(rows.table, *row).is_some_and(|id| grouped.contains(&id)));
    Ok(groups)
}

/// The rows that are entries of one thing. What tells them apart best must be there; the rest is looked at where it is.
fn duplicates(rows: Rows<'_>, among: &[u32], path: &str) -> Result<Vec<Vec<i64>>, NotRun> {
    let rules = Rules::of(rows.info).map_err(|issue| NotRun(vec![issue.at(path)]))?;
    // The first of the heaviest: later ones do not take its place.
    let heavier = |one: &Key, other: &Key| other.weight > one.weight;
    let first = rules.keys.iter().reduce(|one, other| if heavier(one, other) { other } else { one });
    for (name, _) in first.into_iter().flat_map(Key::members) {
        carried(rows, name, path)?;
    }
    let clusters = find_duplicates(&rows_among(rows.table, among, &rules), &rules);
    Ok(clusters.into_iter().map(|cluster| cluster.ids).collect())
}

fn known_keys(keys: &[SameKey], rows: Rows<'_>, path: &str) -> Result<Vec<(String, Compare)>, NotRun> {
    let mut known = Vec::new();
    for key in keys {
        let field = rows::known_field(rows.info, &key.field);
        let field = field.ok_or_else(|| unknown_field(rows.info, &key.field, path))?;
        carried(rows, &field, path)?;
        known.push((field, key.compare));
    }
    Ok(known)
}

/// Groups of two or more of the rows that are equal in all fields, in the order of their first rows.
fn groups(table: &Table, among: &[u32], keys: &[(String, Compare)]) -> Vec<Vec<u32>> {
    let mut group_of: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    'rows: for &row in among {
        let mut whole = String::new();
        for (field, compare) in keys {
            let Some(key) = compare.key(table, row, field) else { continue 'rows };
            whole.push_str(&key);
            // Nothing that is typed holds it, so that two keys do not run into each other.
            whole.push('\u{1f}');
        }
        let group = *group_of.entry(whole).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(row);
    }
    groups.retain(|group| group.len() > 1);
    groups
}
