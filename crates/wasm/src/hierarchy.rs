//! Hierarchy: a forest over arrays.

use autotask_core::hierarchy::LEVELS_IN_AUTOTASK;
use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::convert::to_js;
use crate::table::exact;

/// Companies as a forest; rows are numbered as the arrays are.
#[wasm_bindgen]
pub struct Hierarchy {
    parents: Vec<Option<i64>>,
    inner: autotask_core::Hierarchy,
}

#[wasm_bindgen]
impl Hierarchy {
    /// A forest of ids and parents; NaN is no parent.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(ids: &[f64], parents: &[f64]) -> Hierarchy {
        let ids: Vec<i64> = ids.iter().map(|id| exact(*id).unwrap_or(i64::MIN)).collect();
        let parents: Vec<Option<i64>> = parents.iter().map(|id| exact(*id)).collect();
        let inner = autotask_core::Hierarchy::new(&ids, &parents);
        Hierarchy { parents, inner }
    }

    /// Rows, parents before children.
    #[must_use]
    pub fn order(&self) -> Vec<u32> {
        self.inner.order().to_vec()
    }

    /// Depth by row.
    #[must_use]
    pub fn depth(&self) -> Vec<u32> {
        self.inner.depth().to_vec()
    }

    /// The parent's row by row, −1 for none.
    #[must_use]
    pub fn parent(&self) -> Vec<i32> {
        self.inner.parents().iter().map(|p| p.and_then(|row| i32::try_from(row).ok()).unwrap_or(-1)).collect()
    }

    /// Sums over each row and all rows below it.
    #[must_use]
    pub fn subtree(&self, own: &[f64]) -> Vec<f64> {
        self.inner.subtree(own)
    }

    /// What is wrong.
    #[must_use]
    pub fn problems(&self) -> JsValue {
        to_js(&self.inner.problems(LEVELS_IN_AUTOTASK, &[]))
    }

    /// Whether a company may become a child of another; NaN stands for the top.
    #[wasm_bindgen(js_name = canMove)]
    #[must_use]
    pub fn can_move(&self, id: f64, parent: f64) -> JsValue {
        let issues = self.inner.can_move(exact(id).unwrap_or(i64::MIN), exact(parent));
        let moved =
            exact(id).and_then(|id| self.inner.row(id)).map_or(0, |row| self.inner.descendants()[row as usize] + 1);
        to_js(&json!({"ok": issues.is_empty(), "issues": issues, "impact": {"companies": moved}}))
    }

    /// Moves a company. Ask `canMove` first: this builds whatever forest comes of it.
    #[wasm_bindgen(js_name = move)]
    pub fn move_to(&mut self, id: f64, parent: f64) {
        if let Some(row) = exact(id).and_then(|id| self.inner.row(id)) {
            self.parents[row as usize] = exact(parent);
            let ids = self.inner.ids().to_vec();
            self.inner = autotask_core::Hierarchy::new(&ids, &self.parents);
        }
    }
}
