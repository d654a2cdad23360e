//! Metadata: what Autotask knows, and what an instance says.

use autotask_core::Issue;
use wasm_bindgen::prelude::*;

use crate::convert::{from_js_or_bytes, to_js};

/// The names of all entities, plural.
#[wasm_bindgen(js_name = entityNames)]
#[must_use]
pub fn entity_names() -> Vec<String> {
    autotask_core::entity_names().into_iter().map(str::to_owned).collect()
}

/// What Autotask knows of an entity; `undefined` when there is none of this name.
#[wasm_bindgen]
#[must_use]
pub fn entity(name: &str) -> JsValue {
    autotask_core::entity(name).map_or(JsValue::UNDEFINED, to_js)
}

/// Vanilla metadata, overridden by an instance's own.
#[wasm_bindgen]
#[derive(Default)]
pub struct Schema {
    pub(crate) inner: autotask_core::Schema,
}

#[wasm_bindgen]
impl Schema {
    /// The vanilla metadata.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Schema {
        Schema::default()
    }

    /// Takes over answers of `entityInformation/fields` and `…/userDefinedFields`, as bytes or objects.
    #[must_use]
    pub fn load(&mut self, entity: &str, fields: JsValue, user_defined_fields: JsValue) -> JsValue {
        let mut issues: Vec<Issue> = Vec::new();
        for (answer, udf) in [(fields, false), (user_defined_fields, true)] {
            if answer.is_undefined() || answer.is_null() {
                continue;
            }
            match from_js_or_bytes(answer) {
                Ok(json) if udf => issues.extend(self.inner.load_user_defined_fields(entity, &json)),
                Ok(json) => issues.extend(self.inner.load_fields(entity, &json)),
                Err(issue) => issues.push(issue),
            }
        }
        to_js(&issues)
    }

    /// An entity with the instance's fields.
    #[must_use]
    pub fn entity(&self, name: &str) -> JsValue {
        self.inner.entity(name).map_or(JsValue::UNDEFINED, |info| to_js(&*info))
    }
}
