//! Compiles the app into files of wasm and JavaScript: a main one, and one for each page whose code comes later.
//!
//! ```text
//! app ──cargo──► one .wasm ──split──► main .wasm ──wasm-bindgen──► .js .wasm ─┐
//!                             └─────► .wasm of the pages, pages.js ───────────┴─wasm-opt─► named by their hash
//! ```
//!
//! Trunk cannot do this itself: the cut needs what the linker knows, and wasm-bindgen throws that away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail, ensure};
use sha2::{Digest, Sha256};

use crate::run::{cargo, run, target_dir};
use crate::shrink::shrink;
use crate::size::{gzip_size, kibibytes};
use crate::tools::{self, WASM_TARGET};

/// What the files of the main part are called.
const NAME: &str = "autotask-app";
/// What the splitter calls its JavaScript; the wasm asks for it by this name.
const SPLIT_JS: &str = "__wasm_split.js";
/// The largest download before the list of companies is there, in bytes after gzip. 400 KiB are wanted; tables in columns and
/// the texts of the quality rules, which stand with all other texts in the main part, take 7 more.
const LARGEST: usize = 420 * 1024;

/// The files that the page begins with, by name.
#[derive(Debug)]
pub(crate) struct MainFiles {
    pub(crate) js: String,
    pub(crate) pages_js: String,
    pub(crate) wasm: String,
}

/// How the app is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly, with the checks of a debug build.
    Debug,
    /// Small.
    Release,
}

/// Compiles the app and puts its files into the folder.
pub(crate) fn build(profile: Profile, folder: &Path) -> Result<MainFiles> {
    let compiled = compile(profile)?;
    let work = tempfile::tempdir().context("cannot create a temporary folder")?;
    let parts = split(&compiled, work.path())?;
    if profile == Profile::Release {
        let wasm_opt = tools::wasm_opt_program()?;
        for wasm in parts.iter().filter(|path| path.extension().is_some_and(|extension| extension == "wasm")) {
            shrink(&wasm_opt, wasm)?;
        }
    }
    let files = parts.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let (files, main) = named_by_hash(files)?;
    for file in &files {
        fs::write(folder.join(&file.name), &file.content).with_context(|| format!("cannot write {}", file.name))?;
    }
    if profile == Profile::Release {
        check_size(&files, &main)?;
    }
    Ok(main)
}

fn compile(profile: Profile) -> Result<PathBuf> {
    let (cargo_profile, folder) = match profile {
        Profile::Debug => ("dev", "debug"),
        Profile::Release => ("wasm-release", "wasm-release"),
    };
    let options = ["--package", NAME, "--bin", NAME, "--target", WASM_TARGET, "--profile", cargo_profile];
    // The splitter follows these from function to function.
    run(cargo().arg("rustc").args(options).args(["--", "-Clink-args=--emit-relocs"]))?;
    Ok(target_dir()?.join(WASM_TARGET).join(folder).join(format!("{NAME}.wasm")))
}

/// Cuts the compiled app, and returns the paths of all files it consists of now.
fn split(compiled: &Path, work: &Path) -> Result<Vec<PathBuf>> {
    let input = fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let main_wasm = work.join("main.wasm");
    let finished = work.join("finished");
    let main_module = format!("./{NAME}.js");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = &finished;
    options.main_out_path = &main_wasm;
    options.main_module = &main_module;
    wasm_split_cli_support::transform(options).map_err(|error| anyhow!("cannot split the app's wasm: {error:#}"))?;
    let wasm_bindgen = tools::wasm_bindgen()?.join("wasm-bindgen");
    let bindings = ["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", NAME, "--out-dir"];
    run(Command::new(wasm_bindgen).args(bindings).arg(&finished).arg(&main_wasm))?;
    let mut parts = fs::read_dir(&finished)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
        .with_context(|| format!("cannot read {}", finished.display()))?;
    parts.sort();
    Ok(parts)
}

struct File {
    name: String,
    content: Vec<u8>,
}

fn read(path: &Path) -> Result<File> {
    let name = path.file_name().and_then(|name| name.to_str()).context("a part of the app has no readable name")?;
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(File { name: name.to_owned(), content })
}

