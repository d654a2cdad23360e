//! Answers: bodies that break, and rows that attack.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use http_body::Frame;
use serde_json::Value;
use tokio::time::Sleep;

/// Pieces in which a slow body comes.
const PIECES: usize = 10;
/// Time between the last piece and the cut, so that the piece is sent before.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// A body in pieces with pauses, whose connection may be cut at the end.
pub(crate) struct Broken {
    pieces: std::vec::IntoIter<Bytes>,
    pause: Duration,
    is_cut: bool,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Broken {
    /// The connection is cut before a single byte of the answer.
    pub(crate) fn cut() -> Response {
        Response::new(Body::new(Broken {
            pieces: Vec::new().into_iter(),
            pause: Duration::ZERO,
            is_cut: true,
            sleep: None,
        }))
    }

    /// The answer's head and so many bytes, and then the connection is cut.
    pub(crate) fn cut_after(response: Response, body: &Bytes, bytes: usize) -> Response {
        let kept = body.slice(..bytes.min(body.len().saturating_sub(1)));
        Broken::answer(response, body.len(), vec![kept], BEFORE_CUT, true)
    }

    /// The answer's body in ten pieces over this time.
    pub(crate) fn slow(response: Response, body: &Bytes, time: Duration) -> Response {
        let size = body.len().div_ceil(PIECES).max(1);
        let pieces: Vec<Bytes> =
            (0..body.len()).step_by(size).map(|at| body.slice(at..(at + size).min(body.len()))).collect();
        let pause = time / u32::try_from(pieces.len().max(1)).unwrap_or(1);
        Broken::answer(response, body.len(), pieces, pause, false)
    }

    fn answer(response: Response, length: usize, pieces: Vec<Bytes>, pause: Duration, is_cut: bool) -> Response {
        let (mut parts, _) = response.into_parts();
        // What was promised, so that who reads knows that something is missing.
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        Response::from_parts(parts, Body::new(Broken { pieces: pieces.into_iter(), pause, is_cut, sleep: None }))
    }
}

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(sleep) = &mut self.sleep {
            std::task::ready!(sleep.as_mut().poll(context));
            self.sleep = None;
        }
        match self.pieces.next() {
            Some(piece) => {
                if !self.pause.is_zero() {
                    self.sleep = Some(Box::pin(tokio::time::sleep(self.pause)));
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            None if self.is_cut => {
                self.is_cut = false;
                Poll::Ready(Some(Err(std::io::Error::other("the sandbox was told to cut the connection"))))
            }
            None => Poll::Ready(None),
        }
    }
}

/// Texts that attack who shows, copies, exports or searches them.
const ATTACKS: [&str; 8] = [
    "<img src=x onerror=alert(1)>",
    "\"><script>alert(document.domain)</script>",
    "=HYPERLINK(\"http://127.0.0.1:9/\",\"open\")",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "' OR 1=1 --",
    "\u{202e}gnp.exe\u{202c}",
    "\u{0}\u{1b}[31m\u{feff}",
];

/// Makes every text of the rows an attack, which one depends on where it stands; dates stay dates.
pub(crate) fn hostile(answer: &mut Value) {
    let rows = match answer.get_mut("items") {
        Some(Value::Array(rows)) => rows.iter_mut().collect(),
        _ => answer.get_mut("item").into_iter().collect::<Vec<_>>(),
    };
    for (number, row) in rows.into_iter().enumerate() {
        let Some(row) = row.as_object_mut() else { continue };
        for (at, value) in row.values_mut().enumerate() {
            attack(value, number + at);
        }
    }
}

fn attack(value: &mut Value, which: usize) {
    match value {
        Value::String(text) if autotask_core::Instant::parse(text).is_none() => {
            *text = format!("{text} {}", ATTACKS[which % ATTACKS.len()]);
        }
        Value::Array(items) => {
            for item in items {
                if let Some(value) = item.get_mut("value") {
                    attack(value, which);
                }
            }
        }
        _ => {}
    }
}
