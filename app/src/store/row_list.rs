//! RowList: all rows of a query, page after page, kept in a table, sorted and searched. For any entity.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use autotask_core::filter::{Condition, Operand, Typed};
use autotask_core::table::SortKey;
use autotask_core::title::title_fields;
use autotask_core::{EntityInfo, Failure, Filter, FilterValue, Op, Query, Record, Table};
use leptos::{prelude::*, task::spawn_local};

use super::row_search::{Finder, Matches, finder};
use crate::api::api;
use crate::filter_builder::context::filter_context;

/// While pages come, what is searched for is looked for again no sooner than this, in milliseconds.
const FIND_AGAIN_MS: f64 = 500.0;

/// How far a list is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Where it stands.
    pub phase: Phase,
    /// Rows that are here.
    pub loaded: usize,
    /// Rows that there are; `None` until the server has said so.
    pub total: Option<u64>,
    /// Whether the rows belong to an earlier query, shown until the first page of this one comes.
    pub is_old: bool,
    /// How long the last complete walk took, in milliseconds.
    pub took_ms: Option<f64>,
}

/// Where a list stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// Pages are coming.
    Loading,
    /// All rows are here.
    Done,
    /// The walk ended early; the rows so far stay.
    Failed(Failure),
}

/// What a list shows.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the server is asked: one query, unless a list of ids is longer than one may hold.
    pub queries: Vec<Query>,
    /// Which of the rows that come are shown; `None` is all.
    pub local: Option<Filter>,
}

/// How far the code of the search is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Code {
    #[default]
    NotAsked,
    Coming,
    Here,
    Failed,
}

/// As many rows as a screen shows, about.
const ROWS_MADE_MAX: usize = 96;

/// All rows of a query. `Copy`, so that handlers can have it.
#[derive(Clone, Copy)]
pub struct RowList {
    table: StoredValue<Table>,
    /// Rows that were made for the cells that are drawn, by their numbers: each row has many cells.
    made: StoredValue<Vec<(u32, Arc<Record>)>>,
    /// Row numbers in the order of the view.
    order: StoredValue<Vec<u32>>,
    /// How many of them are sorted; the rest came later and stand at the end.
    sorted: StoredValue<usize>,
    sort: StoredValue<Vec<SortKey>>,
    /// `None` until its code is here.
    search: StoredValue<Option<Box<dyn Finder>>>,
    /// What is searched for, and whether the best come first.
    searched: StoredValue<(String, bool)>,
    search_code: RwSignal<Code>,
    /// When it was last looked for.
    found_ms: StoredValue<f64>,
    matches: RwSignal<Option<Matches>>,
    wanted: StoredValue<Option<Wanted>>,
    /// Counts walks: an answer to an earlier question is dropped.
    walk: StoredValue<u32>,
    version: RwSignal<u64>,
    progress: RwSignal<Progress>,
    info: Signal<Arc<EntityInfo>>,
    name_of: Callback<(String, i64), Option<String>>,
}

impl RowList {
    /// An empty list. `name_of` gives the name of an (entity, id), for sorting by references.
    pub fn new(info: Signal<Arc<EntityInfo>>, name_of: Callback<(String, i64), Option<String>>) -> RowList {
        RowList {
            table: StoredValue::default(),
            made: StoredValue::default(),
            order: StoredValue::default(),
            sorted: StoredValue::new(0),
            sort: StoredValue::default(),
            search: StoredValue::new(None),
            searched: StoredValue::default(),
            search_code: RwSignal::default(),
            found_ms: StoredValue::new(0.0),
            matches: RwSignal::new(None),
            wanted: StoredValue::new(None),
            walk: StoredValue::new(0),
            version: RwSignal::new(0),
            progress: RwSignal::default(),
            info,
            name_of,
        }
    }

    /// How far it is. Reactive.
    pub fn progress(self) -> Progress {
        self.progress.get()
    }

