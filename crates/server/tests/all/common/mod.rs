//! The binary as a child process.

pub(crate) mod onboarding;
pub(crate) mod raw;
pub(crate) mod stub;
pub(crate) mod way;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autotask-crm"));
    command.args(arguments).env("RUST_BACKTRACE", "1");
    for name in
        ["AUTOTASK_USERNAME", "AUTOTASK_SECRET", "AUTOTASK_INTEGRATION_CODE", "AUTOTASK_URL", "AUTOTASK_CRM_LISTEN"]
    {
        command.env_remove(name);
    }
    command
}

/// The arguments of a demo with twenty companies in memory, at ports that are free, and some more.
pub(crate) fn demo<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let small = ["--no-open", "--port", "0", "--sandbox-port", "0", "--companies", "20", "--database", ":memory:"];
    [&["demo"], &small[..], more].concat()
}

/// A running binary and the addresses that it printed.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) lines: Vec<String>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str], last: &str) -> Running {
        Running::of(command(arguments), last)
    }

    pub(crate) fn of(command: Command, last: &str) -> Running {
        Running::try_of(command, last).unwrap_or_else(|lines| panic!("it ended early: {lines:?}"))
    }

    /// The same for what may not start: what it printed, if it ended before.
    pub(crate) fn try_of(mut command: Command, last: &str) -> Result<Running, Vec<String>> {
        let child = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
        let mut running = Running { child, lines: Vec::new() };
        let out = running.child.stdout.take().expect("piped");
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let is_last = line.starts_with(last);
            running.lines.push(line);
            if is_last {
                return Ok(running);
            }
        }
        Err(std::mem::take(&mut running.lines))
    }

    pub(crate) fn url(&self) -> &str {
        self.lines.last().and_then(|line| line.split_once(": ")).expect("a line with an address").1
    }

    /// Address and port of it.
    pub(crate) fn address(&self) -> String {
        self.url().trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    /// The memory that it holds now, in KiB; none where the system does not say.
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
