//! Users and their sessions: signing in, out, and everything that ends a session (security.md, W1, W2, W10).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use autotask_proxy::{Clock, Config, Proxy, Role, Users};
use axum::Router;
use rusqlite::Connection;
use serde_json::json;

use crate::common::{Ask, Got, Upstream, app, ask, client, config, serve_config};

pub(crate) const PASSWORD: &str = "pAssw0rd-canary-5f1c";
pub(crate) const DATA: &str = "/ATServicesRest/V1.0/Companies/1";
const PUBLIC: &str = "https://crm.example.com";
const MINUTE: i64 = 60_000;

/// A proxy to which people sign in, whose clock stands until it is moved.
pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) users: Users,
    pub(crate) upstream: Upstream,
    pub(crate) file: PathBuf,
    time: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> World {
        World::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> World {
        World::before(Upstream::saying(200, r#"{"item":null}"#).await, change)
    }

    /// One before this Autotask.
    pub(crate) fn before(upstream: Upstream, change: impl FnOnce(&mut Config)) -> World {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let users = Users::open(&file).unwrap();
        for (login, role) in
            [("ada@x.test", Role::Administrator), ("ed@x.test", Role::Editor), ("vi@x.test", Role::Viewer)]
        {
            users.add(login, &format!("{role} of the test"), role, PASSWORD).unwrap();
        }
        let time = Arc::new(AtomicI64::new(1_800_000_000_000));
        let clock = Arc::clone(&time);
        let mut config = config(&upstream.url);
        config.sign_in_to_demo = true;
        config.public_url = Some(PUBLIC.to_owned());
        config.store = Some(file.clone());
        config.clock = Clock::of(move || clock.load(Ordering::Relaxed));
        change(&mut config);
        let router = Proxy::new(config).unwrap().router();
        World { router, users, upstream, file, time, _folder: folder }
    }

    pub(crate) fn pass(&self, minutes: i64) {
        self.time.fetch_add(minutes * MINUTE, Ordering::Relaxed);
    }

    /// Signs in; the cookie.
    pub(crate) async fn cookie(&self, login: &str) -> String {
        let got = sign_in(login, PASSWORD).of(&self.router).await;
        assert_eq!(got.status, 200, "{}", got.text());
        cookie_of(&got)
    }

    /// What the app gets with this cookie: the session's status and that of data.
    pub(crate) async fn status(&self, cookie: &str) -> u16 {
        let got = app("GET", "/api/session").header("cookie", cookie).of(&self.router).await;
        let data = app("GET", DATA).header("cookie", cookie).of(&self.router).await;
        assert_eq!(got.status, data.status);
        if got.status == 401 {
            assert_eq!((got.kind(), data.kind()), ((401, "signIn".to_owned()), (401, "signIn".to_owned())));
        }
        got.status
    }
}

pub(crate) fn sign_in(login: &str, password: &str) -> Ask {
    app("POST", "/api/session").body(json!({"login": login, "password": password}).to_string())
}

pub(crate) fn cookie_of(got: &Got) -> String {
    got.header("set-cookie").split(';').next().unwrap().to_owned()
}

fn session_rows(world: &World) -> i64 {
    Connection::open(&world.file).unwrap().query_row("select count(*) from sessions", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn signing_in_answers_who_it_is_with_exactly_this_cookie() {
    let world = World::new().await;
    let got = sign_in(" Ed@X.test", PASSWORD).of(&world.router).await;
    let expected = json!({
        "user": {"name": "editor of the test", "role": "editor", "login": "ed@x.test"},
        // What is in it, the test `roles` asks.
        "may": got.json()["may"],
        "mode": "demo",
        "environment": "sandbox",
        "apiRoot": "/ATServicesRest",
        "webUrl": null,
        "version": env!("CARGO_PKG_VERSION"),
    });
    assert_eq!((got.status, got.json()), (200, expected.clone()));
    let pair = cookie_of(&got);
    let id = pair.strip_prefix("session=").unwrap();
    assert_eq!(got.header("set-cookie"), format!("session={id}; Path=/; HttpOnly; SameSite=Strict"));
    assert_eq!(got.headers.get_all("set-cookie").iter().count(), 1);
    assert!(id.len() == 43 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{id}");
    let read = app("GET", "/api/session").header("cookie", &pair).of(&world.router).await;
    assert_eq!((read.status, read.json(), read.header("set-cookie")), (200, expected, ""));
    assert_eq!(read.header("cache-control"), "no-store");

    let far = || sign_in("ed@x.test", PASSWORD).host("crm.example.com").peer(Some("203.0.113.7:4000"));
    let got = far().header("origin", PUBLIC).of(&world.router).await;
    let pair = cookie_of(&got);
    let id = pair.strip_prefix("__Host-session=").unwrap();
    assert_eq!(got.header("set-cookie"), format!("__Host-session={id}; Path=/; Secure; HttpOnly; SameSite=Strict"));
    let with = |cookie: &str| app("GET", DATA).host("crm.example.com").header("cookie", cookie);
    assert_eq!(with(&pair).of(&world.router).await.status, 200);
    assert_eq!(
        with(&format!("session={id}")).of(&world.router).await.status,
        401,
        "a cookie without the prefix is none there"
    );
    let out = app("DELETE", "/api/session").host("crm.example.com").header("cookie", &pair).of(&world.router).await;
    let cleared = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";
    assert_eq!((out.status, out.header("set-cookie")), (204, cleared));
}

#[tokio::test]
async fn a_given_cookie_is_never_taken_over_and_the_old_session_ends() {
    let world = World::new().await;
    let planted = format!("session={}", "A".repeat(43));
    let got = sign_in("ed@x.test", PASSWORD).header("cookie", &planted).of(&world.router).await;
    let first = cookie_of(&got);
    assert_ne!(first, planted);
    assert_eq!(world.status(&planted).await, 401);
    let got = sign_in("ada@x.test", PASSWORD).header("cookie", &first).of(&world.router).await;
    let second = cookie_of(&got);
    assert_ne!(first, second);
    assert_eq!((world.status(&first).await, world.status(&second).await), (401, 200));
    let twice = format!("{second}; {planted}");
    assert_eq!(world.status(&twice).await, 401, "a second cookie of that name is a trick");
}

#[tokio::test]
async fn a_cookie_is_of_no_use_after_signing_out() {
    let world = World::new().await;
    let (cookie, other) = (world.cookie("ed@x.test").await, world.cookie("ed@x.test").await);
    let out = app("DELETE", "/api/session").header("cookie", &cookie).of(&world.router).await;
    assert_eq!((out.status, out.header("set-cookie")), (204, "session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"));
    assert_eq!((world.status(&cookie).await, world.status(&other).await), (401, 200));
    assert_eq!(app("DELETE", "/api/session").of(&world.router).await.status, 204, "nobody is signed out as well");
}

#[tokio::test]
async fn what_is_in_the_store_opens_nothing() {
    let world = World::new().await;
    let cookie = world.cookie("ed@x.test").await;
    let id = cookie.strip_prefix("session=").unwrap();
    let store = Connection::open(&world.file).unwrap();
    let hash: Vec<u8> = store.query_row("select hash from sessions", [], |row| row.get(0)).unwrap();
    assert_eq!(hash.len(), 32);
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let base64: String = hash
        .chunks(3)
        .flat_map(|chunk| {
            let bits =
                chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
            (0..=chunk.len()).map(|n| char::from(letters[bits >> (18 - 6 * n) & 63])).collect::<Vec<_>>()
        })
        .collect();
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(base64.len(), 43);
    for stolen in [&base64, &hex, &hex[..43], &id[..42], &format!("{}A", &id[..42]), &id.to_lowercase()] {
        if stolen != id {
            assert_eq!(world.status(&format!("session={stolen}")).await, 401, "{stolen}");
        }
    }
    drop(store);
    for end in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{end}", world.file.display())).unwrap();
        for secret in [id, PASSWORD] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "in store.db{end}");
        }
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_twelve_hours() {
    let world = World::new().await;
    let (idle, used) = (world.cookie("ed@x.test").await, world.cookie("ada@x.test").await);
    world.pass(29);
    assert_eq!(world.status(&used).await, 200);
    world.pass(1);
    assert_eq!((world.status(&idle).await, world.status(&used).await), (401, 200));
    world.pass(-1);
    assert_eq!(world.status(&idle).await, 200, "the clock went back, so its time is not over");
    world.pass(1);
    // 30 of 720 minutes are over.
    for _ in 0..34 {
        world.pass(20);
        assert_eq!(world.status(&used).await, 200);
    }
    world.pass(9);
    assert_eq!(world.status(&used).await, 200);
    world.pass(1);
    assert_eq!(world.status(&used).await, 401);
    assert_eq!(session_rows(&world), 2);
    world.cookie("vi@x.test").await;
    assert_eq!(session_rows(&world), 1, "what is over is forgotten");
    for _ in 0..25 {
        world.cookie("ed@x.test").await;
    }
    assert_eq!(session_rows(&world), 21, "twenty for each");
}

#[tokio::test]
async fn who_is_signed_in_reads_on_when_nothing_can_be_written() {
    let world = World::new().await;
    let cookie = world.cookie("ed@x.test").await;
    world.pass(2);
    let other = Connection::open(&world.file).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let got = app("GET", DATA).header("cookie", &cookie).of(&world.router).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let got = sign_in("ed@x.test", PASSWORD).of(&world.router).await;
    assert_eq!(got.kind(), (503, "fault".to_owned()), "and nobody new comes in");
    drop(other);
    assert_eq!(sign_in("ed@x.test", PASSWORD).of(&world.router).await.status, 200);
}

#[tokio::test]
async fn who_is_kept_out_is_out_at_once() {
    let world = World::new().await;
    let (ed, ada) = (world.cookie("ed@x.test").await, world.cookie("ada@x.test").await);
    world.users.set_disabled("ed@x.test", true).unwrap();
    assert_eq!((world.status(&ed).await, world.status(&ada).await), (401, 200));
    let got = sign_in("ed@x.test", PASSWORD).of(&world.router).await;
    assert_eq!(got.kind(), (401, "credentials".to_owned()));
    world.users.set_disabled("ed@x.test", false).unwrap();
    assert_eq!(world.status(&ed).await, 401, "the session is gone");
    assert_eq!(world.status(&world.cookie("ed@x.test").await).await, 200);
    world.users.set_password("ada@x.test", "another-Passw0rd").unwrap();
    assert_eq!(world.status(&ada).await, 401, "another password ends all sessions");
    assert_eq!(sign_in("ada@x.test", PASSWORD).of(&world.router).await.status, 401);
    assert_eq!(sign_in("ada@x.test", "another-Passw0rd").of(&world.router).await.status, 200);
    let vi = world.cookie("vi@x.test").await;
    world.users.set_role("vi@x.test", Role::Editor).unwrap();
    let got = app("GET", "/api/session").header("cookie", &vi).of(&world.router).await;
    assert_eq!(got.json()["user"]["role"], "editor", "from the next request on");
}

#[tokio::test]
async fn wrong_sign_ins_are_all_alike() {
    let world = World::new().await;
    world.users.set_disabled("vi@x.test", true).unwrap();
    let mut answers = Vec::new();
    for (login, password) in [
        ("ed@x.test", "wrong-wrong-wrong"),
        ("nobody@x.test", PASSWORD),
        ("vi@x.test", PASSWORD),
        ("", ""),
        ("ed@x.test", ""),
        ("ed@x.test", &"x".repeat(2000)),
        ("' or 1=1 --", PASSWORD),
    ] {
        let got = sign_in(login, password).of(&world.router).await;
        answers.push((got.status, got.text(), got.header("set-cookie").to_owned()));
    }
    answers.dedup();
    let text = r#"{"errors":["the login or the password is wrong; try again"],"kind":"credentials"}"#;
    assert_eq!(answers, [(401, text.to_owned(), String::new())]);
    for body in ["", "{", "[]", r#"{"login":"a"}"#, r#"{"login":"a","password":"hidden","role":"administrator"}"#] {
        let got = app("POST", "/api/session").body(body).of(&world.router).await;
        assert_eq!(got.kind(), (400, "validation".to_owned()), "{body}");
        assert!(!got.text().contains("hidden"));
    }
    let got = sign_in("ed@x.test", &"x".repeat(9000)).of(&world.router).await;
    assert_eq!(got.status, 413);
}

#[tokio::test]
async fn an_unknown_login_takes_as_long_as_a_wrong_password() {
    let world = World::new().await;
    let logins = ["ed@x.test", "nobody@x.test"];
    let mut least = [Duration::MAX; 2];
    let ratio = |[one, other]: [Duration; 2]| one.as_secs_f64() / other.as_secs_f64();
    // The machine may do something else meanwhile, so until the least times agree. Without a hash one were a tenth of the other.
    for round in 0..40 {
        for (least, login) in least.iter_mut().zip(logins) {
            // Another place each time, so that nobody waits.
            let peer = format!("127.0.0.{}:1", round + 1);
            let started = Instant::now();
            assert_eq!(sign_in(login, "wrong-wrong").peer(Some(&peer)).of(&world.router).await.status, 401);
            *least = (*least).min(started.elapsed());
        }
        if round >= 5 && (0.95..1.05).contains(&ratio(least)) {
            break;
        }
    }
    println!("wrong password {:?}, unknown login {:?}, ratio {:.3}", least[0], least[1], ratio(least));
    assert!((0.4..2.5).contains(&ratio(least)), "{least:?}");
}

#[tokio::test]
async fn only_the_apps_own_page_acts_in_a_session() {
    let world = World::new().await;
    let (mut let_in, mut kept_out) = (0, 0);
    let mut cookie = world.cookie("ed@x.test").await;
    for (method, path, body) in [
        ("POST", "/api/session", json!({"login": "ed@x.test", "password": PASSWORD}).to_string()),
        ("DELETE", "/api/session", String::new()),
        ("PUT", "/api/drafts/a", json!({"over": 0, "body": {}}).to_string()),
        ("GET", "/api/runs", String::new()),
        ("PATCH", "/ATServicesRest/V1.0/Companies", json!({"id": 1}).to_string()),
        ("GET", DATA, String::new()),
    ] {
        for mark in [None, Some("autotask-crm"), Some("XMLHttpRequest")] {
            for origin in [None, Some("http://localhost:8080"), Some(PUBLIC), Some("https://evil.test"), Some("null")] {
                for site in [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site")] {
                    let mut asked = ask(method, path).header("cookie", &cookie).body(body.clone());
                    for (name, value) in [("x-requested-with", mark), ("origin", origin), ("sec-fetch-site", site)] {
                        if let Some(value) = value {
                            asked = asked.header(name, value);
                        }
                    }
                    world.upstream.taken();
                    let rows = session_rows(&world);
                    let got = asked.of(&world.router).await;
                    let own_origin = matches!(origin, None | Some("http://localhost:8080"));
                    let own_site = matches!(site, None | Some("same-origin" | "none"));
                    let what = format!("{method} {path} {mark:?} {origin:?} {site:?}: {}", got.text());
                    if mark == Some("autotask-crm") && own_origin && own_site {
                        assert!(matches!(got.status, 200 | 204 | 409), "{what}");
                        let_in += 1;
                        if path == "/api/session" {
                            assert_eq!(world.status(&cookie).await, 401, "{what}");
                            cookie = world.cookie("ed@x.test").await;
                        }
                    } else {
                        // Autotask's own empty 401 where another client may call.
                        let is_client = own_origin && own_site && path.starts_with("/AT");
                        assert_eq!(got.status, if is_client { 401 } else { 403 }, "{what}");
                        assert_eq!((world.upstream.taken().len(), session_rows(&world)), (0, rows), "{what}");
                        assert_eq!(got.header("set-cookie"), "", "{what}");
                        kept_out += 1;
                    }
                }
            }
        }
    }
    assert_eq!((let_in, kept_out), (6 * 2 * 3, 6 * (3 * 5 * 5 - 2 * 3)));
}

#[tokio::test]
async fn nothing_but_health_is_answered_to_nobody() {
    let world = World::new().await;
    for path in ["/api", "/api/", "/api/runs", "/api/runs/a", "/api/drafts", "/api/none", "/api/session/x"] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let got = app(method, path).of(&world.router).await;
            assert_eq!(got.kind(), (401, "signIn".to_owned()), "{method} {path}");
            assert_eq!(got.header("cache-control"), "no-store");
        }
    }
    for path in ["/V1.0/Companies/1", "/V1.0/Nothing", "/versioninformation", "/V1.0/Version", "", "/V1.0/Companies"] {
        let got = app("GET", &format!("/ATServicesRest{path}")).of(&world.router).await;
        assert_eq!(got.kind(), (401, "signIn".to_owned()), "{path}");
        let got = ask("GET", &format!("/ATServicesRest{path}")).of(&world.router).await;
        assert_eq!((got.status, got.bytes.len()), (401, 0), "{path}");
    }
    assert_eq!(world.upstream.taken().len(), 0);
    assert_eq!(ask("GET", "/api/health").of(&world.router).await.status, 200);
    assert_eq!(ask("GET", "/").of(&world.router).await.status, 200, "the page with the sign-in is for everybody");
    assert_eq!(client("GET", DATA).of(&world.router).await.status, 200, "the client of the settings");
    assert_eq!(client("GET", "/api/runs").of(&world.router).await.status, 403, "which is not the app");
    // The zone is asked for before anything else; whoever asks, it is this server's own and asked for once.
    world.upstream.taken();
    for user in ["ed%40x.test", "nobody%40evil.test", ""] {
        let uri = format!("/ATServicesRest/V1.0/zoneInformation?user={user}");
        assert_eq!(ask("GET", &uri).of(&world.router).await.status, 200);
    }
    let calls: Vec<String> = world.upstream.taken().into_iter().map(|call| call.line).collect();
    assert_eq!(calls, ["GET /ATServicesRest/V1.0/zoneInformation?user=up-user"]);
}

#[tokio::test]
async fn other_machines_come_in_by_the_public_address_only() {
    let world = World::new().await;
    let far = Some("203.0.113.7:4000");
    for (host, peer, status) in [
        ("crm.example.com", far, 200),
        ("CRM.example.com:443", far, 200),
        ("crm.example.com", Some("127.0.0.1:5"), 200),
        ("localhost:8080", Some("127.0.0.1:5"), 200),
        ("localhost:8080", far, 403),
        ("127.0.0.1:8080", far, 403),
        ("crm.example.com:8080", far, 403),
        ("crm.example.com:80", far, 403),
        ("crm.example.com.evil.test", far, 403),
        ("evil.test", far, 403),
        ("", far, 403),
        ("crm.example.com", None, 403),
    ] {
        let got = ask("GET", "/").host(host).peer(peer).of(&world.router).await;
        assert_eq!(got.status, status, "{host} {peer:?}");
    }
    let near = World::with(|config| config.public_url = None).await;
    assert_eq!(ask("GET", "/").peer(far).of(&near.router).await.status, 403);
    assert_eq!(ask("GET", "/").of(&near.router).await.status, 200);
}

#[tokio::test]
async fn a_thousand_bad_sign_ins_are_bounded_and_nobody_else_waits() {
    let world = Arc::new(World::new().await);
    let ada = world.cookie("ada@x.test").await;
    let started = Instant::now();
    let tries: Vec<_> = (0..1000)
        .map(|n| {
            let router = world.router.clone();
            // Half at one login, half at another each time.
            let login = if n % 2 == 0 { "ed@x.test".to_owned() } else { format!("guess{n}@x.test") };
            tokio::spawn(async move { sign_in(&login, "wrong-wrong-wrong").of(&router).await })
        })
        .collect();
    let mut longest = Duration::ZERO;
    for _ in 0..50 {
        let asked = Instant::now();
        assert_eq!(world.status(&ada).await, 200);
        longest = longest.max(asked.elapsed());
    }
    let (mut wrong, mut waits, mut busy) = (0, 0, 0);
    for tried in tries {
        let got = tried.await.unwrap();
        match got.status {
            401 => wrong += 1,
            429 => {
                assert_eq!((got.kind().1.as_str(), got.header("retry-after")), ("throttled", "901"));
                waits += 1;
            }
            503 => {
                assert_eq!((got.kind().1.as_str(), got.header("retry-after")), ("throttled", "2"));
                busy += 1;
            }
            other => panic!("{other}: {}", got.text()),
        }
    }
    println!(
        "{wrong} hashed, {waits} throttled, {busy} turned away in {:?}; others waited at most {longest:?}",
        started.elapsed()
    );
    // As many as wait, run, and come while those end.
    assert!(wrong <= 505 && waits + busy >= 495 && busy > 0, "{wrong} {waits} {busy}");
    assert!(longest < Duration::from_secs(3), "{longest:?}");
    // From elsewhere the login is not locked; from here it is, until a quarter of an hour is over.
    while sign_in("ed@x.test", "wrong-wrong-wrong").of(&world.router).await.status != 429 {}
    assert_eq!(sign_in("ed@x.test", PASSWORD).of(&world.router).await.status, 429);
    let elsewhere = sign_in("ed@x.test", PASSWORD).peer(Some("127.0.0.2:1")).of(&world.router).await;
    assert_eq!(elsewhere.status, 200);
    world.pass(15);
    assert_eq!(sign_in("ed@x.test", PASSWORD).of(&world.router).await.status, 200);
}

#[tokio::test]
async fn without_users_this_machine_is_let_in_until_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let mut config = config("http://127.0.0.1:1");
    config.store = Some(file.clone());
    let proxy = Proxy::new(config).unwrap();
    assert!(!proxy.has_users());
    let router = proxy.router();
    let got = ask("GET", "/api/session").of(&router).await;
    assert_eq!(got.json()["user"], json!({"name": "Demo user", "role": "administrator", "login": null}));
    assert_eq!(app("GET", "/api/runs").of(&router).await.status, 200);
    assert_eq!(sign_in("ed@x.test", PASSWORD).of(&router).await.status, 409);
    assert_eq!(app("GET", "/api/runs").peer(Some("203.0.113.7:4000")).of(&router).await.status, 403);
    let users = Users::open(&file).unwrap();
    users.add("ed@x.test", "Ed", Role::Editor, PASSWORD).unwrap();
    assert_eq!(app("GET", "/api/runs").of(&router).await.status, 401, "from now on everybody signs in");
    users.set_disabled("ed@x.test", true).unwrap();
    assert_eq!(app("GET", "/api/runs").of(&router).await.status, 401, "and that never turns back");
}

#[test]
fn what_nobody_could_sign_in_to_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let refused = |config: Config| Proxy::new(config).unwrap_err().to_string();
    let serve = || {
        let mut config = serve_config();
        config.store = Some(file.clone());
        config
    };
    let mut public = serve();
    public.public_url = Some(PUBLIC.to_owned());
    public.listen = "0.0.0.0:8080".parse().unwrap();
    assert!(refused(public.clone()).contains("nobody could sign in"));
    let mut plain = public.clone();
    plain.public_url = Some("http://crm.example.com".to_owned());
    assert!(refused(plain).contains("passwords would be read on the way"));
    let mut unnamed = public.clone();
    unnamed.public_url = None;
    assert!(refused(unnamed.clone()).contains("it is not said under which name"));
    let mut demo = config("http://127.0.0.1:1");
    demo.store = Some(file.clone());
    demo.public_url = Some(PUBLIC.to_owned());
    assert!(refused(demo.clone()).contains("the demo has a user of its own"));
    let mut asked = demo.clone();
    asked.sign_in_to_demo = true;
    assert!(refused(asked).contains("there are no users to sign in"));
    Users::open(&file).unwrap().add("ed@x.test", "Ed", Role::Editor, PASSWORD).unwrap();
    assert!(Proxy::new(public).unwrap().has_users());
    assert!(Proxy::new(serve()).unwrap().has_users());
    assert!(refused(unnamed).contains("it is not said under which name"));
    demo.public_url = None;
    assert!(refused(demo).contains("the demo has a user of its own"), "real users are not for the demo");
}

