//! Fields: what of a row is kept, and which of its fields are asked for before it changes.

use autotask_core::{EntityInfo, Record};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Longest text that is kept, in bytes: as long as Autotask's longest fields.
const TEXT_BYTES_MAX: usize = 32_000;
/// What is in the name of a field whose value nobody should read here.
const SECRET_WORDS: [&str; 8] =
    ["password", "passwort", "secret", "token", "credential", "passphrase", "apikey", "privatekey"];
/// The member with the tenant's own fields.
const OWN_FIELDS: &str = "userDefinedFields";

/// The fields of a row as they are kept; its id stands beside them.
pub(crate) fn kept(entity: &EntityInfo, row: &Record) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in row.iter() {
        if name.eq_ignore_ascii_case("id") {
            continue;
        }
        let name = entity.field(name).map_or(name, |field| &field.name);
        if name.eq_ignore_ascii_case(OWN_FIELDS) {
            let own = row
                .user_defined_fields()
                .map(|(name, value)| json!({"name": name, "value": shown(entity, name, value)}));
            fields.insert(OWN_FIELDS.to_owned(), own.collect());
        } else {
            fields.insert(name.to_owned(), shown(entity, name, value));
        }
    }
    fields
}

/// The fields of a row, as far as `written` has them too: Autotask may answer more than it was asked for.
pub(crate) fn kept_like(entity: &EntityInfo, row: &Record, written: &Record) -> Map<String, Value> {
    let mut fields = kept(entity, row);
    fields.retain(|name, _| written.get(name).is_some());
    if let Some(Value::Array(own)) = fields.get_mut(OWN_FIELDS) {
        own.retain(|field| field["name"].as_str().is_some_and(|name| written.user_defined_field(name).is_some()));
    }
    fields
}

/// The fields of a row that Autotask can be asked for: what it does not know would fail the whole look.
pub(crate) fn readable(entity: &EntityInfo, row: &Record) -> Vec<String> {
    let known = row.iter().filter_map(|(name, _)| entity.field(name)).map(|field| field.name.to_string());
    let own = row.user_defined_fields().map(|(name, _)| name.to_owned());
    known.filter(|name| !name.eq_ignore_ascii_case("id") && !is_file(entity, name)).chain(own).collect()
}

fn shown(entity: &EntityInfo, name: &str, value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) if !is_secret(name) => value.clone(),
        Value::String(text) if text.is_empty() => value.clone(),
        Value::String(text) if text.len() <= TEXT_BYTES_MAX && !is_secret(name) && !is_file(entity, name) => {
            value.clone()
        }
        Value::String(text) => digest(text),
        // Autotask has no such values: nobody knows what is in them.
        other => digest(&other.to_string()),
    }
}

fn digest(text: &str) -> Value {
    let hash = super::Hash(Sha256::digest(text).into());
    json!({"bytes": text.len(), "sha256": hash.to_string()})
}

fn is_secret(name: &str) -> bool {
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    SECRET_WORDS.iter().any(|word| letters.contains(word))
}

/// Whether it is the content of an attachment.
fn is_file(entity: &EntityInfo, name: &str) -> bool {
    entity.name.ends_with("Attachments") && name.eq_ignore_ascii_case("data")
}

#[cfg(test)]
mod tests {
    use autotask_core::entity;

    use super::*;

    #[track_caller]
    fn check(name: &str, row: Value, expected: &Value, asked: &[&str]) {
        let entity = entity(name).unwrap();
        let row = Record::from_json(&row.to_string()).unwrap();
        assert_eq!(&Value::Object(kept(entity, &row)), expected);
        assert_eq!(readable(entity, &row), asked);
    }

    #[test]
    fn plain_fields_are_kept_in_autotasks_spelling() {
        check(
            "Companies",
            json!({"ID": 5, "CITY": "Troy", "phone": null, "nonsense": 1, "userDefinedFields": [{"name": "Tier", "value": "A"}]}),
            &json!({"city": "Troy", "phone": null, "nonsense": 1, "userDefinedFields": [{"name": "Tier", "value": "A"}]}),
            &["city", "phone", "Tier"],
        );
    }

    #[test]
    fn of_secrets_and_files_only_size_and_hash_are_kept() {
        let row = json!({
            "city": "Troy", "data": "QUJD", "secretKey": "marker", "odd": {"password": "marker"},
            "userDefinedFields": [{"name": "Firewall Pass-Word", "value": "marker"}, {"name": "Router password", "value": "marker"}],
        });
        let record = Record::from_json(&row.to_string()).unwrap();
        for name in ["TicketAttachments", "CompanyAttachments"] {
            let kept = Value::Object(kept(entity(name).unwrap(), &record));
            let text = kept.to_string();
            assert!(!text.contains("marker") && !text.contains("QUJD"), "{text}");
            assert_eq!((&kept["data"]["bytes"], &kept["city"]), (&json!(4), &json!("Troy")));
            let expected = digest("marker");
            assert_eq!((&kept["secretKey"], &kept["userDefinedFields"][1]["value"]), (&expected, &expected));
            assert!(!readable(entity(name).unwrap(), &record).iter().any(|name| name == "data"));
        }
        let long = json!({"description": "x".repeat(TEXT_BYTES_MAX + 1)});
        let record = Record::from_json(&long.to_string()).unwrap();
        assert_eq!(super::kept(entity("Tickets").unwrap(), &record)["description"]["bytes"], 32_001);
    }
}
