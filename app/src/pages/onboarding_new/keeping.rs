//! Keeps the draft: half a second after the last change, and at once when the page goes.

use std::time::Duration;

use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::form::Form;
use crate::store::onboarding::use_onboarding;

/// How long typing has to rest before the draft is kept.
const REST: Duration = Duration::from_millis(500);

/// Keeps what the form holds from now on, as long as the calling component lives.
pub fn keep_draft(form: Form) {
    let onboarding = use_onboarding();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let flush = move || {
        let Some(Some(waiting)) = timer.try_update_value(Option::take) else { return };
        waiting.clear();
        onboarding.keep(form.draft());
    };
    Effect::new(move |before: Option<()>| {
        form.changes.track();
        if before.is_none() {
            return;
        }
        if let Some(Some(waiting)) = timer.try_update_value(Option::take) {
            waiting.clear();
        }
        timer.set_value(set_timeout_with_handle(flush, REST).ok());
    });
    // A draft that was thrown away must not come back with a change that still waits.
    Effect::new(move |had_draft: Option<bool>| {
        let has_draft = onboarding.saved_at().is_some();
        if had_draft == Some(true)
            && !has_draft
            && let Some(Some(waiting)) = timer.try_update_value(Option::take)
        {
            waiting.clear();
        }
        has_draft
    });
    let on_hide = window_event_listener(ev::Custom::<web_sys::Event>::new("pagehide"), move |_| flush());
    on_cleanup(move || {
        on_hide.remove();
        flush();
    });
}
