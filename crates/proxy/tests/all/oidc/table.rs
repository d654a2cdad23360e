//! The attacks on a sign-in, by where they begin: signature, claims, answer, callback.

use std::time::SystemTime;

use autotask_proxy::oidc::Refused;
use autotask_proxy::oidc::TokenFault::{
    Algorithm, Audience, Expired, Issuer, Key, Malformed, Nonce, NotYet, Signature, Subject,
};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::forged::{CLIENT, Forged, SECRET, TENANT, Trip, seconds, token_answer};
use super::signers::{FOREIGN, HONEST, Signer, base64, hs256, message};

/// One attack: what is not as an honest person, browser and provider have it.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) refused: Refused,
    pub(super) claims: fn(&mut Value),
    pub(super) token: fn(&Forged, &Value) -> String,
    pub(super) answer: fn(&Forged, String) -> Response,
    pub(super) query: fn(&Forged, &Trip) -> String,
    /// Minutes between the beginning and the end.
    pub(super) minutes: u64,
}

/// Nothing is wrong with it.
pub(super) const NOTHING: Attack = Attack {
    name: "",
    refused: Refused::Query,
    claims: |_| (),
    token: |_, claims| HONEST.rs256(claims),
    answer: |_, token| token_answer(&token),
    query: |_, trip| format!("code={}&state={}", encode(&trip.code), trip.state),
    minutes: 0,
};

/// A token that is signed by the provider and says something else.
const fn says(name: &'static str, fault: Refused, claims: fn(&mut Value)) -> Attack {
    Attack { name, refused: fault, claims, ..NOTHING }
}

/// A token that says what an honest one says and is another one.
const fn is(name: &'static str, fault: Refused, token: fn(&Forged, &Value) -> String) -> Attack {
    Attack { name, refused: fault, token, ..NOTHING }
}

/// Another answer of the token endpoint.
const fn answers(name: &'static str, refused: Refused, answer: fn(&Forged, String) -> Response) -> Attack {
    Attack { name, refused, answer, ..NOTHING }
}

/// A browser that comes back with something else.
const fn brings(name: &'static str, refused: Refused, query: fn(&Forged, &Trip) -> String) -> Attack {
    Attack { name, refused, query, ..NOTHING }
}

const fn token(fault: autotask_proxy::oidc::TokenFault) -> Refused {
    Refused::Token(fault)
}

pub(super) fn encode(text: &str) -> String {
    text.replace('/', "%2F").replace('+', "%2B")
}

fn from_now(minutes: i64) -> Value {
    json!(i64::try_from(seconds(SystemTime::now())).unwrap() + 60 * minutes)
}

fn without(claims: &mut Value, name: &str) {
    claims.as_object_mut().unwrap().remove(name).unwrap();
}

