//! `autotask-crm serve`: the workbench before Autotask.

use std::path::PathBuf;

use anyhow::Result;
use autotask_proxy::{Config, Mode, Proxy, UpstreamUrl, check_listen, find_zone};
use clap::Args;

use crate::app_files;
use crate::listen::{self, Stop};
use crate::say::say;
use crate::settings::{Settings, store_or_default};

#[derive(Args)]
pub(crate) struct Options {
    /// A file of settings; each can also come from the environment, which wins
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let settings = Settings::read(options.config.as_deref(), |name| std::env::var(name).ok())?;
    check_listen(settings.listen, settings.public_url.as_deref())?;
    let app = app_files::load(settings.app.as_deref())?;
    let listener = listen::bind(settings.listen, "`listen` in the file of settings, or AUTOTASK_CRM_LISTEN").await?;
    let metrics = listen::bind_metrics(settings.metrics_listen).await?;
    let upstream = match &settings.url {
        Some(url) => UpstreamUrl::parse(Mode::Serve, url)?,
        None => find_zone(&settings.credentials.user_name).await?,
    };
    let address = listen::address(&listener)?;
    let mut config = Config::new(address, upstream, settings.credentials);
    config.is_zone_found = settings.url.is_none();
    config.clients = settings.clients;
    config.reads_per_hour = settings.reads_per_hour.unwrap_or(config.reads_per_hour);
    config.audit_months = settings.audit_months.unwrap_or(config.audit_months);
    config.act_as_person = settings.act_as_person;
    config.cors_origin = settings.cors_origin;
    config.app = app;
    config.store = Some(store_or_default(settings.store)?);
    let url = match &settings.public_url {
        Some(url) => format!("{url}/"),
        None => format!("http://{address}/"),
    };
    config.public_url = settings.public_url;
    config.sign_in_service = settings.sign_in_service;
    let proxy = Proxy::new(config)?;
    if !proxy.has_users() {
        say(
            "No users: only this machine may call, and whoever sits at it may do everything; add one with `autotask-crm user add`",
        );
    }
    listen::say_metrics(metrics.as_ref())?;
    say(&format!("CRM workbench: {url}"));
    listen::say_clock(&proxy);
    let stop = Stop::on_signal();
    let app = listen::serve(listener, proxy.router(), stop.clone());
    tokio::try_join!(app, listen::serve_metrics(metrics, &proxy, stop)).map(|_| ())
}
