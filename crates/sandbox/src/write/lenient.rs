//! Lenient: JSON values as Json.NET reads them into a model, and its words where it cannot.

use autotask_core::json;
use autotask_core::{DataType, FieldInfo, Instant};
use rusqlite::types::Value as Cell;
use serde_json::Value;

use crate::answer::Refusal;

/// Ticks in a millisecond: finer than that is not kept.
const TICKS_PER_MILLISECOND: i64 = 10_000;

/// Reads JSON; a failure in Json.NET's words.
pub(crate) fn json(text: &[u8]) -> Result<Value, Refusal> {
    json::parse(text).map_err(|issue| {
        let place = issue.position;
        let (line, column) = place.map_or((1, 1), |p| (p.line, p.column));
        let at = place.and_then(|p| std::str::from_utf8(text).ok().and_then(|text| text.get(p.start..)?.chars().next()));
        Refusal::Application(match (issue.code, at) {
            ("json.too_deep", _) => format!(
                "The reader's MaxDepth of {} has been exceeded. Path '', line {line}, position {column}.",
                json::JSON_DEPTH_MAX
            ),
            // The strict parser stops at the last character when the text ends too soon.
            ("json.syntax", _) if issue.message.contains("EOF") => {
                format!("Unexpected end when reading JSON. Path '', line {line}, position {}.", column + 1)
            }
            ("json.syntax", Some(c)) => {
                format!("Unexpected character encountered while parsing value: {c}. Path '', line {line}, position {column}.")
            }
            ("json.syntax", None) => format!("Unexpected end when reading JSON. Path '', line {line}, position {column}."),
            // .NET's own words are about a decoder's buffer and help nobody.
            _ => format!("The body is not text in UTF-8: {}.", issue.message),
        })
    })
}

/// The words for JSON that is no object where a model is expected.
pub(crate) fn not_an_object(text: &[u8]) -> String {
    let first = String::from_utf8_lossy(text).trim_start().chars().next().unwrap_or(' ');
    format!("Unexpected character encountered while parsing value: {first}. Path '', line 1, position 1.")
}

/// Where a member stands in a text, for messages.
pub(crate) struct Place<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) key: &'a str,
}

impl Place<'_> {
    /// `Path 'isActive', line 1, position 28.`, where the member's value begins.
    fn path(&self) -> String {
        let text = String::from_utf8_lossy(self.text);
        let start = text.match_indices(self.key).find_map(|(at, _)| {
            let after = &text[at + self.key.len()..];
            let rest = after.trim_start_matches(['"', '\'']).trim_start();
            let value = rest.strip_prefix(':')?.trim_start();
            Some(text.len() - value.len())
        });
        let before = &text[..start.unwrap_or(0)];
        let line = before.matches('\n').count() + 1;
        let position = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        format!("Path '{}', line {line}, position {position}.", self.key)
    }
}

