//! Table: rows of one entity kept here, in columns, to be filtered and sorted without a call. By id; later rows replace
//! earlier.
//!
//! ```text
//!   bytes ──load──► columns ──filter──► row numbers ──sort──► row numbers ──row──► Record, for those on screen
//! ```
//!
//! A row that columns cannot keep exactly (a text where numbers are, a name twice) is kept whole, beside them, and is
//! asked by `Typed::matches` itself: odd rows cost time, never meaning.

mod facets;
mod filter;
mod load;
mod snapshot;
mod sort;

use std::borrow::Cow;

use autotask_columns::frame::Member;
use autotask_columns::{Bits, Cell, Column, Data, Frame, Item};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

pub use facets::{Aggregate, Facet};
pub use load::Loaded;
pub use sort::SortKey;

use crate::instant::Instant;
use crate::json::object;
use crate::record::{Record, USER_DEFINED_FIELDS, number};

/// Rows of one entity. Row numbers are stable while the table lives; a removed row leaves a gap.
#[derive(Clone, Debug)]
pub struct Table {
    frame: Frame,
    ids: Vec<i64>,
    alive: Bits,
    row_of: FxHashMap<i64, u32>,
    /// Rows that columns cannot keep; their cells are empty.
    odd: FxHashMap<u32, Record>,
}

impl Default for Table {
    fn default() -> Table {
        Table {
            frame: Frame::new(USER_DEFINED_FIELDS),
            ids: Vec::new(),
            alive: Bits::default(),
            row_of: FxHashMap::default(),
            odd: FxHashMap::default(),
        }
    }
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new() -> Table {
        Table::default()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row_of.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.row_of.is_empty()
    }

