//! Transport: one request out, one answer back.

use autotask_core::Request;

/// The header that tells one intent of writing from all others. The proxy answers a repeated one with what came of the
/// first; Autotask itself does not know it.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

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
    /// Sends one request below the REST root. A `key` goes along as [`IDEMPOTENCY_KEY`].
    ///
    /// # Errors
    ///
    /// A sentence without addresses or secrets, when no answer came.
    async fn send(&self, request: &Request, key: Option<&str>) -> Result<Answer, String>;
}
