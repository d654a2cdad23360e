//! Filtering: a filter becomes operations on columns. It means what `Typed::matches` means, row for row.

use autotask_columns::number::{to_float, to_whole};
use autotask_columns::texts::Match;
use autotask_columns::{Bits, Column, Data};
use rustc_hash::FxHashSet;

use super::{Table, to_value};
use crate::field::{DataType, FieldInfo};
use crate::filter::Op;
use crate::filter::typed::{Scalar, Test, Typed};

impl Table {
    /// The numbers of the rows that match, ascending.
    #[must_use]
    pub fn filter(&self, filter: &Typed<'_>) -> Vec<u32> {
        let mut found = self.matching(filter);
        found.and(&self.alive);
        for (row, record) in &self.odd {
            found.set(*row as usize, filter.matches(record));
        }
        found.indices()
    }

    /// The rows that match, by their cells alone. Groups nest as deep as filters may, which is not deep.
    fn matching(&self, filter: &Typed<'_>) -> Bits {
        let rows = self.ids.len();
        match filter {
            Typed::And(items) => {
                let mut all = Bits::all(rows);
                for item in items {
                    all.and(&self.matching(item));
                    if all.is_empty() {
                        break;
                    }
                }
                all
            }
            Typed::Or(items) => {
                let mut any = Bits::default();
                for item in items {
                    any.or(&self.matching(item));
                }
                any
            }
            Typed::Not(inner) => self.matching(inner).complement(rows),
            Typed::Never => Bits::default(),
            Typed::PointsAt(field, ids) => match self.column(field) {
                Some(column) if matches!(column.data(), Data::Int32(_) | Data::Int64(_)) => {
                    column.one_of(&ids.iter().copied().collect::<Vec<_>>())
                }
                Some(column) => by_row(column, |value| crate::record::whole(value).is_some_and(|id| ids.contains(&id))),
                None => Bits::default(),
            },
            Typed::Test(test) => self.testing(test),
        }
    }

    fn column(&self, field: &FieldInfo) -> Option<&Column> {
        self.frame.column(&field.name, field.is_udf)
    }

    fn testing(&self, test: &Test<'_>) -> Bits {
        let rows = self.ids.len();
        let Some(column) = self.column(test.field) else {
            return if test.op == Op::NotExist { Bits::all(rows) } else { Bits::default() };
        };
        match test.op {
            Op::Exist => return column.valid().clone(),
            Op::NotExist => return column.valid().complement(rows),
            _ => {}
        }
        by_column(column, test, rows).unwrap_or_else(|| by_row(column, |value| test.holds_for(value)))
    }
}

/// The slow way, for what columns have no operation for: value by value.
fn by_row(column: &Column, holds: impl Fn(&serde_json::Value) -> bool) -> Bits {
    let mut found = Bits::default();
    for row in column.valid().indices() {
        if holds(&column.with(row as usize, to_value)) {
            found.set(row as usize, true);
        }
    }
    found
}

/// The fast way; `None` where there is none.
fn by_column(column: &Column, test: &Test<'_>, rows: usize) -> Option<Bits> {
    match (column.data(), test.field.data_type) {
        (Data::Text(_), DataType::String | DataType::Bytes) => by_text(column, test, rows),
        (Data::Time(..), DataType::DateTime) => {
            let ticks: Option<Vec<i64>> = test
                .values
                .iter()
                .map(|value| match value {
                    Scalar::Instant(instant) => Some(instant.0),
                    _ => None,
                })
                .collect();
            by_whole(column, test.op, &ticks?)
        }
        (
            Data::Int32(_) | Data::Int64(_),
            DataType::Integer | DataType::Long | DataType::Decimal | DataType::Double,
        ) => {
            let whole: Option<Vec<i64>> = test
                .values
                .iter()
                .map(|value| match value {
                    Scalar::Int(whole) => Some(*whole),
                    _ => None,
                })
                .collect();
            match whole {
                Some(whole) => by_whole(column, test.op, &whole),
                None => between_wholes(column, test),
            }
        }
        (Data::Float(..), DataType::Decimal | DataType::Double) => by_float(column, test),
        (Data::Bool(values), DataType::Boolean | DataType::Integer | DataType::Long) => {
            let mut found = Bits::default();
            if test.holds(&Scalar::Int(1)) {
                found.or(values);
            }
            if test.holds(&Scalar::Int(0)) {
                found.or(&values.complement(rows));
            }
            found.and(column.valid());
            Some(found)
        }
        _ => None,
    }
}

fn without(column: &Column, found: &Bits) -> Bits {
    let mut rest = column.valid().clone();
    rest.and_not(found);
    rest
}

