//! `autotask-crm doctor`: looks whether Autotask is reached with these settings, and what the API user may do there.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use autotask_proxy::{Config, Credentials, Health, Mode, Proxy, Report, UpstreamUrl, find_zone};
use clap::Args;

use crate::say::say;
use crate::settings::{Caller, store_to_look_at};

const EXAMPLES: &str = "Examples:
  autotask-crm doctor --config crm.toml
  AUTOTASK_USERNAME=api-user@sandbox.test AUTOTASK_SECRET=sandbox-secret \\
    AUTOTASK_INTEGRATION_CODE=SANDBOX-TRACKING-ID autotask-crm doctor --url http://127.0.0.1:8081

Ends with 0 when nothing failed, 1 when something did, 2 for wrong settings. About four calls are made; nothing is changed.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// A file of settings as `serve` takes it; each can also come from the environment, which wins
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address of the zone, or of a sandbox on this machine; without it AUTOTASK_URL, or the zone is looked up
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Write JSON, as `/api/doctor` does
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: Options) -> Result<ExitCode> {
    let (caller, store) =
        Caller::with_store(options.config.as_deref(), options.url.as_deref(), |name| std::env::var(name).ok())?;
    let native = caller.credentials;
    let credentials = Credentials::new(native.user_name, native.secret, native.integration_code);
    let upstream = match &caller.url {
        Some(url) => UpstreamUrl::parse(Mode::Serve, url)
            .or_else(|error| UpstreamUrl::parse(Mode::Demo, url).map_err(|_| error))?,
        None => find_zone(&credentials.user_name).await?,
    };
    let mut config = Config::new(([127, 0, 0, 1], 0).into(), upstream, credentials);
    let file = store_to_look_at(store);
    // To look must not make it.
    config.store = file.clone().filter(|file| file.exists());
    let is_new = config.store.is_none();
    let mut report = Proxy::new(config)?.examine().await;
    if let Some((file, check)) = file.zip(report.checks.iter_mut().find(|check| check.id == "store")) {
        let shown = file.display();
        check.detail = if is_new { format!("{shown} is made when `serve` starts") } else { shown.to_string() };
    }
    if options.json {
        say(&serde_json::to_string_pretty(&report)?);
    } else {
        write(&report);
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(report: &Report) {
    for check in &report.checks {
        let health = match check.health {
            Health::Ok => "ok",
            Health::Warning => "warning",
            Health::Failed => "FAILED",
            Health::Skipped => "skipped",
        };
        say(&format!("{health:<8} {:<18} {}", check.title, check.detail));
        if let Some(advice) = &check.advice {
            say(&format!("{:<8} {:<18} -> {advice}", "", ""));
        }
    }
}
