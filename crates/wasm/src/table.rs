//! Table and Selection: rows kept on this side of the border; row numbers and, for the rows on screen, objects out.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use autotask_core::filter::Typed;
use autotask_core::number::to_whole;
use autotask_core::search::TableIndex;
use autotask_core::table::{SortKey, member_name};
use autotask_core::{EntityInfo, Filter, Record};
use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

use crate::context::Context;
use crate::convert::{kept, known, refusal, to_json};
use crate::filters::filter_of_json;
use crate::schema::Schema;

/// Rows of one entity.
#[wasm_bindgen]
pub struct Table {
    info: Arc<EntityInfo>,
    rows: Rc<RefCell<autotask_core::Table>>,
    /// The last filters that were read, by their text: a list asks the same again and again.
    read: RefCell<Vec<(String, Filter)>>,
    pub(crate) index: RefCell<TableIndex>,
}

/// How many filters a table remembers.
const FILTERS_KEPT: usize = 16;

#[wasm_bindgen]
impl Table {
    /// An empty table.
    ///
    /// # Errors
    ///
    /// The issue that there is no such entity.
    #[wasm_bindgen(constructor)]
    pub fn new(schema: &Schema, entity: &str) -> Result<Table, String> {
        let info = kept(&schema.inner, entity).map_err(|issue| refusal(vec![issue]))?;
        Ok(Table::with(info, autotask_core::Table::new()))
    }

    /// Takes the rows of a query answer, an array, or JSON lines.
    #[must_use]
    pub fn load(&self, bytes: &[u8]) -> String {
        grow_memory(bytes.len().saturating_mul(MEMORY_BY_JSON));
        let loaded = self.rows.borrow_mut().load(bytes);
        self.index.borrow_mut().loaded(&loaded);
        to_json(&loaded)
    }

