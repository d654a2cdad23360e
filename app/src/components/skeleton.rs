//! Grey bars in the shape of rows while the first data is on its way.

use std::time::Duration;

use crate::components::dynamic::dynamic;
use leptos::prelude::*;

/// A short wait shows nothing at all: a skeleton that flashes is worse than none.
const DELAY: Duration = Duration::from_millis(150);

/// Skeleton rows with the widths of real columns.
#[component]
pub fn Skeleton(
    /// What is loading, for assistive technology: "companies".
    what: &'static str,
    /// How many rows to draw.
    #[prop(default = 8)]
    rows: usize,
) -> impl IntoView {
    let is_late = RwSignal::new(false);
    if let Ok(timer) = set_timeout_with_handle(move || is_late.set(true), DELAY) {
        on_cleanup(move || timer.clear());
    }
    let bars = move || {
        // Uneven widths, the same on every visit.
        (0..rows)
            .map(|row| {
                view! {
                    <div class="skelrow">
                        {(0..4)
                            .map(|column| {
                                let percent = 45 + (row * 29 + column * 37) % 50;
                                view! { <span class="skel" style:width=[percent.to_string().as_str(), "%"].concat()></span> }
                            })
                            .collect_view()}
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <div class="skeleton" aria-busy="true">
            <p class="vh">{["Loading ", what].concat()}</p>
            <div aria-hidden="true">{dynamic(move || is_late.get().then(bars))}</div>
        </div>
    }
}
