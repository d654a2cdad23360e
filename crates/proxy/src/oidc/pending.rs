//! Pending: what is remembered of a sign-in while the person is at the provider.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use serde::{Deserialize, Serialize};

use super::return_to::ReturnTo;
use crate::secret::Secret;

/// How long a person may take at the provider.
pub const PENDING_FOR: Duration = Duration::from_secs(10 * 60);

/// A sign-in that was begun and not finished. Serializes to about 200 bytes and the page to go back to.
///
/// It belongs to one browser: a row of the store found by a short-lived `SameSite=Lax` cookie, or that cookie itself.
/// It is spent at the first [`finish`](super::Provider::finish), so whoever keeps it forgets it then.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    state: String,
    nonce: String,
    verifier: String,
    return_to: ReturnTo,
    /// Seconds since 1970.
    until: u64,
}

impl Pending {
    pub(super) fn new(
        state: CsrfToken,
        nonce: &Nonce,
        verifier: &PkceCodeVerifier,
        return_to: ReturnTo,
        now: SystemTime,
    ) -> Pending {
        Pending {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            return_to,
            until: seconds(now) + PENDING_FOR.as_secs(),
        }
    }

    /// The page to show after signing in.
    #[must_use]
    pub fn return_to(&self) -> &ReturnTo {
        &self.return_to
    }

    /// Whether this is the state it was begun with; takes as long for a near miss as for any other.
    pub(super) fn has_state(&self, state: &str) -> bool {
        !self.state.is_empty() && Secret::new(&*self.state).is(state.as_bytes())
    }

    pub(super) fn is_over(&self, now: SystemTime) -> bool {
        seconds(now) > self.until
    }

    pub(super) fn nonce(&self) -> Nonce {
        Nonce::new(self.nonce.clone())
    }

    pub(super) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.verifier.clone())
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("return_to", &self.return_to)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_nothing_and_comes_back_the_same() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let verifier = PkceCodeVerifier::new("VERIFIER-VERIFIER-VERIFIER-VERIFIER-VERIFIER".to_owned());
        let nonce = Nonce::new("NONCE".to_owned());
        let pending =
            Pending::new(CsrfToken::new("STATE".to_owned()), &nonce, &verifier, ReturnTo::of("/companies/7"), now);
        let shown = format!("{pending:?}");
        assert!(!["STATE", "NONCE", "VERIFIER"].iter().any(|secret| shown.contains(secret)), "{shown}");
        let text = serde_json::to_string(&pending).unwrap();
        let pending: Pending = serde_json::from_str(&text).unwrap();
        assert_eq!(pending.return_to().as_str(), "/companies/7");
        assert!(pending.has_state("STATE"));
        assert!(["", "STAT", "STATF", "state", "STATE "].iter().all(|state| !pending.has_state(state)));
        assert!(!pending.is_over(now + PENDING_FOR));
        assert!(pending.is_over(now + PENDING_FOR + Duration::from_secs(1)));
        // Whoever changes the cookie gains no other page.
        let foreign: Pending = serde_json::from_str(&text.replace("/companies/7", "//evil.test/companies/7")).unwrap();
        assert_eq!(foreign.return_to().as_str(), "/");
        assert!(serde_json::from_str::<Pending>(&text.replace("STATE", "")).unwrap().has_state("").eq(&false));
    }
}
