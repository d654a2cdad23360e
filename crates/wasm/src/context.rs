//! Context: the time, the zone, the person and the tables that a filter is read and run with.

use std::cell::Ref;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use autotask_core::calendar::{WeekStart, Zone};
use autotask_core::number::to_whole;
use autotask_core::{Instant, Issue};
use js_sys::Function;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::convert::{read_value, refusal};
use crate::table::Table;

/// What `npm/api.js` makes of a caller's context, for one call.
#[wasm_bindgen]
pub struct Context {
    now: Option<Instant>,
    zone: JsZone,
    week_start: WeekStart,
    me: Option<i64>,
    resolved: HashMap<String, i64>,
    tables: Vec<(String, Rc<RefCell<autotask_core::Table>>)>,
}

/// A zone by its name; `api.js` asks the engine.
struct JsZone {
    offset_minutes: Function,
}

impl Zone for JsZone {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "milliseconds stay below 2^53, minutes below 2^11"
    )]
    fn offset_seconds(&self, instant: Instant) -> i32 {
        let milliseconds = JsValue::from_f64((instant.0 / 10_000) as f64);
        let minutes = self.offset_minutes.call1(&JsValue::NULL, &milliseconds).ok().and_then(|v| v.as_f64());
        (minutes.unwrap_or(0.0) * 60.0) as i32
    }
}

#[wasm_bindgen]
impl Context {
    /// From `{now, me, weekStart, resolved}` as JSON, and a function from milliseconds since 1970 to the minutes that
    /// the zone is ahead of UTC then.
    ///
    /// # Errors
    ///
    /// The issues of what is no context.
    #[wasm_bindgen(constructor)]
    pub fn new(given: &str, offset_minutes: Function) -> Result<Context, String> {
        let given = read_value(given.as_bytes()).map_err(|issue| refusal(vec![issue]))?;
        let wrong = |member: &str, what: &str| {
            refusal(vec![Issue::error("context.malformed", format!("`{member}` must be {what}")).at(member)])
        };
        let now = match &given["now"] {
            Value::Null => None,
            text => Some(text.as_str().and_then(Instant::parse).ok_or_else(|| wrong("now", "an ISO instant"))?),
        };
        let me = match &given["me"] {
            Value::Null => None,
            id => Some(id.as_i64().ok_or_else(|| wrong("me", "the id of a resource"))?),
        };
        let week_start = match &given["weekStart"] {
            Value::Null => WeekStart::Monday,
            day if day.as_i64() == Some(1) => WeekStart::Monday,
            day if day.as_i64() == Some(0) => WeekStart::Sunday,
            _ => return Err(wrong("weekStart", "0 for Sunday or 1 for Monday")),
        };
        let resolved = match &given["resolved"] {
            Value::Null => HashMap::new(),
            Value::Object(map) => {
                let ids = map.iter().map(|(name, id)| Some((name.clone(), id.as_i64()?)));
                ids.collect::<Option<_>>().ok_or_else(|| wrong("resolved", "an object of names and ids"))?
            }
            _ => return Err(wrong("resolved", "an object of names and ids")),
        };
        Ok(Context { now, zone: JsZone { offset_minutes }, week_start, me, resolved, tables: Vec::new() })
    }

    /// Sets the time, in whole milliseconds since 1970: a context in which nothing else is said serves many calls.
    #[wasm_bindgen(setter)]
    pub fn set_now(&mut self, milliseconds: f64) {
        self.now = to_whole(milliseconds).map(|milliseconds| Instant(milliseconds.saturating_mul(10_000)));
    }

    /// Adds the rows of an entity, for fields of related rows.
    #[wasm_bindgen(js_name = addTable)]
    pub fn add_table(&mut self, table: &Table) {
        self.tables.push((table.entity().to_owned(), table.shared()));
    }
}

impl Context {
    /// Runs something with what was given.
    pub(crate) fn run<T>(&self, work: impl FnOnce(&autotask_core::filter::Context<'_>) -> T) -> T {
        let borrowed: Vec<(&str, Ref<'_, autotask_core::Table>)> =
            self.tables.iter().map(|(entity, table)| (entity.as_str(), table.borrow())).collect();
        let tables: Vec<_> = borrowed.iter().map(|(entity, table)| ((*entity).to_owned(), &**table)).collect();
        work(&autotask_core::filter::Context {
            now: self.now,
            zone: &self.zone,
            week_start: self.week_start,
            me: self.me,
            resolved: Some(&self.resolved),
            tables: Some(&tables),
        })
    }
}
