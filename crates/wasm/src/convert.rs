//! Conversions between JavaScript's values and ours.

use autotask_core::{EntityInfo, Issue};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

/// A value as plain JavaScript: objects, not maps, and members that are absent left out.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    // Our own types always serialise; a failure would be a bug, and `null` a visible one.
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// A JavaScript value as JSON; what JSON cannot hold (functions, symbols) is an error in words.
pub(crate) fn from_js(value: JsValue) -> Result<Value, String> {
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

/// Bytes as JSON, or a JavaScript value as it is.
pub(crate) fn from_js_or_bytes(value: JsValue) -> Result<Value, Issue> {
    match wasm_bindgen::JsCast::dyn_into::<js_sys::Uint8Array>(value) {
        Ok(bytes) => autotask_core::json::parse(&bytes.to_vec()),
        Err(value) => from_js(value).map_err(|message| Issue::error("json.syntax", message)),
    }
}

/// Refuses a call with the issues it would have to ignore.
pub(crate) fn refusal(issues: &[Issue]) -> JsValue {
    to_js(issues)
}

pub(crate) fn unknown_entity(name: &str) -> Issue {
    let issue = Issue::error("filter.unknown_entity", format!("unknown entity `{name}`")).at("entity");
    match autotask_core::entity::nearest_entity(name) {
        Some(nearest) => issue.hint(format!("did you mean `{nearest}`?")),
        None => issue,
    }
}

/// The entity of a schema by name.
pub(crate) fn known(schema: &autotask_core::Schema, name: &str) -> Result<std::sync::Arc<EntityInfo>, Issue> {
    schema.entity(name).ok_or_else(|| unknown_entity(name))
}
