//! The filter builder: rules and groups over one tree, for any entity.
//!
//! `tree` is the state and knows no page; `values` turns what is typed into what a filter holds and back; the rest
//! draws it.

mod completion;
pub mod context;
mod fields;
mod group;
pub mod lookup;
mod rule;
mod source;
pub mod tree;
mod value;
mod values;

use std::sync::Arc;

use crate::components::dynamic::{dynamic, handler, shared};
use autotask_core::filter::plan;
use autotask_core::{EntityInfo, Issue};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

use crate::components::{
    dom::focus_by_id,
    icon::Icon,
    lazy::{Loading, Part, lazy_part},
};
use context::filter_context;
use group::GroupView;
use source::Language;
use tree::{ROOT, Tree};

/// What the parts of the builder share.
#[derive(Clone, Copy)]
pub(crate) struct Builder {
    /// The rules and groups.
    pub tree: RwSignal<Tree>,
    /// The entity's metadata.
    pub info: Signal<Arc<EntityInfo>>,
    /// Called after every change that is finished: a choice, Enter, leaving a field.
    pub on_commit: Callback<()>,
    /// The control that takes the focus as soon as it is drawn.
    pub focus_next: StoredValue<Option<String>>,
}

impl Builder {
    /// Changes the tree and commits.
    pub fn change(self, change: impl FnOnce(&mut Tree)) {
        self.tree.update(change);
        self.on_commit.run(());
    }

    /// Moves the focus to a control that the last change has made.
    pub fn focus_soon(self, id: String) {
        self.focus_next.set_value(Some(id));
        request_animation_frame(move || {
            request_animation_frame(move || {
                let Some(id) = self.focus_next.try_update_value(Option::take).flatten() else { return };
                focus_by_id(&id);
            });
        });
    }
}

/// Which face of the filter is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Builder,
    Text,
    Json,
}

impl Face {
    const ALL: [Face; 3] = [Face::Builder, Face::Text, Face::Json];

    const fn title(self) -> &'static str {
        match self {
            Face::Builder => "Builder",
            Face::Text => "Text",
            Face::Json => "JSON",
        }
    }

    const fn tab(self) -> &'static str {
        match self {
            Face::Builder => "filter-tab-builder",
            Face::Text => "filter-tab-text",
            Face::Json => "filter-tab-json",
        }
    }
}

/// The field for text or JSON.
#[wasm_split(filter_builder, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_source))]
fn load_source(builder: Builder, is_json: bool) -> Result<AnyView, SplitLoaderError> {
    Ok(source::source_view(builder, if is_json { Language::Json } else { Language::Text }))
}

/// The builder; its code comes when it is first unfolded, so that the rows need not wait for it.
pub fn filter_builder(
    tree: RwSignal<Tree>,
    info: Signal<Arc<EntityInfo>>,
    on_commit: Callback<()>,
    issues: Signal<Vec<Issue>>,
) -> AnyView {
    let load = move || -> Loading<AnyView> { Box::pin(load_builder(tree, info, on_commit, issues)) };
    lazy_part(Part::new(|| Box::pin(fetch_builder()), load), || {
        view! { <section class="builder" id="builder" aria-label="Filter builder" aria-busy="true"></section> }
            .into_any()
    })
}

#[wasm_split(filter_builder, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_builder))]
fn load_builder(
    tree: RwSignal<Tree>,
    info: Signal<Arc<EntityInfo>>,
    on_commit: Callback<()>,
    issues: Signal<Vec<Issue>>,
) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <FilterBuilder tree=tree info=info on_commit=on_commit issues=issues /> }.into_any())
}

