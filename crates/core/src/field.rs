//! FieldInfo: what Autotask says about one field of an entity, or about one user-defined field.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    /// Text.
    String,
    /// A 32-bit whole number.
    Integer,
    /// A 64-bit whole number.
    Long,
    /// A decimal number.
    Decimal,
    /// A floating-point number.
    Double,
    /// True or false.
    Boolean,
    /// An instant in UTC.
    DateTime,
    /// Base64 text.
    Bytes,
}

impl DataType {
    /// The API's word, as in `"dataType":"integer"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DataType::String => "string",
            DataType::Integer => "integer",
            DataType::Long => "long",
            DataType::Decimal => "decimal",
            DataType::Double => "double",
            DataType::Boolean => "boolean",
            DataType::DateTime => "datetime",
            DataType::Bytes => "byte[]",
        }
    }

    /// Reads the API's word in any letter case; `short` and `int` are whole numbers too.
    #[must_use]
    pub fn from_api(word: &str) -> Option<DataType> {
        Some(match word.to_ascii_lowercase().as_str() {
            "string" => DataType::String,
            "integer" | "int" | "short" => DataType::Integer,
            "long" => DataType::Long,
            "decimal" | "number" => DataType::Decimal,
            "double" => DataType::Double,
            "boolean" | "bool" => DataType::Boolean,
            "datetime" | "date" => DataType::DateTime,
            "byte[]" | "byte" => DataType::Bytes,
            _ => return None,
        })
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, DataType::Integer | DataType::Long)
    }

    /// Whether it is a number of any kind.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, DataType::Integer | DataType::Long | DataType::Decimal | DataType::Double)
    }

    /// What a person would call such a value, for messages.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            DataType::String | DataType::Bytes => "text",
            DataType::Integer | DataType::Long => "a whole number",
            DataType::Decimal | DataType::Double => "a number",
            DataType::Boolean => "true or false",
            DataType::DateTime => "a date such as 2026-11-20 or 2026-11-20T09:30:00Z",
        }
    }
}

/// What the text of a field must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Anything.
    Any,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A web address, with or without `https://`.
    Web,
}

/// One value of a picklist.
#[derive(Clone, Debug, PartialEq)]
pub struct PicklistValue {
    /// The value as metadata writes it: text that holds a whole number, rarely a word.
    pub value: Cow<'static, str>,
    /// What people see.
    pub label: Cow<'static, str>,
    /// The value of the parent picklist under which this one may be chosen; empty when there is none.
    pub parent_value: Cow<'static, str>,
    /// Order among its siblings.
    pub sort_order: i32,
    /// Whether it may still be chosen.
    pub is_active: bool,
    /// Whether Autotask made it, so that its number is the same for everybody.
    pub is_system: bool,
    /// Whether it is chosen when nothing else is.
    pub is_default: bool,
}

impl PicklistValue {
    /// The value as the number that records carry.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        self.value.trim().parse().ok()
    }
}

/// What Autotask says about one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldInfo {
    /// The name on the wire: `ownerResourceID`. For a user-defined field its name, which may contain spaces.
    pub name: Cow<'static, str>,
    /// What people call it: "Owner".
    pub label: Cow<'static, str>,
    /// What it holds.
    pub data_type: DataType,
    /// Most characters of a text; 0 where no limit is known.
    pub length: u32,
    /// Whether a create must send it.
    pub is_required: bool,
    /// Whether it cannot be changed. Together with `is_required`: given at create, never changed.
    pub is_read_only: bool,
    /// Whether a filter may name it.
    pub is_queryable: bool,
    /// Whether its values come from a list.
    pub is_picklist: bool,
    /// The list, in order; empty where only the instance knows it.
    pub picklist: Cow<'static, [PicklistValue]>,
    /// The field whose value decides which values of this picklist may be chosen.
    pub picklist_parent: Option<Cow<'static, str>>,
    /// The entity whose id it holds: `Resources`.
    pub reference: Option<Cow<'static, str>>,
    /// What its text must look like.
    pub format: Format,
    /// Whether it is a calendar date kept as an instant at UTC midnight.
    pub is_date_only: bool,
    /// Whether it is a whole number used as a boolean, 0 or 1.
    pub is_flag: bool,
    /// Whether it is a user-defined field.
    pub is_udf: bool,
}

impl FieldInfo {
    /// Whether this is the field's name, in any letter case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it must be sent with a create: required, and not one that Autotask sets by itself.
    #[must_use]
    pub fn is_required_on_create(&self) -> bool {
        self.is_required && !self.is_read_only
    }

    /// The picklist value with this number or word.
    #[must_use]
    pub fn picklist_value(&self, value: &str) -> Option<&PicklistValue> {
        self.picklist.iter().find(|p| p.value == value)
    }

    /// The label of a picklist number, where the list knows it.
    #[must_use]
    pub fn picklist_label(&self, number: i64) -> Option<&str> {
        self.picklist.iter().find(|p| p.number() == Some(number)).map(|p| &*p.label)
    }

    /// The required field as the CRM texts name it in messages: `companyName` → `CompanyName`.
    #[must_use]
    pub fn pascal_name(&self) -> String {
        let mut chars = self.name.chars();
        chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
    }
}

/// Serialises with the API's own keys, plus `label`.
impl Serialize for FieldInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("label", &self.label)?;
        map.serialize_entry(if self.is_udf { "type" } else { "dataType" }, self.data_type.as_str())?;
        map.serialize_entry("length", &self.length)?;
        map.serialize_entry("isRequired", &self.is_required)?;
        map.serialize_entry("isReadOnly", &self.is_read_only)?;
        map.serialize_entry("isQueryable", &self.is_queryable)?;
        map.serialize_entry("isReference", &self.reference.is_some())?;
        map.serialize_entry("referenceEntityType", self.reference.as_deref().unwrap_or(""))?;
        map.serialize_entry("isPickList", &self.is_picklist)?;
        map.serialize_entry("picklistValues", &self.is_picklist.then_some(&self.picklist))?;
        map.serialize_entry("picklistParentValueField", self.picklist_parent.as_deref().unwrap_or(""))?;
        map.end()
    }
}

impl Serialize for PicklistValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("value", &self.value)?;
        map.serialize_entry("label", &self.label)?;
        map.serialize_entry("isDefaultValue", &self.is_default)?;
        map.serialize_entry("sortOrder", &self.sort_order)?;
        map.serialize_entry("parentValue", &self.parent_value)?;
        map.serialize_entry("isActive", &self.is_active)?;
        map.serialize_entry("isSystem", &self.is_system)?;
        map.end()
    }
}
