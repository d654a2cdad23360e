//! Where this user's data is kept.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// `autotask-crm` in the user's data folder, as each system has it; `None` when the user has no home.
pub(crate) fn data_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(target_os = "macos") {
        set("HOME")?.join("Library/Application Support")
    } else if cfg!(windows) {
        set("APPDATA")?
    } else {
        // A relative path is invalid there and to be ignored.
        set("XDG_DATA_HOME").filter(|path| path.is_absolute()).or_else(|| Some(set("HOME")?.join(".local/share")))?
    };
    Some(folder.join("autotask-crm"))
}

/// A file in this user's data folder, which is made. `instead` says what to do where there is none.
pub(crate) fn data_file(name: &str, instead: &str) -> Result<PathBuf> {
    let Some(folder) = data_folder(|name| std::env::var_os(name)) else {
        bail!("there is no home folder to keep data in; {instead}");
    };
    fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} cannot be made; {instead}", folder.display()))?;
    Ok(folder.join(name))
}

#[cfg(all(test, not(windows), not(target_os = "macos")))]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        assert_eq!(data_folder(find), expected.map(PathBuf::from));
    }

    #[test]
    fn the_folder_follows_the_systems_rule() {
        check(&[("HOME", "/h"), ("XDG_DATA_HOME", "/x")], Some("/x/autotask-crm"));
        check(&[("HOME", "/h")], Some("/h/.local/share/autotask-crm"));
        check(&[("HOME", "/h"), ("XDG_DATA_HOME", "")], Some("/h/.local/share/autotask-crm"));
        check(&[("HOME", "/h"), ("XDG_DATA_HOME", "x")], Some("/h/.local/share/autotask-crm"));
        check(&[], None);
    }
}