    /// One more than the greatest row number that was ever given.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.ids.len()
    }

    /// Takes one row; `None` when it has no id, else its number and whether it is new.
    pub fn put(&mut self, record: Record) -> Option<(u32, bool)> {
        let id = record.id()?;
        let known = self.row_of.get(&id).copied();
        let row = match known {
            Some(row) => row,
            None => u32::try_from(self.ids.len()).ok()?,
        };
        self.odd.remove(&row);
        if put_members(&mut self.frame, row as usize, &record).is_none() {
            self.odd.insert(row, record);
        }
        if known.is_none() {
            self.keep(id, row);
        }
        Some((row, known.is_none()))
    }

    /// Notes a row that has come at the end.
    fn keep(&mut self, id: i64, row: u32) {
        self.ids.push(id);
        self.alive.set(row as usize, true);
        self.row_of.insert(id, row);
    }

    /// Removes rows by id; answers how many there were.
    pub fn remove(&mut self, ids: impl IntoIterator<Item = i64>) -> usize {
        let mut count = 0;
        for row in ids.into_iter().filter_map(|id| self.row_of.remove(&id)).collect::<Vec<_>>() {
            self.alive.set(row as usize, false);
            self.odd.remove(&row);
            count += 1;
        }
        count
    }

    /// Whether this row number stands for a row.
    #[must_use]
    pub fn has_row(&self, row: u32) -> bool {
        self.alive.get(row as usize)
    }

    /// Whether no row was ever removed, so that every number below [`Table::row_count`] stands for one.
    #[must_use]
    pub fn is_gapless(&self) -> bool {
        self.row_of.len() == self.ids.len()
    }

    /// Those of these rows that were not removed since.
    #[must_use]
    pub fn present<'r>(&self, rows: &'r [u32]) -> Cow<'r, [u32]> {
        if self.is_gapless() {
            return Cow::Borrowed(rows);
        }
        Cow::Owned(rows.iter().copied().filter(|row| self.has_row(*row)).collect())
    }

    /// The id of a row.
    #[must_use]
    pub fn id(&self, row: u32) -> Option<i64> {
        self.ids.get(row as usize).copied().filter(|_| self.has_row(row))
    }

    /// The number of the row with this id.
    #[must_use]
    pub fn row_with(&self, id: i64) -> Option<u32> {
        self.row_of.get(&id).copied()
    }

    /// The row of this number, made anew; `None` when it was removed.
    #[must_use]
    pub fn row(&self, row: u32) -> Option<Record> {
        if !self.has_row(row) {
            return None;
        }
        if let Some(record) = self.odd.get(&row) {
            return Some(record.clone());
        }
        let shapes = self.frame.shapes();
        let mut map = Map::new();
        let value = |key: u32| {
            let key = shapes.key(key)?;
            let column = self.frame.columns().get(key.column as usize)?;
            Some((&*key.name, column.with(row as usize, to_value)))
        };
        for item in shapes.get(*self.frame.rows().get(row as usize)?) {
            match item {
                Item::Plain(key) => {
                    let (name, value) = value(*key)?;
                    map.insert(name.to_owned(), value);
                }
                Item::Nested(key, entries) => {
                    let entries = entries.iter().filter_map(|key| value(*key));
                    let list =
                        entries.map(|(name, value)| object(vec![("name", name.into()), ("value", value)])).collect();
                    map.insert(shapes.key(*key)?.name.to_string(), Value::Array(list));
                }
            }
        }
        Some(Record::from(map))
    }

    /// The row with this id.
    #[must_use]
    pub fn by_id(&self, id: i64) -> Option<Record> {
        self.row(self.row_with(id)?)
    }

    /// One member of a row; `None` when it is absent or null.
    #[must_use]
    pub fn value(&self, row: u32, name: &str, udf: bool) -> Option<Value> {
        if let Some(record) = self.odd.get(&row) {
            return record.value(name, udf).cloned();
        }
        let value = self.frame.column(name, udf)?.with(row as usize, to_value);
        (self.has_row(row) && !value.is_null()).then_some(value)
    }

    /// One member of a row, where it is a text.
    #[must_use]
    pub fn text(&self, row: u32, name: &str, udf: bool) -> Option<&str> {
        if let Some(record) = self.odd.get(&row) {
            return record.value(name, udf)?.as_str();
        }
        self.frame.column(name, udf)?.text(row as usize).filter(|_| self.has_row(row))
    }

    /// Whether any row ever had this member.
    #[must_use]
    pub fn has_member(&self, name: &str, udf: bool) -> bool {
        let is_in = |record: &Record| {
            if udf { record.user_defined_field(name).is_some() } else { record.get(name).is_some() }
        };
        self.frame.shapes().column(name, udf).is_some() || self.odd.values().any(is_in)
    }

    /// The numbers of all rows, ascending.
    #[must_use]
    pub fn all(&self) -> Vec<u32> {
        self.alive.indices()
    }

    /// One member as texts, to be read row by row without copies.
    #[must_use]
    pub fn texts(&self, name: &str) -> TextMember<'_> {
        self.member(name, false)
    }

    /// The same of a member that may be a user-defined field.
    #[must_use]
    pub fn member(&self, name: &str, udf: bool) -> TextMember<'_> {
        TextMember { table: self, name: name.into(), udf, column: self.frame.column(name, udf) }
    }

    /// One member as numbers, for the rows in this order: of a date its milliseconds since 1970; NaN where there is none.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a float is what is asked for")]
    pub fn numbers(&self, rows: &[u32], name: &str) -> Vec<f64> {
        const TICKS: i64 = 10_000;
        let column = self.frame.column(name, false);
        let slowly = |row: u32| {
            let value = self.value(row, name, false)?;
            let date = || value.as_str().and_then(Instant::parse).map(|instant| (instant.0 / TICKS) as f64);
            number(&value).or_else(date)
        };
        let read = |row: u32| {
            let at = row as usize;
            let is_here = |column: &Column| column.valid().get(at);
            match column.map(Column::data) {
                _ if self.odd.contains_key(&row) => slowly(row),
                Some(Data::Int32(values)) => column.is_some_and(is_here).then(|| f64::from(values[at])),
                Some(Data::Int64(values)) => column.is_some_and(is_here).then(|| values[at] as f64),
                Some(Data::Float(values, _)) => column.is_some_and(is_here).then(|| values[at]),
                Some(Data::Time(ticks, _)) => column.is_some_and(is_here).then(|| (ticks[at] / TICKS) as f64),
                _ => slowly(row),
            }
        };
        rows.iter().map(|row| read(*row).unwrap_or(f64::NAN)).collect()
    }
}

/// One member of all rows, as text.
#[derive(Clone, Debug)]
pub struct TextMember<'t> {
    table: &'t Table,
    name: Box<str>,
    udf: bool,
    column: Option<&'t Column>,
}

