//! Page cursors: each is good for who got it, for that very query and for 15 minutes, and nothing else is one.

use std::collections::BTreeMap;

use autotask_core::request::encode_component;
use axum::Router;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::common::{Ask, Recorded, Upstream, app, ask, client, config, proxy};
use crate::people::{PASSWORD, World};

/// Autotask's own cursor on every page.
const OWN: &str = "%7b%22pageSize%22%3a1%2c%22nextIds%22%3a%5b1%5d%7d";
const ROOT: &str = "/ATServicesRest/V1.0";
const FILTER: &str = r#"{"filter":[{"op":"gte","field":"id","value":5}]}"#;

/// An Autotask where a page comes before and after each page, of whatever is asked for.
async fn endless() -> Upstream {
    Upstream::new(|call: &Recorded| {
        let asked = call.line.split(' ').next_back().unwrap();
        let (path, search) = asked.split_once('?').unwrap_or((asked, ""));
        let entity = path.split('/').nth(3).unwrap();
        let search = search.split('&').find(|pair| pair.starts_with("search="));
        let search = search.map(|pair| format!("&{pair}")).unwrap_or_default();
        let url = |way: &str| format!("http://127.0.0.1:1{ROOT}/{entity}/query/{way}?paging={OWN}{search}");
        let details =
            json!({"count": 1, "requestCount": 1, "prevPageUrl": url("previous"), "nextPageUrl": url("next")});
        axum::Json(json!({"items": [{"id": 1}], "pageDetails": details})).into_response()
    })
    .await
}

/// How somebody asks for pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Way {
    method: &'static str,
    entity: &'static str,
    filter: &'static str,
}

const BY_POST: Way = Way { method: "POST", entity: "Companies", filter: FILTER };

impl Way {
    fn first(self, who: &dyn Fn(&str, &str) -> Ask) -> Ask {
        let path = format!("{ROOT}/{}/query", self.entity);
        match self.method {
            "POST" => who("POST", &path).body(self.filter),
            _ => who("GET", &format!("{path}?search={}", encode_component(self.filter))),
        }
    }

    /// The page behind an address of ours, or behind a changed one.
    fn further(self, who: &dyn Fn(&str, &str) -> Ask, path: &str) -> Ask {
        let asked = who(self.method, path);
        if self.method == "POST" { asked.body(self.filter) } else { asked }
    }

    /// Where the next page and the one before are: path and query.
    async fn pages(self, router: &Router, who: &dyn Fn(&str, &str) -> Ask) -> [String; 2] {
        let got = self.first(who).of(router).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let details = &got.json()["pageDetails"];
        ["nextPageUrl", "prevPageUrl"].map(|name| {
            let url = details[name].as_str().expect("an address");
            url.strip_prefix("http://localhost:8080").expect("the proxy's own").to_owned()
        })
    }
}

fn cursor_of(path: &str) -> &str {
    path.split_once("paging=").unwrap().1.split('&').next().unwrap()
}

