//! Hierarchy: a forest over arrays.

use autotask_core::hierarchy::{Fold, Measure, Rules, by_currency};
use autotask_core::number::to_whole;
use js_sys::{Float64Array, Int32Array, Uint32Array};
use wasm_bindgen::prelude::*;

use crate::convert::to_json;
use crate::table::Table;

/// Companies as a forest; rows are numbered as the arrays are.
#[wasm_bindgen]
pub struct Hierarchy {
    inner: autotask_core::Hierarchy,
    levels: u32,
    /// Which companies are active, by row; empty where it is not known.
    active: Vec<bool>,
    measures: Vec<(String, Measure)>,
}

#[wasm_bindgen]
impl Hierarchy {
    /// A forest of ids and parents; NaN is no parent. `active` is empty or has one byte a row, 0 for an inactive one.
    /// Absent when an id is not a whole number.
    #[must_use]
    pub fn of(ids: &[f64], parents: &[f64], active: &[u8], levels: u32) -> Option<Hierarchy> {
        let active = active.iter().map(|byte| *byte != 0).collect();
        let inner = autotask_core::Hierarchy::from_numbers(ids, parents)?;
        Some(Hierarchy { inner, levels, active, measures: Vec::new() })
    }

    /// The forest of a table's rows, numbered in the order of `all()`.
    #[wasm_bindgen(js_name = fromTable)]
    #[must_use]
    pub fn from_table(table: &Table, parent: &str, levels: u32) -> Hierarchy {
        table.with_rows(|rows| {
            let all = rows.all();
            let ids: Vec<i64> = all.iter().filter_map(|row| rows.id(*row)).collect();
            let parents: Vec<Option<i64>> = rows.numbers(&all, parent).into_iter().map(to_whole).collect();
            // A row that does not say so counts as active, so that it is not blamed for its parent's state.
            let is_active =
                |row: &u32| rows.value(*row, "isActive", false).as_ref().and_then(autotask_core::record::boolean);
            let active = all.iter().map(|row| is_active(row).unwrap_or(true)).collect();
            let inner = autotask_core::Hierarchy::new(&ids, &parents);
            Hierarchy { inner, levels, active, measures: Vec::new() }
        })
    }

    /// Takes a measure, one number a row.
    #[wasm_bindgen(js_name = addMeasure)]
    pub fn add_measure(&mut self, name: String, own: Vec<f64>) {
        self.measures.push((name, Measure::new(own)));
    }

    /// Takes a measure of each currency, named `amount:USD`; answers whether they are few enough.
    #[wasm_bindgen(js_name = addAmounts)]
    pub fn add_amounts(&mut self, name: &str, amounts: &[f64], currencies: Vec<String>) -> bool {
        let currencies: Vec<&str> = currencies.iter().map(String::as_str).collect();
        let Some(measures) = by_currency(amounts, &currencies) else { return false };
        let named = |(currency, own): (String, _)| ([name, ":", &currency].concat(), Measure::new(own));
        self.measures.extend(measures.into_iter().map(named));
        true
    }

    /// Takes a field of the table that this was made of: a number, or of a date its milliseconds since 1970.
    #[wasm_bindgen(js_name = addColumn)]
    pub fn add_column(&mut self, table: &Table, field: String) {
        let own = table.with_rows(|rows| rows.numbers(&rows.all(), &field));
        self.add_measure(field, own);
    }

    /// The names of the measures.
    #[must_use]
    pub fn measures(&self) -> Vec<String> {
        self.measures.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Rows, parents before children.
    #[must_use]
    pub fn order(&self) -> Uint32Array {
        Uint32Array::from(self.inner.order())
    }

    /// Depth by row.
    #[must_use]
    pub fn depth(&self) -> Uint32Array {
        Uint32Array::from(self.inner.depth())
    }

    /// The parent's row by row, −1 for none.
    #[must_use]
    pub fn parent(&self) -> Int32Array {
        Int32Array::from(self.inner.parents().as_slice())
    }

    /// How many rows are below each row.
    #[must_use]
    pub fn descendants(&self) -> Uint32Array {
        Uint32Array::from(self.inner.descendants())
    }

    /// A measure as it was given; absent for one that there is not, here and below.
    #[must_use]
    pub fn own(&self, measure: &str) -> Option<Float64Array> {
        let (_, measure) = self.measures.iter().find(|(name, _)| name == measure)?;
        Some(Float64Array::from(measure.own()))
    }

    /// Sums over each row and all rows below it.
    pub fn sums(&mut self, measure: &str) -> Option<Float64Array> {
        self.roll_up(measure, Fold::Sum)
    }

    /// The greatest of each row and all rows below it.
    pub fn maxima(&mut self, measure: &str) -> Option<Float64Array> {
        self.roll_up(measure, Fold::Max)
    }

    /// How many of each row and all rows below it have a number.
    pub fn counts(&mut self, measure: &str) -> Option<Float64Array> {
        self.roll_up(measure, Fold::Count)
    }

    /// What is wrong.
    #[must_use]
    pub fn problems(&self) -> String {
        to_json(&self.inner.problems(self.levels, &self.active))
    }

    /// Whether a company may become a child of another, and what that changes; NaN stands for the top.
    #[wasm_bindgen(js_name = canMove)]
    pub fn can_move(&mut self, id: f64, parent: f64) -> String {
        let rules = Rules { levels: self.levels, active: &self.active };
        let id = to_whole(id).unwrap_or(i64::MIN);
        to_json(&self.inner.check_move(id, to_whole(parent), &rules, &mut self.measures))
    }

    /// Moves a company; answers whether it is there. Ask `canMove` first: this makes whatever forest comes of it.
    #[wasm_bindgen(js_name = move)]
    pub fn move_to(&mut self, id: f64, parent: f64) -> bool {
        let row = to_whole(id).and_then(|id| self.inner.row(id));
        let Some(moved) = row.and_then(|row| self.inner.move_to(row, to_whole(parent))) else { return false };
        for (_, measure) in &mut self.measures {
            measure.moved(&self.inner, &moved);
        }
        true
    }

    fn roll_up(&mut self, measure: &str, fold: Fold) -> Option<Float64Array> {
        let (_, measure) = self.measures.iter_mut().find(|(name, _)| name == measure)?;
        Some(Float64Array::from(measure.roll_up(&self.inner, fold)))
    }
}
