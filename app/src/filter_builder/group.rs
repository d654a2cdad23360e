//! A group: its kind, its rules and groups, and the buttons that add to it.

use crate::components::dynamic::{Item, handler, keyed, memo, shared};
use autotask_core::filter::print::print;
use leptos::prelude::*;

use super::Builder;
use super::rule::RuleView;
use super::tree::{Key, Node};
use crate::components::{choice::Choice, icon::Icon, icon_button::IconButton, select::Select, text_input::ControlSize};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Group,
    Rule,
    Verbatim,
}

/// A part that no rule can show: its text, to be changed in the tab Text.
fn verbatim(builder: Builder, key: Key, group: Key) -> AnyView {
    let info = builder.info.get_untracked();
    let filter = builder.tree.with_untracked(|tree| tree.verbatim(key)).unwrap_or_default();
    let text = print(&filter, &info);
    let remove = move |()| {
        builder.change(|tree| tree.remove(key));
        builder.focus_soon(format!("group-{group}-add"));
    };
    view! {
        <div class="rule rule--text" role="group" aria-label=["Rule: ", &text].concat()>
            <code class="ell" dir="auto">{text.clone()}</code>
            <span class="muted small">"Change it in the tab Text"</span>
            <IconButton
                icon=Icon::Close
                label=["Remove rule: ", &text].concat()
                is_small=true
                on_click=remove
            />
        </div>
    }
    .into_any()
}

/// A group and all it has.
#[component]
pub fn GroupView(
    /// Its key.
    key: Key,
    /// The group around it; `None` for the outermost one, which cannot be removed.
    parent: Option<Key>,
) -> impl IntoView {
    let builder: Builder = expect_context();
    let is_any = memo(move || builder.tree.with(|tree| tree.group(key).is_some_and(|g| g.is_any)));
    // Keys and kinds only: a rule that changes does not redraw its neighbours.
    let items = memo(move || {
        builder.tree.with(|tree| {
            let items = tree.group(key).map(|g| g.items.as_slice()).unwrap_or_default();
            let kind = |item: &Node| match item {
                Node::Group(_) => Kind::Group,
                Node::Rule(_) => Kind::Rule,
                Node::Verbatim(..) => Kind::Verbatim,
            };
            items.iter().map(|item| (item.key(), kind(item))).collect::<Vec<_>>()
        })
    });
    let name = move || if is_any.get() { "Any of these rules" } else { "All of these rules" };
    let kind = Signal::derive(move || if is_any.get() { "any" } else { "all" }.to_owned());
    let add_rule = move |_| {
        let mut added = 0;
        builder.tree.update(|tree| added = tree.add_rule(key));
        builder.focus_soon(format!("rule-{added}-field"));
    };
    let add_group = move |_| {
        let mut added = 0;
        builder.tree.update(|tree| added = tree.add_group(key));
        builder.focus_soon(format!("rule-{added}-field"));
    };
    let remove = move |()| {
        builder.change(|tree| tree.remove(key));
        if let Some(parent) = parent {
            builder.focus_soon(format!("group-{parent}-add"));
        }
    };
    view! {
        <div class="group" role="group" aria-label=shared(name)>
            <div class="rail">
                <Select
                    choices=vec![Choice::new("all", "All of"), Choice::new("any", "Any of")]
                    value=kind
                    on_change=move |kind: String| builder.change(|tree| tree.set_any(key, kind == "any"))
                    size=ControlSize::Small
                    label="Combine rules"
                />
            </div>
            <ul>
                {keyed(move || {
                    let item = |(inner, kind): (Key, Kind)| {
                        Item::new(inner.into(), move || match kind {
                            Kind::Group => view! { <li><GroupView key=inner parent=Some(key) /></li> }.into_any(),
                            Kind::Rule => view! { <li><RuleView key=inner group=key /></li> }.into_any(),
                            Kind::Verbatim => view! { <li>{verbatim(builder, inner, key)}</li> }.into_any(),
                        })
                    };
                    items.get().into_iter().map(item).collect()
                })}
                <li class="addrow">
                    <button
                        type="button"
                        class="btn btn--ghost btn--s"
                        id=format!("group-{key}-add")
                        on:click=handler(add_rule)
                    >
                        {Icon::Plus.view()}
                        "Rule"
                    </button>
                    <button type="button" class="btn btn--ghost btn--s" on:click=handler(add_group)>
                        {Icon::Plus.view()}
                        "Group"
                    </button>
                    {parent
                        .map(|_| {
                            view! {
                                <IconButton
                                    icon=Icon::Close
                                    label="Remove this group"
                                    is_small=true
                                    on_click=remove
                                />
                            }
                        })}
                </li>
            </ul>
        </div>
    }
    .into_any()
}
