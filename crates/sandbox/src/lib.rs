//! A local server that behaves like Autotask's REST API, with a made-up MSP's book in SQLite.
//!
//! ```text
//! request ──auth──► route (core) ──► query ──Typed──► SQL ──► rows ──► JSON
//!                                 ├─► metadata  ◄── Tenant (core's facts + this instance's lists and own fields)
//!                                 └─► write ──checks──rules──► one transaction ──► webhooks ──► receivers
//! seed ──► world ──► store
//! ```
//!
//! What it does is what `protocol.md` of the Autotask papers records; where that is silent, the decision stands in a
//! comment beside the code, beginning with `Decision:`.

mod answer;
mod auth;
mod clock;
mod config;
mod error;
mod faults;
mod limits;
mod outlet;
mod periods;
mod recorder;
mod routes;
mod settings;
mod store;
mod tenant;
mod webhooks;
mod world;
mod write;

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;

pub use config::{
    Clock, Config, Credentials, DEFAULT_COMPANIES, DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER, Limits,
    WebhookBody,
};
pub use error::Error;

use auth::Logins;
use clock::MovableClock;
use faults::{Faults, Rule};
use limits::{Threads, Threshold};
use recorder::Recorder;
use settings::{Changes, Settings};
use store::Store;
use tenant::Tenant;
use webhooks::Worker;
use write::Volume;

/// A sandbox: a world, and the server over it. Clones share both.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) store: Store,
    tenant: RwLock<Arc<Tenant>>,
    settings: RwLock<Arc<Settings>>,
    pub(crate) clock: MovableClock,
    pub(crate) logins: Logins,
    pub(crate) threshold: Threshold,
    pub(crate) threads: Threads,
    pub(crate) faults: Faults,
    pub(crate) recorder: Recorder,
    pub(crate) webhooks: Worker,
    pub(crate) volume: Volume,
}

impl Sandbox {
    /// Opens the database, or makes it and fills it with a world.
    ///
    /// Making 100,000 companies takes a minute or two; nothing is served meanwhile.
    ///
    /// # Errors
    ///
    /// An [`Error`] that says what to do, when the file cannot be read or written, is not a sandbox's, or was made by
    /// another version, or when the configured faults cannot be understood.
    pub fn open(mut config: Config) -> Result<Sandbox, Error> {
        let faults = Faults::default();
        if let Some(rules) = &config.faults {
            let rules = Rule::read_all(rules).map_err(|why| Error::faults(&why))?;
            faults.add(rules).map_err(|why| Error::faults(&why))?;
        }
        let clock = MovableClock::new(Arc::clone(&config.clock));
        config.clock = clock.shared();
        let store = Store::open(&config)?;
        let tenant = store.tenant().map_err(|cause| Error::storage(config.database.as_deref(), cause))?;
        Ok(Sandbox {
            inner: Arc::new(Inner {
                settings: RwLock::new(Arc::new(Settings::new(&config))),
                config,
                store,
                tenant: RwLock::new(Arc::new(tenant)),
                clock,
                logins: Logins::default(),
                threshold: Threshold::default(),
                threads: Threads::default(),
                faults,
                recorder: Recorder::default(),
                webhooks: Worker::default(),
                volume: Volume::default(),
            }),
        })
    }

    /// The server: `/ATServicesRest/…` as Autotask has it, `/_sandbox/…` for what Autotask does not have.
    ///
    /// Within a tokio runtime this also starts the one task that delivers webhooks; it ends with the last clone of the
    /// sandbox and its routers.
    pub fn router(&self) -> Router {
        Worker::start(&self.inner);
        routes::router(Arc::clone(&self.inner))
    }

    /// Lets people do one thing in the book, as `POST /_sandbox/life` does. Blocks for a few milliseconds; what fails
    /// goes to the log.
    pub fn live(&self) {
        match routes::life::step(&self.inner) {
            Ok(step) => tracing::info!(%step, "something happened"),
            Err(refusal) => tracing::warn!(refusal = refusal.text(), "nothing could happen"),
        }
    }

    /// How it was opened.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }
}

impl Inner {
    /// The instance's metadata as it is now.
    pub(crate) fn tenant(&self) -> Arc<Tenant> {
        Arc::clone(&self.tenant.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How it behaves now.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change_settings(&self, changes: &Changes) {
        let mut settings = self.settings.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Settings::clone(&settings);
        changed.change(changes);
        *settings = Arc::new(changed);
    }

    /// Reads the metadata again, after a user-defined field was made or changed.
    pub(crate) fn reload_tenant(&self) -> rusqlite::Result<()> {
        let fresh = Arc::new(self.store.tenant()?);
        *self.tenant.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Makes the world anew.
    pub(crate) fn reset(&self) -> Result<(), Error> {
        self.store.reset(&self.config)?;
        self.volume.clear();
        self.reload_tenant().map_err(|cause| Error::storage(self.config.database.as_deref(), cause))
    }
}
