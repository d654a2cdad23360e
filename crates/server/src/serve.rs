//! `autotask-crm serve`: the workbench before Autotask.

use std::path::PathBuf;

use anyhow::Result;
use autotask_proxy::{Config, Mode, Proxy, UpstreamUrl, check_listen, find_zone};
use clap::Args;

use crate::app_files;
use crate::data_folder::data_file;
use crate::listen::{self, Stop};
use crate::say::say;
use crate::settings::Settings;

/// What `serve` keeps, in the data folder, unless a file is named.
pub(crate) const DATA_FILE: &str = "workbench.db";

#[derive(Args)]
pub(crate) struct Options {
    /// A file of settings; each can also come from the environment, which wins
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let settings = Settings::read(options.config.as_deref(), |name| std::env::var(name).ok())?;
    check_listen(settings.listen)?;
    let app = app_files::load(settings.app.as_deref())?;
    let listener = listen::bind(settings.listen, "`listen` in the file of settings, or AUTOTASK_CRM_LISTEN").await?;
    let upstream = match &settings.url {
        Some(url) => UpstreamUrl::parse(Mode::Serve, url)?,
        None => find_zone(&settings.credentials.user_name).await?,
    };
    let address = listen::address(&listener)?;
    let mut config = Config::new(address, upstream, settings.credentials);
    config.clients = settings.clients;
    config.audit_months = settings.audit_months.unwrap_or(config.audit_months);
    config.cors_origin = settings.cors_origin;
    config.app = app;
    config.store = Some(match settings.store {
        Some(file) => file,
        None => data_file(DATA_FILE, "name a file with `store` in the file of settings, or AUTOTASK_CRM_STORE")?,
    });
    let router = Proxy::new(config)?.router();
    say(&format!("CRM workbench: http://{address}/"));
    listen::serve(listener, router, Stop::on_signal()).await
}
