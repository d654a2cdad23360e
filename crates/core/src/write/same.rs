//! Same: whether two values of a field are one, however they are written.

use serde_json::Value;

use crate::field::{DataType, FieldInfo};
use crate::instant::Instant;
use crate::record::{boolean, number, whole};

/// Whether there is no value: absent, null, or a text without visible characters, all of which Autotask answers for an
/// empty field.
#[must_use]
pub fn is_blank(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()))
}

/// Whether two values of a field are one: `1`, `"1"` and `true` of a flag, `"0.1500"` and `0.15` of a number, two
/// spellings of an instant. Texts are one only when they are equal. A field that is not known is told by its
/// values: two texts of one number, or of one instant, are one.
///
/// ```
/// use autotask_core::{entity, write::is_same};
/// use serde_json::json;
/// let contacts = entity("Contacts").unwrap();
/// assert!(is_same(contacts.field("isActive"), Some(&json!(1)), Some(&json!(true))));
/// assert!(is_same(contacts.field("title"), Some(&json!("")), None));
/// assert!(!is_same(contacts.field("title"), Some(&json!("cto")), Some(&json!("CTO"))));
/// ```
#[must_use]
pub fn is_same(field: Option<&FieldInfo>, one: Option<&Value>, other: Option<&Value>) -> bool {
    let (one, other) = match (one.filter(|v| !is_blank(Some(v))), other.filter(|v| !is_blank(Some(v)))) {
        (None, None) => return true,
        (Some(one), Some(other)) => (one, other),
        _ => return false,
    };
    if one == other {
        return true;
    }
    // What cannot be read as the field's type is compared as it is written.
    fn read<T: PartialEq>(one: &Value, other: &Value, read: impl Fn(&Value) -> Option<T>) -> bool {
        read(one).zip(read(other)).is_some_and(|(one, other)| one == other)
    }
    let is_number = || read(one, other, whole) || read(one, other, number);
    let instant = |value: &Value| value.as_str().and_then(Instant::parse);
    match field {
        Some(field) if field.is_flag || field.data_type == DataType::Boolean => read(one, other, boolean),
        Some(field) if field.data_type == DataType::DateTime => read(one, other, |value| {
            // Of a date alone, the time of day is nobody's.
            instant(value).map(|instant| if field.is_date_only { instant.date_text() } else { instant.to_string() })
        }),
        Some(field) if field.is_picklist || field.data_type.is_number() => is_number(),
        Some(_) => false,
        // Own fields travel as text, numbers with four decimals and dates as instants.
        None => is_number() || read(one, other, instant),
    }
}
