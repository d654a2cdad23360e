//! Page: keyset paging by id, with the cursor as Autotask writes it.
//!
//! `{"pageSize":500,"previousIds":[-1],"nextIds":[725]}` says, on the page it came with: what follows is after id
//! 725, and -1 that nothing comes before. On later pages `previousIds` holds the first id of the page.

use autotask_core::route::Page;
use percent_encoding::percent_encode_byte;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::Call;
use super::query::PAGE_RECORDS_MAX;
use crate::answer::{Answer, Refusal};
use crate::store::lines::{self, Lines, Wanted};
use crate::store::rows::{self, Shown};
use crate::store::sql::Where;
use crate::tenant::Table;

/// Where a page begins or ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cursor {
    size: u32,
    previous: i64,
    next: i64,
}

impl Cursor {
    /// Before the first row.
    pub(super) fn start(size: u32) -> Cursor {
        Cursor { size, previous: -1, next: -1 }
    }

    /// Reads the parameter `paging`.
    pub(super) fn parse(text: Option<&str>) -> Result<Cursor, Refusal> {
        // Decision: what Autotask says to a spoilt cursor is unknown.
        let bad = || Refusal::application("Value cannot be null.\r\nParameter name: paging");
        let json: Value = serde_json::from_str(text.ok_or_else(bad)?).map_err(|_| bad())?;
        let only = |key: &str| json.get(key)?.as_array()?.first()?.as_i64();
        let size = json.get("pageSize").and_then(Value::as_u64).and_then(|size| u32::try_from(size).ok());
        Ok(Cursor {
            size: size.filter(|size| (1..=PAGE_RECORDS_MAX).contains(size)).ok_or_else(bad)?,
            previous: only("previousIds").ok_or_else(bad)?,
            next: only("nextIds").ok_or_else(bad)?,
        })
    }

    fn write(self) -> String {
        json!({ "pageSize": self.size, "previousIds": [self.previous], "nextIds": [self.next] }).to_string()
    }
}

/// The rows of a page and the way on.
pub(super) fn page(
    call: &Call<'_>,
    table: &Table,
    condition: &Where,
    shown: &Shown,
    page: Page,
    cursor: Cursor,
    search: Option<&str>,
) -> Result<Answer, Refusal> {
    let within =
        |comparison, id| Where { sql: condition.sql.clone(), values: condition.values.clone() }.and_id(comparison, id);
    let limit = cursor.size + 1;
    let backwards = page == Page::Previous;
    let buffers = &call.inner.store.buffers;
    let list = |connection: &Connection, condition: &Where| {
        let wanted = Wanted {
            table,
            shown,
            condition,
            descending: backwards,
            // One more is asked for, to know whether there is another page.
            limit: Some(limit),
            written: usize::try_from(cursor.size).unwrap_or(usize::MAX),
            outlet: call.outlet.filter(|_| !backwards),
        };
        lines::list(connection, buffers, &wanted)
    };
    let (rows, count, before, after) = call.inner.store.read(|connection| -> rusqlite::Result<_> {
        let rows = match page {
            Page::First => list(connection, condition)?,
            Page::Next => list(connection, &within(">", cursor.next))?,
            Page::Previous => list(connection, &within("<", cursor.previous))?,
        };
        let count = rows.len().min(usize::try_from(cursor.size).unwrap_or(usize::MAX));
        let is_more = rows.len() > count;
        let shown = &rows.ids[..count];
        let ends = if backwards { (shown.last(), shown.first()) } else { (shown.first(), shown.last()) };
        // Where a page is empty, its place among the rows is still known.
        let (first, last) = match (ends, page) {
            ((Some(first), Some(last)), _) => (*first, *last),
            (_, Page::Previous) => (cursor.previous, cursor.previous.saturating_sub(1)),
            _ => (cursor.next.saturating_add(1), cursor.next),
        };
        let is_before = match page {
            Page::First => false,
            Page::Next => rows::exists(connection, table, &within("<", first))?,
            Page::Previous => is_more,
        };
        let is_after = match page {
            Page::Previous => rows::exists(connection, table, &within(">", last))?,
            // A walk may end with an empty page, as seen with clients that tolerate it.
            _ => is_more || call.effects.empty_last_page && count > 0,
        };
        let way = Cursor { size: cursor.size, previous: if is_before { first } else { -1 }, next: last };
        Ok((rows, count, is_before.then_some(way), is_after.then_some(way)))
    })?;
    let url = |verb: &str, cursor: Option<Cursor>| {
        cursor.map(|cursor| {
            let search = search.map(|search| format!("&search={}", encoded(search))).unwrap_or_default();
            format!(
                "{}/ATServicesRest/V1.0/{}/query/{verb}?paging={}{search}",
                call.origin,
                table.info.name,
                encoded(&cursor.write())
            )
        })
    };
    let details = json!({
        "count": count,
        "requestCount": cursor.size,
        "prevPageUrl": url("previous", before),
        "nextPageUrl": url("next", after),
    });
    Ok(collection(rows, backwards, &details))
}

/// The rows and what is said of the page.
pub(super) fn collection(rows: Lines, reversed: bool, details: &Value) -> Answer {
    let mut json = rows.into_items(reversed);
    json.extend_from_slice(b"],\"pageDetails\":");
    json.extend_from_slice(details.to_string().as_bytes());
    json.push(b'}');
    Answer::Text(json.into())
}

/// Percent-encoding as .NET writes it: lower-case hex, and only letters, digits and `-_.!*()` stay.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!*()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&percent_encode_byte(byte).to_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_written_as_recorded() {
        let cursor = Cursor { size: 500, previous: -1, next: 725 };
        assert_eq!(
            encoded(&cursor.write()),
            "%7b%22pageSize%22%3a500%2c%22previousIds%22%3a%5b-1%5d%2c%22nextIds%22%3a%5b725%5d%7d"
        );
        assert_eq!(Cursor::parse(Some(&cursor.write())).ok(), Some(cursor));
    }

    #[test]
    fn a_spoilt_cursor_is_refused() {
        for text in ["", "{", "[]", r#"{"pageSize":501,"previousIds":[-1],"nextIds":[1]}"#, r#"{"pageSize":5}"#] {
            assert!(Cursor::parse(Some(text)).is_err(), "{text}");
        }
        assert!(Cursor::parse(None).is_err());
    }
}
