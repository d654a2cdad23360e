//! The only module that calls the server: the client of the app, and what the proxy says of the session.

use autotask_client::{Client, browser::Fetch};
use autotask_core::Failure;
use serde::Deserialize;

/// The proxy serves Autotask's API below this path, on the page's own origin.
const REST_ROOT: &str = "/ATServicesRest";

/// Calls Autotask through the proxy.
pub type Api = Client<Fetch>;

/// The client.
pub fn api() -> Api {
    Client::new(Fetch::new(REST_ROOT))
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
}

/// A person.
#[derive(Debug, Deserialize)]
pub struct UserAnswer {
    /// The name.
    pub name: String,
}

/// Asks the proxy for the session.
pub async fn session() -> Result<SessionAnswer, Failure> {
    let unreachable = |_| Failure::unreachable("the server does not answer");
    let response = gloo_net::http::Request::get("/api/session")
        .header("X-Requested-With", "autotask-crm")
        .send()
        .await
        .map_err(unreachable)?;
    let status = response.status();
    let body = response.binary().await.map_err(unreachable)?;
    let json = autotask_core::response::read(status, &body)?;
    serde_json::from_value(json).map_err(|_| {
        Failure::new(
            autotask_core::FailureKind::Malformed,
            status,
            vec!["the server's session is not readable".to_owned()],
        )
    })
}
