//! Outlet: the first rows of a large page leave while the next ones are still read.
//!
//! A page of 500 companies has a megabyte. Sending it takes as long as reading a fifth of it, and can be done meanwhile.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use tokio::sync::mpsc;

use crate::answer::{Answer, Refusal};

/// What work says: pieces of its answer, and then how it ended.
enum Said {
    Piece(Bytes),
    End(Result<Answer, Refusal>),
}

/// Where work lets pieces of its answer out. Who hangs up stops nothing: a page has an end.
#[derive(Debug)]
pub(crate) struct Outlet(mpsc::UnboundedSender<Said>);

impl Outlet {
    /// Lets a piece out. Whoever does so cannot refuse any more: an error from then on breaks the answer off.
    pub(crate) fn send(&self, piece: impl Into<Bytes>) {
        // Nobody listens any more where the client hung up.
        let _ = self.0.send(Said::Piece(piece.into()));
    }
}

/// Runs work where it may block, until it ends or lets a first piece out; gives the answer's body.
///
/// # Errors
/// What the work refuses before any piece is out, and a fault where it panics.
pub(crate) async fn run(
    work: impl FnOnce(&Outlet) -> Result<Answer, Refusal> + Send + 'static,
) -> Result<Body, Refusal> {
    let (sender, mut said) = mpsc::unbounded_channel();
    tokio::task::spawn_blocking(move || {
        let outlet = Outlet(sender);
        let end = work(&outlet);
        let _ = outlet.0.send(Said::End(end));
    });
    match said.recv().await {
        Some(Said::End(end)) => Ok(end?.into_text().into()),
        Some(Said::Piece(piece)) => Ok(Body::new(Pieces { first: Some(piece), said: Some(said) })),
        None => Err(Refusal::Fault("the work panicked".to_owned())),
    }
}

/// An answer whose first piece is here.
struct Pieces {
    first: Option<Bytes>,
    /// Until the end was said.
    said: Option<mpsc::UnboundedReceiver<Said>>,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let Some(said) = &mut self.said else { return Poll::Ready(None) };
        let next = match std::task::ready!(said.poll_recv(context)) {
            Some(Said::Piece(piece)) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
            Some(Said::End(Ok(rest))) => Ok(Frame::data(rest.into_text())),
            Some(Said::End(Err(refusal))) => {
                tracing::error!(?refusal, "an answer was broken off");
                Err(io::Error::other("the rest could not be read"))
            }
            None => Err(io::Error::other("the work panicked")),
        };
        self.said = None;
        Poll::Ready(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn whole(body: Body) -> Result<Bytes, axum::Error> {
        axum::body::to_bytes(body, usize::MAX).await
    }

    fn text(text: &'static str) -> Answer {
        Answer::Text(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn pieces_arrive_in_order_and_the_rest_last() {
        let answer = run(|outlet| {
            outlet.send("one,");
            outlet.send("two,");
            Ok(text("three"))
        });
        assert_eq!(whole(answer.await.expect("answered")).await.expect("whole"), "one,two,three");
        let alone = run(|_| Ok(text("alone"))).await.expect("answered");
        assert_eq!(alone.size_hint().exact(), Some(5), "an answer of one piece has a length");
    }

    #[tokio::test]
    async fn an_error_is_a_refusal_before_the_first_piece_and_breaks_off_after_it() {
        let refusal = run(|_| Err(Refusal::application("no"))).await.expect_err("refused");
        assert_eq!(refusal.text().as_deref(), Some("no"));
        let late = run(|outlet| {
            outlet.send("one,");
            Err(Refusal::application("no"))
        });
        whole(late.await.expect("begun")).await.expect_err("broken off");
        let panicked = run(|_| panic!("on purpose")).await.expect_err("a fault");
        assert_eq!(panicked.text().as_deref(), Some("the work panicked"));
        let later = run(|outlet| {
            outlet.send("one,");
            panic!("on purpose")
        });
        whole(later.await.expect("begun")).await.expect_err("broken off");
    }
}
