//! Own fields: the values of user-defined fields, read beside the rows that they belong to.
//!
//! They are sorted by row, as the rows of an answer are, so one walk finds them all; where the next row is far away,
//! the walk begins anew there. That takes a third of the time of a list of 500 ids, which is a new statement each time.

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::{Row, Rows};

use super::lines::write_text;

/// The walk's statement: values from some row on.
pub(super) const FROM_ROW: &str =
    "SELECT \"row\", \"definition\", \"text\" FROM \"_udf\" WHERE \"row\" >= ?1 ORDER BY \"row\", \"definition\"";
/// Values of other rows that are walked over before the walk begins anew, which costs about as much.
const STEPS_MAX: usize = 16;

/// The values of one row, as JSON.
pub(super) struct OwnFields {
    /// The fields that are wanted.
    definitions: Vec<i64>,
    /// One value after the other.
    json: Vec<u8>,
    /// Where the value of each field is in `json`.
    found: Vec<Option<(usize, usize)>>,
}

impl OwnFields {
    pub(super) fn new(definitions: Vec<i64>) -> OwnFields {
        OwnFields { json: Vec::new(), found: vec![None; definitions.len()], definitions }
    }

    /// Whether any field is wanted.
    pub(super) fn are_wanted(&self) -> bool {
        !self.definitions.is_empty()
    }

    /// Reads the values of a row from a walk that is before them; false when they are too far away.
    pub(super) fn read(&mut self, walk: &mut Rows<'_>, row: i64) -> rusqlite::Result<bool> {
        self.json.clear();
        self.found.fill(None);
        for _ in 0..STEPS_MAX {
            match walk.get() {
                None => return Ok(true),
                Some(value) if value.get::<_, i64>(0)? < row => walk.advance()?,
                Some(_) => break,
            }
        }
        while let Some(value) = walk.get() {
            let at: i64 = value.get(0)?;
            if at != row {
                return Ok(at > row);
            }
            self.take(value)?;
            walk.advance()?;
        }
        Ok(true)
    }

    fn take(&mut self, value: &Row<'_>) -> rusqlite::Result<()> {
        let definition: i64 = value.get(1)?;
        let Some(at) = self.definitions.iter().position(|wanted| *wanted == definition) else { return Ok(()) };
        let start = self.json.len();
        write_text(&mut self.json, value.get_ref(2)?.as_bytes()?);
        self.found[at] = Some((start, self.json.len()));
        Ok(())
    }

    /// The values that were read, each with its place among the wanted fields.
    pub(super) fn values(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.found.iter().enumerate().filter_map(|(at, found)| found.map(|(start, end)| (at, &self.json[start..end])))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::{Connection, params};
    use serde_json::{Value, json};

    use crate::store::buffers::Buffers;
    use crate::store::lines::Wanted;
    use crate::store::rows::{self, Row, Shown};
    use crate::store::sql::Where;
    use crate::store::{lines, prepare, schema};
    use crate::tenant::{Definition, Tenant};

    fn definition(id: i64, name: &str) -> Definition {
        Definition { id, name: name.to_owned(), udf_type: 1, data_type: 1, is_required: false, items: Vec::new() }
    }

    /// A row: how far it is from the one before, its two values, and whether other rows' values lie between.
    type Made = (i64, Option<String>, Option<String>, bool);

    fn made() -> impl Strategy<Value = Vec<Made>> {
        let text = || proptest::option::of("[a-z\"\u{e9}]{0,3}");
        proptest::collection::vec((1..60_i64, text(), text(), any::<bool>()), 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whatever lies between the rows, each one has its own values, in either direction and with any page size.
        #[test]
        fn each_row_has_its_own_values(made in made(), descending: bool, count in 0..14_usize) {
            let tenant = Tenant::new(&[definition(7, "Later"), definition(3, "Sooner")]);
            let table = tenant.named("Companies");
            let connection = Connection::open_in_memory().expect("memory");
            prepare(&connection).expect("prepared");
            connection.execute_batch(&schema::tables()).expect("tables");
            let mut expected = Vec::new();
            let mut id = 0;
            for (gap, later, sooner, is_crowded) in &made {
                for other in (id + 1..id + gap).filter(|_| *is_crowded) {
                    let sql = "INSERT INTO \"_udf\" (\"row\", \"definition\", \"text\", \"folded\") VALUES (?1, 9, 'no', 'no')";
                    connection.execute(sql, params![other]).expect("inserted");
                }
                id += gap;
                let mut row = Row::new(table);
                row.set("id", id);
                for (name, value) in [("Later", later), ("Sooner", sooner)] {
                    if let Some(value) = value {
                        row.set_udf(name, value.as_str());
                    }
                }
                rows::insert(&connection, &row).expect("inserted");
                expected.push(json!([id, later, sooner]));
            }
            if descending {
                expected.reverse();
            }
            expected.truncate(count);
            let wanted = Wanted {
                table,
                shown: &Shown::all(table),
                condition: &Where::everything(),
                descending,
                limit: None,
                written: count,
                outlet: None,
            };
            let list = lines::list(&connection, &Buffers::default(), &wanted);
            let mut text = list.expect("listed").into_items(descending).to_vec();
            text.extend_from_slice(b"]}");
            let answer: Value = serde_json::from_slice(&text).expect("JSON");
            let value = |row: &Value, name: &str| {
                let own = row["userDefinedFields"].as_array().expect("a list");
                own.iter().find(|field| field["name"] == name).expect("the field")["value"].clone()
            };
            let mut found: Vec<Value> = answer["items"].as_array().expect("a list").iter()
                .map(|row| json!([row["id"], value(row, "Later"), value(row, "Sooner")]))
                .collect();
            // A page before another is read backwards and shown forwards.
            if descending {
                found.reverse();
            }
            prop_assert_eq!(found, expected);
        }
    }
}
