//! The native transport: reqwest, with Autotask's three headers.

use std::fmt;
use std::time::Duration;

use autotask_core::Request;
use autotask_core::route::Method;

use autotask_core::request::IDEMPOTENCY_KEY;

use crate::transport::{Answer, Transport};

/// Autotask cuts a call after about five minutes; we wait a little longer, to hear it say so.
const TIMEOUT: Duration = Duration::from_secs(330);

/// What identifies an API user. `Debug` shows none of the values.
#[derive(Clone)]
pub struct Credentials {
    /// The API user's login.
    pub user_name: String,
    /// Its secret.
    pub secret: String,
    /// The tracking identifier of the integration.
    pub integration_code: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials { .. }")
    }
}

/// Calls a REST root such as `https://webservices18.autotask.net/ATServicesRest`.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    root: String,
    credentials: Credentials,
}

impl Http {
    /// A transport to this root. Redirects are not followed: they would carry the credentials elsewhere.
    ///
    /// # Errors
    ///
    /// When no TLS library can be set up.
    pub fn new(root: impl Into<String>, credentials: Credentials) -> Result<Http, reqwest::Error> {
        let root = root.into().trim_end_matches('/').to_owned();
        let builder = reqwest::Client::builder();
        // Without TLS it is a server on this machine, which no proxy reaches.
        let builder = if root.starts_with("http://") { builder.no_proxy() } else { builder };
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            // Whether something is sent again, the caller decides.
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(Duration::from_secs(10))
            .timeout(TIMEOUT)
            .build()?;
        Ok(Http { client, root, credentials })
    }
}

impl Transport for Http {
    async fn send(&self, request: &Request, key: Option<&str>) -> Result<Answer, String> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self
            .client
            .request(method, format!("{}{}", self.root, request.path))
            .header("UserName", &self.credentials.user_name)
            .header("Secret", &self.credentials.secret)
            .header("ApiIntegrationCode", &self.credentials.integration_code);
        if let Some(key) = key {
            builder = builder.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(body) = &request.body {
            builder = builder.header("Content-Type", "application/json").body(body.clone());
        }
        let say = |error: reqwest::Error| {
            if error.is_timeout() {
                "no answer came in time".to_owned()
            } else if error.is_connect() {
                "no connection could be made".to_owned()
            } else {
                "the connection was lost".to_owned()
            }
        };
        let response = builder.send().await.map_err(say)?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(say)?;
        Ok(Answer { status, body: body.to_vec() })
    }
}
