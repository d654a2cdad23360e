//! Step up: changes for which the server wants the password once more, and the dialog that asks for it.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use serde_json::{Value, json};

use crate::{
    api::{self, Verb},
    components::{
        dialog::Dialog,
        dynamic::{dynamic, effect, handler},
        field::Field,
        text_input::{InputKind, TextInput},
    },
    pages::failed::said,
    session::note_status,
};
use autotask_core::Failure;

/// The form of the dialog, for its button.
const FORM: &str = "step-up";

/// How a change ended.
#[derive(Clone, Debug)]
pub enum Ended {
    /// It was made; what the server says of it.
    Done(Value),
    /// It was not made.
    Failed(Failure),
    /// The password was not given, so nothing was sent.
    GivenUp,
}

/// A change on its way.
#[derive(Clone)]
struct Order {
    verb: Verb,
    path: String,
    body: Option<Value>,
    /// Not a `Callback`: the button that was pressed owns those, and may be drawn anew before the answer comes.
    done: Arc<dyn Fn(Ended) + Send + Sync>,
}

/// Sends changes, and asks for the password where the server does.
#[derive(Clone, Copy)]
pub struct StepUp {
    waiting: RwSignal<Option<Order>>,
    is_open: RwSignal<bool>,
}

/// The changes of this page.
pub fn use_step_up() -> StepUp {
    expect_context()
}

impl StepUp {
    /// Nothing is on its way.
    pub fn new() -> StepUp {
        StepUp { waiting: RwSignal::new(None), is_open: RwSignal::new(false) }
    }

    /// Sends a change to an address below `/api`; `done` is told how it ended, by when its page may have gone.
    pub fn send(self, verb: Verb, path: String, body: Option<Value>, done: impl Fn(Ended) + Send + Sync + 'static) {
        self.run(Order { verb, path, body, done: Arc::new(done) });
    }

    fn run(self, order: Order) {
        spawn_local(async move {
            let answer = api::own_bytes(order.verb, &order.path, order.body.as_ref()).await;
            match answer {
                Ok((403, body)) if kind_of(&body) == "confirm" => {
                    self.waiting.try_set(Some(order));
                    self.is_open.try_set(true);
                }
                Ok((status, body)) => (order.done)(match api::read_own(status, &body) {
                    Ok(value) => Ended::Done(value),
                    Err(failure) => Ended::Failed(failure),
                }),
                Err(failure) => (order.done)(Ended::Failed(failure)),
            }
        });
    }
}

/// The server's own word for a refusal; empty for none.
fn kind_of(body: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    json.and_then(|json| Some(json.get("kind")?.as_str()?.to_owned())).unwrap_or_default()
}

/// The dialog; it opens by itself.
#[component]
pub fn StepUpDialog(
    /// What it asks for.
    step_up: StepUp,
) -> impl IntoView {
    let StepUp { waiting, is_open } = step_up;
    let (password, error, is_busy) =
        (RwSignal::new(String::new()), RwSignal::new(None::<String>), RwSignal::new(false));
    // Closed by Esc or Cancel.
    effect(move || {
        if !is_open.get() {
            password.set(String::new());
            error.set(None);
            if let Some(order) = waiting.try_update_untracked(Option::take).flatten() {
                (order.done)(Ended::GivenUp);
            }
        }
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        let given = password.get_untracked();
        if given.is_empty() {
            return error.set(Some("Enter your password.".to_owned()));
        }
        is_busy.set(true);
        error.set(None);
        spawn_local(async move {
            let answer = api::own_bytes(Verb::Put, "session", Some(&json!({"password": given}))).await;
            is_busy.try_set(false);
            let refused = match answer {
                Ok((401, body)) if kind_of(&body) == "signIn" => return note_status(401),
                Ok((401, _)) => "That is not your password.".to_owned(),
                Ok((status, body)) => match api::read_own(status, &body) {
                    Ok(_) => {
                        let order = waiting.try_update_untracked(Option::take).flatten();
                        is_open.try_set(false);
                        return order.into_iter().for_each(|order| step_up.run(order));
                    }
                    Err(failure) => said(&failure),
                },
                Err(failure) => said(&failure),
            };
            password.try_set(String::new());
            error.try_set(Some(refused));
        });
    };
    let form = move || {
        let input = NodeRef::<html::Input>::new();
        input.on_load(|input| {
            // The dialog opens in the same turn, and takes the focus.
            request_animation_frame(move || drop(input.focus()));
        });
        view! {
            <form id=FORM class="stack" novalidate on:submit=handler(on_submit)>
                <p>"What follows changes who gets in, so the server wants your password. It counts for five minutes."</p>
                <Field
                    id="step-up-password"
                    label="Your password"
                    error=error
                    hint="Who signs in with an identity provider has none here: sign out and in again, which counts as well."
                >
                    <TextInput
                        value=password
                        on_input=move |text| password.set(text)
                        kind=InputKind::Password
                        autocomplete="current-password"
                        is_required=true
                        node_ref=input
                    />
                </Field>
            </form>
        }
        .into_any()
    };
    let actions = move || {
        view! {
            <button type="button" class="btn btn--l" on:click=handler(move |_| is_open.set(false))>
                "Cancel"
            </button>
            <button
                type="submit"
                form=FORM
                class="btn btn--l btn--primary"
                aria-disabled=move || is_busy.get().then_some("true")
            >
                {dynamic(move || if is_busy.get() { "Checking…" } else { "Confirm" })}
            </button>
        }
        .into_any()
    };
    view! {
        <Dialog is_open=is_open title="Confirm that it is you" actions=actions>
            {form()}
        </Dialog>
    }
    .into_any()
}