impl<'t> TextMember<'t> {
    /// The text of a row; `None` where it has none, or a value of another kind.
    #[must_use]
    pub fn get(&self, row: u32) -> Option<&'t str> {
        if !self.table.odd.is_empty()
            && let Some(record) = self.table.odd.get(&row)
        {
            return record.value(&self.name, self.udf)?.as_str();
        }
        self.column?.text(row as usize)
    }

    /// The value of a row as text: also a number, a date, true or false.
    #[must_use]
    pub fn any(&self, row: u32) -> Option<Cow<'t, str>> {
        if let Some(text) = self.get(row) {
            return Some(Cow::Borrowed(text));
        }
        let value = self.table.value(row, &self.name, self.udf)?;
        text_of(&value).map(|text| Cow::Owned(text.into_owned()))
    }
}

/// A text, a number, true or false as text; `None` for anything else.
pub(crate) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) => Some(Cow::Owned(crate::json::write(value))),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        _ => None,
    }
}

/// The member that a word means: `city`, or `udf.Seats` and `udf."Customer Ranking"` for a user-defined field.
///
/// ```
/// use autotask_core::table::member_name;
/// assert_eq!(member_name("udf.\"Customer Ranking\""), ("Customer Ranking", true));
/// assert_eq!(member_name("city"), ("city", false));
/// ```
#[must_use]
pub fn member_name(word: &str) -> (&str, bool) {
    match word.split_at_checked(4) {
        Some((lead, name)) if lead.eq_ignore_ascii_case("udf.") => {
            (name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name), true)
        }
        _ => (word, false),
    }
}

fn to_value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => value.into(),
        Cell::Int(value) => value.into(),
        Cell::Float(value) => value.into(),
        Cell::Text(text) => text.into(),
        // It was a value when it came.
        Cell::Json(text) => serde_json::from_str(text).unwrap_or_default(),
    }
}

/// A value as a cell; arrays and objects are written into `room`. `None` for a number that no cell holds.
fn to_cell<'v>(value: &'v Value, room: &'v mut String) -> Option<Cell<'v>> {
    Some(match value {
        Value::Null => Cell::Null,
        Value::Bool(value) => Cell::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Cell::Int(whole),
            None if number.is_u64() => return None,
            None => Cell::Float(number.as_f64()?),
        },
        Value::String(text) => Cell::Text(text),
        Value::Array(_) | Value::Object(_) => {
            *room = crate::json::write(value);
            Cell::Json(room)
        }
    })
}

/// Puts a row's members into columns; `None` when they cannot keep them, and the row has no cells then.
fn put_members(frame: &mut Frame, row: usize, record: &Record) -> Option<()> {
    // The rooms live as long as the cells that point into them.
    let mut rooms = vec![String::new(); record.len()];
    let mut members = Vec::with_capacity(record.len());
    for ((name, value), room) in record.iter().zip(&mut rooms) {
        let member = match value {
            Value::Array(entries) if name.eq_ignore_ascii_case(USER_DEFINED_FIELDS) => {
                list(entries).map(|l| Member::List(name, l))
            }
            value => to_cell(value, room).map(|cell| Member::Cell(name, cell)),
        };
        let Some(member) = member else {
            match row < frame.len() {
                true => frame.make_odd(row),
                false => frame.push_odd(),
            }
            return None;
        };
        members.push(member);
    }
    frame.put(row, members).ok()
}

/// User-defined fields as names and cells; `None` when an entry is more or less than a name and a plain value.
fn list(entries: &[Value]) -> Option<Vec<(&str, Cell<'_>)>> {
    let entry = |entry: &'_ Value| -> Option<(usize, ())> {
        let entry = entry.as_object()?;
        let mut keys = entry.keys();
        (entry.len() == 2 && keys.next()? == "name" && keys.next()? == "value").then_some((0, ()))
    };
    entries
        .iter()
        .map(|one| {
            entry(one)?;
            let cell = match &one["value"] {
                Value::Array(_) | Value::Object(_) => return None,
                Value::Null => Cell::Null,
                Value::Bool(value) => Cell::Bool(*value),
                Value::Number(number) if number.is_u64() && !number.is_i64() => return None,
                Value::Number(number) => {
                    number.as_i64().map_or_else(|| number.as_f64().map(Cell::Float), |n| Some(Cell::Int(n)))?
                }
                Value::String(text) => Cell::Text(text),
            };
            Some((one["name"].as_str()?, cell))
        })
        .collect()
}

#[cfg(test)]
mod tests;
