//! Metadata: what an instance says about its entities, in the recorded shapes.

use autotask_core::{EntityInfo, FieldInfo, entity};
use serde_json::{Value, json};

use super::Call;
use crate::tenant::Table;

/// The entities that webhooks exist for.
const WITH_WEBHOOKS: [&str; 5] = ["Companies", "Contacts", "ConfigurationItems", "Tickets", "TicketNotes"];

/// `E/entityInformation`.
pub(super) fn entity_information(table: &Table) -> Value {
    let info = &table.info;
    let access = |can: bool| if can { "All" } else { "None" };
    json!({ "info": {
        "name": info.singular,
        "canCreate": info.can_create,
        "canDelete": info.can_delete,
        "canQuery": info.can_query,
        "canUpdate": info.can_update,
        "userAccessForCreate": access(info.can_create),
        "userAccessForDelete": access(info.can_delete),
        "userAccessForQuery": access(info.can_query),
        "userAccessForUpdate": access(info.can_update),
        "hasUserDefinedFields": info.has_user_defined_fields,
        "supportsWebhookCallouts": has_webhooks(info),
    }})
}

/// `EntityInformation`.
pub(super) fn entities(call: &Call<'_>) -> Value {
    let all: Vec<Value> = call.tenant.tables().iter().map(entity_information).collect();
    json!({ "entityDescriptions": all })
}

/// `E/entityInformation/fields`.
pub(super) fn fields(table: &Table) -> Value {
    let webhooks = has_webhooks(&table.info);
    let fields: Vec<Value> = table
        .info
        .fields
        .iter()
        .map(|field| {
            json!({
                "name": field.name,
                "dataType": field.data_type.as_str(),
                "length": length(field),
                "isRequired": field.is_required,
                "isReadOnly": field.is_read_only,
                "isQueryable": field.is_queryable,
                "isReference": field.reference.is_some(),
                "referenceEntityType": referenced(field),
                "isPickList": field.is_picklist,
                "picklistValues": picklist(field),
                "picklistParentValueField": field.picklist_parent.as_deref().unwrap_or(""),
                "isSupportedWebhookField": crate::webhooks::supports(&table.info, field)
                    .unwrap_or(webhooks && !field.is_read_only && field.is_queryable),
            })
        })
        .collect();
    json!({ "fields": fields })
}

/// `E/entityInformation/userDefinedFields`: `type` instead of `dataType`, and a label.
pub(super) fn user_defined_fields(table: &Table) -> Value {
    let webhooks = has_webhooks(&table.info);
    let fields: Vec<Value> = table
        .info
        .user_defined_fields
        .iter()
        .map(|field| {
            json!({
                "name": field.name,
                "label": field.label,
                "type": field.data_type.as_str(),
                "length": length(field),
                "description": null,
                "isRequired": field.is_required,
                "isReadOnly": field.is_read_only,
                "isQueryable": field.is_queryable,
                "isReference": false,
                "referenceEntityType": "",
                "isPickList": field.is_picklist,
                "picklistValues": picklist(field),
                "picklistParentValueField": "",
                "defaultValue": null,
                "isSupportedWebhookField": webhooks,
            })
        })
        .collect();
    json!({ "fields": fields })
}

/// `Modules`: numbers nobody has explained, as recorded.
pub(super) fn modules() -> Value {
    json!({ "modules": [{ "key": 24, "value": true }, { "key": 36, "value": true }] })
}

/// 0 for anything but text.
fn length(field: &FieldInfo) -> u32 {
    if field.data_type == autotask_core::DataType::String { field.length } else { 0 }
}

/// Metadata names the model: `Resource`, not `Resources`.
fn referenced(field: &FieldInfo) -> &str {
    field.reference.as_deref().map_or("", |name| entity(name).map_or(name, |info| info.singular))
}

fn picklist(field: &FieldInfo) -> Value {
    if !field.is_picklist {
        return Value::Null;
    }
    let parent = |value: &str| if field.is_udf { Value::Null } else { Value::from(value) };
    field
        .picklist
        .iter()
        .map(|pick| {
            json!({
                "value": pick.value,
                "label": pick.label,
                "isDefaultValue": pick.is_default,
                "sortOrder": pick.sort_order,
                "parentValue": parent(&pick.parent_value),
                "isActive": pick.is_active,
                "isSystem": pick.is_system,
            })
        })
        .collect()
}

fn has_webhooks(info: &EntityInfo) -> bool {
    WITH_WEBHOOKS.contains(&info.name)
}