pub(super) const SIGNATURES: [Attack; 27] = [
    is("alg none without a signature", token(Algorithm), |_, claims| {
        format!("{}.", message(&json!({"alg": "none"}), claims))
    }),
    is("alg none with the honest signature", token(Algorithm), |_, claims| {
        HONEST.under(&json!({"alg": "none"}), claims)
    }),
    is("alg nOnE", token(Malformed), |_, claims| format!("{}.", message(&json!({"alg": "nOnE"}), claims))),
    is("no alg", token(Malformed), |_, claims| HONEST.under(&json!({"kid": "rsa-1"}), claims)),
    is("HS256 with the public key as bytes", token(Algorithm), |_, claims| {
        hs256(aws_lc_rs::signature::KeyPair::public_key(&HONEST.rsa).as_ref(), claims)
    }),
    is("HS256 with the public key as a file", token(Algorithm), |_, claims| hs256(HONEST.rsa_pem().as_bytes(), claims)),
    is("HS256 with the public key as JSON", token(Algorithm), |_, claims| {
        hs256(HONEST.rsa_key().to_string().as_bytes(), claims)
    }),
    is("HS256 with the client's secret", token(Algorithm), |_, claims| hs256(SECRET.as_bytes(), claims)),
    is("HS256 with no key", token(Algorithm), |_, claims| hs256(b"", claims)),
    is("RS384 by the provider itself", token(Algorithm), |_, claims| HONEST.rs384(claims)),
    is("PS256 by the provider itself", token(Algorithm), |_, claims| HONEST.ps256(claims)),
    is("another RSA key under the known name", token(Signature), |_, claims| FOREIGN.rs256(claims)),
    is("another EC key under the known name", token(Signature), |_, claims| FOREIGN.es256(claims)),
    is("another key under an unknown name", token(Key), |_, claims| Signer::new("rsa-9", "ec-9").rs256(claims)),
    is("the honest key under an unknown name", token(Key), |_, claims| {
        HONEST.under(&json!({"alg": "RS256", "kid": "rsa-9"}), claims)
    }),
    is("another key without a name", token(Signature), |_, claims| FOREIGN.under(&json!({"alg": "RS256"}), claims)),
    is("the RSA key under the EC key's name", token(Key), |_, claims| {
        HONEST.under(&json!({"alg": "RS256", "kid": "ec-1"}), claims)
    }),
    is("the EC key as RS256", token(Signature), |_, claims| {
        HONEST.ec_signed(&json!({"alg": "RS256", "kid": "rsa-1"}), claims)
    }),
    is("a key that the token brings along", token(Signature), |_, claims| {
        FOREIGN.under(&json!({"alg": "RS256", "kid": "rsa-1", "jwk": FOREIGN.rsa_key()}), claims)
    }),
    is("keys of another host (jku)", token(Key), |forged, claims| {
        FOREIGN.under(&json!({"alg": "RS256", "kid": "x", "jku": format!("{}/keys", forged.elsewhere)}), claims)
    }),
    is("a certificate of another host (x5u)", token(Signature), |forged, claims| {
        FOREIGN.under(&json!({"alg": "RS256", "kid": "rsa-1", "x5u": format!("{}/x5u", forged.elsewhere)}), claims)
    }),
    is("no signature", token(Signature), |_, claims| {
        format!("{}.", message(&json!({"alg": "RS256", "kid": "rsa-1"}), claims))
    }),
    is("a signature of zeros (ES256)", token(Signature), |_, claims| {
        format!("{}.{}", message(&json!({"alg": "ES256", "kid": "ec-1"}), claims), base64(&[0; 64]))
    }),
    is("the honest signature under other claims", token(Signature), |_, claims| {
        let honest = HONEST.rs256(claims);
        let mut claims = claims.clone();
        claims["sub"] = json!("administrator");
        let (_, signature) = honest.rsplit_once('.').unwrap();
        format!("{}.{signature}", message(&json!({"alg": "RS256", "kid": "rsa-1"}), &claims))
    }),
    is("a header that must be understood (crit)", token(Malformed), |_, claims| {
        HONEST.under(&json!({"alg": "RS256", "kid": "rsa-1", "crit": ["exp"]}), claims)
    }),
    is("an access token (typ at+jwt)", token(Malformed), |_, claims| {
        HONEST.under(&json!({"alg": "RS256", "kid": "rsa-1", "typ": "at+jwt"}), claims)
    }),
    is("five parts", token(Malformed), |_, claims| format!("{}.a.b", HONEST.rs256(claims))),
];

