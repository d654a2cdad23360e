//! The box "Find in tree": typing is free, the address follows when it rests.

use std::time::Duration;

use crate::components::dynamic::{effect, memo};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::view::TreeView;
use crate::components::{
    icon::Icon,
    text_input::{ControlSize, InputKind, TextInput},
};

/// How long the typing must rest.
const REST: Duration = Duration::from_millis(150);

/// The search box.
#[component]
pub fn SearchBox(
    /// What is shown and how.
    view: TreeView,
) -> impl IntoView {
    let text = RwSignal::new(view.address.with_untracked(|address| address.search.clone()));
    // The search that the box has asked for itself; any other one comes from elsewhere and goes into the box.
    let sent = StoredValue::new(text.get_untracked());
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop_timer = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    on_cleanup(stop_timer);
    let searched = memo(move || view.address.with(|address| address.search.clone()));
    effect(move || {
        let searched = searched.get();
        if sent.get_value() != searched {
            sent.set_value(searched.clone());
            text.set(searched);
        }
    });
    let on_input = move |value: String| {
        text.set(value.clone());
        stop_timer();
        let send = move || {
            sent.set_value(value.clone());
            view.edit(|address| address.search.clone_from(&value));
        };
        timer.set_value(set_timeout_with_handle(send, REST).ok());
    };
    view! {
        <TextInput
            value=text
            on_input=Callback::new(on_input)
            kind=InputKind::Search
            size=ControlSize::Medium
            label="Find in tree"
            placeholder="Find in tree"
            icon=Icon::Search
        />
    }
    .into_any()
}
