//! Column: the values of one member, by row. What kind of values they are is learnt from the values.

use std::collections::HashSet;

use crate::texts::Texts;
use crate::time::{self, LONGEST};
use crate::{Bits, Cell, Misfit, number};

/// The values of one member, by row.
#[derive(Clone, Debug, Default)]
pub struct Column {
    valid: Bits,
    data: Data,
}

/// The values; those of rows that have none mean nothing.
#[derive(Clone, Debug, Default)]
pub enum Data {
    /// No value has come yet.
    #[default]
    Empty,
    /// True or false.
    Bool(Bits),
    /// Whole numbers of 32 bits.
    Int32(Vec<i32>),
    /// Whole numbers.
    Int64(Vec<i64>),
    /// Numbers, and which of them were written without a fraction.
    Float(Vec<f64>, Bits),
    /// Points in time in ticks of 100 ns since 1970, and how each was written.
    Time(Vec<i64>, Vec<u8>),
    /// Texts.
    Text(Texts),
    /// Arrays and objects as JSON text.
    Json(Texts),
}

impl Column {
    /// The rows that have a value.
    #[must_use]
    pub fn valid(&self) -> &Bits {
        &self.valid
    }

    /// The values.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// A column from its parts; `None` when there are fewer values than rows that have one.
    #[must_use]
    pub fn from_parts(valid: Bits, data: Data) -> Option<Column> {
        let last = valid.indices().last().map_or(0, |row| *row as usize + 1);
        (last <= data.rows()).then_some(Column { valid, data })
    }

    /// Sets a row's value.
    ///
    /// # Errors
    ///
    /// [`Misfit`] when it is of another kind than the values before it; the row has none then.
    pub fn put(&mut self, row: usize, cell: Cell<'_>) -> Result<(), Misfit> {
        let put = self.put_value(row, cell);
        self.valid.set(row, put.is_ok() && cell != Cell::Null);
        put
    }

    fn put_value(&mut self, row: usize, cell: Cell<'_>) -> Result<(), Misfit> {
        match (&mut self.data, cell) {
            (_, Cell::Null) => {}
            (Data::Bool(values), Cell::Bool(value)) => values.set(row, value),
            (Data::Int32(values), Cell::Int(value)) => match i32::try_from(value) {
                Ok(value) => set(values, row, value),
                Err(_) => {
                    let mut wide: Vec<i64> = values.iter().map(|value| i64::from(*value)).collect();
                    set(&mut wide, row, value);
                    self.data = Data::Int64(wide);
                }
            },
            (Data::Int64(values), Cell::Int(value)) => set(values, row, value),
            (Data::Int32(_) | Data::Int64(_), Cell::Float(value)) => {
                self.int_to_float()?;
                self.put_value(row, Cell::Float(value))?;
            }
            (Data::Float(values, whole), Cell::Float(value)) => {
                whole.set(row, false);
                set(values, row, value);
            }
            (Data::Float(values, whole), Cell::Int(value)) => {
                set(values, row, number::to_float(value).ok_or(Misfit)?);
                whole.set(row, true);
            }
            (Data::Time(ticks, forms), Cell::Text(text)) => match time::read(text) {
                Some((tick, form)) => {
                    set(forms, row, form);
                    set(ticks, row, tick);
                }
                None => {
                    self.time_to_text()?;
                    self.put_value(row, cell)?;
                }
            },
            (Data::Text(texts), Cell::Text(text)) | (Data::Json(texts), Cell::Json(text)) => texts.put(row, text)?,
            (Data::Empty, _) => {
                self.data = match cell {
                    Cell::Bool(_) => Data::Bool(Bits::default()),
                    Cell::Int(_) => Data::Int32(Vec::new()),
                    Cell::Float(_) => Data::Float(Vec::new(), Bits::default()),
                    Cell::Text(text) if time::read(text).is_some() => Data::Time(Vec::new(), Vec::new()),
                    Cell::Text(_) => Data::Text(Texts::default()),
                    Cell::Json(_) => Data::Json(Texts::default()),
                    Cell::Null => return Ok(()),
                };
                self.put_value(row, cell)?;
            }
            _ => return Err(Misfit),
        }
        Ok(())
    }