    /// Whether some rows of this very query are here and the rest is missing.
    pub fn is_partial(self) -> bool {
        self.progress.with_untracked(|p| matches!(p.phase, Phase::Failed(_)) && p.loaded > 0 && !p.is_old)
    }

    /// Grows whenever a row may be another one.
    pub fn version(self) -> Signal<u64> {
        self.version.into()
    }

    /// What a search has found among the rows that are here; `None` when nothing is searched for. Reactive.
    pub fn matches(self) -> Option<Matches> {
        self.matches.get()
    }

    /// The same, read once.
    pub fn matches_untracked(self) -> Option<Matches> {
        self.matches.get_untracked()
    }

    /// How many rows there are to show. Reactive.
    pub fn len(self) -> usize {
        self.version.track();
        let found = self.search.with_value(|search| search.as_ref().and_then(|search| search.matches()));
        found.map_or_else(|| self.order.with_value(Vec::len), |found| found.total)
    }

    /// Reads the row at a place of the view. Not reactive: the grid asks again when the version grows.
    pub fn with_row<T>(self, place: usize, read: impl FnOnce(&Record) -> T) -> Option<T> {
        let row = self.row_at(place)?;
        let known =
            self.made.with_value(|made| made.iter().find(|(own, _)| *own == row).map(|(_, made)| Arc::clone(made)));
        let record = match known {
            Some(record) => record,
            None => {
                let record = Arc::new(self.table.with_value(|table| table.row(row))?);
                self.made.update_value(|made| {
                    if made.len() >= ROWS_MADE_MAX {
                        made.clear();
                    }
                    made.push((row, Arc::clone(&record)));
                });
                record
            }
        };
        Some(read(&record))
    }

    /// What a row is called, where the reference leads to a row of this list and it is here. Not reactive: when such a
    /// row comes, the version grows.
    pub fn name(self, entity: &str, id: i64) -> Option<String> {
        let info = self.info.get_untracked();
        if entity != info.name {
            return None;
        }
        let field = name_field(&info)?;
        self.table.with_value(|table| name_in(table, field, id))
    }

    /// Where in a text of a row the words are that are searched for, in bytes. Not reactive.
    pub fn marks(self, place: usize, field: &str) -> Vec<Range<usize>> {
        let Some(row) = self.row_at(place) else { return Vec::new() };
        self.table.with_value(|table| {
            self.search
                .with_value(|search| search.as_ref().map(|search| search.marks(table, row, field)).unwrap_or_default())
        })
    }

    /// The row at a place of the view.
    fn row_at(self, place: usize) -> Option<u32> {
        let found = |search: &Option<Box<dyn Finder>>| search.as_ref()?.rows().map(|rows| rows.get(place).copied());
        match self.search.with_value(found) {
            None => self.order.with_value(|order| order.get(place).copied()),
            Some(Some(row)) => Some(row),
            // Behind the best ones.
            Some(None) => {
                self.complete();
                self.search.with_value(found).flatten()
            }
        }
    }

    /// Finds the rows behind the best ones too.
    fn complete(self) {
        self.search.update_value(|search| {
            let Some(search) = search else { return };
            self.table.with_value(|table| self.order.with_value(|order| search.complete(table, order)));
        });
    }

    /// Says that what is to be shown cannot be asked for.
    pub fn fail(self, failure: Failure) {
        self.next_walk();
        self.wanted.set_value(None);
        self.progress.update(|p| {
            p.is_old = p.loaded > 0;
            p.phase = Phase::Failed(failure);
        });
    }

    /// Loads the rows of a query. Rows of an earlier one stay until the first page comes.
    pub fn load(self, wanted: Wanted) {
        self.wanted.set_value(Some(wanted.clone()));
        let walk = self.next_walk();
        self.progress.update(|p| {
            p.phase = Phase::Loading;
            p.is_old = p.loaded > 0;
            p.total = None;
            p.took_ms = None;
        });
        // Of rows that are chosen here nobody knows how many there will be.
        if let ([count], None) = (wanted.queries.as_slice(), &wanted.local) {
            let count = count.clone();
            spawn_local(async move {
                let total = api().count(&count).await.ok();
                if self.is_current(walk) {
                    self.progress.update(|p| p.total = total);
                }
            });
        }
        self.follow(wanted, walk, true);
    }

