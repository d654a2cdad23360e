//! `/api/people`: an administrator sees everybody, and what is changed holds at once.

use serde_json::{Value, json};

use crate::common::{app, ask, proxy};
use crate::people::{DATA, PASSWORD, World, cookie_of, sign_in};

async fn call(world: &World, cookie: &str, method: &str, uri: &str, body: Value) -> (u16, Value) {
    let got = app(method, uri).header("cookie", cookie).body(body.to_string()).of(&world.router).await;
    (got.status, if got.bytes.is_empty() { Value::Null } else { got.json() })
}

/// The id that the list has for a login.
async fn id(world: &World, cookie: &str, login: &str) -> i64 {
    let (status, list) = call(world, cookie, "GET", "/api/people", Value::Null).await;
    assert_eq!(status, 200, "{list}");
    let people = list["people"].as_array().unwrap();
    people.iter().find(|person| person["login"] == login).unwrap()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn an_administrator_changes_roles_and_keeps_people_out_at_once() {
    let world = World::new().await;
    let (ada, ed) = (world.cookie("ada@x.test").await, world.cookie("ed@x.test").await);
    let made = call(&world, &ed, "POST", "/api/tokens", json!({"name": "x", "days": 1})).await.1;
    let by_token = async || {
        let asked = ask("GET", DATA).header("username", "ed@x.test");
        asked.header("secret", made["token"].as_str().unwrap()).of(&world.router).await.status
    };
    let (_, list) = call(&world, &ada, "GET", "/api/people", Value::Null).await;
    let mut second = list["people"][1].clone();
    assert!(second.as_object_mut().unwrap().remove("createdAt").unwrap().is_i64());
    let expected = json!({
        "id": 2, "name": "editor of the test", "login": "ed@x.test", "role": "editor", "isDisabled": false, "hasPassword": true,
        "resource": {"id": null, "name": null, "from": "email", "soughtAt": null},
    });
    assert_eq!((list["people"].as_array().unwrap().len(), &second), (3, &expected));
    assert!(!list.to_string().contains("argon2"), "{list}");

    let uri = format!("/api/people/{}", id(&world, &ada, "ed@x.test").await);
    let (status, changed) = call(&world, &ada, "PATCH", &uri, json!({"role": "viewer"})).await;
    assert_eq!((status, &changed["role"], &changed["isDisabled"]), (200, &json!("viewer"), &json!(false)));
    assert_eq!(call(&world, &ed, "PUT", "/api/drafts/d", json!({"over": 0, "body": {}})).await.0, 403);
    assert_eq!((world.status(&ed).await, by_token().await), (200, 200));
    let (status, changed) = call(&world, &ada, "PATCH", &uri, json!({"isDisabled": true, "role": "editor"})).await;
    assert_eq!((status, &changed["role"], &changed["isDisabled"]), (200, &json!("editor"), &json!(true)));
    assert_eq!((world.status(&ed).await, by_token().await), (401, 401));
    assert_eq!(call(&world, &ada, "PATCH", &uri, json!({"isDisabled": false})).await.0, 200);
    assert_eq!((world.status(&ed).await, by_token().await), (401, 200), "the session is gone, the token is not");
}

#[tokio::test]
async fn an_administrator_adds_somebody_and_signs_somebody_out_everywhere() {
    let world = World::new().await;
    let (ada, ed) = (world.cookie("ada@x.test").await, world.cookie("ed@x.test").await);
    let eve = json!({"login": " Eve@X.test", "name": " Eve ", "role": "editor"});
    let (status, mut added) = call(&world, &ada, "POST", "/api/people", eve.clone()).await;
    let password = added.as_object_mut().unwrap().remove("password").unwrap().as_str().unwrap().to_owned();
    let expected = json!({
        "id": 4, "name": "Eve", "login": "eve@x.test", "role": "editor", "isDisabled": false, "hasPassword": true,
        "createdAt": 1_800_000_000_000_i64, "resource": {"id": null, "name": null, "from": "email", "soughtAt": null},
    });
    assert_eq!((status, &added), (201, &expected));
    let (_, list) = call(&world, &ada, "GET", "/api/people", Value::Null).await;
    assert!(list["people"].as_array().unwrap().contains(&expected) && !list.to_string().contains(&password), "{list}");
    let signed = sign_in("eve@x.test", &password).of(&world.router).await;
    assert_eq!(signed.status, 200, "{}", signed.text());
    let eve_cookie = cookie_of(&signed);

    let (status, body) = call(&world, &ada, "POST", "/api/people", eve.clone()).await;
    assert_eq!((status, &body["kind"]), (409, &json!("validation")), "{body}");
    for wrong in [
        json!({"login": "eve", "name": "Eve", "role": "editor"}),
        json!({"login": "e@x.test", "name": "", "role": "editor"}),
        json!({"login": "e@x.test", "name": "Eve", "role": "boss"}),
        json!({"login": "e@x.test", "name": "Eve", "role": "editor", "password": "one of my own, quite long"}),
    ] {
        assert_eq!(call(&world, &ada, "POST", "/api/people", wrong.clone()).await.0, 400, "{wrong}");
    }
    assert_eq!(call(&world, &ed, "POST", "/api/people", eve.clone()).await.0, 403);

    let (ed_again, made) = (world.cookie("ed@x.test").await, json!({"name": "x", "days": 1}));
    let token = call(&world, &ed, "POST", "/api/tokens", made).await.1["token"].as_str().unwrap().to_owned();
    assert_eq!(call(&world, &ed, "DELETE", "/api/people/2/sessions", Value::Null).await.0, 403);
    assert_eq!(call(&world, &ada, "DELETE", "/api/people/2/sessions", Value::Null).await, (204, Value::Null));
    assert_eq!(
        (world.status(&ed).await, world.status(&ed_again).await, world.status(&eve_cookie).await),
        (401, 401, 200)
    );
    let by_token = ask("GET", DATA).header("username", "ed@x.test").header("secret", &token);
    assert_eq!(by_token.of(&world.router).await.status, 200, "tokens stay");
    world.cookie("ed@x.test").await;
    for uri in ["/api/people/99/sessions", "/api/people/x/sessions"] {
        assert_eq!(call(&world, &ada, "DELETE", uri, Value::Null).await.0, 404, "{uri}");
    }

    world.pass(5);
    for (method, uri, body) in [("POST", "/api/people", eve), ("DELETE", "/api/people/2/sessions", Value::Null)] {
        let (status, body) = call(&world, &ada, method, uri, body).await;
        assert_eq!((status, &body["kind"]), (403, &json!("confirm")), "{method} {uri}");
    }
    // The first one would make everybody sign in, from one request to the next.
    let first =
        app("POST", "/api/people").body(json!({"login": "a@x.test", "name": "A", "role": "viewer"}).to_string());
    assert_eq!(first.of(&proxy("http://127.0.0.1:1")).await.status, 409);
}

#[tokio::test]
async fn nobody_else_does_and_only_with_a_fresh_password() {
    let world = World::new().await;
    let ada = world.cookie("ada@x.test").await;
    let (own, ed) = (id(&world, &ada, "ada@x.test").await, id(&world, &ada, "ed@x.test").await);
    let own = format!("/api/people/{own}");
    let ed = format!("/api/people/{ed}");
    for login in ["ed@x.test", "vi@x.test"] {
        let cookie = world.cookie(login).await;
        assert_eq!(call(&world, &cookie, "GET", "/api/people", Value::Null).await.0, 403);
        for uri in [&own, &ed] {
            let (status, body) = call(&world, &cookie, "PATCH", uri, json!({"role": "administrator"})).await;
            assert_eq!((status, &body["kind"]), (403, &json!("permission")));
        }
    }
    assert_eq!(call(&world, "", "PATCH", &ed, json!({"role": "viewer"})).await.0, 401);
    assert_eq!(call(&world, &ada, "PATCH", &own, json!({"isDisabled": true})).await.0, 409, "one is left");
    for (uri, body, status) in [
        ("/api/people/99", json!({"role": "viewer"}), 404),
        ("/api/people/x", json!({"role": "viewer"}), 404),
        (&ed, json!({}), 400),
        (&ed, json!({"role": "boss"}), 400),
        (&ed, json!({"isDisabled": "yes"}), 400),
        (&ed, json!({"role": "viewer", "login": "eve@x.test"}), 400),
    ] {
        assert_eq!(call(&world, &ada, "PATCH", uri, body.clone()).await.0, status, "{uri} {body}");
    }
    world.pass(5);
    let (status, body) = call(&world, &ada, "PATCH", &ed, json!({"role": "viewer"})).await;
    assert_eq!((status, &body["kind"]), (403, &json!("confirm")));
    assert_eq!(call(&world, &ada, "PUT", "/api/session", json!({"password": PASSWORD})).await.0, 204);
    assert_eq!(call(&world, &ada, "PATCH", &ed, json!({"role": "viewer"})).await.0, 200);
    // Without users there is nobody to change.
    let none = app("GET", "/api/people").of(&proxy("http://127.0.0.1:1")).await;
    assert_eq!(none.json(), json!({"people": []}));
}
