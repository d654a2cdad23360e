//! A receiver of webhooks on this machine, and the clock of a sandbox that a test moves.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use autotask_core::Instant;
use autotask_sandbox::Config;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use hmac::Mac;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::common::{config, now};

/// Longest time that anything may take here.
const PATIENCE: Duration = Duration::from_secs(20);

/// A clock that stands until it is moved.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock(Arc::new(AtomicI64::new(now().0)))
    }

    pub(crate) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 10_000_000, Ordering::SeqCst);
    }

    /// A small world that goes by it.
    pub(crate) fn config(&self) -> Config {
        let ticks = Arc::clone(&self.0);
        Config { clock: Arc::new(move || Instant(ticks.load(Ordering::SeqCst))), ..config(2) }
    }
}

/// What arrived.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) path: String,
    pub(crate) content_type: String,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

impl Delivery {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Whether the signature is that of these bytes.
    pub(crate) fn is_signed(&self, secret: &str, bytes: &[u8]) -> bool {
        self.signature == sign(secret, bytes)
    }
}

/// As a client computes it.
pub(crate) fn sign(secret: &str, bytes: &[u8]) -> String {
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(bytes);
    format!("sha1={}", base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
}

/// The statuses of the next answers, and the one of all after them.
#[derive(Clone)]
pub(crate) struct Answers(Arc<Mutex<(VecDeque<u16>, u16)>>);

impl Answers {
    pub(crate) fn next(&self, statuses: &[u16]) {
        self.0.lock().expect("no panic").0.extend(statuses);
    }

    pub(crate) fn always(&self, status: u16) {
        self.0.lock().expect("no panic").1 = status;
    }
}

/// A server on a port of its own.
pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) answers: Answers,
    arrived: mpsc::UnboundedReceiver<Delivery>,
}

struct Shared {
    answers: Answers,
    arrived: mpsc::UnboundedSender<Delivery>,
    /// Moves this clock on after each failure, past the next attempt.
    hasty: Option<Clock>,
}

impl Receiver {
    pub(crate) async fn start() -> Receiver {
        Receiver::with(None).await
    }

    /// One that lets the next attempt come at once.
    pub(crate) async fn hasty(clock: &Clock) -> Receiver {
        Receiver::with(Some(clock.clone())).await
    }

    async fn with(hasty: Option<Clock>) -> Receiver {
        let answers = Answers(Arc::new(Mutex::new((VecDeque::new(), 200))));
        let (sender, arrived) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { answers: answers.clone(), arrived: sender, hasty });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(receive).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { url, answers, arrived }
    }

    pub(crate) async fn next(&mut self) -> Delivery {
        tokio::time::timeout(PATIENCE, self.arrived.recv()).await.expect("something arrives").expect("it runs")
    }

    /// What arrived and was not taken yet.
    pub(crate) fn rest(&mut self) -> Vec<Delivery> {
        std::iter::from_fn(|| self.arrived.try_recv().ok()).collect()
    }
}

async fn receive(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().expect("text").to_owned()).unwrap_or_default();
    let delivery = Delivery {
        path: uri.to_string(),
        content_type: text("content-type"),
        signature: text("x-hook-signature"),
        body: body.to_vec(),
    };
    let status = {
        let mut answers = shared.answers.0.lock().expect("no panic");
        let always = answers.1;
        answers.0.pop_front().unwrap_or(always)
    };
    if let Some(clock) = shared.hasty.as_ref().filter(|_| status >= 300) {
        clock.forward(31);
    }
    let _ = shared.arrived.send(delivery);
    let status = StatusCode::from_u16(status).expect("a status");
    if status.is_redirection() {
        return (status, [("location", "/elsewhere")]).into_response();
    }
    status.into_response()
}

/// Asks again until it is so.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("never: {what}"))
}
