//! Random texts that prove who somebody is. Only their hash is kept: what can be read in the store opens nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::refusal::Refusal;

/// Random bytes of each: 256 bits.
const BYTES: usize = 32;
/// Letters that they take.
pub(crate) const LETTERS: usize = 43;

/// What is kept of such a text. A plain hash is enough: nobody guesses 256 random bits.
pub(crate) type Hash = [u8; 32];

/// A new text of 43 letters, digits, `-` and `_`.
pub(crate) fn text() -> Result<String, Refusal> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        Refusal::Fault
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a text.
pub(crate) fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}
