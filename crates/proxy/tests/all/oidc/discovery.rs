//! A provider that will not do is said so at the start, in a sentence.

use std::time::SystemTime;

use autotask_proxy::Secret;
use autotask_proxy::oidc::{OidcConfig, Provider};
use serde_json::{Value, json};

use super::forged::{Forged, SECRET, TENANT};
use super::signers::HONEST;

/// What is said of a document with this member changed.
async fn check(name: &str, value: Value, expected: &str) {
    let forged = Forged::start().await;
    forged.document(name, value);
    let said = forged.sentence(forged.config()).await;
    assert!(said.contains(expected), "{name}: {said}");
}

#[tokio::test]
async fn each_document_that_will_not_do_has_its_sentence() {
    check("issuer", json!("https://evil.test"), "calls itself another issuer than").await;
    check("issuer", Value::Null, "is no OpenID Connect document").await;
    check("token_endpoint", json!("http://evil.test/token"), "the `token_endpoint` of").await;
    check("token_endpoint", json!("http://127.0.0.1.evil.test/"), "is not `https://`; nothing is sent there").await;
    check("token_endpoint", json!("ftp://127.0.0.1/"), "is not `https://`").await;
    check("authorization_endpoint", json!("javascript:alert(1)"), "the `authorization_endpoint` of").await;
    check("jwks_uri", json!("http://evil.test/keys"), "the `jwks_uri` of").await;
    check("jwks_uri", json!("file:///etc/passwd"), "the `jwks_uri` of").await;
    check("response_types_supported", json!(["id_token"]), "no authorization code flow").await;
    check("code_challenge_methods_supported", json!(["plain"]), "PKCE without S256").await;
    check("code_challenge_methods_supported", json!(["plain", "S256"]), "fine").await;
    check("id_token_signing_alg_values_supported", json!(["HS256", "none"]), "signs with neither RS256 nor ES256")
        .await;
    check("token_endpoint_auth_methods_supported", json!(["private_key_jwt"]), "takes no client secret").await;
    check("token_endpoint_auth_methods_supported", json!(["client_secret_post"]), "fine").await;
}

#[tokio::test]
async fn keys_that_will_not_do_have_their_sentence() {
    let forged = Forged::start().await;
    let mut private = HONEST.rsa_key();
    private["d"] = json!("x");
    for (status, keys, expected) in [
        (500, json!({}), "cannot be fetched: it answered with status 500"),
        (302, json!({}), "cannot be fetched: it leads elsewhere, which is not followed"),
        (200, json!("x".repeat(200_000)), "its answer is larger than 128 kB"),
        (200, json!([HONEST.rsa_key()]), "is no set of keys"),
        (200, json!({"keys": []}), "has no key for RS256 (2,048 bits or more) or ES256"),
        (200, json!({"keys": [private, {"kty": "oct", "k": "AAAA"}, null, 1]}), "has no key for RS256"),
        (200, json!({"keys": [null, HONEST.ec_key()]}), "fine"),
    ] {
        forged.keys(status, keys);
        let said = forged.sentence(forged.config()).await;
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_said_so() {
    let forged = Forged::start().await;
    let mut config = forged.config();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.issuer = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let said = forged.sentence(config.clone()).await;
    assert!(
        said.contains("cannot be reached: no connection could be made") && said.contains("check the issuer"),
        "{said}"
    );
    config.issuer = "http://login.example.com".to_owned();
    let said = forged.sentence(config.clone()).await;
    assert!(said.contains("the issuer must begin with `https://`"), "{said}");
    config.issuer = forged.elsewhere.clone();
    assert!(forged.sentence(config).await.contains("is no OpenID Connect document"));
    assert!(!forged.sentence(forged.config()).await.contains("secret"));
}

#[tokio::test]
async fn entra_s_shared_document_needs_the_tenant() {
    let forged = Forged::start().await;
    let template = forged.issuer.replace(TENANT, "{tenantid}");
    forged.document("issuer", json!(template));
    for name in ["common", "organizations", TENANT] {
        let mut config = forged.config();
        config.issuer = forged.issuer.replace(TENANT, name);
        let said = forged.sentence(config.clone()).await;
        assert!(said.contains("signs in people of every organization; name the tenant"), "{said}");
        config.tenant = Some(TENANT.to_uppercase());
        assert_eq!(forged.sentence(config).await, "fine");
    }
    let mut config = forged.config();
    config.tenant = Some("99999999-2222-3333-4444-555555555555".to_owned());
    assert!(forged.sentence(config).await.contains("calls itself another issuer"));
}

/// The tenant takes the place of the template in the issuer that tokens must have.
#[tokio::test]
async fn entra_s_shared_document_lets_one_tenant_in() {
    let forged = Forged::start().await;
    forged.document("issuer", json!(forged.issuer.replace(TENANT, "{tenantid}")));
    let config = OidcConfig {
        issuer: forged.issuer.replace(TENANT, "organizations"),
        tenant: Some(TENANT.to_owned()),
        client_secret: Some(Secret::new(SECRET)),
        ..forged.config()
    };
    let provider = Provider::discover(config, forged.http.clone()).await.unwrap();
    let now = SystemTime::now();
    let trip = forged.sign_in(&provider, now);
    let query = format!("code={}&state={}", trip.code.replace('/', "%2F").replace('+', "%2B"), trip.state);
    let identity = provider.finish(&query, trip.pending, now).await.unwrap();
    assert!(identity.key.starts_with(&format!("entra:{TENANT}/")));
}
