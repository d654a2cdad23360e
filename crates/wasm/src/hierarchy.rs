//! Hierarchy: a forest over arrays.

use autotask_core::hierarchy::LEVELS_IN_AUTOTASK;
use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::convert::{exact, to_json};
use crate::table::Table;

/// Companies as a forest; rows are numbered as the arrays are.
#[wasm_bindgen]
pub struct Hierarchy {
    parents: Vec<Option<i64>>,
    /// Which companies are active, by row; empty where it is not known.
    active: Vec<bool>,
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
        Hierarchy { inner: autotask_core::Hierarchy::new(&ids, &parents), parents, active: Vec::new() }
    }

    /// The forest of a table's rows, numbered in the order of `all()`.
    #[wasm_bindgen(js_name = fromTable)]
    #[must_use]
    pub fn from_table(table: &Table, parent: &str) -> Hierarchy {
        table.with_rows(|rows| {
            let all = rows.all();
            let ids: Vec<i64> = all.iter().filter_map(|row| rows.id(*row)).collect();
            let parents = rows.numbers(&all, parent);
            let parents: Vec<Option<i64>> = parents.into_iter().map(exact).collect();
            // A row that does not say so counts as active, so that it is not blamed for its parent's state.
            let is_active =
                |row: &u32| rows.value(*row, "isActive", false).as_ref().and_then(autotask_core::record::boolean);
            let active = all.iter().map(|row| is_active(row).unwrap_or(true)).collect();
            Hierarchy { inner: autotask_core::Hierarchy::new(&ids, &parents), parents, active }
        })
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
    pub fn problems(&self) -> String {
        to_json(&self.inner.problems(LEVELS_IN_AUTOTASK, &self.active))
    }

    /// Whether a company may become a child of another; NaN stands for the top.
    #[wasm_bindgen(js_name = canMove)]
    #[must_use]
    pub fn can_move(&self, id: f64, parent: f64) -> String {
        let issues = self.inner.can_move(exact(id).unwrap_or(i64::MIN), exact(parent));
        let moved = self.row(id).map_or(0, |row| self.inner.descendants()[row] + 1);
        to_json(&json!({"ok": issues.is_empty(), "issues": issues, "impact": {"companies": moved}}))
    }

    /// Moves a company; answers whether it is there. Ask `canMove` first: this builds whatever forest comes of it.
    #[wasm_bindgen(js_name = move)]
    pub fn move_to(&mut self, id: f64, parent: f64) -> bool {
        let Some(row) = self.row(id) else { return false };
        self.parents[row] = exact(parent);
        let ids = self.inner.ids().to_vec();
        self.inner = autotask_core::Hierarchy::new(&ids, &self.parents);
        true
    }

    fn row(&self, id: f64) -> Option<usize> {
        exact(id).and_then(|id| self.inner.row(id)).map(|row| row as usize)
    }
}
