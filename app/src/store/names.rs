//! Names: what the rows behind reference ids are called. Small entities are loaded whole, once; others by id.

use std::collections::{HashMap, HashSet};

use autotask_core::title::{title, title_fields};
use autotask_core::{EntityInfo, Filter, Query, Verb, entity, order::sort_by_key};
use leptos::{prelude::*, task::spawn_local};

use crate::api::api;

/// Ids looked up in one call.
const CHUNK: usize = 500;

/// Entities small enough to have whole, so that pickers can offer all of them.
const WHOLE: [&str; 6] =
    ["Resources", "Countries", "TaxRegions", "InvoiceTemplates", "CompanyCategories", "Currencies"];

/// A row behind a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Whether it may still be chosen.
    pub is_active: bool,
}

#[derive(Default)]
struct Known {
    names: HashMap<(&'static str, i64), Named>,
    /// Ids that were asked for and did not come: deleted, or not readable.
    absent: HashSet<(&'static str, i64)>,
    whole: HashSet<&'static str>,
    asked: HashSet<(&'static str, i64)>,
    wanted: HashMap<&'static str, HashSet<i64>>,
}

/// Names behind ids. Get it with [`use_names`].
#[derive(Clone, Copy)]
pub struct Names {
    known: StoredValue<Known>,
    version: RwSignal<u64>,
}

impl Names {
    /// What the row is called; `None` until it is known. `#7` for one that cannot be read. Reactive until there is a
    /// name: it stays, and names that come for other rows concern only those.
    pub fn name(&self, reference: &str, id: i64) -> Option<String> {
        let Some(info) = entity(reference) else { return Some(format!("#{id}")) };
        let key = (info.name, id);
        let named = self.known.with_value(|known| known.names.get(&key).map(|named| named.name.clone()));
        if named.is_some() {
            return named;
        }
        self.version.track();
        let is_absent = self.known.with_value(|known| known.absent.contains(&key) || known.whole.contains(info.name));
        if is_absent {
            return Some(format!("#{id}"));
        }
        self.want(info, id);
        None
    }

    /// All rows of a small entity, by name; empty until they have come. Reactive.
    pub fn all(&self, reference: &'static str) -> Vec<Named> {
        self.version.track();
        if let Some(info) = entity(reference) {
            self.load_whole(info);
        }
        let mut all: Vec<Named> = self.known.with_value(|known| {
            known.names.iter().filter(|((entity, _), _)| *entity == reference).map(|(_, named)| named.clone()).collect()
        });
        sort_by_key(&mut all, |named| (autotask_core::text::fold(&named.name), named.id));
        all
    }

    /// Whether the entity can be offered whole.
    pub fn is_whole(reference: &str) -> bool {
        WHOLE.contains(&reference)
    }

    /// Takes over names that came with rows anyway.
    pub fn put(&self, reference: &'static str, id: i64, name: String, is_active: bool) {
        self.known.update_value(|known| drop(known.names.insert((reference, id), Named { id, name, is_active })));
    }

    fn want(&self, info: &'static EntityInfo, id: i64) {
        if Self::is_whole(info.name) {
            return self.load_whole(info);
        }
        let is_first = self.known.try_update_value(|known| {
            if !known.asked.insert((info.name, id)) {
                return false;
            }
            let wanted = known.wanted.entry(info.name).or_default();
            wanted.insert(id);
            wanted.len() == 1
        });
        // One call for all ids that are asked for while this frame is drawn.
        if is_first == Some(true) {
            let store = *self;
            request_animation_frame(move || store.look_up(info));
        }
    }

    fn look_up(&self, info: &'static EntityInfo) {
        let wanted = self.known.try_update_value(|known| known.wanted.remove(info.name)).flatten().unwrap_or_default();
        let wanted: Vec<i64> = wanted.into_iter().collect();
        for chunk in wanted.chunks(CHUNK) {
            let ids = chunk.to_vec();
            let store = *self;
            spawn_local(async move {
                let filter = Filter::and([Filter::is_in("id", ids.iter().copied())]);
                let rows = api().rows(&query(info, filter)).await;
                store.known.update_value(|known| match rows {
                    Ok(rows) => {
                        for row in &rows {
                            take(known, info, row);
                        }
                        let missing = ids.iter().filter(|id| !known.names.contains_key(&(info.name, **id)));
                        known.absent.extend(missing.map(|id| (info.name, *id)).collect::<Vec<_>>());
                    }
                    // Asked for again with the next drawing.
                    Err(_) => known.asked.retain(|(entity, id)| *entity != info.name || !ids.contains(id)),
                });
                store.version.update(|version| *version += 1);
            });
        }
    }

    fn load_whole(&self, info: &'static EntityInfo) {
        // Id −1 marks the entity as asked for.
        if self.known.try_update_value(|known| known.asked.insert((info.name, -1))) != Some(true) {
            return;
        }
        let store = *self;
        spawn_local(async move {
            let rows = api().rows(&query(info, Filter::everything())).await;
            store.known.update_value(|known| match rows {
                Ok(rows) => {
                    for row in &rows {
                        take(known, info, row);
                    }
                    known.whole.insert(info.name);
                }
                Err(_) => drop(known.asked.remove(&(info.name, -1))),
            });
            store.version.update(|version| *version += 1);
        });
    }
}

fn take(known: &mut Known, info: &'static EntityInfo, row: &autotask_core::Record) {
    let Some(id) = row.id() else { return };
    let is_active = row.flag("isActive").unwrap_or(true);
    known.names.insert((info.name, id), Named { id, name: title(info, row), is_active });
}

fn query(info: &'static EntityInfo, filter: Filter) -> Query {
    let mut fields = title_fields(info);
    if info.field("isActive").is_some() {
        fields.push("isActive");
    }
    Query {
        include_fields: Some(fields.into_iter().map(str::to_owned).collect()),
        verb: Verb::Post,
        ..Query::new(info, filter)
    }
}

/// Makes the names known to everything below.
pub fn provide_names() {
    provide_context(Names { known: StoredValue::default(), version: RwSignal::default() });
}

/// Names behind ids.
pub fn use_names() -> Names {
    expect_context()
}
