//! Typed text: what stands in the fields of a form, as values of a row and back.

use std::collections::BTreeMap;

use autotask_core::{EntityInfo, FieldInfo, Record, field::DataType, number, record::USER_DEFINED_FIELDS};
use serde_json::Value;

/// The texts of a row by field; user-defined fields as `userDefinedFields.NAME`.
pub type Values = BTreeMap<String, String>;

/// The name under which forms keep a field.
pub fn form_name(field: &FieldInfo) -> String {
    if field.is_udf { [USER_DEFINED_FIELDS, ".", &field.name].concat() } else { field.name.to_string() }
}

/// The field that a form keeps under this name: its own name, and whether the tenant made it.
pub fn parse_form_name(name: &str) -> (&str, bool) {
    match name.strip_prefix(USER_DEFINED_FIELDS).and_then(|rest| rest.strip_prefix('.')) {
        Some(own) => (own, true),
        None => (name, false),
    }
}

/// The row that these texts mean; what is blank is left out.
pub fn record_of(info: Option<&EntityInfo>, values: &Values) -> Record {
    fill(info, values, |text| !text.trim().is_empty())
}

/// The change that these texts mean; what is blank is cleared.
pub fn change_of(info: &EntityInfo, values: &Values) -> Record {
    fill(Some(info), values, |_| true)
}

fn fill(info: Option<&EntityInfo>, values: &Values, is_wanted: impl Fn(&str) -> bool) -> Record {
    let mut record = Record::new();
    for (name, text) in values.iter().filter(|(_, text)| is_wanted(text)) {
        let (name, is_udf) = parse_form_name(name);
        record.set_value(name, is_udf, value_of(info.and_then(|info| info.find(name, is_udf)), text));
    }
    record
}

/// A text as the field's type, null for a blank one; text that does not fit stays text, and core says what is wrong
/// with it.
fn value_of(field: Option<&FieldInfo>, text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() {
        return Value::Null;
    }
    let plain = || Value::from(text);
    let Some(field) = field.filter(|field| !field.is_udf) else { return plain() };
    match field.data_type {
        DataType::Integer | DataType::Long => text.parse::<i64>().map_or_else(|_| plain(), Value::from),
        DataType::Decimal | DataType::Double => number::read(text).map_or_else(plain, Value::from),
        DataType::Boolean => text.parse::<bool>().map_or_else(|_| plain(), Value::from),
        _ => plain(),
    }
}

/// The text of a field as its control takes it; empty when the row has none.
pub fn text_of(field: &FieldInfo, row: &Record) -> String {
    let is_flag = !field.is_udf && (field.is_flag || field.data_type == DataType::Boolean);
    if let Some(flag) = is_flag.then(|| row.flag(&field.name)).flatten() {
        let words = if field.is_flag { ["0", "1"] } else { ["false", "true"] };
        return words[usize::from(flag)].to_owned();
    }
    let text = match row.value(&field.name, field.is_udf) {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    if field.data_type == DataType::Decimal || field.data_type == DataType::Double {
        return short_number(text);
    }
    // A date is typed as a day, and travels as the first moment of it.
    let is_day = field.data_type == DataType::DateTime && (field.is_date_only || field.is_udf);
    match is_day.then(|| autotask_core::Instant::parse(&text)).flatten() {
        Some(instant) => instant.date_text(),
        None => text,
    }
}

/// A number without the zeros behind its fraction, digit for digit else: the tenant's own travel as `49.0000`.
fn short_number(text: String) -> String {
    let Some((whole, fraction)) = text.split_once('.') else { return text };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole.strip_prefix('-').unwrap_or(whole)) || !is_digits(fraction) {
        return text;
    }
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => [whole, ".", fraction].concat(),
    }
}

#[cfg(test)]
mod tests {
    use autotask_core::entity;
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_become_what_the_fields_hold_and_back() {
        let info = entity("Contacts").expect("known");
        let row = Record::from(
            json!({"firstName":"Mara","isActive":1,"primaryContact":false,"companyLocationID":7,"extension":null})
                .as_object()
                .cloned()
                .expect("an object"),
        );
        let texts = |name: &str| text_of(info.field(name).expect("known"), &row);
        assert_eq!(
            ["firstName", "isActive", "primaryContact", "companyLocationID", "extension", "title"].map(texts),
            ["Mara", "1", "false", "7", "", ""]
        );
        let names = ["firstName", "isActive", "primaryContact", "companyLocationID"];
        let values: Values = names.into_iter().map(|name| (name.to_owned(), texts(name))).collect();
        for (name, value) in change_of(info, &values).iter() {
            assert_eq!(Some(value), row.get(name), "{name}");
        }
    }

    #[test]
    fn a_number_is_typed_as_it_is_shown() {
        let mut seats = entity("Companies").and_then(|info| info.field("assetValue")).expect("known").clone();
        (seats.name, seats.is_udf) = ("Seats".into(), true);
        let typed = |value: Value| {
            let mut row = Record::new();
            row.set_value("Seats", true, value);
            text_of(&seats, &row)
        };
        let texts = ["49.0000", "-0.2500", "12345678901234567.8901", "1.50e3", "many.0", "100", ".0", "0.0000"];
        let shown = ["49", "-0.25", "12345678901234567.8901", "1.50e3", "many.0", "100", ".0", "0"];
        assert_eq!(texts.map(|text| typed(text.into())), shown);
        assert_eq!(typed(json!(1500.0)), "1500");
    }

    #[test]
    fn a_blank_text_clears_in_a_change_and_is_nothing_in_a_new_row() {
        let info = entity("Companies").expect("known");
        let values =
            Values::from([("city".to_owned(), " ".to_owned()), ("userDefinedFields.A.b".to_owned(), String::new())]);
        assert_eq!(
            serde_json::to_value(change_of(info, &values)).expect("serialises"),
            json!({"city": null, "userDefinedFields": [{"name": "A.b", "value": null}]})
        );
        assert_eq!(record_of(Some(info), &values), Record::new());
    }
}
