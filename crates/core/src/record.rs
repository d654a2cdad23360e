//! Record: a row of any entity, as field values by name. Unknown fields are kept.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::instant::Instant;
use crate::number::{read as read_number, to_whole};

/// The member of a row that holds its user-defined fields.
pub const USER_DEFINED_FIELDS: &str = "userDefinedFields";

/// A row of any entity: its members in the order in which they came, names matched in any letter case.
///
/// ```
/// use autotask_core::Record;
/// let row = Record::from_json(r#"{"id":29683616,"CompanyName":"Sirius","isActive":true}"#).unwrap();
/// assert_eq!(row.id(), Some(29_683_616));
/// assert_eq!(row.text("companyName"), Some("Sirius"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record(Map<String, Value>);

impl Record {
    /// A row without members.
    #[must_use]
    pub fn new() -> Record {
        Record::default()
    }

    /// Reads a JSON object.
    ///
    /// # Errors
    ///
    /// The parser's message when the text is not a JSON object.
    pub fn from_json(text: &str) -> Result<Record, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The id, a whole number of 64 bits; 0 is a valid id.
    #[must_use]
    pub fn id(&self) -> Option<i64> {
        self.int("id")
    }

    /// The member of this name in any letter case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .get(name)
            .or_else(|| self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }

    /// Whether the member is absent or null.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.get(name).is_none_or(Value::is_null)
    }

    /// A text member.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A whole number; numbers written as text count, as Autotask accepts them.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        whole(self.get(name)?)
    }

    /// A number.
    #[must_use]
    pub fn decimal(&self, name: &str) -> Option<f64> {
        number(self.get(name)?)
    }

    /// A boolean, or a whole number that is used as one.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        boolean(self.get(name)?)
    }

    /// An instant.
    #[must_use]
    pub fn instant(&self, name: &str) -> Option<Instant> {
        Instant::parse(self.text(name)?)
    }

    /// Sets a member, under the spelling it already has if it is there.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let key = self.0.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
        self.0.insert(key.unwrap_or_else(|| name.to_owned()), value.into());
    }

    /// The same row with one more member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Record {
        self.set(name, value);
        self
    }

    /// Removes a member and answers what it was; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let key = self.0.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()?;
        self.0.shift_remove(&key)
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The user-defined fields as (name, value) in order. Nameless entries are passed over.
    pub fn user_defined_fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        static NULL: Value = Value::Null;
        self.get(USER_DEFINED_FIELDS).and_then(Value::as_array).into_iter().flatten().filter_map(|entry| {
            let entry = entry.as_object()?;
            let member = |name: &str| entry.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v);
            Some((member("name")?.as_str()?, member("value").unwrap_or(&NULL)))
        })
    }

    /// The value of a user-defined field; `None` when the row does not carry it or it is null.
    #[must_use]
    pub fn user_defined_field(&self, name: &str) -> Option<&Value> {
        self.user_defined_fields()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }

    /// The member a filter or a form means, `None` when absent or null.
    #[must_use]
    pub fn value(&self, name: &str, udf: bool) -> Option<&Value> {
        if udf { self.user_defined_field(name) } else { self.get(name).filter(|value| !value.is_null()) }
    }

    /// Sets the member a filter or a form means: one of the row's own, or the user-defined field of this name, under the
    /// spelling and at the place it already has.
    ///
    /// ```
    /// use autotask_core::Record;
    /// let mut row = Record::from_json(r#"{"userDefinedFields":[{"name":"Tier","value":"A"}]}"#).unwrap();
    /// row.set_value("tier", true, "B");
    /// row.set_value("Seats", true, "4");
    /// row.set_value("city", false, "Troy");
    /// let json = r#"{"userDefinedFields":[{"name":"Tier","value":"B"},{"name":"Seats","value":"4"}],"city":"Troy"}"#;
    /// assert_eq!(serde_json::to_string(&row).unwrap(), json);
    /// ```
    pub fn set_value(&mut self, name: &str, udf: bool, value: impl Into<Value>) {
        if !udf {
            return self.set(name, value);
        }
        let is = |key: &str, name: &str| key.eq_ignore_ascii_case(name);
        let own = self.0.iter_mut().find(|(key, _)| is(key, USER_DEFINED_FIELDS)).map(|(_, own)| own);
        let Some(Value::Array(own)) = own else {
            return self.set(USER_DEFINED_FIELDS, vec![user_defined_field(name, value.into())]);
        };
        let named = own.iter_mut().filter_map(Value::as_object_mut).find(|entry| {
            entry
                .iter()
                .find(|(key, _)| is(key, "name"))
                .and_then(|(_, known)| known.as_str())
                .is_some_and(|known| is(known, name))
        });
        match named {
            None => own.push(user_defined_field(name, value.into())),
            Some(entry) => {
                let key = entry.keys().find(|key| is(key, "value")).cloned();
                entry.insert(key.unwrap_or_else(|| "value".to_owned()), value.into());
            }
        }
    }

    /// The members as a JSON object.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl From<Map<String, Value>> for Record {
    fn from(map: Map<String, Value>) -> Record {
        Record(map)
    }
}

impl From<Record> for Value {
    fn from(record: Record) -> Value {
        Value::Object(record.0)
    }
}

