//! The list of companies: filter, search, rows, progress. Filter, search and sort order live in the address.

mod columns;
mod free_text;
mod search;

use crate::components::dynamic::{dynamic, handler, memo, shared, shown};
use autotask_core::display::grouped;
use leptos::prelude::*;

use crate::{
    components::{
        badge::badge_class,
        banner::Banner,
        data_grid::DataGrid,
        empty::Empty,
        icon::Icon,
        page_head::PageHead,
        tone::Tone,
        view_state::{EmptyKind, Failure, Partial, ViewFrame, ViewState},
    },
    filter_builder::filter_builder,
    page::Page,
    pages::reading::new_client_button,
    store::{
        row_list::{Phase, Progress},
        row_search::{BEST_MAX, Matches},
    },
};
use columns::{cell, columns, row_tone};
use free_text::SearchField;
use search::{Search, use_search};

/// Narrower windows begin with the builder folded; the width at which the navigation becomes a sheet too.
const BUILDER_OPEN_MIN_PX: f64 = 800.0;

/// The page.
#[component]
pub fn CompaniesPage() -> impl IntoView {
    let search = use_search();
    // On a narrow screen the builder would push every row out of sight.
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(0.0);
    let is_open = RwSignal::new(width >= BUILDER_OPEN_MIN_PX);
    let rules = Signal::derive(move || search.tree.with(|tree| tree.rule_count()).to_string());
    let builder = move || {
        let on_commit = Callback::new(move |()| search.commit());
        is_open.get().then(|| filter_builder(search.tree, search.info, on_commit, search.issues))
    };
    view! {
        <PageHead title=Page::Companies.title()>
            {new_client_button("Onboard client")}
        </PageHead>
        <div class="searchrow">
            <SearchField search=search />
            <button
                type="button"
                class="btn btn--toggle"
                aria-expanded=move || is_open.get().to_string()
                aria-controls="builder"
                on:click=handler(move |_| is_open.update(|open| *open = !*open))
            >
                {Icon::Filter.view()}
                "Filter"
                <span class=badge_class(Tone::Accent)>{rules}</span>
            </button>
            <Sentence search=search />
        </div>
        <UnreadableFilter search=search />
        {dynamic(builder)}
        {shown(
            move || !(search.unreadable.with(Option::is_some) && search.list.progress().phase == Phase::Idle),
            move || {
                view! {
                    <ResultBar search=search />
                    <Results search=search />
                }
                .into_any()
            },
        )}
    }
    .into_any()
}

/// The applied filter as text, beside the button that folds the builder.
#[component]
fn Sentence(
    /// The search.
    search: Search,
) -> impl IntoView {
    let text = move || {
        let text = search.applied_text.get();
        if text.is_empty() { "every company".to_owned() } else { text }
    };
    view! { <code class="sentence ell muted" dir="auto" title=shared(text)>{dynamic(text)}</code> }
}

/// Says why the filter in the address could not be read; what was written there stays in view.
#[component]
fn UnreadableFilter(
    /// The search.
    search: Search,
) -> impl IntoView {
    move || {
        search.unreadable.get().map(|(text, issues)| {
            let lines = issues
                .into_iter()
                .map(|issue| {
                    let place = issue.position.map(|p| format!("Column {}: ", p.column)).unwrap_or_default();
                    let hint = issue.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                    view! { <li>{place} {issue.message} {hint}</li> }
                })
                .collect_view();
            view! {
                <div class="failure" role="alert">
                    <Banner
                        tone=Tone::Danger
                        is_edge=true
                        title="The filter in the address cannot be read."
                        text="Nothing was searched for. Correct the address, or start from the rules below."
                    >
                        <button type="button" class="btn" on:click=handler(move |_| search.clear())>
                            "Show all companies"
                        </button>
                    </Banner>
                    <div class="tech">
                        <pre class="scroll">{text}</pre>
                        <ul class="issues">{lines}</ul>
                    </div>
                </div>
            }
        })
    }
}

