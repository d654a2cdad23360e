//! The panel of findings below the tree, and the button that folds it.

use crate::components::dynamic::{dynamic, handler, memo};
use leptos::prelude::*;

use super::{
    problems::{Finding, Kind},
    view::TreeView,
};
use crate::{
    components::{badge::badge_class, icon::Icon, icon_button::IconButton, tone::Tone},
    store::hierarchy::use_hierarchy,
};

/// More than this of a kind are drawn only on request.
const SHOWN_AT_FIRST: usize = 50;
/// Up to this many of a kind stand in the list by themselves; more are folded into one line.
const UNFOLDED_MAX: usize = 3;
const PANEL_ID: &str = "findings";

/// The button with the number of findings.
#[component]
pub fn FindingsToggle(
    /// What is shown and how.
    view: TreeView,
) -> impl IntoView {
    let is_open = view.is_findings_open;
    let store = use_hierarchy();
    let has_panel = memo(move || store.forest.with(Option::is_some));
    let badge = move || {
        let count = view.findings.with(Vec::len);
        let worst = view.findings.with(|findings| findings.first().map(|finding| finding.kind.tone()));
        worst.map(|tone| view! { <span class=badge_class(tone)>{count.to_string()}</span> })
    };
    view! {
        <button
            type="button"
            class="btn btn--toggle"
            aria-expanded=move || is_open.get().to_string()
            aria-controls=move || has_panel.get().then_some(PANEL_ID)
            on:click=handler(move |_| is_open.update(|is_open| *is_open = !*is_open))
        >
            {Icon::Warning.view()}
            "Problems"
            {dynamic(badge)}
        </button>
    }
    .into_any()
}

/// The findings, each with a way to its company.
#[component]
pub fn FindingsPanel(
    /// What is shown and how.
    view: TreeView,
) -> impl IntoView {
    let summary = move || match view.findings.with(Vec::len) {
        0 => "none found".to_owned(),
        1 => "1 finding".to_owned(),
        count => [&count.to_string(), " findings"].concat(),
    };
    let groups = move || {
        view.findings.with(|findings| {
            findings.chunk_by(|one, other| one.kind == other.kind).map(|group| group_view(view, group)).collect_view()
        })
    };
    view! {
        <section class="problems" id=PANEL_ID aria-labelledby="findings-title" hidden=move || !view.is_findings_open.get()>
            <header>
                <h2 id="findings-title">"Problems"</h2>
                <span class="muted tnum">{dynamic(summary)}</span>
                <span class="push">
                    <IconButton
                        icon=Icon::Down
                        label="Fold the problems"
                        is_small=true
                        on_click=Callback::new(move |()| view.is_findings_open.set(false))
                    />
                </span>
            </header>
            <ul>{dynamic(groups)}</ul>
        </section>
    }
    .into_any()
}

/// The findings of one kind.
fn group_view(view: TreeView, findings: &[Finding]) -> AnyView {
    let Some(first) = findings.first() else { return ().into_any() };
    if findings.len() <= UNFOLDED_MAX {
        return findings.iter().map(|finding| finding_view(view, finding.clone(), true)).collect_view().into_any();
    }
    let kind = first.kind;
    let count = findings.len();
    let findings = StoredValue::new(findings.to_vec());
    let is_open = RwSignal::new(false);
    let shows_all = RwSignal::new(false);
    let list = move || {
        let limit = match (is_open.get(), shows_all.get()) {
            (false, _) => 0,
            (true, false) => SHOWN_AT_FIRST,
            (true, true) => usize::MAX,
        };
        findings.with_value(|findings| {
            findings.iter().take(limit).map(|finding| finding_view(view, finding.clone(), false)).collect_view()
        })
    };
    let hidden = count.saturating_sub(SHOWN_AT_FIRST);
    let more = move || {
        (hidden > 0 && is_open.get() && !shows_all.get()).then(|| {
            view! {
                <li class="more">
                    <button type="button" class="btn btn--s" on:click=handler(move |_| shows_all.set(true))>
                        {["Show ", &hidden.to_string(), " more"].concat()}
                    </button>
                </li>
            }
        })
    };
    view! {
        <li>
            {mark_view(kind)}
            <b>{kind.title()}</b>
            <span>{[&count.to_string(), " ", kind.summary()].concat()}</span>
            <button
                type="button"
                class="btn btn--s"
                aria-expanded=move || is_open.get().to_string()
                on:click=handler(move |_| is_open.update(|is_open| *is_open = !*is_open))
            >
                "List"
                <span class="vh">" " {kind.title()}</span>
                {Icon::Down.view()}
            </button>
        </li>
        {dynamic(list)}
        {dynamic(more)}
    }
    .into_any()
}

fn mark_view(kind: Kind) -> AnyView {
    let class = if kind.tone() == Tone::Danger { "t-danger" } else { "t-warning" };
    view! { <span class=class>{kind.icon().view()}</span> }.into_any()
}

/// One finding; below the line of its kind it does not repeat the kind.
fn finding_view(view: TreeView, finding: Finding, with_kind: bool) -> AnyView {
    let Finding { kind, text, id } = finding;
    let name = view.forest().map(|forest| forest.name(id)).unwrap_or_default();
    let head = with_kind.then(|| {
        view! {
            {mark_view(kind)}
            <b>{kind.title()}</b>
        }
    });
    view! {
        <li class=if with_kind { "" } else { "sub" }>
            {head}
            <span class="ell" dir="auto" title=text.clone()>
                {text.clone()}
            </span>
            <button type="button" class="btn btn--s" on:click=handler(move |_| view.go_to(id))>
                "Show"
                <span class="vh">" " {name}</span>
            </button>
        </li>
    }
    .into_any()
}