    /// Removes rows by id; answers how many there were.
    #[must_use]
    pub fn remove(&self, ids: &[f64]) -> usize {
        self.index.borrow_mut().resized();
        self.rows.borrow_mut().remove(ids.iter().filter_map(|id| to_whole(*id)))
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

    /// The rows that match a filter, text or nodes in JSON, read with this table's metadata.
    ///
    /// # Errors
    ///
    /// The filter's issues.
    pub fn filter(&self, context: &Context, filter: &str) -> Result<Selection, String> {
        let known = self.read.borrow().iter().position(|(text, _)| text == filter);
        if known.is_none() {
            let tree = filter_of_json(filter, &self.info, context).map_err(refusal)?;
            let mut read = self.read.borrow_mut();
            if read.len() == FILTERS_KEPT {
                read.remove(0);
            }
            read.push((filter.to_owned(), tree));
        }
        let read = self.read.borrow();
        let tree = known.map_or_else(|| read.last(), |at| read.get(at));
        tree.map_or_else(|| Ok(self.all()), |(_, tree)| self.filter_by(tree, &self.info, context))
    }

    /// The same, read with other metadata.
    ///
    /// # Errors
    ///
    /// The filter's issues.
    #[wasm_bindgen(js_name = filterWith)]
    pub fn filter_with(&self, schema: &Schema, context: &Context, filter: &str) -> Result<Selection, String> {
        let info = known(&schema.inner, self.info.name).map_err(|issue| refusal(vec![issue]))?;
        self.filter_by(&filter_of_json(filter, info, context).map_err(refusal)?, info, context)
    }

    /// The row with this id.
    #[must_use]
    pub fn record(&self, id: f64) -> Option<String> {
        let rows = self.rows.borrow();
        to_whole(id).and_then(|id| rows.by_id(id)).as_ref().map(to_json)
    }

    /// The table as bytes, to be kept.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let rows = self.rows.borrow().snapshot();
        let entity = self.info.name.as_bytes();
        // Which entity's rows they are stands before them: a byte of length, then its name.
        let mut bytes = vec![u8::try_from(entity.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(entity);
        bytes.extend(rows);
        bytes
    }

    /// The table of which a snapshot was made.
    ///
    /// # Errors
    ///
    /// The issue why there is none.
    pub fn restore(schema: &Schema, bytes: &[u8]) -> Result<Table, String> {
        let (entity, rows) = bytes
            .split_first()
            .and_then(|(length, rest)| rest.split_at_checked((*length).into()))
            .and_then(|(entity, rows)| Some((std::str::from_utf8(entity).ok()?, rows)))
            .unwrap_or_default();
        grow_memory(bytes.len().saturating_mul(2));
        // First the rows: bytes of another kind have no entity that could be missed.
        let rows = autotask_core::Table::restore(rows).map_err(|issue| refusal(vec![issue]))?;
        let info = kept(&schema.inner, entity).map_err(|issue| refusal(vec![issue]))?;
        Ok(Table::with(info, rows))
    }

    /// Whether the entity has this field, or any row this member.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.info.field(field).is_some() || self.rows.borrow().has_member(field, false)
    }

    /// One numeric member of every row, in the order of `all()`; NaN where there is no number.
    #[must_use]
    pub fn column(&self, field: &str) -> Vec<f64> {
        let rows = self.rows.borrow();
        rows.numbers(&rows.all(), field)
    }

    pub(crate) fn with_rows<T>(&self, work: impl FnOnce(&autotask_core::Table) -> T) -> T {
        work(&self.rows.borrow())
    }

    fn with(info: Arc<EntityInfo>, rows: autotask_core::Table) -> Table {
        let index = RefCell::new(TableIndex::new(&info));
        Table { info, rows: Rc::new(RefCell::new(rows)), read: RefCell::default(), index }
    }

    fn filter_by(&self, filter: &Filter, info: &EntityInfo, context: &Context) -> Result<Selection, String> {
        let typed = context
            .run(|context| Typed::with(filter, info, context))
            .map_err(|problems| refusal(problems.iter().map(autotask_core::filter::typed::Problem::issue).collect()))?;
        Ok(self.select(self.rows.borrow().filter(&typed)))
    }

    /// The entity's name.
    pub(crate) fn entity(&self) -> &str {
        self.info.name
    }

    /// What is known of the entity.
    pub(crate) fn info(&self) -> Arc<EntityInfo> {
        Arc::clone(&self.info)
    }

    /// The rows themselves.
    pub(crate) fn shared(&self) -> Rc<RefCell<autotask_core::Table>> {
        Rc::clone(&self.rows)
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
        self.table.borrow().present(&self.rows).len()
    }

    /// Their numbers.
    #[must_use]
    pub fn rows(&self) -> js_sys::Uint32Array {
        js_sys::Uint32Array::from(&*self.table.borrow().present(&self.rows))
    }

    /// Their ids.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "Autotask's ids stay below 2^53")]
    pub fn ids(&self) -> Vec<f64> {
        let table = self.table.borrow();
        self.rows.iter().filter_map(|row| table.id(*row)).map(|id| id as f64).collect()
    }

    /// The same rows sorted by `fields`, each ascending or descending.
    #[must_use]
    pub fn sort(&self, fields: Vec<String>, descending: &[u8]) -> Selection {
        let keys: Vec<SortKey> = fields
            .into_iter()
            .zip(descending.iter().chain(std::iter::repeat(&0)))
            .map(|(field, descending)| SortKey { field, descending: *descending != 0 })
            .collect();
        let mut rows = self.table.borrow().present(&self.rows).into_owned();
        self.table.borrow().sort(&mut rows, &keys, &self.info, &|_, _| None);
        self.with(rows)
    }

    /// The first of these that neither the entity nor any row has, and what may be meant.
    #[must_use]
    pub fn unknown(&self, fields: Vec<String>) -> Option<String> {
        let table = self.table.borrow();
        let is_known = |word: &String| {
            let (name, udf) = member_name(word);
            self.info.find(name, udf).is_some() || table.has_member(name, udf)
        };
        let word = fields.iter().find(|word| !is_known(word))?;
        let (name, udf) = member_name(word);
        let meant = self.info.nearest_field(name, udf).map(|name| format!("; did you mean `{name}`?"));
        Some(format!("the rows have no field `{word}`{}", meant.unwrap_or_default()))
    }

    /// Whether both are of one table, so that their row numbers mean the same.
    #[wasm_bindgen(js_name = isOf)]
    #[must_use]
    pub fn is_of(&self, other: &Selection) -> bool {
        Rc::ptr_eq(&self.table, &other.table)
    }

    /// The rows that are in both.
    #[must_use]
    pub fn and(&self, other: &Selection) -> Selection {
        let is_other = membership(&other.rows);
        self.with(self.rows.iter().copied().filter(|row| is_other(row)).collect())
    }

    /// The rows that are in one of both, this one's first.
    #[must_use]
    pub fn or(&self, other: &Selection) -> Selection {
        let is_own = membership(&self.rows);
        self.with(self.rows.iter().chain(other.rows.iter().filter(|row| !is_own(row))).copied().collect())
    }

    /// The rows of the table that are not here.
    #[must_use]
    pub fn not(&self) -> Selection {
        let all = self.table.borrow().all();
        let is_own = membership(&self.rows);
        self.with(all.into_iter().filter(|row| !is_own(row)).collect())
    }

    /// Rows as objects, from one place to before another; only some members where `fields` are given.
    #[must_use]
    pub fn records(&self, fields: Option<Vec<String>>, from: usize, to: usize) -> String {
        let table = self.table.borrow();
        let records: Vec<Record> = table
            .present(&self.rows)
            .iter()
            .skip(from)
            .take(to.saturating_sub(from))
            .filter_map(|row| table.row(*row))
            .collect();
        let shown: Vec<Shown<'_>> = records.iter().map(|record| Shown { record, fields: fields.as_deref() }).collect();
        to_json(&shown)
    }

    /// The values of a field and how many of these rows have each, the most frequent first.
    #[must_use]
    pub fn facets(&self, field: &str, top: usize) -> String {
        let table = self.table.borrow();
        to_json(&table.facets(&table.present(&self.rows), field, &self.info, top))
    }

    /// Counts, bounds and sum of a field over these rows.
    #[must_use]
    pub fn aggregate(&self, field: &str) -> String {
        let table = self.table.borrow();
        to_json(&table.aggregate(&table.present(&self.rows), field, &self.info))
    }

    fn with(&self, rows: Vec<u32>) -> Selection {
        Selection { info: Arc::clone(&self.info), table: Rc::clone(&self.table), rows }
    }
}

/// Whether a row is among these.
fn membership(rows: &[u32]) -> impl Fn(&u32) -> bool {
    let end = rows.iter().max().map_or(0, |last| *last as usize + 1);
    let mut among = vec![false; end];
    rows.iter().for_each(|row| among[*row as usize] = true);
    move |row| among.get(*row as usize) == Some(&true)
}

/// A row as it is shown: all of it, or some members.
struct Shown<'a> {
    record: &'a Record,
    fields: Option<&'a [String]>,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.fields {
            None => self.record.serialize(serializer),
            Some(fields) => serializer.collect_map(fields.iter().map(|word| {
                let (name, udf) = member_name(word);
                (word, if udf { self.record.user_defined_field(name) } else { self.record.get(name) })
            })),
        }
    }
}

/// How many bytes of memory the rows take for a byte of their JSON, about.
const MEMORY_BY_JSON: usize = 2;

/// Makes room in one step. The allocator would grow the memory page by page, and V8 takes a millisecond for each page
/// once there are a few thousand: 20 seconds for 100,000 rows that load in half a second.
fn grow_memory(bytes: usize) {
    let mut room: Vec<u8> = Vec::new();
    // Without the room the rows may still fit, so that there is not enough of it is no failure yet.
    let _ = std::hint::black_box(&mut room).try_reserve_exact(bytes);
}
