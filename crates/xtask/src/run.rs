//! Running other programs so that a failure says what was run and what to do about it.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use anyhow::{Context, Result, bail};

/// Makes the repository's root the current folder, and returns the folder the person typed in.
pub(crate) fn enter_root() -> Result<PathBuf> {
    let from = env::current_dir().context("cannot tell the current folder")?;
    let root = repository_root();
    env::set_current_dir(&root).with_context(|| format!("cannot enter {}", root.display()))?;
    Ok(from)
}

pub(crate) fn repository_root() -> PathBuf {
    // Cargo names the package's folder at run time too, which stays right when the clone was moved after the build.
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&package).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// The folder into which cargo builds.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let metadata = output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).context("cannot read the answer of `cargo metadata`")?;
    let folder = metadata["target_directory"].as_str().context("`cargo metadata` names no target folder")?;
    Ok(PathBuf::from(folder))
}

pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program of Node's: `npm` or `npx`, which are scripts with an extension on Windows.
pub(crate) fn node_script(name: &str) -> Command {
    Command::new(if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() })
}

/// The path of a program, looked up as a shell would.
pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).find_map(|folder| program_in(&folder, program))
}

/// The path of a program in this folder; on Windows it has an extension.
pub(crate) fn program_in(folder: &Path, program: &str) -> Option<PathBuf> {
    let extensions: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    extensions.iter().map(|extension| folder.join(format!("{program}{extension}"))).find(|path| path.is_file())
}

/// The value of `PATH` with these folders first.
pub(crate) fn path_with(first: &[PathBuf]) -> Result<OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().cloned().chain(env::split_paths(&rest));
    env::join_paths(folders).context("cannot put the tools' folders on the path")
}

/// Runs the command with its output on the terminal; fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    check(command, status)
}

/// Runs the command in silence and returns what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!("{}\n{}", failure(command, output.status), String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs the command with its output on the terminal and returns that output as well.
///
/// Succeeds whatever the command's exit status: the caller reads counts from a failing run too.
pub(crate) fn tee(command: &mut Command) -> Result<(String, Result<()>)> {
    if io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().with_context(|| cannot_start(command))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || copy_lines(stderr, io::stderr()));
    let mut text = copy_lines(stdout, io::stdout());
    text.push_str(&errors.join().unwrap_or_default());
    let status = child.wait().with_context(|| cannot_start(command))?;
    Ok((text, check(command, status)))
}

/// Copies lines as they come, and returns them all.
fn copy_lines(from: Option<impl Read>, mut to: impl Write) -> String {
    let mut text = String::new();
    let Some(from) = from else { return text };
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // A terminal that went away must not end the tests.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    text
}

/// Runs the command and says whether it could be run and succeeded; nothing reaches the terminal.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!(failure(command, status));
    }
    Ok(())
}

fn failure(command: &Command, status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("`{}` failed with exit code {code}", shown(command)),
        None => format!("`{}` was stopped by a signal", shown(command)),
    }
}

fn cannot_start(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    format!("cannot run `{program}`: is it installed and on your PATH?")
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words: Vec<_> = std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

/// Says what begins and how long it may take, does it, and says how long it took.
pub(crate) fn timed<T>(what: &str, estimate: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("{what} ({estimate}) …");
    let start = Instant::now();
    let value = work()?;
    println!("{what}: done in {}", duration(start.elapsed()));
    Ok(value)
}

/// A duration as a person says it: `0.4 s`, `12 s`, `3 min 05 s`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Copies a folder with all that is in it, except what npm installed there.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name() == "node_modules" {
            continue;
        } else if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_the_unit_that_fits() {
        assert_eq!(duration(Duration::from_millis(440)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(12)), "12 s");
        assert_eq!(duration(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn a_failure_names_the_command_and_its_exit_code() {
        let error = run(Command::new("rustc").arg("--no-such-flag").stderr(Stdio::null())).unwrap_err();
        assert_eq!(error.to_string(), "`rustc --no-such-flag` failed with exit code 1");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "cannot run `no-such-program`: is it installed and on your PATH?");
    }

    #[test]
    fn tee_returns_the_output_of_a_failing_run() {
        let (text, outcome) = tee(Command::new("rustc").arg("--no-such-flag")).unwrap();
        assert!(outcome.is_err());
        assert!(text.contains("no-such-flag"));
    }
}