/// The builder with its tabs and footer.
#[component]
fn FilterBuilder(
    /// The rules and groups.
    tree: RwSignal<Tree>,
    /// The entity's metadata.
    #[prop(into)]
    info: Signal<Arc<EntityInfo>>,
    /// Called after every change that is finished.
    #[prop(into)]
    on_commit: Callback<()>,
    /// What keeps the filter as a whole from being applied: limits, not single rules.
    #[prop(into)]
    issues: Signal<Vec<Issue>>,
) -> impl IntoView {
    let builder = Builder { tree, info, on_commit, focus_next: StoredValue::new(None) };
    provide_context(builder);
    let face = RwSignal::new(Face::Builder);
    let tab = move |own: Face| {
        view! {
            <button
                type="button"
                role="tab"
                id=own.tab()
                aria-controls="filter-panel"
                aria-selected=move || (face.get() == own).to_string()
                tabindex=move || if face.get() == own { "0" } else { "-1" }
                on:click=handler(move |_| face.set(own))
                on:keydown=handler(move |event: web_sys::KeyboardEvent| {
                    let step = match event.key().as_str() {
                        "ArrowLeft" => Face::ALL.len() - 1,
                        "ArrowRight" => 1,
                        _ => return,
                    };
                    let other = Face::ALL[(own as usize + step) % Face::ALL.len()];
                    face.set(other);
                    focus_by_id(other.tab());
                })
            >
                {own.title()}
            </button>
        }
    };
    let source = move |is_json: bool| {
        let part = Part::new(|| Box::pin(fetch_source()), move || Box::pin(load_source(builder, is_json)));
        lazy_part(part, || ().into_any())
    };
    let panel = move || match face.get() {
        Face::Builder => view! { <GroupView key=ROOT parent=None /> }.into_any(),
        Face::Text => source(false),
        Face::Json => source(true),
    };
    let labelled_by = move || face.get().tab();
    view! {
        <section class="builder" id="builder" aria-label="Filter builder">
            <header>
                <div class="tabs-s" role="tablist" aria-label="Filter representation">
                    {Face::ALL.map(tab)}
                </div>
                <span class="push"></span>
                <button
                    type="button"
                    class="btn btn--ghost btn--s"
                    on:click=handler(move |_| {
                        builder.change(Tree::clear);
                        focus_by_id("filter-tab-builder");
                    })
                >
                    {Icon::Close.view()}
                    "Clear"
                </button>
            </header>
            <div class="in" id="filter-panel" role="tabpanel" aria-labelledby=shared(labelled_by)>
                {dynamic(panel)}
            </div>
            <Footer builder=builder issues=issues />
        </section>
    }
    .into_any()
}

/// Counts against Autotask's limits, and what stands in the way.
#[component]
fn Footer(
    /// The builder.
    builder: Builder,
    /// What keeps the filter as a whole from being applied.
    issues: Signal<Vec<Issue>>,
) -> impl IntoView {
    let counts = move || {
        builder.tree.with(|tree| {
            let unfinished = tree.unfinished(&builder.info.get());
            let rules = match tree.rule_count() {
                1 => "1 rule".to_owned(),
                count => format!("{count} rules"),
            };
            let rest = match unfinished {
                0 => String::new(),
                1 => ", 1 without a value and not applied yet".to_owned(),
                count => format!(", {count} without a value and not applied yet"),
            };
            [rules, rest].concat()
        })
    };
    let place = move || {
        let info = builder.info.get();
        let plan = builder.tree.with(|tree| plan::plan(&tree.filter(&info), &info, &filter_context()));
        let why = plan.nodes.iter().find_map(|node| node.reason).map(plan::Reason::words).unwrap_or_default();
        let words = match plan.place() {
            plan::Place::Server => "Runs on the server",
            plan::Place::Split => "Runs partly here: ",
            plan::Place::Local => "Runs here: ",
        };
        view! { <span class="row">{Icon::Server.view()} <span>{words} {why}</span></span> }
    };
    let problems = move || {
        issues
            .get()
            .into_iter()
            .map(|issue| view! { <span class="t-danger row">{Icon::Alert.view()} {issue.message}</span> })
            .collect_view()
    };
    view! {
        <footer>
            <span>{dynamic(counts)}</span>
            {dynamic(place)}
            {dynamic(problems)}
        </footer>
    }
}
