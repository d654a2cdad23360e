//! The provider's keys change while the server runs.

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use autotask_proxy::oidc::{Provider, Refused, TokenFault};
use serde_json::{Value, json};

use super::forged::{Forged, minutes, seconds};
use super::signers::{HONEST, Signer};

static NEXT: std::sync::LazyLock<Signer> = std::sync::LazyLock::new(|| Signer::new("rsa-2", "ec-2"));

/// Signs in at this time; whether somebody is.
async fn sign_in(forged: &Forged, provider: &Provider, now: SystemTime) -> Result<(), Refused> {
    let trip = forged.sign_in(provider, now);
    let code = trip.code.replace('/', "%2F").replace('+', "%2B");
    provider.finish(&format!("code={code}&state={}", trip.state), trip.pending, now).await.map(drop)
}

/// A provider whose tokens last for two days, so that a test may move the clock.
async fn provider(forged: &Forged) -> Provider {
    forged.claims(|claims: &mut Value| claims["exp"] = json!(seconds(SystemTime::now()) + 200_000));
    forged.provider(None).await
}

const NO_KEY: Result<(), Refused> = Err(Refused::Token(TokenFault::Key));

#[tokio::test]
async fn a_new_key_is_fetched_and_the_provider_is_asked_once_a_minute() {
    let forged = Forged::start().await;
    let provider = provider(&forged).await;
    let asked = || forged.asked_for_keys.swap(0, Ordering::SeqCst);
    let now = SystemTime::now();
    assert_eq!(sign_in(&forged, &provider, now).await, Ok(()));
    assert_eq!(asked(), 1);

    forged.token(|_, claims| NEXT.rs256(claims));
    for _ in 0..5 {
        assert_eq!(sign_in(&forged, &provider, now).await, NO_KEY);
    }
    assert_eq!(asked(), 0, "within the first minute");
    for _ in 0..5 {
        assert_eq!(sign_in(&forged, &provider, now + minutes(2)).await, NO_KEY);
    }
    assert_eq!(asked(), 1, "and then once");
    forged.keys(200, NEXT.key_set());
    assert_eq!(sign_in(&forged, &provider, now + minutes(4)).await, Ok(()));
    assert_eq!(asked(), 1);
    assert_eq!(sign_in(&forged, &provider, now + minutes(4)).await, Ok(()));
    assert_eq!(asked(), 0, "known now");
    // The key of before is withdrawn.
    forged.token(|_, claims| HONEST.rs256(claims));
    assert_eq!(sign_in(&forged, &provider, now + minutes(4)).await, NO_KEY);
}

#[tokio::test]
async fn a_provider_without_keys_for_a_while_keeps_those_it_had() {
    let forged = Forged::start().await;
    let provider = provider(&forged).await;
    let now = SystemTime::now();
    for (status, keys) in [(500, json!({})), (200, json!({"keys": []})), (200, json!([]))] {
        forged.keys(status, keys);
        forged.token(|_, claims| NEXT.es256(claims));
        assert_eq!(sign_in(&forged, &provider, now + minutes(10)).await, NO_KEY);
        forged.token(|_, claims| HONEST.es256(claims));
        assert_eq!(sign_in(&forged, &provider, now + minutes(10)).await, Ok(()));
    }
}

#[tokio::test]
async fn a_withdrawn_key_counts_a_day_at_most() {
    let forged = Forged::start().await;
    let provider = provider(&forged).await;
    let now = SystemTime::now();
    forged.keys(200, NEXT.key_set());
    assert_eq!(sign_in(&forged, &provider, now + minutes(23 * 60)).await, Ok(()));
    assert_eq!(sign_in(&forged, &provider, now + minutes(25 * 60)).await, NO_KEY);
}
