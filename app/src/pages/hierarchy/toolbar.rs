//! The toolbar: the search, which numbers, what is open, and what goes on.

use crate::components::dynamic::{dynamic, handler};
use leptos::prelude::*;

use super::{
    address::Values,
    search_box::SearchBox,
    state::{activity, percent_under_way},
    view::TreeView,
};
use crate::{
    components::{choice::Choice, segmented::Segmented},
    store::hierarchy::HierarchyStore,
};

/// The toolbar and the progress line below it.
#[component]
pub fn Toolbar(
    /// What is shown and how.
    view: TreeView,
    /// How far it is.
    store: HierarchyStore,
) -> impl IntoView {
    let values = move || view.address.with(|address| address.values.as_str().to_owned());
    let level = move |label: &'static str, level: u32| {
        view! {
            <button type="button" class="btn btn--ghost" on:click=handler(move |_| view.open_through(level))>
                {label}
            </button>
        }
    };
    let progress = move || {
        let percent = percent_under_way(store)?;
        let width = [percent.to_string().as_str(), "%"].concat();
        Some(view! { <i style:width=width></i> })
    };
    view! {
        <div class="searchrow treebar">
            <SearchBox view=view />
            <Segmented
                label="Numbers shown"
                choices=vec![
                    Choice::new(Values::Own.as_str(), "Own"),
                    Choice::new(Values::Subtree.as_str(), "Subtree"),
                    Choice::new(Values::Both.as_str(), "Both"),
                ]
                value=Signal::derive(values)
                on_change=Callback::new(move |word: String| view.edit(|address| address.values = Values::from_word(&word)))
            />
            <div class="levels" role="group" aria-label="Open rows">
                {level("Expand all", u32::MAX)}
                {level("To level 2", 1)}
                {level("Collapse all", 0)}
            </div>
            <span class="muted push tnum">{dynamic(move || activity(store, view))}</span>
        </div>
        <div class="progress thin treeprogress" aria-hidden="true">
            {dynamic(progress)}
        </div>
    }
    .into_any()
}
