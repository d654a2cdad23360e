//! Metadata in the recorded shapes, and as core reads it.

use crate::common::Api;
use autotask_core::DataType;
use autotask_core::entities::ALL;
use serde_json::{Value, json};

fn named(fields: &Value, name: &str) -> Value {
    fields["fields"].as_array().expect("fields").iter().find(|f| f["name"] == name).expect(name).clone()
}

#[tokio::test]
async fn every_entity_that_can_be_queried_tells_what_it_is() {
    let api = Api::new(2);
    let described = api.get("/EntityInformation").await.ok();
    assert_eq!(described["entityDescriptions"].as_array().map(Vec::len), Some(ALL.len()));
    for info in ALL.iter().filter(|info| info.can_query) {
        let name = info.name;
        let about = api.get(&format!("/{name}/entityInformation")).await.ok();
        assert_eq!(about["info"]["name"], info.singular);
        assert_eq!(about["info"]["canDelete"], info.can_delete);
        let fields = api.get(&format!("/{name}/entityInformation/fields")).await.ok();
        assert_eq!(fields["fields"].as_array().map(Vec::len), Some(info.fields.len()), "{name}");
        let count = api.post(&format!("/{name}/query"), json!({"filter": [{"op": "exist", "field": "id"}]})).await;
        count.ok();
        if let Some(row) = count.items().first() {
            assert_eq!(
                row.as_object().map(|row| row.len()),
                Some(info.fields.len() + 1),
                "{name}: every field and the user-defined ones"
            );
        }
    }
}

#[tokio::test]
async fn fields_have_the_recorded_members() {
    let api = Api::new(2);
    let fields = api.get("/Companies/entityInformation/fields").await.ok();
    assert_eq!(
        named(&fields, "ownerResourceID"),
        json!({
            "name": "ownerResourceID", "dataType": "integer", "length": 0, "isRequired": true, "isReadOnly": false,
            "isQueryable": true, "isReference": true, "referenceEntityType": "Resource", "isPickList": false,
            "picklistValues": null, "picklistParentValueField": "", "isSupportedWebhookField": true,
        })
    );
    assert_eq!(named(&fields, "companyName")["length"], 100);
    let kind = named(&fields, "companyType");
    assert_eq!(
        kind["picklistValues"][0],
        json!({"value": "1", "label": "Customer", "isDefaultValue": false, "sortOrder": 0, "parentValue": "", "isActive": true, "isSystem": true})
    );
    assert_eq!(kind["picklistValues"].as_array().map(Vec::len), Some(7));
    let territories = named(&fields, "territoryID");
    assert!(
        territories["picklistValues"]
            .as_array()
            .expect("values")
            .iter()
            .all(|v| v["value"].as_str().is_some_and(|v| v.starts_with("296827")))
    );
    // Below a parent too, with anything for the parent's id.
    let below = api.get("/Companies/x/Contacts/entityInformation/fields").await.ok();
    assert_eq!(below, api.get("/Contacts/entityInformation/fields").await.ok());
    assert_eq!(api.get("/CompanyAttachments/entityInformation/userDefinedFields").await.status, 404);
    assert_eq!(api.get("/CompanyLocations/entityInformation/userDefinedFields").await.ok(), json!({"fields": []}));
}

#[tokio::test]
async fn there_are_user_defined_fields_of_each_type() {
    let api = Api::new(2);
    let schema = api.schema(&["Companies", "Contacts"]).await;
    for entity in ["Companies", "Contacts"] {
        let info = schema.entity(entity).expect("known");
        let types: Vec<DataType> = info.user_defined_fields.iter().map(|f| f.data_type).collect();
        for expected in [DataType::String, DataType::Double, DataType::DateTime] {
            assert!(types.contains(&expected), "{entity}: {expected:?}");
        }
        assert!(info.user_defined_fields.iter().any(|f| f.is_picklist && f.picklist.len() == 2), "{entity}: yes or no");
    }
    let udfs = api.get("/Companies/entityInformation/userDefinedFields").await.ok();
    let ranking = named(&udfs, "Customer Ranking");
    assert_eq!(
        (&ranking["type"], &ranking["label"], &ranking["isPickList"]),
        (&json!("string"), &json!("Customer Ranking"), &json!(true))
    );
    assert!(ranking.get("dataType").is_none());
    assert_eq!(ranking["picklistValues"][0]["value"], "Golden");
    assert_eq!(ranking["picklistValues"][0]["parentValue"], Value::Null);
}

#[tokio::test]
async fn a_new_definition_is_a_new_field_at_once() {
    let api = Api::new(2);
    let definition = api
        .post("/UserDefinedFieldDefinitions", json!({"name": "Floor", "udfType": 1, "dataType": 5, "isActive": true}))
        .await
        .item_id();
    for item in ["First", "Second"] {
        let body = json!({"valueForDisplay": item, "valueForExport": item});
        api.post(&format!("/UserDefinedFields/{definition}/ListItems"), body).await.item_id();
    }
    let udfs = api.get("/Companies/entityInformation/userDefinedFields").await.ok();
    assert_eq!(named(&udfs, "Floor")["picklistValues"].as_array().map(Vec::len), Some(2));
    let id = api.company("A", json!({"userDefinedFields": [{"name": "Floor", "value": "Second"}]})).await;
    let found = api.all("Companies", json!([{"op": "eq", "field": "FLOOR", "udf": true, "value": "second"}])).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["id"], id);
    let twice = json!({"valueForDisplay": "First", "valueForExport": "Other"});
    assert!(
        api.post(&format!("/UserDefinedFields/{definition}/ListItems"), twice).await.error().contains("already exists")
    );
}

#[tokio::test]
async fn modules_and_version_have_the_recorded_shape() {
    let api = Api::new(0);
    assert_eq!(api.get("/Modules").await.ok()["modules"][0]["key"], 24);
    let version = api.get("/Version").await.ok();
    assert_eq!(
        version.as_object().map(|v| v.keys().cloned().collect::<Vec<_>>()),
        Some(vec!["majorVersion".into(), "minorVersion".into(), "build".into(), "customerType".into()])
    );
}