#[test]
fn users_are_checked_before_they_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let users = Users::open(&folder.path().join("store.db")).unwrap();
    let add = |login: &str, name: &str, password: &str| {
        users.add(login, name, Role::Viewer, password).map_err(|error| error.to_string())
    };
    for (login, name, password, expected) in [
        ("ed", "Ed", PASSWORD, "a login is an e-mail address"),
        ("ed@x.test", " ", PASSWORD, "a name has 1 to 200 bytes"),
        ("ed@x.test", "Ed\u{7}", PASSWORD, "a name has 1 to 200 bytes"),
        ("ed@x.test", "Ed", "hidden-pw", "a password has at least 12 letters"),
    ] {
        let error = add(login, name, password).unwrap_err();
        assert!(error.contains(expected) && !error.contains("hidden"), "{error}");
    }
    add("ED@x.test", "Ed", PASSWORD).unwrap();
    assert!(add("ed@X.test", "Eddy", PASSWORD).unwrap_err().contains("there is a user ed@x.test already"));
    let error = users.set_role("al@x.test", Role::Editor).unwrap_err().to_string();
    assert!(error.contains("there is no user al@x.test"), "{error}");
    let listed: Vec<(String, Role, bool)> =
        users.list().unwrap().into_iter().map(|user| (user.login, user.role, user.has_password)).collect();
    assert_eq!(listed, [("ed@x.test".to_owned(), Role::Viewer, true)]);
}

