//! Load: a fetch with its faces. A new question drops the answer to the old one, and so does leaving the page.

use std::{future::Future, sync::Arc};

use crate::components::dynamic::effect;
use autotask_core::Failure;
use leptos::{prelude::*, task::spawn_local};

/// How far a fetch is.
#[derive(Debug)]
pub enum Answer<T> {
    /// On its way.
    Waiting,
    /// It did not come.
    Failed(Failure),
    /// Here.
    Here(Arc<T>),
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Waiting => Self::Waiting,
            Self::Failed(failure) => Self::Failed(failure.clone()),
            Self::Here(value) => Self::Here(Arc::clone(value)),
        }
    }
}

/// A fetch that follows its question.
pub struct Load<T: Send + Sync + 'static> {
    /// Its answer.
    pub answer: RwSignal<Answer<T>>,
    again: RwSignal<u32>,
    /// Whether the next asking leaves the old answer in its place.
    keeps: StoredValue<bool>,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Send + Sync + 'static> Load<T> {
    /// Asks again.
    pub fn retry(&self) {
        self.again.update(|again| *again += 1);
    }

    /// Asks again, and keeps the answer that is there until the new one has come.
    pub fn refresh(&self) {
        self.keeps.set_value(true);
        self.again.update(|again| *again += 1);
    }

    /// The value, once it is here. Reactive.
    pub fn value(&self) -> Option<Arc<T>> {
        match self.answer.get() {
            Answer::Here(value) => Some(value),
            Answer::Waiting | Answer::Failed(_) => None,
        }
    }
}

/// Asks whenever the question changes; `None` is no question yet.
pub fn use_load<Q, T, F>(question: impl Fn() -> Option<Q> + 'static, fetch: impl Fn(Q) -> F + 'static) -> Load<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let answer = RwSignal::new(Answer::Waiting);
    let again = RwSignal::new(0);
    let keeps = StoredValue::new(false);
    let round = StoredValue::new(0_u32);
    effect(move || {
        again.track();
        if !keeps.try_update_value(std::mem::take).unwrap_or_default() {
            answer.set(Answer::Waiting);
        }
        let this = round.get_value() + 1;
        round.set_value(this);
        let Some(question) = question() else { return };
        let coming = fetch(question);
        spawn_local(async move {
            let came = coming.await;
            // Gone with the page, or overtaken.
            if round.try_get_value() == Some(this) {
                answer.set(match came {
                    Ok(value) => Answer::Here(Arc::new(value)),
                    Err(failure) => Answer::Failed(failure),
                });
            }
        });
    });
    Load { answer, again, keeps }
}
