//! Finds Chromium and its driver for the tests in a browser, and installs them where they are missing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail};

use crate::run::{find_on_path, node_script, output, run, succeeds, target_dir};
use crate::tools;

const NAMES: [&str; 5] = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome"];

/// Where Chrome is on systems that do not put it on the path.
const PLACES: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
];

/// Puppeteer's installer rather than Playwright's: it offers the browser's driver too.
const INSTALLER: &str = "@puppeteer/browsers@2.13.2";

/// The path of Chromium or Chrome; `CHROME` names one that is not looked for.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = named_by("CHROME")? {
        return Ok(path);
    }
    if let Some(path) = installed_chromium() {
        return Ok(path);
    }
    println!("installing Chromium (about 2 minutes)");
    if install_with_apt()
        && let Some(path) = installed_chromium()
    {
        return Ok(path);
    }
    install("chrome@stable").context(
        "Chromium is missing; install Chromium or Chrome with your package manager \
         (on Debian `apt-get install chromium chromium-driver`), or set CHROME to its path",
    )
}

/// The path of the driver that belongs to this browser; `CHROMEDRIVER` names one that is not looked for.
pub(crate) fn chromedriver(chromium: &Path) -> Result<PathBuf> {
    if let Some(path) = named_by("CHROMEDRIVER")? {
        return Ok(path);
    }
    let version = major_version(chromium)?;
    let installed =
        || find_on_path("chromedriver").filter(|driver| major_version(driver).is_ok_and(|it| it == version));
    if let Some(path) = installed() {
        return Ok(path);
    }
    println!("installing chromedriver {version} (about a minute)");
    if install_with_apt()
        && let Some(path) = installed()
    {
        return Ok(path);
    }
    install(&format!("chromedriver@{version}")).with_context(|| {
        format!(
            "chromedriver {version} is missing; install it with your package manager \
             (on Debian `apt-get install chromium chromium-driver`), or set CHROMEDRIVER to its path"
        )
    })
}

/// Writes the settings for the driver: those of `webdriver.json`, and the browser we have found.
pub(crate) fn webdriver_settings(chromium: &Path) -> Result<PathBuf> {
    let text = fs::read_to_string("webdriver.json").context("cannot read webdriver.json")?;
    let mut settings: serde_json::Value = serde_json::from_str(&text).context("webdriver.json is no JSON")?;
    settings["goog:chromeOptions"]["binary"] = chromium.to_string_lossy().into();
    let target = target_dir()?;
    fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
    let path = target.join("webdriver.json");
    fs::write(&path, settings.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn named_by(variable: &str) -> Result<Option<PathBuf>> {
    let Some(path) = env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from) else {
        return Ok(None);
    };
    if !path.is_file() {
        bail!("{variable} names {}, where no program is", path.display());
    }
    Ok(Some(path))
}

fn installed_chromium() -> Option<PathBuf> {
    let on_path = NAMES.iter().find_map(|name| find_on_path(name));
    on_path.or_else(|| PLACES.iter().map(PathBuf::from).find(|path| path.is_file()))
}

/// The first number of what the program says about its version: `Chromium 131.0.6778.85 built on …`.
fn major_version(program: &Path) -> Result<u32> {
    let said = output(Command::new(program).arg("--version"))?;
    first_number(&said).with_context(|| format!("{} does not say its version", program.display()))
}

fn first_number(text: &str) -> Option<u32> {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Says whether Debian's package manager has installed both.
fn install_with_apt() -> bool {
    let is_root = cfg!(unix) && output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root || find_on_path("apt-get").is_none() {
        return false;
    }
    succeeds(Command::new("apt-get").arg("update"))
        && run(Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends", "chromium", "chromium-driver"])
            .env("DEBIAN_FRONTEND", "noninteractive"))
        .is_ok()
}

/// Downloads a browser or a driver into the folder of tools, and returns its path.
fn install(what: &str) -> Result<PathBuf> {
    tools::node()?;
    let folder = tools::tools_folder()?.join("browsers");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let said = output(node_script("npx").args(["--yes", INSTALLER, "install", what, "--path"]).arg(&folder))
        .map_err(|error| anyhow!("the download failed ({})", cause(&error.to_string())))?;
    installed_path(&said).with_context(|| format!("the installer does not say where {what} is: {said}"))
}

/// The line that names the cause, out of a failing installer's page of help.
fn cause(said: &str) -> &str {
    said.lines().find_map(|line| line.trim().strip_prefix("Error: ")).or(said.lines().last()).unwrap_or_default()
}

/// The path in the installer's last line, which reads `chrome@131.0.6778.85 /path/to/chrome`.
fn installed_path(said: &str) -> Option<PathBuf> {
    said.lines().rev().find_map(|line| line.split_once(' ')).map(|(_, path)| PathBuf::from(path.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(first_number("Chromium 131.0.6778.85 built on Debian 12"), Some(131));
        assert_eq!(first_number("ChromeDriver 130.0.1 (abc)"), Some(130));
        assert_eq!(first_number("no version"), None);
    }

    #[test]
    fn the_cause_is_one_line() {
        assert_eq!(cause("usage: …\n\nError: getaddrinfo ENOTFOUND\n    at dns\n"), "getaddrinfo ENOTFOUND");
        assert_eq!(cause("npx failed\nno such package"), "no such package");
    }

    #[test]
    fn the_installer_ends_with_the_path() {
        let said = "Downloading chrome…\nchrome@131.0.6778.85 /home/my self/chrome\n";
        assert_eq!(installed_path(said), Some(PathBuf::from("/home/my self/chrome")));
    }
}
