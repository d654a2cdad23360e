//! Tail: what follows the beginning of an answer that is too large to be held, handed on as it comes.
//!
//! A task of its own reads it from Autotask, whose place is given back when all of it was handed on, and also when the
//! caller takes nothing for too long or leaves. What breaks off breaks off for the caller too: an answer that looks whole is whole.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::unfold;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::gate::Pass;
use crate::json_pieces::JsonPieces;
use crate::wire::Reply;

/// Most bytes of an answer that is held whole: 500 rows are a quarter of a megabyte. What is held is checked before anything
/// goes on, and equal reads share it.
pub(crate) const HELD_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most bytes of any answer: an attachment has ten megabytes, and a third more in base64.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Pieces that wait for the caller.
const AHEAD: usize = 1;

/// The tail of an answer that several may wait for; the first one gets it.
#[derive(Clone, Debug)]
pub(crate) struct Tail(Arc<Mutex<Option<Coming>>>);

/// What is still to come, with the place at Autotask that it takes.
#[derive(Debug)]
pub(crate) struct Coming {
    reply: Reply,
    pass: Option<Pass>,
}

enum Part {
    Piece(Bytes),
    /// All of it was handed on.
    End,
}

impl Tail {
    pub(crate) fn new(reply: Reply) -> Tail {
        Tail(Arc::new(Mutex::new(Some(Coming { reply, pass: None }))))
    }

    /// Keeps the place at Autotask until all of it has come.
    pub(crate) fn keep(&self, pass: Pass) {
        if let Some(coming) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            coming.pass = Some(pass);
        }
    }

    /// What is to come; `None` when somebody else has it.
    pub(crate) fn take(&self) -> Option<Coming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Coming {
    /// The body for the caller, which begins with `first`; `json` has read it up to there.
    ///
    /// It is given up when the caller takes nothing for as long as `patience`.
    pub(crate) fn into_body(self, first: Bytes, json: JsonPieces, patience: Duration) -> Body {
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            if let Err(why) = self.hand_on(first, json, &sender, patience).await {
                // Dropping the sender without the end breaks the caller's answer off.
                tracing::warn!(why, "a large answer was broken off");
            }
        });
        Body::from_stream(unfold(Some(receiver), |receiver| async {
            let mut receiver: mpsc::Receiver<Part> = receiver?;
            match receiver.recv().await {
                Some(Part::Piece(piece)) => Some((Ok(piece), Some(receiver))),
                Some(Part::End) => None,
                None => Some((Err("the answer broke off"), None)),
            }
        }))
    }

    async fn hand_on(
        self,
        first: Bytes,
        mut json: JsonPieces,
        sender: &mpsc::Sender<Part>,
        patience: Duration,
    ) -> Result<(), &'static str> {
        // The place at Autotask is given back with the connection, at the end of this.
        let Coming { mut reply, pass: _pass } = self;
        let send = async |part| match timeout(patience, sender.send(part)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("the caller left"),
            Err(_) => Err("the caller takes nothing"),
        };
        let mut count = 0;
        send(Part::Piece(first)).await?;
        loop {
            let next = tokio::select! {
                next = reply.piece() => next,
                () = sender.closed() => return Err("the caller left"),
            };
            let Some(piece) = next.map_err(|_| "Autotask's answer broke off")? else { break };
            count += piece.len() as u64;
            if count > ANSWER_BYTES_MAX {
                return Err("more than a gigabyte");
            }
            let piece = json.push(piece)?;
            if !piece.is_empty() {
                send(Part::Piece(piece)).await?;
            }
        }
        json.end()?;
        send(Part::End).await
    }
}
