//! Auth: the three headers of every call, and the lock on who gets them wrong too often.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::HeaderMap;

use crate::answer::Refusal;
use crate::config::Credentials;

/// How many logins failed one after the other.
#[derive(Debug, Default)]
pub(crate) struct Logins {
    failed: AtomicU32,
}

impl Logins {
    /// Checks the three headers. A user name is compared without regard to case, the others exactly. A user who is
    /// locked out is refused like one with a wrong secret: Autotask does not say which it is.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        expected: &Credentials,
        lock_after: Option<u32>,
    ) -> Result<(), Refusal> {
        if lock_after.is_some_and(|most| self.failed.load(Ordering::SeqCst) >= most) {
            return Err(Refusal::Credentials);
        }
        if are_right(headers, expected) {
            self.failed.store(0, Ordering::SeqCst);
            return Ok(());
        }
        // Only whoever knows the user can lock it out.
        if given(headers, "UserName").is_some_and(|user| is_user(user, expected)) {
            self.failed.fetch_add(1, Ordering::SeqCst);
        }
        Err(Refusal::Credentials)
    }

    /// Lets a locked user in again.
    pub(crate) fn unlock(&self) {
        self.failed.store(0, Ordering::SeqCst);
    }
}

/// Which of the three headers are wrong, for the record of requests: Autotask's answer does not say.
pub(crate) fn what_is_wrong(headers: &HeaderMap, expected: &Credentials) -> String {
    let user = given(headers, "UserName").map(|user| is_user(user, expected));
    let secret = given(headers, "Secret").map(|secret| secret == expected.secret);
    let code = given(headers, "ApiIntegrationCode").map(|code| code == expected.integration_code);
    let checks = [("UserName", user), ("Secret", secret), ("ApiIntegrationCode", code)];
    let wrong = checks.into_iter().filter_map(|(name, is_right)| match is_right {
        None => Some(format!("{name} is missing")),
        Some(false) => Some(format!("{name} is wrong")),
        Some(true) => None,
    });
    let wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() { "the user is locked out".to_owned() } else { wrong.join(", ") }
}

fn given<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

fn are_right(headers: &HeaderMap, expected: &Credentials) -> bool {
    given(headers, "UserName").is_some_and(|user| is_user(user, expected))
        && given(headers, "Secret") == Some(expected.secret.as_str())
        && given(headers, "ApiIntegrationCode") == Some(expected.integration_code.as_str())
}

/// Whether this is the user's name.
pub(crate) fn is_user(name: &str, expected: &Credentials) -> bool {
    name.to_lowercase() == expected.user.to_lowercase()
}
