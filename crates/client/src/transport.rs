//! Transport: one request out, one answer back.

use autotask_core::Request;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// Carries requests to Autotask, or to something that speaks like it, and adds what identifies the caller.
#[allow(async_fn_in_trait, reason = "futures of the browser are not Send, and the trait serves both")]
pub trait Transport {
    /// Sends one request below the REST root. A `key` goes along as [`autotask_core::request::IDEMPOTENCY_KEY`].
    ///
    /// # Errors
    ///
    /// A sentence without addresses or secrets, when no answer came.
    async fn send(&self, request: &Request, key: Option<&str>) -> Result<Answer, String>;

    /// Whether the other side compares what a change says in [`autotask_core::request::EXPECTED`], as the proxy does. Autotask
    /// itself does not know that member, and is not sent it.
    fn compares(&self) -> bool {
        false
    }
}
