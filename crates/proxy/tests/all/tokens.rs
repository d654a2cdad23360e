//! Personal access tokens: made after the password, shown once, and given in the place of Autotask's `Secret`.

use autotask_proxy::Role;
use axum::Router;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::common::{Ask, Got, app, ask, config, proxy};
use crate::people::{DATA, PASSWORD, World};

const WRITE: &str = "/ATServicesRest/V1.0/Companies";

async fn make(world: &World, cookie: &str, body: Value) -> Got {
    app("POST", "/api/tokens").header("cookie", cookie).body(body.to_string()).of(&world.router).await
}

/// A new token of this user: id and text.
async fn token(world: &World, login: &str, body: Value) -> (i64, String) {
    let got = make(world, &world.cookie(login).await, body).await;
    assert_eq!(got.status, 201, "{}", got.text());
    (got.json()["id"].as_i64().unwrap(), got.json()["token"].as_str().unwrap().to_owned())
}

fn with(method: &str, uri: &str, login: &str, token: &str) -> Ask {
    ask(method, uri).header("UserName", login).header("Secret", token).header("ApiIntegrationCode", "ANYTHING")
}

async fn statuses(router: &Router, login: &str, token: &str) -> (u16, u16) {
    let read = with("GET", DATA, login, token).of(router).await;
    let write = with("PATCH", WRITE, login, token).body(r#"{"id":1}"#).of(router).await;
    if read.status == 401 {
        assert_eq!(read.bytes.len(), 0, "as Autotask says it");
    }
    (read.status, write.status)
}

#[tokio::test]
async fn a_token_is_shown_once_and_acts_as_its_owner() {
    let world = World::new().await;
    let cookie = world.cookie("ed@x.test").await;
    let got = make(&world, &cookie, json!({"name": " Backup script ", "days": 90})).await;
    let (status, mut made) = (got.status, got.json());
    let token = made.as_object_mut().unwrap().remove("token").unwrap().as_str().unwrap().to_owned();
    let day = 24 * 3600 * 1000;
    let expected = json!({
        "id": 1, "name": "Backup script", "role": "editor",
        "createdAt": 1_800_000_000_000_i64, "expiresAt": 1_800_000_000_000_i64 + 90 * day, "usedAt": null,
    });
    assert_eq!((status, &made), (201, &expected));
    assert!(token.strip_prefix("atcrm_").is_some_and(|random| random.len() == 43), "{token}");
    assert_eq!(got.header("cache-control"), "no-store");
    let list = async || app("GET", "/api/tokens").header("cookie", &cookie).of(&world.router).await;
    assert_eq!(list().await.json(), json!({"tokens": [expected]}), "without the token itself");

    assert_eq!(statuses(&world.router, "ed@x.test", &token).await, (200, 200));
    assert_eq!(statuses(&world.router, "Ed@X.test", &token).await, (200, 200));
    assert_eq!(list().await.json()["tokens"][0]["usedAt"], 1_800_000_000_000_i64);
    let swapped = token.to_ascii_uppercase();
    for (login, secret) in [
        ("ada@x.test", token.as_str()),
        ("", &token),
        ("ed@x.test", &token[6..]),
        ("ed@x.test", &token[..48]),
        ("ed@x.test", &swapped),
        ("ed@x.test", PASSWORD),
        ("ed@x.test", ""),
        ("ed@x.test", &format!("atcrm_{}", "A".repeat(43))),
    ] {
        assert_eq!(statuses(&world.router, login, secret).await, (401, 401), "{login} {secret}");
    }
    let twice = with("GET", DATA, "ed@x.test", &token).header("Secret", &token).of(&world.router).await;
    assert_eq!(twice.status, 401);
    // It is no session: neither the app's addresses nor its mark.
    for asked in [
        with("GET", "/api/runs", "ed@x.test", &token),
        with("POST", "/api/tokens", "ed@x.test", &token).body(json!({"name": "more", "days": 1}).to_string()),
    ] {
        assert_eq!(asked.of(&world.router).await.status, 403);
    }
    let marked = with("GET", DATA, "ed@x.test", &token).header("x-requested-with", "autotask-crm");
    assert_eq!(marked.of(&world.router).await.status, 401, "the app's page is asked for its session");
    let foreign = with("GET", DATA, "ed@x.test", &token).header("origin", "https://evil.test");
    assert_eq!(foreign.of(&world.router).await.status, 403);
    let cookie_too = with("GET", DATA, "ed@x.test", "wrong").header("cookie", &cookie);
    assert_eq!(cookie_too.of(&world.router).await.status, 401, "a cookie counts for nothing there");
    let ada = world.cookie("ada@x.test").await;
    let audit = app("GET", "/api/audit").header("cookie", &ada).of(&world.router).await.json();
    assert_eq!(audit["items"][0]["who"], "editor of the test, by token Backup script <ed@x.test>", "{audit}");
    // Autotask never sees the token.
    for call in world.upstream.taken() {
        assert!(!format!("{call:?}").contains(&token[6..]) && call.headers["username"] == "up-user");
    }
}

#[tokio::test]
async fn what_is_taken_back_over_or_kept_out_is_refused_at_once() {
    let world = World::new().await;
    let (id, token_of_ed) = token(&world, "ed@x.test", json!({"name": "a", "days": 2})).await;
    let (_, other) = token(&world, "ed@x.test", json!({"name": "b", "days": 1})).await;
    let ada = world.cookie("ada@x.test").await;
    let ed = world.cookie("ed@x.test").await;
    let drop = async |cookie: &str, id: &str| {
        let asked = app("DELETE", &format!("/api/tokens/{id}")).header("cookie", cookie);
        asked.of(&world.router).await.status
    };
    assert_eq!(drop(&ada, &id.to_string()).await, 404, "it is not hers, and so it is not there");
    assert_eq!((drop(&ed, "x").await, drop(&ed, "99").await), (404, 404));
    assert_eq!(statuses(&world.router, "ed@x.test", &token_of_ed).await, (200, 200));
    assert_eq!(drop(&ed, &id.to_string()).await, 204);
    assert_eq!(statuses(&world.router, "ed@x.test", &token_of_ed).await, (401, 401));
    assert_eq!(drop(&ed, &id.to_string()).await, 404);

    world.users.set_disabled("ed@x.test", true).unwrap();
    assert_eq!(statuses(&world.router, "ed@x.test", &other).await, (401, 401));
    world.users.set_disabled("ed@x.test", false).unwrap();
    assert_eq!(statuses(&world.router, "ed@x.test", &other).await, (200, 200));
    world.pass(24 * 60 - 1);
    assert_eq!(statuses(&world.router, "ed@x.test", &other).await, (200, 200));
    world.pass(1);
    assert_eq!(statuses(&world.router, "ed@x.test", &other).await, (401, 401));
}

#[tokio::test]
async fn a_token_has_the_lesser_role() {
    let world = World::new().await;
    let (_, full) = token(&world, "ed@x.test", json!({"name": "full", "days": 1})).await;
    let (_, reads) = token(&world, "ed@x.test", json!({"name": "reads", "days": 1, "role": "viewer"})).await;
    assert_eq!(statuses(&world.router, "ed@x.test", &full).await, (200, 200));
    assert_eq!(statuses(&world.router, "ed@x.test", &reads).await, (200, 403));
    world.users.set_role("ed@x.test", Role::Administrator).unwrap();
    assert_eq!(statuses(&world.router, "ed@x.test", &reads).await, (200, 403));
    let departments = with("POST", "/ATServicesRest/V1.0/Departments", "ed@x.test", &full).body("{}");
    assert_eq!(departments.of(&world.router).await.kind(), (403, "permission".to_owned()), "it was made by an editor");
    world.users.set_role("ed@x.test", Role::Viewer).unwrap();
    assert_eq!(statuses(&world.router, "ed@x.test", &full).await, (200, 403));
    let got = make(&world, &world.cookie("ed@x.test").await, json!({"name": "x", "days": 1, "role": "editor"})).await;
    assert_eq!(got.kind(), (403, "permission".to_owned()));
}

#[tokio::test]
async fn making_one_needs_the_password_of_the_last_five_minutes() {
    let world = World::new().await;
    let cookie = world.cookie("ed@x.test").await;
    let new = || json!({"name": "x", "days": 1});
    world.pass(4);
    assert_eq!(make(&world, &cookie, new()).await.status, 201);
    world.pass(1);
    assert_eq!(make(&world, &cookie, new()).await.kind(), (403, "confirm".to_owned()));
    let confirm = async |cookie: &str, password: &str| {
        let body = json!({"password": password}).to_string();
        app("PUT", "/api/session").header("cookie", cookie).body(body).of(&world.router).await
    };
    assert_eq!(confirm(&cookie, "wrong-wrong-wrong").await.kind(), (401, "credentials".to_owned()));
    assert_eq!(make(&world, &cookie, new()).await.status, 403);
    assert_eq!(confirm("", PASSWORD).await.kind(), (401, "signIn".to_owned()));
    assert_eq!(confirm(&cookie, PASSWORD).await.status, 204);
    assert_eq!(make(&world, &cookie, new()).await.status, 201);
    // Only this session.
    let other = world.cookie("ed@x.test").await;
    world.pass(5);
    assert_eq!(confirm(&cookie, PASSWORD).await.status, 204);
    assert_eq!(make(&world, &other, new()).await.status, 403);
    for _ in 0..5 {
        confirm(&cookie, "wrong-wrong-wrong").await;
    }
    assert_eq!(confirm(&cookie, PASSWORD).await.status, 429, "it is no way to guess either");
}

#[tokio::test]
async fn requests_are_checked_and_tokens_are_bounded() {
    let world = World::new().await;
    let cookie = world.cookie("vi@x.test").await;
    for (body, said) in [
        (json!({"name": "", "days": 1}), "`name` has 1 to 200 bytes"),
        (json!({"name": "a\u{7}", "days": 1}), "`name` has 1 to 200 bytes"),
        (json!({"name": "a", "days": 0}), "`days` is from 1 to 366"),
        (json!({"name": "a", "days": 367}), "`days` is from 1 to 366"),
        (json!({"name": "a", "days": -1}), "the body cannot be read"),
        (json!({"name": "a", "days": 1, "role": "boss"}), "a role is `viewer`"),
        (json!({"name": "a", "days": 1, "user": 1}), "unknown field"),
        (json!({"name": "a"}), "missing field `days`"),
        (json!([]), "the body cannot be read"),
    ] {
        let got = make(&world, &cookie, body.clone()).await;
        assert_eq!(got.kind(), (400, "validation".to_owned()), "{body}");
        assert!(got.text().contains(said), "{body}: {}", got.text());
    }
    for _ in 0..50 {
        assert_eq!(make(&world, &cookie, json!({"name": "a", "days": 1})).await.status, 201);
    }
    assert_eq!(make(&world, &cookie, json!({"name": "a", "days": 1})).await.status, 409);
    world.pass(24 * 60);
    let cookie = world.cookie("vi@x.test").await;
    assert_eq!(
        make(&world, &cookie, json!({"name": "a", "days": 1})).await.status,
        201,
        "those that are over make room"
    );
    let got = app("PUT", "/api/tokens").header("cookie", &cookie).of(&world.router).await;
    assert_eq!((got.status, got.header("allow")), (405, "GET, HEAD, POST"));
    let got = app("GET", "/api/tokens/1").header("cookie", &cookie).of(&world.router).await;
    assert_eq!((got.status, got.header("allow")), (405, "DELETE"));
    // Without users there is nobody to have one.
    let local = app("POST", "/api/tokens").body(json!({"name": "a", "days": 1}).to_string());
    assert_eq!(local.of(&proxy("http://127.0.0.1:1")).await.status, 409);
}

#[tokio::test]
async fn what_is_in_the_store_opens_nothing() {
    let world = World::new().await;
    let (_, token) = token(&world, "ed@x.test", json!({"name": "x", "days": 1})).await;
    let store = Connection::open(&world.file).unwrap();
    let hash: Vec<u8> = store.query_row("select hash from tokens", [], |row| row.get(0)).unwrap();
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    for stolen in [format!("atcrm_{}", &hex[..43]), hex.clone(), format!("atcrm_{hex}")] {
        assert_eq!(statuses(&world.router, "ed@x.test", &stolen).await, (401, 401));
    }
    for end in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{end}", world.file.display())).unwrap();
        assert!(!bytes.windows(43).any(|window| window == &token.as_bytes()[6..]), "in store.db{end}");
    }
    // Nor does it in the demo, where nobody has one.
    let demo = config(&world.upstream.url);
    let demo = autotask_proxy::app(demo).unwrap();
    assert_eq!(statuses(&demo, "ed@x.test", &token).await, (401, 401));
}

