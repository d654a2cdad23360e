//! Every entity, operation, address and role, asked of the router: what comes of it is `docs/permissions.md`, word for word.
//!
//! After a change of the tables: `UPDATE_FIXTURES=1 cargo nextest run -p autotask-proxy roles::`, and read the difference.

use std::collections::BTreeMap;
use std::path::Path;

use autotask_core::route::{Method, Page, Route, flat_route, route};
use autotask_core::{entity, entity_names};
use serde_json::json;

use crate::common::app;
use crate::people::World;

const ROLES: [(&str, &str); 3] = [("V", "vi@x.test"), ("E", "ed@x.test"), ("A", "ada@x.test")];
const OPERATIONS: [&str; 5] = ["describe", "read", "create", "update", "delete"];
const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

fn operation(route: &Route) -> &'static str {
    match route {
        Route::EntityInformation(_) | Route::Fields(_) | Route::UserDefinedFields(_) => "describe",
        Route::Create(..) => "create",
        Route::Update(..) | Route::Replace(..) => "update",
        Route::Delete(..) => "delete",
        _ => "read",
    }
}

/// Every path of an entity that Autotask knows with some method.
fn paths(name: &str) -> Vec<String> {
    let below = [
        "",
        "/5",
        "/query",
        "/query/count",
        "/query/next?paging=%7B%7D",
        "/entityInformation",
        "/entityInformation/fields",
        "/entityInformation/userDefinedFields",
    ];
    let mut paths: Vec<String> = below.iter().map(|rest| format!("/V1.0/{name}{rest}")).collect();
    if let Some(parent) = entity(name).unwrap().parent {
        paths.extend(["", "/6"].map(|rest| format!("/V1.0/{}/5/{}{rest}", parent.path, parent.child_path)));
    }
    paths
}

fn cell(roles: &[&str]) -> String {
    if roles.is_empty() { "nobody".to_owned() } else { roles.join(" ") }
}

