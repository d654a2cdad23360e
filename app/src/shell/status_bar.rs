//! The status bar: what is loaded, what is selected, the other end, the calls of the hour.

use crate::components::dynamic::{dynamic, optional};
use leptos::prelude::*;

use crate::{components::icon::Icon, status::use_status};

/// The status bar.
#[component]
pub fn StatusBar() -> impl IntoView {
    let status = use_status();
    let slot = |text: RwSignal<String>, icon: Option<Icon>| {
        optional(move || {
            let text = text.get();
            (!text.is_empty()).then(|| view! { <span>{icon.map(Icon::view)} <span class="ell">{text}</span></span> })
        })
    };
    let budget = move || {
        status.budget.get().map(|budget| {
            let percent = [budget.percent().to_string().as_str(), "%"].concat();
            let words = ["API ", &grouped(budget.used), " of ", &grouped(budget.limit), " calls this hour"].concat();
            view! {
                <span class=["meter ", budget.class()].concat()>
                    <span class="bar" aria-hidden="true">
                        <i style=("--v", percent)></i>
                    </span>
                    <span class="wide">{words}</span>
                </span>
            }
        })
    };
    view! {
        <footer class="statusbar">
            {slot(status.data, Some(Icon::Local))} {slot(status.view, None)} <span class="sp"></span>
            {slot(status.connection, Some(Icon::Server))} {dynamic(budget)}
        </footer>
    }
    .into_any()
}

/// A number with its thousands grouped, as everywhere in the app.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([grouped(0), grouped(999), grouped(1_000), grouped(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
    }
}
