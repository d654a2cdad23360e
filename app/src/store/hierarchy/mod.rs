//! Hierarchy: all companies as trees, with the contacts and sites of each. Loaded page after page, counted in lots.
//!
//! ```text
//! load ─► companies, page after page ─► Forest ─► contacts ─┐ lot after lot of 500 companies, those in trees first
//!                                              └► sites    ─┴► Measure
//! ```

mod expansion;
mod forest;
mod measure;

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    sync::Arc,
};

use autotask_core::{Failure, Filter, Query, Verb, entity};
use leptos::{prelude::*, task::spawn_local};

pub use expansion::Expansion;
pub use forest::{Company, Forest};
pub use measure::Measure;

#[cfg(test)]
pub(crate) use forest::tests::forest as test_forest;

use super::use_late_store;
use crate::api::api;

/// Companies whose contacts are asked for in one query; Autotask takes no longer lists.
const LOT: usize = 500;
/// Up to this many companies the whole tree is asked for anew on each visit; beyond, on request.
const RELOAD_COMPANIES_MAX: usize = 5_000;

/// What is counted for each company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Its contacts.
    Contacts,
    /// Its sites.
    Sites,
}

impl Counted {
    const ALL: [Self; 2] = [Self::Contacts, Self::Sites];

    const fn entity(self) -> &'static str {
        match self {
            Self::Contacts => "Contacts",
            Self::Sites => "CompanyLocations",
        }
    }
}

/// How far something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many are here.
    pub done: usize,
    /// How many there are; 0 until it is known.
    pub total: usize,
}

/// How far one measure is.
#[derive(Default)]
struct Count {
    known: HashMap<i64, u32>,
    /// The companies counted since the last load.
    fresh: HashSet<i64>,
    is_running: bool,
}

/// The trees and how far they are. Get it with [`use_hierarchy`].
#[derive(Clone, Copy)]
pub struct HierarchyStore {
    /// The trees; `None` until there are any.
    pub forest: RwSignal<Option<Arc<Forest>>>,
    /// Loading companies; `None` when it rests.
    pub loading: RwSignal<Option<Progress>>,
    /// What ended the loading of companies early.
    pub failure: RwSignal<Option<Failure>>,
    /// How many companies are counted, of those that shall be.
    pub counting: RwSignal<Progress>,
    /// What ended the counting early.
    pub count_failure: RwSignal<Option<Failure>>,
    /// What is open; kept for the way back.
    pub expansion: RwSignal<Expansion>,
    /// The company that had the tab stop last; kept for the way back.
    pub last_row: StoredValue<Option<i64>>,
    measures: [RwSignal<Arc<Measure>>; 2],
    counts: StoredValue<[Count; 2]>,
    wants_all: StoredValue<bool>,
    /// Which load this is: answers to an older one are dropped.
    round: StoredValue<u64>,
}

impl HierarchyStore {
    /// Whether companies are on their way. Reactive.
    pub fn is_loading(&self) -> bool {
        self.loading.with(Option::is_some) && self.failure.with(Option::is_none)
    }

    /// On a visit of the page: loads what is not there or may be old.
    pub fn visit(&self) {
        let is_small = |forest: &Arc<Forest>| !forest.is_complete || forest.companies.len() <= RELOAD_COMPANIES_MAX;
        if self.forest.with_untracked(|forest| forest.as_ref().is_none_or(is_small)) {
            self.load();
        } else {
            self.count();
        }
    }

    /// Ends what is under way, when nobody looks any more.
    pub fn leave(&self) {
        self.next_round();
        self.loading.set(None);
    }

    /// Loads all companies anew; the trees that are there stay until then.
    pub fn load(&self) {
        let round = self.next_round();
        self.failure.set(None);
        self.count_failure.set(None);
        self.loading.set(Some(Progress::default()));
        let store = *self;
        spawn_local(async move { store.load_total(round).await });
        spawn_local(async move { store.load_companies(round).await });
    }

    /// Goes on where a failure ended it.
    pub fn retry(&self) {
        if self.failure.with_untracked(Option::is_some) {
            self.load();
        } else {
            self.count_failure.set(None);
            self.count();
        }
    }

    /// Counts contacts and sites of the companies outside of trees too.
    pub fn count_all(&self) {
        if !self.wants_all.get_value() {
            self.wants_all.set_value(true);
            self.count();
        }
    }

    /// A measure of the trees. Reactive.
    pub fn measure(&self, counted: Counted) -> Arc<Measure> {
        self.measures[counted as usize].get()
    }

    async fn load_total(self, round: u64) {
        let Some(info) = entity("Companies") else { return };
        // Without the total there is progress all the same.
        let Ok(total) = api().count(&Query { verb: Verb::Post, ..Query::new(info, Filter::everything()) }).await else {
            return;
        };
        if self.is_current(round) {
            let total = usize::try_from(total).unwrap_or(usize::MAX);
            self.loading.update(|loading| {
                if let Some(loading) = loading {
                    loading.total = total;
                }
            });
        }
    }

