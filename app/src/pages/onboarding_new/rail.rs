//! The rail beside the step Company: companies that may be the same, why, and what to do about each.

use autotask_core::Record;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::{
    duplicates::{Decision, LookUp, Possible, candidate_id, use_duplicates},
    form::use_form,
    use_look,
};
use crate::{
    components::{badge::Badge, banner::Banner, glyph::TypeGlyph, icon::Icon, toast::use_toasts, tone::Tone},
    page::Page,
    pages::failed::sentence,
    store::metadata::use_metadata,
};

/// The rail.
#[component]
pub fn DuplicatesRail() -> impl IntoView {
    let duplicates = use_duplicates();
    let look = use_look();
    let found = Memo::new(move |_| duplicates.companies());
    let note = move || match duplicates.state() {
        LookUp::Idle => "Looked for when the name is entered.",
        LookUp::Loading => "Looking",
        LookUp::Ready if found.with(Vec::is_empty) => "No company looks like it.",
        LookUp::Ready | LookUp::Failed(_) => "",
    };
    let failure = move || {
        duplicates.failure().map(|failure| {
            view! {
                <Banner tone=Tone::Danger title="Duplicates could not be looked for." text=sentence(&failure)>
                    <button type="button" class="btn" on:click=move |_| look.run(())>
                        "Retry"
                    </button>
                </Banner>
            }
        })
    };
    view! {
        <aside class="rail" aria-label="Possible duplicates">
            <div class="row railhead">
                <h2>"Possible duplicates"</h2>
                <span class="muted" role="status">
                    {note}
                </span>
            </div>
            {failure}
            <ol class="stack cands">
                <For each=move || found.get() key=|one| one.row.id() children=|one| view! { <Candidate first=one /> } />
            </ol>
        </aside>
    }
    .into_any()
}

/// A company that may be the same.
#[component]
fn Candidate(
    /// The company as it was found, and why.
    first: Possible,
) -> impl IntoView {
    let duplicates = use_duplicates();
    let row = first.row.clone();
    let id = row.id().unwrap_or_default();
    let name = row.text("companyName").unwrap_or_default().to_owned();
    let decision = Memo::new(move |_| duplicates.decision(id));
    // What is typed changes why, and leaves the box where it is.
    let now = Memo::new(move |before: Option<&Possible>| {
        let now = duplicates.companies().into_iter().find(|one| one.row.id() == Some(id));
        now.unwrap_or_else(|| before.unwrap_or(&first).clone())
    });
    let why = move || {
        let line = |reason: String| view! { <li dir="auto">{reason}</li> };
        now.with(|now| now.reasons.iter().cloned().map(line).collect_view())
    };
    let badge = move || match decision.get() {
        Decision::Open if now.with(|now| now.has_same_name) => {
            view! { <Badge tone=Tone::Warning text="Same name, decide before Review" /> }
        }
        Decision::Open => view! { <Badge tone=Tone::Warning text="May be the same, decide before Review" /> },
        Decision::NotSame => view! { <Badge tone=Tone::Success text="Not the same" /> },
        Decision::Parent => view! { <Badge tone=Tone::Success text="Is the parent" /> },
    };
    let answers = move || match decision.get() {
        Decision::Open => answers_view(id, &name),
        decided => taken_back_view(id, decided),
    };
    view! {
        <li class="cand" class:strong=move || decision.get() == Decision::Open id=candidate_id(id) tabindex="-1">
            <div class="row">{badge}</div>
            <div>
                <h3>
                    <a href=Page::Company(id).path() target="_blank" rel="noopener" dir="auto">
                        {row.text("companyName").unwrap_or_default().to_owned()}
                        <span class="vh">" (new tab)"</span>
                    </a>
                </h3>
                {facts(&row)}
            </div>
            <ul class="why small muted" aria-label="Why">{why}</ul>
            {answers}
        </li>
    }
    .into_any()
}

/// Type, city and whether it is in use.
fn facts(row: &Record) -> AnyView {
    let metadata = use_metadata();
    let info = metadata.entity_untracked("Companies");
    let label = row.int("companyType").and_then(|number| info.field("companyType")?.picklist_label(number));
    let label = label.unwrap_or_default().to_owned();
    let glyph = (!label.is_empty()).then(|| TypeGlyph::from_label(&label).view());
    let city = row.text("city").unwrap_or_default().trim().to_owned();
    let inactive = if row.flag("isActive") == Some(false) { "inactive" } else { "" };
    let parts = [label.as_str(), city.as_str(), inactive];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    view! {
        <div class="row small muted">
            {glyph}
            <span dir="auto">{text}</span>
        </div>
    }
    .into_any()
}

/// The ways to decide.
fn answers_view(id: i64, name: &str) -> AnyView {
    let form = use_form();
    let navigate = use_navigate();
    let toasts = use_toasts();
    let use_it = {
        let name = name.to_owned();
        move |_| {
            let text = format!("Nothing was created. {name} is there already; your entries are kept under Onboarding.");
            toasts.say(Tone::Neutral, text);
            navigate(&Page::Company(id).path(), leptos_router::NavigateOptions::default());
        }
    };
    let make_parent = move |_| {
        form.set(&form.company(), "parentCompanyID", id.to_string());
        super::focus::focus_soon(&candidate_id(id));
    };
    let not_same = move |_| {
        form.not_same.update(|ids| {
            ids.insert(id);
        });
        form.changed();
        super::focus::focus_soon(&candidate_id(id));
    };
    view! {
        <div class="answers" role="group" aria-label=["What is ", name, "?"].concat()>
            <a class="btn" href=Page::Company(id).path() target="_blank" rel="noopener">
                {Icon::External.view()}
                "Open in new tab"
            </a>
            <button type="button" class="btn" on:click=use_it>
                {Icon::Check.view()}
                "Use it instead"
            </button>
            <button type="button" class="btn" on:click=make_parent>
                {Icon::Tree.view()}
                "Make it the parent"
            </button>
            <button type="button" class="btn" on:click=not_same>
                {Icon::Close.view()}
                "Not the same"
            </button>
        </div>
    }
    .into_any()
}

/// What was decided can be taken back.
fn taken_back_view(id: i64, decided: Decision) -> AnyView {
    let form = use_form();
    let take_back = move |_| {
        if decided == Decision::Parent {
            form.set(&form.company(), "parentCompanyID", String::new());
        }
        form.not_same.update(|ids| {
            ids.remove(&id);
        });
        form.changed();
        super::focus::focus_soon(&candidate_id(id));
    };
    let words =
        if decided == Decision::Parent { "It is created below this company." } else { "Remembered in this draft." };
    view! {
        <div class="row small">
            <span class="muted">{words}</span>
            <button type="button" class="linkbtn push" on:click=take_back>
                "Change"
            </button>
        </div>
    }
    .into_any()
}
