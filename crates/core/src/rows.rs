//! Rows: the rows in bytes that are a query answer, an array, one row, or JSON lines, read leniently as a whole.

use serde_json::Value;

use crate::issue::Issue;
use crate::json;
use crate::schema::member;

/// The member of a query answer that holds its rows.
pub(crate) const ITEMS: &str = "items";

/// Hands each row to `take`, with its place such as `items[2]` or `line 3`; a line that is no JSON as the issue of it.
///
/// # Errors
///
/// An issue when these bytes hold no rows at all.
pub(crate) fn each(bytes: &[u8], take: &mut dyn FnMut(Result<Value, Issue>, &str)) -> Result<(), Issue> {
    let malformed = |message| Err(Issue::error("table.malformed", message));
    let (rows, path) = match json::parse(bytes) {
        Ok(Value::Array(rows)) => (rows, ""),
        Ok(Value::Object(mut answer)) => {
            let key = answer.keys().find(|key| key.eq_ignore_ascii_case(ITEMS)).cloned();
            match key.and_then(|key| answer.remove(&key)) {
                Some(Value::Array(rows)) => (rows, ITEMS),
                Some(_) => return malformed("`items` is not a list"),
                None => {
                    let row = Value::Object(answer);
                    if member(&row, "errors").is_some() {
                        let issue = Issue::error("table.malformed", "this answer holds errors, not rows");
                        return Err(issue.hint("see `readResponse`"));
                    }
                    (vec![row], "")
                }
            }
        }
        Ok(_) => return malformed("rows are objects; this is a single value"),
        Err(issue) => {
            let is_object = |line| matches!(json::parse(line), Ok(Value::Object(_)));
            if lines(bytes).nth(1).is_none() || !lines(bytes).next().is_some_and(|(_, line)| is_object(line)) {
                return Err(issue);
            }
            lines(bytes).for_each(|(number, line)| of_line(number, line, take));
            return Ok(());
        }
    };
    for (index, row) in rows.into_iter().enumerate() {
        take(Ok(row), &format!("{path}[{index}]"));
    }
    Ok(())
}

/// The lines that hold something, with their numbers from 1.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    (1..).zip(bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)).filter(|(_, line)| !line.is_empty())
}

/// Hands the row of one line to `take`.
pub(crate) fn of_line(number: usize, line: &[u8], take: &mut dyn FnMut(Result<Value, Issue>, &str)) {
    let row = json::parse(line).map_err(|mut issue| {
        // A place within a line is none of the text as a whole.
        issue.position = None;
        issue
    });
    take(row, &format!("line {number}"));
}

pub(crate) fn not_a_row() -> Issue {
    Issue::error("table.not_a_row", "a row is an object")
}
