//! Budget: the calls of the rolling hour, ours and those of others, and what so many more would cost.

use autotask_core::display::grouped;
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::connection::unreadable;
use crate::{
    api::{Verb, own},
    components::{
        dynamic::{handler, memo, optional},
        field::Field,
        icon::Icon,
        text_input::{InputKind, TextInput},
    },
    pages::{
        faces::faces,
        failed::said,
        load::{Answer, use_load},
    },
};

/// How the hour stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Budget {
    /// Calls of the last hour, of all.
    used: u32,
    /// Those of this server.
    own: u32,
    limit: u32,
    /// What is left for what people do.
    left: u32,
    waiting: u32,
    under_way: u32,
}

/// So many calls stand in the question at first.
const CALLS: &str = "340";
/// More would be no question of an hour.
const CALLS_MAX: u32 = 1_000_000;

/// The panel.
#[component]
pub fn BudgetPanel() -> impl IntoView {
    let budget = use_load(
        || Some(()),
        |()| async {
            let answer = own(Verb::Get, "budget", None).await?;
            serde_json::from_value::<Budget>(answer).map_err(|_| unreadable())
        },
    );
    let refresh = move |_: web_sys::MouseEvent| budget.refresh();
    view! {
        <section class="panel" aria-labelledby="budget-title">
            <header>
                <h2 id="budget-title">"Calls of the last hour"</h2>
                <button type="button" class="btn btn--s push" on:click=handler(refresh)>
                    {Icon::Refresh.view()}
                    "Refresh"
                </button>
            </header>
            {faces(
                budget,
                "the calls of the hour",
                "The calls of the hour could not be told.",
                |budget| budget_view(*budget),
            )}
        </section>
    }
    .into_any()
}

fn budget_view(budget: Budget) -> AnyView {
    let Budget { used, own, limit, left, waiting, under_way } = budget;
    let others = used.saturating_sub(own);
    let tone = match percent(used, limit) {
        0..50 => ("", "Autotask answers as quickly as it can."),
        50..75 => ("warn", "From half of them on, Autotask answers half a second later."),
        75..100 => ("warn", "From three quarters on, Autotask answers a second later, and syncs and exports wait."),
        _ => ("bad", "All are used: Autotask refuses calls until some of the hour has passed."),
    };
    let width = |part: u32| [&share(part, limit), "%"].concat();
    let whole = [&number(used), " of ", &number(limit), " calls are used"].concat();
    let line = |class: &'static str, words: &'static str, count: u32| {
        view! {
            <div>
                <dt>
                    <i class=["key ", class].concat()></i>
                    {words}
                </dt>
                <dd class="tnum">{number(count)}</dd>
            </div>
        }
    };
    let busy = (waiting + under_way > 0).then(|| {
        let words = [&number(under_way), " under way just now, ", &number(waiting), " wait for a place."].concat();
        view! { <p class="muted">{words}</p> }
    });
    view! {
        <div class="in stack hour">
            <p class="hour__sum">
                <strong class="tnum">{number(used)}</strong>
                <span class="muted">{[" of ", &number(limit), " in the rolling hour, shared by all integrations"].concat()}</span>
            </p>
            <div class=["progress ", tone.0].concat() role="img" aria-label=whole>
                <i class="own" style:width=width(own)></i>
                <i class="others" style:width=width(others)></i>
            </div>
            <dl class="hour__parts">
                {line("own", "This server", own)}
                {line("others", "Other integrations, as far as Autotask told", others)}
                {line("rest", "Left for what people do", left)}
            </dl>
            <p class="muted">{tone.1}</p>
            {busy}
        </div>
        {estimate_view()}
    }
    .into_any()
}

/// What so many calls would cost.
fn estimate_view() -> AnyView {
    let typed = RwSignal::new(CALLS.to_owned());
    let calls = memo(move || typed.with(|typed| read_calls(typed)));
    let error = Signal::derive(move || {
        calls.get().is_none().then(|| "Enter a whole number of calls, up to 1,000,000.".to_owned())
    });
    let estimate = use_load(
        move || calls.get(),
        |calls| async move {
            let answer = own(Verb::Get, &["budget?calls=", &calls.to_string()].concat(), None).await?;
            let text = answer.get("estimate").and_then(|estimate| estimate.get("text")).and_then(Value::as_str);
            text.map(str::to_owned).ok_or_else(unreadable)
        },
    );
    let words = move || match (calls.get(), estimate.answer.get()) {
        (None, _) => None,
        (_, Answer::Waiting) => Some("…".to_owned()),
        (_, Answer::Failed(failure)) => Some(said(&failure)),
        (_, Answer::Here(text)) => Some([capital(&text).as_str(), "."].concat()),
    };
    view! {
        <div class="in cost">
            <Field id="cost-calls" label="What would so many calls cost?" error=error>
                <TextInput value=typed on_input=move |text| typed.set(text) kind=InputKind::Number />
            </Field>
            <p role="status">{optional(words)}</p>
        </div>
    }
    .into_any()
}

/// The number that was typed; thousands may be grouped.
fn read_calls(typed: &str) -> Option<u32> {
    let digits: String = typed.chars().filter(|letter| !matches!(letter, ',' | ' ' | '\u{a0}')).collect();
    digits.parse().ok().filter(|calls| *calls <= CALLS_MAX)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn number(count: u32) -> String {
    grouped(&count.to_string())
}

fn percent(part: u32, whole: u32) -> u64 {
    (u64::from(part) * 100).checked_div(u64::from(whole)).unwrap_or(100)
}

/// A part of the whole in percent, to a tenth; what is there at all is seen.
fn share(part: u32, whole: u32) -> String {
    let tenths = (u64::from(part) * 1_000).checked_div(u64::from(whole)).unwrap_or(1_000).min(1_000);
    let tenths = if part > 0 { tenths.max(5) } else { 0 };
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string()].concat()
}

#[cfg(test)]
mod tests {
    use super::{read_calls, share};

    #[test]
    fn a_number_is_read_as_people_write_it() {
        assert_eq!(["340", " 1,200 ", "1 000 000"].map(read_calls), [Some(340), Some(1_200), Some(1_000_000)]);
        assert_eq!(["", "-1", "many", "1.5", "1000001"].map(read_calls), [None; 5]);
    }

    #[test]
    fn a_little_is_seen_and_nothing_is_not() {
        let shares: Vec<String> = [0, 1, 1_234, 10_000, 20_000].map(|part| share(part, 10_000)).to_vec();
        assert_eq!(shares, ["0.0", "0.5", "12.3", "100.0", "100.0"]);
        assert_eq!(share(1, 0), "100.0");
    }
}