    /// Loads the same query again from the start.
    pub fn reload(self) {
        if let Some(wanted) = self.wanted.get_value() {
            self.load(wanted);
        }
    }

    /// Goes on after a failure, behind the last row that came.
    pub fn load_rest(self) {
        let Some(mut wanted) = self.wanted.get_value() else { return };
        let nothing_yet = self.progress.with_untracked(|p| p.is_old || p.loaded == 0);
        let [query] = wanted.queries.as_mut_slice() else { return self.reload() };
        if nothing_yet {
            return self.reload();
        }
        let last = self.table.with_value(|t| t.all().into_iter().filter_map(|row| t.id(row)).max());
        let behind = Condition {
            field: "id".to_owned(),
            udf: false,
            op: Op::Gt,
            operand: Operand::One(FilterValue::Int(last.unwrap_or(-1))),
        };
        let mut items = query.filter.top_level().to_vec();
        items.push(Filter::Condition(behind));
        query.filter = Filter::And(items);
        self.progress.update(|p| p.phase = Phase::Loading);
        let walk = self.next_walk();
        self.follow(wanted, walk, false);
    }

    /// Sorts what is here, and what comes, by these keys.
    pub fn set_sort(self, keys: Vec<SortKey>) {
        self.sort.set_value(keys);
        self.sort_all();
        self.version.update(|v| *v += 1);
    }

    /// Shows only rows in which this text is, whatever its letter case and accents; an empty one shows all.
    /// `is_ranked`: the best come first, else the order stays.
    pub fn set_search(self, text: &str, is_ranked: bool) {
        self.searched.set_value((text.to_owned(), is_ranked));
        if !text.is_empty() {
            self.fetch_search();
        }
        self.find();
        self.version.update(|v| *v += 1);
    }

    /// Whether the code of the search could not be fetched; the next key tries again. Reactive.
    pub fn cannot_search(self) -> bool {
        self.search_code.get() == Code::Failed
    }

    /// Fetches the code of the search, unless it is here or on its way.
    fn fetch_search(self) {
        if matches!(self.search_code.get_untracked(), Code::Coming | Code::Here) {
            return;
        }
        self.search_code.set(Code::Coming);
        let info = self.info.get_untracked();
        spawn_local(async move {
            let finder = finder(info).await;
            if self.search_code.try_get_untracked().is_none() {
                return;
            }
            let Ok(mut finder) = finder else { return self.search_code.set(Code::Failed) };
            self.table.with_value(|table| finder.add(table, table.row_count(), Vec::new()));
            self.search.set_value(Some(finder));
            self.search_code.set(Code::Here);
            self.find();
            self.version.update(|v| *v += 1);
        });
    }

    fn find(self) {
        let mut matches = None;
        self.search.update_value(|search| {
            let Some(search) = search else { return };
            self.table.with_value(|table| {
                self.order.with_value(|order| {
                    self.searched.with_value(|(text, is_ranked)| search.find(table, order, text, *is_ranked));
                });
            });
            matches = search.matches();
        });
        self.found_ms.set_value(now_ms());
        if self.matches.get_untracked() != matches {
            self.matches.set(matches);
        }
    }

