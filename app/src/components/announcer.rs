//! What assistive technology hears: one polite and one assertive region, mounted once.

use crate::components::dynamic::dynamic;
use leptos::prelude::*;

/// Speaks. Get it with [`use_announcer`].
#[derive(Clone, Copy)]
pub struct Announcer {
    polite: RwSignal<Spoken>,
    assertive: RwSignal<Spoken>,
}

/// A text and how many came before it. The count alternates an invisible character, so that the same text
/// said twice is a change and is heard twice.
#[derive(Clone, Default)]
struct Spoken {
    text: String,
    count: u32,
}

impl Announcer {
    /// Says a text when the listener is free: counts, sort order, a new page.
    pub fn polite(&self, text: impl Into<String>) {
        say(self.polite, text.into());
    }

    /// Interrupts: something failed that the user must know now.
    pub fn assertive(&self, text: impl Into<String>) {
        say(self.assertive, text.into());
    }
}

fn say(region: RwSignal<Spoken>, text: String) {
    region.update(|spoken| {
        spoken.text = text;
        spoken.count += 1;
    });
}

/// Makes the announcer known to everything below.
pub fn provide_announcer() {
    provide_context(Announcer { polite: RwSignal::default(), assertive: RwSignal::default() });
}

/// The announcer of the app.
pub fn use_announcer() -> Announcer {
    expect_context()
}

/// The two regions. They stand in the page from the start, since a region that appears with its text is not read.
#[component]
pub fn AnnouncerRegions() -> impl IntoView {
    let Announcer { polite, assertive } = use_announcer();
    let text = |region: RwSignal<Spoken>| {
        dynamic(move || {
            region.with(|spoken| {
                let mark = if spoken.count % 2 == 0 { "" } else { "\u{a0}" };
                [spoken.text.as_str(), mark].concat()
            })
        })
    };
    view! {
        <div class="vh" role="status" aria-live="polite">{text(polite)}</div>
        <div class="vh" role="alert" aria-live="assertive">{text(assertive)}</div>
    }
    .into_any()
}
