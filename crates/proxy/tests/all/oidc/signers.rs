//! Keys of a provider, made anew for each run, and tokens signed with them in every way.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PSS_SHA256,
    RsaEncoding,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// An RSA key and an EC key under two names.
pub(super) struct Signer {
    pub(super) rsa: RsaKeyPair,
    pub(super) ec: EcdsaKeyPair,
    pub(super) rsa_id: &'static str,
    pub(super) ec_id: &'static str,
}

/// The provider's own.
pub(super) static HONEST: LazyLock<Signer> = LazyLock::new(|| Signer::new("rsa-1", "ec-1"));
/// Somebody else's, under the same names.
pub(super) static FOREIGN: LazyLock<Signer> = LazyLock::new(|| Signer::new("rsa-1", "ec-1"));

impl Signer {
    pub(super) fn new(rsa_id: &'static str, ec_id: &'static str) -> Signer {
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Signer { rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(), ec, rsa_id, ec_id }
    }

    /// The RSA key as others get it.
    pub(super) fn rsa_key(&self) -> Value {
        // SEQUENCE and INTEGER with two bytes of length each, and a zero before the modulus.
        let der = self.rsa.public_key().as_ref();
        assert_eq!((der[0], der[4], der[8]), (0x30, 0x02, 0));
        let (modulus, exponent) = (&der[9..265], &der[267..]);
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.rsa_id, "n": base64(modulus), "e": base64(exponent)})
    }

    /// The EC key as others get it.
    pub(super) fn ec_key(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..]);
        json!({"kty": "EC", "use": "sig", "crv": "P-256", "kid": self.ec_id, "x": base64(x), "y": base64(y)})
    }

    pub(super) fn key_set(&self) -> Value {
        json!({"keys": [self.rsa_key(), self.ec_key()]})
    }

    /// The public RSA key as it stands in a file.
    pub(super) fn rsa_pem(&self) -> String {
        let der = AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(self.rsa.public_key()).unwrap();
        let lines: Vec<String> = STANDARD
            .encode(der.as_ref())
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into())
            .collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    pub(super) fn rs256(&self, claims: &Value) -> String {
        self.rsa_signed(&json!({"alg": "RS256", "kid": self.rsa_id}), claims, &RSA_PKCS1_SHA256)
    }

    pub(super) fn rs384(&self, claims: &Value) -> String {
        self.rsa_signed(&json!({"alg": "RS384", "kid": self.rsa_id}), claims, &RSA_PKCS1_SHA384)
    }

    pub(super) fn ps256(&self, claims: &Value) -> String {
        self.rsa_signed(&json!({"alg": "PS256", "kid": self.rsa_id}), claims, &RSA_PSS_SHA256)
    }

    pub(super) fn es256(&self, claims: &Value) -> String {
        self.ec_signed(&json!({"alg": "ES256", "kid": self.ec_id}), claims)
    }

    /// RS256 under any header.
    pub(super) fn under(&self, header: &Value, claims: &Value) -> String {
        self.rsa_signed(header, claims, &RSA_PKCS1_SHA256)
    }

    /// ES256 under any header.
    pub(super) fn ec_signed(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = self.ec.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", base64(signature.as_ref()))
    }

    fn rsa_signed(&self, header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> String {
        let message = message(header, claims);
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", base64(&signature))
    }
}

/// HS256 with this key, under the name of the RSA key.
pub(super) fn hs256(key: &[u8], claims: &Value) -> String {
    let message = message(&json!({"alg": "HS256", "kid": HONEST.rsa_id}), claims);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", base64(tag.as_ref()))
}

/// What is signed.
pub(super) fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()))
}

pub(super) fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