    fn follow(self, wanted: Wanted, walk: u32, is_fresh: bool) {
        let started = now_ms();
        spawn_local(async move {
            let mut is_first = is_fresh;
            let mut failure = None;
            for query in &wanted.queries {
                let on_page = |mut rows: Vec<Record>| {
                    if !self.is_current(walk) {
                        return ControlFlow::Break(());
                    }
                    self.choose(&mut rows, wanted.local.as_ref());
                    self.take(rows, std::mem::take(&mut is_first));
                    ControlFlow::Continue(())
                };
                failure = api().walk(query, on_page).await.failure;
                if !self.is_current(walk) {
                    return;
                }
                if failure.is_some() {
                    break;
                }
            }
            self.sort_all();
            self.progress.update(|p| {
                p.phase = match failure {
                    Some(failure) => Phase::Failed(failure),
                    None => Phase::Done,
                };
                if p.phase == Phase::Done {
                    p.total = Some(p.loaded as u64);
                    p.took_ms = Some(now_ms() - started);
                }
            });
            self.version.update(|v| *v += 1);
        });
    }

    /// Leaves out the rows that the part of the filter which runs here does not match.
    fn choose(self, rows: &mut Vec<Record>, local: Option<&Filter>) {
        let Some(local) = local else { return };
        let info = self.info.get_untracked();
        match Typed::with(local, &info, &filter_context()) {
            Ok(typed) => rows.retain(|row| typed.matches(row)),
            // The plan was made with the same context and had no issue.
            Err(_) => rows.clear(),
        }
    }

    fn take(self, rows: Vec<Record>, is_first: bool) {
        if is_first {
            self.table.set_value(Table::new());
            self.made.set_value(Vec::new());
            self.order.set_value(Vec::new());
            self.sorted.set_value(0);
            self.search.update_value(|search| {
                if let Some(search) = search {
                    search.restart();
                }
            });
            self.fetch_search();
        } else {
            // What was found was found among the rows that were here.
            self.complete();
        }
        let before = self.order.with_value(Vec::len);
        let mut replaced = Vec::new();
        // A row may be another one now.
        self.made.set_value(Vec::new());
        self.table.update_value(|table| {
            self.order.update_value(|order| {
                for row in rows {
                    match table.put(row) {
                        Some((number, true)) => order.push(number),
                        Some((number, false)) => replaced.push(number),
                        None => {}
                    }
                }
                self.search.update_value(|search| {
                    if let Some(search) = search {
                        search.add(table, order.len() - before, replaced);
                    }
                });
            });
        });
        let loaded = self.order.with_value(Vec::len);
        // Sorting after every page would be quadratic: it waits until the rows have doubled, and the end.
        if loaded >= self.sorted.get_value() * 2 {
            self.sort_all();
        } else if now_ms() - self.found_ms.get_value() >= FIND_AGAIN_MS {
            self.find();
        }
        self.progress.update(|p| {
            p.loaded = loaded;
            p.is_old = false;
        });
        self.version.update(|v| *v += 1);
    }

    fn sort_all(self) {
        let keys = self.sort.get_value();
        let info = self.info.get_untracked();
        let field = name_field(&info);
        self.table.with_value(|table| {
            let name_of = |entity: &str, id: i64| {
                let here = field.filter(|_| entity == info.name).and_then(|field| name_in(table, field, id));
                here.or_else(|| untrack(|| self.name_of.run((entity.to_owned(), id))))
            };
            self.order.update_value(|order| {
                order.sort_unstable();
                table.sort(order, &keys, &info, &name_of);
                self.sorted.set_value(order.len());
            });
        });
        self.find();
    }

    fn next_walk(self) -> u32 {
        self.walk.update_value(|walk| *walk += 1);
        self.walk.get_value()
    }

    /// Whether this walk is the last one that was begun, and the page still there.
    fn is_current(self, walk: u32) -> bool {
        self.walk.try_get_value() == Some(walk)
    }
}

/// The field that names rows of this entity, where it is a single one.
fn name_field(info: &EntityInfo) -> Option<&'static str> {
    match title_fields(info).as_slice() {
        [field] => Some(field),
        _ => None,
    }
}

fn name_in(table: &Table, field: &str, id: i64) -> Option<String> {
    let name = table.text(table.row_with(id)?, field, false)?;
    (!name.trim().is_empty()).then(|| name.to_owned())
}

fn now_ms() -> f64 {
    js_sys::Date::now()
}
