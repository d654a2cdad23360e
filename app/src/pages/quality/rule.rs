//! One rule: what it looks for and why, and the rows it has found.

use std::sync::Arc;

use crate::components::dynamic::{dynamic, memo, optional};
use autotask_core::quality::Rule;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};

use super::{
    findings::{is_about, reason, sorted},
    head::{CoverBar, RefreshButton, view_state},
    rule_rows::{FoundRow, columns, fields, order},
    scores::companies_path,
    words::{of, severity_words},
};
use crate::{
    components::{
        badge::Badge,
        data_grid::DataGrid,
        empty::Empty,
        grid_parts::{CellView, RowTone, SortKey},
        icon::Icon,
        page_head::use_window_title,
        view_state::{EmptyKind, ViewFrame, ViewState},
    },
    page::Page,
    status::use_view_status,
    store::{
        names::{Names, use_names},
        quality::{Audit, QualityStore, use_quality},
    },
};

/// The rule of the address, and its rows in their order. `Copy`, so that handlers can have it.
#[derive(Clone, Copy)]
struct RuleView {
    store: QualityStore,
    id: Memo<String>,
    sort: Signal<Vec<SortKey>>,
    names: Names,
    rows: RwSignal<Arc<Vec<u32>>>,
    version: RwSignal<u64>,
}

/// The page.
#[component]
pub fn QualityRulePage() -> impl IntoView {
    let store = use_quality();
    store.visit();
    on_cleanup(move || store.leave());
    let (params, query) = (use_params_map(), use_query_map());
    let built_in = StoredValue::new(autotask_core::quality::built_in());
    let path = memo(move || Page::QualityRule(params.with(|params| params.get("rule")).unwrap_or_default()).path());
    let rule = memo(move || {
        let is_meant = |rule: &&Rule| Page::QualityRule(rule.id.clone()).path() == path.get();
        built_in.with_value(|rules| rules.iter().find(is_meant).cloned())
    });
    let id = memo(move || rule.with(|rule| rule.as_ref().map(|rule| rule.id.clone())).unwrap_or_default());
    let sort_text = memo(move || query.with(|query| query.get("sort")).unwrap_or_default());
    let view = RuleView {
        store,
        id,
        sort: Signal::derive(move || sort_keys(&sort_text.get())),
        names: use_names(),
        rows: RwSignal::default(),
        version: RwSignal::new(0),
    };
    view.follow();
    let title =
        memo(move || rule.with(|rule| rule.as_ref().map_or("No such rule".to_owned(), |rule| rule.title.clone())));
    use_window_title(title.into(), "Data quality");
    use_view_status(move || view.found_text());
    let about = move || rule.with(|rule| rule.as_ref().map(about_view));
    let mark = move || {
        rule.with(|rule| {
            rule.as_ref().map(|rule| {
                let (one, _, tone) = severity_words(rule.severity);
                view! { <Badge tone=tone text=one /> }
            })
        })
    };
    let body = move || {
        if rule.with(Option::is_none) {
            return no_such_rule();
        }
        view! {
            <CoverBar store=store lead=Signal::derive(move || view.found_text()) />
            <Found view=view rule=rule />
        }
        .into_any()
    };
    view! {
        <header class="rechead">
            <nav class="crumbs" aria-label="Path">
                <a href=Page::Quality.path()>{Page::Quality.title()}</a>
                {Icon::Right.view()}
                <span aria-current="page">{title}</span>
            </nav>
            <div class="row wrap rectitle">
                <h1 tabindex="-1">{title}</h1>
                {dynamic(mark)}
                <div class="actions push">
                    <RefreshButton store=store />
                </div>
            </div>
        </header>
        {dynamic(about)}
        {dynamic(body)}
    }
    .into_any()
}

