//! Search as one types: the text in, the best rows out.

use autotask_core::search::{Options, Units};
use wasm_bindgen::prelude::*;

use crate::table::Table;

#[wasm_bindgen]
impl Table {
    /// The rows that match what was typed, at most `limit`, best first, and how many match in all.
    #[must_use]
    pub fn search(&self, text: &str, limit: usize, typos: bool) -> String {
        let rows = self.shared();
        self.index.borrow_mut().search(&rows.borrow(), text, Options { limit, typos }, Units::Utf16).to_json()
    }
}
