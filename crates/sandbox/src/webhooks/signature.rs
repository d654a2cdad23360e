//! Signature: the header by which a receiver knows that a body is ours and whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// The header's name.
pub(super) const HEADER: &str = "X-Hook-Signature";

/// The header's value: `sha1=` and the HMAC-SHA1 of the body in base64.
pub(super) fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    format!("sha1={}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_rfc_2202() {
        // Test case 2, in base64.
        assert_eq!(sign("Jefe", b"what do ya want for nothing?"), "sha1=7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }
}
