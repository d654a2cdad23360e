//! Discovery: the document in which a provider says where it is asked, and what is wrong with one that will not do.

use openidconnect::url::Url;
use openidconnect::{AuthType, AuthUrl, IssuerUrl, TokenUrl};
use serde::Deserialize;

use super::config::OidcConfig;
use super::http::{Http, is_allowed};
use crate::config::Error;

/// What stands for the directory in the documents that Entra ID has for all of them.
pub(super) const TENANT_TEMPLATE: &str = "{tenantid}";
/// The names under which Entra ID has such a document.
const SHARED: [&str; 3] = ["common", "organizations", "consumers"];

/// The members of the document that count.
#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    // Absent means: not said, which some providers do (Entra ID names no method of PKCE and takes S256).
    response_types_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// A provider that can be used.
#[derive(Debug)]
pub(super) struct Discovered {
    /// The issuer of its tokens, with the tenant in it.
    pub(super) issuer: IssuerUrl,
    pub(super) authorization: AuthUrl,
    pub(super) token: TokenUrl,
    pub(super) keys: Url,
    /// Whether it names itself when it sends a browser back (RFC 9207).
    pub(super) names_itself: bool,
    /// How it wants the client's secret.
    pub(super) authentication: AuthType,
}

/// Asks the provider; the configuration is checked already.
pub(super) async fn discover(config: &OidcConfig, http: &Http) -> Result<Discovered, Error> {
    let issuer = &config.issuer;
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let url = Url::parse(&url).map_err(|_| Error::new("the issuer is no address; it begins with `https://`"))?;
    let body = http.get(&url).await.map_err(|why| {
        Error::new(format!(
            "the sign-in service `{issuer}` cannot be reached: {why}; check the issuer, and that this server has access \
             to it"
        ))
    })?;
    let document: Document = serde_json::from_slice(&body).map_err(|_| {
        Error::new(format!(
            "what `{issuer}` has at `/.well-known/openid-configuration` is no OpenID Connect document; check the issuer"
        ))
    })?;
    let token_issuer = token_issuer(config, &document.issuer)?;
    document.check(issuer)?;
    let authentication = document.authentication(config)?;
    let endpoint = |name: &str, text: &str| {
        let url = Url::parse(text).ok().filter(is_allowed);
        // A provider on the internet has nothing on this machine.
        let url = url.filter(|url| url.scheme() == "https" || issuer.starts_with("http:"));
        url.ok_or_else(|| Error::new(format!("the `{name}` of `{issuer}` is not `https://`; nothing is sent there")))
    };
    Ok(Discovered {
        issuer: IssuerUrl::new(token_issuer).map_err(|_| Error::new("the issuer of the document is no address"))?,
        authorization: AuthUrl::from_url(endpoint("authorization_endpoint", &document.authorization_endpoint)?),
        token: TokenUrl::from_url(endpoint("token_endpoint", &document.token_endpoint)?),
        keys: endpoint("jwks_uri", &document.jwks_uri)?,
        names_itself: document.authorization_response_iss_parameter_supported,
        authentication,
    })
}

/// The issuer that tokens must have: the configured one, or Entra ID's with the tenant in the place of its template.
fn token_issuer(config: &OidcConfig, said: &str) -> Result<String, Error> {
    let configured = &config.issuer;
    if !said.contains(TENANT_TEMPLATE) {
        return match said == configured {
            true => Ok(said.to_owned()),
            false => Err(Error::new(format!(
                "the sign-in service calls itself another issuer than `{configured}`; copy the issuer exactly as its \
                 document has it, with or without the `/` at the end"
            ))),
        };
    }
    let Some(tenant) = &config.tenant else {
        return Err(Error::new(format!(
            "`{configured}` signs in people of every organization; name the tenant, the one directory whose people may \
             sign in"
        )));
    };
    let is_same =
        SHARED.into_iter().chain([tenant.as_str()]).any(|name| said.replace(TENANT_TEMPLATE, name) == *configured);
    match is_same {
        true => Ok(said.replace(TENANT_TEMPLATE, tenant)),
        false => Err(Error::new(format!(
            "the sign-in service calls itself another issuer than `{configured}`; for Entra ID it is \
             `https://login.microsoftonline.com/` with the tenant and `/v2.0`"
        ))),
    }
}

impl Document {
    fn check(&self, issuer: &str) -> Result<(), Error> {
        let lacks = |listed: &Option<Vec<String>>, names: &[&str]| {
            listed.as_ref().is_some_and(|listed| !listed.iter().any(|name| names.contains(&name.as_str())))
        };
        if lacks(&self.response_types_supported, &["code"]) {
            return Err(Error::new(format!(
                "`{issuer}` has no authorization code flow, the only one that is used here"
            )));
        }
        if lacks(&self.code_challenge_methods_supported, &["S256"]) {
            return Err(Error::new(format!("`{issuer}` has PKCE without S256, the only method that is used here")));
        }
        if lacks(&self.id_token_signing_alg_values_supported, &["RS256", "ES256"]) {
            return Err(Error::new(format!(
                "`{issuer}` signs with neither RS256 nor ES256; choose one of them for this client"
            )));
        }
        Ok(())
    }

    /// How the secret is sent: as the protocol's default where it may, else in the body.
    fn authentication(&self, config: &OidcConfig) -> Result<AuthType, Error> {
        let takes = |method: &str| {
            self.token_endpoint_auth_methods_supported
                .as_ref()
                .map_or(method == "client_secret_basic", |methods| methods.iter().any(|other| other == method))
        };
        match (&config.client_secret, takes("client_secret_basic"), takes("client_secret_post")) {
            (None, ..) | (Some(_), false, true) => Ok(AuthType::RequestBody),
            (Some(_), true, _) => Ok(AuthType::BasicAuth),
            (Some(_), false, false) => Err(Error::new(format!(
                "`{}` takes no client secret, only certificates; register this client with a secret, or as a public one",
                config.issuer
            ))),
        }
    }
}
