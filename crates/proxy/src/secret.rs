//! Secret: a text that is used but never shown.

use std::fmt;

use http::HeaderValue;

/// What examples say, as letters and digits.
const PLACEHOLDERS: [&str; 16] = [
    "apikey",
    "apisecret",
    "changeit",
    "changeme",
    "changethis",
    "clientsecret",
    "code",
    "integrationcode",
    "password",
    "placeholder",
    "replaceme",
    "secret",
    "todo",
    "trackingid",
    "trackingidentifier",
    "username",
];

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

    /// Whether it is what stands in an example to be replaced, and nobody's own.
    pub(crate) fn is_placeholder(&self) -> bool {
        let text = self.0.trim().to_ascii_lowercase();
        let letters: String = text.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
        let is_framed = [("<", ">"), ("{", "}"), ("${", "}"), ("[", "]"), ("%", "%")]
            .iter()
            .any(|(begin, end)| text.len() > 1 && text.starts_with(begin) && text.ends_with(end));
        let mut all = text.chars();
        let is_one_letter = text.chars().count() > 2 && all.next().is_some_and(|first| all.all(|next| next == first));
        is_framed
            || is_one_letter
            || text == "…"
            || PLACEHOLDERS.contains(&letters.as_str())
            || ["your", "my", "insert", "put", "enter"].iter().any(|word| {
                letters.strip_prefix(word).is_some_and(|rest| PLACEHOLDERS.contains(&rest.trim_end_matches("here")))
            })
            || text.ends_with(".example")
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
    fn what_stands_in_examples_is_known() {
        for text in [
            "changeme",
            "CHANGE_ME",
            "change-me",
            "<secret>",
            "<your secret>",
            "${SECRET}",
            "{{ secret }}",
            "…",
            "...",
            "xxxxxxxx",
            "********",
            "your-secret",
            "YOUR_SECRET_HERE",
            "my-password",
            "secret",
            "Password",
            "replace me",
            "todo",
            "%SECRET%",
            "api-user@your-msp.example",
            "[secret]",
            "integration code",
        ] {
            assert!(Secret::new(text).is_placeholder(), "{text}");
        }
        for text in [
            "s",
            "u",
            "c",
            "me@msp.test",
            "s3cr3t",
            "K7$x<9>",
            "{a}b",
            "aab",
            "mysecretary",
            "changemeter",
            "ABCDEF1234567890",
            "xx",
            "a1b2c3d4e5@MSP.COM",
            "todo-list-77",
            "example-7f3a",
        ] {
            assert!(!Secret::new(text).is_placeholder(), "{text}");
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
