//! Keys: what the provider signs with, fetched again when it signs with another one.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet};
use openidconnect::url::Url;
use serde_json::Value;
use tokio::sync::Mutex;

use super::discovery::TENANT_TEMPLATE;
use super::http::{Http, HttpError};

/// The provider is asked at most once in this time, whatever tokens come.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// A key that the provider withdrew counts no longer than this.
const AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Most keys that are read; providers have two to ten.
const KEYS_MAX: usize = 100;
/// An RSA key has 2,048 to 4,096 bits: so many digits of base64, with room for a leading zero.
const RSA_DIGITS: std::ops::RangeInclusive<usize> = 341..=685;

/// The keys of one provider.
#[derive(Debug)]
pub(super) struct Keys {
    url: Url,
    /// The issuer whose keys count, where several share one address.
    issuer: String,
    tenant: Option<String>,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    set: Arc<CoreJsonWebKeySet>,
    asked: SystemTime,
}

/// Why there are no keys.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoKeys {
    Http(HttpError),
    /// What came is no set of keys.
    Malformed,
    /// None of them can be used.
    Unusable,
}

impl Keys {
    /// Fetches the keys for the first time.
    pub(super) async fn fetch(http: &Http, url: Url, issuer: &str, tenant: Option<&str>) -> Result<Keys, NoKeys> {
        let set = Arc::new(set(http, &url, issuer, tenant).await?);
        let known = Mutex::new(Known { set, asked: SystemTime::now() });
        Ok(Keys { url, issuer: issuer.to_owned(), tenant: tenant.map(str::to_owned), known })
    }

    /// The keys, not older than a day unless the provider does not answer.
    pub(super) async fn current(&self, http: &Http, now: SystemTime) -> Arc<CoreJsonWebKeySet> {
        let mut known = self.known.lock().await;
        if is_older(known.asked, AGE_MAX, now) {
            self.ask(&mut known, http, now).await;
        }
        Arc::clone(&known.set)
    }

    /// Other keys than the ones that did not do; `None` when there are none, or the provider was asked a moment ago.
    pub(super) async fn newer(
        &self,
        than: &Arc<CoreJsonWebKeySet>,
        http: &Http,
        now: SystemTime,
    ) -> Option<Arc<CoreJsonWebKeySet>> {
        // Held while asking: who comes meanwhile takes that answer.
        let mut known = self.known.lock().await;
        if Arc::ptr_eq(&known.set, than) && is_older(known.asked, ASKED_AGAIN_AFTER, now) {
            self.ask(&mut known, http, now).await;
        }
        (!Arc::ptr_eq(&known.set, than)).then(|| Arc::clone(&known.set))
    }

    async fn ask(&self, known: &mut Known, http: &Http, now: SystemTime) {
        known.asked = now;
        match set(http, &self.url, &self.issuer, self.tenant.as_deref()).await {
            Ok(set) => known.set = Arc::new(set),
            Err(why) => tracing::warn!(why = ?why, "the keys of the sign-in service could not be fetched again"),
        }
    }
}

/// Whether so much time has passed; a clock that was set back counts as time.
fn is_older(since: SystemTime, age: Duration, now: SystemTime) -> bool {
    now.duration_since(since).map_or_else(|back| back.duration() >= age, |passed| passed >= age)
}

async fn set(http: &Http, url: &Url, issuer: &str, tenant: Option<&str>) -> Result<CoreJsonWebKeySet, NoKeys> {
    let body = http.get(url).await.map_err(NoKeys::Http)?;
    let document: Value = serde_json::from_slice(&body).map_err(|_| NoKeys::Malformed)?;
    let listed = document.get("keys").and_then(Value::as_array).ok_or(NoKeys::Malformed)?;
    let usable = listed.iter().take(KEYS_MAX).filter(|key| is_usable(key, issuer, tenant));
    let keys: Vec<CoreJsonWebKey> = usable.filter_map(|key| serde_json::from_value(key.clone()).ok()).collect();
    if keys.is_empty() { Err(NoKeys::Unusable) } else { Ok(CoreJsonWebKeySet::new(keys)) }
}

/// Whether a signature by this key counts: RS256 or ES256, long enough, public, for signatures, of this issuer.
fn is_usable(key: &Value, issuer: &str, tenant: Option<&str>) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let is_absent_or = |name: &str, expected: &str| key.get(name).is_none() || text(name) == Some(expected);
    let verifies = key.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
    });
    let is_public = key.get("d").is_none() && key.get("k").is_none();
    // Entra ID says so where one address has the keys of all clouds.
    let is_of_issuer = key.get("issuer").is_none()
        || text("issuer").is_some_and(|of| of.replace(TENANT_TEMPLATE, tenant.unwrap_or_default()) == issuer);
    let is_strong = match text("kty") {
        Some("RSA") => is_absent_or("alg", "RS256") && text("n").is_some_and(|n| RSA_DIGITS.contains(&n.len())),
        Some("EC") => is_absent_or("alg", "ES256") && text("crv") == Some("P-256"),
        _ => false,
    };
    is_absent_or("use", "sig") && verifies && is_public && is_of_issuer && is_strong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    #[track_caller]
    fn check(change: Value, is_expected: bool) {
        let mut key = json!({"kty": "RSA", "use": "sig", "kid": "a", "n": "x".repeat(342), "e": "AQAB"});
        for (name, value) in change.as_object().unwrap() {
            key.as_object_mut().unwrap().insert(name.clone(), value.clone());
        }
        let issuer = format!("https://login.example.com/{TENANT}/v2.0");
        assert_eq!(is_usable(&key, &issuer, Some(TENANT)), is_expected, "{key}");
    }

    #[test]
    fn only_strong_public_keys_for_signatures_of_this_issuer_count() {
        check(json!({}), true);
        check(json!({"alg": "RS256", "key_ops": ["verify"]}), true);
        check(json!({"n": "x".repeat(683)}), true);
        check(json!({"kty": "EC", "crv": "P-256", "alg": "ES256"}), true);
        check(json!({"issuer": "https://login.example.com/{tenantid}/v2.0"}), true);
        check(json!({"issuer": "https://login.example.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"}), false);
        check(json!({"issuer": 1}), false);
        check(json!({"n": "x".repeat(171)}), false);
        check(json!({"n": "x".repeat(1366)}), false);
        check(json!({"n": null}), false);
        for alg in ["HS256", "RS384", "PS256", "ES256", "none", "RSA-OAEP"] {
            check(json!({"alg": alg}), false);
        }
        check(json!({"use": "enc"}), false);
        check(json!({"key_ops": ["encrypt"]}), false);
        check(json!({"kty": "oct", "k": "c2VjcmV0"}), false);
        check(json!({"d": "x"}), false);
        check(json!({"kty": "EC", "crv": "P-384"}), false);
        check(json!({"kty": "OKP", "crv": "Ed25519"}), false);
    }

    #[test]
    fn time_passes_both_ways() {
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        for (now, is_expected) in [(1_059, false), (1_060, true), (941, false), (940, true)] {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
            assert_eq!(is_older(then, ASKED_AGAIN_AFTER, now), is_expected, "{now:?}");
        }
    }
}
