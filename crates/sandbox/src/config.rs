//! Config: everything that can be set about a sandbox.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use autotask_core::Instant;
use serde::{Deserialize, Serialize};

/// The user name that a sandbox takes unless told otherwise.
pub const DEFAULT_USER: &str = "api-user@sandbox.test";
/// The secret that a sandbox takes unless told otherwise.
pub const DEFAULT_SECRET: &str = "sandbox-secret";
/// The integration code that a sandbox takes unless told otherwise.
pub const DEFAULT_INTEGRATION_CODE: &str = "SANDBOX-TRACKING-ID";
/// Companies in a new world unless told otherwise, the MSP's own one not counted.
pub const DEFAULT_COMPANIES: u32 = 2_000;

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Which bytes of a webhook's body are sent. The signature is always that of the escaped ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WebhookBody {
    /// Those that were signed, with `&`, quotes, angle brackets and all that is not ASCII as `\uXXXX`.
    #[default]
    AsSigned,
    /// The same JSON with as few escapes as there can be, as a receiver has it whose framework read the body and wrote it
    /// again: the signature fits only after the escapes are put back.
    Unescaped,
}

/// How a sandbox is opened.
#[derive(Clone)]
pub struct Config {
    /// The database file; `None` or `:memory:`: in memory, gone at the end.
    pub database: Option<PathBuf>,
    /// Companies in a new world, the MSP's own one not counted.
    pub companies: u32,
    /// Contacts in a new world, spread evenly; `None`: 3 to 8 for each company.
    pub contacts: Option<u32>,
    /// What the world is made from; the same seed makes the same world on every machine.
    pub seed: u64,
    /// The day on which the world was made; `None`: now. Give it for a world that is the same tomorrow.
    pub world_now: Option<Instant>,
    /// Whether to refuse what Autotask would silently drop: unknown operators, unknown and read-only members of a
    /// write, unknown user-defined fields.
    pub strict: bool,
    /// Whether companies have two levels and no more, as in Autotask's screens.
    pub two_level_parents: bool,
    /// What is refused because there was too much of it.
    pub limits: Limits,
    /// What goes wrong from the start, as JSON: one fault or a list of them.
    pub faults: Option<serde_json::Value>,
    /// Whether pages on this machine may call it from a browser.
    pub cors: bool,
    /// The three headers it takes.
    pub credentials: Credentials,
    /// Which bytes of a webhook's body are sent.
    pub webhook_body: WebhookBody,
    /// What tells the time.
    pub clock: Clock,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            database: None,
            companies: DEFAULT_COMPANIES,
            contacts: None,
            seed: 1,
            world_now: None,
            strict: false,
            two_level_parents: false,
            limits: Limits::default(),
            faults: None,
            cors: true,
            credentials: Credentials::default(),
            webhook_body: WebhookBody::default(),
            clock: Arc::new(system_clock),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("database", &self.database)
            .field("companies", &self.companies)
            .field("contacts", &self.contacts)
            .field("seed", &self.seed)
            .field("world_now", &self.world_now)
            .field("strict", &self.strict)
            .field("two_level_parents", &self.two_level_parents)
            .field("limits", &self.limits)
            .field("faults", &self.faults)
            .field("cors", &self.cors)
            .field("credentials", &self.credentials)
            .field("webhook_body", &self.webhook_body)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The file, `None` for a world in memory.
    pub(crate) fn file(&self) -> Option<&std::path::Path> {
        self.database.as_deref().filter(|path| path.as_os_str() != ":memory:")
    }

    pub(crate) fn now(&self) -> Instant {
        (self.clock)()
    }
}

/// How much Autotask takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of a rolling hour at which the tenant is suspended; `None`: no limit.
    pub requests_per_hour: Option<u32>,
    /// Whether calls get slower as the hour fills: 0.5 s from half of the limit, 1 s from three quarters.
    pub latency: bool,
    /// Requests at once for one endpoint, before the next one is refused; `None`: no limit.
    pub threads_per_endpoint: Option<u32>,
}

impl Default for Limits {
    /// Those of a real tenant.
    fn default() -> Limits {
        Limits { requests_per_hour: Some(10_000), latency: true, threads_per_endpoint: Some(3) }
    }
}

impl Limits {
    /// No limits, for work in bulk.
    pub const NONE: Limits = Limits { requests_per_hour: None, latency: false, threads_per_endpoint: None };
}

/// The three headers of every call. `Debug` shows none of the values.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `UserName`.
    pub user: String,
    /// `Secret`.
    pub secret: String,
    /// `ApiIntegrationCode`.
    pub integration_code: String,
}

impl Default for Credentials {
    fn default() -> Credentials {
        Credentials {
            user: DEFAULT_USER.to_owned(),
            secret: DEFAULT_SECRET.to_owned(),
            integration_code: DEFAULT_INTEGRATION_CODE.to_owned(),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// The machine's clock, to the millisecond.
fn system_clock() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(0).saturating_mul(10_000))
}
