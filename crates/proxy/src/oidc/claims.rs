//! Claims: what an id token must say before it counts, and the identity in it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IdTokenClaims, IdTokenVerifier, IssuerUrl, Nonce,
    SignatureVerificationError,
};
use serde::{Deserialize, Serialize};

use super::config::is_guid;
use super::identity::Identity;
use super::refused::{Refused, TokenFault};

/// How far the clocks of provider and server may be apart.
const LEEWAY: Duration = Duration::from_secs(120);
/// Longest `sub` that the protocol allows, in bytes.
const SUBJECT_BYTES_MAX: usize = 255;

/// Claims that the protocol's crate does not know.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Additional {
    /// Not valid before, in seconds since 1970.
    nbf: Option<f64>,
    /// Entra ID's directory.
    tid: Option<String>,
    /// Entra ID's person in that directory, the same for all applications.
    oid: Option<String>,
}

impl AdditionalClaims for Additional {}

pub(super) type Token =
    IdToken<Additional, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Claims = IdTokenClaims<Additional, CoreGenderClaim>;

/// What every token is held against.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) client_id: ClientId,
    /// The issuer with the tenant in it.
    pub(super) issuer: IssuerUrl,
    /// Entra ID's directory, in lower case.
    pub(super) tenant: Option<String>,
}

impl Expected {
    /// Whose token it is; [`TokenFault::Key`] where newer keys may change the answer.
    pub(super) fn identity(
        &self,
        token: &Token,
        keys: CoreJsonWebKeySet,
        nonce: &Nonce,
        now: SystemTime,
    ) -> Result<Identity, Refused> {
        let earliest = now.checked_sub(LEEWAY).unwrap_or(UNIX_EPOCH);
        let latest = now.checked_add(LEEWAY).unwrap_or(now);
        // A public client's check knows no secret, so that no token can be signed with one.
        let verifier = IdTokenVerifier::new_public_client(self.client_id.clone(), self.issuer.clone(), keys)
            .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256])
            // Others may be named beside us where `azp` says that we asked: checked below.
            .set_other_audience_verifier_fn(|_| true)
            .set_time_fn(move || earliest.into());
        let claims = token.claims(&verifier, nonce).map_err(|error| Refused::Token(fault(&error)))?;
        self.check_audience(claims)?;
        check_times(claims, latest)?;
        self.check_tenant(claims)?;
        self.identity_of(claims)
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Refused> {
        let is_ours = match claims.authorized_party() {
            Some(party) => *party == self.client_id,
            None => claims.audiences().len() == 1,
        };
        if is_ours { Ok(()) } else { Err(Refused::Token(TokenFault::Audience)) }
    }

    fn check_tenant(&self, claims: &Claims) -> Result<(), Refused> {
        let is_ours = self.tenant.is_none() || claims.additional_claims().tid == self.tenant;
        if is_ours { Ok(()) } else { Err(Refused::Tenant) }
    }

    fn identity_of(&self, claims: &Claims) -> Result<Identity, Refused> {
        let nobody = Refused::Token(TokenFault::Subject);
        let subject = claims.subject().as_str();
        if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX || subject.chars().any(char::is_control) {
            return Err(nobody);
        }
        let Additional { tid, oid, .. } = claims.additional_claims();
        let key = match (tid, oid) {
            // Both are Entra ID's own only where it is the issuer; anywhere else they could be anything.
            (Some(tid), oid) if self.is_of_tenant(tid) => match oid {
                Some(oid) if is_guid(oid) => format!("entra:{tid}/{}", oid.to_ascii_lowercase()),
                _ => return Err(nobody),
            },
            _ => format!("{}|{subject}", self.issuer.as_str()),
        };
        let user_name = claims.preferred_username().map(|name| name.as_str());
        let email = claims.email().map(|email| email.as_str());
        let is_verified = email.is_some() && claims.email_verified() == Some(true);
        let name = claims.name().and_then(|name| name.get(None)).map(|name| name.as_str());
        // Entra ID sends no e-mail for an account without mailbox; its user name has the same form.
        Ok(Identity::new(key, email.or(user_name), is_verified, name.or(user_name)))
    }

    /// Whether the issuer is this directory, as Entra ID writes it into the issuer's path.
    fn is_of_tenant(&self, tid: &str) -> bool {
        is_guid(tid) && self.issuer.url().path_segments().is_some_and(|mut segments| segments.any(|part| part == tid))
    }
}

fn check_times(claims: &Claims, latest: SystemTime) -> Result<(), Refused> {
    let latest = latest.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let is_valid = claims.additional_claims().nbf.is_none_or(|nbf| nbf <= latest as f64);
    let is_issued = u64::try_from(claims.issue_time().timestamp()).is_ok_and(|issued| issued <= latest);
    if is_valid && is_issued { Ok(()) } else { Err(Refused::Token(TokenFault::NotYet)) }
}

fn fault(error: &ClaimsVerificationError) -> TokenFault {
    use SignatureVerificationError as Signature;
    match error {
        ClaimsVerificationError::Expired(_) => TokenFault::Expired,
        ClaimsVerificationError::InvalidAudience(_) => TokenFault::Audience,
        ClaimsVerificationError::InvalidIssuer(_) => TokenFault::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => TokenFault::Nonce,
        ClaimsVerificationError::InvalidSubject(_) => TokenFault::Subject,
        ClaimsVerificationError::SignatureVerification(error) => match error {
            Signature::NoMatchingKey | Signature::AmbiguousKeyId(_) | Signature::InvalidKey(_) => TokenFault::Key,
            Signature::DisallowedAlg(_) | Signature::NoSignature | Signature::UnsupportedAlg(_) => {
                TokenFault::Algorithm
            }
            _ => TokenFault::Signature,
        },
        _ => TokenFault::Malformed,
    }
}