fn by_text(column: &Column, test: &Test<'_>, rows: usize) -> Option<Bits> {
    let Data::Text(texts) = column.data() else { return None };
    let sought: Option<Vec<&str>> = test
        .values
        .iter()
        .map(|value| match value {
            Scalar::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let sought = sought?;
    let first = sought.first().copied();
    let find = |kind: Match| Some(texts.matching(kind, first?));
    let compare = |is_meant: fn(std::cmp::Ordering) -> bool| {
        let first = first?;
        Some(texts.testing(|text| is_meant(text.cmp(first))))
    };
    let any_of = || {
        if sought.len() > 8 {
            let set: FxHashSet<&str> = sought.iter().copied().collect();
            return texts.testing(|text| set.contains(text.trim_end_matches(' ')));
        }
        let mut any = Bits::default();
        for text in &sought {
            any.or(&texts.matching(Match::Equal, text));
        }
        any
    };
    let digits = |is_meant: fn(&str, &str) -> bool| {
        let first = first?;
        let mut room = String::new();
        Some(texts.testing(|text| {
            room.clear();
            room.extend(text.chars().filter(char::is_ascii_digit));
            is_meant(&room, first)
        }))
    };
    let (entries, is_negated) = match test.op {
        Op::Eq => (find(Match::Equal), false),
        Op::NotEq => (find(Match::Equal), true),
        Op::Contains => (find(Match::Contain), false),
        Op::NotContains => (find(Match::Contain), true),
        Op::BeginsWith => (find(Match::Begin), false),
        Op::NotBeginsWith => (find(Match::Begin), true),
        Op::EndsWith => (find(Match::End), false),
        Op::NotEndsWith => (find(Match::End), true),
        Op::Gt => (compare(std::cmp::Ordering::is_gt), false),
        Op::Gte => (compare(std::cmp::Ordering::is_ge), false),
        Op::Lt => (compare(std::cmp::Ordering::is_lt), false),
        Op::Lte => (compare(std::cmp::Ordering::is_le), false),
        Op::In => (Some(any_of()), false),
        Op::NotIn => (Some(any_of()), true),
        Op::DigitsContain => (digits(|text, sought| text.contains(sought)), false),
        Op::DigitsBeginWith => (digits(|text, sought| text.starts_with(sought)), false),
        Op::Between | Op::Exist | Op::NotExist => return None,
    };
    let mut found = texts.rows_of(&entries?, rows);
    found.and(column.valid());
    Some(if is_negated { without(column, &found) } else { found })
}

/// Whole numbers and ticks.
fn by_whole(column: &Column, op: Op, values: &[i64]) -> Option<Bits> {
    if matches!(op, Op::In | Op::NotIn) {
        let found = column.one_of(values);
        return Some(if op == Op::In { found } else { without(column, &found) });
    }
    let value = *values.first()?;
    let none = Bits::default;
    Some(match op {
        Op::Eq => column.in_range(value, value),
        Op::NotEq => without(column, &column.in_range(value, value)),
        Op::Gt => value.checked_add(1).map_or_else(none, |low| column.in_range(low, i64::MAX)),
        Op::Gte => column.in_range(value, i64::MAX),
        Op::Lt => value.checked_sub(1).map_or_else(none, |high| column.in_range(i64::MIN, high)),
        Op::Lte => column.in_range(i64::MIN, value),
        _ => return None,
    })
}

/// Whole numbers compared with one that has a fraction.
fn between_wholes(column: &Column, test: &Test<'_>) -> Option<Bits> {
    let [Scalar::Number(value)] = test.values.as_slice() else { return None };
    if value.fract() == 0.0 {
        return None;
    }
    let below = to_whole(value.floor())?;
    Some(match test.op {
        Op::Eq => Bits::default(),
        Op::NotEq => column.valid().clone(),
        Op::Gt | Op::Gte => column.in_range(below + 1, i64::MAX),
        Op::Lt | Op::Lte => column.in_range(i64::MIN, below),
        _ => return None,
    })
}

fn by_float(column: &Column, test: &Test<'_>) -> Option<Bits> {
    let floats: Option<Vec<f64>> = test
        .values
        .iter()
        .map(|value| match value {
            Scalar::Int(whole) => to_float(*whole),
            Scalar::Number(number) => Some(*number),
            _ => None,
        })
        .collect();
    let floats = floats?;
    if matches!(test.op, Op::In | Op::NotIn) {
        if floats.len() > 8 {
            return None;
        }
        let mut found = Bits::default();
        for value in floats {
            found.or(&column.in_float_range(value, value));
        }
        return Some(if test.op == Op::In { found } else { without(column, &found) });
    }
    let value = *floats.first()?;
    Some(match test.op {
        Op::Eq => column.in_float_range(value, value),
        Op::NotEq => without(column, &column.in_float_range(value, value)),
        Op::Gt => column.in_float_range(value.next_up(), f64::INFINITY),
        Op::Gte => column.in_float_range(value, f64::INFINITY),
        Op::Lt => column.in_float_range(f64::NEG_INFINITY, value.next_down()),
        Op::Lte => column.in_float_range(f64::NEG_INFINITY, value),
        _ => return None,
    })
}
