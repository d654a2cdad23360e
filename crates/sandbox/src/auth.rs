//! Auth: the three headers of every call.

use axum::http::HeaderMap;

use crate::answer::Refusal;
use crate::config::Credentials;

/// Checks the three headers. A user name is compared without regard to case, the others exactly.
pub(crate) fn check(headers: &HeaderMap, expected: &Credentials) -> Result<(), Refusal> {
    let given = |name: &str| headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let user = given("UserName").is_some_and(|user| is_user(user, expected));
    let secret = given("Secret") == Some(expected.secret.as_str());
    let code = given("ApiIntegrationCode") == Some(expected.integration_code.as_str());
    if user && secret && code { Ok(()) } else { Err(Refusal::Credentials) }
}

/// Whether this is the user's name.
pub(crate) fn is_user(name: &str, expected: &Credentials) -> bool {
    name.to_lowercase() == expected.user.to_lowercase()
}
