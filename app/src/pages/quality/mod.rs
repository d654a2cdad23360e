//! Data quality: what the rules about good rows have found, with scores, and the rows of one rule.

mod findings;
mod head;
mod rule;
mod rule_rows;
mod scores;
mod words;

use crate::components::dynamic::{dynamic, memo};
use leptos::prelude::*;

pub use rule::QualityRulePage;

use crate::{
    components::{
        empty::Empty,
        icon::Icon,
        page_head::PageHead,
        view_state::{EmptyKind, ViewFrame, ViewState},
    },
    page::Page,
    pages::reading::new_client_button,
    status::use_view_status,
    store::quality::{Audit, use_quality},
};
use findings::{findings_panel, unchecked_panel};
use head::{CoverBar, RefreshButton, view_state};
use scores::{owners_panel, scores_panel};
use words::number;

/// The page.
#[component]
pub fn QualityPage() -> impl IntoView {
    let store = use_quality();
    store.visit();
    on_cleanup(move || store.leave());
    use_view_status(move || store.audit.with(|audit| audit.as_deref().map(summary)).unwrap_or_default());
    let state = memo(move || match view_state(store) {
        ViewState::Ready if store.audit.with(|audit| audit.as_deref().is_some_and(is_blank)) => {
            ViewState::Empty(EmptyKind::FirstUse)
        }
        state => state,
    });
    let body = move || store.audit.get().map(|audit| dashboard(&audit));
    view! {
        <PageHead title=Page::Quality.title()>
            <RefreshButton store=store />
        </PageHead>
        <CoverBar store=store />
        <ViewFrame
            state=state
            what="data quality"
            on_retry=Callback::new(move |()| store.load())
            empty=Callback::new(|_| nothing_to_check())
        >
            <div class="body qbody">{dynamic(body)}</div>
        </ViewFrame>
    }
    .into_any()
}

fn dashboard(audit: &Audit) -> AnyView {
    view! {
        {scores_panel(audit)}
        <div class="qcolumns">
            {findings_panel(audit)}
            <div class="stack qside">{owners_panel(audit)} {unchecked_panel(audit)}</div>
        </div>
    }
    .into_any()
}

/// Whether no rule was about any row.
fn is_blank(audit: &Audit) -> bool {
    audit.report.entities.iter().all(|entity| entity.tally.rows == 0)
}

fn nothing_to_check() -> AnyView {
    view! {
        <div class="body">
            <Empty
                icon=Icon::Quality
                title="Nothing to check yet"
                text="Once there are active companies, contacts or sites, this page says what is missing or wrong with them."
            >
                {new_client_button("Onboard a client")}
            </Empty>
        </div>
    }
    .into_any()
}

/// "1,204 findings by 38 rules".
fn summary(audit: &Audit) -> String {
    let findings: usize = audit.report.rules.iter().map(|finding| finding.count).sum();
    [&number(findings), " findings, ", &number(audit.report.rules.len()), " rules ran"].concat()
}
