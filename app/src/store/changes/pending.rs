//! Pending: what is typed for a row and not written yet, with what was seen when it was typed.

use autotask_core::{EntityInfo, Record, write::Patch};
use serde::{Deserialize, Serialize};

use crate::store::typed_text::{Values, change_of, parse_form_name};

/// The fields of a row that are open for editing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The fields as they were when each was opened.
    seen: Record,
    /// The texts by the name that forms give a field.
    texts: Values,
}

impl Pending {
    /// Whether no field is open.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The text of a field that is open.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// The open fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// Opens a field with the text it has in this row; one that is open keeps what is typed.
    pub fn open(&mut self, name: &str, row: &Record, text: String) {
        if !self.texts.contains_key(name) {
            let (own, is_udf) = parse_form_name(name);
            self.seen.set_value(own, is_udf, row.value(own, is_udf).cloned().unwrap_or_default());
            self.texts.insert(name.to_owned(), text);
        }
    }

    /// Types into an open field.
    pub fn set(&mut self, name: &str, text: String) {
        if let Some(known) = self.texts.get_mut(name) {
            *known = text;
        }
    }

    /// Closes a field; what was typed is forgotten.
    pub fn close(&mut self, name: &str) {
        self.texts.remove(name);
    }

    /// The row as it was seen, with its id.
    pub fn seen(&self, id: i64) -> Record {
        self.seen.clone().with("id", id)
    }

    /// What would be written.
    pub fn patch(&self, info: &EntityInfo, id: i64) -> Patch {
        Patch::between(info, &self.seen(id), &change_of(info, &self.texts).with("id", id))
    }
}

#[cfg(test)]
mod tests {
    use autotask_core::entity;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_what_differs_from_what_was_seen_is_written() {
        let info = entity("Companies").expect("known");
        let row = Record::from(
            json!({"id":7,"city":"Troy","phone":"1","userDefinedFields":[{"name":"Tier","value":"A"}]})
                .as_object()
                .cloned()
                .expect("an object"),
        );
        let mut pending = Pending::default();
        for (name, text) in [("city", "Troy"), ("phone", "1"), ("userDefinedFields.Tier", "A")] {
            pending.open(name, &row, text.to_owned());
        }
        assert!(pending.patch(info, 7).is_empty());
        pending.set("phone", " ".to_owned());
        pending.set("userDefinedFields.Tier", "B".to_owned());
        pending.set("fax", "not open".to_owned());
        // Opened again after somebody changed it: what was seen first is what is compared.
        pending.open("phone", &Record::new().with("phone", "2"), "2".to_owned());
        assert_eq!(
            Value::from(pending.patch(info, 7).record()),
            json!({"id":7,"phone":null,"userDefinedFields":[{"name":"Tier","value":"B"}]})
        );
        assert_eq!(pending.seen(7).text("phone"), Some("1"));
        pending.close("phone");
        pending.close("userDefinedFields.Tier");
        assert_eq!(pending.names().collect::<Vec<_>>(), ["city"]);
        let text = serde_json::to_string(&pending).expect("serialises");
        assert_eq!(serde_json::from_str::<Pending>(&text).expect("reads"), pending);
    }
}
