//! Callback: the query string with which the provider sends a browser back.

use openidconnect::url::form_urlencoded;

use super::refused::Refused;

/// Most bytes of a query: Entra ID's codes are up to two thousand.
const BYTES_MAX: usize = 8 * 1024;

/// What the provider says through the browser; anybody can write it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Callback {
    pub(super) state: Option<String>,
    pub(super) code: Option<String>,
    pub(super) iss: Option<String>,
    pub(super) error: Option<String>,
}

impl Callback {
    /// Reads it; a member that counts and comes twice is read by nobody.
    pub(super) fn parse(query: &str) -> Result<Callback, Refused> {
        if query.len() > BYTES_MAX {
            return Err(Refused::Query);
        }
        let mut callback = Callback::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let member = match &*name {
                "state" => &mut callback.state,
                "code" => &mut callback.code,
                "iss" => &mut callback.iss,
                "error" => &mut callback.error,
                _ => continue,
            };
            if member.replace(value.into_owned()).is_some() {
                return Err(Refused::Query);
            }
        }
        Ok(callback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_counts_is_read() {
        let callback =
            Callback::parse("code=a%2Fb+c&state=s&session_state=x&session_state=y&iss=https%3A%2F%2Fa.test").unwrap();
        let text = |text: &str| Some(text.to_owned());
        let expected = Callback { state: text("s"), code: text("a/b c"), iss: text("https://a.test"), error: None };
        assert_eq!(callback, expected);
        assert_eq!(Callback::parse("").unwrap(), Callback::default());
    }

    #[test]
    fn twice_or_too_long_is_refused() {
        for query in ["state=a&state=a", "code=a&code=b", "iss=&iss=", "error=a&%65rror=b"] {
            assert_eq!(Callback::parse(query), Err(Refused::Query), "{query}");
        }
        assert!(Callback::parse(&format!("code={}", "a".repeat(BYTES_MAX - 5))).is_ok());
        assert_eq!(Callback::parse(&format!("code={}", "a".repeat(BYTES_MAX - 4))), Err(Refused::Query));
    }
}
