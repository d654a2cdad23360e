//! State: which face the page shows, and its sentences about how much is there.

use autotask_core::display::grouped;
use leptos::prelude::*;

use super::{cells::companies, view::TreeView};
use crate::{
    components::view_state::{EmptyKind, Failure, Partial, ViewState},
    pages::failed::{failed, sentence},
    store::hierarchy::{Forest, HierarchyStore, Progress},
};

/// What the page has to show. Reactive.
pub fn view_state(store: HierarchyStore, view: TreeView) -> ViewState {
    let Some(forest) = store.forest.get() else {
        return match store.failure.get() {
            Some(failure) => ViewState::Failed(failed("The companies could not be loaded.", &failure)),
            None => ViewState::Loading,
        };
    };
    if let Some(failure) = store.failure.get() {
        if forest.is_complete {
            let failure = failed("The companies could not be loaded again; what you see is older.", &failure);
            return ViewState::Failed(Failure { has_old_data: true, ..failure });
        }
        let total = store.loading.get().map_or(0, |progress| progress.total);
        return ViewState::Partial(Partial {
            title: [&of(forest.companies.len(), total), " companies loaded."].concat(),
            text: [&sentence(&failure), " Trees and numbers cover only what is loaded."].concat(),
            percent: None,
        });
    }
    if let Some(failure) = store.count_failure.get() {
        let Progress { done, total } = store.counting.get();
        return ViewState::Partial(Partial {
            title: ["Contacts and sites are counted for ", &of(done, total), " companies."].concat(),
            text: sentence(&failure),
            percent: None,
        });
    }
    match (view.rows.with(Vec::is_empty), view.found.with(Option::is_some)) {
        (true, true) => ViewState::Empty(EmptyKind::NoMatch),
        (true, false) => ViewState::Empty(EmptyKind::FirstUse),
        (false, _) => ViewState::Ready,
    }
}

/// "78,500 of 100,000", or the first number alone while the second is not known.
fn of(done: usize, total: usize) -> String {
    let done = grouped(&done.to_string());
    if total == 0 { done } else { [&done, " of ", &grouped(&total.to_string())].concat() }
}

/// "2,001 companies, 411 in 96 trees".
pub fn summary(forest: &Forest) -> String {
    let all = companies(forest.companies.len());
    if forest.in_trees == 0 { all } else { [all, in_trees(forest)].join(", ") }
}

/// "411 in 96 trees".
fn in_trees(forest: &Forest) -> String {
    let trees = if forest.trees == 1 { " tree" } else { " trees" };
    [&grouped(&forest.in_trees.to_string()), " in ", &grouped(&forest.trees.to_string()), trees].concat()
}

/// What goes on, for the end of the toolbar: a search, a load, a count, or how much there is. Reactive.
pub fn activity(store: HierarchyStore, view: TreeView) -> String {
    if store.failure.with(Option::is_none)
        && let Some(Progress { done, total }) = store.loading.get()
    {
        return ["Loading companies, ", &of(done, total)].concat();
    }
    if let Some(count) = view.found.with(|found| found.as_ref().map(|found| found.count)) {
        return companies_found(count);
    }
    let counting = store.counting.get();
    if store.count_failure.with(Option::is_none) && counting.done < counting.total {
        return ["Counting contacts and sites, ", &percent(counting).to_string(), " %"].concat();
    }
    let with_all = view.address.with(|address| address.with_all);
    store.forest.with(|forest| match forest {
        Some(forest) if with_all => companies(forest.companies.len()),
        Some(forest) if forest.in_trees > 0 => in_trees(forest),
        _ => String::new(),
    })
}

/// "12 matches".
pub fn companies_found(count: usize) -> String {
    match count {
        0 => "No match".to_owned(),
        1 => "1 match".to_owned(),
        count => [&grouped(&count.to_string()), " matches"].concat(),
    }
}

/// How far a load or a count is, in hundredths; `None` when all is here. Reactive.
pub fn percent_under_way(store: HierarchyStore) -> Option<usize> {
    if let Some(loading) = store.loading.get() {
        return store.failure.with(Option::is_none).then(|| percent(loading));
    }
    let counting = store.counting.get();
    (store.count_failure.with(Option::is_none) && counting.done < counting.total).then(|| percent(counting))
}

fn percent(progress: Progress) -> usize {
    (progress.done * 100).checked_div(progress.total).unwrap_or(0).min(100)
}