/// Why it matters, what to do, and what exactly is looked for.
fn about_view(rule: &Rule) -> AnyView {
    let mut terms = Vec::new();
    if let Some(scope) = &rule.scope {
        terms.push(("Looks at", scope.clone()));
    }
    if let Some(filter) = &rule.filter {
        terms.push(("Finds", filter.clone()));
    }
    // What is only a filter is a list of its own, which can be changed and sent on.
    let is_filter = rule.check.is_none() && rule.with.is_none() && rule.without.is_none();
    let is_filter = is_filter && rule.same.is_none() && rule.hierarchy.is_empty() && rule.entity == "Companies";
    let list = rule.filter.as_ref().filter(|_| is_filter).map(|filter| {
        let scope = rule.scope.as_ref().map(|scope| ["(", scope, ") and "].concat()).unwrap_or_default();
        let href = companies_path(&[&scope, "(", filter, ")"].concat());
        view! {
            <a class="inline" href=href>
                "Open as a filter of companies"
            </a>
        }
    });
    let term = |(name, text): (&'static str, String)| {
        view! {
            <dt>{name}</dt>
            <dd>
                <code>{text}</code>
            </dd>
        }
    };
    view! {
        <div class="qabout">
            <p>
                {rule.why.clone()} " " {rule.fix.as_ref().map(|fix| view! { <b>{fix.advice.clone()}</b> })} " " {list}
            </p>
            <details>
                <summary class="muted small">{Icon::Right.view()} "The rule"</summary>
                <dl class="dl">
                    {terms.into_iter().map(term).collect_view()} <dt>"Name"</dt> <dd>
                        <code>{rule.id.clone()}</code>
                    </dd>
                </dl>
            </details>
        </div>
    }
    .into_any()
}

/// The rows, or why there are none.
#[component]
fn Found(
    /// The rule and its rows.
    view: RuleView,
    /// The rule.
    rule: Memo<Option<Rule>>,
) -> impl IntoView {
    let state = memo(move || match view_state(view.store) {
        ViewState::Ready if view.rows.with(|rows| rows.is_empty()) => ViewState::Empty(EmptyKind::NoMatch),
        state => state,
    });
    let on_sort = use_sort_in_address();
    let label = rule.with_untracked(|rule| rule.as_ref().map(|rule| rule.title.clone())).unwrap_or_default();
    view! {
        <ViewFrame
            state=state
            what="the rows"
            on_retry=Callback::new(move |()| view.store.load())
            empty=Callback::new(move |_| view.nothing())
        >
            <DataGrid
                label=label.clone()
                columns=Signal::derive(move || {
                    let columns_of = |audit: &Audit, rule: &Rule| Some(columns(rule, &audit.loaded(rule.entity)?.info));
                    view.with_rule(columns_of).unwrap_or_default()
                })
                row_count=Signal::derive(move || view.rows.with(|rows| rows.len()))
                cell=Callback::new(move |(place, column): (usize, usize)| view.cell(place, column))
                href=Callback::new(move |place: usize| view.with_row(place, |row| row.href()).flatten())
                tone=Callback::new(move |place: usize| {
                    view.with_row(place, |row| row.tone()).unwrap_or(RowTone::Normal)
                })
                sort=view.sort
                on_sort=on_sort
                version=view.version
            />
        </ViewFrame>
    }
    .into_any()
}

impl RuleView {
    /// Keeps the rows in step with the audit, the rule and the order.
    fn follow(self) {
        Effect::new(move || {
            let (id, sort) = (self.id.get(), self.sort.get());
            let names = self.names;
            let rows = self.store.audit.with(|audit| {
                let audit = audit.as_deref()?;
                audit.finding(&id).map(|finding| order(audit, finding, &sort, names))
            });
            self.rows.set(Arc::new(rows.unwrap_or_default()));
            self.version.update(|version| *version += 1);
        });
    }

    fn with_rule<T>(self, read: impl FnOnce(&Audit, &Rule) -> Option<T>) -> Option<T> {
        self.store.audit.with(|audit| {
            let audit = audit.as_deref()?;
            read(audit, self.id.with(|id| audit.rule(id))?)
        })
    }

