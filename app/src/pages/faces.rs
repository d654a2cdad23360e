//! Faces: what a panel shows while its fetch is on its way or has failed; else its content.

use std::sync::Arc;

use crate::components::dynamic::{dynamic, handler};
use leptos::prelude::*;

use crate::{
    components::{banner::Banner, skeleton::Skeleton, tone::Tone},
    pages::{
        failed::sentence,
        load::{Answer, Load},
    },
};

/// The faces of a fetch.
pub fn faces<T: Send + Sync + 'static>(
    load: Load<T>,
    what: &'static str,
    failed: &'static str,
    here: impl Fn(Arc<T>) -> AnyView + Send + 'static,
) -> AnyView {
    dynamic(move || match load.answer.get() {
        Answer::Waiting => view! { <Skeleton what=what rows=3 /> }.into_any(),
        Answer::Failed(failure) => view! {
            <div role="alert">
                <Banner tone=Tone::Danger is_edge=true title=failed text=sentence(&failure)>
                    <button type="button" class="btn" on:click=handler(move |_| load.retry())>
                        "Retry"
                    </button>
                </Banner>
            </div>
        }
        .into_any(),
        Answer::Here(value) => here(value),
    })
}
