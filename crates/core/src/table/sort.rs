//! Sorting: every key of a row becomes a number that sorts as the values do; then numbers are sorted.

use std::cmp::Ordering;

use autotask_columns::order::sort_pairs;
use autotask_columns::{Column, Data};
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::{Table, member_name};
use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo};
use crate::filter::typed::compare_mixed;
use crate::instant::Instant;
use crate::record::{boolean, number, whole};
use crate::text::fold;

/// One key of a sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The field.
    pub field: String,
    /// Whether the greatest comes first. Rows without a value come last either way.
    pub descending: bool,
}

/// The name of an (entity, id), where it is known.
type NameOf<'n> = &'n dyn Fn(&str, i64) -> Option<String>;

impl Table {
    /// Sorts row numbers by several fields; equal rows keep their order. Fields are compared as what they are:
    /// text folded, picklists by label, numbers and dates by value, references by the name that `name_of` gives for
    /// an (entity, id), else by id.
    pub fn sort(&self, rows: &mut [u32], keys: &[SortKey], info: &EntityInfo, name_of: NameOf<'_>) {
        for key in keys.iter().rev() {
            let (name, udf) = member_name(&key.field);
            let numbers = self.sort_numbers(rows, (name, udf), info.find(name, udf), name_of);
            // Rows without a value keep their order behind all others.
            let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(rows.len());
            let mut last = Vec::new();
            for ((&row, number), place) in rows.iter().zip(&numbers).zip(0..) {
                match number {
                    Some(number) => keyed.push((if key.descending { !number } else { *number }, place)),
                    None => last.push(row),
                }
            }
            sort_pairs(&mut keyed, &|one, other| one.cmp(other));
            let before = rows.to_vec();
            for (slot, row) in rows.iter_mut().zip(keyed.iter().map(|(_, place)| before[*place as usize]).chain(last)) {
                *slot = row;
            }
        }
    }

    /// For each row a number that sorts as its value does; `None` where there is no value.
    fn sort_numbers(
        &self,
        rows: &[u32],
        (name, udf): (&str, bool),
        field: Option<&FieldInfo>,
        name_of: NameOf<'_>,
    ) -> Vec<Option<u64>> {
        let column = self.frame.column(name, udf);
        if self.odd.is_empty()
            && let Some(column) = column
            && let Some(numbers) = numbers_of(column, rows, field, name_of)
        {
            return numbers;
        }
        // The slow way: values are compared one with another, and get their places as numbers.
        let keys: Vec<Option<Key>> = rows
            .iter()
            .map(|row| self.value(*row, name, udf).and_then(|value| Key::of(&value, field, name_of)))
            .collect();
        places(&keys)
    }
}

fn numbers_of(
    column: &Column,
    rows: &[u32],
    field: Option<&FieldInfo>,
    name_of: NameOf<'_>,
) -> Option<Vec<Option<u64>>> {
    let data_type = field.map(|field| field.data_type);
    let is_named = field.is_some_and(|field| field.is_picklist || field.reference.is_some());
    let each = |number: &dyn Fn(usize) -> u64| -> Vec<Option<u64>> {
        rows.iter().map(|row| column.valid().get(*row as usize).then(|| number(*row as usize))).collect()
    };
    Some(match column.data() {
        Data::Empty => vec![None; rows.len()],
        Data::Text(texts) if matches!(data_type, None | Some(DataType::String | DataType::Bytes)) && !is_named => {
            let ranks = texts.ranks();
            each(&|row| texts.entry_of(row).map_or(0, |entry| ranks[entry].into()))
        }
        Data::Time(ticks, _) if data_type == Some(DataType::DateTime) => each(&|row| ordered(ticks[row])),
        Data::Bool(values) if !is_named => each(&|row| values.get(row).into()),
        Data::Int32(_) | Data::Int64(_) if is_named => by_name(column, rows, field, name_of),
        Data::Int32(values) if data_type.is_none_or(DataType::is_number) => each(&|row| ordered(values[row].into())),
        Data::Int64(values) if data_type.is_none_or(DataType::is_number) => each(&|row| ordered(values[row])),
        Data::Float(values, _) if data_type.is_none_or(DataType::is_number) && !is_named => {
            // Zero has no sign here.
            each(&|row| ordered_float(values[row] + 0.0))
        }
        _ => return None,
    })
}