    fn int_to_float(&mut self) -> Result<(), Misfit> {
        let values = match &self.data {
            Data::Int32(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Data::Int64(values) => {
                values.iter().map(|value| number::to_float(*value)).collect::<Option<_>>().ok_or(Misfit)?
            }
            _ => return Err(Misfit),
        };
        self.data = Data::Float(values, self.valid.clone());
        Ok(())
    }

    fn time_to_text(&mut self) -> Result<(), Misfit> {
        let mut texts = Texts::default();
        for row in self.valid.indices() {
            let mut room = [0; LONGEST];
            if let Data::Time(ticks, forms) = &self.data {
                texts.put(row as usize, time::write(ticks[row as usize], forms[row as usize], &mut room))?;
            }
        }
        self.data = Data::Text(texts);
        Ok(())
    }

    /// Lends a row's value to `read`.
    pub fn with<T>(&self, row: usize, read: impl FnOnce(Cell<'_>) -> T) -> T {
        if !self.valid.get(row) {
            return read(Cell::Null);
        }
        match &self.data {
            Data::Empty => read(Cell::Null),
            Data::Bool(values) => read(Cell::Bool(values.get(row))),
            Data::Int32(values) => read(Cell::Int(values[row].into())),
            Data::Int64(values) => read(Cell::Int(values[row])),
            Data::Float(values, whole) => {
                let as_whole = number::to_whole(values[row]).filter(|_| whole.get(row));
                read(as_whole.map_or(Cell::Float(values[row]), Cell::Int))
            }
            Data::Time(ticks, forms) => read(Cell::Text(time::write(ticks[row], forms[row], &mut [0; LONGEST]))),
            Data::Text(texts) => read(texts.entry_of(row).map_or(Cell::Null, |entry| Cell::Text(texts.entry(entry)))),
            Data::Json(texts) => read(texts.entry_of(row).map_or(Cell::Null, |entry| Cell::Json(texts.entry(entry)))),
        }
    }

    /// A row's text, where the column holds texts.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        match &self.data {
            Data::Text(texts) if self.valid.get(row) => texts.entry_of(row).map(|entry| texts.entry(entry)),
            _ => None,
        }
    }

    /// Copies one row's value over another's.
    ///
    /// # Errors
    ///
    /// [`Misfit`] when the column is full.
    pub fn copy(&mut self, from: usize, to: usize) -> Result<(), Misfit> {
        if !self.valid.get(from) {
            self.valid.set(to, false);
            return Ok(());
        }
        match &mut self.data {
            Data::Empty => {}
            Data::Bool(values) => {
                let value = values.get(from);
                values.set(to, value);
            }
            Data::Int32(values) => values[to] = values[from],
            Data::Int64(values) => values[to] = values[from],
            Data::Float(values, whole) => {
                let is_whole = whole.get(from);
                whole.set(to, is_whole);
                values[to] = values[from];
            }
            Data::Time(ticks, forms) => {
                ticks[to] = ticks[from];
                forms[to] = forms[from];
            }
            Data::Text(texts) | Data::Json(texts) => {
                let text = texts.entry_of(from).map_or("", |entry| texts.entry(entry)).to_owned();
                texts.put(to, &text)?;
            }
        }
        self.valid.set(to, true);
        Ok(())
    }

