//! Leaving a field: what is wrong with it is shown then, but never while the mouse is pressed.
//!
//! A message that appears between press and release would move the button away from under the pointer.

use leptos::{ev, prelude::*};

/// What is to be done once the pointer is released. Get it with [`use_leaving`].
#[derive(Clone, Copy)]
pub struct Leaving {
    is_pressed: StoredValue<bool>,
    left: StoredValue<Vec<String>>,
    on_left: Callback<Vec<String>>,
}

impl Leaving {
    /// Calls back with the ids of the controls that were left, as long as the calling component lives.
    pub fn new(on_left: Callback<Vec<String>>) -> Self {
        let leaving = Self { is_pressed: StoredValue::new(false), left: StoredValue::default(), on_left };
        let release = move || {
            leaving.is_pressed.try_set_value(false);
            // After the click that belongs to this release.
            set_timeout(move || leaving.settle(), std::time::Duration::ZERO);
        };
        let listeners = [
            window_event_listener(ev::pointerdown, move |_| leaving.is_pressed.set_value(true)),
            window_event_listener(ev::pointerup, move |_| release()),
            window_event_listener(ev::pointercancel, move |_| release()),
        ];
        on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
        leaving
    }

    /// The control of this id was left.
    pub fn leave(&self, control: &str) {
        // A field loses the focus too when it is taken out of the page, with or after the form itself.
        let Some(is_pressed) = self.is_pressed.try_get_value() else { return };
        self.left.update_value(|left| left.push(control.to_owned()));
        if !is_pressed {
            self.settle();
        }
    }

    fn settle(&self) {
        let left = self.left.try_update_value(std::mem::take).unwrap_or_default();
        if !left.is_empty() {
            self.on_left.run(left);
        }
    }
}

/// The one of the form around the caller.
pub fn use_leaving() -> Leaving {
    expect_context()
}