/// How many, how long, and again.
#[component]
fn ResultBar(
    /// The search.
    search: Search,
) -> impl IntoView {
    let progress = move || search.list.progress();
    let count = move || search.matches_text().unwrap_or_else(|| count_text(&progress()));
    let took = move || match search.list.matches() {
        Some(matches) => Some(order_text(matches, search.is_ranked.get())),
        None if search.list.cannot_search() && search.free_text.text.with(|text| !text.is_empty()) => {
            Some("The search could not be loaded: check the connection and type again.".to_owned())
        }
        None => progress().took_ms.map(took_text),
    };
    // While somebody types, the field says the count when the typing rests.
    let live = move || search.list.matches().map(|_| "off");
    let is_ordered = move || !search.is_ranked.get() && search.list.matches().is_some_and(|matches| matches.total > 1);
    let best_first = move || {
        view! {
            <button type="button" class="btn btn--ghost" on:click=handler(move |_| search.set_sort(Vec::new()))>
                "Best matches first"
            </button>
        }
        .into_any()
    };
    let is_loading = move || progress().phase == Phase::Loading;
    view! {
        <div class="resultbar">
            <strong role="status" aria-live=live>{dynamic(count)}</strong>
            <span class="muted">{dynamic(took)}</span>
            {shown(is_ordered, best_first)}
            <span class="push"></span>
            <button
                type="button"
                class="btn btn--ghost"
                aria-disabled=move || is_loading().then_some("true")
                on:click=handler(move |_| {
                    if !is_loading() {
                        search.list.reload();
                    }
                })
            >
                {Icon::Refresh.view()}
                "Refresh"
            </button>
        </div>
    }
}

/// What stands first among the rows that match.
fn order_text(matches: Matches, is_ranked: bool) -> String {
    match matches {
        Matches { total: 0, .. } => String::new(),
        Matches { is_near: true, .. } => "similar, as none has it exactly".to_owned(),
        Matches { total, .. } if is_ranked && total > BEST_MAX => {
            ["best ", &BEST_MAX.to_string(), " first, then by name"].concat()
        }
        Matches { total, .. } if is_ranked && total > 1 => "best matches first".to_owned(),
        _ => String::new(),
    }
}

/// "214 companies", "500 of 2,001 companies", "Loading companies".
fn count_text(progress: &Progress) -> String {
    let number = |n: u64| grouped(&n.to_string());
    let loaded = progress.loaded as u64;
    match (&progress.phase, progress.total) {
        (Phase::Idle, _) => String::new(),
        (Phase::Loading, _) if loaded == 0 || progress.is_old => "Loading companies".to_owned(),
        (Phase::Done, _) if loaded == 1 => "1 company".to_owned(),
        (Phase::Done, _) => [&number(loaded), " companies"].concat(),
        (_, Some(total)) => [&number(loaded), " of ", &number(total.max(loaded)), " companies"].concat(),
        (_, None) => [&number(loaded), " companies so far"].concat(),
    }
}

/// The rows, or why there are none.
#[component]
fn Results(
    /// The search.
    search: Search,
) -> impl IntoView {
    let list = search.list;
    let finds_nothing = memo(move || list.matches().is_some_and(|matches| matches.total == 0));
    let state = memo(move || {
        let state = view_state(&list.progress(), search.tree.with(|tree| tree.rule_count()));
        // While pages come, a row that matches may come too.
        if state == ViewState::Ready && finds_nothing.get() { ViewState::Empty(EmptyKind::NoMatch) } else { state }
    });
    let on_retry = Callback::new(move |()| match list.is_partial() {
        true => list.load_rest(),
        false => list.reload(),
    });
    let empty = Callback::new(move |kind: EmptyKind| empty_view(search, kind));
    let columns = Signal::derive(move || columns(&search.info.get()));
    let cell = Callback::new(move |(place, column): (usize, usize)| cell(search, place, column));
    let href =
        Callback::new(move |place: usize| list.with_row(place, |row| Page::Company(row.id().unwrap_or(0)).path()));
    view! {
        <ViewFrame state=state what="companies" on_retry=on_retry empty=empty>
            <DataGrid
                label="Companies"
                columns=columns
                row_count=Signal::derive(move || list.len())
                cell=cell
                href=href
                tone=Callback::new(move |place| row_tone(search, place))
                sort=search.sort
                on_sort=Callback::new(move |keys| search.set_sort(keys))
                version=list.version()
                question=search.free_text.text
            />
        </ViewFrame>
    }
    .into_any()
}

