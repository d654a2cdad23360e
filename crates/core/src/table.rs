//! Table: rows of one entity kept here, to be filtered and sorted without a call. By id; later rows replace earlier.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::entity::EntityInfo;
use crate::field::DataType;
use crate::filter::Typed;
use crate::instant::Instant;
use crate::issue::Issue;
use crate::json;
use crate::record::{Record, boolean, number};
use crate::schema::member;
use crate::text::fold;

/// Most issues that one load reports; the rest is counted in `skipped`.
const LOAD_ISSUES_MAX: usize = 100;

/// Rows of one entity. Row numbers are stable while the table lives; a removed row leaves a gap.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Option<Record>>,
    row_of: HashMap<i64, u32>,
}

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

/// One key of a sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The field.
    pub field: String,
    /// Whether the greatest comes first. Rows without a value come last either way.
    pub descending: bool,
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

    /// Takes one row; `None` when it has no id, else its number and whether it is new.
    pub fn put(&mut self, record: Record) -> Option<(u32, bool)> {
        let id = record.id()?;
        if let Some(&row) = self.row_of.get(&id) {
            self.rows[row as usize] = Some(record);
            return Some((row, false));
        }
        let row = u32::try_from(self.rows.len()).ok()?;
        self.rows.push(Some(record));
        self.row_of.insert(id, row);
        Some((row, true))
    }

    /// Takes the rows of a query answer (`{"items":…}`), of an array, or of JSON lines.
    pub fn load(&mut self, bytes: &[u8]) -> Loaded {
        let mut loaded = Loaded::default();
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
                Err(issue) => skip(loaded, issue.at(path)),
            }
        }
    }

    fn take(&mut self, rows: Vec<Value>, path: &str, loaded: &mut Loaded) {
        self.rows.reserve(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            self.take_one(row, &format!("{path}[{index}]"), loaded);
        }
    }

    fn take_one(&mut self, row: Value, path: &str, loaded: &mut Loaded) {
        let Value::Object(map) = row else {
            return skip(loaded, Issue::error("table.not_a_row", "a row is an object").at(path));
        };
        match self.put(Record::from(map)) {
            Some((_, true)) => loaded.added += 1,
            Some((_, false)) => loaded.updated += 1,
            None => {
                skip(loaded, Issue::error("table.no_id", "a row without a whole number as `id` was left out").at(path))
            }
        }
    }

    /// Removes rows by id; answers how many there were.
    pub fn remove(&mut self, ids: impl IntoIterator<Item = i64>) -> usize {
        ids.into_iter().filter_map(|id| self.row_of.remove(&id)).map(|row| self.rows[row as usize] = None).count()
    }

    /// The row of this number, `None` when it was removed.
    #[must_use]
    pub fn row(&self, row: u32) -> Option<&Record> {
        self.rows.get(row as usize)?.as_ref()
    }

    /// The row with this id.
    #[must_use]
    pub fn by_id(&self, id: i64) -> Option<&Record> {
        self.row(*self.row_of.get(&id)?)
    }

    /// The numbers of all rows, ascending.
    #[must_use]
    pub fn all(&self) -> Vec<u32> {
        (0_u32..).zip(&self.rows).filter(|(_, row)| row.is_some()).map(|(number, _)| number).collect()
    }

    /// The numbers of the rows that match, ascending.
    #[must_use]
    pub fn filter(&self, filter: &Typed<'_>) -> Vec<u32> {
        (0_u32..)
            .zip(&self.rows)
            .filter(|(_, row)| row.as_ref().is_some_and(|row| filter.matches(row)))
            .map(|(number, _)| number)
            .collect()
    }

    /// Sorts row numbers by several fields; equal rows keep their order. Fields are compared as what they are:
    /// text folded, picklists by label, numbers and dates by value, references by the name that `name_of` gives for
    /// an (entity, id), else by id.
    pub fn sort(
        &self,
        rows: &mut [u32],
        keys: &[SortKey],
        info: &EntityInfo,
        name_of: &dyn Fn(&str, i64) -> Option<String>,
    ) {
        for key in keys.iter().rev() {
            let (name, udf) = member_name(&key.field);
            let field = info.find(name, udf);
            // The keys are made once a row, not once a comparison.
            let mut keyed: Vec<(Option<Key>, u32)> = rows
                .iter()
                .map(|&row| (self.row(row).and_then(|r| Key::of(r, (name, udf), field, name_of)), row))
                .collect();
            keyed.sort_by(|(a, _), (b, _)| match (a, b) {
                (Some(a), Some(b)) if key.descending => b.compare(a),
                (Some(a), Some(b)) => a.compare(b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            });
            for (slot, (_, row)) in rows.iter_mut().zip(keyed) {
                *slot = row;
            }
        }
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

fn skip(loaded: &mut Loaded, issue: Issue) {
    loaded.skipped += 1;
    if loaded.issues.len() < LOAD_ISSUES_MAX {
        loaded.issues.push(issue);
    }
}

/// A value to sort by.
enum Key {
    Number(f64),
    Instant(Instant),
    Text(String),
}

impl Key {
    fn of(
        row: &Record,
        (name, udf): (&str, bool),
        field: Option<&crate::field::FieldInfo>,
        name_of: &dyn Fn(&str, i64) -> Option<String>,
    ) -> Option<Key> {
        let value = row.value(name, udf)?;
        let reference = field.and_then(|f| f.reference.as_deref());
        if let Some(name) = reference.and_then(|entity| name_of(entity, row.int(name)?)) {
            return Some(Key::Text(fold(&name)));
        }
        let label = field.filter(|f| f.is_picklist).and_then(|f| f.picklist_label(row.int(name)?));
        if let Some(label) = label {
            return Some(Key::Text(fold(label)));
        }
        match field.map(|f| f.data_type) {
            Some(DataType::DateTime) => value.as_str().and_then(Instant::parse).map(Key::Instant),
            Some(DataType::Boolean) => boolean(value).map(|b| Key::Number(f64::from(u8::from(b)))),
            Some(t) if t.is_number() => number(value).map(Key::Number),
            _ => Some(Key::Text(value.as_str().map_or_else(|| value.to_string(), fold))),
        }
    }

    fn compare(&self, other: &Key) -> Ordering {
        match (self, other) {
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Instant(a), Key::Instant(b)) => a.cmp(b),
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            // One field has one kind, unless the data is of mixed types; then the kinds stand apart.
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Key::Number(_) => 0,
            Key::Instant(_) => 1,
            Key::Text(_) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Filter, Op, entity};

    fn companies() -> &'static EntityInfo {
        entity("Companies").expect("known")
    }

    fn sorted(table: &Table, field: &str, descending: bool) -> Vec<i64> {
        let mut rows = table.all();
        table.sort(&mut rows, &[SortKey { field: field.to_owned(), descending }], companies(), &|_, id| {
            Some(format!("owner {}", 9 - id))
        });
        rows.into_iter().filter_map(|r| table.row(r)?.id()).collect()
    }

    #[test]
    fn answers_arrays_and_lines_are_loaded_by_id() {
        let mut table = Table::new();
        let loaded =
            table.load(br#"{"items":[{"id":1,"companyName":"b"},{"id":2},{"name":"no id"},7],"pageDetails":{}}"#);
        assert_eq!((loaded.added, loaded.updated, loaded.skipped, loaded.issues.len()), (2, 0, 2, 2));
        assert_eq!(loaded.issues[0].path.as_deref(), Some("items[2]"));
        let loaded = table.load(b"{\"id\":1,\"companyName\":\"c\"}\n\n{\"id\":3}\n{\"id\":}\n");
        assert_eq!((loaded.added, loaded.updated, loaded.skipped), (1, 1, 1));
        assert_eq!(table.by_id(1).and_then(|r| r.text("companyName")), Some("c"));
        assert_eq!(table.load(b"[{\"id\":4}]").added, 1);
        assert_eq!(table.len(), 4);
    }

    #[test]
    fn what_is_no_table_is_an_issue() {
        for bytes in
            [&b"{\"items\":[{\"id\":1}"[..], b"nonsense", b"7", b"", &[0xff], br#"{"errors":["x"]}"#, br#"{"items":7}"#]
        {
            let loaded = Table::new().load(bytes);
            assert_eq!((loaded.added, loaded.issues.len()), (0, 1), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_removed_row_leaves_the_others_numbers_alone() {
        let mut table = Table::new();
        table.load(br#"[{"id":5},{"id":6},{"id":7}]"#);
        assert_eq!(table.remove([6, 99]), 1);
        assert_eq!(table.all(), [0, 2]);
        assert_eq!(table.row(1), None);
        assert_eq!(table.put(Record::new().with("id", 6)), Some((3, true)));
    }

    #[test]
    fn filter_and_sort_read_values_as_what_they_are() {
        let mut table = Table::new();
        table.load(
            r#"[{"id":10,"companyName":"émile","companyType":1,"createDate":"2026-01-02T00:00:00Z"},
                {"id":9,"companyName":"Zoo","companyType":4,"createDate":"2025-01-02T00:00:00.5Z"},
                {"id":100,"companyName":"acme","companyType":3},{"id":1,"companyName":null}]"#
                .as_bytes(),
        );
        assert_eq!(sorted(&table, "id", false), [1, 9, 10, 100]);
        assert_eq!(sorted(&table, "companyName", false), [100, 9, 10, 1]);
        assert_eq!(sorted(&table, "companyName", true), [10, 9, 100, 1], "rows without a value stay last");
        assert_eq!(sorted(&table, "companyType", false), [10, 9, 100, 1], "Customer, Dead, Prospect");
        assert_eq!(sorted(&table, "createDate", false), [9, 10, 100, 1]);
        table.load(br#"[{"id":10,"ownerResourceID":2},{"id":9,"ownerResourceID":1}]"#);
        assert_eq!(sorted(&table, "ownerResourceID", false), [10, 9, 100, 1], "by name, not by id");
        table.load(r#"[{"id":9,"companyName":"Zoo"},{"id":10,"companyName":"\u00e9mile"}]"#.as_bytes());
        let filter = Filter::and([Filter::condition("companyName", Op::Contains, "O")]);
        assert_eq!(table.filter(&Typed::of(&filter, companies()).expect("valid")), [1]);
    }
}
