//! One tab at a time: the browser's lock around a run, so that two tabs never create the same client side by side.

use std::{cell::Cell, rc::Rc};

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// The name of the lock, one for this address.
const NAME: &str = "onboarding";

/// Does the work while this tab alone holds the lock; `false` when another tab holds it and nothing was done.
///
/// A browser without locks does the work without one.
pub async fn alone(work: impl Future<Output = ()> + 'static) -> bool {
    let Some((locks, request)) = locks() else {
        work.await;
        return true;
    };
    let is_done = Rc::new(Cell::new(false));
    let flag = Rc::clone(&is_done);
    // The lock is held until the promise that this answers is settled; without a lock it is called with null.
    let on_lock = Closure::once(move |lock: JsValue| {
        if lock.is_null() {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        flag.set(true);
        future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = Object::new();
    // Setting a member of a fresh object cannot fail.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let asked = request.call3(&locks, &NAME.into(), &options, on_lock.as_ref());
    if let Ok(promise) = asked.and_then(JsCast::dyn_into::<Promise>) {
        let _ = JsFuture::from(promise).await;
    }
    is_done.get()
}

/// `navigator.locks` and its `request`; `web-sys` has them behind a compiler flag only.
fn locks() -> Option<(JsValue, Function)> {
    let navigator = leptos::prelude::window().navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    let request = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    Some((locks, request))
}