#[tokio::test]
async fn nobody_carries_the_whole_book_away() {
    let world = World::with(|config| config.reads_per_hour = 3).await;
    let cookie = world.cookie("ed@x.test").await;
    let (_, token) = token(&world, "ed@x.test", json!({"name": "Script", "days": 90})).await;
    let app_reads = async |uri: &str, cookie: &str| app("GET", uri).header("cookie", cookie).of(&world.router).await;
    let token_reads = async |uri: &str| with("GET", uri, "ed@x.test", &token).of(&world.router).await;
    let page = "/ATServicesRest/V1.0/Companies/query?search={\"filter\":[{\"op\":\"exist\",\"field\":\"id\"}]}"
        .replace('{', "%7B")
        .replace('}', "%7D")
        .replace('"', "%22");
    // What is no row, and what nobody may, counts for nothing.
    assert_eq!(app_reads("/ATServicesRest/V1.0/Companies/entityInformation/fields", &cookie).await.status, 200);
    assert_eq!(app_reads(&page, &cookie).await.status, 200);
    assert_eq!(token_reads(DATA).await.status, 200);
    assert_eq!(token_reads(&page).await.status, 200);
    world.upstream.taken();
    for refused in [app_reads(DATA, &cookie).await, token_reads(&page).await] {
        assert_eq!((refused.status, refused.header("retry-after")), (429, "3600"), "{}", refused.text());
        assert!(refused.text().contains("you have read 3 times in an hour"), "{}", refused.text());
    }
    assert_eq!(world.upstream.taken().len(), 0, "Autotask was not asked");
    let write = with("PATCH", WRITE, "ed@x.test", &token).body(r#"{"id":1}"#).of(&world.router).await;
    assert_eq!(write.status, 200, "{}", write.text());
    assert_eq!(app_reads(DATA, &world.cookie("vi@x.test").await).await.status, 200);
    world.pass(60);
    assert_eq!(token_reads(DATA).await.status, 200);
}