fn view_state(progress: &Progress, rules: usize) -> ViewState {
    let loaded = progress.loaded;
    match &progress.phase {
        Phase::Idle => ViewState::Loading,
        Phase::Loading if loaded == 0 => ViewState::Loading,
        Phase::Loading if progress.is_old => ViewState::Ready,
        Phase::Loading => {
            let percent = progress.total.filter(|t| *t > 0).map(|t| (loaded as u64 * 100 / t).min(100) as u8);
            ViewState::Partial(Partial {
                title: [&count_text(progress), " loaded."].concat(),
                text: "Sorting covers what is loaded.".to_owned(),
                percent: Some(percent.unwrap_or(0)),
            })
        }
        Phase::Done if loaded == 0 && rules == 0 => ViewState::Empty(EmptyKind::FirstUse),
        Phase::Done if loaded == 0 => ViewState::Empty(EmptyKind::NoMatch),
        Phase::Done => ViewState::Ready,
        Phase::Failed(failure) if loaded > 0 && !progress.is_old => ViewState::Partial(Partial {
            title: [&count_text(progress), " loaded, then it stopped: ", &failure.message(), "."].concat(),
            text: "The rows so far are good; counts and sorting cover only them.".to_owned(),
            percent: None,
        }),
        Phase::Failed(failure) => ViewState::Failed(Failure {
            title: "The companies could not be loaded.".to_owned(),
            text: [&failure.message(), "; ", &failure.advice, "."].concat(),
            details: format!("{:?}, status {}", failure.kind, failure.status),
            has_old_data: loaded > 0,
        }),
    }
}

fn empty_view(search: Search, kind: EmptyKind) -> AnyView {
    if kind == EmptyKind::FirstUse {
        return view! {
            <Empty icon=Icon::Company title="No companies yet" text="Clients that you onboard will be listed here.">
                {new_client_button("Onboard client")}
            </Empty>
        }
        .into_any();
    }
    let has_rows = memo(move || search.list.progress().loaded > 0);
    dynamic(move || if has_rows.get() { not_found_view(search) } else { no_match_view(search) })
}

/// Rows are here, and what was typed is in none of them.
fn not_found_view(search: Search) -> AnyView {
    let title = move || search.free_text.text.with(|text| format!("No company here matches “{}”", text.trim()));
    view! {
        <Empty
            icon=Icon::Search
            title=Signal::derive(title)
            text="Looked for in name, number, phone and city of the companies that the filter leaves. Type less of it, or let the filter leave more."
        >
            <button type="button" class="btn btn--primary" on:click=handler(move |_| search.free_text.clear())>
                "Clear search"
            </button>
        </Empty>
    }
    .into_any()
}

/// The filter leaves no row.
fn no_match_view(search: Search) -> AnyView {
    let title = move || match search.tree.with(|tree| tree.rule_count()) {
        1 => "No company matches this rule".to_owned(),
        count => format!("No company matches these {count} rules"),
    };
    view! {
        <Empty
            icon=Icon::Search
            title=Signal::derive(title)
            text="Nothing is gone: the filter leaves no row. Change a rule above, or take all of them away."
        >
            <button type="button" class="btn btn--primary" on:click=handler(move |_| search.clear())>
                "Show all companies"
            </button>
        </Empty>
    }
    .into_any()
}

/// "in 140 ms", "in 2.4 s".
fn took_text(milliseconds: f64) -> String {
    match milliseconds.round() as u64 {
        short @ 0..1000 => ["in ", &short.to_string(), " ms"].concat(),
        long => ["in ", &(long / 1000).to_string(), ".", &(long % 1000 / 100).to_string(), " s"].concat(),
    }
}
