//! Metadata: what Autotask knows, and what an instance says.

use autotask_core::Issue;
use wasm_bindgen::prelude::*;

use crate::convert::{read_text, to_json};

/// The package's version.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The names of all entities, plural.
#[wasm_bindgen(js_name = entityNames)]
#[must_use]
pub fn entity_names() -> String {
    to_json(&autotask_core::entity_names())
}

/// What Autotask knows of an entity; `None` when there is none of this name.
#[wasm_bindgen]
#[must_use]
pub fn entity(name: &str) -> Option<String> {
    autotask_core::entity(name).map(to_json)
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

    /// Takes over answers of `entityInformation/fields` and `…/userDefinedFields`.
    #[must_use]
    pub fn load(&mut self, entity: &str, fields: Option<Vec<u8>>, user_defined_fields: Option<Vec<u8>>) -> String {
        let mut issues: Vec<Issue> = Vec::new();
        for (answer, udf) in [(fields, false), (user_defined_fields, true)] {
            let Some(bytes) = answer else { continue };
            match read_text(&bytes) {
                Ok(json) if udf => issues.extend(self.inner.load_user_defined_fields(entity, &json)),
                Ok(json) => issues.extend(self.inner.load_fields(entity, &json)),
                Err(issue) => issues.push(issue),
            }
        }
        to_json(&issues)
    }

    /// An entity with the instance's fields.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<String> {
        self.inner.info(name).map(to_json)
    }
}
