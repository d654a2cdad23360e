//! Finds the tools that building needs, and installs those that are missing.
//!
//! Tools are kept outside the clone, by version, so that a second clone and a second run find them:
//! `~/.cache/autotask-crm/tools/trunk-0.21.14/bin`.
//!
//! ```text
//! in our folder? ─► on the PATH? ─► download the project's own release ─► build it with cargo
//! ```

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::run::{cargo, find_on_path, node_script, output, program_in, run, succeeds, timed};

const TRUNK: Tool = Tool {
    name: "trunk",
    version: "0.21.14",
    crate_name: "trunk",
    is_locked: true,
    programs: &["trunk"],
    minutes: "about 7 minutes",
    archive: trunk_archive,
};

const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen",
    version: "0.2.130",
    crate_name: "wasm-bindgen-cli",
    // The lock file of this release names a yanked crate.
    is_locked: false,
    programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    minutes: "about 5 minutes",
    archive: wasm_bindgen_archive,
};

const BINARYEN_VERSION: &str = "132";

const TYPEDOC_VERSION: &str = "0.28.20";
const TYPESCRIPT_VERSION: &str = "5.9.3";

const OLDEST_NODE: u32 = 20;

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A program that cargo can build from crates.io, and that its project also offers ready-made.
struct Tool {
    name: &'static str,
    version: &'static str,
    crate_name: &'static str,
    is_locked: bool,
    programs: &'static [&'static str],
    /// How long cargo takes on a small machine.
    minutes: &'static str,
    /// The address of the release for this machine, where there is one.
    archive: fn(version: &str) -> Option<String>,
}

/// The folder with the program `trunk`.
pub(crate) fn trunk() -> Result<PathBuf> {
    TRUNK.folder()
}

/// The folder with the programs `wasm-bindgen` and `wasm-bindgen-test-runner`.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    WASM_BINDGEN.folder()
}

/// The path of the program `wasm-opt`.
pub(crate) fn wasm_opt_program() -> Result<PathBuf> {
    program_in(&wasm_opt()?, "wasm-opt").context("wasm-opt has gone; start again")
}

/// The folder with the program `wasm-opt`, which comes from npm.
pub(crate) fn wasm_opt() -> Result<PathBuf> {
    let name = format!("binaryen-{BINARYEN_VERSION}");
    let programs = |root: &Path| root.join("node_modules").join(".bin");
    let is_good = |root: &Path| has_version(&programs(root), "wasm-opt", BINARYEN_VERSION);
    let root = tools_folder()?.join(&name);
    if is_good(&root) {
        return Ok(programs(&root));
    }
    if let Some(folder) = folder_on_path("wasm-opt", BINARYEN_VERSION) {
        return Ok(folder);
    }
    node()?;
    timed(&format!("installing wasm-opt {BINARYEN_VERSION} from npm"), "about 20 seconds", || {
        install(&root, is_good, |partial| npm_install(partial, &format!("binaryen@{BINARYEN_VERSION}.0.0")))
    })?;
    Ok(programs(&root))
}

/// The program `typedoc`, which comes from npm with the compiler it reads types with.
pub(crate) fn typedoc() -> Result<PathBuf> {
    let script = |root: &Path| root.join("node_modules/typedoc/bin/typedoc");
    let is_good = |root: &Path| succeeds(Command::new("node").arg(script(root)).arg("--version"));
    let root = tools_folder()?.join(format!("typedoc-{TYPEDOC_VERSION}"));
    if !is_good(&root) {
        node()?;
        timed(&format!("installing TypeDoc {TYPEDOC_VERSION} from npm"), "about 20 seconds", || {
            install(&root, is_good, |partial| {
                npm_install(partial, &format!("typescript@{TYPESCRIPT_VERSION}"))?;
                npm_install(partial, &format!("typedoc@{TYPEDOC_VERSION}"))
            })
        })?;
    }
    Ok(script(&root))
}

/// Makes sure that Node is there and new enough.
pub(crate) fn node() -> Result<()> {
    let advice = format!("install Node {OLDEST_NODE} or newer from https://nodejs.org, or with your package manager");
    let version = output(Command::new("node").arg("--version")).with_context(|| advice.clone())?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => bail!("Node {} is too old; {advice}", version.trim()),
    }
}

/// Makes sure that Rust can compile for WebAssembly.
pub(crate) fn wasm_target() -> Result<()> {
    let library = output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    if find_on_path("rustup").is_none() {
        bail!(
            "Rust cannot compile for WebAssembly yet, and rustup is not here to add that; \
             install rustup from https://rustup.rs and type `rustup target add {WASM_TARGET}`"
        );
    }
    timed("adding the compile target for WebAssembly", "about 20 seconds", || {
        run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
    })
    .with_context(|| format!("cannot add the compile target; type `rustup target add {WASM_TARGET}` to see why"))
}