/// Gives every file a name with the hash of all of them, so that browsers may keep each for ever.
///
/// One hash for all: they name each other in a circle, and fit only the ones they were built with.
fn named_by_hash(files: Vec<File>) -> Result<(Vec<File>, MainFiles)> {
    let mut hash = Sha256::new();
    for file in &files {
        hash.update(&file.name);
        hash.update((file.content.len() as u64).to_le_bytes());
        hash.update(&file.content);
    }
    let hash: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let new_name = |name: &str| -> Result<String> {
        let (stem, extension) = name.rsplit_once('.').with_context(|| format!("`{name}` has no extension"))?;
        let stem = match stem {
            "__wasm_split" => "pages",
            stem => stem.strip_prefix("split_").unwrap_or(stem),
        };
        // wasm-bindgen's own suffix stays at the end, as Trunk has it.
        Ok(match stem.strip_suffix("_bg") {
            Some(stem) => format!("{stem}-{hash}_bg.{extension}"),
            None => format!("{stem}-{hash}.{extension}"),
        })
    };
    let names = files.iter().map(|file| Ok((file.name.clone(), new_name(&file.name)?))).collect::<Result<Vec<_>>>()?;
    let named = files
        .into_iter()
        .zip(&names)
        .map(|(file, (_, name))| {
            let content = if file.name.ends_with(".js") { with_new_names(file.content, &names)? } else { file.content };
            Ok(File { name: name.clone(), content })
        })
        .collect::<Result<Vec<_>>>()?;
    let find = |old: &str| -> Result<String> {
        let found = names.iter().find(|(name, _)| name == old);
        found.map(|(_, name)| name.clone()).with_context(|| format!("the built app has no {old}"))
    };
    let main = MainFiles {
        js: find(&format!("{NAME}.js"))?,
        pages_js: find(SPLIT_JS)?,
        wasm: find(&format!("{NAME}_bg.wasm"))?,
    };
    Ok((named, main))
}

/// The JavaScript with the other files' new names where it imports or fetches them.
///
/// Where it hands an import to the wasm, the old name stays: the wasm itself asks by that name.
fn with_new_names(script: Vec<u8>, names: &[(String, String)]) -> Result<Vec<u8>> {
    let mut script = String::from_utf8(script).context("the built JavaScript is not UTF-8")?;
    for (old, new) in names {
        for (quote, path, place) in [('"', "./", "from "), ('"', "./", "new URL("), ('\'', "", "new URL(")] {
            let asked = format!("{place}{quote}{path}{old}{quote}");
            script = script.replace(&asked, &format!("{place}{quote}./{new}{quote}"));
        }
        let asks = script.replace(&format!("\"./{old}\": import"), "");
        ensure!(!asks.contains(&format!("/{old}")), "the built JavaScript still asks for {old} by its old name");
    }
    Ok(script.into_bytes())
}

fn check_size(files: &[File], main: &MainFiles) -> Result<()> {
    let mut first = 0;
    for file in files {
        let size = gzip_size(&file.content)?;
        println!("{}: {} KiB, {} KiB after gzip", file.name, kibibytes(file.content.len()), kibibytes(size));
        if file.name == main.wasm {
            first = size;
        }
    }
    if first > LARGEST {
        bail!(
            "{} is larger than {} KiB after gzip; `app/src/pages/lazy.rs` says how pages come later",
            main.wasm,
            kibibytes(LARGEST)
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &str) -> File {
        File { name: name.to_owned(), content: content.as_bytes().to_vec() }
    }

    fn built(js: &str) -> Vec<File> {
        vec![
            file(SPLIT_JS, "import { initSync } from \"./autotask-app.js\"; fetch(new URL(\"./split_company.wasm\"))"),
            file("autotask-app.js", js),
            file("autotask-app_bg.wasm", "a"),
            file("split_company.wasm", "b"),
        ]
    }

    #[test]
    fn files_are_named_by_their_hash_and_find_each_other() {
        let (files, main) =
            named_by_hash(built("import * as import1 from \"./__wasm_split.js\"; new URL('autotask-app_bg.wasm'); \"./__wasm_split.js\": import1")).unwrap();
        let hash = main.js.strip_prefix("autotask-app-").and_then(|rest| rest.strip_suffix(".js")).unwrap();
        assert_eq!(hash.len(), 16);
        assert_eq!(main.wasm, format!("autotask-app-{hash}_bg.wasm"));
        let texts: Vec<_> = files.iter().map(|file| String::from_utf8_lossy(&file.content).into_owned()).collect();
        assert_eq!(
            texts[0],
            format!(
                "import {{ initSync }} from \"./autotask-app-{hash}.js\"; fetch(new URL(\"./company-{hash}.wasm\"))"
            )
        );
        assert_eq!(
            texts[1],
            format!(
                "import * as import1 from \"./pages-{hash}.js\"; new URL('./autotask-app-{hash}_bg.wasm'); \
                 \"./__wasm_split.js\": import1"
            )
        );
    }

    #[test]
    fn another_content_is_another_name() {
        let name = |js: &str| named_by_hash(built(js)).unwrap().1.js;
        assert_eq!(name("a()"), name("a()"));
        assert_ne!(name("a()"), name("b()"));
    }

    #[test]
    fn a_name_that_is_not_found_is_an_error() {
        let error = named_by_hash(built("import(`./split_company.wasm`)")).err().unwrap();
        assert_eq!(error.to_string(), "the built JavaScript still asks for split_company.wasm by its old name");
    }
}
