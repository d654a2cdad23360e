//! Lazy: parts of the app whose code is in files of its own, fetched when it is needed. `cargo xtask start` cuts the app
//! at the functions marked `wasm_split`.

use std::pin::Pin;

use leptos::{
    prelude::*,
    reactive::{computed::ScopedFuture, owner::WeakOwner},
    task::spawn_local,
    wasm_split::SplitLoaderError,
};

use super::dynamic::{dynamic, handler};

/// What a function marked `wasm_split` returns.
pub type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// How a part is had: its code, and then itself.
#[derive(Clone, Copy)]
pub struct Part {
    fetch: fn() -> Loading<()>,
    load: StoredValue<Box<dyn Fn() -> Loading<AnyView> + Send + Sync>>,
    /// The part finds what its surroundings provide through it; a click on Retry has none of its own. Weak, since the
    /// owner has this value: each would keep the other, and a page that was left would go on.
    owner: StoredValue<WeakOwner>,
}

impl Part {
    /// A part of the view that is being built.
    pub fn new(fetch: fn() -> Loading<()>, load: impl Fn() -> Loading<AnyView> + Send + Sync + 'static) -> Part {
        Part {
            fetch,
            load: StoredValue::new(Box::new(load)),
            owner: StoredValue::new(Owner::current().unwrap_or_default().downgrade()),
        }
    }

    /// Fetches and builds it; `done` gets `None` when the code could not be had, and nothing if nobody waits any more.
    pub fn start(self, done: impl FnOnce(Option<AnyView>) + 'static) {
        let done: Box<dyn FnOnce(Option<AnyView>)> = Box::new(done);
        spawn_local(async move {
            let fetched = (self.fetch)().await;
            // Somebody may have gone elsewhere meanwhile.
            let Some(owner) = self.owner.try_get_value().and_then(|owner| owner.upgrade()) else { return };
            let Some(loading) = self.load.try_with_value(|load| owner.with(|| ScopedFuture::new_untracked(load())))
            else {
                return;
            };
            match fetched {
                Ok(()) => done(loading.await.ok()),
                Err(_) => done(None),
            }
        });
    }
}

/// A part in its place: `waiting` until it is there, and a way to go on if it cannot be had.
pub fn lazy_part(part: Part, waiting: fn() -> AnyView) -> AnyView {
    let view = StoredValue::new_local(None::<AnyView>);
    let is_here = RwSignal::new(None::<bool>);
    let start = move || {
        is_here.set(None);
        part.start(move |arrived| {
            let has_arrived = arrived.is_some();
            view.set_value(arrived);
            is_here.set(Some(has_arrived));
        });
    };
    start();
    dynamic(move || match is_here.get() {
        None => waiting(),
        Some(true) => view.try_update_value(Option::take).flatten().unwrap_or_else(waiting),
        Some(false) => view! {
            <p class="row" role="alert">
                <span class="t-danger">"This part could not be loaded. Check the connection."</span>
                <button type="button" class="btn btn--s" on:click=handler(move |_| start())>
                    "Retry"
                </button>
            </p>
        }
        .into_any(),
    })
}
