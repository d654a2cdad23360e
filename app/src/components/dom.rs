//! What the framework has no short form for: listeners that end with the component that asked, focus, where a key goes.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, ResizeObserver};

/// Calls back whenever the element's size changes, and once at the start.
pub fn on_resize(element: &Element, callback: impl Fn() + 'static) {
    let closure = Closure::<dyn Fn()>::new(callback);
    let Ok(observer) = ResizeObserver::new(closure.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let kept = StoredValue::new_local((observer, closure));
    on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
}

/// Calls back when anything in the page scrolls. Scroll events do not bubble, so this one listens on the way down.
pub fn on_any_scroll(callback: impl Fn(Event) + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(callback);
    let function = closure.as_ref().unchecked_ref::<js_sys::Function>().clone();
    if document().add_event_listener_with_callback_and_bool("scroll", &function, true).is_err() {
        return;
    }
    let kept = StoredValue::new_local((function, closure));
    on_cleanup(move || {
        kept.with_value(|(function, _)| {
            let _ = document().remove_event_listener_with_callback_and_bool("scroll", function, true);
        });
    });
}

/// Whether keys typed there are text, or there is a dialog before the page.
pub fn is_field(target: Option<web_sys::EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    let selector = "input, textarea, select, dialog, [contenteditable]";
    element.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

/// Moves the focus to the element of this id, and the element into sight.
pub fn focus_by_id(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    // A field may lie in a part that is folded.
    if let Ok(Some(details)) = element.closest("details") {
        let _ = details.set_attribute("open", "");
    }
    // A radio group is not focusable itself: its tab stop is.
    let is_group = element.get_attribute("role").as_deref() == Some("radiogroup");
    let inner = is_group.then(|| element.query_selector("[tabindex='0']").ok().flatten()).flatten();
    if let Ok(element) = inner.unwrap_or(element).dyn_into::<web_sys::HtmlElement>() {
        let _ = element.focus();
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Moves the focus to the element of this id, once what is being drawn is there.
pub fn focus_when_drawn(id: String) {
    request_animation_frame(move || focus_by_id(&id));
}
