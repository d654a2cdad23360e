//! Signing in with a provider through the whole proxy: the way there, the way back, and who is let in.

use autotask_proxy::{Proxy, Role, Secret, SignInService, Users};
use axum::Router;
use serde_json::json;

use super::forged::{CLIENT, Forged, SECRET};
use crate::common::{Ask, Got, Upstream, app, ask, config};

/// A proxy whose people sign in at this provider.
struct World {
    router: Router,
    users: Users,
    _upstream: Upstream,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new(issuer: &str, client_id: &str, secret: Option<&str>) -> World {
        let upstream = Upstream::saying(200, r#"{"item":null}"#).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let mut config = config(&upstream.url);
        config.sign_in_to_demo = true;
        config.store = Some(file.clone());
        config.sign_in_service = Some(SignInService {
            name: "Contoso".to_owned(),
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: secret.map(Secret::new),
            tenant: None,
        });
        let router = Proxy::new(config).unwrap().router();
        World { router, users: Users::open(&file).unwrap(), _upstream: upstream, _folder: folder }
    }

    /// Begins: where the browser goes, and its cookie.
    async fn begin(&self) -> (String, String) {
        let got = app("POST", "/api/sign-in").body(json!({"returnTo": "/quality"}).to_string()).of(&self.router).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let cookie = got.header("set-cookie").to_owned();
        assert!(
            cookie.starts_with("sign-in=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"),
            "{cookie}"
        );
        (got.json()["url"].as_str().unwrap().to_owned(), cookie.split(';').next().unwrap().to_owned())
    }

    /// The browser comes back from the other site.
    async fn back(&self, query: &str, cookie: &str) -> Got {
        visit(&format!("/sign-in/callback?{query}")).header("cookie", cookie).of(&self.router).await
    }
}

fn visit(uri: &str) -> Ask {
    let ask = ask("GET", uri).header("sec-fetch-site", "cross-site");
    ask.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document")
}

/// The session's cookie of an answer.
fn session(got: &Got) -> Option<String> {
    let all = got.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    all.filter(|value| value.starts_with("session=")).map(|value| value.split(';').next().unwrap().to_owned()).next()
}

#[tokio::test]
async fn somebody_new_is_let_in_by_an_administrator_and_comes_back_to_the_page() {
    let forged = Forged::start().await;
    let world = World::new(&forged.issuer, CLIENT, Some(SECRET)).await;
    assert_eq!(app("GET", "/api/sign-in").of(&world.router).await.json(), json!({"provider": {"name": "Contoso"}}));
    assert_eq!(app("GET", "/api/session").of(&world.router).await.kind(), (401, "signIn".to_owned()));

    let (url, cookie) = world.begin().await;
    let first = world.back(&forged.query(&url), &cookie).await;
    assert_eq!((first.status, session(&first)), (403, None), "{}", first.text());
    assert!(first.text().contains("an administrator"), "{}", first.text());
    let known = world.users.list().unwrap();
    assert_eq!(
        (known.len(), known[0].login.as_str(), known[0].role, known[0].is_disabled),
        (1, "ada@msp.test", Role::Viewer, true)
    );

    world.users.set_disabled("ada@msp.test", false).unwrap();
    world.users.set_role("ada@msp.test", Role::Editor).unwrap();
    let (url, cookie) = world.begin().await;
    let query = forged.query(&url);
    let second = world.back(&query, &cookie).await;
    assert_eq!((second.status, second.header("location")), (303, "/quality"), "{}", second.text());
    let own = session(&second).unwrap();
    let who = app("GET", "/api/session").header("cookie", &own).of(&world.router).await;
    assert_eq!((who.status, &who.json()["user"]["role"]), (200, &json!("editor")));
    assert_eq!(world.back(&query, &cookie).await.status, 403, "spent");

    world.users.set_disabled("ada@msp.test", true).unwrap();
    assert_eq!(app("GET", "/api/session").header("cookie", &own).of(&world.router).await.status, 401);
}

#[tokio::test]
async fn nobody_comes_back_for_another_browser() {
    let forged = Forged::start().await;
    let world = World::new(&forged.issuer, CLIENT, Some(SECRET)).await;
    let (url, cookie) = world.begin().await;
    let (_, other) = world.begin().await;
    for (query, cookie) in [
        (forged.query(&url), String::new()),
        (forged.query(&url), other),
        (forged.query(&url), format!("{cookie}; {cookie}")),
        ("error=access_denied".to_owned(), cookie.clone()),
        ("code=x&state=y".to_owned(), cookie),
    ] {
        let got = world.back(&query, &cookie).await;
        assert_eq!((got.status, session(&got)), (403, None), "{query}: {}", got.text());
        assert!(got.text().contains("Nobody was signed in: ") && got.header("location").is_empty());
        assert_eq!(got.header("cache-control"), "no-store");
    }
    // A page of another site cannot begin one, and cannot fetch the way back.
    for ask in [ask("POST", "/api/sign-in"), app("POST", "/api/sign-in").header("sec-fetch-site", "cross-site")] {
        assert_eq!(ask.body("{}").of(&world.router).await.status, 403);
    }
    let fetched = ask("GET", "/sign-in/callback?code=x").header("sec-fetch-site", "cross-site").of(&world.router).await;
    assert_eq!(fetched.status, 403);
    assert!(!fetched.text().contains("<html"), "{}", fetched.text());
}

#[tokio::test]
async fn a_provider_that_is_down_or_not_there_is_told() {
    let world = World::new("http://127.0.0.1:1/none", CLIENT, None).await;
    let got = app("POST", "/api/sign-in").body(r#"{"returnTo":"/"}"#).of(&world.router).await;
    assert_eq!(got.kind(), (502, "unreachable".to_owned()));
    assert!(
        got.text().contains("the sign-in service does not answer this server") && !got.text().contains("127.0.0.1")
    );
    for body in ["", "[]", r#"{"returnTo":1}"#, r#"{"returnTo":"/","more":1}"#] {
        assert_eq!(app("POST", "/api/sign-in").body(body).of(&world.router).await.status, 400, "{body}");
    }
    let router = Proxy::new(config("http://127.0.0.1:1")).unwrap().router();
    assert_eq!(app("GET", "/api/sign-in").of(&router).await.json(), json!({"provider": null}));
    assert_eq!(app("POST", "/api/sign-in").body(r#"{"returnTo":"/"}"#).of(&router).await.status, 409);
    assert_eq!(visit("/sign-in/callback").of(&router).await.status, 403);
    let mut wrong = config("http://127.0.0.1:1");
    wrong.sign_in_service = Some(SignInService {
        name: "x".into(),
        issuer: "http://x.test".into(),
        client_id: "c".into(),
        client_secret: None,
        tenant: None,
    });
    let error = Proxy::new(wrong).unwrap_err().to_string();
    assert!(error.contains("demo") || error.contains("issuer"), "{error}");
}
