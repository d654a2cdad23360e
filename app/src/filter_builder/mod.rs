//! The filter builder: rules and groups over one tree, for any entity.
//!
//! `tree` is the state and knows no page; `values` turns what is typed into what a filter holds and back; the rest
//! draws it.

mod fields;
mod group;
mod json_view;
mod rule;
pub mod tree;
mod value;
mod values;

use std::sync::Arc;

use crate::components::dynamic::{dynamic, handler, shared};
use autotask_core::filter::body;
use autotask_core::{EntityInfo, Filter, Issue};
use leptos::prelude::*;

use crate::components::icon::Icon;
use group::GroupView;
use json_view::JsonView;
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
                focus(&id);
            });
        });
    }
}

fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    let element = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        let _ = element.focus();
    }
}

/// Which face of the filter is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Builder,
    Json,
}

/// The builder with its tabs and footer.
#[component]
pub fn FilterBuilder(
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
    let tab = move |own: Face, title: &'static str| {
        view! {
            <button
                type="button"
                role="tab"
                id=if own == Face::Builder { "filter-tab-builder" } else { "filter-tab-json" }
                aria-controls="filter-panel"
                aria-selected=move || (face.get() == own).to_string()
                tabindex=move || if face.get() == own { "0" } else { "-1" }
                on:click=handler(move |_| face.set(own))
                on:keydown=handler(move |event: web_sys::KeyboardEvent| {
                    if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                        let other = if own == Face::Builder { Face::Json } else { Face::Builder };
                        face.set(other);
                        focus(if other == Face::Builder { "filter-tab-builder" } else { "filter-tab-json" });
                    }
                })
            >
                {title}
            </button>
        }
    };
    let filter = Signal::derive(move || tree.with(|tree| tree.filter(&info.get())));
    let panel = move || match face.get() {
        Face::Builder => view! { <GroupView key=ROOT parent=None /> }.into_any(),
        Face::Json => view! { <JsonView text=Signal::derive(move || pretty(&filter.get(), &info.get())) /> }.into_any(),
    };
    let labelled_by = move || if face.get() == Face::Builder { "filter-tab-builder" } else { "filter-tab-json" };
    view! {
        <section class="builder" id="builder" aria-label="Filter builder">
            <header>
                <div class="tabs-s" role="tablist" aria-label="Filter representation">
                    {tab(Face::Builder, "Builder")} {tab(Face::Json, "JSON")}
                </div>
                <span class="push"></span>
                <button
                    type="button"
                    class="btn btn--ghost btn--s"
                    on:click=handler(move |_| {
                        builder.change(Tree::clear);
                        focus("filter-tab-builder");
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
            <span class="row">{Icon::Server.view()} "Runs on the server"</span>
            {dynamic(problems)}
        </footer>
    }
}

fn pretty(filter: &Filter, info: &EntityInfo) -> String {
    let json = serde_json::json!({ "filter": body::write(filter, info) });
    serde_json::to_string_pretty(&json).unwrap_or_default()
}
