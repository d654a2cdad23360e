//! Tenant: the entities as this instance has them: core's facts, the instance's own picklists, and its user-defined
//! fields, which are rows of `UserDefinedFieldDefinitions`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

use autotask_core::entities::ALL;
use autotask_core::{DataType, EntityInfo, FieldInfo, Format, PicklistValue};

use crate::store::schema::{folded, quoted};
use crate::webhooks;
use crate::world::lists;

/// The numbers of `UserDefinedFieldDefinitions.udfType` and the entities they stand for.
///
/// Decision: only 1 is recorded; the others are ours.
pub(crate) const UDF_TYPES: [(i64, &str); 8] = [
    (1, "Companies"),
    (2, "Contacts"),
    (3, "Opportunities"),
    (4, "CompanySiteConfigurations"),
    (5, "SalesOrders"),
    (6, "ConfigurationItems"),
    (7, "Projects"),
    (8, "Tickets"),
];

/// The numbers of `UserDefinedFieldDefinitions.dataType`. Decision: none is recorded; these are ours.
pub(crate) const UDF_DATA_TYPES: [(i64, &str); 5] =
    [(1, "Text (Single Line)"), (2, "Text (Multi Line)"), (3, "Number"), (4, "Date"), (5, "List (Single Select)")];

/// Most characters of a user-defined text.
const UDF_TEXT_LENGTH: u32 = 8_000;

/// One entity with its SQL.
#[derive(Debug)]
pub(crate) struct Table {
    /// The entity as this instance has it.
    pub(crate) info: EntityInfo,
    /// The ids of the definitions of `info.user_defined_fields`, in the same order.
    pub(crate) definitions: Vec<i64>,
    /// The position of `id` among the fields.
    pub(crate) id: usize,
    /// All columns of the fields, in order.
    pub(crate) select: String,
    pub(crate) insert: String,
    pub(crate) update: String,
}

/// One row of `UserDefinedFieldDefinitions` with its list items.
pub(crate) struct Definition {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) udf_type: i64,
    pub(crate) data_type: i64,
    pub(crate) is_required: bool,
    pub(crate) items: Vec<String>,
}

/// The entities as this instance has them.
#[derive(Debug)]
pub(crate) struct Tenant {
    tables: Vec<Table>,
    by_name: HashMap<&'static str, usize>,
}

impl Tenant {
    /// The facts with these user-defined fields.
    pub(crate) fn new(definitions: &[Definition]) -> Tenant {
        let tables: Vec<Table> = ALL.iter().map(|info| Table::new(info, definitions)).collect();
        let by_name = tables.iter().enumerate().map(|(index, table)| (table.info.name, index)).collect();
        Tenant { tables, by_name }
    }

    /// The entity's table.
    pub(crate) fn table(&self, info: &EntityInfo) -> &Table {
        self.named(info.name)
    }

    /// The table of an entity that is known to exist.
    pub(crate) fn named(&self, name: &str) -> &Table {
        // INVARIANT: names come from `ALL` or are literals of this crate, and every entity of `ALL` has a table.
        &self.tables[self.by_name.get(name).copied().unwrap_or_default()]
    }

    /// The table of an entity by its plural name, if there is such an entity.
    pub(crate) fn find(&self, name: &str) -> Option<&Table> {
        self.by_name.get(name).map(|index| &self.tables[*index])
    }

    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
    }
}

