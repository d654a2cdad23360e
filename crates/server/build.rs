//! Puts the built app into a release build, when there is one; builds nothing itself.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var(name).map_err(io::Error::other);
    let mut files = Vec::new();
    // A debug build serves what `--app` names: without this line it would be built anew with every build of the app.
    if variable("PROFILE")? == "release" {
        let dist = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../../dist");
        // Also when it is not there, since then it may come.
        println!("cargo::rerun-if-changed={}", dist.display());
        if dist.join("index.html").is_file() {
            collect(&dist.canonicalize()?, "", &mut files)?;
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
    files.sort();
    let mut list = String::from(
        "/// The files of the app that were there when this was built.\npub(crate) static FILES: &[(&str, &[u8])] = &[\n",
    );
    for (name, path) in files {
        let _ = writeln!(list, "    ({name:?}, include_bytes!({path:?})),");
    }
    list.push_str("];\n");
    fs::write(Path::new(&variable("OUT_DIR")?).join("embedded.rs"), list)
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            files.push((format!("{prefix}{name}"), entry.path()));
        }
    }
    Ok(())
}
