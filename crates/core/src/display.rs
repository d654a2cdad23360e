//! Display: a field's value as people read it: labels, Yes and No, dates, grouped thousands.

use serde_json::Value;

use crate::field::{DataType, FieldInfo};
use crate::instant::Instant;
use crate::number::{to_whole, write_plain};
use crate::record::{Record, boolean, number, whole};

/// A value as people read it.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// There is none.
    Empty,
    /// In words.
    Text(String),
    /// A row of another entity, whose name has to be looked up.
    Reference {
        /// The entity, plural.
        entity: String,
        /// The row's id.
        id: i64,
    },
}

/// The value of a field in a row as people read it.
///
/// Dates are `2026-11-20`, instants with hours `2026-11-20 09:30` in UTC; a picklist number that its list does not
/// know is `Unknown (42)`; whole numbers that are ids are never grouped.
#[must_use]
pub fn display(field: &FieldInfo, row: &Record) -> Shown {
    let Some(value) = row.value(&field.name, field.is_udf) else { return Shown::Empty };
    if value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Shown::Empty;
    }
    if let (Some(entity), Some(id)) = (&field.reference, whole(value)) {
        return Shown::Reference { entity: entity.to_string(), id };
    }
    Shown::Text(text(field, value))
}

fn text(field: &FieldInfo, value: &Value) -> String {
    let plain = || value.as_str().map_or_else(|| crate::json::write(value), str::to_owned);
    if field.is_picklist && !field.picklist.is_empty() {
        let given = plain();
        let found =
            field.picklist.iter().find(|p| p.value == given || (p.number().is_some() && p.number() == whole(value)));
        return match found {
            Some(pick) => pick.label.to_string(),
            // UDF lists carry the label itself.
            None if field.is_udf => given,
            None => format!("Unknown ({given})"),
        };
    }
    if field.is_flag || field.data_type == DataType::Boolean {
        return match boolean(value) {
            Some(true) => "Yes".to_owned(),
            Some(false) => "No".to_owned(),
            None => plain(),
        };
    }
    match field.data_type {
        DataType::DateTime => match value.as_str().and_then(Instant::parse) {
            Some(instant) if field.is_date_only => instant.date_text(),
            Some(instant) => instant_text(instant),
            None => plain(),
        },
        DataType::Decimal | DataType::Double => number(value).map_or_else(plain, |n| grouped(&digits(n))),
        _ => plain(),
    }
}

/// Without the standard library's way to write a fraction, which is 14 KB of a download.
fn digits(number: f64) -> String {
    to_whole(number).map_or_else(|| write_plain(number), |whole| whole.to_string())
}

/// `2026-11-20 09:30`, or the date alone at midnight.
#[must_use]
pub fn instant_text(instant: Instant) -> String {
    let iso = instant.to_string();
    let (date, time) = iso.split_once('T').unwrap_or((&iso, ""));
    if time.starts_with("00:00:00") { date.to_owned() } else { format!("{date} {}", time.get(..5).unwrap_or(time)) }
}

/// The digits before the point in groups of three: `1,234,567.5`.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return digits.to_owned();
    }
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity;
    use serde_json::json;

    #[track_caller]
    fn check(name: &str, field: &str, value: Value, expected: &str) {
        let info = entity(name).expect("known");
        let shown = match display(info.field(field).expect("known"), &Record::new().with(field, value)) {
            Shown::Empty => "–".to_owned(),
            Shown::Text(text) => text,
            Shown::Reference { entity, id } => format!("{entity} {id}"),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn values_are_shown_as_what_they_are() {
        check("Companies", "companyType", json!(1), "Customer");
        check("Companies", "companyType", json!(42), "Unknown (42)");
        check("Companies", "isActive", json!(false), "No");
        check("Contacts", "isActive", json!(1), "Yes");
        check("Companies", "ownerResourceID", json!(0), "Resources 0");
        check("Companies", "city", json!("  "), "–");
        check("Companies", "city", json!(null), "–");
        check("Companies", "createDate", json!("2026-11-20T09:30:59.5Z"), "2026-11-20 09:30");
        check("Companies", "createDate", json!("2026-11-20T00:00:00Z"), "2026-11-20");
        check("Companies", "createDate", json!("soon"), "soon");
        check("Companies", "assetValue", json!(1_234_567.5), "1,234,567.5");
        check("Companies", "assetValue", json!(9e15), "9,000,000,000,000,000");
        check("Companies", "assetValue", json!("1500.0"), "1,500");
        check("Companies", "assetValue", json!(-0.0001), "-0.0001");
        assert_eq!([grouped("0"), grouped("-999"), grouped("1000"), grouped("1e30")], ["0", "-999", "1,000", "1e30"]);
    }
}
