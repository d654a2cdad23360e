//! The search behind the list: address ↔ rules ↔ rows.
//!
//! ```text
//! address ──parse──► filter ──► rows
//!    ▲                  │
//!    │                  ▼
//!    └──print── rules of the builder
//! ```

use std::sync::Arc;

use crate::components::dynamic::{effect, memo};
use autotask_core::display::grouped;
use autotask_core::filter::{check::check_meaning, parse, plan, print::print};
use autotask_core::{EntityInfo, FieldInfo, Filter, Issue, Query, Verb, entity, table};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{
    columns::{FIELDS, shown_fields},
    free_text::{FreeText, use_free_text},
};
use crate::{
    components::grid_parts::SortKey,
    filter_builder::{context::filter_context, lookup, tree::Tree},
    page::Page,
    store::{
        metadata::use_metadata,
        names::{Names, use_names},
        row_list::{RowList, Wanted},
    },
};

/// What the list shows when the address says nothing: visible as a rule, and as easily removed.
const FILTER_AT_FIRST: &str = "isActive = yes";
const SORT_AT_FIRST: &str = "companyName";

/// New values of parameters of the address.
type Changes = Vec<(&'static str, Option<String>)>;

/// The search of the page. `Copy`, so that handlers can have it.
#[derive(Clone, Copy)]
pub struct Search {
    /// The rules, as they are being edited.
    pub tree: RwSignal<Tree>,
    /// The entity's metadata.
    pub info: Signal<Arc<EntityInfo>>,
    /// The fields of the columns; `None` for one that the metadata do not have.
    pub fields: Memo<Vec<Option<FieldInfo>>>,
    /// The rows.
    pub list: RowList,
    /// What is typed above the list.
    pub free_text: FreeText,
    /// The order of the rows; empty while the best matches come first.
    pub sort: Signal<Vec<SortKey>>,
    /// The filter that the rows belong to, as text.
    pub applied_text: Memo<String>,
    /// What the address says, when it cannot be read, and why.
    pub unreadable: RwSignal<Option<(String, Vec<Issue>)>>,
    /// What keeps the rules as a whole from being applied.
    pub issues: Signal<Vec<Issue>>,
    /// Names behind references.
    pub names: Names,
    /// Whether what is typed decides the order: an order that was chosen stays.
    pub is_ranked: Memo<bool>,
    /// Changes the address; `true` in place of the history's entry. `None` takes a parameter away.
    navigate: Callback<(Changes, bool)>,
}

/// The search of the page that calls this.
pub fn use_search() -> Search {
    let metadata = use_metadata();
    let names = use_names();
    let info = Signal::derive(move || metadata.entity("Companies"));
    let fields = memo(move || shown_fields(&info.get()));
    let query = use_query_map();
    let applied_text = memo(move || query.with(|q| q.get("f")).unwrap_or_else(|| FILTER_AT_FIRST.to_owned()));
    let sort_text = memo(move || query.with(|q| q.get("sort")).unwrap_or_else(|| SORT_AT_FIRST.to_owned()));
    let tree = RwSignal::new(Tree::default());
    let unreadable = RwSignal::new(None);
    let name_of = Callback::new(move |(entity, id): (String, i64)| names.name(&entity, id));
    let list = RowList::new(info, name_of);
    let issues = Signal::derive(move || {
        let info = info.get();
        // Of single rules the rule itself speaks; here what is wrong with the whole.
        let whole = |issue: &Issue| issue.path.as_deref() == Some("filter");
        let context = filter_context();
        tree.with(|tree| check_meaning(&tree.filter(&info), &info, &context))
            .into_iter()
            .filter(whole)
            .collect::<Vec<_>>()
    });
    let go = use_navigate();
    let navigate = Callback::new(move |(changes, replace): (Changes, bool)| {
        let mut map = query.get_untracked();
        for (key, value) in changes {
            match value {
                Some(value) => map.replace(key, value),
                None => _ = map.remove(key),
            }
        }
        go(
            &[Page::Companies.path(), map.to_query_string()].concat(),
            NavigateOptions { scroll: false, replace, ..Default::default() },
        );
    });
    let text_in_address = memo(move || query.with(|q| q.get("q")).unwrap_or_default());
    let set_text = move |(text, replace): (String, bool)| {
        let text = Some(text).filter(|text| !text.is_empty());
        navigate.run((vec![("q", text)], replace));
    };
    let free_text = use_free_text(text_in_address, Callback::new(set_text));
    let has_text = memo(move || free_text.text.with(|text| !text.trim().is_empty()));
    let has_sort = memo(move || query.with(|q| q.get("sort")).is_some_and(|sort| !sort.is_empty()));
    let is_ranked = memo(move || has_text.get() && !has_sort.get());
    let sort = Signal::derive(move || if is_ranked.get() { Vec::new() } else { sort_keys(&sort_text.get()) });
    let search = Search {
        tree,
        info,
        fields,
        list,
        free_text,
        sort,
        is_ranked,
        applied_text,
        unreadable,
        issues,
        names,
        navigate,
    };

    effect(move || list.set_sort(sort_keys(&sort_text.get()).into_iter().map(table_key).collect()));
    effect(move || free_text.text.with(|text| list.set_search(text, is_ranked.get())));
    effect(move || {
        let text = applied_text.get();
        // Metadata that comes later brings labels and user-defined fields, not another question.
        let info = info.get_untracked();
        match readable(&text, &info) {
            Ok(filter) => {
                unreadable.set(None);
                let shown = tree.with_untracked(|tree| print(&tree.filter(&info), &info));
                if shown != print(&filter, &info) {
                    tree.set(Tree::of(&filter));
                }
                search.load(filter);
            }
            Err(issues) => unreadable.set(Some((text, issues))),
        }
    });
    search
}

impl Search {
    /// Applies the rules that are finished, if that changes anything.
    pub fn commit(self) {
        let info = self.info.get_untracked();
        let filter = self.tree.with_untracked(|tree| tree.filter(&info));
        let is_sound = !autotask_core::issue::has_errors(&check_meaning(&filter, &info, &filter_context()));
        let text = print(&filter, &info);
        let changes = text != self.applied_text.get_untracked() || self.unreadable.with_untracked(Option::is_some);
        if is_sound && changes {
            self.navigate.run((vec![("f", Some(text))], false));
        }
    }

    /// Takes all rules away.
    pub fn clear(self) {
        self.tree.update(Tree::clear);
        self.commit();
    }

    /// Sorts by these keys.
    pub fn set_sort(self, keys: Vec<SortKey>) {
        let text: Vec<String> =
            keys.into_iter().map(|key| if key.is_descending { ["-", &key.key].concat() } else { key.key }).collect();
        // Among what was typed for, no order means the best first.
        let is_searching = self.list.matches_untracked().is_some();
        let text = Some(text.join(",")).filter(|text| !(is_searching && text.is_empty()));
        self.navigate.run((vec![("sort", text)], false));
    }

    /// "12 of 2,000 companies", while something is searched for. Reactive.
    pub fn matches_text(self) -> Option<String> {
        let matches = self.list.matches()?;
        let number = |n: usize| grouped(&n.to_string());
        let loaded = self.list.progress().loaded;
        let companies = if loaded == 1 { " company" } else { " companies" };
        Some([&number(matches.total), " of ", &number(loaded), companies].concat())
    }

    /// Looks up what the filter needs, and loads what it finds.
    fn load(self, filter: Filter) {
        let info = self.info.get_untracked();
        let context = filter_context();
        let is_plain =
            filter.unresolved(&info, &context).is_empty() && plan::plan(&filter, &info, &context).lookups.is_empty();
        if is_plain {
            return self.load_planned(&plan::plan(&filter, &info, &context));
        }
        let text = self.applied_text.get_untracked();
        spawn_local(async move {
            let planned = lookup::plan(&filter, &info).await;
            // Another filter may have been applied meanwhile.
            if self.applied_text.try_get_untracked() != Some(text) {
                return;
            }
            match planned {
                Ok(plan) => self.load_planned(&plan),
                Err(failure) => self.list.fail(failure),
            }
        });
    }

    fn load_planned(self, plan: &plan::Plan) {
        let Some(info) = entity("Companies") else { return };
        if let Some(issue) = plan.issues.first() {
            return self.list.fail(lookup::refused(issue));
        }
        let mut fields: Vec<String> = FIELDS.iter().map(|f| (*f).to_owned()).collect();
        // What is chosen here must be here.
        let used = plan.local.iter().flat_map(Filter::conditions);
        for condition in used {
            let name = condition.field.split('.').next().unwrap_or_default();
            let field = info.field(name).or_else(|| info.short_field(name));
            if let Some(field) = field.filter(|field| !fields.iter().any(|f| field.is_named(f))) {
                fields.push(field.name.to_string());
            } else if condition.udf {
                fields.push(condition.field.clone());
            }
        }
        let query = |filter: Filter| Query {
            include_fields: Some(fields.clone()),
            // What is searched for may be personal data and does not belong into logged addresses.
            verb: Verb::Post,
            ..Query::new(info, filter)
        };
        let queries = plan.queries().into_iter().map(query).collect();
        self.list.load(Wanted { queries, local: plan.local.clone() });
    }
}

fn readable(text: &str, info: &EntityInfo) -> Result<Filter, Vec<Issue>> {
    let mut parsed = parse::read(text, info, &filter_context());
    // An unknown user-defined field may only not have come yet; Autotask will say if it does not exist.
    parsed.issues.retain(|issue| !(info.user_defined_fields.is_empty() && issue.message.contains("user-defined")));
    match parsed.filter() {
        Some(filter) => Ok(filter.clone()),
        None => Err(parsed.issues),
    }
}

fn sort_keys(text: &str) -> Vec<SortKey> {
    text.split(',')
        .filter(|key| !key.is_empty())
        .map(|key| match key.strip_prefix('-') {
            Some(key) => SortKey { key: key.to_owned(), is_descending: true },
            None => SortKey::ascending(key),
        })
        .collect()
}

fn table_key(key: SortKey) -> table::SortKey {
    table::SortKey { field: key.key, descending: key.is_descending }
}
