//! FreeText: what is typed above the list. The rows follow each key, the address follows when the typing rests.
//!
//! Typing that goes on changes one entry of the history; Enter or leaving the field ends it. So Back undoes a step, not
//! a key.

use std::time::Duration;

use super::search::Search;
use crate::components::{
    announcer::use_announcer,
    dom::is_field,
    dynamic::effect,
    icon::Icon,
    text_input::{ControlSize, InputKind, TextInput},
};
use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};

/// How long the typing must rest before the address follows: longer than it is from key to key, or the browser would
/// write its history between two of them.
const REST: Duration = Duration::from_millis(400);
/// How long it must rest before the count is said: more often nobody can listen.
const SAID_AFTER: Duration = Duration::from_millis(800);

/// What is typed. `Copy`, so that handlers can have it.
#[derive(Clone, Copy)]
pub struct FreeText {
    /// The text in the field.
    pub text: RwSignal<String>,
    field: NodeRef<html::Input>,
    /// What the address says because of this field; anything else there comes from elsewhere.
    sent: StoredValue<String>,
    /// Whether the history has an entry for the typing that goes on.
    has_entry: StoredValue<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Puts a text into the address; `true` in place of the entry that is there.
    set_address: Callback<(String, bool)>,
}

/// What is typed, beginning with what the address says.
pub fn use_free_text(in_address: Memo<String>, set_address: Callback<(String, bool)>) -> FreeText {
    let text = RwSignal::new(in_address.get_untracked());
    let free_text = FreeText {
        text,
        field: NodeRef::new(),
        sent: StoredValue::new(text.get_untracked()),
        has_entry: StoredValue::new(false),
        timer: StoredValue::new(None),
        set_address,
    };
    effect(move || {
        let searched = in_address.get();
        if free_text.sent.get_value() != searched {
            free_text.stop_timer();
            free_text.has_entry.set_value(false);
            free_text.sent.set_value(searched.clone());
            text.set(searched);
        }
    });
    on_cleanup(move || free_text.stop_timer());
    free_text
}

impl FreeText {
    fn change(self, text: String) {
        self.text.set(text);
        self.stop_timer();
        self.timer.set_value(set_timeout_with_handle(move || self.send(), REST).ok());
    }

    /// Brings the address up to date.
    fn send(self) {
        let Some(text) = self.text.try_get_untracked() else { return };
        if self.sent.get_value() == text {
            return;
        }
        self.sent.set_value(text.clone());
        self.set_address.run((text, self.has_entry.get_value()));
        self.has_entry.set_value(true);
    }

    /// Ends a step.
    fn commit(self) {
        self.stop_timer();
        self.send();
        self.has_entry.set_value(false);
    }

    /// Empties the field and goes there.
    pub fn clear(self) {
        self.text.set(String::new());
        self.commit();
        self.focus();
    }

    fn focus(self) {
        if let Some(field) = self.field.get_untracked() {
            let _ = field.focus();
            field.select();
        }
    }

    fn stop_timer(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }
}

/// The field. `/` goes there from anywhere but another field.
#[component]
pub fn SearchField(
    /// The search.
    search: Search,
) -> impl IntoView {
    let free_text = search.free_text;
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => free_text.commit(),
        "Escape" if free_text.text.with_untracked(|text| !text.is_empty()) => {
            event.prevent_default();
            free_text.change(String::new());
        }
        _ => {}
    };
    let on_slash = window_event_listener(ev::keydown, move |event| {
        let is_plain = event.key() == "/" && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if is_plain && !event.default_prevented() && !is_field(event.target()) {
            event.prevent_default();
            free_text.focus();
        }
    });
    on_cleanup(move || on_slash.remove());
    say_count(search);
    view! {
        <TextInput
            value=free_text.text
            on_input=Callback::new(move |text| free_text.change(text))
            on_blur=Callback::new(move |()| free_text.commit())
            on_key=Callback::new(on_key)
            kind=InputKind::Search
            size=ControlSize::Medium
            label="Search these companies"
            placeholder="Search these companies"
            shortcut="/"
            icon=Icon::Search
            node_ref=free_text.field
        />
    }
    .into_any()
}

/// Says how many match, once the typing rests.
fn say_count(search: Search) {
    let announcer = use_announcer();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    on_cleanup(stop);
    effect(move || {
        let text = search.matches_text();
        stop();
        if let Some(text) = text {
            let say = move || announcer.polite([&text, " match"].concat());
            timer.set_value(set_timeout_with_handle(say, SAID_AFTER).ok());
        }
    });
}