    fn with_row<T>(self, place: usize, read: impl FnOnce(FoundRow<'_>) -> T) -> Option<T> {
        let number = self.rows.with_untracked(|rows| rows.get(place).copied())?;
        self.store.audit.with_untracked(|audit| {
            let audit = audit.as_deref()?;
            let rule = self.id.with_untracked(|id| audit.rule(id))?;
            let loaded = audit.loaded(rule.entity)?;
            Some(read(FoundRow { audit, info: &loaded.info, row: &loaded.table.row(number)? }))
        })
    }

    fn cell(self, place: usize, column: usize) -> CellView {
        let rule_fields = self.store.audit.with_untracked(|audit| {
            let audit = audit.as_deref()?;
            let rule = self.id.with_untracked(|id| audit.rule(id))?;
            Some(fields(rule, &audit.loaded(rule.entity)?.info))
        });
        let rule_fields = rule_fields.unwrap_or_default();
        self.with_row(place, |row| row.cell(&rule_fields, column, self.names)).unwrap_or_default()
    }

    /// "14 of 512 companies"; empty until it is known.
    fn found_text(self) -> String {
        let text = |audit: &Audit, rule: &Rule| {
            audit.finding(&rule.id).map(|finding| of(finding.count, finding.of, finding.entity))
        };
        self.with_rule(text).unwrap_or_default()
    }

    /// Why no row is there: all is well, or it did not run.
    fn nothing(self) -> AnyView {
        let view = self;
        let why_not = move || {
            view.with_rule(|audit, rule| {
                if audit.finding(&rule.id).is_some() {
                    return None;
                }
                let issue = audit.report.issues.iter().find(|issue| is_about(issue, rule));
                let unread = "This page reads companies, contacts and sites only.".to_owned();
                Some(issue.map_or(unread, |issue| reason(rule, &issue.message)))
            })
        };
        let title = move || if why_not().is_some() { "This rule was not checked" } else { "Nothing found" }.to_owned();
        let text = move || {
            why_not().unwrap_or_else(|| {
                view.with_rule(|audit, rule| {
                    let finding = audit.finding(&rule.id)?;
                    Some(
                        [
                            "All ",
                            &super::words::counted(finding.of, finding.entity),
                            " that the rule is about are as they should be.",
                        ]
                        .concat(),
                    )
                })
                .unwrap_or_default()
            })
        };
        let next = move || {
            let next = view.store.audit.with(|audit| {
                let audit = audit.as_deref()?;
                let worst = sorted(audit).first().map(|finding| finding.rule.clone())?;
                audit.rule(&worst).map(|rule| (rule.id.clone(), rule.title.clone()))
            });
            next.map(|(id, title)| {
                view! {
                    <a class="btn btn--primary" href=Page::QualityRule(id).path()>
                        {["Go to: ", &title].concat()}
                    </a>
                }
            })
        };
        let icon = if untrack(why_not).is_some() { Icon::Info } else { Icon::Check };
        view! {
            <div class="body">
                <Empty icon=icon title=Signal::derive(title) text=Signal::derive(text)>
                    {optional(next)}
                    <a class="btn" href=Page::Quality.path()>
                        "All rules"
                    </a>
                </Empty>
            </div>
        }
        .into_any()
    }
}

fn no_such_rule() -> AnyView {
    view! {
        <div class="body">
            <Empty
                icon=Icon::Quality
                title="There is no such rule"
                text="It may have had another name, or the address was mistyped."
            >
                <a class="btn btn--primary" href=Page::Quality.path()>
                    "Go to Data quality"
                </a>
            </Empty>
        </div>
    }
    .into_any()
}

/// Writes an order into the address.
fn use_sort_in_address() -> Callback<Vec<SortKey>> {
    let (query, go) = (use_query_map(), use_navigate());
    let params = use_params_map();
    Callback::new(move |keys: Vec<SortKey>| {
        let word = |key: SortKey| if key.is_descending { ["-", &key.key].concat() } else { key.key };
        let mut map = query.get_untracked();
        let text = keys.into_iter().map(word).collect::<Vec<_>>().join(",");
        if text.is_empty() {
            map.remove("sort");
        } else {
            map.replace("sort", text);
        }
        let rule = params.with_untracked(|params| params.get("rule")).unwrap_or_default();
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        go(&[Page::QualityRule(rule).path(), map.to_query_string()].concat(), options);
    })
}

fn sort_keys(text: &str) -> Vec<SortKey> {
    let keys = text.split(',').filter(|key| !key.is_empty());
    keys.map(|key| match key.strip_prefix('-') {
        Some(key) => SortKey { key: key.to_owned(), is_descending: true },
        None => SortKey::ascending(key),
    })
    .collect()
}