pub(super) const CLAIMS: [Attack; 37] = [
    says("another issuer", token(Issuer), |claims| claims["iss"] = json!("https://evil.test")),
    says("the issuer with a slash", token(Issuer), |claims| {
        claims["iss"] = json!(format!("{}/", claims["iss"].as_str().unwrap()));
    }),
    says("the issuer of another tenant", token(Issuer), |claims| {
        let issuer = claims["iss"].as_str().unwrap().replace(TENANT, "99999999-2222-3333-4444-555555555555");
        claims["iss"] = json!(issuer);
    }),
    says("no issuer", token(Malformed), |claims| without(claims, "iss")),
    says("another audience", token(Audience), |claims| claims["aud"] = json!("another")),
    says("the audience in capitals", token(Audience), |claims| claims["aud"] = json!("CRM")),
    says("no audience", token(Audience), |claims| without(claims, "aud")),
    says("an empty list of audiences", token(Audience), |claims| claims["aud"] = json!([])),
    says("two audiences without azp", token(Audience), |claims| claims["aud"] = json!([CLIENT, "another"])),
    says("the audience twice without azp", token(Audience), |claims| claims["aud"] = json!([CLIENT, CLIENT])),
    says("two audiences and azp of another", token(Audience), |claims| {
        claims["aud"] = json!([CLIENT, "another"]);
        claims["azp"] = json!("another");
    }),
    says("azp of another", token(Audience), |claims| claims["azp"] = json!("another")),
    says("azp is ours, the audience is not", token(Audience), |claims| {
        claims["aud"] = json!("another");
        claims["azp"] = json!(CLIENT);
    }),
    says("over", token(Expired), |claims| claims["exp"] = from_now(-3)),
    says("over since 1970", token(Expired), |claims| claims["exp"] = json!(0)),
    says("over before 1970", token(Expired), |claims| claims["exp"] = json!(-1)),
    says("no end", token(Malformed), |claims| without(claims, "exp")),
    says("an end as text", token(Malformed), |claims| claims["exp"] = json!("9999999999")),
    says("an end that no calendar has", token(Malformed), |claims| claims["exp"] = json!(1e300)),
    says("not valid yet", token(NotYet), |claims| claims["nbf"] = from_now(3)),
    says("never valid", token(NotYet), |claims| claims["nbf"] = json!(1e300)),
    says("nbf as text", token(Malformed), |claims| claims["nbf"] = json!("0")),
    says("issued in the future", token(NotYet), |claims| claims["iat"] = from_now(3)),
    says("no time of issue", token(Malformed), |claims| without(claims, "iat")),
    says("no nonce", token(Nonce), |claims| without(claims, "nonce")),
    says("another nonce", token(Nonce), |claims| claims["nonce"] = json!("x".repeat(43))),
    says("an empty nonce", token(Nonce), |claims| claims["nonce"] = json!("")),
    says("another tenant", Refused::Tenant, |claims| claims["tid"] = json!("99999999-2222-3333-4444-555555555555")),
    says("no tenant", Refused::Tenant, |claims| without(claims, "tid")),
    says("an empty tenant", Refused::Tenant, |claims| claims["tid"] = json!("")),
    says("a list of tenants", token(Malformed), |claims| claims["tid"] = json!([TENANT])),
    says("no subject", token(Malformed), |claims| without(claims, "sub")),
    says("an empty subject", token(Subject), |claims| claims["sub"] = json!("")),
    says("a subject of 256 bytes", token(Subject), |claims| claims["sub"] = json!("a".repeat(256))),
    says("a subject with a line end", token(Subject), |claims| claims["sub"] = json!("ada-1\n")),
    says("an empty oid", token(Subject), |claims| claims["oid"] = json!("")),
    says("an oid with a path in it", token(Subject), |claims| {
        claims["oid"] = json!("../aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
    }),
];

pub(super) const ANSWERS: [Attack; 16] = [
    says("no oid", token(Subject), |claims| without(claims, "oid")),
    answers("a token of 200 kB", token(Malformed), |_, token| token_answer(&format!("{token}{}", "A".repeat(200_000)))),
    is("a token with a claim of 200 kB", token(Malformed), |_, claims| {
        let mut claims = claims.clone();
        claims["groups"] = json!("a".repeat(200_000));
        HONEST.rs256(&claims)
    }),
    answers("an answer without end", token(Malformed), |_, _| {
        let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1_000]));
        Body::from_stream(chunks).into_response()
    }),
    answers("a redirect (302)", Refused::Unreachable, |forged, _| redirect(302, forged)),
    answers("a redirect that keeps the body (307)", Refused::Unreachable, |forged, _| redirect(307, forged)),
    answers("a redirect that keeps the body (308)", Refused::Unreachable, |forged, _| redirect(308, forged)),
    answers("no id token", token(Malformed), |_, _| {
        axum::Json(json!({"access_token": "a", "token_type": "Bearer"})).into_response()
    }),
    answers("an id token that is null", token(Malformed), |_, _| {
        axum::Json(json!({"access_token": "a", "token_type": "Bearer", "id_token": null})).into_response()
    }),
    answers("a list of id tokens", token(Malformed), |_, token| {
        axum::Json(json!({"access_token": "a", "token_type": "Bearer", "id_token": [token]})).into_response()
    }),
    answers("an id token that is none", token(Malformed), |_, _| token_answer("hello")),
    answers("a page in the place of JSON", Refused::Unreachable, |_, _| {
        "<!doctype html><title>hi</title>".into_response()
    }),
    answers("JSON that nests 100,000 deep", token(Malformed), |_, _| {
        let deep = format!("{{\"token_type\":\"Bearer\",\"x\":{}", "[".repeat(100_000));
        ([("content-type", "application/json")], deep).into_response()
    }),
    answers("an honest answer with status 400", token(Malformed), |_, token| {
        (StatusCode::BAD_REQUEST, token_answer(&token)).into_response()
    }),
    answers("a client that is not known any more", Refused::Client, |_, _| {
        (StatusCode::UNAUTHORIZED, axum::Json(json!({"error": "invalid_client"}))).into_response()
    }),
    answers("an error of the server", Refused::Unreachable, |_, _| StatusCode::INTERNAL_SERVER_ERROR.into_response()),
];