/// Installs the packages of a folder with a `package-lock.json`, unless they are there already.
pub(crate) fn npm_ci(folder: &Path) -> Result<()> {
    node()?;
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules").join(".installed-from");
    let wanted = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    timed(&format!("installing the npm packages of {}", folder.display()), "about 20 seconds", || {
        run(node_script("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder))
    })
    .with_context(|| format!("cannot install the npm packages; type `npm ci` in {} to see why", folder.display()))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Where tools are kept: `$AUTOTASK_CRM_TOOLS`, else in the folder this system has for caches.
pub(crate) fn tools_folder() -> Result<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("AUTOTASK_CRM_TOOLS") {
        return std::path::absolute(folder).context("AUTOTASK_CRM_TOOLS names no folder");
    }
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    let caches = caches.context("there is no home folder to keep tools in; set AUTOTASK_CRM_TOOLS to a folder")?;
    Ok(caches.join("autotask-crm").join("tools"))
}

/// Fills a folder beside its final place and moves it there, so that a run that was stopped, or two at once, leave
/// nothing half-made.
fn install(place: &Path, is_good: impl Fn(&Path) -> bool, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let (Some(tools), Some(name)) = (place.parent(), place.file_name()) else { bail!("a tool has no folder") };
    let advice = || format!("cannot write to {}; set AUTOTASK_CRM_TOOLS to another folder", tools.display());
    fs::create_dir_all(tools).with_context(advice)?;
    let parent = tempfile::Builder::new().prefix(".partial-").tempdir_in(tools).with_context(advice)?;
    let partial = parent.path().join(name);
    fs::create_dir(&partial).with_context(advice)?;
    fill(&partial)?;
    ensure!(is_good(&partial), "{} was installed but does not run", name.display());
    if is_good(place) {
        // Another run was faster, and may be using it.
        return Ok(());
    }
    if place.exists() {
        fs::rename(place, parent.path().join("broken")).with_context(advice)?;
    }
    fs::rename(&partial, place).or_else(|error| if is_good(place) { Ok(()) } else { Err(error) }).with_context(advice)
}

pub(crate) fn npm_install(folder: &Path, package: &str) -> Result<()> {
    run(node_script("npm")
        .args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(folder)
        .arg(package))
    .with_context(|| format!("cannot install {package}; type `npm install {package}` to see why"))
}

impl Tool {
    /// The folder with the tool's programs, installed if need be.
    fn folder(&self) -> Result<PathBuf> {
        let root = tools_folder()?.join(format!("{}-{}", self.name, self.version));
        let is_good = |root: &Path| self.is_in(&root.join("bin"));
        if is_good(&root) {
            return Ok(root.join("bin"));
        }
        if let Some(folder) = folder_on_path(self.programs[0], self.version).filter(|folder| self.is_in(folder)) {
            return Ok(folder);
        }
        let what = format!("installing {} {}", self.name, self.version);
        let estimate = format!("a download, else {}", self.minutes);
        timed(&what, &estimate, || install(&root, is_good, |partial| self.fill(partial)))?;
        Ok(root.join("bin"))
    }

    fn is_in(&self, folder: &Path) -> bool {
        self.programs.iter().all(|program| has_version(folder, program, self.version))
    }

    fn fill(&self, partial: &Path) -> Result<()> {
        if let Err(error) = self.download(&partial.join("bin")) {
            let cause = error.root_cause().to_string();
            let reason = cause.lines().last().unwrap_or_default();
            println!("  no download ({reason}); building it with cargo, {}", self.minutes);
            self.build(partial)?;
        }
        Ok(())
    }

    /// Takes the programs from the archive that the tool's project has released.
    fn download(&self, bin: &Path) -> Result<()> {
        let address = (self.archive)(self.version).context("there is no release for this kind of machine")?;
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        let archive = folder.path().join("archive");
        let quiet = ["-fsSL", "--connect-timeout", "5", "--max-time", "120", "-o"];
        output(Command::new("curl").args(quiet).arg(&archive).arg(&address)).context("it did not arrive")?;
        output(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(folder.path()))
            .context("it is no archive")?;
        fs::create_dir_all(bin)?;
        for program in self.programs {
            let file = find_file(folder.path(), &format!("{program}{}", env::consts::EXE_SUFFIX))
                .with_context(|| format!("the archive holds no {program}"))?;
            fs::copy(&file, bin.join(file.file_name().unwrap_or_default()))?;
        }
        // A release may be made for newer system libraries than this machine has.
        if !self.is_in(bin) {
            fs::remove_dir_all(bin)?;
            bail!("the release does not run on this machine");
        }
        Ok(())
    }

    fn build(&self, root: &Path) -> Result<()> {
        let target = tempfile::tempdir().context("cannot create a temporary folder")?;
        let version = ["--version", self.version];
        let mut command = cargo();
        command.args(["install", self.crate_name]).args(version).arg("--root").arg(root);
        if self.is_locked {
            command.arg("--locked");
        }
        // Tools run for seconds: time spent compiling them well is never won back.
        command
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_TARGET_DIR", target.path());
        run(&mut command).with_context(|| {
            format!("cannot install {}; type `cargo install {} {}`", self.name, self.crate_name, version.join(" "))
        })
    }
}

fn folder_on_path(program: &str, version: &str) -> Option<PathBuf> {
    let folder = find_on_path(program)?.parent()?.to_owned();
    has_version(&folder, program, version).then_some(folder)
}

/// Whether the program is in this folder, runs, and says that it has this version.
fn has_version(folder: &Path, program: &str, version: &str) -> bool {
    program_in(folder, program)
        .and_then(|program| output(Command::new(program).arg("--version")).ok())
        .is_some_and(|said| says_version(&said, version))
}

/// Whether a program's answer to `--version` names this version: `trunk 0.21.14`, `wasm-opt version 132 (version_132)`.
fn says_version(said: &str, version: &str) -> bool {
    said.split_whitespace().any(|word| word == version)
}

/// The first file with this name in the folder or below it.
fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = || fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let here = entries().find(|path| path.is_file() && path.file_name().is_some_and(|file| file == name));
    here.or_else(|| entries().filter(|path| path.is_dir()).find_map(|path| find_file(&path, name)))
}

fn trunk_archive(version: &str) -> Option<String> {
    let (machine, extension) = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => ("x86_64-unknown-linux-gnu", "tar.gz"),
        ("linux", "aarch64") => ("aarch64-unknown-linux-gnu", "tar.gz"),
        ("macos", "x86_64") => ("x86_64-apple-darwin", "tar.gz"),
        ("macos", "aarch64") => ("aarch64-apple-darwin", "tar.gz"),
        // The `tar` of Windows reads zip files too.
        ("windows", "x86_64") => ("x86_64-pc-windows-msvc", "zip"),
        _ => return None,
    };
    Some(format!("https://github.com/trunk-rs/trunk/releases/download/v{version}/trunk-{machine}.{extension}"))
}

