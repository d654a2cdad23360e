//! Moves the focus to a control that is about to be drawn.

use leptos::prelude::*;

use super::form::Row;
use crate::components::dom::focus_by_id;

/// Frames that the router and the shell take before a new step stands and its heading has the focus.
const FRAMES: u32 = 4;

/// Focuses the control of this id once what is being changed is drawn.
pub fn focus_soon(id: &str) {
    focus_in(id.to_owned(), FRAMES, document().active_element());
}

/// Focuses the control of a row's field.
pub fn focus_soon_of(row: &Row, name: &str) {
    focus_soon(&row.control_id(name));
}

fn focus_in(id: String, frames: u32, from: Option<web_sys::Element>) {
    request_animation_frame(move || match frames {
        0 if is_typing_elsewhere(from.as_ref()) => {}
        0 => focus_by_id(&id),
        _ => focus_in(id, frames - 1, from),
    });
}

/// Whether somebody has gone to another control meanwhile: what they type must not end up in this one.
fn is_typing_elsewhere(from: Option<&web_sys::Element>) -> bool {
    let now = document().active_element();
    now.as_ref() != from && now.is_some_and(|now| now.matches("input, select, textarea").unwrap_or(false))
}
