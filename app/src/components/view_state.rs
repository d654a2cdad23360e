//! The faces of a view that shows data, and the frame that draws the ones that are not the data itself.

use crate::components::dynamic::{dynamic, handler, memo};
use leptos::prelude::*;

use super::{banner::Banner, icon::Icon, skeleton::Skeleton, tone::Tone};

/// What a data view has to show. A view handles every one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ViewState {
    /// Nothing has arrived yet.
    #[default]
    Loading,
    /// It arrived, and there is nothing.
    Empty(EmptyKind),
    /// It did not arrive. What was there before stays visible, marked as old.
    Failed(Failure),
    /// Some of it is there.
    Partial(Partial),
    /// All of it is there.
    Ready,
}

/// Why nothing is there; the two ask for different ways forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyKind {
    /// Nothing was ever made.
    FirstUse,
    /// The filter leaves nothing.
    NoMatch,
}

/// What failed, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// What failed: "Companies could not be loaded."
    pub title: String,
    /// What it means and what to do.
    pub text: String,
    /// The technical part, folded: codes, request id, what Autotask said. Empty for none.
    pub details: String,
    /// Whether older rows are there to be shown.
    pub has_old_data: bool,
}

/// How much is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// The sentence: "78,500 of 100,000 loaded."
    pub title: String,
    /// What that means, such as which counts cover only what is loaded.
    pub text: String,
    /// 0 to 100 while it goes on; `None` when it has stopped.
    pub percent: Option<u8>,
}

/// Draws the state around the data: skeleton, empty view, banners, or the data alone.
#[component]
pub fn ViewFrame(
    /// The state.
    #[prop(into)]
    state: Signal<ViewState>,
    /// What the data is, for assistive technology: "companies".
    what: &'static str,
    /// Called by the button Retry.
    #[prop(into)]
    on_retry: Callback<()>,
    /// Draws the empty view of a kind.
    #[prop(into)]
    empty: Callback<EmptyKind, AnyView>,
    /// The data; kept in the page while the state moves between ready, partial and failed with old data.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let face = memo(move || state.with(Face::of));
    let band = move || match state.get() {
        ViewState::Failed(failure) => failure_band(failure, on_retry),
        ViewState::Partial(partial) => partial_band(partial, on_retry),
        _ => ().into_any(),
    };
    let content = move || match face.get() {
        Face::Skeleton => view! { <Skeleton what=what /> }.into_any(),
        Face::Empty(kind) => empty.run(kind),
        Face::Nothing => ().into_any(),
        Face::Data => children.with_value(|children| children()),
    };
    view! {
        {dynamic(band)}
        {dynamic(content)}
    }
    .into_any()
}

/// What stands in the middle; changes of the banners alone must not rebuild it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Skeleton,
    Empty(EmptyKind),
    Nothing,
    Data,
}

impl Face {
    fn of(state: &ViewState) -> Self {
        match state {
            ViewState::Loading => Self::Skeleton,
            ViewState::Empty(kind) => Self::Empty(*kind),
            ViewState::Failed(failure) if !failure.has_old_data => Self::Nothing,
            ViewState::Failed(_) | ViewState::Partial(_) | ViewState::Ready => Self::Data,
        }
    }
}

fn failure_band(failure: Failure, on_retry: Callback<()>) -> AnyView {
    let details = (!failure.details.is_empty()).then(|| {
        view! {
            <details class="tech">
                <summary class="muted small">{Icon::Right.view()} "Technical details"</summary>
                <pre class="scroll">{failure.details}</pre>
            </details>
        }
    });
    view! {
        <div class="failure" role="alert">
            <Banner tone=Tone::Danger is_edge=true title=failure.title text=failure.text>
                <button type="button" class="btn" on:click=handler(move |_| on_retry.run(()))>
                    "Retry"
                </button>
            </Banner>
            {details}
        </div>
    }
    .into_any()
}

fn partial_band(partial: Partial, on_retry: Callback<()>) -> AnyView {
    match partial.percent {
        Some(percent) => view! {
            <Banner tone=Tone::Info is_edge=true title=partial.title text=partial.text />
            <div class="progress thin" aria-hidden="true">
                <i style:width=[percent.min(100).to_string().as_str(), "%"].concat()></i>
            </div>
        }
        .into_any(),
        None => view! {
            <Banner tone=Tone::Warning is_edge=true title=partial.title text=partial.text>
                <button type="button" class="btn" on:click=handler(move |_| on_retry.run(()))>
                    "Load the rest"
                </button>
            </Banner>
        }
        .into_any(),
    }
}
