//! The proxy is a list of permissions: what is in core's table passes, built anew; nothing else does.

use crate::common::{Upstream, app, ask, client, proxy};
use autotask_core::route::{Method, Route, RouteError, flat_route, route};
use autotask_core::{entity, entity_names};

#[tokio::test]
async fn all_entities_and_methods_are_as_the_table_says() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    let (mut passed, mut refused, mut kept_out) = (0, 0, 0);
    for name in entity_names() {
        let info = entity(name).unwrap();
        let mut paths: Vec<String> = [
            "",
            "/5",
            "/query",
            "/query/count",
            "/entityInformation",
            "/entityInformation/fields",
            "/entityInformation/userDefinedFields",
            "/5/6/7",
        ]
        .map(|rest| format!("/V1.0/{name}{rest}"))
        .to_vec();
        if let Some(parent) = info.parent {
            paths.extend(
                ["", "/6", "/query"].map(|rest| format!("/V1.0/{}/5/{}{rest}", parent.path, parent.child_path)),
            );
        }
        for path in &paths {
            for method in [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete] {
                let got = app(method.as_str(), &format!("/ATServicesRest{path}")).body("{}").of(&proxy).await;
                let calls: Vec<String> = upstream.taken().into_iter().map(|call| call.line).collect();
                match route(method, path) {
                    // Webhooks would carry data out past every permission; what they are made of may be known.
                    found
                        if name.contains("Webhook")
                            && !path.contains("entityInformation")
                            && (found.is_ok() || flat_route(method, path).is_some()) =>
                    {
                        assert_eq!((got.status, calls.len()), (500, 0), "{method} {path}");
                        assert!(got.text().contains("webhooks are not reached"), "{method} {path}: {}", got.text());
                        kept_out += 1;
                    }
                    Ok(found) => {
                        let (method, path) = found.to_request_line();
                        assert_eq!(calls, [format!("{method} /ATServicesRest{path}")]);
                        assert_eq!(got.status, 200, "{method} {path}");
                        passed += 1;
                    }
                    // The flat write of older texts; its parent's id is missing here.
                    Err(_) if flat_route(method, path).is_some() => {
                        assert_eq!((got.status, calls.len()), (500, 0), "{method} {path}");
                        assert!(got.text().contains("are written below"), "{method} {path}: {}", got.text());
                    }
                    Err(error) => {
                        let expected = match error {
                            RouteError::NotFound => 404,
                            RouteError::MethodNotAllowed => 405,
                            RouteError::BadId => 400,
                        };
                        assert_eq!((got.status, calls.len()), (expected, 0), "{method} {path}");
                        assert_eq!(got.header("allow").is_empty(), expected != 405, "{method} {path}");
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(passed > 500 && refused > 1000 && kept_out > 60, "{passed} passed, {refused} refused, {kept_out} kept out");
}

#[tokio::test]
async fn autotask_sees_exactly_these_headers() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    let hostile = [
        ("ImpersonationResourceId", "4"),
        ("Cookie", "a=b"),
        ("Authorization", "Bearer x"),
        ("X-Forwarded-For", "1.2.3.4"),
        ("X-Forwarded-Host", "evil.test"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "for=1.2.3.4"),
        ("Via", "x"),
        ("Connection", "secret"),
        ("Connection", "keep-alive, username"),
        ("Keep-Alive", "timeout=5"),
        ("TE", "trailers"),
        ("Trailer", "Secret"),
        ("Upgrade", "h2c"),
        ("Proxy-Authorization", "x"),
        ("Proxy-Connection", "x"),
        ("X_Secret", "x"),
        ("Api_Integration_Code", "x"),
        ("User_Name", "x"),
        ("Secret", "from-browser"),
        ("UserName", "from-browser"),
        ("ApiIntegrationCode", "from-browser"),
        ("secret", "twice"),
        ("X-Http-Method-Override", "DELETE"),
        ("X-Original-Url", "/x"),
        ("X-Rewrite-Url", "/x"),
        ("Referer", "https://evil.test"),
        ("User-Agent", "evil"),
        ("Accept", "text/html"),
        ("Accept-Encoding", "br"),
        ("Accept-Language", "xx"),
        ("Content-Type", "application/json; charset=evil"),
        ("Range", "bytes=0-1"),
        ("If-None-Match", "x"),
        ("Expect", "x"),
        ("X-Request-Id", "mine"),
        ("Traceparent", "00-1-1-1"),
        ("Idempotency-Key", "x"),
    ];
    for (method, path, body) in [
        ("GET", "/ATServicesRest/V1.0/Companies/5", ""),
        ("POST", "/ATServicesRest/V1.0/Companies/query", r#"{"filter":[]}"#),
        ("PATCH", "/ATServicesRest/V1.0/Companies/5/Contacts", r#"{"id":5}"#),
    ] {
        let mut asked = app(method, path).body(body);
        for (name, value) in hostile {
            asked = asked.header(name, value);
        }
        assert_eq!(asked.of(&proxy).await.status, 200);
        let call = upstream.taken().pop().unwrap();
        let mut found: Vec<String> =
            call.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        found.sort();
        let mut expected = vec![
            "accept-encoding: gzip".to_owned(),
            "accept: application/json".to_owned(),
            "apiintegrationcode: UP-CODE".to_owned(),
            format!("host: {}", upstream.url.trim_start_matches("http://")),
            "secret: up-secret".to_owned(),
            format!("user-agent: autotask-crm/{}", env!("CARGO_PKG_VERSION")),
            "username: up-user".to_owned(),
        ];
        if !body.is_empty() {
            expected
                .extend([format!("content-length: {}", call.body.len()), "content-type: application/json".to_owned()]);
        }
        expected.sort();
        assert_eq!(found, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn zone_and_versions_go_without_credentials_both_ways() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    for path in ["/ATServicesRest/V1.0/zoneInformation?user=x%40y.test", "/atservicesrest/versioninformation"] {
        assert_eq!(ask("GET", path).of(&proxy).await.status, 200);
        let call = upstream.taken().pop().unwrap();
        for name in ["secret", "username", "apiintegrationcode"] {
            assert!(!call.headers.contains_key(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn paths_that_lead_elsewhere_are_refused() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    let tricks = [
        "/../Companies/5",
        "/V1.0/../V1.0/Companies/5",
        "/V1.0/Companies/..%2f5",
        "/V1.0/Companies/%2e%2e/5",
        "/V1.0/..%5cCompanies/5",
        "//V1.0/Companies/5",
        "/V1.0//Companies/5",
        "/V1.0/Companies//5",
        "/V1.0/Companies/5//",
        "/V1.0/Companies/5/../6",
        "/V1.0/Companies/5%00",
        "/V1.0/Companies/5%2f..",
        "/V1.0/Companies%2f5",
        "/V1.0/%43ompanies/5",
        "/V1.0/Companies/5;x=y",
        "/V1.0/Companies/5.json",
        "/V1.0/Companies/0x5",
        "/V1.0/Companies/5e0",
        "/V1.0/Companies/99999999999999999999",
        "/V1.0/Companies/5@evil.test",
        "/V1.0/@evil.test/Companies/5",
        "/V1.0/https://evil.test/",
        "/V1.0/Companies/%35",
        "/V1.0/Companies/5/Contacts/../../6",
        "/V1.0/Companies/..;/5",
        "/V2.0/Companies/5",
        "/V1.0/",
        "/V1.0",
        "",
        "/",
        "/V1.0/./Companies/5",
        "/V1.0/Companies/5%0d%0aSecret:x",
        "/V1.0/Companies/5%20",
        "/V1.0/Companies/５",
        "/V1.0/xml/Companies/5",
        "/swagger",
        "/V1.0/query",
        "/V1.0/Companies/query/../5",
        "/V1.0/Companies/query/next/",
        "/V1.0/Companies/query%2fnext?paging=1",
        "/V1.0/Companies/\\5",
    ];
    for trick in tricks {
        // What a client cannot even write down raw is written as it would be sent.
        let path: String = trick
            .chars()
            .map(|c| if c.is_ascii() && c != '\\' { c.to_string() } else { "%EF%BC%95".to_owned() })
            .collect();
        for asked in [app("GET", &format!("/ATServicesRest{path}")), client("GET", &format!("/ATServicesRest{path}"))] {
            let got = asked.of(&proxy).await;
            assert!((400..500).contains(&got.status), "{trick}: {}", got.status);
            assert!(!got.text().contains("evil"), "{trick}");
        }
    }
    assert_eq!(upstream.taken().len(), 0);
}

#[tokio::test]
async fn only_known_callers_get_through() {
    let upstream = Upstream::saying(200, r#"{"item":null}"#).await;
    let proxy = proxy(&upstream.url);
    let path = "/ATServicesRest/V1.0/Companies/5";
    let three = |code: &str, user: &str, secret: &str| {
        ask("GET", path).header("ApiIntegrationCode", code).header("UserName", user).header("Secret", secret)
    };
    for (asked, status) in [
        (three("CLIENT-CODE", "client@test", "client-secret"), 200),
        (app("GET", path), 200),
        (ask("GET", path), 401),
        (three("CLIENT-CODE", "client@test", "wrong"), 401),
        (three("CLIENT-CODE", "CLIENT@test", "client-secret"), 401),
        (three("wrong", "client@test", "client-secret"), 401),
        (three("", "", ""), 401),
        (three("UP-CODE", "up-user", "up-secret"), 401),
        (three("CLIENT-CODE", "client@test", "client-secret").header("Secret", "client-secret"), 401),
        (ask("GET", path).header("X-Requested-With", "XMLHttpRequest"), 401),
        (ask("GET", path).header("UserName", "client@test").header("Secret", "client-secret"), 401),
        // Before routing, as at Autotask.
        (ask("GET", "/ATServicesRest/V1.0/Nothing"), 401),
        (ask("TRACE", path), 405),
    ] {
        let got = asked.of(&proxy).await;
        assert_eq!(got.status, status);
        assert!(status != 401 || got.bytes.is_empty(), "401 is empty");
    }
    assert_eq!(upstream.taken().len(), 2);

    let mut config = crate::common::config(&upstream.url);
    config.clients = None;
    let without = autotask_proxy::app(config).unwrap();
    assert_eq!(three("CLIENT-CODE", "client@test", "client-secret").of(&without).await.status, 401);
}

#[tokio::test]
async fn attachments_may_be_larger_than_other_bodies() {
    const MAX: usize = 10_000_000;
    let upstream = Upstream::saying(200, r#"{"itemId":1}"#).await;
    let proxy = proxy(&upstream.url);
    let post = |path: &str, size: usize| {
        let text = format!(r#"{{"data":"{}"}}"#, "A".repeat(size - 11));
        assert_eq!(text.len(), size);
        app("POST", &format!("/ATServicesRest/V1.0/{path}")).body(text)
    };
    for path in ["Companies/5/Attachments", "Tickets/5/Attachments"] {
        assert_eq!(post(path, MAX).of(&proxy).await.status, 200, "{path}");
        let over = post(path, MAX + 1).of(&proxy).await;
        assert_eq!(over.kind(), (413, "validation".to_owned()), "{path}");
        assert!(over.text().contains("10000000 bytes"), "{}", over.text());
    }
    let bytes: Vec<usize> = upstream.taken().iter().map(|taken| taken.body.len()).collect();
    assert_eq!(bytes, [MAX, MAX], "both went on whole, and no others");
    for path in ["Companies/5/Notes", "CompanyAttachments/query"] {
        let got = post(path, 1_048_577).of(&proxy).await;
        assert_eq!(got.kind(), (413, "validation".to_owned()), "{path}");
    }
    let packed = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &vec![b' '; MAX + 1]).unwrap();
        encoder.finish().unwrap()
    };
    let bomb = app("POST", "/ATServicesRest/V1.0/Tickets/5/Attachments").header("Content-Encoding", "gzip");
    assert_eq!(bomb.body(packed).of(&proxy).await.status, 415);
}

#[tokio::test]
async fn bodies_are_bounded_and_json() {
    let upstream = Upstream::saying(200, r#"{"itemId":1}"#).await;
    let proxy = proxy(&upstream.url);
    let post = |body: Vec<u8>| app("POST", "/ATServicesRest/V1.0/Companies").body(body);
    let sized = |size: usize| {
        let text = format!(r#"{{"companyName":"{}"}}"#, "a".repeat(size - 18));
        assert_eq!(text.len(), size);
        text.into_bytes()
    };
    assert_eq!(post(sized(1_048_576)).of(&proxy).await.status, 200);
    assert_eq!(post(sized(1_048_577)).of(&proxy).await.kind(), (413, "validation".to_owned()));
    assert_eq!(upstream.taken().len(), 1);

    let packed = |plain: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, plain).unwrap();
        encoder.finish().unwrap()
    };
    let gzip = |body: Vec<u8>| post(body).header("content-encoding", "gzip");
    assert_eq!(gzip(packed(b"{'companyName':'A'}")).of(&proxy).await.status, 200);
    assert_eq!(upstream.taken().pop().unwrap().body, r#"{"companyName":"A"}"#);
    assert_eq!(gzip(packed(&sized(1_048_577))).of(&proxy).await.status, 415);
    assert_eq!(gzip(b"{}".to_vec()).of(&proxy).await.status, 415);
    assert_eq!(post(packed(b"{}")).header("content-encoding", "br").of(&proxy).await.status, 415);

    for body in ["", "[]", "7", "{", &"[".repeat(100_000)] {
        let got = post(body.as_bytes().to_vec()).of(&proxy).await;
        assert_eq!((got.status, got.failure().kind), (500, autotask_core::FailureKind::Validation), "{body:.20}");
    }
    assert_eq!(upstream.taken().len(), 0);
}

#[tokio::test]
async fn a_zone_look_up_by_a_known_client_is_one_for_this_servers_user() {
    let upstream = Upstream::saying(200, "{}").await;
    let proxy = proxy(&upstream.url);
    for (asked, sent) in [("client%40test", "up-user"), ("other%40x.test", "other%40x.test")] {
        ask("GET", &format!("/ATServicesRest/V1.0/zoneInformation?user={asked}")).of(&proxy).await;
        assert_eq!(upstream.taken()[0].line, format!("GET /ATServicesRest/V1.0/zoneInformation?user={sent}"));
    }
    assert!(matches!(route(Method::Get, "/V1.0/zoneInformation"), Ok(Route::Zone)));
}