/// Picklists and references: each different value is named once.
fn by_name(column: &Column, rows: &[u32], field: Option<&FieldInfo>, name_of: NameOf<'_>) -> Vec<Option<u64>> {
    let value = |row: u32| match column.data() {
        _ if !column.valid().get(row as usize) => None,
        Data::Int32(values) => Some(i64::from(values[row as usize])),
        Data::Int64(values) => Some(values[row as usize]),
        _ => None,
    };
    let mut seen: FxHashMap<i64, u32> = FxHashMap::default();
    let mut keys = Vec::new();
    let codes: Vec<Option<u32>> = rows
        .iter()
        .map(|row| {
            let value = value(*row)?;
            let next = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            let code = *seen.entry(value).or_insert(next);
            if code == next {
                keys.push(Key::of(&Value::from(value), field, name_of));
            }
            Some(code)
        })
        .collect();
    let places = places(&keys);
    codes.into_iter().map(|code| places[code? as usize]).collect()
}

/// The place of each key among all; equal ones share theirs.
fn places(keys: &[Option<Key>]) -> Vec<Option<u64>> {
    let mut order: Vec<usize> = (0..keys.len()).filter(|at| keys[*at].is_some()).collect();
    let compare = |one: &usize, other: &usize| match (&keys[*one], &keys[*other]) {
        (Some(one), Some(other)) => one.compare(other),
        _ => Ordering::Equal,
    };
    crate::order::sort_by(&mut order, |one, other| compare(one, other));
    let mut places = vec![None; keys.len()];
    let mut place = 0;
    for (at, index) in order.iter().enumerate() {
        if at > 0 && compare(&order[at - 1], index).is_ne() {
            place += 1;
        }
        places[*index] = Some(place);
    }
    places
}

/// A whole number as one without sign that sorts as it does.
fn ordered(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// The same for a float, as `f64::total_cmp` sorts.
fn ordered_float(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// A value to sort by.
enum Key {
    Number(f64),
    Whole(i64),
    Instant(Instant),
    Text(String),
}

impl Key {
    fn of(value: &Value, field: Option<&FieldInfo>, name_of: NameOf<'_>) -> Option<Key> {
        let reference = field.and_then(|f| f.reference.as_deref());
        if let Some(name) = reference.and_then(|entity| name_of(entity, whole(value)?)) {
            return Some(Key::Text(fold(&name)));
        }
        let label = field.filter(|f| f.is_picklist).and_then(|f| f.picklist_label(whole(value)?));
        if let Some(label) = label {
            return Some(Key::Text(fold(label)));
        }
        let as_number = || whole(value).map(Key::Whole).or_else(|| number(value).map(Key::Number));
        match field.map(|f| f.data_type) {
            Some(DataType::DateTime) => value.as_str().and_then(Instant::parse).map(Key::Instant),
            Some(DataType::Boolean) => boolean(value).map(|b| Key::Whole(b.into())),
            Some(t) if t.is_number() => as_number(),
            None if value.is_number() => as_number(),
            None if value.is_boolean() => value.as_bool().map(|b| Key::Whole(b.into())),
            _ => Some(Key::Text(value.as_str().map_or_else(|| crate::json::write(value), fold))),
        }
    }

    fn compare(&self, other: &Key) -> Ordering {
        match (self, other) {
            (Key::Whole(a), Key::Whole(b)) => a.cmp(b),
            // Numbers are finite, so that each can be compared with each.
            (Key::Number(a), Key::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Key::Whole(a), Key::Number(b)) => compare_mixed(*a, *b).unwrap_or(Ordering::Equal),
            (Key::Number(a), Key::Whole(b)) => compare_mixed(*b, *a).unwrap_or(Ordering::Equal).reverse(),
            (Key::Instant(a), Key::Instant(b)) => a.cmp(b),
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            // One field has one kind, unless the data is of mixed types; then the kinds stand apart.
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Key::Number(_) | Key::Whole(_) => 0,
            Key::Instant(_) => 1,
            Key::Text(_) => 2,
        }
    }
}
