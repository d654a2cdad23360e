//! `autotask-crm demo`: the workbench and a sandbox in one process.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use autotask_proxy::{ActAsPerson, Credentials, Mode, Proxy, UpstreamUrl};
use autotask_sandbox::{Config, DEFAULT_COMPANIES, DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER, Sandbox};
use clap::Args;

use crate::data_folder::data_file;
use crate::listen::{self, Stop};
use crate::say::say;
use crate::{app_files, browser, sandbox};

/// The folder's word for a database in memory.
const IN_MEMORY: &str = ":memory:";

#[derive(Args)]
pub(crate) struct Options {
    /// Where the app and the proxy listen
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the sandbox listens
    #[arg(long, default_value_t = 8081)]
    sandbox_port: u16,
    /// How many companies a new sandbox has
    #[arg(long, default_value_t = DEFAULT_COMPANIES, value_name = "N")]
    companies: u32,
    /// Where the sandbox keeps its data, or `:memory:`; without it, in your data folder
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Where the workbench keeps runs, drafts and the audit of writes; without it beside the sandbox that is kept by
    /// default, otherwise in memory
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The folder of the built app; without it the one inside of this program
    #[arg(long, value_name = "DIR")]
    app: Option<PathBuf>,
    /// Let people sign in, as with `serve`: the store with the users, made by `autotask-crm user add` with
    /// AUTOTASK_CRM_STORE=FILE
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// Whether people write in their own names at the sandbox: `off`, `when_mapped` or `required`
    #[arg(long, value_name = "WHEN", requires = "users", default_value = "off")]
    act_as_person: ActAsPerson,
    /// Where Prometheus reads `/metrics`, such as `127.0.0.1:9464`; nowhere without it
    #[arg(long, value_name = "ADDRESS", value_parser = listen::parse)]
    metrics_listen: Option<SocketAddr>,
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// Use a sandbox that already runs, such as `http://127.0.0.1:8081`, and start none
    #[arg(long, value_name = "URL", conflicts_with_all = ["database", "companies", "sandbox_port"])]
    sandbox_url: Option<String>,
    /// Neither count calls nor let them wait: for benchmarks and for work in bulk
    #[arg(long)]
    no_limits: bool,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    ensure!(
        options.sandbox_url.is_some() || options.port != options.sandbox_port || options.port == 0,
        "the app and the sandbox cannot share port {}; choose another with --sandbox-port",
        options.port
    );
    let app = app_files::load(options.app.as_deref())?;
    let listener = listen::bind(local(options.port), "--port").await?;
    let address = listen::address(&listener)?;
    let metrics = listen::bind_metrics(options.metrics_listen).await?;
    let (sandbox_url, sandbox) = match &options.sandbox_url {
        Some(url) => (url.clone(), None),
        None => {
            let listener = listen::bind(local(options.sandbox_port), "--sandbox-port").await?;
            let url = format!("http://{}", listen::address(&listener)?);
            (url, Some((listener, open(&options).await?)))
        }
    };
    let credentials = || Credentials::new(DEFAULT_USER, DEFAULT_SECRET, DEFAULT_INTEGRATION_CODE);
    let upstream = UpstreamUrl::parse(Mode::Demo, &sandbox_url)?;
    let mut config = autotask_proxy::Config::new(address, upstream, credentials());
    config.clients = Some(credentials());
    config.app = app;
    config.sign_in_to_demo = options.users.is_some();
    config.store = match &options.users {
        Some(file) => Some(file.clone()),
        None => store(&options)?,
    };
    config.act_as_person = options.act_as_person;
    config.lift_limits = options.no_limits;
    let workbench = Proxy::new(config)?;

    let url = format!("http://{address}/");
    say(&format!("Sandbox: {sandbox_url}/ATServicesRest/"));
    listen::say_metrics(metrics.as_ref())?;
    say(&format!("CRM workbench: {url}"));
    if !options.no_open {
        browser::open(&url);
    }
    if options.sandbox_url.is_some() {
        listen::say_clock(&workbench);
    }
    // Not before: while a world is made, Ctrl-C ends the process at once.
    let stop = Stop::on_signal();
    let proxy = listen::serve(listener, workbench.router(), stop.clone());
    let metrics = listen::serve_metrics(metrics, &workbench, stop.clone());
    let sandbox = async {
        match sandbox {
            Some((listener, sandbox)) => listen::serve(listener, sandbox.router(), stop).await,
            None => Ok(()),
        }
    };
    tokio::try_join!(proxy, metrics, sandbox).map(|_| ())
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Opens the sandbox; a database of another version is moved aside, since its data is made up.
async fn open(options: &Options) -> Result<Sandbox> {
    let database = match &options.database {
        Some(file) if file.as_os_str() == IN_MEMORY => None,
        Some(file) => Some(file.clone()),
        None => Some(default_database()?),
    };
    let config = Config { database: database.clone(), companies: options.companies, ..Config::default() };
    if !database.as_ref().is_some_and(|file| file.exists()) {
        say(&format!("Making a world of {} companies …", options.companies));
    }
    match (sandbox::open(config.clone()).await?, database) {
        (Err(error), Some(file)) if error.is_other_version() => {
            let aside = move_aside(&file)?;
            say(&format!("The sandbox's data is of another version: it was moved to {}", aside.display()));
            say(&format!("Making a world of {} companies …", options.companies));
            Ok(sandbox::open(config).await??)
        }
        (opened, _) => Ok(opened?),
    }
}

fn default_database() -> Result<PathBuf> {
    data_file("sandbox.db", "name a file with --database")
}

/// Where runs and drafts are kept: beside the sandbox that is kept by default, else as long as this process lasts.
fn store(options: &Options) -> Result<Option<PathBuf>> {
    if options.store.is_some() {
        return Ok(options.store.clone());
    }
    let is_kept = options.database.is_none() && options.sandbox_url.is_none();
    is_kept.then(|| data_file("demo.db", "name a file with --database")).transpose()
}

/// Renames a database and the files that SQLite keeps beside it to names that are free.
fn move_aside(file: &Path) -> Result<PathBuf> {
    let with = |path: &Path, end: &str| {
        let mut name: OsString = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let aside = (1..1000).map(|n| with(file, &format!(".old-{n}"))).find(|path| !path.exists());
    let aside = aside.context("too many old databases beside it; delete some or name a file with --database")?;
    for end in ["-wal", "-shm", ""] {
        let from = with(file, end);
        if from.exists() {
            fs::rename(&from, with(&aside, end))
                .with_context(|| format!("{} cannot be moved aside; name a file with --database", from.display()))?;
        }
    }
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_moved_aside_with_its_companions() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sandbox.db");
        for (round, expected) in [(1, "sandbox.db.old-1"), (2, "sandbox.db.old-2")] {
            fs::write(&file, format!("{round}")).unwrap();
            fs::write(folder.path().join("sandbox.db-wal"), "w").unwrap();
            let aside = move_aside(&file).unwrap();
            assert_eq!(aside, folder.path().join(expected));
            assert_eq!(fs::read_to_string(&aside).unwrap(), format!("{round}"));
            assert!(folder.path().join(format!("{expected}-wal")).exists());
            assert!(!file.exists());
        }
    }
}
