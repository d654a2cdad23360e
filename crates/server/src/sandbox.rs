//! `autotask-crm sandbox`: a local server that behaves like Autotask.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use autotask_sandbox::{
    Config, DEFAULT_COMPANIES, DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER, Limits, Sandbox,
};
use clap::Args;

use crate::listen::{self, Stop};
use crate::say::say;

#[derive(Args)]
pub(crate) struct Options {
    /// Where the sandbox listens
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDRESS", value_parser = listen::parse)]
    listen: SocketAddr,
    /// Where the data is kept; without it, or with `:memory:`, in memory
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// How many companies a new world has
    #[arg(long, default_value_t = DEFAULT_COMPANIES, value_name = "N")]
    companies: u32,
    /// How many contacts a new world has; without it 3 to 8 for each company
    #[arg(long, value_name = "N")]
    contacts: Option<u32>,
    /// What a new world is made from; the same seed makes the same world
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Refuse what Autotask would silently drop
    #[arg(long)]
    strict: bool,
    /// Refuse parents of parents, as Autotask's screens do
    #[arg(long)]
    two_level_parents: bool,
    /// What goes wrong from the start: a file with a list of faults, as `GET /_sandbox/faults` describes them
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Take any number of requests; otherwise 10,000 in an hour and 3 at once for an endpoint, as Autotask does
    #[arg(long)]
    no_limits: bool,
    /// Let people do so many things in a minute: tickets come in, contacts leave, companies move
    #[arg(long, value_name = "PER_MINUTE", value_parser = clap::value_parser!(u32).range(1..=6_000))]
    life: Option<u32>,
    /// Do not let pages on this machine call from a browser
    #[arg(long)]
    no_cors: bool,
}

/// Lets things happen until the process ends.
async fn live(sandbox: Sandbox, per_minute: u32) {
    let mut ticks = tokio::time::interval(Duration::from_secs(60) / per_minute);
    loop {
        ticks.tick().await;
        let sandbox = sandbox.clone();
        if tokio::task::spawn_blocking(move || sandbox.live()).await.is_err() {
            return;
        }
    }
}

fn read_faults(path: &Path) -> Result<serde_json::Value> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| anyhow!("the faults of {name} cannot be read: {error}"))?;
    serde_json::from_str(&text).map_err(|error| anyhow!("{name} is no JSON: {error}"))
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let listener = listen::bind(options.listen, "--listen").await?;
    let address = listen::reached_at(listen::address(&listener)?);
    let sandbox = open(Config {
        database: options.database,
        companies: options.companies,
        contacts: options.contacts,
        seed: options.seed,
        strict: options.strict,
        two_level_parents: options.two_level_parents,
        limits: if options.no_limits { Limits::NONE } else { Limits::default() },
        faults: options.faults.as_deref().map(read_faults).transpose()?,
        cors: !options.no_cors,
        ..Config::default()
    })
    .await??;
    if let Some(per_minute) = options.life {
        tokio::spawn(live(sandbox.clone(), per_minute));
    }
    say(&format!("ApiIntegrationCode: {DEFAULT_INTEGRATION_CODE}  UserName: {DEFAULT_USER}  Secret: {DEFAULT_SECRET}"));
    say(&format!("Examples and switches: http://{address}/"));
    say(&format!("Sandbox: http://{address}/ATServicesRest/"));
    listen::serve(listener, sandbox.router(), Stop::on_signal()).await
}

/// Opens a sandbox on a thread that may block: a new world takes its time.
pub(crate) async fn open(config: Config) -> Result<Result<Sandbox, autotask_sandbox::Error>> {
    tokio::task::spawn_blocking(|| Sandbox::open(config)).await.context("the sandbox failed while it made its world")
}
