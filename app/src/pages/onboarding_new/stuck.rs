//! Two bands above a step: the instance's own fields did not come, or Autotask refused the row that is corrected.

use autotask_core::onboarding::Question;
use leptos::prelude::*;

use super::{entities, form::use_form};
use crate::{
    components::{banner::Banner, tone::Tone},
    pages::failed::sentence,
    store::{
        metadata::{MetadataState, use_metadata},
        onboarding::{Phase, use_onboarding},
    },
};

/// What Autotask said of the row that is corrected here; some of it may be about no field at all.
#[component]
pub fn RefusalBand() -> impl IntoView {
    let phase = use_onboarding().phase();
    let said = move || match phase.get() {
        Phase::Asking { question: Question::Refused { messages }, .. } => messages.join(" "),
        _ => String::new(),
    };
    view! { <Banner tone=Tone::Danger title="Autotask refused it." text=Signal::derive(said) /> }
}

/// The band about fields and lists; nothing while all is well.
#[component]
pub fn MetadataBand() -> impl IntoView {
    let form = use_form();
    let metadata = use_metadata();
    let failure = Memo::new(move |_| {
        entities(&form).find_map(|name| match metadata.state(name) {
            MetadataState::Failed(failure) => Some(failure),
            _ => None,
        })
    });
    let retry = move |_| {
        for name in untrack(|| entities(&form)) {
            if matches!(untrack(|| metadata.state(name)), MetadataState::Failed(_)) {
                metadata.reload(name);
            }
        }
    };
    move || {
        failure.get().map(|failure| {
            view! {
                <Banner
                    tone=Tone::Warning
                    title="Your own fields and lists could not be loaded."
                    text=[&sentence(&failure), " Until then the usual ones stand here."].concat()
                >
                    <button type="button" class="btn" on:click=retry>
                        "Retry"
                    </button>
                </Banner>
            }
        })
    }
}
