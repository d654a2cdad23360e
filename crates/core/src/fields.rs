//! Fields: the fields of an entity, kept as a compact text until somebody asks for them.
//!
//! The tables of 1,200 fields as Rust values cost a page 60 KB of its download, most of it pointers. As text they
//! compress to a third, and an entity that is never looked at is never read.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};

use crate::field::{DataType, FieldInfo, Format, PicklistValue};
use crate::words;

/// Generated text with one field a line, read on first use.
///
/// ```text
/// name|label where the name does not give it|data type|length|flags|reference|format
/// =name of a picklist field
/// value|label|parent value|s for system
/// ```
#[derive(Debug)]
pub(crate) struct FieldsText {
    text: &'static str,
    read: OnceLock<Vec<FieldInfo>>,
}

impl FieldsText {
    pub(crate) const fn new(text: &'static str) -> FieldsText {
        FieldsText { text, read: OnceLock::new() }
    }

    fn get(&self) -> &[FieldInfo] {
        self.read.get_or_init(|| read(self.text))
    }
}

/// The fields of an entity; a slice of [`FieldInfo`].
#[derive(Clone, Debug)]
pub struct Fields(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Generated(&'static FieldsText),
    Owned(Arc<[FieldInfo]>),
    None,
}

impl Fields {
    pub(crate) const fn generated(text: &'static FieldsText) -> Fields {
        Fields(Kind::Generated(text))
    }

    pub(crate) const fn none() -> Fields {
        Fields(Kind::None)
    }
}

impl Deref for Fields {
    type Target = [FieldInfo];

    fn deref(&self) -> &[FieldInfo] {
        match &self.0 {
            Kind::Generated(text) => text.get(),
            Kind::Owned(fields) => fields,
            Kind::None => &[],
        }
    }
}

impl From<Vec<FieldInfo>> for Fields {
    fn from(fields: Vec<FieldInfo>) -> Fields {
        Fields(Kind::Owned(fields.into()))
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Fields) -> bool {
        **self == **other
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// Reads the generated text. What the generator would not write is passed over; a test counts the fields.
fn read(text: &'static str) -> Vec<FieldInfo> {
    let mut fields: Vec<FieldInfo> = Vec::new();
    let mut lists: Vec<(&str, Vec<PicklistValue>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('=') {
            lists.push((name, Vec::new()));
        } else if let Some((_, values)) = lists.last_mut() {
            let order = i32::try_from(values.len()).unwrap_or(0);
            values.extend(read_pick(line, order));
        } else {
            fields.extend(read_field(line));
        }
    }
    for (name, values) in lists {
        if let Some(field) = fields.iter_mut().find(|f| f.name == name) {
            field.picklist = Cow::Owned(values);
        }
    }
    fields
}

fn read_field(line: &'static str) -> Option<FieldInfo> {
    let mut parts = line.split('|');
    let (name, label) = (parts.next()?, parts.next()?);
    let data_type = match parts.next()? {
        "s" => DataType::String,
        "i" => DataType::Integer,
        "l" => DataType::Long,
        "d" => DataType::Decimal,
        "f" => DataType::Double,
        "b" => DataType::Boolean,
        "t" => DataType::DateTime,
        _ => DataType::Bytes,
    };
    let length = parts.next()?.parse().unwrap_or(0);
    let flags = parts.next()?;
    let reference = parts.next()?;
    let format = match parts.next()? {
        "e" => Format::Email,
        "p" => Format::Phone,
        "w" => Format::Web,
        _ => Format::Any,
    };
    Some(FieldInfo {
        name: Cow::Borrowed(name),
        // What follows from the name is not written down.
        label: if label.is_empty() { Cow::Owned(words::label(name)) } else { Cow::Borrowed(label) },
        data_type,
        length,
        is_required: flags.contains('r'),
        is_read_only: flags.contains('o'),
        is_queryable: !flags.contains('q'),
        is_picklist: flags.contains('p'),
        picklist: Cow::Borrowed(&[]),
        picklist_parent: None,
        reference: (!reference.is_empty()).then_some(Cow::Borrowed(reference)),
        format,
        is_date_only: flags.contains('d'),
        is_flag: flags.contains('f'),
        is_udf: false,
    })
}

fn read_pick(line: &'static str, sort_order: i32) -> Option<PicklistValue> {
    let mut parts = line.split('|');
    Some(PicklistValue {
        value: Cow::Borrowed(parts.next()?),
        label: Cow::Borrowed(parts.next()?),
        parent_value: Cow::Borrowed(parts.next()?),
        sort_order,
        is_active: true,
        is_system: parts.next() == Some("s"),
        is_default: false,
    })
}

#[cfg(test)]
mod tests {
    use crate::entities::ALL;
    use crate::{DataType, Format, entity};

    #[test]
    fn every_generated_line_is_read() {
        let count: usize = ALL.iter().map(|info| info.fields.len()).sum();
        assert_eq!(count, 1330, "as many as the entity files list");
        let picks: usize = ALL.iter().flat_map(|info| info.fields.iter()).map(|f| f.picklist.len()).sum();
        assert!(picks > 100, "{picks}");
    }

    #[test]
    fn a_field_has_all_that_the_facts_say() {
        let contacts = entity("Contacts").expect("known");
        let email = contacts.field("emailAddress").expect("known");
        assert_eq!((email.data_type, email.length, email.format), (DataType::String, 254, Format::Email));
        let active = contacts.field("isActive").expect("known");
        assert!(active.is_flag && active.is_required && !active.is_read_only);
        let companies = entity("Companies").expect("known");
        let kind = companies.field("companyType").expect("known");
        assert_eq!(kind.picklist_label(6), Some("Cancelation"));
        assert!(kind.picklist[0].is_system);
        assert!(!companies.field("sicCode").expect("known").is_queryable);
        assert_eq!(companies.field("ownerResourceID").expect("known").reference.as_deref(), Some("Resources"));
    }
}