/// An entry of `userDefinedFields`.
fn user_defined_field(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([("name".to_owned(), name.into()), ("value".to_owned(), value)]))
}

/// A JSON value as a whole number: a number without fraction, or text that holds one.
#[must_use]
pub fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().and_then(to_whole)),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

/// A JSON value as a finite number: a number, or text that holds one.
#[must_use]
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => read_number(s.trim()),
        _ => None,
    }
    .filter(|n| n.is_finite())
}

/// A JSON value as a boolean: `true`, `"True"`, `1`, `"1"` and their opposites.
#[must_use]
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Number(n) => match n.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::String(s) => match s.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Declares a typed view of an entity: getters and setters by field over a [`Record`] that keeps the rest.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $info:ident { $($get:ident / $set:ident: $kind:ident $wire:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub crate::record::Record);

        impl $name {
            /// What Autotask says about the entity.
            pub const INFO: &'static crate::entity::EntityInfo = &$info;

            /// The id.
            #[must_use]
            pub fn id(&self) -> Option<i64> {
                self.0.id()
            }

            $(
                #[doc = concat!("`", $wire, "`.")]
                #[must_use]
                pub fn $get(&self) -> Option<crate::record::view!(@type $kind)> {
                    self.0.$kind($wire)
                }

                #[doc = concat!("Sets `", $wire, "`; `None` sets null.")]
                pub fn $set(&mut self, value: Option<crate::record::view!(@type $kind)>) {
                    self.0.set($wire, crate::record::view!(@json $kind value));
                }
            )*
        }

        impl From<crate::record::Record> for $name {
            fn from(record: crate::record::Record) -> $name {
                $name(record)
            }
        }
    };
    (@type text) => { &str };
    (@type int) => { i64 };
    (@type flag) => { bool };
    (@type instant) => { crate::instant::Instant };
    (@type decimal) => { f64 };
    (@json instant $value:ident) => { $value.map(|v| v.to_string()) };
    (@json $kind:ident $value:ident) => { $value };
}
pub(crate) use view;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_any_case_and_keep_their_order() {
        let mut row = Record::from_json(r#"{"Id":"7","companyName":"A","zzz":[1],"isActive":1}"#).expect("valid");
        assert_eq!(row.id(), Some(7));
        assert_eq!(row.flag("ISACTIVE"), Some(true));
        row.set("COMPANYNAME", "B");
        assert_eq!(
            serde_json::to_string(&row).expect("serialises"),
            r#"{"Id":"7","companyName":"B","zzz":[1],"isActive":1}"#
        );
    }

    #[test]
    fn large_ids_are_exact() {
        let row = Record::from_json(r#"{"id":9223372036854775807}"#).expect("valid");
        assert_eq!(row.id(), Some(i64::MAX));
    }

    #[test]
    fn numbers_that_are_not_whole_or_not_finite_are_no_ints() {
        for json in [r#"{"a":1.5}"#, r#"{"a":"x"}"#, r#"{"a":1e300}"#, r#"{"a":null}"#, r#"{"a":true}"#] {
            assert_eq!(Record::from_json(json).expect("valid").int("a"), None, "{json}");
        }
        assert_eq!(Record::from_json(r#"{"a":"NaN"}"#).expect("valid").decimal("a"), None);
    }

    #[test]
    fn user_defined_fields_are_read_by_name() {
        let row = Record::from_json(
            r#"{"userDefinedFields":[{"name":"Ranking","value":"Golden"},{"Name":"Empty","Value":null},{"value":"x"},3]}"#,
        )
        .expect("valid");
        assert_eq!(row.user_defined_field("ranking").and_then(Value::as_str), Some("Golden"));
        assert_eq!(row.user_defined_field("Empty"), None);
        assert_eq!(row.user_defined_fields().count(), 2);
    }

    #[test]
    fn a_value_that_is_set_is_the_one_that_is_read() {
        for json in [
            "{}",
            r#"{"userDefinedFields":null}"#,
            r#"{"userDefinedFields":"x"}"#,
            r#"{"UserDefinedFields":[3,{"value":"x"},{"Name":"TIER","Value":"A"},{"name":"tier","value":"B"}]}"#,
            r#"{"userDefinedFields":[{"name":"Tier"}],"tier":"own"}"#,
        ] {
            let mut row = Record::from_json(json).expect("valid");
            let before = row.user_defined_fields().count();
            let is_there = row.user_defined_fields().any(|(name, _)| name.eq_ignore_ascii_case("tier"));
            row.set_value("Tier", true, "C");
            assert_eq!(row.value("tier", true).and_then(Value::as_str), Some("C"), "{json}");
            assert_eq!(row.user_defined_fields().count(), before + usize::from(!is_there), "{json}");
            row.set_value("TIER", false, 1);
            assert_eq!((row.int("tier"), row.len()), (Some(1), 2), "{json}");
        }
    }

    #[test]
    fn a_typed_view_keeps_what_it_does_not_name() {
        let row = Record::from_json(r#"{"id":3,"companyName":"A","later":"kept"}"#).expect("valid");
        let mut company = crate::Company::from(row);
        company.set_phone(Some("1"));
        company.set_is_active(Some(true));
        assert_eq!(company.company_name(), Some("A"));
        assert_eq!(company.0.text("later"), Some("kept"));
        assert_eq!(company.is_active(), Some(true));
    }
}
