//! Connection: whether Autotask is reached and what this server may do there, line by line, and the calls of the hour.

use autotask_core::Failure;
use leptos::prelude::*;
use serde::Deserialize;

use super::budget::BudgetPanel;
use crate::{
    api::{Verb, own},
    components::{
        banner::Banner,
        copy_button::CopyButton,
        dynamic::{dynamic, handler, memo, shown},
        icon::Icon,
        tone::Tone,
    },
    pages::{
        faces::faces,
        failed::as_sentence,
        load::{Load, use_load},
    },
    session::use_session,
};

/// What was looked at.
#[derive(Clone, Debug, Deserialize)]
struct Report {
    checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Deserialize)]
struct Check {
    title: String,
    health: Health,
    detail: String,
    advice: Option<String>,
}

/// How it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Health {
    Ok,
    Warning,
    Failed,
    Skipped,
}

impl Health {
    /// The class of the line, its icon, the class of both words, and the word.
    const fn look(self) -> (&'static str, Icon, &'static str, &'static str) {
        match self {
            Self::Ok => ("", Icon::Check, "t-success", "Passed"),
            Self::Warning => ("warn", Icon::Warning, "t-warning", "Look at it"),
            Self::Failed => ("bad", Icon::Alert, "t-danger", "Failed"),
            Self::Skipped => ("wait", Icon::Skip, "muted", "Not checked"),
        }
    }
}

/// The section.
pub fn connection_view() -> AnyView {
    let session = use_session();
    let may_check = memo(move || session.may("readApi", "doctor"));
    let check = move || if may_check.get() { check_panel() } else { not_checked() };
    view! {
        {dynamic(check)}
        <BudgetPanel />
    }
    .into_any()
}

/// For whom the server does not look: it would tell of the API user's rights.
fn not_checked() -> AnyView {
    view! {
        <Banner
            tone=Tone::Neutral
            title="Administrators check the connection."
            text="Does something not work that should? Ask an administrator of this server to open this page."
        />
    }
    .into_any()
}

fn check_panel() -> AnyView {
    let is_busy = RwSignal::new(false);
    // Asked for again, credentials that were refused are tried again.
    let verb = StoredValue::new(Verb::Get);
    let report = use_load(
        || Some(()),
        move |()| async move {
            is_busy.set(true);
            let answer = own(verb.get_value(), "doctor", None).await;
            is_busy.try_set(false);
            let report: Report = serde_json::from_value(answer?).map_err(|_| unreadable())?;
            Ok(report)
        },
    );
    let again = move |_: web_sys::MouseEvent| {
        if !is_busy.get_untracked() {
            verb.set_value(Verb::Post);
            report.refresh();
        }
    };
    let words = move || if is_busy.get() { "Checking…" } else { "Check again" };
    let count = move || report.value().map(|report| counted(&report.checks));
    let copied = Callback::new(move |()| report.value().map(|report| as_text(&report.checks)).unwrap_or_default());
    view! {
        <section class="panel" aria-labelledby="check-title" aria-busy=move || is_busy.get().to_string()>
            <header>
                <h2 id="check-title">"Connection check"</h2>
                <span class="n" role="status">{dynamic(count)}</span>
                <span class="push row">
                    {shown(
                        move || report.value().is_some(),
                        move || view! { <CopyButton what="report" text=copied /> }.into_any(),
                    )}
                    <button
                        type="button"
                        class="btn btn--s"
                        aria-disabled=move || is_busy.get().then_some("true")
                        on:click=handler(again)
                    >
                        {Icon::Refresh.view()}
                        {dynamic(words)}
                    </button>
                </span>
            </header>
            {lines(report)}
            <footer>
                "User name, secret and integration code stand in the settings of the server, and never in the browser. Correct them there, start the server again, and check again."
            </footer>
        </section>
    }
    .into_any()
}

fn lines(report: Load<Report>) -> AnyView {
    faces(report, "the connection check", "The connection could not be checked.", |report| {
        let lines = report.checks.iter().cloned().map(check_view).collect_view();
        view! { <ol class="doctor">{lines}</ol> }.into_any()
    })
}

fn check_view(check: Check) -> AnyView {
    let (class, icon, tone, word) = check.health.look();
    // An address at the beginning keeps its letters.
    let has_address = check.detail.starts_with("http");
    let detail = if has_address { check.detail } else { as_sentence(&check.detail) };
    let advice = check.advice.map(|advice| view! { <p class="fix">{as_sentence(&advice)}</p> });
    view! {
        <li class=class>
            <span class=[tone, " ico"].concat()>{icon.view()}</span>
            <b>{check.title}</b>
            <span class="what" dir="auto">
                {detail}
            </span>
            <span class=["st ", tone].concat()>{word}</span>
            {advice}
        </li>
    }
    .into_any()
}

/// "5 passed, 1 to look at, 1 failed, 2 not checked".
fn counted(checks: &[Check]) -> String {
    let words = [
        (Health::Failed, "failed"),
        (Health::Warning, "to look at"),
        (Health::Ok, "passed"),
        (Health::Skipped, "not checked"),
    ];
    let part = |(health, word): (Health, &str)| {
        let count = checks.iter().filter(|check| check.health == health).count();
        (count > 0).then(|| [&count.to_string(), " ", word].concat())
    };
    words.into_iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

/// The report for a message to somebody else.
fn as_text(checks: &[Check]) -> String {
    let line = |check: &Check| {
        let (.., word) = check.health.look();
        let advice = check.advice.as_deref().map(|advice| ["\n  ", advice].concat()).unwrap_or_default();
        [word, ": ", &check.title, ", ", &check.detail, &advice].concat()
    };
    checks.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What is said of an answer that is not as this page expects it.
pub fn unreadable() -> Failure {
    let text = "the server's answer is not readable; reload the page, a newer version may have been installed";
    Failure::new(autotask_core::FailureKind::Malformed, 200, vec![text.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::{Check, Health, as_text, counted};

    #[test]
    fn a_report_is_counted_and_copied() {
        let check = |title: &str, health, advice: Option<&str>| Check {
            title: title.to_owned(),
            health,
            detail: "so".to_owned(),
            advice: advice.map(str::to_owned),
        };
        let checks = [
            check("Zone", Health::Ok, None),
            check("Credentials", Health::Failed, Some("correct them")),
            check("Rights", Health::Skipped, None),
        ];
        assert_eq!(counted(&checks), "1 failed, 1 passed, 1 not checked");
        assert_eq!(as_text(&checks[1..]), "Failed: Credentials, so\n  correct them\nNot checked: Rights, so");
    }
}