fn wasm_bindgen_archive(version: &str) -> Option<String> {
    let machine = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => "x86_64-unknown-linux-musl",
        ("linux", "aarch64") => "aarch64-unknown-linux-musl",
        ("macos", "x86_64") => "x86_64-apple-darwin",
        ("macos", "aarch64") => "aarch64-apple-darwin",
        ("windows", "x86_64") => "x86_64-pc-windows-msvc",
        _ => return None,
    };
    let releases = "https://github.com/wasm-bindgen/wasm-bindgen/releases/download";
    Some(format!("{releases}/{version}/wasm-bindgen-{version}-{machine}.tar.gz"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_file(name: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::read_to_string(root.join(name)).unwrap()
    }

    #[test]
    fn versions_are_whole_words() {
        assert!(says_version("trunk 0.21.14\n", "0.21.14"));
        assert!(says_version("wasm-opt version 132 (version_132)", "132"));
        assert!(!says_version("trunk 0.21.1", "0.21.14"));
        assert!(!says_version("wasm-bindgen 0.2.1300", "0.2.130"));
        assert!(!says_version("", "132"));
    }

    #[test]
    fn the_workspace_names_the_same_version() {
        let crates = format!("wasm-bindgen = \"={}\"", WASM_BINDGEN.version);
        assert!(root_file("Cargo.toml").contains(&crates), "{crates}");
    }

    #[test]
    fn an_install_that_fails_leaves_nothing() {
        let tools = tempfile::tempdir().unwrap();
        let place = tools.path().join("tool-1");
        let is_good = |root: &Path| root.join("tool").is_file();
        assert!(install(&place, is_good, |_| bail!("no network")).is_err());
        let error = install(&place, is_good, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "tool-1 was installed but does not run");
        assert_eq!(fs::read_dir(tools.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_broken_install_is_replaced_and_a_good_one_is_kept() {
        let tools = tempfile::tempdir().unwrap();
        let place = tools.path().join("tool-1");
        let is_good = |root: &Path| root.join("tool").is_file();
        fs::create_dir(&place).unwrap();
        let fill = |text: &'static str| move |root: &Path| Ok(fs::write(root.join("tool"), text)?);
        install(&place, is_good, fill("first")).unwrap();
        install(&place, is_good, fill("second")).unwrap();
        assert_eq!(fs::read_to_string(place.join("tool")).unwrap(), "first");
        assert_eq!(fs::read_dir(tools.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_found_below_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/tool"), "").unwrap();
        assert_eq!(find_file(folder.path(), "tool"), Some(folder.path().join("a/b/tool")));
        assert_eq!(find_file(folder.path(), "other"), None);
    }
}
