//! The cookie of a session.
//!
//! Over https it is `__Host-session`, which a browser takes only over https and only from this very host. Over plain http
//! that prefix and `Secure` are not taken by every browser, not even on `localhost`; so there, where nothing leaves the
//! machine, the cookie is called `session` and lacks both.

use http::{HeaderMap, HeaderValue, header};

use super::random::LETTERS;

fn name(is_https: bool) -> &'static str {
    if is_https { "__Host-session" } else { "session" }
}

/// The id that a request carries. A second cookie of this name is somebody's trick: then there is none.
pub(crate) fn read(headers: &HeaderMap, is_https: bool) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ids = pairs
        .flat_map(|pairs| pairs.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(given, _)| *given == name(is_https))
        .map(|(_, id)| id);
    let first = ids.next().filter(|id| id.len() == LETTERS);
    if ids.next().is_some() { None } else { first }
}

/// Hands out an id. Without an age: the browser forgets it when it is closed, and the server decides when it ends.
pub(crate) fn set(id: &str, is_https: bool) -> Option<HeaderValue> {
    write(id, is_https, "")
}

/// Takes it back.
pub(crate) fn clear(is_https: bool) -> Option<HeaderValue> {
    write("", is_https, "; Max-Age=0")
}

fn write(id: &str, is_https: bool, end: &str) -> Option<HeaderValue> {
    let secure = if is_https { " Secure;" } else { "" };
    let text = format!("{}={id}; Path=/;{secure} HttpOnly; SameSite=Strict{end}", name(is_https));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
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
        assert_eq!(read(&headers, is_https), expected, "{cookies:?}");
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
