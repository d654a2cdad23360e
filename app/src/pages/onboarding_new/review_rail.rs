//! The rail beside Review: the calls that will be made, and what has to be confirmed before.

use autotask_core::onboarding::{calls, outline, plan};
use leptos::prelude::*;

use super::{
    duplicates::use_duplicates,
    form::{Form, use_form},
    review_problems::{LOOK_ID, tick_id},
    services::use_services,
    use_look,
    warnings::{Warning, warnings},
};
use crate::{
    components::{checkbox::Checkbox, icon::Icon},
    store::metadata::{Metadata, use_metadata},
};

/// How many calls the run makes when everything goes well. Reactive.
pub fn call_count(form: &Form, metadata: &Metadata) -> usize {
    form.changes.track();
    let schema = metadata.schema();
    calls(&plan("count", &form.draft().answers(&schema), &schema).0)
}

/// The rail.
#[component]
pub fn ReviewRail() -> impl IntoView {
    view! {
        <aside class="rail stack" aria-label="What will be sent">
            <Calls />
            <Confirmations />
        </aside>
    }
    .into_any()
}

/// The calls in order.
#[component]
fn Calls() -> impl IntoView {
    let form = use_form();
    let services = use_services();
    let metadata = use_metadata();
    let lines = Memo::new(move |_| {
        form.changes.track();
        let schema = metadata.schema();
        let (mut plan, _) = plan("outline", &form.draft().answers(&schema), &schema);
        services.with(|_| services.name_steps(&mut plan));
        outline(&plan)
    });
    let line = |(index, (method, path, purpose)): (usize, (&'static str, String, String))| {
        view! {
            <li>
                <span class="tnum muted">{index + 1}</span>
                <span class="m">{method}</span>
                <span class="stack what">
                    <span class="mono small ell" title=path.clone()>{path.clone()}</span>
                    <span class="ell" dir="auto" title=purpose.clone()>{purpose.clone()}</span>
                </span>
            </li>
        }
    };
    view! {
        <section class="panel">
            <header>
                <h2>"What will be sent"</h2>
                <span class="n">{move || format!("{} calls", lines.with(Vec::len))}</span>
            </header>
            <ol class="calls">{move || lines.get().into_iter().enumerate().map(line).collect_view()}</ol>
            <footer>"After a lost answer a step first looks whether its result exists, so no second company is made."</footer>
        </section>
    }
    .into_any()
}

/// What has to be confirmed.
#[component]
fn Confirmations() -> impl IntoView {
    let form = use_form();
    let duplicates = use_duplicates();
    let look = use_look();
    let list = Memo::new(move |_| warnings(&form, &duplicates));
    let count = move || {
        let all = list.with(Vec::len);
        let done =
            list.with(|list| form.ticked.with(|ticked| list.iter().filter(|w| ticked.contains(&w.mark)).count()));
        format!("{done} of {all} confirmed")
    };
    let line = move |(index, warning): (usize, Warning)| {
        let mark = StoredValue::new(warning.mark);
        let is_ticked = Memo::new(move |_| form.ticked.with(|ticked| mark.with_value(|mark| ticked.contains(mark))));
        let link = warning.link.map(|(words, href)| {
            view! {
                <a class="small ticklink" href=href target="_blank" rel="noopener">
                    {words}
                    {Icon::External.view()}
                    <span class="vh">" (new tab)"</span>
                </a>
            }
        });
        view! {
            <div>
                <Checkbox
                    id=tick_id(index)
                    label=warning.title
                    hint=warning.text
                    checked=is_ticked
                    on_change=move |is_ticked| mark.with_value(|mark| form.tick(mark, is_ticked))
                />
                {link}
            </div>
        }
    };
    let look_state = move || {
        if duplicates.is_looking() {
            "Looking for duplicates".to_owned()
        } else if duplicates.failure().is_some() {
            "Duplicates could not be looked for".to_owned()
        } else {
            let word = if duplicates.open().is_empty() { "decided" } else { "not decided yet" };
            match duplicates.companies().len() {
                0 => "No company looks like it".to_owned(),
                1 => format!("One company may be the same, {word}"),
                count => format!("{count} companies may be the same, {word}"),
            }
        }
    };
    view! {
        <section class="panel">
            <header>
                <h2>"Before you start"</h2>
                <span class="n">{count}</span>
            </header>
            <div class="in stack">
                <div class="row small muted" id=LOOK_ID tabindex="-1">
                    <span role="status">{look_state}</span>
                    <Show when=move || duplicates.failure().is_some()>
                        <button type="button" class="btn btn--s push" on:click=move |_| look.run(())>
                            "Look again"
                        </button>
                    </Show>
                </div>
                {move || list.get().into_iter().enumerate().map(line).collect_view()}
            </div>
        </section>
    }
    .into_any()
}
