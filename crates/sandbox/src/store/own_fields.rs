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
