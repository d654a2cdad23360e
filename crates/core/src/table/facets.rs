//! Facets and aggregates: which values the rows have, and how often; the least, the greatest, the sum.

use std::cmp::Ordering;

use autotask_columns::Data;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::Value;

use super::{Table, member_name, to_value};
use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo};
use crate::instant::Instant;
use crate::record::{number, whole};
use crate::text::{fold, fold_for_equality};

/// A value and how many rows have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// The value, as the first row writes it; null for the rows that have none.
    pub value: Value,
    /// What people see, for a picklist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How many rows `field = value` finds among these.
    pub count: usize,
}

/// A field over some rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Aggregate {
    /// Rows that have a value.
    pub count: usize,
    /// Rows that have none.
    pub empty: usize,
    /// Different values.
    pub distinct: usize,
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Value>,
    /// The greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Value>,
    /// The sum of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<f64>,
}

/// A value as filters compare it: what is equal there is one facet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Same {
    Whole(i64),
    Float(u64),
    Instant(i64),
    Text(String),
}

impl Same {
    fn of(value: &Value, field: Option<&FieldInfo>) -> Same {
        let is_date = field.is_some_and(|field| field.data_type == DataType::DateTime);
        match value {
            Value::Bool(flag) => Same::Whole((*flag).into()),
            Value::String(text) => match Instant::parse(text).filter(|_| is_date) {
                Some(instant) => Same::Instant(instant.0),
                None => Same::Text(fold_for_equality(text)),
            },
            Value::Number(_) => match whole(value) {
                Some(whole) => Same::Whole(whole),
                None => Same::Float(number(value).unwrap_or_default().to_bits()),
            },
            other => Same::Text(crate::json::write(other)),
        }
    }
}

impl Table {
    /// The values that a field has in these rows, the most frequent first, at most `top` of them.
    #[must_use]
    pub fn facets(&self, rows: &[u32], field: &str, info: &EntityInfo, top: usize) -> Vec<Facet> {
        let (name, udf) = member_name(field);
        let field = info.find(name, udf);
        let mut facets: Vec<Facet> = self
            .groups(rows, name, udf, field)
            .into_iter()
            .map(|(value, count)| {
                let label = field.and_then(|field| field.picklist_label(whole(&value)?)).map(str::to_owned);
                Facet { value, label, count }
            })
            .collect();
        // Equal counts in the order of the values, so that a list does not jump.
        let key =
            |facet: &Facet| (facet.value.is_null(), facet.label.as_deref().map(fold), Same::of(&facet.value, field));
        crate::order::sort_by(&mut facets, |a, b| b.count.cmp(&a.count).then_with(|| key(a).cmp(&key(b))));
        facets.truncate(top);
        facets
    }

    /// Counts, bounds and sum of a field over these rows.
    #[must_use]
    pub fn aggregate(&self, rows: &[u32], field: &str, info: &EntityInfo) -> Aggregate {
        let (name, udf) = member_name(field);
        let field = info.find(name, udf);
        let mut result = Aggregate::default();
        let (mut least, mut greatest): (Option<Value>, Option<Value>) = (None, None);
        let mut sum = None;
        for (value, count) in self.groups(rows, name, udf, field) {
            if value.is_null() {
                result.empty += count;
                continue;
            }
            result.count += count;
            result.distinct += 1;
            if let Some(number) = number(&value).filter(|_| value.is_number()) {
                #[allow(clippy::cast_precision_loss, reason = "rows are counted in 32 bits")]
                let part = number * count as f64;
                sum = Some(sum.unwrap_or(0.0) + part);
            }
            if least.as_ref().is_none_or(|least| compare(&value, least, field).is_lt()) {
                least = Some(value.clone());
            }
            if greatest.as_ref().is_none_or(|greatest| compare(&value, greatest, field).is_gt()) {
                greatest = Some(value);
            }
        }
        Aggregate { min: least, max: greatest, sum, ..result }
    }

    /// Each different value with its count, in the order of the first row that has it.
    fn groups(&self, rows: &[u32], name: &str, udf: bool, field: Option<&FieldInfo>) -> Vec<(Value, usize)> {
        let mut groups: Vec<(Value, usize)> = Vec::new();
        let mut group_of: FxHashMap<Option<Same>, usize> = FxHashMap::default();
        let mut add = |value: Value, count: usize, groups: &mut Vec<(Value, usize)>| {
            let same = (!value.is_null()).then(|| Same::of(&value, field));
            let group = *group_of.entry(same).or_insert_with(|| {
                groups.push((value, 0));
                groups.len() - 1
            });
            groups[group].1 += count;
        };
        let column = self.frame.column(name, udf);
        // What stands for a value before it is made: the code of a text, the number itself.
        let mut place_of: FxHashMap<i64, u32> = FxHashMap::default();
        // How often each, and the first row that has it.
        let mut counted: Vec<(usize, u32)> = Vec::new();
        for &row in rows {
            let at = row as usize;
            let code = match column.filter(|column| column.valid().get(at)).map(autotask_columns::Column::data) {
                _ if self.odd.contains_key(&row) => {
                    add(self.value(row, name, udf).unwrap_or_default(), 1, &mut groups);
                    continue;
                }
                Some(Data::Text(texts)) => texts.entry_of(at).and_then(|entry| i64::try_from(entry).ok()).unwrap_or(-1),
                Some(Data::Int32(values)) => values[at].into(),
                Some(Data::Int64(values)) => values[at],
                Some(Data::Bool(values)) => values.get(at).into(),
                Some(Data::Time(ticks, _)) => ticks[at],
                _ => {
                    add(self.value(row, name, udf).unwrap_or_default(), 1, &mut groups);
                    continue;
                }
            };
            let next = u32::try_from(counted.len()).unwrap_or(u32::MAX);
            let place = *place_of.entry(code).or_insert(next);
            if place == next {
                counted.push((0, row));
            }
            counted[place as usize].0 += 1;
        }
        for (count, row) in counted {
            if let Some(column) = column {
                add(column.with(row as usize, to_value), count, &mut groups);
            }
        }
        groups
    }
}

fn compare(one: &Value, other: &Value, field: Option<&FieldInfo>) -> Ordering {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => match (whole(one), whole(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => number(one).unwrap_or_default().total_cmp(&number(other).unwrap_or_default()),
        },
        _ => Same::of(one, field).cmp(&Same::of(other, field)),
    }
}
