//! Table and Selection: rows kept on this side of the border; row numbers and, for the rows on screen, objects out.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use autotask_core::EntityInfo;
use autotask_core::filter::Typed;
use autotask_core::table::SortKey;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use crate::convert::{known, refusal, to_js};
use crate::filters::filter_of;
use crate::schema::Schema;

/// Rows of one entity.
#[wasm_bindgen]
pub struct Table {
    info: Arc<EntityInfo>,
    rows: Rc<RefCell<autotask_core::Table>>,
}

#[wasm_bindgen]
impl Table {
    /// An empty table.
    ///
    /// # Errors
    ///
    /// The issues, as an array, when there is no such entity.
    #[wasm_bindgen(constructor)]
    pub fn new(schema: &Schema, entity: &str) -> Result<Table, JsValue> {
        let info = known(&schema.inner, entity).map_err(|issue| refusal(&[issue]))?;
        Ok(Table { info, rows: Rc::default() })
    }

    /// Takes the rows of a query answer, an array, or JSON lines.
    #[must_use]
    pub fn load(&self, bytes: &[u8]) -> JsValue {
        to_js(&self.rows.borrow_mut().load(bytes))
    }

    /// Removes rows by id; answers how many there were.
    #[must_use]
    pub fn remove(&self, ids: &[f64]) -> usize {
        self.rows.borrow_mut().remove(ids.iter().filter_map(|id| exact(*id)))
    }

    /// How many rows there are.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn length(&self) -> usize {
        self.rows.borrow().len()
    }

    /// Every row.
    #[must_use]
    pub fn all(&self) -> Selection {
        self.select(self.rows.borrow().all())
    }

    /// The rows that match a filter, given as text or nodes, read with this table's metadata.
    ///
    /// # Errors
    ///
    /// The issues, as an array.
    pub fn filter(&self, filter: JsValue) -> Result<Selection, JsValue> {
        self.filter_by(filter, &self.info)
    }

    /// The same, read with other metadata.
    ///
    /// # Errors
    ///
    /// The issues, as an array.
    #[wasm_bindgen(js_name = filterWith)]
    pub fn filter_with(&self, schema: &Schema, filter: JsValue) -> Result<Selection, JsValue> {
        let info = known(&schema.inner, self.info.name).map_err(|issue| refusal(&[issue]))?;
        self.filter_by(filter, &info)
    }

    /// The row with this id.
    #[must_use]
    pub fn record(&self, id: f64) -> JsValue {
        let rows = self.rows.borrow();
        exact(id).and_then(|id| rows.by_id(id)).map_or(JsValue::UNDEFINED, to_js)
    }

    /// One numeric member of every row, in the order of `all()`; NaN where it is null. For building a hierarchy.
    #[must_use]
    pub fn column(&self, field: &str) -> Vec<f64> {
        let rows = self.rows.borrow();
        rows.all().into_iter().map(|row| rows.row(row).and_then(|r| r.decimal(field)).unwrap_or(f64::NAN)).collect()
    }

    fn filter_by(&self, filter: JsValue, info: &EntityInfo) -> Result<Selection, JsValue> {
        let filter = filter_of(filter, info).map_err(|issues| refusal(&issues))?;
        let typed = Typed::of(&filter, info).map_err(|problems| {
            refusal(&problems.iter().map(autotask_core::filter::typed::Problem::issue).collect::<Vec<_>>())
        })?;
        Ok(self.select(self.rows.borrow().filter(&typed)))
    }

    fn select(&self, rows: Vec<u32>) -> Selection {
        Selection { info: Arc::clone(&self.info), table: Rc::clone(&self.rows), rows }
    }
}

/// Some rows of a table, in an order.
#[wasm_bindgen]
pub struct Selection {
    info: Arc<EntityInfo>,
    table: Rc<RefCell<autotask_core::Table>>,
    rows: Vec<u32>,
}

#[wasm_bindgen]
impl Selection {
    /// How many rows there are.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn length(&self) -> usize {
        self.present().count()
    }

    /// Their numbers.
    #[must_use]
    pub fn rows(&self) -> Vec<u32> {
        self.present().collect()
    }

    /// Their ids.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "Autotask's ids stay below 2^53")]
    pub fn ids(&self) -> Vec<f64> {
        let table = self.table.borrow();
        self.present().filter_map(|row| table.row(row)?.id()).map(|id| id as f64).collect()
    }

    /// The same rows sorted by `fields`, each ascending or descending.
    #[must_use]
    pub fn sort(&self, fields: Vec<String>, descending: &[u8]) -> Selection {
        let keys: Vec<SortKey> = fields
            .into_iter()
            .zip(descending.iter().chain(std::iter::repeat(&0)))
            .map(|(field, descending)| SortKey { field, descending: *descending != 0 })
            .collect();
        let mut rows: Vec<u32> = self.present().collect();
        self.table.borrow().sort(&mut rows, &keys, &self.info);
        self.with(rows)
    }

    /// The rows that are in both.
    #[must_use]
    pub fn and(&self, other: &Selection) -> Selection {
        let others: HashSet<u32> = other.rows.iter().copied().collect();
        self.with(self.present().filter(|row| others.contains(row)).collect())
    }

    /// The rows that are in one of both, this one's first.
    #[must_use]
    pub fn or(&self, other: &Selection) -> Selection {
        let own: HashSet<u32> = self.rows.iter().copied().collect();
        self.with(self.present().chain(other.present().filter(|row| !own.contains(row))).collect())
    }

    /// The rows of the table that are not here.
    #[must_use]
    pub fn not(&self) -> Selection {
        let all = self.table.borrow().all();
        let own: HashSet<u32> = self.rows.iter().copied().collect();
        self.with(all.into_iter().filter(|row| !own.contains(row)).collect())
    }

    /// Rows as objects, from one place to before another; only some members where `fields` are given.
    #[must_use]
    pub fn records(&self, fields: Option<Vec<String>>, from: usize, to: usize) -> JsValue {
        let table = self.table.borrow();
        let records: Vec<Value> = self
            .present()
            .skip(from)
            .take(to.saturating_sub(from))
            .filter_map(|row| table.row(row))
            .map(|record| match &fields {
                None => Value::from(record.clone()),
                Some(fields) => {
                    let member = |name: &String| (name.clone(), record.get(name).cloned().unwrap_or(Value::Null));
                    Value::Object(fields.iter().map(member).collect::<Map<_, _>>())
                }
            })
            .collect();
        to_js(&records)
    }

    fn present(&self) -> impl Iterator<Item = u32> {
        let table = self.table.borrow();
        self.rows.iter().copied().filter(move |row| table.row(*row).is_some())
    }

    fn with(&self, rows: Vec<u32>) -> Selection {
        Selection { info: Arc::clone(&self.info), table: Rc::clone(&self.table), rows }
    }
}

/// A number of JavaScript as an id, when it is whole.
#[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53 was checked")]
pub(crate) fn exact(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}
