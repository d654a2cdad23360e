//! Making: what the forms for something new share. It is sent once, what went wrong stands at the top, the buttons at the foot.

use leptos::{ev::SubmitEvent, prelude::*};
use serde_json::Value;

use super::step_up::{Ended, StepUp, use_step_up};
use crate::{
    api::Verb,
    components::{
        banner::Banner,
        dynamic::{dynamic, handler, optional},
        tone::Tone,
    },
    pages::failed::said,
};

/// What a form says.
pub struct Words {
    /// Its name, for assistive technology.
    pub label: &'static str,
    /// The button that sends it, and while it is being sent.
    pub button: [&'static str; 2],
    /// The title of what went wrong.
    pub failed: &'static str,
}

/// A form on its way.
#[derive(Clone, Copy)]
pub struct Making {
    step_up: StepUp,
    is_busy: RwSignal<bool>,
    /// Whether it was sent, or tried to: from then on the fields say what is wrong.
    pub is_tried: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
}

impl Making {
    /// Nothing was sent.
    pub fn new() -> Making {
        Making {
            step_up: use_step_up(),
            is_busy: RwSignal::new(false),
            is_tried: RwSignal::new(false),
            failure: RwSignal::new(None),
        }
    }

    /// Makes something below `/api`, unless something is being made; `done` gets what the server says of it.
    pub fn post(self, path: &str, body: Value, done: impl Fn(Value) + Send + Sync + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.failure.set(None);
        self.step_up.send(Verb::Post, path.to_owned(), Some(body), move |ended| {
            self.is_busy.try_set(false);
            match ended {
                Ended::Done(answer) => done(answer),
                Ended::GivenUp => {}
                Ended::Failed(failed) => drop(self.failure.try_set(Some(said(&failed)))),
            }
        });
    }

    /// The form around its fields; `submit` is called when the button is pressed.
    pub fn view(self, words: Words, fields: AnyView, submit: impl Fn() + 'static, close: Callback<()>) -> AnyView {
        let Making { is_busy, is_tried, failure, .. } = self;
        let Words { label, button: [button, busy], failed } = words;
        let on_submit = move |event: SubmitEvent| {
            event.prevent_default();
            is_tried.set(true);
            submit();
        };
        let banner = move || failure.get().map(|text| view! { <Banner tone=Tone::Danger title=failed text=text /> });
        view! {
            <form class="in setform" novalidate aria-label=label on:submit=handler(on_submit)>
                <div role="alert">{optional(banner)}</div>
                {fields}
                <div class="actions full">
                    <button type="submit" class="btn btn--primary" aria-disabled=move || is_busy.get().then_some("true")>
                        {dynamic(move || if is_busy.get() { busy } else { button })}
                    </button>
                    <button type="button" class="btn" on:click=handler(move |_| close.run(()))>
                        "Cancel"
                    </button>
                </div>
            </form>
        }
        .into_any()
    }
}
