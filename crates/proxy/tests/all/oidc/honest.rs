//! Honest sign-ins are accepted, with the person's key and page.

use std::time::SystemTime;

use autotask_proxy::oidc::{Identity, Refused};
use serde_json::{Value, json};

use super::forged::{Forged, PERSON, REDIRECT, TENANT, minutes, seconds};
use super::signers::HONEST;

/// What is not said as by everybody.
type Change = fn(&mut Value);

/// Signs in at a provider that says this.
async fn identity(claims: Change, token: fn(&Forged, &Value) -> String, tenant: Option<&str>) -> Identity {
    let forged = Forged::start().await;
    forged.claims(claims);
    forged.token(token);
    let provider = forged.provider(tenant).await;
    let now = SystemTime::now();
    let trip = forged.sign_in(&provider, now);
    let query = format!("code={}&state={}&session_state=x", encode(&trip.code), trip.state);
    provider.finish(&query, trip.pending, now).await.unwrap()
}

fn encode(text: &str) -> String {
    text.replace('/', "%2F").replace('+', "%2B")
}

#[tokio::test]
async fn rsa_and_ec_are_accepted() {
    let signatures: [fn(&Forged, &Value) -> String; 2] =
        [|_, claims| HONEST.rs256(claims), |_, claims| HONEST.es256(claims)];
    for token in signatures {
        let found = identity(|_| (), token, Some(TENANT)).await;
        let expected = Identity {
            key: format!("entra:{TENANT}/{PERSON}"),
            email: Some("ada@msp.test".to_owned()),
            is_email_verified: true,
            name: Some("Ada Lovelace".to_owned()),
        };
        assert!(found == expected, "{}", found.key);
    }
}

/// The end of the key, behind the issuer.
async fn key(claims: Change) -> String {
    let key = identity(claims, |_, claims| HONEST.rs256(claims), None).await.key;
    key.split_once("/v2.0").map_or(key.clone(), |(_, end)| end.to_owned())
}

#[tokio::test]
async fn what_standards_leave_open_is_accepted() {
    let of_person = format!("entra:{TENANT}/{PERSON}");
    let honest: [(&str, Change); 8] = [
        ("one audience in a list", |claims| claims["aud"] = json!(["crm"])),
        ("two audiences, asked for by us", |claims| {
            claims["aud"] = json!(["crm", "other"]);
            claims["azp"] = json!("crm");
        }),
        ("over for a minute", |claims| claims["exp"] = json!(seconds(SystemTime::now()) - 60)),
        ("issued in a minute", |claims| claims["iat"] = json!(seconds(SystemTime::now()) + 60)),
        ("valid in a minute", |claims| claims["nbf"] = json!(seconds(SystemTime::now()) + 60)),
        ("a fraction of a second", |claims| claims["nbf"] = json!(1.5)),
        ("claims that nobody knows", |claims| claims["groups"] = json!({"a": ["b"]})),
        ("capital letters in the oid", |claims| claims["oid"] = json!(PERSON.to_uppercase())),
    ];
    for (name, claims) in honest {
        assert_eq!(key(claims).await, of_person, "{name}");
    }
}

#[tokio::test]
async fn a_person_is_the_pair_of_issuer_and_subject_elsewhere() {
    let elsewhere: [(&str, Change); 3] = [
        ("neither", |claims| {
            claims["tid"] = Value::Null;
            claims["oid"] = Value::Null;
        }),
        ("a tenant that is not the issuer", |claims| claims["tid"] = json!("99999999-2222-3333-4444-555555555555")),
        ("a tenant that is none", |claims| claims["tid"] = json!("v2.0")),
    ];
    for (name, claims) in elsewhere {
        assert_eq!(key(claims).await, "|ada-1", "{name}");
    }
}

#[tokio::test]
async fn the_email_and_the_name_are_no_more_than_they_are() {
    let of = |claims| identity(claims, |_, claims| HONEST.rs256(claims), None);
    let found = of(|claims| claims["email_verified"] = json!(false)).await;
    assert!(found.email.is_some() && !found.is_email_verified);
    // Entra ID without a mailbox.
    let found = of(|claims| {
        claims["email"] = Value::Null;
        claims["name"] = Value::Null;
        claims["preferred_username"] = json!("ada@contoso.test");
    })
    .await;
    assert_eq!((found.email.as_deref(), found.name.as_deref()), (Some("ada@contoso.test"), Some("ada@contoso.test")));
    assert!(!found.is_email_verified);
    let found = of(|claims| claims["email"] = json!("no address")).await;
    assert!(found.email.is_none() && !found.is_email_verified);
}

#[tokio::test]
async fn the_page_to_go_back_to_waits_with_the_sign_in() {
    let forged = Forged::start().await;
    let provider = forged.provider(None).await;
    let now = SystemTime::now();
    let (url, pending) = provider.begin("/companies/7?q=a", now);
    assert_eq!(pending.return_to().as_str(), "/companies/7?q=a");
    let (other_url, other) = provider.begin("https://evil.test", now);
    assert_eq!(other.return_to().as_str(), "/");
    assert_ne!(url, other_url);
    assert!(url.contains(&REDIRECT.replace(':', "%3A").replace('/', "%2F")), "{url}");
    let (kept, verifier) = (serde_json::to_value(&pending).unwrap(), serde_json::to_value(&other).unwrap());
    assert_ne!(kept["verifier"], verifier["verifier"]);
    assert!(!url.contains(kept["verifier"].as_str().unwrap()));
}

#[tokio::test]
async fn a_sign_in_ends_once_and_in_time() {
    let forged = Forged::start().await;
    let provider = forged.provider(None).await;
    let now = SystemTime::now();
    let trip = forged.sign_in(&provider, now);
    let query = format!("code={}&state={}", encode(&trip.code), trip.state);
    let again = serde_json::from_value(serde_json::to_value(&trip.pending).unwrap()).unwrap();
    provider.finish(&query, trip.pending, now).await.unwrap();
    assert_eq!(provider.finish(&query, again, now).await, Err(Refused::Code));

    let trip = forged.sign_in(&provider, now);
    let query = format!("code={}&state={}", encode(&trip.code), trip.state);
    assert_eq!(provider.finish(&query, trip.pending, now + minutes(11)).await, Err(Refused::Late));
}