pub(super) const CALLBACKS: [Attack; 21] = [
    brings("another state", Refused::State, |_, trip| format!("code={}&state={}", encode(&trip.code), "x".repeat(43))),
    brings("the state but its last letter", Refused::State, |_, trip| {
        format!("code={}&state={}", encode(&trip.code), &trip.state[..42])
    }),
    brings("the state of another sign-in", Refused::State, |_, trip| {
        format!("code={}&state={}", encode(&trip.code), trip.state.chars().rev().collect::<String>())
    }),
    brings("no state", Refused::State, |_, trip| format!("code={}", encode(&trip.code))),
    brings("an empty state", Refused::State, |_, trip| format!("code={}&state=", encode(&trip.code))),
    brings("the state twice", Refused::Query, |_, trip| {
        format!("code={}&state={}&state=x", encode(&trip.code), trip.state)
    }),
    brings("nothing", Refused::State, |_, _| String::new()),
    brings("no code", Refused::Query, |_, trip| format!("state={}", trip.state)),
    brings("an empty code", Refused::Query, |_, trip| format!("code=&state={}", trip.state)),
    brings("two codes", Refused::Query, |_, trip| format!("code=a&code={}&state={}", encode(&trip.code), trip.state)),
    brings("a query of 9 kB", Refused::Query, |_, trip| {
        format!("code={}&state={}&x={}", encode(&trip.code), trip.state, "a".repeat(9_000))
    }),
    brings("a token in the place of a code", Refused::Query, |_, trip| {
        format!("id_token={}&access_token=a&state={}", HONEST.rs256(&json!({"sub": "a"})), trip.state)
    }),
    brings("iss of another", Refused::Issuer, |_, trip| {
        format!("code={}&state={}&iss=https%3A%2F%2Fevil.test", encode(&trip.code), trip.state)
    }),
    brings("an empty iss", Refused::Issuer, |_, trip| format!("code={}&state={}&iss=", encode(&trip.code), trip.state)),
    brings("error=access_denied", Refused::Denied, |_, trip| format!("error=access_denied&state={}", trip.state)),
    brings("error=access_denied beside a code", Refused::Denied, |_, trip| {
        format!("error=access_denied&code={}&state={}", encode(&trip.code), trip.state)
    }),
    brings("error=access_denied without the state", Refused::State, |_, _| "error=access_denied".to_owned()),
    brings("another error", Refused::Provider, |_, trip| {
        format!("error=server_error&error_description=%3Cscript%3E&state={}", trip.state)
    }),
    brings("a code that was used", Refused::Code, |forged, trip| {
        forged.spend(&trip.code);
        format!("code={}&state={}", encode(&trip.code), trip.state)
    }),
    brings("a code of another client", Refused::Code, |forged, trip| {
        format!("code={}&state={}", encode(&forged.code_of_another_client(&trip.code)), trip.state)
    }),
    Attack { name: "after 10 minutes", refused: Refused::Late, minutes: 11, ..NOTHING },
];

fn redirect(status: u16, forged: &Forged) -> Response {
    let location = [("location", format!("{}/token", forged.elsewhere))];
    (StatusCode::from_u16(status).unwrap(), location, "{}").into_response()
}
