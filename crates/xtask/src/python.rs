//! Python: finds it, and installs the packages that a `requirements.txt` names, for tests that are written in it.
//!
//! Packages go into a folder of their own that `PYTHONPATH` names, so that neither the system's Python nor a person's
//! packages are changed or seen. The system's pip puts them there, or, where it has none, that of a virtual environment
//! made only for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{output, run, succeeds, timed};

/// What the packages in `tests/clients/requirements.txt` ask for.
const OLDEST: u32 = 10;

/// Python and a folder with packages.
pub(crate) struct Python {
    program: &'static str,
    packages: PathBuf,
}

impl Python {
    /// Finds Python, and installs what the file names into this folder unless it is there already.
    pub(crate) fn with(requirements: &Path, folder: &Path) -> Result<Python> {
        let (program, version) = find()?;
        let wanted = fs::read(requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
        // Packages may hold code for one version of Python alone.
        let wanted = [version.as_bytes(), &wanted].concat();
        let folder = std::path::absolute(folder).context("cannot tell the folder of the Python packages")?;
        let stamp = folder.join("installed-from");
        let python = Python { program, packages: folder.join("packages") };
        if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(python);
        }
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot replace {}", folder.display()))?;
        }
        timed(&format!("installing the Python packages of {}", requirements.display()), "about 30 seconds", || {
            let pip = pip(program, &folder.join("pip"))?;
            run(Command::new(pip)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"])
                .arg(&python.packages)
                // Some packages ask for a newer Python than what we use of them does.
                .args(["--ignore-requires-python", "--require-hashes"])
                .arg("--requirement")
                .arg(requirements)
                .env("PIP_USER", "0")
                .env("PIP_ROOT_USER_ACTION", "ignore"))
        })
        .context("cannot install the Python packages")?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(python)
    }

    /// A command that runs Python with the packages, and writes nothing beside the sources it reads.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.env("PYTHONPATH", &self.packages).env("PYTHONNOUSERSITE", "1").env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

/// Python's name on this system, and its version.
fn find() -> Result<(&'static str, String)> {
    let mut found = Vec::new();
    for program in ["python3", "python"] {
        let Ok(version) = output(Command::new(program).arg("--version")) else { continue };
        if is_new_enough(&version) {
            return Ok((program, version));
        }
        found.push(version.trim().to_owned());
    }
    let advice =
        format!("install Python 3.{OLDEST} or newer from https://www.python.org, or with your package manager");
    match found.first() {
        Some(version) => bail!("{version} is too old; {advice}"),
        None => bail!("there is no Python; {advice}"),
    }
}

/// Whether this is said by a Python that the packages run on: `Python 3.11.7`.
fn is_new_enough(version: &str) -> bool {
    let minor = version.trim().strip_prefix("Python 3.").and_then(|rest| rest.split('.').next());
    minor.and_then(|minor| minor.parse::<u32>().ok()).is_some_and(|minor| minor >= OLDEST)
}

/// A Python that has pip: this one, or one in a new virtual environment.
fn pip(program: &str, environment: &Path) -> Result<PathBuf> {
    if succeeds(Command::new(program).args(["-m", "pip", "--version"])) {
        return Ok(program.into());
    }
    run(Command::new(program).args(["-m", "venv"]).arg(environment))
        .context("Python has no pip; install your system's package python3-pip or python3-venv")?;
    Ok(environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        for (version, is_good) in [
            ("Python 3.11.7\n", true),
            ("Python 3.10.0rc1", true),
            ("Python 3.9.18", false),
            ("Python 2.7.18", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), is_good, "{version}");
        }
    }
}
