//! The app's files: only the listed ones, with the right type and age.

use std::fs;
use std::io::Read;

use crate::common::{Upstream, ask, config, proxy};
use autotask_proxy::{Assets, app as build};

const HASHED: &str = "public, max-age=31536000, immutable";

#[tokio::test]
async fn files_have_their_type_and_age() {
    let proxy = proxy("http://127.0.0.1:1");
    for (path, content_type, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/companies/17", "text/html; charset=utf-8", "no-cache"),
        ("/app-0123456789abcdef.js", "text/javascript; charset=utf-8", HASHED),
        ("/app-0123456789abcdef_bg.wasm", "application/wasm", HASHED),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
    ] {
        for method in ["GET", "HEAD"] {
            let got = ask(method, path).of(&proxy).await;
            assert_eq!(
                (got.status, got.header("content-type"), got.header("cache-control")),
                (200, content_type, cache),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_listed_is_not_there() {
    let proxy = proxy("http://127.0.0.1:1");
    let parts = [
        "..",
        ".",
        "%2e%2e",
        "..%2f",
        "%2e",
        ".git",
        ".env",
        "..\\",
        "%00",
        "~root",
        "Cargo.toml",
        "etc%2fpasswd",
        "a.js",
    ];
    let mut probes: Vec<String> = parts.iter().flat_map(|a| parts.iter().map(move |b| format!("/{a}/{b}"))).collect();
    probes.extend(
        [
            "/.git/config",
            "/.env",
            "/app-0123456789abcdef.js/",
            "/APP-0123456789abcdef.js",
            "//etc",
            "/a//b",
            "/index.html/x",
        ]
        .map(str::to_owned),
    );
    assert!(probes.len() > 150);
    for probe in probes {
        let path: String = probe.replace('\\', "%5c");
        let got = ask("GET", &path).of(&proxy).await;
        assert_eq!(got.status, 404, "{probe}");
        assert_eq!(got.json()["errors"][0], "there is no such file");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"] {
        assert_eq!(ask(method, "/index.html").of(&proxy).await.status, 405, "{method}");
    }
}

#[tokio::test]
async fn gzip_for_those_who_take_it() {
    let proxy = proxy("http://127.0.0.1:1");
    let path = "/app-0123456789abcdef.js";
    let plain = ask("GET", path).of(&proxy).await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    let packed = ask("GET", path).header("accept-encoding", "br, gzip").of(&proxy).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.bytes.len() < plain.bytes.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(packed.bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.bytes);
    let refused = ask("GET", path).header("accept-encoding", "gzip;q=0").of(&proxy).await;
    assert_eq!(refused.header("content-encoding"), "");
}

#[tokio::test]
async fn without_an_app_the_page_says_what_to_type() {
    let upstream = Upstream::saying(200, "{}").await;
    let mut config = config(&upstream.url);
    config.app = Assets::none();
    let proxy = build(config).unwrap();
    let got = ask("GET", "/").of(&proxy).await;
    assert_eq!((got.status, got.header("content-type")), (503, "text/html; charset=utf-8"));
    assert!(got.text().contains("cargo xtask start"));
    assert!(!got.text().contains("style") && !got.text().contains("<script"));
    assert_eq!(ask("GET", "/companies").of(&proxy).await.status, 404);
    assert_eq!(ask("GET", "/api/session").of(&proxy).await.status, 200);
}

#[test]
fn a_folder_is_loaded_without_what_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let error = Assets::from_dir(folder.path()).unwrap_err().to_string();
    assert!(error.contains("`index.html` is missing; build it with `cargo xtask start`"), "{error}");
    let missing = Assets::from_dir(&folder.path().join("none")).unwrap_err().to_string();
    assert!(missing.contains("cannot be read"), "{missing}");
    fs::create_dir_all(folder.path().join("snippets/a")).unwrap();
    fs::create_dir_all(folder.path().join(".stage")).unwrap();
    for name in ["index.html", "snippets/a/inline0.js", ".env", ".stage/x.js"] {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("passwd.txt")).unwrap();
    let assets = Assets::from_dir(folder.path()).unwrap();
    assert!(assets.is_built());
    assert_eq!(format!("{assets:?}"), r#"{"index.html", "snippets/a/inline0.js"}"#);
}
