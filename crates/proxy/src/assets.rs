//! Assets: the built app, as the list of its files. What is not in the list is not served.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderValue;

use crate::config::Error;

/// Most bytes of a file; the app's largest has about a megabyte.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most files, so that a wrong folder is refused and not loaded.
const FILES_MAX: usize = 5_000;

/// The built app, in memory.
#[derive(Clone, Default)]
pub struct Assets {
    files: Arc<BTreeMap<String, Asset>>,
}

/// A file of the app.
pub(crate) struct Asset {
    pub(crate) bytes: Bytes,
    /// The same compressed, where that is shorter.
    pub(crate) gzip: Option<Bytes>,
    pub(crate) content_type: HeaderValue,
    pub(crate) cache_control: HeaderValue,
}

impl Assets {
    /// No app: `/` says how to build it.
    #[must_use]
    pub fn none() -> Assets {
        Assets::default()
    }

    /// These files, by their paths without a leading slash.
    #[must_use]
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Assets {
        let files =
            files.into_iter().map(|(path, bytes)| (path.to_owned(), Asset::new(path, Bytes::copy_from_slice(bytes))));
        Assets { files: Arc::new(files.collect()) }
    }

    /// All files of a folder and the folders in it. Files and folders that begin with a dot, and links, are left out.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no built app in the folder or a file cannot be read.
    pub fn from_dir(dir: &Path) -> Result<Assets, Error> {
        let mut files = BTreeMap::new();
        load(dir, "", &mut files).map_err(|error| {
            Error::new(format!(
                "the app in {} cannot be read ({error}); build it with `cargo xtask start`",
                dir.display()
            ))
        })?;
        if !files.contains_key("index.html") {
            return Err(Error::new(format!(
                "there is no built app in {}: `index.html` is missing; build it with `cargo xtask start`",
                dir.display()
            )));
        }
        Ok(Assets { files: Arc::new(files) })
    }

    /// Whether there is an app.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.files.contains_key("index.html")
    }

    /// The file at a path of the site; a path that could be one of the app's own pages is `index.html`.
    pub(crate) fn find(&self, path: &str) -> Option<&Asset> {
        let path = path.strip_prefix('/')?;
        self.files.get(path).or_else(|| if is_page(path) { self.files.get("index.html") } else { None })
    }
}

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.files.keys()).finish()
    }
}

/// Whether a path could be a page of the app: `companies/17`, but no file, no dot, nothing encoded.
fn is_page(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let stem = path.strip_suffix('/').unwrap_or(path);
    path.is_empty() || stem.split('/').all(|segment| !segment.is_empty() && segment.bytes().all(is_plain))
}

fn load(dir: &Path, prefix: &str, files: &mut BTreeMap<String, Asset>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            load(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() {
            if entry.metadata()?.len() > FILE_BYTES_MAX || files.len() >= FILES_MAX {
                return Err(io::Error::other("it is too large to be the app"));
            }
            let asset = Asset::new(&path, fs::read(entry.path())?.into());
            files.insert(path, asset);
        }
    }
    Ok(())
}

impl Asset {
    fn new(path: &str, bytes: Bytes) -> Asset {
        let (content_type, is_text) = content_type(path);
        let cache_control = if is_hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
        Asset {
            gzip: is_text.then(|| gzip(&bytes)).flatten(),
            bytes,
            content_type: HeaderValue::from_static(content_type),
            cache_control: HeaderValue::from_static(cache_control),
        }
    }
}

/// The type of a file, and whether it is worth compressing.
fn content_type(path: &str) -> (&'static str, bool) {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "json" | "map" => ("application/json; charset=utf-8", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "ico" => ("image/x-icon", false),
        "woff2" => ("font/woff2", false),
        _ => ("application/octet-stream", false),
    }
}

/// Whether a path carries the hash of its content, as Trunk writes it: `app-0123456789abcdef_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    path.split('/').any(|segment| {
        let stem = segment.split_once('.').map_or(segment, |(stem, _)| stem);
        let stem = stem.strip_suffix("_bg").unwrap_or(stem);
        stem.rsplit_once('-').is_some_and(|(_, hash)| {
            hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        })
    })
}

fn gzip(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < bytes.len()).then(|| packed.into())
}

/// What gzip unpacks to, `None` when it is not gzip or more than `max` bytes.
pub(crate) fn gunzip(bytes: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let limit = u64::try_from(max).ok()?.checked_add(1)?;
    flate2::read::GzDecoder::new(bytes).take(limit).read_to_end(&mut plain).ok()?;
    (plain.len() <= max).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names() {
        for path in [
            "autotask-app-0123456789abcdef.js",
            "autotask-app-0123456789abcdef_bg.wasm",
            "loader-00ff00ff00ff00ff.js",
            "snippets/leptos-0123456789abcdef/inline0.js",
            "tokens-deadbeef.css",
        ] {
            assert!(is_hashed(path), "{path}");
        }
        for path in ["index.html", "favicon.svg", "my-file.js", "app-1234567.js", "a-ABCDEF01.js", "app-decade.js"] {
            assert!(!is_hashed(path), "{path}");
        }
    }

    #[test]
    fn pages() {
        for path in ["", "companies", "companies/17", "companies/17/", "data-quality", "a_b-c"] {
            assert!(is_page(path), "{path}");
        }
        for path in ["a.js", ".env", ".git/config", "a//b", "/", "%2e%2e/x", "a\\b", "a;b", "a/../b", "a/b//", "~root"]
        {
            assert!(!is_page(path), "{path}");
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let packed = gzip(&vec![b'a'; 100_000]).unwrap();
        assert_eq!(gunzip(&packed, 100_000).map(|plain| plain.len()), Some(100_000));
        assert_eq!(gunzip(&packed, 99_999), None);
        assert_eq!(gunzip(b"no gzip", 100), None);
    }
}
