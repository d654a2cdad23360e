//! Kept: texts that the browser keeps for this address, beyond the page and its end.

use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};

/// What was kept under this name; `None` too when it is not readable.
pub fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_str(&read_text(name)?).ok()
}

/// Keeps a value; whether the browser did.
pub fn write<T: Serialize>(name: &str, value: &T) -> bool {
    serde_json::to_string(value)
        .is_ok_and(|text| storage().is_some_and(|storage| storage.set_item(name, &text).is_ok()))
}

/// The text that was kept under this name.
pub fn read_text(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Forgets what was kept under this name.
pub fn remove(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// Forgets everything, but for how the app looks.
pub fn clear() {
    let Some(storage) = storage() else { return };
    let look: Vec<(&str, Option<String>)> =
        crate::theme::KEPT.iter().map(|name| (*name, storage.get_item(name).ok().flatten())).collect();
    let _ = storage.clear();
    for (name, value) in look {
        if let Some(value) = value {
            let _ = storage.set_item(name, &value);
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
