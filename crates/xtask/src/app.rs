//! Builds the browser app with Trunk, and the server that serves it; the app only when its sources have changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::run::{cargo, path_with, run, target_dir, timed};
use crate::tools;

/// What the built app depends on.
const SOURCES: [&str; 15] = [
    "app",
    "crates/core",
    "crates/columns",
    "crates/forest",
    "crates/likeness",
    "crates/search",
    "crates/client",
    "index.html",
    "Trunk.toml",
    "Cargo.lock",
    "Cargo.toml",
    // They finish what Trunk has begun.
    "crates/xtask/src/app_wasm.rs",
    "crates/xtask/src/shrink.rs",
    "crates/xtask/src/shrink",
    "crates/xtask/src/trunk_hook.rs",
];

/// Where Trunk puts the app.
const BUILT: &str = "dist";

/// Builds the app and returns the folder it is in.
pub(crate) fn build() -> Result<PathBuf> {
    let built = std::path::absolute(BUILT).context("cannot tell the folder of the app")?;
    let stamp = target_dir()?.join("app.fingerprint");
    let sources = fingerprint(&SOURCES)?;
    // The built files are part of it: whoever deletes or changes one gets a new build.
    if built.join("index.html").is_file()
        && fs::read_to_string(&stamp)
            .is_ok_and(|old| fingerprint(&[BUILT]).is_ok_and(|dist| old == sources.clone() + &dist))
    {
        println!("the app: unchanged since it was built");
        return Ok(built);
    }
    tools::wasm_target()?;
    let path = path_with(&[tools::trunk()?])?;
    // The hook needs them; installed here, they are told of before Trunk begins.
    tools::wasm_bindgen()?;
    tools::wasm_opt()?;
    timed("building the app", "about 4 minutes the first time", || {
        // `NO_COLOR=1`, as some systems have it, is a value that Trunk does not understand.
        run(Command::new("trunk").args(["build", "--skip-version-check"]).env("PATH", &path).env_remove("NO_COLOR"))
    })
    .context("the app is not built")?;
    ensure!(built.join("index.html").is_file(), "Trunk has built no {BUILT}/index.html");
    let _ = fs::create_dir_all(target_dir()?);
    fs::write(&stamp, sources + &fingerprint(&[BUILT])?)
        .with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(built)
}

/// Builds the server and returns the path of its program.
///
/// Comes after the app: a release build carries the built app inside.
pub(crate) fn build_server() -> Result<PathBuf> {
    timed("building the server", "about 4 minutes the first time", || {
        run(cargo().args(["build", "--release", "--package", "autotask-crm"]))
    })
    .context("the server is not built")?;
    let name = format!("autotask-crm{}", env::consts::EXE_SUFFIX);
    std::path::absolute(target_dir()?.join("release").join(name)).context("cannot tell the path of the server")
}

/// A text that changes with the name and the content of every file below these paths.
fn fingerprint(paths: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for path in paths {
        files_below(Path::new(path), &mut files).with_context(|| format!("cannot read {path}"))?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hash.update(file.to_string_lossy().as_bytes());
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(content);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn files_below(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        files_below(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_content_and_with_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        write("a", "1");
        write("sub/b", "2");
        let first = fingerprint(&[path]).unwrap();
        assert_eq!(fingerprint(&[path]).unwrap(), first);
        write("sub/b", "3");
        let second = fingerprint(&[path]).unwrap();
        assert_ne!(second, first);
        fs::rename(folder.path().join("a"), folder.path().join("c")).unwrap();
        assert_ne!(fingerprint(&[path]).unwrap(), second);
    }

    #[test]
    fn a_missing_source_is_named() {
        let error = fingerprint(&["no-such-file"]).unwrap_err();
        assert_eq!(error.to_string(), "cannot read no-such-file");
    }
}
