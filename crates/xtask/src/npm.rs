//! `cargo xtask npm`: builds the npm package into `target/npm`, with `--docs` also its API's pages into `target/npm-docs`.
//!
//! ```text
//! crates/wasm ──cargo──► .wasm ──wasm-bindgen──► .js .d.ts .wasm ──wasm-opt──► smaller .wasm ─┐
//! crates/wasm/npm: package.json, index.js, index.d.ts, README.md ─────────────────────────────┴─► target/npm
//! ```

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::run::{cargo, copy_folder, run as run_command, target_dir, timed};
use crate::shrink::{shrink, silence_panics};
use crate::size::{gzip_size, kibibytes};
use crate::tools::{self, WASM_TARGET};

pub(crate) const PACKAGE: &str = "target/npm";

/// The hand-written part of the package.
const TEMPLATES: &str = "crates/wasm/npm";

/// What wasm-bindgen calls its files: `autotask_wasm.js`, `autotask_wasm_bg.wasm`, `autotask_wasm.d.ts`.
const NAME: &str = "autotask_wasm";

/// The version in the template, which the workspace's version takes the place of.
const TEMPLATE_VERSION: &str = r#""version": "0.0.0""#;

/// The largest download we ask of a page, in bytes after gzip.
const LARGEST: usize = 300_000;

pub(crate) fn run() -> Result<()> {
    tools::node()?;
    tools::wasm_target()?;
    let wasm_bindgen = tools::wasm_bindgen()?.join("wasm-bindgen");
    let wasm_opt = tools::wasm_opt_program()?;
    timed("building the npm package", "about 2 minutes the first time", || build(&wasm_bindgen, &wasm_opt))?;
    check_size(&Path::new(PACKAGE).join(format!("{NAME}_bg.wasm")))
}

/// Writes the documentation of the built package's API, for a browser, into `target/npm-docs`.
pub(crate) fn docs() -> Result<()> {
    let typedoc = tools::typedoc()?;
    timed("documenting the API", "about 10 seconds", || {
        run_command(Command::new("node").arg(typedoc).args(["--options", "crates/wasm/typedoc.json"]))
    })
}

fn build(wasm_bindgen: &Path, wasm_opt: &Path) -> Result<()> {
    let package = Path::new(PACKAGE);
    ensure!(Path::new(TEMPLATES).is_dir(), "{TEMPLATES} is missing: it holds package.json, index.js and index.d.ts");
    let profile = "wasm-release";
    run_command(cargo().args(["build", "--package", "autotask-wasm", "--target", WASM_TARGET, "--profile", profile]))?;
    let compiled = target_dir()?.join(WASM_TARGET).join(profile).join(format!("{NAME}.wasm"));
    if package.exists() {
        fs::remove_dir_all(package).with_context(|| format!("cannot replace {PACKAGE}"))?;
    }
    copy_folder(Path::new(TEMPLATES), package)?;
    set_version(&package.join("package.json"))?;
    let bindings = ["--target", "web", "--experimental-reset-state-function", "--out-name", NAME, "--out-dir", PACKAGE];
    run_command(Command::new(wasm_bindgen).args(bindings).arg(compiled))?;
    let wasm = package.join(format!("{NAME}_bg.wasm"));
    // A trap reaches the caller without any words, so there is no hook that could read them.
    silence_panics(&wasm)?;
    shrink(wasm_opt, &wasm)
}

fn set_version(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(text.contains(TEMPLATE_VERSION), "{TEMPLATES}/package.json must say {TEMPLATE_VERSION}");
    // All packages of the workspace share one version, xtask too.
    let version = format!(r#""version": "{}""#, env!("CARGO_PKG_VERSION"));
    fs::write(file, text.replacen(TEMPLATE_VERSION, &version, 1))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn check_size(wasm: &Path) -> Result<()> {
    let content = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let compressed = gzip_size(&content)?;
    println!("{}: {} KiB, {} KiB after gzip", wasm.display(), kibibytes(content.len()), kibibytes(compressed));
    if compressed > LARGEST {
        bail!("the npm package's wasm is larger than {} KiB after gzip", kibibytes(LARGEST));
    }
    Ok(())
}