/// A value as the cell of a field.
pub(crate) fn cell(value: &Value, field: &FieldInfo, place: &Place<'_>) -> Result<Cell, Refusal> {
    let refused = |text: String| Refusal::Application(format!("{text} {}", place.path()));
    let unexpected = |c: char| refused(format!("Unexpected character encountered while parsing value: {c}."));
    match value {
        Value::Null => return Ok(Cell::Null),
        Value::Array(_) => return Err(unexpected('[')),
        Value::Object(_) => return Err(unexpected('{')),
        _ => {}
    }
    match field.data_type {
        DataType::String | DataType::Bytes => Ok(Cell::Text(match value {
            Value::String(text) => text.clone(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            other => other.to_string(),
        })),
        DataType::Integer | DataType::Long => {
            if let Value::Bool(value) = value {
                return Err(unexpected(if *value { 't' } else { 'f' }));
            }
            let (written, is_text) = written(value);
            if written.is_empty() {
                return Ok(Cell::Null);
            }
            let number = match written.parse::<i64>() {
                Ok(number) => number,
                Err(_) if is_text => return Err(refused(format!("Could not convert string to integer: {written}."))),
                Err(_) => return Err(refused(format!("Input string '{written}' is not a valid integer."))),
            };
            // References are 32 bits wide on the wire, ids 64.
            if field.data_type == DataType::Integer && i32::try_from(number).is_err() {
                return Err(refused(format!("JSON integer {number} is too large or small for an Int32.")));
            }
            Ok(Cell::Integer(if field.is_flag { i64::from(number != 0) } else { number }))
        }
        DataType::Decimal | DataType::Double => {
            if let Value::Bool(value) = value {
                return Err(unexpected(if *value { 't' } else { 'f' }));
            }
            let (written, _) = written(value);
            if written.is_empty() {
                return Ok(Cell::Null);
            }
            match written.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Cell::Real(number)),
                _ => Err(refused(format!("Could not convert string to decimal: {written}."))),
            }
        }
        DataType::Boolean => match value {
            Value::Bool(value) => Ok(Cell::Integer(i64::from(*value))),
            Value::Number(number) => Ok(Cell::Integer(i64::from(number.as_f64() != Some(0.0)))),
            other => match written(other).0.to_ascii_lowercase().as_str() {
                "" => Ok(Cell::Null),
                "true" => Ok(Cell::Integer(1)),
                "false" => Ok(Cell::Integer(0)),
                _ => Err(refused(format!("Could not convert string to boolean: {}.", written(other).0))),
            },
        },
        DataType::DateTime => {
            let (written, _) = written(value);
            if written.is_empty() {
                return Ok(Cell::Null);
            }
            match Instant::parse(&written) {
                Some(instant) => Ok(Cell::Integer(to_milliseconds(instant).0)),
                None => Err(refused(format!("Could not convert string to DateTime: {written}."))),
            }
        }
    }
}

/// The instant without what is finer than a millisecond, since no answer could show it.
pub(crate) fn to_milliseconds(instant: Instant) -> Instant {
    Instant(instant.0.div_euclid(TICKS_PER_MILLISECOND) * TICKS_PER_MILLISECOND)
}

/// The value as it was written, without spaces around it, and whether it was a text.
fn written(value: &Value) -> (String, bool) {
    match value {
        Value::String(text) => (text.trim().to_owned(), true),
        other => (other.to_string(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autotask_core::entity;
    use serde_json::json;

    #[track_caller]
    fn check(name: &str, value: Value, expected: &str) {
        let contacts = entity("Contacts").expect("known");
        let companies = entity("Companies").expect("known");
        let field = contacts.field(name).or_else(|| companies.field(name)).expect("known");
        let text = json!({ "id": 30_684_047, name: value }).to_string();
        let found = match cell(&value, field, &Place { text: text.as_bytes(), key: name }) {
            Ok(cell) => format!("{cell:?}"),
            Err(Refusal::Application(text)) => text,
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_read_as_json_net_does() {
        check("companyID", json!("4"), "Integer(4)");
        check("isTaxExempt", json!("True"), "Integer(1)");
        check("firstName", json!(5), "Text(\"5\")");
        check("companyID", json!(""), "Null");
        check("createDate", json!("1970-01-01T00:00:00.0001239Z"), "Integer(0)");
        check(
            "isActive",
            json!(true),
            "Unexpected character encountered while parsing value: t. Path 'isActive', line 1, position 27.",
        );
        check(
            "companyID",
            json!(1.5),
            "Input string '1.5' is not a valid integer. Path 'companyID', line 1, position 28.",
        );
        check(
            "companyID",
            json!("x"),
            "Could not convert string to integer: x. Path 'companyID', line 1, position 28.",
        );
        check(
            "companyID",
            json!(3_000_000_000_i64),
            "JSON integer 3000000000 is too large or small for an Int32. Path 'companyID', line 1, position 28.",
        );
        check(
            "firstName",
            json!({}),
            "Unexpected character encountered while parsing value: {. Path 'firstName', line 1, position 28.",
        );
        check(
            "isTaxExempt",
            json!("maybe"),
            "Could not convert string to boolean: maybe. Path 'isTaxExempt', line 1, position 30.",
        );
    }
}
