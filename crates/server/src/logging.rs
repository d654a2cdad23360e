//! Logging: lines on standard error, so that standard output stays for what people and scripts read.

use std::io::{self, IsTerminal};

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;

/// Starts logging what the filter names.
pub(crate) fn start(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|_| {
        anyhow!(
            "`{filter}` is not a log filter; try `info` or `autotask_proxy=debug`, with --log or in AUTOTASK_CRM_LOG"
        )
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    Ok(())
}
