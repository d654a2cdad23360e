//! The parts of views, effects and memos that change, each with one type instead of one for each closure.
//!
//! Leptos is generic over every closure and compiles its machinery once for each. A boxed closure has the same type
//! as all others, so the machinery is there once; the cost is one allocation for each part on screen.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// A closure without a type of its own; an attribute takes it like the closure itself.
pub type Shared<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// A piece of a view that follows what it reads: `{dynamic(move || …)}` instead of `{move || …}`.
pub fn dynamic<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> AnyView {
    let view: Shared<AnyView> = Arc::new(Mutex::new(move || view().into_any()));
    view.into_any()
}

/// Like [`dynamic`] for a piece that is not always there: `Option` too is then one type.
pub fn optional<V: IntoAny>(mut view: impl FnMut() -> Option<V> + Send + 'static) -> AnyView {
    dynamic(move || view().map(IntoAny::into_any))
}

/// A piece that is there while something holds; it is made anew when that begins, and not before.
pub fn shown(
    when: impl Fn() -> bool + Send + Sync + 'static,
    mut view: impl FnMut() -> AnyView + Send + 'static,
) -> AnyView {
    let when = memo(when);
    optional(move || when.get().then(&mut view))
}

/// One of the pieces that [`keyed`] draws.
pub struct Item {
    key: u64,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Item {
    /// A piece; drawn only if there was none with this key before.
    pub fn new(key: u64, view: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self { key, view: Box::new(view) }
    }
}

/// A list whose pieces stay in the page while their keys are in the list; `For` would be compiled for each list.
pub fn keyed(items: impl Fn() -> Vec<Item> + Send + Sync + 'static) -> AnyView {
    let items: Box<dyn Fn() -> Vec<Item> + Send + Sync> = Box::new(items);
    view! { <For each=items key=|item| item.key children=|item| (item.view)() /> }.into_any()
}

/// A value for an attribute that follows what it reads. Only for closures with a name: a closure that is written
/// out in the view is boxed by Leptos.
pub fn shared<T: 'static>(value: impl FnMut() -> T + Send + 'static) -> Shared<T> {
    Arc::new(Mutex::new(value))
}

/// An event handler: `on:click=handler(move |_| …)`.
pub fn handler<E: 'static>(run: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(run)
}

/// An effect that does not need what it returned before.
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// A memo that does not need what it held before.
pub fn memo<T: PartialEq + Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    let value: Box<dyn Fn() -> T + Send + Sync> = Box::new(value);
    Memo::new(move |_| value())
}
