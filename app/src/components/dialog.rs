//! A modal dialog on the native element: focus trap, Esc and the inert page behind it come from the browser.

use crate::components::dynamic::{effect, handler, shown};
use leptos::{html, prelude::*};

/// A dialog that is open while `is_open` says so. The focus returns to the opener by itself.
#[component]
pub fn Dialog(
    /// Whether it is open; closing by Esc sets it to false.
    is_open: RwSignal<bool>,
    /// The title, read out when it opens.
    #[prop(into)]
    title: Signal<String>,
    /// What it says; drawn only while it is open.
    children: ChildrenFn,
    /// The buttons; the safest one has `autofocus`.
    #[prop(into)]
    actions: ViewFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    sync_modal(element, is_open);
    let children = StoredValue::new(children);
    let actions = StoredValue::new(actions);
    view! {
        <dialog
            class="dialog"
            aria-labelledby="dialog-title"
            node_ref=element
            on:close=handler(move |_| is_open.set(false))
        >
            {shown(move || is_open.get(), move || view! {
                <h2 id="dialog-title">{title}</h2>
                <div class="in">{children.with_value(|children| children())}</div>
                <div class="actions">{actions.with_value(|actions| actions.run())}</div>
            }.into_any())}
        </dialog>
    }
    .into_any()
}

/// Opens and closes a native dialog as the signal says; the navigation sheet uses it too.
pub fn sync_modal(element: NodeRef<html::Dialog>, is_open: RwSignal<bool>) {
    effect(move || {
        let Some(dialog) = element.get() else { return };
        let wanted = is_open.get();
        if wanted && !dialog.open() {
            // Throws only when the element is not in the page, and then there is nothing to open.
            let _ = dialog.show_modal();
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
}
