//! The only module that calls the server: the client of the app, and what the proxy says of the session.

use autotask_client::{Client, browser::Fetch};
use autotask_core::Failure;
use gloo_net::http::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::Value;

use crate::session;

/// The proxy serves Autotask's API below this path, on the page's own origin.
const REST_ROOT: &str = "/ATServicesRest";

/// Calls Autotask through the proxy.
pub type Api = Client<Fetch>;

/// The client.
pub fn api() -> Api {
    Client::new(Fetch::new(REST_ROOT).telling(session::note_status))
}

/// What the proxy says of the session.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionAnswer {
    /// Who works here.
    pub user: UserAnswer,
    /// `demo` or `serve`.
    pub mode: String,
    /// `sandbox` or `production`.
    pub environment: String,
    /// The root of Autotask's own screens, for links into them.
    pub web_url: Option<String>,
    /// What the role is let do.
    pub may: Value,
}

/// A person.
#[derive(Debug, Deserialize)]
pub struct UserAnswer {
    /// The name.
    pub name: String,
    /// The login, of who signs in; none in the demo and where nobody does.
    pub login: Option<String>,
    /// `viewer`, `editor` or `administrator`.
    pub role: String,
}

/// Asks the proxy for the session.
pub async fn session() -> Result<SessionAnswer, Failure> {
    read_session(own(Verb::Get, "session", None).await?)
}

/// Signs in.
///
/// # Errors
///
/// A [`Failure`]: login or password are wrong, too many tries, the server does not answer.
pub async fn sign_in(login: &str, password: &str) -> Result<SessionAnswer, Failure> {
    let body = serde_json::json!({"login": login, "password": password});
    read_session(own(Verb::Post, "session", Some(&body)).await?)
}

/// What the identity provider is called that people sign in with; `None` where there is none.
pub async fn sign_in_provider() -> Option<String> {
    let ways = own(Verb::Get, "sign-in", None).await.ok()?;
    Some(ways.get("provider")?.get("name")?.as_str()?.to_owned())
}

/// Begins a sign-in with the identity provider: the address to which the browser goes.
///
/// # Errors
///
/// A [`Failure`]: the provider or the server does not answer.
pub async fn begin_sign_in(return_to: &str) -> Result<String, Failure> {
    let begun = own(Verb::Post, "sign-in", Some(&serde_json::json!({"returnTo": return_to}))).await?;
    let url = begun.get("url").and_then(Value::as_str);
    url.map(str::to_owned).ok_or_else(|| Failure::unreachable("the server does not say where to sign in"))
}

/// Signs out.
///
/// # Errors
///
/// A [`Failure`] when the server does not answer.
pub async fn sign_out() -> Result<(), Failure> {
    own(Verb::Delete, "session", None).await.map(drop)
}

fn read_session(json: Value) -> Result<SessionAnswer, Failure> {
    serde_json::from_value(json).map_err(|_| {
        Failure::new(
            autotask_core::FailureKind::Malformed,
            200,
            vec!["the server's session is not readable".to_owned()],
        )
    })
}

/// How something below `/api` is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Verb {
    /// Reads.
    Get,
    /// Adds.
    Post,
    /// Sets.
    Put,
    /// Changes a part.
    Patch,
    /// Takes away.
    Delete,
}

/// Asks for what the proxy itself knows and keeps, by its path below `/api`.
///
/// # Errors
///
/// Any [`Failure`]; its status is the answer's.
pub async fn own(verb: Verb, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let (status, body) = own_bytes(verb, path, body).await?;
    read_own(status, &body)
}

/// What an answer of the proxy's own holds.
///
/// # Errors
///
/// As [`own`].
pub fn read_own(status: u16, body: &[u8]) -> Result<Value, Failure> {
    match status {
        204 => Ok(Value::Null),
        // What was made is answered with 201, which Autotask never does.
        201 => autotask_core::response::read(200, body),
        status => autotask_core::response::read(status, body),
    }
}

/// The same as it comes: the status and the body.
///
/// # Errors
///
/// A [`Failure`] when the server does not answer.
pub async fn own_bytes(verb: Verb, path: &str, body: Option<&Value>) -> Result<(u16, Vec<u8>), Failure> {
    let unreachable = |_| Failure::unreachable("the server does not answer");
    let method = match verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    };
    let builder =
        RequestBuilder::new(&["/api/", path].concat()).method(method).header("X-Requested-With", "autotask-crm");
    let request = match body {
        Some(body) => builder.header("Content-Type", "application/json").body(body.to_string()),
        None => builder.build(),
    };
    let response = request.map_err(unreachable)?.send().await.map_err(unreachable)?;
    let status = response.status();
    // Signing in and out says by itself what 401 means there.
    if path != "session" {
        session::note_status(status);
    }
    Ok((status, response.binary().await.map_err(unreachable)?))
}
