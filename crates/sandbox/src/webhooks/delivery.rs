//! Delivery: the task that takes events from the queue to where they are wanted.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::{Id, JoinHandle, JoinSet};

use super::queue::{self, Attempt, Due, Work};
use super::{payload, signature};
use crate::Inner;
use crate::config::WebhookBody;

/// How long a receiver has to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the clock is looked at while something waits: it is the sandbox's, and may be moved.
const TICK: Duration = Duration::from_millis(200);

/// How long an event rests whose outcome the database did not take.
const UNKEPT_PAUSE: Duration = Duration::from_secs(30);

/// The task of a sandbox. It ends with the sandbox, or with the runtime it was started in.
#[derive(Default)]
pub(crate) struct Worker {
    wake: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    /// Says that there may be something to deliver.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Starts the task unless it runs. Outside of a runtime nothing is delivered, and nothing is lost.
    pub(crate) fn start(inner: &Arc<Inner>) {
        let Ok(runtime) = Handle::try_current() else { return };
        let worker = &inner.webhooks;
        let mut task = worker.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(JoinHandle::is_finished) {
            *task = Some(runtime.spawn(run(Arc::downgrade(inner), Arc::clone(&worker.wake))));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The task sees that the sandbox is gone.
        self.wake.notify_one();
    }
}

async fn run(inner: Weak<Inner>, wake: Arc<Notify>) {
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "webhooks are not delivered: no HTTP client can be set up");
            return;
        }
    };
    let mut attempts = JoinSet::new();
    let mut under_way: HashMap<Id, i64> = HashMap::new();
    loop {
        let Some(sandbox) = inner.upgrade() else { return };
        let work = look(sandbox).await;
        let known: HashSet<i64> = under_way.values().copied().collect();
        for due in work.due.into_iter().filter(|due| !known.contains(&due.id)) {
            let event = due.id;
            let attempt = attempts.spawn(attempt(client.clone(), inner.clone(), due));
            under_way.insert(attempt.id(), event);
        }
        tokio::select! {
            () = wake.notified() => {}
            Some(ended) = attempts.join_next_with_id() => {
                under_way.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            () = tokio::time::sleep(TICK), if work.is_waiting => {}
        }
    }
}

async fn look(inner: Arc<Inner>) -> Work {
    let found = tokio::task::spawn_blocking(move || {
        let (tenant, now) = (inner.tenant(), inner.config.now());
        inner.store.read(|connection| queue::work(connection, &tenant, now))
    });
    match found.await {
        Ok(Ok(work)) => work,
        Ok(Err(error)) => {
            tracing::error!(%error, "the queue of webhooks cannot be read");
            // Looked at again with the next tick.
            Work { is_waiting: true, ..Work::default() }
        }
        // The runtime is going down.
        Err(_) => Work::default(),
    }
}

/// One attempt, and what it ended with into the table. When the process ends before that, the event is sent again: it is
/// delivered at least once.
async fn attempt(client: reqwest::Client, inner: Weak<Inner>, due: Due) {
    let Some((started, form)) = inner.upgrade().map(|inner| (inner.config.now(), inner.settings().webhook_body)) else {
        return;
    };
    let outcome = send(&client, &due, form).await;
    let Some(inner) = inner.upgrade() else { return };
    let finished = tokio::task::spawn_blocking(move || {
        let tenant = inner.tenant();
        inner.store.write(|connection| queue::finish(connection, &tenant, &due, outcome, started))
    });
    if let Ok(Err(error)) = finished.await {
        tracing::error!(%error, "the outcome of a webhook's attempt cannot be kept");
        // It is still due; without a pause it would be sent as fast as it can be.
        tokio::time::sleep(UNKEPT_PAUSE).await;
    }
}

async fn send(client: &reqwest::Client, due: &Due, form: WebhookBody) -> Attempt {
    let sent = match form {
        WebhookBody::AsSigned => due.body.clone(),
        WebhookBody::Unescaped => payload::unescaped(&due.body),
    };
    let answer = client
        .post(&due.url)
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .header(signature::HEADER, signature::sign(&due.secret, due.body.as_bytes()))
        .body(sent)
        .send()
        .await;
    answer.map(|answer| answer.status().as_u16()).map_err(|error| {
        // The error itself would name the address, which may carry a token.
        if error.is_builder() {
            "the address cannot be used"
        } else if error.is_timeout() {
            "no answer came within 10 seconds"
        } else if error.is_connect() {
            "no connection could be made"
        } else {
            "the connection was lost"
        }
    })
}

/// A client that goes where it is sent and nowhere else, and tries once.
fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("autotask-sandbox/", env!("CARGO_PKG_VERSION")))
        .timeout(ANSWER_TIMEOUT)
        .build()
}
