//! Values: what is typed or chosen, as what a filter holds, and back.

use autotask_core::filter::Relative;
use autotask_core::{DataType, FieldInfo, FilterValue, calendar::Day, number};

/// A filter's value as the text of its control; `None` for null, which no control shows.
pub fn to_text(value: &FilterValue) -> Option<String> {
    Some(match value {
        FilterValue::Null => return None,
        FilterValue::Bool(value) => value.to_string(),
        FilterValue::Int(value) => value.to_string(),
        FilterValue::Number(value) => number::write_plain(*value),
        FilterValue::Text(text) | FilterValue::Name(text) => text.clone(),
        FilterValue::Date(day) => day.to_string(),
        FilterValue::Relative(relative) => relative.to_string(),
        FilterValue::Me => "me".to_owned(),
    })
}

/// The text of a control as the value for a field. What does not fit stays text, and the check says so.
pub fn to_value(text: &str, field: Option<&FieldInfo>) -> FilterValue {
    let as_text = || FilterValue::Text(text.to_owned());
    let Some(field) = field else { return as_text() };
    let trimmed = text.trim();
    match field.data_type {
        DataType::Boolean => match trimmed {
            "true" | "1" => FilterValue::Bool(true),
            "false" | "0" => FilterValue::Bool(false),
            _ => as_text(),
        },
        _ if field.is_flag => match trimmed {
            "true" | "1" => FilterValue::Bool(true),
            "false" | "0" => FilterValue::Bool(false),
            _ => as_text(),
        },
        DataType::Integer | DataType::Long => trimmed.parse().map_or_else(|_| as_text(), FilterValue::Int),
        DataType::Decimal | DataType::Double => match (trimmed.parse(), number::read(trimmed)) {
            (Ok(whole), _) => FilterValue::Int(whole),
            (_, Some(number)) => FilterValue::Number(number),
            _ => as_text(),
        },
        // A day chosen in the picker is the whole day in the zone of the person.
        DataType::DateTime => match (Day::parse(trimmed), Relative::parse(trimmed)) {
            (Some(day), _) => FilterValue::Date(day),
            (None, Some(relative)) => FilterValue::Relative(relative),
            (None, None) => FilterValue::Text(trimmed.to_owned()),
        },
        DataType::String | DataType::Bytes => as_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_the_fields_type() {
        let info = autotask_core::entity("Companies").expect("known");
        let value = |field: &str, text: &str| to_value(text, info.field(field));
        assert_eq!(value("isActive", "true"), FilterValue::Bool(true));
        assert_eq!(value("id", " 7 "), FilterValue::Int(7));
        assert_eq!(value("id", "seven"), FilterValue::Text("seven".to_owned()));
        assert_eq!(value("city", " Troy"), FilterValue::Text(" Troy".to_owned()));
        assert_eq!(Some(value("createDate", "-30d")), Relative::parse("-30d").map(FilterValue::Relative));
        assert_eq!(Some(value("createDate", "2026-11-20")), Day::parse("2026-11-20").map(FilterValue::Date));
    }
}
