//! Provider: signing in at the shop's own identity provider, from the browser's leaving to its coming back.
//!
//! What waits for a browser is in memory, found by a random id in a short-lived cookie, and spent when the browser comes
//! back: a server that starts again meanwhile has the person sign in again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::random::{self, Hash, hash};
use crate::config::{Error, SignInService};
use crate::oidc::{Http, Identity, OidcConfig, PENDING_FOR, Pending, Provider, Refused, ReturnTo};
use crate::refusal::Refusal;

/// Most sign-ins that are under way. Whoever begins more than people do fills memory with nothing but these.
const PENDING_MAX: usize = 2_000;
/// Where the provider sends the browser back to.
pub(crate) const CALLBACK: &str = "/sign-in/callback";

/// The provider of the settings.
#[derive(Debug)]
pub(crate) struct SignInProvider {
    name: String,
    config: OidcConfig,
    http: Http,
    /// Found when somebody first signs in: a provider that is down must not keep this server from starting.
    found: OnceCell<Provider>,
    pending: Mutex<HashMap<Hash, (Instant, Pending)>>,
}

impl SignInProvider {
    /// Checks the settings; asks nothing yet. `origin` is where people open this server.
    pub(crate) fn new(service: SignInService, origin: &str) -> Result<SignInProvider, Error> {
        let SignInService { name, issuer, client_id, client_secret, tenant } = service;
        let redirect_url = [origin, CALLBACK].concat();
        let config = OidcConfig { issuer, client_id, client_secret, tenant, redirect_url }.checked()?;
        Ok(SignInProvider { name, config, http: Http::new()?, found: OnceCell::new(), pending: Mutex::default() })
    }

    /// What it is called on the button.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Begins: the address to which the browser goes, and the id under which its coming back is awaited.
    pub(crate) async fn begin(&self, return_to: &str) -> Result<(String, String), Refusal> {
        let (url, pending) = self.provider().await?.begin(return_to, SystemTime::now());
        let id = random::text()?;
        let mut all = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.retain(|_, (until, _)| now < *until);
        if all.len() >= PENDING_MAX {
            return Err(Refusal::Busy);
        }
        all.insert(hash(&id), (now + PENDING_FOR, pending));
        Ok((url, id))
    }

    /// Finishes what was begun under this id, which is spent by that.
    pub(crate) async fn finish(&self, query: &str, id: Option<&str>) -> Result<(Identity, ReturnTo), Refused> {
        let pending = id.and_then(|id| self.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash(id)));
        let (_, pending) = pending.ok_or(Refused::State)?;
        let return_to = pending.return_to().clone();
        let provider = self.provider().await.map_err(|_| Refused::Unreachable)?;
        Ok((provider.finish(query, pending, SystemTime::now()).await?, return_to))
    }

    async fn provider(&self) -> Result<&Provider, Refusal> {
        let find = || Provider::discover(self.config.clone(), self.http.clone());
        self.found.get_or_try_init(find).await.map_err(|error| {
            tracing::error!(%error, "the provider that people sign in with cannot be used");
            Refusal::SignInService(Refused::Unreachable)
        })
    }
}
