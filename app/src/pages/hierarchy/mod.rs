//! All companies as a tree: own and subtree numbers, a search that keeps the way to its matches, and what is wrong.

mod address;
mod cells;
mod columns;
mod findings_panel;
mod problems;
mod search_box;
mod state;
mod toolbar;
mod view;
mod visible;

use crate::components::dynamic::{dynamic, effect, handler, memo};
use leptos::prelude::*;

use crate::{
    components::{
        choice::Choice,
        empty::Empty,
        icon::Icon,
        page_head::PageHead,
        segmented::Segmented,
        tree_grid::{TreeGrid, TreeRow},
        view_state::{EmptyKind, ViewFrame},
    },
    page::Page,
    status::use_view_status,
    store::hierarchy::use_hierarchy,
};
use cells::use_cells;
use findings_panel::{FindingsPanel, FindingsToggle};
use state::{summary, view_state};
use toolbar::Toolbar;
use view::{TreeView, use_tree_view};

/// The page.
#[component]
pub fn HierarchyPage() -> impl IntoView {
    let store = use_hierarchy();
    store.visit();
    on_cleanup(move || store.leave());
    let view = use_tree_view(store);
    effect(move || {
        if view.address.with(|address| address.with_all) {
            store.count_all();
        }
    });
    use_view_status(move || store.forest.with(|forest| forest.as_deref().map(summary).unwrap_or_default()));
    let state = memo(move || view_state(store, view));
    view! {
        <PageHead title=Page::Hierarchy.title()>
            <ScopeSwitch view=view />
            <FindingsToggle view=view />
            <button
                type="button"
                class="btn btn--ghost"
                aria-disabled=move || store.is_loading().then_some("true")
                on:click=handler(move |_| {
                    if !untrack(|| store.is_loading()) {
                        store.load();
                    }
                })
            >
                {Icon::Refresh.view()}
                <span class="wide">"Refresh"</span>
                <span class="vh only-narrow">"Refresh"</span>
            </button>
        </PageHead>
        <Toolbar view=view store=store />
        <ViewFrame
            state=state
            what="the hierarchy"
            on_retry=Callback::new(move |()| store.retry())
            empty=Callback::new(move |kind| empty_view(view, kind))
        >
            <Tree view=view />
        </ViewFrame>
        {dynamic(move || store.forest.with(Option::is_some).then(|| view! { <FindingsPanel view=view /> }))}
    }
    .into_any()
}

/// The tree grid.
#[component]
fn Tree(
    /// What is shown and how.
    view: TreeView,
) -> impl IntoView {
    let cells = use_cells(view);
    view.follow_wishes();
    view! {
        <TreeGrid
            label="Company hierarchy"
            columns=Signal::derive(move || columns::columns(view.address.with(|address| address.values)))
            rows=view.rows
            cell=Callback::new(move |(row, column)| cells.cell(row, column))
            href=Callback::new(|row: TreeRow| (row.key >= 0).then(|| Page::Company(row.key).path()))
            on_toggle=Callback::new(move |row: TreeRow| view.set_open(&[row], !row.is_expanded))
            on_expand_siblings=Callback::new(move |row: TreeRow| view.open_siblings(row))
            version=cells.version
            active=view.active
        />
    }
    .into_any()
}

/// Companies in trees, or all of them.
#[component]
fn ScopeSwitch(
    /// What is shown and how.
    view: TreeView,
) -> impl IntoView {
    let value = move || view.address.with(|address| if address.with_all { "all" } else { "trees" }.to_owned());
    view! {
        <Segmented
            label="Companies shown"
            choices=vec![Choice::new("trees", "In trees"), Choice::new("all", "All companies")]
            value=Signal::derive(value)
            on_change=Callback::new(move |value: String| view.edit(|address| address.with_all = value == "all"))
        />
    }
    .into_any()
}

fn empty_view(view: TreeView, kind: EmptyKind) -> AnyView {
    let show_all = move || {
        view! {
            <button type="button" class="btn" on:click=handler(move |_| view.edit(|address| address.with_all = true))>
                "Show all companies"
            </button>
        }
    };
    let can_widen = move || view.address.with(|address| !address.with_all);
    match kind {
        EmptyKind::NoMatch => {
            let title = move || {
                let search = view.address.with(|address| address.search.clone());
                let place = if can_widen() { "in a tree " } else { "" };
                ["No company ", place, "is called “", &search, "”"].concat()
            };
            view! {
                <Empty
                    icon=Icon::Search
                    title=Signal::derive(title)
                    text="The search looks at names and ids. Nothing is gone, it is only not shown."
                >
                    <button
                        type="button"
                        class="btn btn--primary"
                        on:click=handler(move |_| view.edit(|address| address.search.clear()))
                    >
                        "Clear the search"
                    </button>
                    {dynamic(move || can_widen().then(show_all))}
                </Empty>
            }
            .into_any()
        }
        EmptyKind::FirstUse => view! {
            <Empty
                icon=Icon::Tree
                title="No company has a parent"
                text="Trees appear here once a company names another one as its parent."
            >
                {dynamic(show_all)}
            </Empty>
        }
        .into_any(),
    }
}
