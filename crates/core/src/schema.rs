//! Schema: the entities of one instance. Starts from the vanilla facts; the instance's own metadata overrides them.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::entity::{EntityInfo, entity};
use crate::field::{DataType, FieldInfo, Format, PicklistValue};
use crate::issue::Issue;
use crate::record::boolean;

/// The entities of one instance.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Those with an instance's fields: few, so that they are looked through.
    loaded: Vec<Arc<EntityInfo>>,
}

impl Schema {
    /// The vanilla facts only.
    #[must_use]
    pub fn new() -> Schema {
        Schema::default()
    }

    /// The entity of this name (plural or singular, any letter case), with the instance's fields where loaded.
    #[must_use]
    pub fn info(&self, name: &str) -> Option<&EntityInfo> {
        let vanilla = entity(name)?;
        Some(self.loaded(vanilla).map_or(vanilla, |loaded| loaded))
    }

    /// The same to keep: where nothing was loaded, a copy of all its fields.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<Arc<EntityInfo>> {
        let vanilla = entity(name)?;
        Some(self.loaded(vanilla).cloned().unwrap_or_else(|| Arc::new(vanilla.clone())))
    }

    /// Takes over what another schema has loaded of an entity.
    pub fn take(&mut self, other: &Schema, name: &str) {
        if let Some(info) = entity(name).and_then(|vanilla| other.loaded(vanilla)) {
            self.keep(Arc::clone(info));
        }
    }

    /// Takes over an answer of `entityInformation/fields`.
    ///
    /// What the facts know and metadata does not say (labels, formats, date-only and flag marks, lists that come
    /// empty) is kept. Entries that cannot be read are named in the issues and left as they were.
    pub fn load_fields(&mut self, name: &str, answer: &Value) -> Vec<Issue> {
        self.load(name, answer, false)
    }

    /// Takes over an answer of `entityInformation/userDefinedFields`.
    pub fn load_user_defined_fields(&mut self, name: &str, answer: &Value) -> Vec<Issue> {
        self.load(name, answer, true)
    }

    fn load(&mut self, name: &str, answer: &Value, udf: bool) -> Vec<Issue> {
        let Some(current) = self.entity(name) else {
            return vec![Issue::error("metadata.unknown_entity", format!("unknown entity `{name}`"))];
        };
        let Some(list) = member(answer, "fields").and_then(Value::as_array) else {
            return vec![
                Issue::error("metadata.malformed", format!("the metadata of {} has no list `fields`", current.name))
                    .hint("give the whole answer of `entityInformation/fields`"),
            ];
        };
        let mut issues = Vec::new();
        let mut info = (*current).clone();
        let mut fields: Vec<FieldInfo> = if udf { Vec::new() } else { info.fields.to_vec() };
        for (index, entry) in list.iter().enumerate() {
            match read_field(entry, &fields, udf) {
                Ok(field) => match fields.iter_mut().find(|f| f.is_named(&field.name)) {
                    Some(known) => *known = field,
                    None => fields.push(field),
                },
                Err(message) => {
                    issues.push(Issue::error("metadata.malformed", message).at(format!("fields[{index}]")));
                }
            }
        }
        if udf {
            info.user_defined_fields = fields.into();
            info.fields = current.fields.clone();
        } else {
            info.fields = fields.into();
        }
        self.keep(Arc::new(info));
        issues
    }

    fn loaded(&self, vanilla: &EntityInfo) -> Option<&Arc<EntityInfo>> {
        self.loaded.iter().find(|loaded| loaded.name == vanilla.name)
    }

    fn keep(&mut self, info: Arc<EntityInfo>) {
        match self.loaded.iter_mut().find(|loaded| loaded.name == info.name) {
            Some(loaded) => *loaded = info,
            None => self.loaded.push(info),
        }
    }
}

