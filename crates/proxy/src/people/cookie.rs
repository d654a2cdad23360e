//! The cookies: of a session, and of a sign-in with a provider that is under way.
//!
//! Over https their names begin with `__Host-`, which a browser takes only over https and only from this very host. Over
//! plain http that prefix and `Secure` are not taken by every browser, not even on `localhost`; so there, where nothing
//! leaves the machine, they lack both.

use http::{HeaderMap, HeaderValue, header};

use super::random::LETTERS;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Who is signed in. Without an age: the browser forgets it when it is closed, and the server decides when it ends.
    Session,
    /// Who is on the way to the provider. `Lax`, as the browser comes back from another site; for ten minutes.
    SignIn,
}

impl Cookie {
    fn name(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Cookie::Session, true) => "__Host-session",
            (Cookie::Session, false) => "session",
            (Cookie::SignIn, true) => "__Host-sign-in",
            (Cookie::SignIn, false) => "sign-in",
        }
    }

    /// Hands out an id.
    pub(crate) fn set(self, id: &str, is_https: bool) -> Option<HeaderValue> {
        self.write(id, is_https, if self == Cookie::SignIn { "; Max-Age=600" } else { "" })
    }

    /// Takes it back.
    pub(crate) fn clear(self, is_https: bool) -> Option<HeaderValue> {
        self.write("", is_https, "; Max-Age=0")
    }

    fn write(self, id: &str, is_https: bool, end: &str) -> Option<HeaderValue> {
        let secure = if is_https { " Secure;" } else { "" };
        let same_site = if self == Cookie::SignIn { "Lax" } else { "Strict" };
        let text = format!("{}={id}; Path=/;{secure} HttpOnly; SameSite={same_site}{end}", self.name(is_https));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// The id that a request carries. A second cookie of this name is somebody's trick: then there is none.
pub(crate) fn read(headers: &HeaderMap, cookie: Cookie, is_https: bool) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ids = pairs
        .flat_map(|pairs| pairs.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(given, _)| *given == cookie.name(is_https))
        .map(|(_, id)| id);
    let first = ids.next().filter(|id| id.len() == LETTERS);
    if ids.next().is_some() { None } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO-_";

    #[track_caller]
    fn check(cookies: &[&str], is_https: bool, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        assert_eq!(read(&headers, Cookie::Session, is_https), expected, "{cookies:?}");
    }

    #[test]
    fn one_cookie_of_the_right_name_and_length_is_read() {
        check(&[&format!("session={ID}")], false, Some(ID));
        check(&[&format!("a=b; session={ID}; c")], false, Some(ID));
        check(&["a=b", &format!("session={ID}")], false, Some(ID));
        check(&[&format!("__Host-session={ID}")], true, Some(ID));
        check(&[&format!("session={ID}")], true, None);
        check(&[&format!("__Host-session={ID}")], false, None);
        check(&[&format!("session={ID}; session={ID}")], false, None);
        check(&["session=x", &format!("session={ID}")], false, None);
        check(&[&format!("Session={ID}")], false, None);
        check(&["session=", "session"], false, None);
        check(&[], false, None);
    }
}
