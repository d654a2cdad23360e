//! Loading: a query answer, an array, or JSON lines. What is strict JSON goes into columns as it is read; the rest is
//! read leniently as a whole, so that it gets the same issues as everywhere.

use serde::Serialize;
use serde_json::Value;

use autotask_columns::{Data, Next, Scanner};

use super::Table;
use crate::issue::Issue;
use crate::json;
use crate::record::Record;
use crate::schema::member;

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
        match json::parse(bytes) {
            Ok(Value::Array(rows)) => self.take(rows, "", &mut loaded),
            Ok(Value::Object(mut map)) => {
                let key = map.keys().find(|k| k.eq_ignore_ascii_case("items")).cloned();
                match key.and_then(|k| map.remove(&k)) {
                    Some(Value::Array(rows)) => self.take(rows, "items", &mut loaded),
                    Some(_) => loaded.issues.push(Issue::error("table.malformed", "`items` is not a list")),
                    None => {
                        let failed = member(&Value::Object(map.clone()), "errors").is_some();
                        if failed {
                            loaded.issues.push(
                                Issue::error("table.malformed", "this answer holds errors, not rows")
                                    .hint("see `readResponse`"),
                            );
                        } else {
                            self.take(vec![Value::Object(map)], "", &mut loaded);
                        }
                    }
                }
            }
            Ok(_) => loaded.issues.push(Issue::error("table.malformed", "rows are objects; this is a single value")),
            Err(issue) => self.load_lines(bytes, issue, &mut loaded),
        }
        loaded
    }

    /// Reads an array of rows in strict JSON into columns; false, and nothing is changed, when it is something else.
    fn load_strict(&mut self, text: &str, loaded: &mut Loaded) -> bool {
        let mut scanner = Scanner::new(text);
        let path = if text.trim_start().starts_with('[') { "" } else { "items" };
        if !scanner.open("items") {
            return false;
        }
        let base = self.frame.len();
        let mut is_row = Vec::new();
        let is_read =
            self.read_rows(&mut scanner, &mut is_row) && scanner.close() && u32::try_from(self.frame.len()).is_ok();
        if !is_read {
            self.frame.truncate(base);
            self.odd.split_off(&row_number(base));
            return false;
        }
        self.settle(base, &is_row, path, loaded);
        true
    }

    /// Reads the elements of an array up to its end, and notes which of them were rows.
    fn read_rows(&mut self, scanner: &mut Scanner<'_>, is_row: &mut Vec<bool>) -> bool {
        if scanner.peek() == Some(b']') {
            return true;
        }
        loop {
            match self.frame.read(scanner) {
                Next::Row => is_row.push(true),
                Next::Odd(text) => {
                    let Ok(Value::Object(map)) = json::parse(text.as_bytes()) else { return false };
                    self.odd.insert(row_number(self.frame.len() - 1), Record::from(map));
                    is_row.push(true);
                }
                Next::NoRow => is_row.push(false),
                Next::Unsure => return false,
            }
            if scanner.peek() == Some(b']') {
                return true;
            }
            if !scanner.comma() {
                return false;
            }
        }
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
        self.odd.split_off(&row_number(to));
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

    /// JSON lines: one row a line. `whole` is what was wrong with the bytes as one document.
    fn load_lines(&mut self, bytes: &[u8], whole: Issue, loaded: &mut Loaded) {
        let lines =
            || bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).enumerate().filter(|(_, line)| !line.is_empty());
        let first = lines().next().map(|(_, line)| json::parse(line));
        if !matches!(first, Some(Ok(Value::Object(_)))) || lines().nth(1).is_none() {
            loaded.issues.push(whole);
            return;
        }
        for (number, line) in lines() {
            let path = format!("line {}", number + 1);
            match json::parse(line) {
                Ok(row) => self.take_one(row, &path, loaded),
                Err(issue) => loaded.skip(|| issue.at(path)),
            }
        }
    }

    fn take(&mut self, rows: Vec<Value>, path: &str, loaded: &mut Loaded) {
        for (index, row) in rows.into_iter().enumerate() {
            self.take_one(row, &format!("{path}[{index}]"), loaded);
        }
    }

    fn take_one(&mut self, row: Value, path: &str, loaded: &mut Loaded) {
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

fn not_a_row() -> Issue {
    Issue::error("table.not_a_row", "a row is an object")
}

fn no_id() -> Issue {
    Issue::error("table.no_id", "a row without a whole number as `id` was left out")
}

/// Rows are counted in 32 bits; a load of more is refused before they get numbers.
fn row_number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}
