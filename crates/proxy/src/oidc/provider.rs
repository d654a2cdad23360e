//! Provider: one sign-in from the first address to the identity.

use std::sync::Arc;
use std::time::SystemTime;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    EndpointNotSet, EndpointSet, IdTokenFields, Nonce, PkceCodeChallenge, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse,
};

use super::callback::Callback;
use super::claims::{Additional, Expected, Token};
use super::config::OidcConfig;
use super::discovery::{Discovered, discover};
use super::http::{Http, HttpError};
use super::identity::Identity;
use super::keys::{Keys, NoKeys};
use super::pending::Pending;
use super::refused::{Refused, TokenFault};
use super::return_to::ReturnTo;
use crate::config::Error;

/// Bytes of chance in state and nonce.
const CHANCE_BYTES: u32 = 32;

type Response = StandardTokenResponse<
    IdTokenFields<
        Additional,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type ErrorResponse = StandardErrorResponse<CoreErrorResponseType>;
type OurClient<Authorization, TokenEndpoint> = Client<
    Additional,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    ErrorResponse,
    Response,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    Authorization,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    TokenEndpoint,
    EndpointNotSet,
>;

/// A provider that was found and can sign people in. One for the whole process; shared by reference.
#[derive(Debug)]
pub struct Provider {
    http: Http,
    client: OurClient<EndpointSet, EndpointSet>,
    keys: Keys,
    expected: Expected,
    names_itself: bool,
}

impl Provider {
    /// Asks the provider for its document and its keys.
    ///
    /// # Errors
    ///
    /// A sentence: a setting is wrong, the issuer is not reachable or not https, its document is of another issuer or
    /// lacks what is needed, it has no key that can be used.
    pub async fn discover(config: OidcConfig, http: Http) -> Result<Provider, Error> {
        let config = config.checked()?;
        let found = discover(&config, &http).await?;
        let Discovered { issuer, authorization, token, keys, names_itself, authentication } = found;
        let keys = Keys::fetch(&http, keys, &issuer, config.tenant.as_deref()).await.map_err(|why| {
            let configured = &config.issuer;
            Error::new(match why {
                NoKeys::Http(why) => format!("the keys of `{configured}` cannot be fetched: {why}; try again later"),
                NoKeys::Malformed => format!("what `{configured}` has at its `jwks_uri` is no set of keys"),
                NoKeys::Unusable => {
                    format!(
                        "`{configured}` has no key for RS256 (2,048 bits or more) or ES256; choose one of them there"
                    )
                }
            })
        })?;
        let client_id = ClientId::new(config.client_id);
        let redirect = RedirectUrl::new(config.redirect_url)
            .map_err(|_| Error::new("the address to come back to is no address; it begins with `https://`"))?;
        // The crate's own check of tokens is not used through the client, so that it needs no keys.
        let client = OurClient::new(client_id.clone(), issuer.clone(), CoreJsonWebKeySet::default())
            .set_auth_uri(authorization)
            .set_token_uri(token)
            .set_redirect_uri(redirect)
            .set_auth_type(authentication);
        let client = match config.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose().to_owned())),
            None => client,
        };
        Ok(Provider {
            http,
            client,
            keys,
            expected: Expected { client_id, issuer, tenant: config.tenant },
            names_itself,
        })
    }

    /// Begins a sign-in: the address to which the browser goes, and what waits for it. `return_to` is the page to show
    /// afterwards; any text may be given, see [`ReturnTo::of`].
    pub fn begin(&self, return_to: &str, now: SystemTime) -> (String, Pending) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new_random_len(CHANCE_BYTES),
                || Nonce::new_random_len(CHANCE_BYTES),
            )
            .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        (url.into(), Pending::new(state, &nonce, &verifier, ReturnTo::of(return_to), now))
    }

    /// Finishes a sign-in: `query` is what stands behind the `?` of the address to which the browser came back.
    ///
    /// # Errors
    ///
    /// Why nobody was signed in.
    pub async fn finish(&self, query: &str, pending: Pending, now: SystemTime) -> Result<Identity, Refused> {
        let outcome = self.identity(query, &pending, now).await;
        if let Err(refused) = &outcome {
            tracing::warn!(why = ?refused, "a sign-in was refused");
        }
        outcome
    }

    async fn identity(&self, query: &str, pending: &Pending, now: SystemTime) -> Result<Identity, Refused> {
        let callback = Callback::parse(query)?;
        if !callback.state.is_some_and(|state| pending.has_state(&state)) {
            return Err(Refused::State);
        }
        if pending.is_over(now) {
            return Err(Refused::Late);
        }
        match callback.iss {
            Some(iss) if iss != self.expected.issuer.as_str() => return Err(Refused::Issuer),
            None if self.names_itself => return Err(Refused::Issuer),
            _ => {}
        }
        match callback.error.as_deref() {
            Some("access_denied" | "consent_required" | "interaction_required") => return Err(Refused::Denied),
            Some(_) => return Err(Refused::Provider),
            None => {}
        }
        let code = callback.code.filter(|code| !code.is_empty()).ok_or(Refused::Query)?;
        let token = self.exchange(code, pending).await?;
        let nonce = pending.nonce();
        let keys = self.keys.current(&self.http, now).await;
        let check =
            |keys: &Arc<CoreJsonWebKeySet>| self.expected.identity(&token, CoreJsonWebKeySet::clone(keys), &nonce, now);
        match check(&keys) {
            // Signed with a key that came after we asked, perhaps.
            Err(Refused::Token(TokenFault::Key)) => match self.keys.newer(&keys, &self.http, now).await {
                Some(newer) => check(&newer),
                None => Err(Refused::Token(TokenFault::Key)),
            },
            outcome => outcome,
        }
    }

    /// The id token for this code.
    async fn exchange(&self, code: String, pending: &Pending) -> Result<Token, Refused> {
        let request = self.client.exchange_code(AuthorizationCode::new(code)).set_pkce_verifier(pending.verifier());
        let response = request.request_async(&self.http).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(error) => match error.error() {
                CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => Refused::Client,
                _ => Refused::Code,
            },
            RequestTokenError::Request(HttpError::TooLarge) | RequestTokenError::Parse(..) => {
                Refused::Token(TokenFault::Malformed)
            }
            RequestTokenError::Request(_) | RequestTokenError::Other(_) => Refused::Unreachable,
        })?;
        response.id_token().cloned().ok_or(Refused::Token(TokenFault::Malformed))
    }
}
