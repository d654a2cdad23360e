//! Who may call: only this machine, under a name of its own, and only our own page.

use crate::common::{HOST, Upstream, app, ask, proxy};

const DATA: &str = "/ATServicesRest/V1.0/Companies/1";

#[tokio::test]
async fn the_truth_table() {
    let upstream = Upstream::saying(200, r#"{"item":null}"#).await;
    let proxy = proxy(&upstream.url);
    let hosts = [
        (HOST, true),
        ("127.0.0.1:8080", true),
        ("[::1]:8080", true),
        ("localhost", true),
        ("evil.test:8080", false),
        ("localhost:9999", false),
        ("localhost.evil.test:8080", false),
    ];
    let origins = [
        (None, true),
        (Some("own"), true),
        (Some("null"), false),
        (Some("http://localhost:9999"), false),
        (Some("https://localhost:8080"), false),
        (Some("http://evil.test"), false),
        (Some("http://localhost:8080.evil.test"), false),
        (Some("http://localhost:8080/"), false),
        (Some(""), false),
    ];
    let sites = [
        (None, true),
        (Some("same-origin"), true),
        (Some("none"), true),
        (Some("same-site"), false),
        (Some("cross-site"), false),
        (Some("nonsense"), false),
    ];
    let mut admitted = 0;
    for (host, host_ok) in hosts {
        for (origin, origin_ok) in origins {
            for (site, site_ok) in sites {
                let mut asked = app("GET", DATA).host(host);
                let own = format!("http://{host}");
                if let Some(origin) = origin {
                    asked = asked.header("origin", if origin == "own" { &own } else { origin });
                }
                if let Some(site) = site {
                    asked = asked.header("sec-fetch-site", site);
                }
                let got = asked.of(&proxy).await;
                // Only where host and origin agree on the own address by chance is a foreign origin our own.
                let origin_ok = origin_ok || origin == Some(own.as_str());
                let expected = if host_ok && origin_ok && site_ok { 200 } else { 403 };
                assert_eq!(got.status, expected, "{host} {origin:?} {site:?}");
                admitted += usize::from(got.status == 200);
            }
        }
    }
    assert_eq!(upstream.taken().len(), admitted, "what is refused never reaches Autotask");
    assert_eq!(admitted, 4 * 2 * 3);
}

#[tokio::test]
async fn the_guard_stands_before_everything() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    for path in [
        "/",
        "/api/session",
        "/api/health",
        "/api/none",
        "/none.js",
        DATA,
        "/ATServicesRest/V1.0/zoneInformation",
        "/atservicesrest/versioninformation",
    ] {
        for asked in [
            ask("GET", path).host("rebound.evil.test:8080"),
            ask("GET", path).header("origin", "https://evil.test"),
            ask("GET", path).header("sec-fetch-site", "cross-site"),
            ask("GET", path).peer(Some("192.168.1.9:5000")),
            ask("GET", path).peer(Some("[2001:db8::1]:5000")),
            ask("GET", path).peer(None),
        ] {
            let got = asked.of(&proxy).await;
            assert_eq!(got.kind(), (403, "permission".to_owned()), "{path}");
        }
    }
    assert_eq!(upstream.taken().len(), 0);
}

#[tokio::test]
async fn this_machine_has_many_addresses() {
    let upstream = Upstream::saying(200, r#"{"item":null}"#).await;
    let proxy = proxy(&upstream.url);
    for peer in ["127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
        assert_eq!(app("GET", DATA).peer(Some(peer)).of(&proxy).await.status, 200, "{peer}");
    }
}

#[tokio::test]
async fn tricks_with_headers_are_refused() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    for asked in [
        app("GET", DATA).no_host(),
        app("GET", DATA).header("host", "evil.test"),
        app("GET", DATA).header("origin", "http://localhost:8080").header("origin", "http://evil.test"),
        app("GET", DATA).header("sec-fetch-site", "none").header("sec-fetch-site", "cross-site"),
        app("GET", &format!("http://evil.test:8080{DATA}")),
    ] {
        let got = asked.of(&proxy).await;
        assert!(got.status == 400 || got.status == 403, "{}", got.text());
    }
    assert_eq!(upstream.taken().len(), 0);
    assert_eq!(app("GET", &format!("http://{HOST}{DATA}")).of(&proxy).await.status, 200, "absolute form, own host");
}

#[tokio::test]
async fn a_link_from_another_site_opens_the_app_and_no_data() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    let visit = |method: &str, path: &str| {
        app(method, path)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
    };
    for (method, path, status) in [
        ("GET", "/", 200),
        ("GET", "/companies/17", 200),
        ("POST", "/", 403),
        ("GET", "/api/session", 403),
        ("GET", "/API/session", 403),
        ("GET", DATA, 403),
        ("GET", "/atservicesrest/v1.0/zoneInformation", 403),
    ] {
        assert_eq!(visit(method, path).of(&proxy).await.status, status, "{method} {path}");
    }
    let framed = ask("GET", "/")
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "iframe");
    assert_eq!(framed.of(&proxy).await.status, 403);
    assert_eq!(upstream.taken().len(), 0);
}
