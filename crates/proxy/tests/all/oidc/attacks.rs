//! Each attack on a sign-in must fail, and for its own reason.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use autotask_proxy::oidc::{Http, Refused};
use serde_json::json;

use super::forged::{Forged, TENANT, minutes};
use super::signers::HONEST;
use super::table::{ANSWERS, Attack, CALLBACKS, CLAIMS, NOTHING, SIGNATURES, encode};

/// Carries the attack out; the refusal, or `None` when somebody was signed in.
async fn carry_out(attack: &Attack, http: &Http) -> Option<Refused> {
    let forged = Forged::start_behind(http.clone()).await;
    forged.claims(attack.claims);
    forged.token(attack.token);
    forged.answer(attack.answer);
    let provider = forged.provider(Some(TENANT)).await;
    let now = SystemTime::now();
    let trip = forged.sign_in(&provider, now);
    let query = (attack.query)(&forged, &trip);
    let outcome = provider.finish(&query, trip.pending, now + minutes(attack.minutes)).await;
    assert_eq!(forged.asked_elsewhere.load(Ordering::SeqCst), 0, "{}", attack.name);
    let was_sent = forged.asked_for_tokens.load(Ordering::SeqCst) > 0;
    // What is wrong before a code counts is answered without a word to the provider.
    let is_local = [Refused::Query, Refused::State, Refused::Late, Refused::Issuer, Refused::Denied, Refused::Provider];
    let is_sent = !is_local.contains(&attack.refused);
    assert_eq!(was_sent, is_sent, "{}", attack.name);
    outcome.err()
}

#[tokio::test]
async fn no_attack_is_accepted_and_each_fails_for_its_own_reason() {
    let attacks: Vec<&Attack> = SIGNATURES.iter().chain(&CLAIMS).chain(&ANSWERS).chain(&CALLBACKS).collect();
    assert_eq!(attacks.len(), 101);
    let (mut wrong, http) = (Vec::new(), Http::new().unwrap());
    for attack in &attacks {
        let refused = carry_out(attack, &http).await;
        if refused != Some(attack.refused) {
            wrong.push(format!("{}: {refused:?} in the place of {:?}", attack.name, attack.refused));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), attacks.len(), wrong.join("\n"));
}

#[tokio::test]
async fn the_same_without_anything_wrong_is_accepted() {
    let forged = Forged::start().await;
    let provider = forged.provider(Some(TENANT)).await;
    let now = SystemTime::now();
    let trip = forged.sign_in(&provider, now);
    let query = (NOTHING.query)(&forged, &trip);
    let identity = provider.finish(&query, trip.pending, now + minutes(4)).await;
    assert!(identity.is_ok_and(|identity| identity.key.starts_with("entra:")));
}

/// A code that was stolen and put into another browser's way back: its state fits, and PKCE and nonce do not.
#[tokio::test]
async fn the_code_of_another_person_is_worth_nothing() {
    let forged = Forged::start().await;
    let provider = forged.provider(None).await;
    let now = SystemTime::now();
    let (victim, attacker) = (forged.sign_in(&provider, now), forged.sign_in(&provider, now));
    let query = format!("code={}&state={}", encode(&victim.code), attacker.state);
    assert_eq!(provider.finish(&query, attacker.pending, now).await, Err(Refused::Code));
}

/// Where the provider says that it names itself, an answer that does not is not its own.
#[tokio::test]
async fn a_provider_that_names_itself_always_does() {
    let forged = Forged::start().await;
    forged.document("authorization_response_iss_parameter_supported", json!(true));
    let provider = forged.provider(None).await;
    let now = SystemTime::now();
    let trip = forged.sign_in(&provider, now);
    let query = (NOTHING.query)(&forged, &trip);
    assert_eq!(provider.finish(&query, trip.pending, now).await, Err(Refused::Issuer));
    let trip = forged.sign_in(&provider, now);
    let query = format!("{}&iss={}", (NOTHING.query)(&forged, &trip), encode(&forged.issuer));
    assert!(provider.finish(&query, trip.pending, now).await.is_ok());
}

#[test]
fn no_refusal_shows_what_is_inside() {
    for attack in SIGNATURES.iter().chain(&CLAIMS).chain(&ANSWERS).chain(&CALLBACKS) {
        let text = attack.refused.to_string();
        let inside = ["token", "nonce", "state", "alg", "key", "tid", "http", "JSON", "claim", "OIDC"];
        assert!(inside.iter().all(|word| !text.contains(word)), "{text}");
        assert!(text.len() > 30 && text.contains([';', ',']), "{text}");
    }
}

/// One letter of an honest token is another one: at every fifth place, in all three parts.
#[tokio::test]
async fn a_token_changed_at_any_place_is_refused() {
    static PLACE: AtomicUsize = AtomicUsize::new(0);
    static LENGTH: AtomicUsize = AtomicUsize::new(1);
    let forged = Forged::start().await;
    forged.token(|_, claims| {
        let mut token = HONEST.es256(claims).into_bytes();
        let place = PLACE.load(Ordering::SeqCst);
        LENGTH.store(token.len(), Ordering::SeqCst);
        token[place] = if token[place] == b'A' { b'Q' } else { b'A' };
        String::from_utf8(token).unwrap()
    });
    let provider = forged.provider(Some(TENANT)).await;
    let now = SystemTime::now();
    let mut place = 0;
    while place < LENGTH.load(Ordering::SeqCst) {
        PLACE.store(place, Ordering::SeqCst);
        let trip = forged.sign_in(&provider, now);
        let query = (NOTHING.query)(&forged, &trip);
        let outcome = provider.finish(&query, trip.pending, now).await;
        assert!(matches!(outcome, Err(Refused::Token(_))), "{place}: {outcome:?}");
        place += 5;
    }
    assert!(place > 500, "{place}");
}