/// Reads one entry of metadata, over what is known of the field of that name.
fn read_field(entry: &Value, known: &[FieldInfo], udf: bool) -> Result<FieldInfo, String> {
    let name =
        member(entry, "name").and_then(Value::as_str).filter(|n| !n.is_empty()).ok_or("a field without `name`")?;
    let vanilla = known.iter().find(|f| f.is_named(name));
    // UDF answers say `type`, the others `dataType`; clients in the wild mix them up, so either is read.
    let word = member(entry, "dataType").or_else(|| member(entry, "type")).and_then(Value::as_str);
    let data_type = match (word, vanilla) {
        // Metadata calls date-only fields, decimals and the like what they are; an unknown word keeps what we knew.
        (Some(word), _) if DataType::from_api(word).is_some() => DataType::from_api(word).unwrap_or(DataType::String),
        (_, Some(vanilla)) => vanilla.data_type,
        (Some(word), None) => return Err(format!("field `{name}` has the unknown data type `{word}`")),
        (None, None) => return Err(format!("field `{name}` has no data type")),
    };
    let flag = |key: &str, default: bool| member(entry, key).and_then(boolean).unwrap_or(default);
    let word = |key: &str| member(entry, key).and_then(Value::as_str).filter(|w| !w.is_empty());
    let is_picklist = flag("isPickList", vanilla.is_some_and(|v| v.is_picklist));
    let picklist = match member(entry, "picklistValues").and_then(Value::as_array) {
        Some(values) if !values.is_empty() => Cow::Owned(values.iter().enumerate().filter_map(read_pick).collect()),
        _ => vanilla.map_or(Cow::Borrowed(&[][..]), |v| v.picklist.clone()),
    };
    let reference =
        match (flag("isReference", vanilla.is_some_and(|v| v.reference.is_some())), word("referenceEntityType")) {
            (false, _) => None,
            // Metadata names the model (`Resource`), the facts the collection (`Resources`).
            (true, Some(model)) => {
                Some(entity(model).map_or_else(|| Cow::Owned(model.to_owned()), |e| Cow::Borrowed(e.name)))
            }
            (true, None) => vanilla.and_then(|v| v.reference.clone()),
        };
    Ok(FieldInfo {
        name: vanilla.map_or_else(|| Cow::Owned(name.to_owned()), |v| v.name.clone()),
        label: match (word("label"), vanilla) {
            (Some(label), _) => Cow::Owned(label.to_owned()),
            (None, Some(vanilla)) => vanilla.label.clone(),
            (None, None) => Cow::Owned(name.to_owned()),
        },
        data_type,
        length: member(entry, "length").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        is_required: flag("isRequired", false),
        is_read_only: flag("isReadOnly", false),
        is_queryable: flag("isQueryable", true),
        is_picklist,
        picklist,
        picklist_parent: word("picklistParentValueField").map(|w| Cow::Owned(w.to_owned())),
        reference,
        format: vanilla.map_or(Format::Any, |v| v.format),
        is_date_only: vanilla.is_some_and(|v| v.is_date_only),
        is_flag: vanilla.is_some_and(|v| v.is_flag),
        is_udf: udf,
    })
}

fn read_pick((index, entry): (usize, &Value)) -> Option<PicklistValue> {
    let text = |key: &str| match member(entry, key) {
        Some(Value::String(text)) => Cow::Owned(text.clone()),
        Some(number @ Value::Number(_)) => Cow::Owned(crate::json::write(number)),
        _ => Cow::Borrowed(""),
    };
    let flag = |key: &str, default: bool| member(entry, key).and_then(boolean).unwrap_or(default);
    let order = member(entry, "sortOrder").and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
    let value = text("value");
    (!value.is_empty()).then(|| PicklistValue {
        label: text("label"),
        value,
        parent_value: text("parentValue"),
        sort_order: order.or_else(|| i32::try_from(index).ok()).unwrap_or(0),
        is_active: flag("isActive", true),
        is_system: flag("isSystem", false),
        is_default: flag("isDefaultValue", false),
    })
}

/// A member of a JSON object by name in any letter case.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    member_of(value.as_object()?, name)
}

pub(crate) fn member_of<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_instances_picklist_overrides_the_vanilla_one() {
        let mut schema = Schema::new();
        let issues = schema.load_fields(
            "companies",
            &json!({"fields":[{"name":"CompanyType","dataType":"short","isPickList":true,"isRequired":true,"isQueryable":true,
                "picklistValues":[{"value":"1","label":"Client","isActive":true},{"value":9,"label":"Old","isActive":false}]}]}),
        );
        assert_eq!(issues, []);
        let info = schema.entity("Company").expect("known");
        let field = info.field("companyType").expect("known");
        assert_eq!(field.name, "companyType", "the canonical spelling stays");
        assert_eq!(field.picklist_label(1), Some("Client"));
        assert_eq!(field.picklist.len(), 2);
        assert!(info.field("city").is_some(), "fields that metadata does not list stay");
    }

    #[test]
    fn user_defined_fields_come_with_type_or_data_type() {
        let mut schema = Schema::new();
        let issues = schema.load_user_defined_fields(
            "Companies",
            &json!({"fields":[{"name":"Ranking","label":"Customer ranking","type":"string","length":50},{"name":"Seats","dataType":"double"},{"name":"Bad","type":"blob"},7]}),
        );
        assert_eq!(issues.len(), 2);
        let info = schema.entity("Companies").expect("known");
        assert_eq!(info.user_defined_field("ranking").map(|f| f.data_type), Some(DataType::String));
        assert_eq!(info.user_defined_field("Seats").map(|f| f.data_type), Some(DataType::Double));
        assert!(!info.fields.is_empty());
    }

    #[test]
    fn an_answer_without_fields_is_an_issue() {
        assert_eq!(Schema::new().load_fields("Companies", &json!([]))[0].code, "metadata.malformed");
        assert_eq!(Schema::new().load_fields("Widgets", &json!({}))[0].code, "metadata.unknown_entity");
    }
}
