//! Secret: a text that is used but never shown.

use std::fmt;

use http::HeaderValue;

/// A text that neither `Debug` nor `Display` shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text. Everything done with it stays inside of this crate.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The text as a header's value, `None` when it cannot be one.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.0).ok()?;
        value.set_sensitive(true);
        (!self.0.is_empty() && self.0.trim() == self.0).then_some(value)
    }

    /// Whether it is the same text; takes as long for a near miss as for any other text of the same length.
    pub(crate) fn is(&self, other: &[u8]) -> bool {
        let own = self.0.as_bytes();
        own.len() == other.len() && own.iter().zip(other).fold(0, |different, (a, b)| different | (a ^ b)) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The three values that Autotask asks for. None of them is ever shown.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The API user's login.
    pub user_name: Secret,
    /// Its secret.
    pub secret: Secret,
    /// The tracking identifier of the integration.
    pub integration_code: Secret,
}

impl Credentials {
    /// Keeps the three values.
    #[must_use]
    pub fn new(
        user_name: impl Into<String>,
        secret: impl Into<String>,
        integration_code: impl Into<String>,
    ) -> Credentials {
        Credentials {
            user_name: Secret::new(user_name),
            secret: Secret::new(secret),
            integration_code: Secret::new(integration_code),
        }
    }

    /// The headers' names beside their values.
    pub(crate) fn headers(&self) -> [(&'static str, &Secret); 3] {
        [("apiintegrationcode", &self.integration_code), ("username", &self.user_name), ("secret", &self.secret)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown() {
        let credentials = Credentials::new("me@msp.test", "s3cr3t", "CODE");
        let shown = format!("{credentials:?} {credentials:#?} {}", credentials.secret);
        for value in ["me@msp.test", "s3cr3t", "CODE"] {
            assert!(!shown.contains(value), "{shown}");
        }
        assert!(credentials.secret.header().is_some_and(|value| value.is_sensitive()));
    }

    #[test]
    fn what_cannot_be_a_header_is_none() {
        for text in ["", " a", "a ", "a\r\nb", "a\0"] {
            assert!(Secret::new(text).header().is_none(), "{text:?}");
        }
    }

    #[test]
    fn sameness_is_exact() {
        let secret = Secret::new("abc");
        assert!(secret.is(b"abc"));
        for other in ["", "ab", "abd", "abcd", "ABC"] {
            assert!(!secret.is(other.as_bytes()), "{other}");
        }
    }
}
