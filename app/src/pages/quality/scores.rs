//! Scores: over all, by entity and by owner, with how they are worked out.

use crate::components::dynamic::{dynamic, handler};
use autotask_core::{
    Severity,
    quality::{EntityScore, OwnerScore, POINTS_MAX, points},
};
use leptos::prelude::*;

use super::words::{number, score_text, score_tone};
use crate::{
    components::{badge::Badge, tone::Tone},
    page::Page,
    pages::nouns::nouns,
    store::quality::Audit,
};

/// Owners that are shown at first.
const OWNERS_AT_FIRST: usize = 8;

/// The score over all and those of the entities.
pub fn scores_panel(audit: &Audit) -> AnyView {
    let report = &audit.report;
    let points = [Severity::Error, Severity::Warning, Severity::Notice].map(|severity| points(severity).to_string());
    let formula = [
        "A row begins with ",
        &POINTS_MAX.to_string(),
        " points: each error takes ",
        &points[0],
        ", each warning ",
        &points[1],
        ", each notice ",
        &points[2],
        ". A score is the mean of its rows; the whole is the mean of companies, contacts and sites.",
    ]
    .concat();
    view! {
        <section class="panel" aria-labelledby="quality-score">
            <header class="qscore">
                <h2 id="quality-score">"Score"</h2>
                <strong class="whole tnum">{score_text(report.score)}</strong>
                <span class="muted">"of 100"</span>
            </header>
            <table class="table qscores">
                <thead>
                    <tr>
                        <th scope="col">"Rows of"</th>
                        <th scope="col" class="num">"Score"</th>
                        <th scope="col" class="num">"Checked"</th>
                        <th scope="col" class="num">"Clean"</th>
                        <th scope="col" class="num">"Errors"</th>
                        <th scope="col" class="num">"Warnings"</th>
                        <th scope="col" class="num">"Notices"</th>
                    </tr>
                </thead>
                <tbody>{report.entities.iter().map(entity_line).collect_view()}</tbody>
            </table>
            <footer>{formula}</footer>
        </section>
    }
    .into_any()
}

fn entity_line(score: &EntityScore) -> AnyView {
    let tally = &score.tally;
    view! {
        <tr>
            <th scope="row">{nouns(score.entity).titles}</th>
            <td class="num">{meter(tally.score)}</td>
            <td class="num">{number(tally.rows)}</td>
            <td class="num">{number(tally.clean)}</td>
            <td class="num">{number(tally.errors)}</td>
            <td class="num">{number(tally.warnings)}</td>
            <td class="num">{number(tally.notices)}</td>
        </tr>
    }
    .into_any()
}

/// The number with its bar.
fn meter(score: Option<f64>) -> AnyView {
    let width = [score_text(score).as_str(), "%"].concat();
    view! {
        <span class=["meter ", score_tone(score).as_str()].concat()>
            <span class="bar" aria-hidden="true">
                <i style=("--v", width)></i>
            </span>
            <span class="strong">{score_text(score)}</span>
        </span>
    }
    .into_any()
}

/// Who owns the rows that lost most.
pub fn owners_panel(audit: &Audit) -> AnyView {
    let lines: Vec<(Option<i64>, Option<String>, OwnerScore)> = audit
        .report
        .owners
        .iter()
        .map(|score| (score.owner, score.owner.and_then(|id| audit.name("Resources", id)), score.clone()))
        .collect();
    let count = lines.len();
    let lines = StoredValue::new(lines);
    let shows_all = RwSignal::new(false);
    let shown = move || {
        let limit = if shows_all.get() { usize::MAX } else { OWNERS_AT_FIRST };
        lines.with_value(|lines| lines.iter().take(limit).map(owner_line).collect_view())
    };
    let more = move || {
        (count > OWNERS_AT_FIRST && !shows_all.get()).then(|| {
            view! {
                <footer>
                    <button type="button" class="btn btn--s" on:click=handler(move |_| shows_all.set(true))>
                        {["Show all ", &number(count)].concat()}
                    </button>
                </footer>
            }
        })
    };
    view! {
        <section class="panel" aria-labelledby="quality-owners">
            <header>
                <h2 id="quality-owners">"By owner"</h2>
                <span class="n">{number(count)}</span>
            </header>
            <table class="table fixed qowners">
                <thead>
                    <tr>
                        <th scope="col">"Owner"</th>
                        <th scope="col" class="num">"Rows"</th>
                        <th scope="col" class="num">"Findings"</th>
                        <th scope="col" class="num">"Score"</th>
                    </tr>
                </thead>
                <tbody>{dynamic(shown)}</tbody>
            </table>
            {dynamic(more)}
            <footer>"Contacts and sites count for the owner of their company. Most points lost first."</footer>
        </section>
    }
    .into_any()
}

fn owner_line((id, name, score): &(Option<i64>, Option<String>, OwnerScore)) -> AnyView {
    let tally = &score.tally;
    let name = match (id, name) {
        (Some(id), name) => {
            let filter = ["owner = #", &id.to_string()].concat();
            let name = name.clone().unwrap_or_else(|| ["#", &id.to_string()].concat());
            view! {
                <a class="name" href=companies_path(&filter) dir="auto" title=name.clone()>
                    {name.clone()}
                </a>
            }
            .into_any()
        }
        (None, _) => view! { <Badge tone=Tone::Danger text="Nobody" /> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="num">{number(tally.rows)}</td>
            <td class="num">{number(tally.findings())}</td>
            <td class="num strong">{score_text(tally.score)}</td>
        </tr>
    }
    .into_any()
}

/// The list of companies with a filter.
pub fn companies_path(filter: &str) -> String {
    let filter = String::from(js_sys::encode_uri_component(filter));
    [&Page::Companies.path(), "?f=", &filter].concat()
}
