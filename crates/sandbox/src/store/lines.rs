//! Lines: the rows of an answer, from SQLite's cells straight to JSON text in one buffer.
//!
//! Trees of half a million members for a page of 500 companies cost three times what SQLite takes to find them, and
//! so much text is worth writing only once, where it is sent from.

use std::mem;

use autotask_core::{DataType, Instant};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use super::buffers::{Buffer, Buffers};
use super::own_fields::{FROM_ROW, OwnFields};
use super::rows::Shown;
use super::schema::quoted;
use super::sql::Where;
use crate::outlet::Outlet;
use crate::tenant::Table;

/// What stands before the rows, so that a page need not be copied behind it.
const LEAD: &[u8] = b"{\"items\":[";

/// What goes ahead at once, at least: with less there is more waking up than sending, with more the last piece waits
/// longer (measured from 48 to 300 KiB).
const PIECE_BYTES: usize = 200 * 1024;

/// Which rows are wanted, and how.
pub(crate) struct Wanted<'a> {
    pub(crate) table: &'a Table,
    pub(crate) shown: &'a Shown,
    pub(crate) condition: &'a Where,
    pub(crate) descending: bool,
    /// Rows that are looked for.
    pub(crate) limit: Option<u32>,
    /// Rows that are written; of those beyond only the ids are kept.
    pub(crate) written: usize,
    /// Where rows go ahead, and then the answer is only what was left of them; not for rows that are reversed.
    pub(crate) outlet: Option<&'a Outlet>,
}

/// The rows of an answer as JSON.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The ids, in the order in which the rows were found.
    pub(crate) ids: Vec<i64>,
    /// The lead, and the rows with commas between.
    json: Buffer,
    /// Where each row ends in `json`.
    ends: Vec<usize>,
}

impl Lines {
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// `{"items":[` and the rows with commas between, the last one first if `reversed`.
    pub(crate) fn into_items(self, reversed: bool) -> Buffer {
        if !reversed {
            return self.json;
        }
        let mut out = self.json.another();
        out.extend_from_slice(LEAD);
        for index in (0..self.ends.len()).rev() {
            out.extend_from_slice(self.row(index));
            if index > 0 {
                out.push(b',');
            }
        }
        out
    }

    /// The first row, if there is one.
    pub(crate) fn first(&self) -> Option<&[u8]> {
        (!self.ends.is_empty()).then(|| self.row(0))
    }

    fn row(&self, index: usize) -> &[u8] {
        // One byte for the comma.
        let start = index.checked_sub(1).map_or(LEAD.len(), |before| self.ends[before] + 1);
        &self.json[start..self.ends[index]]
    }
}

/// A row whose values are all null, as text, and where the nulls stand. Rows are this text with values in the places
/// of some nulls: what is between two values is copied as one piece.
struct Blank {
    text: Vec<u8>,
    /// Where each `null` begins: the fields', then the user-defined fields'.
    nulls: Vec<usize>,
}

impl Blank {
    fn new(table: &Table, shown: &Shown) -> Blank {
        let mut blank = Blank { text: b"{".to_vec(), nulls: Vec::new() };
        for at in &shown.fields {
            write_json(&mut blank.text, &table.info.fields[*at].name);
            blank.text.push(b':');
            blank.push_null(b",");
        }
        blank.text.extend_from_slice(b"\"userDefinedFields\":[");
        for (index, at) in shown.udfs.iter().enumerate() {
            blank.text.extend_from_slice(if index > 0 { b",{\"name\":" } else { b"{\"name\":" });
            write_json(&mut blank.text, &table.info.user_defined_fields[*at].name);
            blank.text.extend_from_slice(b",\"value\":");
            blank.push_null(b"}");
        }
        blank.text.extend_from_slice(b"]}");
        blank
    }

    fn push_null(&mut self, after: &[u8]) {
        self.nulls.push(self.text.len());
        self.text.extend_from_slice(b"null");
        self.text.extend_from_slice(after);
    }
}

/// A row as it is written: how much of the blank one has gone out.
struct Pen<'a> {
    blank: &'a Blank,
    done: usize,
    out: &'a mut Vec<u8>,
}

impl Pen<'_> {
    /// Goes on to this null and beyond it; what is written next stands in its place.
    fn go_to(&mut self, null: usize) {
        let start = self.blank.nulls[null];
        self.out.extend_from_slice(&self.blank.text[self.done..start]);
        self.done = start + b"null".len();
    }

    fn end(self) {
        self.out.extend_from_slice(&self.blank.text[self.done..]);
    }
}