/// Everything around passwords, cookies and tokens, and what was answered and logged.
#[tokio::test]
async fn passwords_and_ids_are_in_no_log() {
    use tracing::instrument::WithSubscriber;
    let log = crate::secrets::Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let (mut cookies, mut tokens) = (Vec::new(), Vec::new());
    async {
        let world = World::new().await;
        for login in ["ed@x.test", "ada@x.test", "nobody@x.test"] {
            let got = sign_in(login, PASSWORD).of(&world.router).await;
            assert!(!got.text().contains(PASSWORD));
            cookies.push(cookie_of(&got));
        }
        let body = json!({"name": "x", "days": 1}).to_string();
        let made = app("POST", "/api/tokens").header("cookie", &cookies[0]).body(body).of(&world.router).await;
        let token = made.json()["token"].as_str().unwrap().to_owned();
        ask("GET", DATA).header("username", "ed@x.test").header("secret", &token).of(&world.router).await;
        tokens.push(token);
        for cookie in &cookies {
            app("GET", DATA).header("cookie", cookie).of(&world.router).await;
            app("DELETE", "/api/session").header("cookie", cookie).of(&world.router).await;
        }
        // A password where the login belongs, as it happens.
        sign_in(PASSWORD, "ed@x.test").of(&world.router).await;
    }
    .with_subscriber(subscriber)
    .await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("signed in") && logged.contains("a sign-in was refused"), "{logged}");
    let ids = cookies.iter().filter_map(|cookie| cookie.strip_prefix("session="));
    assert_eq!(tokens.len(), 1);
    for secret in ids.chain(tokens.iter().map(|token| &token[6..])).chain([PASSWORD, "x.test"]) {
        assert!(!logged.contains(secret), "{secret} in {logged}");
    }
}