#[tokio::test]
async fn what_every_role_may_is_what_is_written_down() {
    let world = World::new().await;
    let (mut cookies, mut told) = (Vec::new(), BTreeMap::new());
    for (letter, login) in ROLES {
        let cookie = world.cookie(login).await;
        told.insert(
            letter,
            app("GET", "/api/session").header("cookie", &cookie).of(&world.router).await.json()["may"].take(),
        );
        cookies.push((letter, cookie));
    }
    // Whether the session says that this role may.
    let is_told = |letter: &str, what: &str, name: &str| {
        let names = told[letter][what].as_array().expect("told as a list");
        names.iter().any(|told| told == name)
    };
    let (mut asked, mut read) = (0, 0);
    let mut text = String::from(
        "# Permissions\n\n\
         Who may do what through the proxy: V viewer, E editor, A administrator. The tables are in `crates/proxy/src/people/permissions.rs`;\n\
         this page is what the router answers, checked by the test `roles`. Whoever calls with a token has the role of its owner.\n\
         Beside this, Autotask itself decides what the API user may do.\n\n\
         ## Entities\n\n\
         – stands where Autotask has no such operation.\n\n\
         | entity | describe | read | create | update | delete |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for name in entity_names() {
        // For each operation the roles that may, the same on every path and with every method.
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in paths(name) {
            let bare = path.split('?').next().unwrap();
            for method in METHODS {
                let known = route(method, bare).or_else(|error| flat_route(method, bare).ok_or(error));
                let mut may = Vec::new();
                for (letter, cookie) in &cookies {
                    let request = app(method.as_str(), &format!("/ATServicesRest{path}")).header("cookie", cookie);
                    let got = request.body(r#"{"id":1}"#).of(&world.router).await;
                    let sent = world.upstream.taken().len();
                    asked += 1;
                    let what = format!("{letter} {method} {path}: {}", got.text());
                    match &known {
                        Err(_) => assert!(sent == 0 && matches!(got.status, 404 | 405), "{what}"),
                        Ok(_) if got.status == 403 => {
                            assert_eq!((sent, got.kind().1.as_str()), (0, "permission"), "{what}");
                            assert!(got.text().contains("does not have the adequate permissions"), "{what}");
                        }
                        Ok(_) if got.text().contains("webhooks are not reached") => assert_eq!(sent, 0, "{what}"),
                        // A page is let in, and then refused as none that was given to anybody.
                        Ok(Route::Query(_, _, Page::Next)) if got.text().contains("cursor") => {
                            assert_eq!((got.status, sent), (400, 0), "{what}");
                            may.push(*letter);
                        }
                        // A flat write without its parent is let in, and then refused as what it is.
                        Ok(_) if got.text().contains("are written below") => may.push(*letter),
                        Ok(known) => {
                            // What a role before this one read may be there still.
                            let is_kept = sent == 0 && !known.is_write();
                            assert!(got.status == 200 && (sent == 1 || is_kept), "{sent} sent: {what}");
                            read += usize::from(sent == 1 && !known.is_write());
                            may.push(*letter);
                        }
                    }
                }
                if let Ok(known) = known {
                    let first = found.entry(operation(&known)).or_insert_with(|| may.clone());
                    assert_eq!(*first, may, "{method} {path}");
                }
            }
        }
        for (operation, may) in &found {
            for (letter, _) in cookies.iter().filter(|_| ["create", "update", "delete"].contains(operation)) {
                let is_allowed = may.contains(letter);
                assert_eq!(is_told(letter, operation, name), is_allowed, "the session: {letter} {operation} {name}");
            }
        }
        text.push_str(&format!("| {name} |"));
        for operation in OPERATIONS {
            let cell = found.get(operation).map_or("–".to_owned(), |roles| cell(roles));
            text.push_str(&format!(" {cell} |"));
        }
        text.push('\n');
    }
    assert!(asked > 10_000 && read > 1_000, "{asked}, {read} of them read from Autotask");

    text.push_str("\n## Addresses below `/api`\n\n\
         `runs`, `drafts` and `tokens` are the caller's own; to all others they are not there, but that administrators reach all runs.\n\n\
         | address | read | change |\n| --- | --- | --- |\n");
    for (address, change) in [
        ("session", "POST"),
        ("sign-in", "POST"),
        ("runs", "POST"),
        ("runs/a", "POST"),
        ("runs/a/events", "POST"),
        ("runs/a/driver", "PUT"),
        ("drafts", "POST"),
        ("drafts/a", "PUT"),
        ("drafts/a", "DELETE"),
        ("people", "POST"),
        ("people/1", "PATCH"),
        ("people/1/sessions", "DELETE"),
        ("budget", "POST"),
        ("doctor", "POST"),
        ("audit", "POST"),
        ("tokens", "POST"),
        ("tokens/1", "DELETE"),
        ("…", "POST"),
    ] {
        let mut cells = Vec::new();
        for method in ["GET", change] {
            let mut may = Vec::new();
            for (letter, cookie) in &cookies {
                let path = format!("/api/{}", address.replace('…', "anything-else"));
                let request = app(method, &path).header("cookie", cookie).body(json!({}).to_string());
                let is_allowed = request.of(&world.router).await.status != 403;
                let (word, kind) =
                    (address.split('/').next().unwrap(), if method == "GET" { "readApi" } else { "changeApi" });
                // What is in no list is told by its absence, to administrators too.
                if word != "…" {
                    assert_eq!(is_told(letter, kind, word), is_allowed, "the session: {letter} {method} {word}");
                }
                if is_allowed {
                    may.push(*letter);
                }
            }
            cells.push(cell(&may));
        }
        text.push_str(&format!("| `{address}` {change} | {} | {} |\n", cells[0], cells[1]));
    }
    // The doctor alone asks Autotask, and changes nothing.
    assert!(world.upstream.taken().iter().all(|call| call.line.starts_with("GET ")));

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = text.lines().zip(written.lines()).find(|(found, written)| found != written);
    assert!(text == written, "docs/permissions.md is not what the router answers, first here: {differs:?}");
}