    async fn load_companies(self, round: u64) {
        let Some(info) = entity("Companies") else { return };
        let query = Query {
            include_fields: Some(forest::FIELDS.map(str::to_owned).to_vec()),
            verb: Verb::Post,
            ..Query::new(info, Filter::everything())
        };
        let mut companies: Vec<Company> = Vec::new();
        let walk = api()
            .walk(&query, |rows| {
                if !self.is_current(round) {
                    return ControlFlow::Break(());
                }
                companies.extend(rows.iter().filter_map(Company::read));
                let done = companies.len();
                self.loading.update(|loading| {
                    if let Some(loading) = loading {
                        loading.done = done;
                    }
                });
                ControlFlow::Continue(())
            })
            .await;
        if !self.is_current(round) {
            return;
        }
        let is_complete = walk.failure.is_none();
        let has_all = self.forest.with_untracked(|forest| forest.as_ref().is_some_and(|forest| forest.is_complete));
        // A part never takes the place of the whole, even if that is older.
        if is_complete || (!has_all && !companies.is_empty()) {
            self.forest.set(Some(Arc::new(Forest::new(companies, is_complete))));
            self.counts.update_value(|counts| counts.iter_mut().for_each(|count| count.fresh.clear()));
            Counted::ALL.into_iter().for_each(|counted| self.publish(counted));
        }
        self.failure.set(walk.failure);
        // The total stays for the sentence about a part.
        if is_complete {
            self.loading.set(None);
        }
        self.count();
    }

    /// Starts both counts where they stand, unless they run.
    fn count(&self) {
        let round = self.round.get_value();
        for counted in Counted::ALL {
            let was_running = self
                .counts
                .try_update_value(|counts| std::mem::replace(&mut counts[counted as usize].is_running, true));
            if was_running == Some(false) {
                let store = *self;
                spawn_local(async move { store.count_lots(counted, round).await });
            }
        }
    }

    async fn count_lots(self, counted: Counted, round: u64) {
        let Some(info) = entity(counted.entity()) else { return };
        loop {
            let ids = self.next_lot(counted);
            if ids.is_empty() {
                break;
            }
            let mut found: HashMap<i64, u32> = ids.iter().map(|id| (*id, 0)).collect();
            let query = Query {
                include_fields: Some(vec!["id".to_owned(), "companyID".to_owned()]),
                verb: Verb::Post,
                ..Query::new(info, Filter::and([Filter::is_in("companyID", ids)]))
            };
            let walk = api()
                .walk(&query, |rows| {
                    for company in rows.iter().filter_map(|row| row.int("companyID")) {
                        *found.entry(company).or_default() += 1;
                    }
                    if self.is_current(round) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                })
                .await;
            if !self.is_current(round) {
                return;
            }
            if let Some(failure) = walk.failure {
                self.count_failure.set(Some(failure));
                break;
            }
            self.counts.update_value(|counts| {
                let count = &mut counts[counted as usize];
                count.fresh.extend(found.keys());
                count.known.extend(found);
            });
            self.publish(counted);
        }
        self.counts.update_value(|counts| counts[counted as usize].is_running = false);
    }

    /// The next companies to count, in the order in which the tree shows them.
    fn next_lot(&self, counted: Counted) -> Vec<i64> {
        let Some(forest) = self.forest.get_untracked() else { return Vec::new() };
        let wants_all = self.wants_all.get_value();
        self.counts.with_value(|counts| {
            let fresh = &counts[counted as usize].fresh;
            let rows = || forest.hierarchy.order().iter().map(|row| *row as usize);
            let in_trees = rows().filter(|row| forest.is_in_tree(*row));
            let others = rows().filter(|row| wants_all && !forest.is_in_tree(*row));
            let ids = in_trees.chain(others).map(|row| forest.companies[row].id);
            ids.filter(|id| !fresh.contains(id)).take(LOT).collect()
        })
    }

    /// Shows what is counted so far.
    fn publish(&self, counted: Counted) {
        let Some(forest) = self.forest.get_untracked() else { return };
        let measure = self.counts.with_value(|counts| Measure::new(&forest, &counts[counted as usize].known));
        let done = self.counts.with_value(|counts| counts.iter().map(|count| count.fresh.len()).min().unwrap_or(0));
        let total = if self.wants_all.get_value() { forest.companies.len() } else { forest.in_trees };
        self.counting.set(Progress { done, total });
        self.measures[counted as usize].set(Arc::new(measure));
    }

    fn next_round(&self) -> u64 {
        let round = self.round.get_value() + 1;
        self.round.set_value(round);
        self.counts.update_value(|counts| counts.iter_mut().for_each(|count| count.is_running = false));
        round
    }

    fn is_current(&self, round: u64) -> bool {
        self.round.get_value() == round
    }
}

/// No trees yet.
fn new_hierarchy() -> HierarchyStore {
    HierarchyStore {
        forest: RwSignal::new(None),
        loading: RwSignal::new(None),
        failure: RwSignal::new(None),
        counting: RwSignal::default(),
        count_failure: RwSignal::new(None),
        expansion: RwSignal::new(Expansion::all()),
        last_row: StoredValue::new(None),
        measures: [RwSignal::default(), RwSignal::default()],
        counts: StoredValue::default(),
        wants_all: StoredValue::new(false),
        round: StoredValue::new(0),
    }
}

/// The trees of the app.
pub fn use_hierarchy() -> HierarchyStore {
    use_late_store(new_hierarchy)
}
