//! `cargo xtask test`: everything that continuous integration runs, from nothing, closing with counts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use crate::counts::{self, Counts};
use crate::python::Python;
use crate::run::{cargo, copy_folder, duration, node_script, output, run as run_command, succeeds, target_dir, tee};
use crate::tools::{self, WASM_TARGET};
use crate::{app, browser, codegen, npm};

#[derive(Args)]
pub(crate) struct Options {
    /// Also the sizes that take long: fuzzing, thousands of seeds, millions of requests
    #[arg(long)]
    long: bool,
    /// Run this step alone; may be given more than once
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Go on after a step has failed
    #[arg(long)]
    keep_going: bool,
}

/// The steps in the order in which they run: the quick ones first.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Step {
    /// The code is formatted
    Format,
    /// Clippy has nothing to say, natively and for the browser
    Clippy,
    /// The core stays free of sockets, clocks and browsers
    Layers,
    /// Tests that run on this machine, examples in the documentation, generated code
    Native,
    /// Tests that run in a headless browser
    Wasm,
    /// Tests of the packed npm package in Node, and in a browser through Vite, webpack and a plain page
    Npm,
    /// What others wrote: client libraries from npm and for Python against the sandbox, an OpenID provider with the proxy
    Clients,
    /// Journeys of a person through the app, in a headless browser
    Journeys,
}

/// What a test may read to learn that it has all the time it wants.
const LONG: &str = "AUTOTASK_CRM_LONG";

/// Crates that do I/O, read a clock or touch a page: none of them may be beneath the core.
const FORBIDDEN: [&str; 13] = [
    "async-std",
    "getrandom",
    "gloo-net",
    "hyper",
    "js-sys",
    "mio",
    "reqwest",
    "rusqlite",
    "socket2",
    "tokio",
    "wasm-bindgen",
    "web-sys",
    "web-time",
];

/// The same for the standard library. Files are left out: tests of the core read fixtures.
const FORBIDDEN_CALLS: [&str; 5] = ["Instant::now", "SystemTime::now", "std::env", "std::net", "std::thread"];

struct Report {
    step: Step,
    time: String,
    counts: Counts,
    outcome: Result<()>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let chosen = |step: &Step| options.only.is_empty() || options.only.contains(step);
    let mut reports: Vec<Report> = Vec::new();
    for step in Step::value_variants().iter().copied().filter(chosen) {
        if !options.keep_going && reports.iter().any(|report| report.outcome.is_err()) {
            break;
        }
        println!("── {} ──", step.name());
        let report = run_step(step, options.long);
        println!("── {}: {} in {} ──\n", step.name(), verdict(&report.outcome), report.time);
        reports.push(report);
    }
    Ok(summarize(&reports))
}

fn run_step(step: Step, is_long: bool) -> Report {
    let start = Instant::now();
    let mut counts = Counts::default();
    let outcome = counted(&mut counts, |counts| match step {
        Step::Format => format(),
        Step::Clippy => clippy(),
        Step::Layers => layers(),
        Step::Native => native(counts, is_long),
        Step::Wasm => wasm(counts, is_long),
        Step::Npm => npm_package(counts, is_long),
        Step::Clients => clients(counts, is_long),
        Step::Journeys => journeys(counts, is_long),
    });
    Report { step, time: duration(start.elapsed()), counts, outcome }
}

/// Does some work; where it fails before any test did, that is one failure.
fn counted(counts: &mut Counts, work: impl FnOnce(&mut Counts) -> Result<()>) -> Result<()> {
    let before = counts.failed;
    let outcome = work(counts);
    if outcome.is_err() && counts.failed == before {
        counts.failed += 1;
    }
    outcome
}