    /// Forgets the rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.valid.truncate(rows);
        match &mut self.data {
            Data::Empty => {}
            Data::Bool(values) => values.truncate(rows),
            Data::Int32(values) => values.truncate(rows),
            Data::Int64(values) => values.truncate(rows),
            Data::Float(values, whole) => {
                values.truncate(rows);
                whole.truncate(rows);
            }
            Data::Time(ticks, forms) => {
                ticks.truncate(rows);
                forms.truncate(rows);
            }
            Data::Text(texts) | Data::Json(texts) => texts.truncate(rows),
        }
    }

    /// The rows whose whole number or tick lies in a range, both ends included. None in a column of other values.
    #[must_use]
    pub fn in_range(&self, low: i64, high: i64) -> Bits {
        let mut found = match &self.data {
            Data::Int32(values) => {
                let (from, to) = (low.max(i32::MIN.into()), high.min(i32::MAX.into()));
                match (i32::try_from(from), i32::try_from(to)) {
                    (Ok(from), Ok(to)) if from <= to => range32(values, from, to),
                    _ => Bits::default(),
                }
            }
            Data::Int64(values) | Data::Time(values, _) => range64(values, low, high),
            _ => Bits::default(),
        };
        found.and(&self.valid);
        found
    }

    /// The rows whose number with a fraction lies in a range, both ends included.
    #[must_use]
    pub fn in_float_range(&self, low: f64, high: f64) -> Bits {
        let Data::Float(values, _) = &self.data else { return Bits::default() };
        let mut found = Bits::of_flags(
            |from, chunk| {
                for (flag, value) in chunk.iter_mut().zip(&values[from..]) {
                    *flag = u8::from(*value >= low && *value <= high);
                }
            },
            values.len(),
        );
        found.and(&self.valid);
        found
    }

    /// The rows whose whole number or tick is one of these.
    #[must_use]
    pub fn one_of(&self, sought: &[i64]) -> Bits {
        let (Some(&low), Some(&high)) = (sought.iter().min(), sought.iter().max()) else { return Bits::default() };
        // Ids stand near each other: a bit for each number from the lowest to the highest, where that is not too many.
        let span = high.wrapping_sub(low).unsigned_abs();
        let mut found = match &self.data {
            Data::Int32(values) if sought.len() <= 4 => few(values, sought),
            Data::Int32(values) if span < SPAN_MAX => listed(values, low, &bitmap(sought, low)),
            Data::Int64(values) | Data::Time(values, _) if span < SPAN_MAX => listed(values, low, &bitmap(sought, low)),
            data => {
                let set: HashSet<i64, rustc_hash::FxBuildHasher> = sought.iter().copied().collect();
                let value = |row: usize| match data {
                    Data::Int32(values) => values.get(row).copied().map(i64::from),
                    Data::Int64(values) | Data::Time(values, _) => values.get(row).copied(),
                    _ => None,
                };
                let mut found = Bits::default();
                for row in self.valid.indices() {
                    if value(row as usize).is_some_and(|value| set.contains(&value)) {
                        found.set(row as usize, true);
                    }
                }
                found
            }
        };
        found.and(&self.valid);
        found
    }
}

/// Lists of numbers that are further apart are looked up by hash.
const SPAN_MAX: u64 = 1 << 16;

/// The numbers of a list as bits from the lowest on, with an empty word at the end.
fn bitmap(sought: &[i64], low: i64) -> Vec<u64> {
    let mut set = Bits::default();
    for value in sought {
        set.set(usize::try_from(value - low).unwrap_or(0), true);
    }
    let mut words = set.words().to_vec();
    words.push(0);
    words
}

fn listed<T: Copy + Into<i64>>(values: &[T], low: i64, words: &[u64]) -> Bits {
    let last = words.len() - 1;
    Bits::of_flags(
        |from, chunk| {
            for (flag, value) in chunk.iter_mut().zip(&values[from..]) {
                // What lies below the lowest is far above as a number without sign, and meets the empty word.
                let at = (*value).into().wrapping_sub(low).cast_unsigned();
                let word = words[usize::try_from(at / 64).unwrap_or(last).min(last)];
                *flag = (word >> (at % 64) & 1) as u8;
            }
        },
        values.len(),
    )
}

/// The rows whose number is one of at most four.
fn few(values: &[i32], sought: &[i64]) -> Bits {
    let mut four = [0; 4];
    let mut count = 0;
    for value in sought.iter().filter_map(|value| i32::try_from(*value).ok()) {
        four[count] = value;
        count += 1;
    }
    if count == 0 {
        return Bits::default();
    }
    for place in count..4 {
        four[place] = four[0];
    }
    let [a, b, c, d] = four;
    Bits::of_flags(
        |from, chunk| {
            for (flag, value) in chunk.iter_mut().zip(&values[from..]) {
                *flag = u8::from(*value == a) | u8::from(*value == b) | u8::from(*value == c) | u8::from(*value == d);
            }
        },
        values.len(),
    )
}

