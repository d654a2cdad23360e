//! `cargo xtask start`: from a fresh clone to a running app, with no other step.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::app;

#[derive(Args)]
pub(crate) struct Options {
    /// Where the app and the proxy listen
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the sandbox listens
    #[arg(long, default_value_t = 8081)]
    sandbox_port: u16,
    /// How many companies a new sandbox has
    #[arg(long, default_value_t = 2000)]
    companies: u32,
    /// Where the sandbox keeps its data; without it, in your data folder
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
}

/// `from` is the folder in which the person typed the command.
pub(crate) fn run(options: &Options, from: &Path) -> Result<ExitCode> {
    // Before the long build, not after it.
    check_ports(options)?;
    let dist = app::build()?;
    let server = app::build_server()?;
    become_server(&mut server_command(&server, options, from, &dist))
}

fn check_ports(options: &Options) -> Result<()> {
    let ports = [("--port", options.port), ("--sandbox-port", options.sandbox_port)];
    ensure!(
        options.port != options.sandbox_port || options.port == 0,
        "the app and the sandbox cannot share port {}; choose another with `--sandbox-port`",
        options.port
    );
    for (flag, port) in ports {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                bail!("port {port} is taken; choose another with `{flag}`, for example `{flag} {}`", free_port(port))
            }
            Err(error) => bail!("cannot listen on port {port} ({error}); choose another with `{flag}`"),
        }
    }
    Ok(())
}

/// A free port to propose: one near the wanted one, as that is easy to remember.
fn free_port(taken: u16) -> u16 {
    (taken.saturating_add(10)..u16::MAX)
        .step_by(10)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .unwrap_or(0)
}

fn server_command(server: &Path, options: &Options, from: &Path, dist: &Path) -> Command {
    let mut command = Command::new(server);
    command
        .arg("demo")
        .args(["--port", &options.port.to_string()])
        .args(["--sandbox-port", &options.sandbox_port.to_string()])
        .args(["--companies", &options.companies.to_string()])
        .arg("--app")
        .arg(dist);
    if let Some(database) = &options.database {
        let in_memory = database.as_os_str() == ":memory:";
        command.arg("--database").arg(if in_memory { database.clone() } else { from.join(database) });
    }
    if options.no_open {
        command.arg("--no-open");
    }
    command
}

/// Replaces this process by the server, so that Ctrl-C and every other signal reaches it and nothing else.
#[cfg(unix)]
fn become_server(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot run the server")
}

/// Runs the server until it ends; Ctrl-C reaches it as it shares our console.
#[cfg(not(unix))]
fn become_server(command: &mut Command) -> Result<ExitCode> {
    let status = command.status().context("cannot run the server")?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(port: u16, sandbox_port: u16) -> Options {
        Options { port, sandbox_port, companies: 10, database: None, no_open: true }
    }

    #[test]
    fn a_taken_port_is_refused_with_its_flag() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = listener.local_addr().unwrap().port();
        let error = check_ports(&options(0, taken)).unwrap_err().to_string();
        let expect = format!("port {taken} is taken; choose another with `--sandbox-port`");
        assert!(error.starts_with(&expect), "{error}");
    }

    #[test]
    fn one_port_for_two_is_refused() {
        let error = check_ports(&options(8080, 8080)).unwrap_err().to_string();
        assert_eq!(error, "the app and the sandbox cannot share port 8080; choose another with `--sandbox-port`");
    }

    #[test]
    fn the_database_is_where_the_person_meant_it() {
        let mut options = options(1, 2);
        let command = |options: &Options| {
            let command = server_command(Path::new("/bin/server"), options, Path::new("/home/me"), Path::new("/dist"));
            command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        let fixed = "demo --port 1 --sandbox-port 2 --companies 10 --app /dist";
        assert_eq!(command(&options), format!("{fixed} --no-open"));
        options.database = Some("my.db".into());
        assert_eq!(command(&options), format!("{fixed} --database /home/me/my.db --no-open"));
        options.database = Some(":memory:".into());
        assert_eq!(command(&options), format!("{fixed} --database :memory: --no-open"));
    }
}
