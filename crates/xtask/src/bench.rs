//! `cargo xtask bench`: runs the benchmarks, which are scripts in `benches/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::run::run as run_command;
use crate::{app, browser, npm, tools};

/// The benchmark that looks at the app in a browser; the others are spared the build.
const OF_THE_APP: &str = "keystroke";

#[derive(Args)]
pub(crate) struct Options {
    /// Which one; all of them without it
    name: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let scripts = scripts(Path::new("benches"))?;
    let names: Vec<String> = scripts.iter().map(|script| name(script)).collect();
    if scripts.is_empty() && options.name.is_none() {
        println!("there are no benchmarks yet: one would be a script benches/NAME.mjs");
        return Ok(());
    }
    let wanted = |script: &&PathBuf| options.name.as_ref().is_none_or(|wanted| name(script) == *wanted);
    let chosen: Vec<&PathBuf> = scripts.iter().filter(wanted).collect();
    ensure!(
        !chosen.is_empty(),
        "there is no benchmark `{}`; there are: {}",
        options.name.as_deref().unwrap_or_default(),
        if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
    );
    tools::node()?;
    npm::run()?;
    tools::npm_ci(Path::new("benches"))?;
    for script in chosen {
        println!("benchmark {}", name(script));
        let mut command = Command::new("node");
        command.arg(script);
        if name(script) == OF_THE_APP {
            let app = app::build()?;
            command.env("APP_DIST", app).env("AUTOTASK_CRM_BIN", app::build_server()?);
            command.env("CHROME", browser::chromium()?);
        }
        run_command(&mut command)?;
    }
    Ok(())
}

fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut scripts: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    scripts.retain(|path| path.extension().is_some_and(|extension| extension == "mjs"));
    scripts.sort();
    Ok(scripts)
}

fn name(script: &Path) -> String {
    script.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