impl Data {
    /// For how many rows there is room.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Data::Empty => 0,
            Data::Bool(_) => usize::MAX,
            Data::Int32(values) => values.len(),
            Data::Int64(values) => values.len(),
            Data::Float(values, _) => values.len(),
            Data::Time(ticks, forms) => ticks.len().min(forms.len()),
            Data::Text(texts) | Data::Json(texts) => texts.rows(),
        }
    }
}

fn range32(values: &[i32], low: i32, high: i32) -> Bits {
    Bits::of_flags(
        |from, chunk| {
            for (flag, value) in chunk.iter_mut().zip(&values[from..]) {
                *flag = u8::from(*value >= low) & u8::from(*value <= high);
            }
        },
        values.len(),
    )
}

fn range64(values: &[i64], low: i64, high: i64) -> Bits {
    Bits::of_flags(
        |from, chunk| {
            for (flag, value) in chunk.iter_mut().zip(&values[from..]) {
                *flag = u8::from(*value >= low) & u8::from(*value <= high);
            }
        },
        values.len(),
    )
}

fn set<T: Copy + Default>(values: &mut Vec<T>, row: usize, value: T) {
    if row == values.len() {
        values.push(value);
    } else {
        if row > values.len() {
            values.resize(row + 1, T::default());
        }
        values[row] = value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn owned(cell: Cell<'_>) -> String {
        format!("{cell:?}")
    }

    proptest! {
        #[test]
        fn a_column_gives_back_what_it_took(
            cells in proptest::collection::vec((0_usize..40, prop_oneof![
                Just("null".to_owned()),
                "(-1|0|1|5000000000|9007199254740993|-9223372036854775808)",
                "(0\\.5|-2\\.25|3\\.0)",
                "\"(2026-01-02T03:04:05(\\.[0-9]{1,7})?Z?|a|b|)\"",
                "(true|false)",
                "\\[1\\]",
            ]), 0..60),
            kind in 0..6_usize,
        ) {
            let mut column = Column::default();
            let mut wanted: Vec<Option<String>> = Vec::new();
            for (row, text) in cells {
                let cell = match text.as_bytes()[0] {
                    b'n' => Cell::Null,
                    b'"' => Cell::Text(&text[1..text.len() - 1]),
                    b't' => Cell::Bool(true),
                    b'f' => Cell::Bool(false),
                    b'[' => Cell::Json(&text),
                    _ => crate::number::read(&text).expect("a number").0,
                };
                // Mostly one kind, so that columns live long.
                let is_kind = matches!((kind, cell), (0, Cell::Int(_)) | (1, Cell::Float(_) | Cell::Int(_)) | (2 | 3, Cell::Text(_)) | (4, Cell::Bool(_)) | (5, _) | (_, Cell::Null));
                if is_kind {
                    let put = column.put(row, cell);
                    wanted.resize(wanted.len().max(row + 1), None);
                    wanted[row] = (put.is_ok() && cell != Cell::Null).then(|| owned(cell));
                    if kind < 5 && !matches!(cell, Cell::Int(9_007_199_254_740_993 | i64::MIN)) && !matches!(cell, Cell::Float(_)) {
                        prop_assert!(put.is_ok());
                    }
                }
            }
            for (row, cell) in wanted.iter().enumerate() {
                let got = column.with(row, |got| (got != Cell::Null).then(|| owned(got)));
                prop_assert_eq!(&got, cell);
            }
            let (low, high) = (0, 5_000_000_000);
            let found = column.in_range(low, high);
            let listed = column.one_of(&[-1, 0, 1, 2, 5_000_000_000]);
            for row in 0..wanted.len() {
                if let (Data::Int32(_) | Data::Int64(_), Cell::Int(value)) = (column.data(), column.with(row, |c| if let Cell::Int(v) = c { Cell::Int(v) } else { Cell::Null })) {
                    prop_assert_eq!(found.get(row), (low..=high).contains(&value));
                    prop_assert_eq!(listed.get(row), [-1, 0, 1, 2, 5_000_000_000].contains(&value));
                } else if !matches!(column.data(), Data::Time(..)) {
                    prop_assert!(!found.get(row));
                }
            }
        }
    }
}