/// The rows that match, by id.
pub(crate) fn list(connection: &Connection, buffers: &Buffers, wanted: &Wanted<'_>) -> rusqlite::Result<Lines> {
    let Wanted { table, shown, condition, descending, limit, written, outlet } = *wanted;
    let types: Vec<DataType> = shown.fields.iter().map(|at| table.info.fields[*at].data_type).collect();
    // The id is needed in any case, and mostly the first field.
    let skipped = usize::from(shown.fields.first() != Some(&table.id));
    let mut columns = vec![quoted("id")];
    columns.extend(shown.fields.iter().skip(1 - skipped).map(|at| quoted(&table.info.fields[*at].name)));
    let sql = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY \"id\"{}{}",
        columns.join(", "),
        quoted(table.info.name),
        condition.sql,
        if descending { " DESC" } else { "" },
        limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default(),
    );
    let blank = Blank::new(table, shown);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&condition.values))?;
    let mut own = OwnFields::new(shown.udfs.iter().map(|at| table.definitions[*at]).collect());
    let mut own_statement = connection.prepare_cached(FROM_ROW)?;
    let mut own_walk = None;
    let mut json = buffers.take();
    json.extend_from_slice(LEAD);
    let mut lines = Lines { ids: Vec::new(), json, ends: Vec::new() };
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        lines.ids.push(id);
        if lines.ids.len() > written {
            continue;
        }
        if lines.ids.len() > 1 {
            lines.json.push(b',');
        }
        let mut pen = Pen { blank: &blank, done: 0, out: &mut lines.json };
        for (index, data_type) in types.iter().enumerate() {
            // Not `?`: that would copy each cell once more, and there are thirty thousand.
            match row.get_ref(index + skipped) {
                Err(cause) => return Err(cause),
                Ok(ValueRef::Null) => {}
                // Lists leave base64 data out.
                Ok(_) if *data_type == DataType::Bytes && !shown.data => {}
                Ok(cell) => {
                    pen.go_to(index);
                    write_cell(pen.out, cell, *data_type);
                }
            }
        }
        if own.are_wanted() {
            let is_read = match &mut own_walk {
                Some(walk) if !descending => own.read(walk, id)?,
                _ => false,
            };
            if !is_read {
                // The one before has to be gone, since it is of the same statement.
                drop(own_walk);
                let mut walk = own_statement.query([id])?;
                walk.advance()?;
                own.read(&mut walk, id)?;
                own_walk = Some(walk);
            }
        }
        for (index, value) in own.values() {
            pen.go_to(types.len() + index);
            pen.out.extend_from_slice(value);
        }
        pen.end();
        lines.ends.push(lines.json.len());
        if let Some(outlet) = outlet.filter(|_| lines.json.len() >= PIECE_BYTES) {
            let next = lines.json.another();
            outlet.send(mem::replace(&mut lines.json, next));
            lines.ends.clear();
        }
    }
    Ok(lines)
}

pub(super) fn write_cell(json: &mut Vec<u8>, cell: ValueRef<'_>, data_type: DataType) {
    match (cell, data_type) {
        (ValueRef::Integer(0), DataType::Boolean) => json.extend_from_slice(b"false"),
        (ValueRef::Integer(_), DataType::Boolean) => json.extend_from_slice(b"true"),
        (ValueRef::Integer(ticks), DataType::DateTime) => {
            json.push(b'"');
            Instant(ticks).write_to(json);
            json.push(b'"');
        }
        // Most numbers are codes of a list or parts of a choice.
        (ValueRef::Integer(digit @ 0..=9), _) => json.push(b'0' + digit.to_le_bytes()[0]),
        (ValueRef::Integer(number), _) => write_json(json, &number),
        (ValueRef::Real(number), _) => write_json(json, &number),
        (ValueRef::Text(text), _) => write_text(json, text),
        _ => json.extend_from_slice(b"null"),
    }
}

pub(super) fn write_text(json: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) {
        json.reserve(text.len() + 2);
        json.push(b'"');
        json.extend_from_slice(text);
        json.push(b'"');
        return;
    }
    match std::str::from_utf8(text) {
        Ok(text) => write_json(json, text),
        // Somebody else wrote into the file.
        Err(_) => write_json(json, &String::from_utf8_lossy(text)),
    }
}

/// Whether a text is ASCII and has nothing that JSON escapes, as nearly all are: looked at eight bytes at a time, and
/// only once, for that it is UTF-8 and for what is in it.
fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // The high bit of some byte is set where any byte is below `bound`, which is at most 128.
    let has_below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word;
    let is_plain = |eight: [u8; 8]| {
        let word = u64::from_ne_bytes(eight);
        let quote = has_below(word ^ (ONES * u64::from(b'"')), 1);
        let backslash = has_below(word ^ (ONES * u64::from(b'\\')), 1);
        (word | has_below(word, 0x20) | quote | backslash) & HIGH == 0
    };
    let Some(end) = text.last_chunk::<8>() else {
        return text.iter().all(|byte| matches!(byte, 0x20..=0x7f) && !matches!(byte, b'"' | b'\\'));
    };
    // The end overlaps with the last whole eight, which is quicker than single bytes.
    text.as_chunks::<8>().0.iter().all(|eight| is_plain(*eight)) && is_plain(*end)
}

fn write_json<T: serde::Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) {
    // Writing texts and numbers into memory cannot fail.
    let _ = serde_json::to_writer(json, value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A text looks as serde writes it, whatever is in it and wherever.
        #[test]
        fn texts_are_written_as_serde_writes_them(text in "([a-z ]{0,9}[\\x00-\u{ff}\"\\\\]?){0,4}") {
            let mut json = Vec::new();
            write_text(&mut json, text.as_bytes());
            prop_assert_eq!(String::from_utf8(json).expect("UTF-8"), serde_json::to_string(&text).expect("written"));
        }
    }

    #[test]
    fn every_byte_is_told_at_every_place() {
        for length in 1..20 {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'a'; length];
                    text[at] = byte;
                    let expected = (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\';
                    assert_eq!(is_plain(&text), expected, "{byte} at {at} of {length}");
                }
            }
        }
    }
}
