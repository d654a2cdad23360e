//! Loading: a query answer, an array, or JSON lines. What is strict JSON goes into columns as it is read; the rest is
//! read leniently as a whole, so that it gets the same issues as everywhere.

use serde::Serialize;
use serde_json::Value;

use autotask_columns::{Data, Next, Place, Scanner};

use super::Table;
use crate::issue::Issue;
use crate::json;
use crate::record::Record;
use crate::rows::{self, ITEMS, not_a_row};

/// Most issues that one load reports; the rest is counted in `skipped`.
const LOAD_ISSUES_MAX: usize = 100;

/// What a load did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Loaded {
    /// Rows that are new.
    pub added: usize,
    /// Rows that replaced one with the same id.
    pub updated: usize,
    /// Rows that were left out.
    pub skipped: usize,
    /// Why; at most 100.
    pub issues: Vec<Issue>,
}

impl Loaded {
    fn skip(&mut self, issue: impl FnOnce() -> Issue) {
        self.skipped += 1;
        if self.issues.len() < LOAD_ISSUES_MAX {
            self.issues.push(issue());
        }
    }
}

impl Table {
    /// Takes the rows of a query answer (`{"items":…}`), of an array, or of JSON lines.
    pub fn load(&mut self, bytes: &[u8]) -> Loaded {
        let mut loaded = Loaded::default();
        let text = std::str::from_utf8(bytes).ok().map(|text| text.trim_start_matches('\u{feff}'));
        if text.is_some_and(|text| self.load_strict(text, &mut loaded)) {
            return loaded;
        }
        let read = rows::each(bytes, &mut |row, path| match row {
            Ok(row) => self.take(row, path, &mut loaded),
            Err(issue) => loaded.skip(|| issue.at(path)),
        });
        loaded.issues.extend(read.err());
        loaded
    }

    /// Reads rows in strict JSON into columns; false, and nothing is changed, when it is something else.
    fn load_strict(&mut self, text: &str, loaded: &mut Loaded) -> bool {
        let base = self.frame.len();
        let mut is_row = Vec::new();
        let place = Scanner::new(text).rows(ITEMS, &mut |scanner, _| self.read_row(scanner, &mut is_row));
        let Some(place) = place.filter(|_| u32::try_from(self.frame.len()).is_ok()) else {
            self.frame.truncate(base);
            self.odd.retain(|row, _| *row < row_number(base));
            return false;
        };
        self.settle(base, &is_row, if place == Place::Member { ITEMS } else { "" }, loaded);
        true
    }

    /// Reads an element of the list of rows, and notes whether it was a row.
    fn read_row(&mut self, scanner: &mut Scanner<'_>, is_row: &mut Vec<bool>) -> Option<()> {
        let next = self.frame.read(scanner)?;
        if let Next::Odd(text) = next {
            let Ok(Value::Object(map)) = json::parse(text.as_bytes()) else { return None };
            self.odd.insert(row_number(self.frame.len() - 1), Record::from(map));
        }
        is_row.push(next != Next::NoRow);
        Some(())
    }

    /// Gives the rows from `base` on their places: a new id stays, a known one goes over the row it had.
    fn settle(&mut self, base: usize, is_row: &[bool], path: &str, loaded: &mut Loaded) {
        self.row_of.reserve(is_row.len());
        let (mut from, mut to) = (base, base);
        for (index, is_row) in is_row.iter().enumerate() {
            let at = || format!("{path}[{index}]");
            if !is_row {
                loaded.skip(|| not_a_row().at(at()));
                continue;
            }
            match self.staged_id(from) {
                None => loaded.skip(|| no_id().at(at())),
                Some(id) => match self.row_of.get(&id).copied() {
                    Some(row) => {
                        self.move_row(from, row as usize);
                        loaded.updated += 1;
                    }
                    None => {
                        self.move_row(from, to);
                        self.keep(id, row_number(to));
                        to += 1;
                        loaded.added += 1;
                    }
                },
            }
            from += 1;
        }
        self.frame.truncate(to);
        self.odd.retain(|row, _| *row < row_number(to));
    }

    fn staged_id(&self, row: usize) -> Option<i64> {
        if let Some(record) = self.odd.get(&row_number(row)) {
            return record.id();
        }
        let column = self.frame.column("id", false)?;
        match column.data() {
            Data::Int32(values) if column.valid().get(row) => values.get(row).copied().map(i64::from),
            Data::Int64(values) if column.valid().get(row) => values.get(row).copied(),
            // Numbers as text, or with a fraction: as a record reads them.
            _ => column.with(row, |cell| crate::record::whole(&super::to_value(cell))),
        }
    }

    fn move_row(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let (source, target) = (row_number(from), row_number(to));
        match self.odd.remove(&source) {
            Some(record) => {
                self.frame.make_odd(to);
                self.odd.insert(target, record);
            }
            None => {
                self.odd.remove(&target);
                if self.frame.copy(from, to).is_err() {
                    // A full column: the row is kept whole.
                    self.alive.set(from, true);
                    let record = self.row(source).unwrap_or_default();
                    self.alive.set(from, false);
                    self.frame.make_odd(to);
                    self.odd.insert(target, record);
                }
            }
        }
    }

    fn take(&mut self, row: Value, path: &str, loaded: &mut Loaded) {
        let Value::Object(map) = row else {
            return loaded.skip(|| not_a_row().at(path));
        };
        match self.put(Record::from(map)) {
            Some((_, true)) => loaded.added += 1,
            Some((_, false)) => loaded.updated += 1,
            None => loaded.skip(|| no_id().at(path)),
        }
    }
}

fn no_id() -> Issue {
    Issue::error("table.no_id", "a row without a whole number as `id` was left out")
}

/// Rows are counted in 32 bits; a load of more is refused before they get numbers.
fn row_number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}