impl Table {
    fn new(vanilla: &EntityInfo, definitions: &[Definition]) -> Table {
        let mut info = vanilla.clone();
        let mut fields = info.fields.to_vec();
        for field in &mut fields {
            if let Some(list) = lists::picklist(vanilla.name, &field.name) {
                field.picklist = Cow::Owned(list);
            }
            if field.name == "udfFieldID"
                && let Some(list) = webhooks::udf_fields(vanilla.name, definitions)
            {
                field.picklist = Cow::Owned(list);
            }
            if let Some(parent) = lists::parent(vanilla.name, &field.name) {
                field.picklist_parent = Some(Cow::Borrowed(parent));
            }
        }
        info.fields = fields.into();
        let mut ids = Vec::new();
        let mut udfs = Vec::new();
        for definition in definitions {
            let entity = UDF_TYPES.iter().find(|(number, _)| *number == definition.udf_type).map(|(_, name)| *name);
            if entity == Some(vanilla.name) {
                ids.push(definition.id);
                udfs.push(definition.field());
            }
        }
        info.user_defined_fields = udfs.into();
        let id = info.fields.iter().position(|f| f.name == "id").unwrap_or_default();
        let (select, insert, update) = statements(&info);
        Table { info, definitions: ids, id, select, insert, update }
    }

    /// The position of a field.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.info.fields.iter().position(|f| f.name == name).or_else(|| {
            let found = self.info.fields.iter().position(|f| f.is_named(name));
            debug_assert!(found.is_none() || !cfg!(debug_assertions) || name != "id", "id is spelled so everywhere");
            found
        })
    }

    /// The position of a user-defined field.
    pub(crate) fn udf_position(&self, name: &str) -> Option<usize> {
        self.info.user_defined_fields.iter().position(|f| f.is_named(name))
    }

    /// The id of a user-defined field's definition.
    pub(crate) fn definition(&self, field: &FieldInfo) -> i64 {
        self.udf_position(&field.name).map_or(-1, |at| self.definitions[at])
    }
}

/// Whether a folded shadow column stands beside the field.
pub(crate) fn has_shadow(field: &FieldInfo) -> bool {
    matches!(field.data_type, DataType::String | DataType::Bytes) && field.is_queryable
}

fn statements(info: &EntityInfo) -> (String, String, String) {
    let columns: Vec<String> = info.fields.iter().map(|f| quoted(&f.name)).collect();
    let shadows: Vec<String> = info.fields.iter().filter(|f| has_shadow(f)).map(|f| folded(&f.name)).collect();
    let all: Vec<&String> = columns.iter().chain(&shadows).collect();
    let table = quoted(info.name);
    let mut insert = format!("INSERT INTO {table} (");
    let mut update = format!("UPDATE {table} SET ");
    let mut marks = String::new();
    for (index, column) in all.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(insert, "{comma}{column}");
        let _ = write!(update, "{comma}{column} = ?{}", index + 1);
        let _ = write!(marks, "{comma}?{}", index + 1);
    }
    let _ = write!(insert, ") VALUES ({marks})");
    let id = info.fields.iter().position(|f| f.name == "id").unwrap_or_default();
    let _ = write!(update, " WHERE \"id\" = ?{}", id + 1);
    (columns.join(", "), insert, update)
}

impl Definition {
    fn field(&self) -> FieldInfo {
        let data_type = match self.data_type {
            3 => DataType::Double,
            4 => DataType::DateTime,
            _ => DataType::String,
        };
        let is_picklist = self.data_type == 5;
        let picklist: Vec<PicklistValue> = self
            .items
            .iter()
            .enumerate()
            .map(|(index, item)| PicklistValue {
                // Decision: rows and lists carry the words, as in the recorded `"value":"Golden"`.
                value: Cow::Owned(item.clone()),
                label: Cow::Owned(item.clone()),
                parent_value: Cow::Borrowed(""),
                sort_order: i32::try_from(index).unwrap_or(0),
                is_active: true,
                is_system: false,
                is_default: false,
            })
            .collect();
        FieldInfo {
            name: Cow::Owned(self.name.clone()),
            label: Cow::Owned(self.name.clone()),
            data_type,
            length: if data_type == DataType::String { UDF_TEXT_LENGTH } else { 0 },
            is_required: self.is_required,
            is_read_only: false,
            is_queryable: true,
            is_picklist,
            picklist: if is_picklist { Cow::Owned(picklist) } else { Cow::Borrowed(&[]) },
            picklist_parent: None,
            reference: None,
            format: Format::Any,
            is_date_only: data_type == DataType::DateTime,
            is_flag: false,
            is_udf: true,
        }
    }
}
