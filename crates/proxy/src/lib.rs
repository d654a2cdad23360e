//! The proxy between the browser and Autotask: keeps the credentials, lets through only what is listed.
//!
//! ```text
//! request ─► headers ─► log ─► panics ─► access ─┬─► /api/…             session, health, runs, drafts ◄─► store
//!                                                ├─► /ATServicesRest/…  outbound ─► (store) ─► upstream ─► rewrite ─► answer
//!                                                └─► everything else    the app's files
//! ```
//!
//! Nothing of a browser's request is copied: [`core::route`](autotask_core::route) turns it into an operation, and
//! `outbound` builds the request to Autotask from that. What is not in core's table does not pass. An answer that is too large
//! to be held is handed on as it comes: `tail` reads it, `json_pieces` checks it and changes its page addresses.

mod access;
mod addresses;
mod assets;
pub mod audit;
mod clock;
mod config;
mod doctor;
mod gate;
mod json_pieces;
mod log;
mod metrics;
pub mod oidc;
mod outbound;
mod page_cursor;
mod people;
mod refusal;
mod rewrite;
mod routes;
mod secret;
mod security_headers;
mod state;
mod store;
mod tail;
mod under_way;
mod upstream;
mod upstream_url;
mod wire;
mod zone;

use std::sync::Arc;

use axum::Router;

pub use assets::Assets;
pub use clock::Clock;
pub use config::{Config, Error, Mode, SignInService, check_listen};
pub use doctor::{Check, Health, Report};
pub use people::{ActAsPerson, PersonResource, ResourceChoice, ResourceFrom, Role, User, Users, generate_password};
pub use secret::{Credentials, Secret};
pub use upstream_url::UpstreamUrl;
pub use zone::find_zone;

use state::State;

/// The header and value with which the app marks its requests. No other page can send it without a preflight.
pub const SESSION_HEADER: (&str, &str) = ("x-requested-with", "autotask-crm");

/// What this server calls itself wherever it asks.
const USER_AGENT: &str = concat!("autotask-crm/", env!("CARGO_PKG_VERSION"));

/// A proxy that is ready to serve.
#[derive(Clone, Debug)]
pub struct Proxy {
    state: Arc<State>,
}

impl Proxy {
    /// Checks the configuration and prepares the connection to Autotask; sends nothing yet.
    ///
    /// # Errors
    ///
    /// A sentence that says which setting is wrong and what to put there.
    pub fn new(config: Config) -> Result<Proxy, Error> {
        Ok(Proxy { state: Arc::new(State::new(config)?) })
    }

    /// Looks whether this server reaches Autotask and may do there what the workbench does.
    pub async fn examine(&self) -> Report {
        doctor::examine(&self.state).await
    }

    /// What is wrong with this machine's clock, in a sentence; `None` where it is right or Autotask does not say.
    pub async fn clock_warning(&self) -> Option<String> {
        doctor::clock_warning(&self.state).await
    }

    /// Whether people sign in; otherwise only this machine may call.
    #[must_use]
    pub fn has_users(&self) -> bool {
        self.state.people.had_users()
    }

    /// What Prometheus reads, `/metrics`, to be served at another address than the rest, in the same way.
    pub fn metrics_router(&self) -> Router {
        routes::metrics_router(Arc::clone(&self.state))
    }

    /// Everything the proxy serves.
    ///
    /// Must be served with `into_make_service_with_connect_info::<SocketAddr>()`: a request whose peer is not known
    /// is refused.
    pub fn router(&self) -> Router {
        routes::router(Arc::clone(&self.state))
    }
}

/// The router of a proxy with this configuration.
///
/// # Errors
///
/// As [`Proxy::new`].
pub fn app(config: Config) -> Result<Router, Error> {
    Proxy::new(config).map(|proxy| proxy.router())
}