#[tokio::test]
async fn a_thousand_changed_foreign_or_old_cursors_are_refused_here() {
    let world = World::before(endless().await, |_| ());
    let router = &world.router;
    let mut cookies = BTreeMap::new();
    for login in ["ed@x.test", "vi@x.test"] {
        cookies.insert(login, world.cookie(login).await);
    }
    let ed = |method: &str, path: &str| app(method, path).header("cookie", &cookies["ed@x.test"]);
    let vi = |method: &str, path: &str| app(method, path).header("cookie", &cookies["vi@x.test"]);
    let body = json!({"name": "Script", "days": 90}).to_string();
    let made = ed("POST", "/api/tokens").body(body).of(router).await.json();
    let token = made["token"].as_str().unwrap().to_owned();
    let by_token = |method: &str, path: &str| {
        ask(method, path).header("UserName", "ed@x.test").header("Secret", &token).header("ApiIntegrationCode", "X")
    };
    let by_get = Way { method: "GET", ..BY_POST };
    let others = Way { filter: r#"{"filter":[{"op":"gte","field":"id","value":6}]}"#, ..BY_POST };
    let contacts = Way { entity: "Contacts", ..BY_POST };

    let [next, previous] = BY_POST.pages(router, &ed).await;
    let [next_by_get, _] = by_get.pages(router, &ed).await;
    let good = cursor_of(&next).to_owned();
    let with = |cursor: &str| format!("{ROOT}/Companies/query/next?paging={cursor}");

    // The same person by a token, and the filter in another spelling: the same walk.
    world.upstream.taken();
    assert_eq!(BY_POST.further(&by_token, &next).of(router).await.status, 200);
    let spelt = "{'FILTER':[{'Field':'ID','op':'GTE','value':'5'}], 'MaxRecords':1}";
    assert_eq!(ed("POST", &next).body(spelt).of(router).await.status, 200);
    assert_eq!(BY_POST.further(&ed, &previous).of(router).await.status, 200);
    assert_eq!(by_get.further(&ed, &next_by_get).of(router).await.status, 200);
    let calls = world.upstream.taken();
    let own = "paging=%7B%22pageSize%22%3A1%2C%22nextIds%22%3A%5B1%5D%7D";
    assert!(calls.len() == 4 && calls.iter().all(|call| call.line.contains(own)), "{calls:?}");

    let mut refused = 0;
    let mut check = async |what: &str, asked: Ask| {
        let got = asked.of(router).await;
        let body = got.json();
        assert_eq!(got.status, 400, "{what}: {}", got.text());
        assert!(body["errors"].as_array().is_some_and(|errors| errors.len() == 1 && errors[0].is_string()), "{what}");
        assert_eq!(world.upstream.taken().len(), 0, "{what}");
        refused += 1;
    };

    // Changed: each letter, and each end.
    let letters = ['A', 'B', 'Q', 'g', 'w', '9', '-', '_', '!', '='];
    for at in 0..good.len() {
        for letter in letters.into_iter().filter(|letter| !good[at..].starts_with(*letter)) {
            let changed = format!("{}{letter}{}", &good[..at], &good[at + 1..]);
            check("changed", BY_POST.further(&ed, &with(&encode_component(&changed)))).await;
        }
        check("cut off", BY_POST.further(&ed, &with(&good[..at]))).await;
    }
    for cursor in
        [OWN, "", "0", "-1", "null", "https://evil.test/", "%00", "%0d%0a", &format!("{good}A"), &"A".repeat(60_000)]
    {
        check("made up", BY_POST.further(&ed, &with(cursor))).await;
    }

    // Foreign: another person's, query's, verb's, direction's or server's.
    let elsewhere = proxy(&endless().await.url);
    let local = |method: &str, path: &str| app(method, path);
    for way in [BY_POST, by_get] {
        let [theirs, _] = way.pages(router, &vi).await;
        let [of_client, _] = way.pages(router, &client).await;
        let [of_server, _] = way.pages(&elsewhere, &local).await;
        let [mine, back] = way.pages(router, &ed).await;
        world.upstream.taken();
        for foreign in [&theirs, &of_client, &of_server] {
            check("another's", way.further(&ed, foreign)).await;
            check("another's by token", way.further(&by_token, foreign)).await;
        }
        check("not the client's", way.further(&client, &mine)).await;
        check("not the other's", way.further(&vi, &mine)).await;
        check("backwards", way.further(&ed, &mine.replace("/next", "/previous"))).await;
        check("forwards", way.further(&ed, &back.replace("/previous", "/next"))).await;
        check("another entity", contacts.further(&ed, &mine.replace("/Companies/", "/Contacts/"))).await;
        let other_verb = if way == BY_POST { by_get } else { BY_POST };
        check("another verb", other_verb.further(&ed, &mine)).await;
    }
    check("another filter", others.further(&ed, &next)).await;
    check("no filter", ed("POST", &next)).await;
    check("another search", by_get.further(&ed, &next_by_get.replace("%3A5", "%3A6"))).await;
    check("no search", by_get.further(&ed, next_by_get.split('&').next().unwrap())).await;

    // Old.
    world.pass(14);
    assert_eq!(BY_POST.further(&ed, &next).of(router).await.status, 200, "still good");
    assert_eq!(world.upstream.taken().len(), 1);
    world.pass(1);
    for asked in [BY_POST.further(&ed, &next), by_get.further(&ed, &next_by_get), BY_POST.further(&ed, &previous)] {
        check("old", asked).await;
    }
    assert!(refused >= 1_000, "{refused}");
    println!("{refused} cursors were refused, without a call");
}

#[tokio::test]
async fn a_walk_goes_on_after_a_restart() {
    let upstream = endless().await;
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut config = config(&upstream.url);
        config.store = Some(folder.path().join("store.db"));
        autotask_proxy::Proxy::new(config).unwrap().router()
    };
    let [next, _] = BY_POST.pages(&start(), &app).await;
    let again = start();
    assert_eq!(BY_POST.further(&app, &next).of(&again).await.status, 200);
}

#[tokio::test]
async fn what_becomes_another_value_meanwhile_is_the_same_filter() {
    let upstream = endless().await;
    let router = proxy(&upstream.url);
    let filter = r#"{"filter":[{"op":"gte","field":"lastActivityDate","value":{"relative":"-1h"}}]}"#;
    let recent = Way { filter, ..BY_POST };
    let [next, _] = recent.pages(&router, &app).await;
    let got = recent.further(&app, &next).of(&router).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let values: Vec<Value> = upstream
        .taken()
        .iter()
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap()["filter"][0]["value"].clone())
        .collect();
    assert!(values.len() == 2 && values.iter().all(Value::is_string) && values[0] != values[1], "{values:?}");
}

#[tokio::test]
async fn the_sign_in_is_asked_for_before_the_cursor() {
    let world = World::before(endless().await, |_| ());
    let got = app("POST", &format!("{ROOT}/Companies/query/next?paging=x")).body(FILTER).of(&world.router).await;
    assert_eq!(got.kind(), (401, "signIn".to_owned()));
    assert!(!got.text().contains(PASSWORD) && world.upstream.taken().is_empty());
}