/// Prints what each step did; the last line, which scripts read, stands alone.
fn summarize(reports: &[Report]) -> ExitCode {
    let mut total = Counts::default();
    println!("{:10} {:>12} {:>8} {:>8}", "step", "time", "passed", "failed");
    for Report { step, time, counts, .. } in reports {
        println!("{:10} {time:>12} {:>8} {:>8}", step.name(), counts.passed, counts.failed);
        total += *counts;
    }
    for Report { step, outcome, .. } in reports {
        if let Err(error) = outcome {
            println!("\n{} failed: {error:#}\nto run it alone: cargo xtask test --only {}", step.name(), step.name());
        }
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn verdict(outcome: &Result<()>) -> &'static str {
    if outcome.is_ok() { "passed" } else { "failed" }
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

fn format() -> Result<()> {
    ensure!(has_subcommand("fmt"), "rustfmt is missing; type `rustup component add rustfmt`");
    run_command(cargo().args(["fmt", "--all", "--check"])).context("the code is not formatted, type `cargo fmt --all`")
}

fn clippy() -> Result<()> {
    ensure!(has_subcommand("clippy"), "clippy is missing; type `rustup component add clippy`");
    tools::wasm_target()?;
    let deny = ["--", "--deny", "warnings"];
    run_command(cargo().args(["clippy", "--all-targets"]).args(deny))?;
    let for_browser =
        |words: &[&str]| run_command(cargo().arg("clippy").args(words).args(["--target", WASM_TARGET]).args(deny));
    for_browser(&["--package", "autotask-app", "--package", "autotask-wasm", "--all-targets"])?;
    for_browser(&["--package", "autotask-core"])?;
    for_browser(&["--package", "autotask-client", "--no-default-features", "--features", "browser"])
}

/// Checks that the core does no I/O, reads no clock and no environment, and builds for the browser.
fn layers() -> Result<()> {
    tools::wasm_target()?;
    run_command(cargo().args(["check", "--package", "autotask-core", "--target", WASM_TARGET]))?;
    let tree = ["tree", "--package", "autotask-core", "--edges", "normal", "--target", "all", "--prefix", "none"];
    let beneath = forbidden_crates(&output(cargo().args(tree))?);
    ensure!(beneath.is_empty(), "the core must not depend on {}; see who brings it: cargo tree -i", beneath.join(", "));
    let mut calls = forbidden_calls(Path::new("crates/core/src"))?;
    for beneath in ["crates/columns/src", "crates/forest/src", "crates/likeness/src", "crates/search/src"] {
        calls.extend(forbidden_calls(Path::new(beneath))?);
    }
    ensure!(calls.is_empty(), "the core takes such things as arguments: {}", calls.join(", "));
    Ok(())
}

fn forbidden_crates(tree: &str) -> Vec<&'static str> {
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    FORBIDDEN.into_iter().filter(|name| names.contains(name)).collect()
}

/// Every forbidden call in the sources below this folder, with its file; what follows `#[cfg(test)]` may use them.
fn forbidden_calls(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(forbidden_calls(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = || code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let calls = FORBIDDEN_CALLS.iter().filter(|call| lines().any(|line| line.contains(*call)));
            found.extend(calls.map(|call| format!("`{call}` in {}", path.display())));
        }
    }
    Ok(found)
}

fn native(counts: &mut Counts, is_long: bool) -> Result<()> {
    codegen::run(true)?;
    // Nextest runs each test in a process of its own, and is not required: cargo's runner does the same work.
    if has_subcommand("nextest") {
        test(cargo().args(["nextest", "run", "--no-fail-fast"]), counts::of_nextest, counts, is_long)?;
    } else {
        test(cargo().args(["test", "--all-targets", "--no-fail-fast"]), counts::of_cargo_test, counts, is_long)?;
    }
    test(cargo().args(["test", "--doc", "--no-fail-fast"]), counts::of_cargo_test, counts, is_long)?;
    // The app is built for the browser; its stores are plain code, whose tests need none.
    if contains_text(Path::new("app/src"), "#[test]")? {
        test(cargo().args(["test", "--package", "autotask-app"]), counts::of_cargo_test, counts, is_long)?;
    }
    Ok(())
}

fn wasm(counts: &mut Counts, is_long: bool) -> Result<()> {
    tools::wasm_target()?;
    let runner = tools::wasm_bindgen()?.join("wasm-bindgen-test-runner");
    let chromium = browser::chromium()?;
    let driver = browser::chromedriver(&chromium)?;
    let settings = browser::webdriver_settings(&chromium)?;
    for (package, folder) in [("autotask-wasm", "crates/wasm"), ("autotask-app", "app")] {
        if !contains_text(Path::new(folder), "#[wasm_bindgen_test")? {
            println!("{package} has no tests for the browser");
            continue;
        }
        let mut command = cargo();
        command
            .args(["test", "--package", package, "--target", WASM_TARGET, "--no-fail-fast"])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner)
            .env("CHROMEDRIVER", &driver)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &settings)
            // Two cores that also compile are slow to start a browser.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        test(&mut command, counts::of_cargo_test, counts, is_long)?;
    }
    Ok(())
}

/// Packs the package, installs the packed file in a fresh project as a user would, and runs that project's tests.
fn npm_package(counts: &mut Counts, is_long: bool) -> Result<()> {
    npm::run()?;
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let packed = output(
        node_script("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(folder.path())
            .current_dir(npm::PACKAGE),
    )?;
    let packed = folder.path().join(packed.lines().last().unwrap_or_default().trim());
    let project = folder.path().join("project");
    copy_folder(Path::new("tests/npm"), &project)?;
    // The tests may read the one corpus that all consumers read.
    let fixtures = std::path::absolute("tests/fixtures").context("cannot tell the folder of the fixtures")?;
    tools::npm_install(&project, &packed.to_string_lossy())?;
    if project.join("tsconfig.json").is_file() {
        run_command(node_script("npx").args(["tsc", "--project", "."]).current_dir(&project))
            .context("the package's types do not fit its tests")?;
    }
    npm::docs()?;
    // The README's first example calls a sandbox.
    let server = debug_server()?;
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=spec"]).current_dir(&project);
    command.env("FIXTURES", fixtures).env("AUTOTASK_CRM_BIN", &server);
    test(&mut command, counts::of_node, counts, is_long)?;
    let bundlers = folder.path().join("bundlers");
    copy_folder(Path::new("tests/bundlers"), &bundlers)?;
    tools::npm_install(&bundlers, &packed.to_string_lossy())?;
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=spec"]).current_dir(&bundlers);
    command.env("CHROME", browser::chromium()?).env("AUTOTASK_CRM_BIN", server);
    test(&mut command, counts::of_node, counts, is_long)
}

/// Runs the client libraries of others and the proxy's tests with an OpenID provider; each also when another failed.
fn clients(counts: &mut Counts, is_long: bool) -> Result<()> {
    let folder = Path::new("tests/clients");
    let server = debug_server()?;
    let npm = counted(counts, |counts| {
        tools::npm_ci(folder)?;
        let mut command = Command::new("node");
        command.args(["--test", "--test-reporter=spec"]).current_dir(folder).env("AUTOTASK_CRM_BIN", &server);
        test(&mut command, counts::of_node, counts, is_long)
    });
    let python = counted(counts, |counts| {
        let python = Python::with(&folder.join("requirements.txt"), &target_dir()?.join("clients"))?;
        let mut command = python.command();
        // What the libraries warn their authors of is not for us.
        command.args(["-W", "ignore", "-m", "unittest", "discover", "--verbose"]);
        command.current_dir(folder).env("AUTOTASK_CRM_BIN", &server);
        test(&mut command, counts::of_unittest, counts, is_long)
    });
    let provider = counted(counts, |counts| {
        tools::npm_ci(Path::new("tests/oidc"))?;
        let before = counts.passed;
        let mut command = cargo();
        command.args(["test", "--package", "autotask-proxy", "--test", "real_provider"]);
        test(&mut command, counts::of_cargo_test, counts, is_long)?;
        ensure!(counts.passed > before, "no test signed in at the provider from npm");
        Ok(())
    });
    let failed: Vec<String> =
        [npm, python, provider].into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(())
}

/// The server, built quickly.
fn debug_server() -> Result<PathBuf> {
    run_command(cargo().args(["build", "--package", "autotask-crm"])).context("the server is not built")?;
    let server = target_dir()?.join("debug").join(format!("autotask-crm{}", std::env::consts::EXE_SUFFIX));
    std::path::absolute(server).context("cannot tell the path of the server")
}

fn journeys(counts: &mut Counts, is_long: bool) -> Result<()> {
    let folder = Path::new("tests/e2e");
    tools::npm_ci(folder)?;
    let chromium = browser::chromium()?;
    let dist = app::build()?;
    let server = app::build_server()?;
    let mut command = node_script("npx");
    command
        .args(["playwright", "test"])
        .current_dir(folder)
        .env("CHROME", chromium)
        .env("AUTOTASK_CRM_BIN", server)
        .env("APP_DIST", dist);
    test(&mut command, counts::of_playwright, counts, is_long)
}

/// Runs a test runner and adds what it counted, also when it failed.
fn test(command: &mut Command, count: fn(&str) -> Counts, counts: &mut Counts, is_long: bool) -> Result<()> {
    if is_long {
        command.env(LONG, "1");
        if std::env::var_os("PROPTEST_CASES").is_none() {
            command.env("PROPTEST_CASES", "10000");
        }
    }
    let (text, outcome) = tee(command)?;
    *counts += count(&text);
    outcome
}

fn has_subcommand(name: &str) -> bool {
    succeeds(cargo().args([name, "--version"]))
}

/// Whether a source below this folder contains the text.
fn contains_text(folder: &Path, text: &str) -> Result<bool> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let found = if path.is_dir() {
            path.file_name().is_some_and(|name| name != "node_modules") && contains_text(&path, text)?
        } else {
            path.extension().is_some_and(|extension| extension == "rs")
                && fs::read_to_string(&path).is_ok_and(|source| source.contains(text))
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_crates_are_whole_names() {
        let tree = "autotask-core v0.1.0 (/work)\njiff v0.2.1\ntokio v1.0.0\ntokio-util v0.7.0\nserde v1.0.0 (*)\n";
        assert_eq!(forbidden_crates(tree), ["tokio"]);
        assert_eq!(forbidden_crates("serde v1\njs-sys-like v1"), Vec::<&str>::new());
    }

    #[test]
    fn calls_in_tests_and_comments_are_allowed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "// std::env\n#[cfg(test)]\nmod tests { use std::env; }").unwrap();
        assert_eq!(forbidden_calls(folder.path()).unwrap(), Vec::<String>::new());
        fs::write(folder.path().join("b.rs"), "fn now() { std::time::Instant::now(); }").unwrap();
        let found = forbidden_calls(folder.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("`Instant::now` in "), "{found:?}");
    }

    #[test]
    fn every_step_has_a_name() {
        let names: Vec<String> = Step::value_variants().iter().map(|step| step.name()).collect();
        assert_eq!(names, ["format", "clippy", "layers", "native", "wasm", "npm", "clients", "journeys"]);
    }
}
