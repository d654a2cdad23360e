//! Acting as a person at Autotask (security.md, S6): the name on a write is who is signed in, whatever a request says; and nothing
//! is written without a name that has to be there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use autotask_proxy::{ActAsPerson, Config, Proxy, ResourceChoice, Role, Users};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::common::{self, Ask, Got, Recorded, Upstream, app, ask, client, sandbox_config};
use crate::people::{PASSWORD, World, cookie_of, sign_in};

const ROOT: &str = "/ATServicesRest/V1.0";
const NAME: &str = "impersonationresourceid";
const COMPANY: &str = r#"{"companyName":"Acme"}"#;
const DENIED: &str =
    r#"{"errors":["The logged in Resource does not have the adequate permissions to create this entity type."]}"#;

/// The one active resource with each person's address, among others that are not meant.
fn resource_rows() -> Value {
    let row = |id: i64, email: &str, is_active: bool, licence: i64| json!({"id": id, "email": email, "isActive": is_active, "licenseType": licence, "firstName": "Re", "lastName": format!("{id}")});
    json!([
        row(11, " Ada@X.TEST ", true, 1),
        row(21, "tricia.ada@x.test", true, 1),
        row(12, "ed@x.test", true, 2),
        row(22, "ed@x.test", false, 2),
        row(32, "ed@x.test", true, 7),
        row(42, "ed@x.test.example", true, 2),
        row(13, "two@x.test", true, 2),
        row(23, "TWO@x.test", true, 2),
    ])
}

fn is_query(call: &Recorded) -> bool {
    call.line.contains("/query")
}

fn is_write(call: &Recorded) -> bool {
    !call.line.starts_with("GET ") && !is_query(call)
}

fn names(call: &Recorded) -> Vec<String> {
    call.headers.get_all(NAME).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// Answers queries with rows, and a write as told.
async fn autotask(write: impl Fn(&Recorded) -> Response + Send + Sync + 'static) -> Upstream {
    Upstream::new(move |call| {
        let rows = |items: Value| {
            let body = json!({"items": items, "pageDetails": {"nextPageUrl": null}}).to_string();
            (StatusCode::OK, [("content-type", "application/json")], body).into_response()
        };
        if call.line.contains("/Resources/query") {
            rows(resource_rows())
        } else if is_query(call) {
            rows(json!([{"id": 5, "city": "Troy"}]))
        } else if call.line.starts_with("GET ") {
            common::json(200, r#"{"item":{"id":5}}"#)
        } else {
            write(call)
        }
    })
    .await
}

async fn world(setting: ActAsPerson, write: impl Fn(&Recorded) -> Response + Send + Sync + 'static) -> World {
    World::before(autotask(write).await, |config| set(config, setting))
}

fn set(config: &mut Config, setting: ActAsPerson) {
    config.act_as_person = setting;
    // There are more calls than Autotask takes in an hour.
    config.lift_limits = true;
}

fn made(_: &Recorded) -> Response {
    common::json(200, r#"{"itemId":5}"#)
}

async fn create(router: &Router, cookie: &str) -> Got {
    app("POST", &format!("{ROOT}/Companies")).header("cookie", cookie).body(COMPANY).of(router).await
}

async fn token(world: &World, login: &str) -> String {
    let cookie = world.cookie(login).await;
    let body = json!({"name": "x", "days": 9}).to_string();
    let got = app("POST", "/api/tokens").header("cookie", &cookie).body(body).of(&world.router).await;
    got.json()["token"].as_str().unwrap().to_owned()
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const VALUES: [&str; 10] = ["11", "12", "99", "0", "-1", " 11 ", "11, 12", "0x0b", "null", ""];
const HEADERS: [&str; 12] = [
    "ImpersonationResourceId",
    "impersonationresourceid",
    "IMPERSONATIONRESOURCEID",
    "Impersonation-Resource-Id",
    "Impersonation_Resource_Id",
    "ImpersonationResourceID",
    "X-ImpersonationResourceId",
    "Resource",
    "X-Forwarded-User",
    "Remote-User",
    "X-User-Id",
    "Autotask-CRM-Resource",
];
const MEMBERS: [&str; 8] = [
    "ImpersonationResourceId",
    "impersonationResourceId",
    "impersonatorCreatorResourceID",
    "impersonatorUpdaterResourceID",
    "createdByResourceID",
    "resource",
    "headers",
    "user",
];

/// Method, path, a body where there is one, and whether it is a write to an entity that takes a name.
const REQUESTS: [(&str, &str, &str, bool); 12] = [
    ("POST", "/Companies", r#"{"companyName":"A"}"#, true),
    ("PATCH", "/Companies", r#"{"id":5,"city":"A"}"#, true),
    ("PUT", "/Tickets", r#"{"id":5,"title":"A"}"#, true),
    ("POST", "/Companies/5/Notes", r#"{"title":"A"}"#, true),
    ("POST", "/contacts", r#"{"companyID":5,"firstName":"A"}"#, true),
    ("DELETE", "/Companies/5/Contacts/6", "", true),
    ("POST", "/ContactGroups", r#"{"name":"A"}"#, false),
    ("PATCH", "/Contracts", r#"{"id":5,"contractName":"A"}"#, false),
    ("GET", "/Companies/5", "", false),
    ("POST", "/Companies/query", r#"{"filter":[{"op":"exist","field":"id"}]}"#, false),
    ("POST", "/Companies/query/count", r#"{"filter":[{"op":"exist","field":"id"}]}"#, false),
    ("GET", "/Companies/5/Contacts", "", false),
];

/// A request with everything that somebody might try, and whether it is a write to an entity that takes a name.
fn attack(dice: &mut Dice) -> (Ask, bool) {
    let (method, path, body, takes_name) = dice.of(&REQUESTS);
    let mut uri = format!("{ROOT}{path}");
    if dice.below(3) == 0 {
        uri.push_str(&format!("?{}={}", dice.of(&MEMBERS), dice.of(&["11", "12", "99"])));
    }
    let mut asked = ask(method, &uri);
    for _ in 0..dice.below(4) {
        asked = asked.header(dice.of(&HEADERS), dice.of(&VALUES));
    }
    if dice.below(4) == 0 {
        asked = asked.header("connection", "ImpersonationResourceId");
    }
    let Ok(Value::Object(mut row)) = serde_json::from_str(body) else { return (asked, takes_name) };
    for _ in 0..dice.below(3) {
        let value = match dice.below(3) {
            0 => json!(11),
            1 => json!(dice.of(&VALUES)),
            _ => json!({"ImpersonationResourceId": "11"}),
        };
        row.insert(dice.of(&MEMBERS).to_owned(), value);
    }
    (asked.body(Value::Object(row).to_string()), takes_name)
}

/// How it is signed in, and who that is at Autotask; nobody gets in where it is `Err`.
type Caller<'a> = (Vec<(&'a str, &'a str)>, Result<Option<&'a str>, ()>);

#[tokio::test]
async fn ten_thousand_attacks_never_change_the_name_and_no_read_has_one() {
    let world = world(ActAsPerson::WhenMapped, made).await;
    world.users.add("no@x.test", "No", Role::Editor, PASSWORD).unwrap();
    let (ada, ed, no) =
        (world.cookie("ada@x.test").await, world.cookie("ed@x.test").await, world.cookie("no@x.test").await);
    let by_token = token(&world, "ed@x.test").await;
    let callers: [Caller<'_>; 8] = [
        (vec![("x-requested-with", "autotask-crm"), ("cookie", &ada)], Ok(Some("11"))),
        (vec![("x-requested-with", "autotask-crm"), ("cookie", &ed)], Ok(Some("12"))),
        (vec![("x-requested-with", "autotask-crm"), ("cookie", &no)], Ok(None)),
        (vec![("UserName", "ed@x.test"), ("Secret", &by_token), ("ApiIntegrationCode", "11")], Ok(Some("12"))),
        // The cookie of another does not count beside a token, nor a token of another's login, nor two cookies.
        (vec![("UserName", "ed@x.test"), ("Secret", &by_token), ("cookie", &ada)], Ok(Some("12"))),
        (vec![("UserName", "ada@x.test"), ("Secret", &by_token), ("cookie", &ada)], Err(())),
        (vec![("x-requested-with", "autotask-crm"), ("cookie", &ada), ("cookie", &ed)], Err(())),
        (
            vec![("ApiIntegrationCode", "CLIENT-CODE"), ("UserName", "client@test"), ("Secret", "client-secret")],
            Ok(None),
        ),
    ];
    world.upstream.taken();
    let mut dice = Dice(7);
    let (mut named, mut unnamed, mut refused) = (0, 0, 0);
    for attempt in 0..10_000 {
        let (headers, who) = &callers[dice.below(callers.len())];
        let (mut asked, takes_name) = attack(&mut dice);
        for (name, value) in headers {
            asked = asked.header(name, value);
        }
        let got = asked.of(&world.router).await;
        let calls = world.upstream.taken();
        let what = format!("attack {attempt} of {who:?}: {} {calls:?}", got.text());
        let expected: Vec<String> = match who {
            Ok(Some(id)) if takes_name => vec![(*id).to_owned()],
            _ => Vec::new(),
        };
        if who.is_err() {
            assert!(calls.is_empty() && got.status == 401, "{what}");
            refused += 1;
        }
        for call in &calls {
            let is_named = if is_write(call) { names(call) == expected } else { names(call).is_empty() };
            assert!(is_named, "{what}");
            named += usize::from(is_write(call) && takes_name && !expected.is_empty());
            unnamed += usize::from(!is_write(call));
        }
        assert!(who.is_err() || !takes_name || got.status >= 400 || calls.iter().any(is_write), "{what}");
    }
    assert!(named > 2_000 && unnamed > 2_000 && refused > 1_000, "{named} named, {unnamed} reads, {refused} refused");
    // What a caller says of itself is in the audit as little: the id is who was signed in.
    let audit = app("GET", "/api/audit?limit=500").header("cookie", &ada).of(&world.router).await.json();
    let told = audit["items"].as_array().unwrap().iter();
    let told =
        told.filter(|item| item["entity"] == "Tickets").map(|item| (item["who"].as_str().unwrap(), &item["resource"]));
    let mut seen = 0;
    for (who, resource) in told {
        let expected = match who {
            who if who.ends_with("<ada@x.test>") => json!(11),
            who if who.ends_with("<ed@x.test>") => json!(12),
            _ => Value::Null,
        };
        assert_eq!(*resource, expected, "{who}");
        seen += 1;
    }
    assert!(seen > 10);
}

#[tokio::test]
async fn what_autotask_refuses_in_somebodys_name_is_told_and_never_written_without() {
    let is_allowed = Arc::new(AtomicBool::new(false));
    let allowed = Arc::clone(&is_allowed);
    let world = world(ActAsPerson::WhenMapped, move |call| match allowed.load(Ordering::Relaxed) {
        false if call.headers.contains_key(NAME) => common::json(500, DENIED),
        _ => made(call),
    })
    .await;
    let ed = world.cookie("ed@x.test").await;
    let with_key = async || {
        let asked = app("POST", &format!("{ROOT}/Companies")).header("cookie", &ed).header("Idempotency-Key", "k");
        asked.body(COMPANY).of(&world.router).await
    };
    for got in [create(&world.router, &ed).await, with_key().await, with_key().await] {
        assert_eq!((got.kind(), got.json()["state"].as_str()), ((403, "permission".to_owned()), Some("nameRefused")));
        for words in ["in the name of resource 12", "ask the Autotask administrator", "adequate permissions to create"]
        {
            assert!(got.text().contains(words), "{}", got.text());
        }
        assert!(got.failure().kind.wrote_nothing());
    }
    for (method, body) in [("PATCH", r#"{"id":5,"city":"A"}"#), ("PUT", r#"{"id":5,"city":"A"}"#)] {
        let asked = app(method, &format!("{ROOT}/Companies")).header("cookie", &ed).body(body);
        assert_eq!(asked.of(&world.router).await.kind(), (403, "permission".to_owned()));
    }
    let writes: Vec<Recorded> = world.upstream.taken().into_iter().filter(is_write).collect();
    assert_eq!(writes.len(), 5, "one for each request, and no other try");
    assert!(writes.iter().all(|call| names(call) == ["12"]), "{writes:?}");

    // What was not written may be sent with its key when it is allowed, and once only.
    is_allowed.store(true, Ordering::Relaxed);
    assert_eq!((with_key().await.status, with_key().await.status), (200, 200));
    let writes: Vec<Recorded> = world.upstream.taken().into_iter().filter(is_write).collect();
    assert_eq!(writes.iter().map(names).collect::<Vec<_>>(), [["12"]]);
    let ada = world.cookie("ada@x.test").await;
    let audit = app("GET", "/api/audit").header("cookie", &ada).of(&world.router).await.json();
    let told: Vec<Value> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|item| json!([item["operation"], item["resource"], item["outcome"]["came"], item["outcome"]["why"]]))
        .collect();
    let refused = |operation: &str| json!([operation, 12, "refused", "permission"]);
    let create = || refused("create");
    assert_eq!(
        told,
        [create(), create(), create(), refused("update"), refused("replace"), json!(["create", 12, "done", null])]
    );
}

/// What the person's create answers, and in which names it was sent.
async fn written(world: &World, cookie: &str) -> (u16, String, Vec<Vec<String>>) {
    world.upstream.taken();
    let got = create(&world.router, cookie).await;
    let state = got.json()["state"].as_str().unwrap_or("").to_owned();
    (got.status, state, world.upstream.taken().iter().filter(|call| is_write(call)).map(names).collect())
}

#[tokio::test]
async fn only_the_one_active_resource_of_the_address_is_meant_and_each_setting_does_what_it_says() {
    let one = |id: &str| vec![vec![id.to_owned()]];
    for (setting, login, expected) in [
        (ActAsPerson::Off, "ed@x.test", (200, "", vec![vec![]])),
        (ActAsPerson::WhenMapped, "ada@x.test", (200, "", one("11"))),
        (ActAsPerson::WhenMapped, "ed@x.test", (200, "", one("12"))),
        (ActAsPerson::WhenMapped, "two@x.test", (200, "", vec![vec![]])),
        (ActAsPerson::WhenMapped, "none@x.test", (200, "", vec![vec![]])),
        (ActAsPerson::Required, "ed@x.test", (200, "", one("12"))),
        (ActAsPerson::Required, "two@x.test", (403, "noResource", vec![])),
        (ActAsPerson::Required, "none@x.test", (403, "noResource", vec![])),
    ] {
        let world = world(setting, made).await;
        for login in ["two@x.test", "none@x.test"] {
            world.users.add(login, "N", Role::Editor, PASSWORD).unwrap();
        }
        let cookie = world.cookie(login).await;
        let (status, state, names) = written(&world, &cookie).await;
        assert_eq!((status, state.as_str(), names), expected, "{setting:?} {login}");
        if setting == ActAsPerson::Required {
            // Who is no person writes nothing either, on whichever entity.
            for path in ["/Companies", "/ContactGroups"] {
                let got = client("POST", &format!("{ROOT}{path}")).body("{}").of(&world.router).await;
                assert_eq!(got.json()["state"], "noResource", "{}", got.text());
            }
            assert_eq!(world.upstream.taken().iter().filter(|call| is_write(call)).count(), 0);
        }
        // Looked for once for all writes of a while.
        for _ in 0..3 {
            create(&world.router, &cookie).await;
        }
        let looks = world.upstream.taken().iter().filter(|call| call.line.contains("/Resources/")).count();
        assert_eq!(looks, 0, "{setting:?} {login}");
    }
}

#[tokio::test]
async fn what_was_found_is_sought_again_and_a_look_that_fails_writes_nothing() {
    let is_known = Arc::new(AtomicBool::new(false));
    let fails = Arc::new(AtomicBool::new(false));
    let (known, failing) = (Arc::clone(&is_known), Arc::clone(&fails));
    let upstream = Upstream::new(move |call| match call.line.contains("/Resources/query") {
        true if failing.load(Ordering::Relaxed) => common::json(500, r#"{"errors":["The logged in Resource does not have the adequate permissions to query this entity type."]}"#),
        true if known.load(Ordering::Relaxed) => common::json(200, r#"{"items":[{"id":12,"email":"ed@x.test","isActive":true,"licenseType":1}],"pageDetails":{"nextPageUrl":null}}"#),
        true => common::json(200, r#"{"items":[],"pageDetails":{"nextPageUrl":null}}"#),
        false => made(call),
    })
    .await;
    let world = World::before(upstream, |config| set(config, ActAsPerson::WhenMapped));
    let none = |status| (status, String::new(), if status == 200 { vec![vec![]] } else { vec![] });
    let named = (200, String::new(), vec![vec!["12".to_owned()]]);
    let ed = world.cookie("ed@x.test").await;
    assert_eq!(written(&world, &ed).await, none(200));
    is_known.store(true, Ordering::Relaxed);
    world.pass(4);
    assert_eq!(written(&world, &ed).await, none(200), "it counts for five minutes that there is none");
    world.pass(2);
    assert_eq!(written(&world, &ed).await, named);
    is_known.store(false, Ordering::Relaxed);
    world.pass(11 * 60);
    let ed = world.cookie("ed@x.test").await;
    assert_eq!(written(&world, &ed).await, named, "it counts for twelve hours that there is one");
    fails.store(true, Ordering::Relaxed);
    world.pass(2 * 60);
    let ed = world.cookie("ed@x.test").await;
    let got = create(&world.router, &ed).await;
    assert_eq!(got.kind(), (502, "permission".to_owned()));
    assert!(got.text().contains("nothing was written, since Autotask did not answer"), "{}", got.text());
    assert_eq!(written(&world, &ed).await, none(502), "neither with the old name nor without");
    fails.store(false, Ordering::Relaxed);
    assert_eq!(written(&world, &ed).await, none(200));
}

#[tokio::test]
async fn an_administrator_says_who_somebody_is_and_it_holds_at_once() {
    let world = world(ActAsPerson::WhenMapped, made).await;
    let (ada, ed) = (world.cookie("ada@x.test").await, world.cookie("ed@x.test").await);
    let change = async |cookie: &str, id: i64, resource: Value| {
        let body = json!({ "resource": resource }).to_string();
        app("PATCH", &format!("/api/people/{id}")).header("cookie", cookie).body(body).of(&world.router).await
    };
    let resource = |got: &Got| got.json()["resource"].clone();
    let is = |id: Value, name: Value, from: &str| json!({"id": id, "name": name, "from": from, "soughtAt": null});
    assert_eq!(written(&world, &ed).await.2, [["12"]]);
    let list = app("GET", "/api/people").header("cookie", &ada).of(&world.router).await.json();
    assert_eq!(
        list["people"][1]["resource"],
        json!({"id": 12, "name": "Re 12", "from": "email", "soughtAt": 1_800_000_000_000_i64})
    );
    let got = change(&ada, 2, json!(13)).await;
    assert_eq!((got.status, resource(&got)), (200, is(json!(13), json!("Re 13"), "administrator")), "{}", got.text());
    assert_eq!(written(&world, &ed).await.2, [["13"]]);
    world.pass(25 * 60);
    let (ada, ed) = (world.cookie("ada@x.test").await, world.cookie("ed@x.test").await);
    assert_eq!(written(&world, &ed).await.2, [["13"]], "an administrator's word does not end");
    let got = change(&ada, 2, json!("none")).await;
    assert_eq!(resource(&got), is(Value::Null, Value::Null, "administrator"));
    assert_eq!(written(&world, &ed).await.2, [[""; 0]]);
    assert_eq!(resource(&change(&ada, 2, json!("byEmail")).await), is(Value::Null, Value::Null, "email"));
    assert_eq!(written(&world, &ed).await.2, [["12"]]);
    // The same from the command line, without a look whether there is such a resource.
    world.users.set_resource("ED@x.test", &ResourceChoice::Is(77, None)).unwrap();
    assert_eq!(written(&world, &ed).await.2, [["77"]]);
    let shown: Vec<String> = world.users.list().unwrap().iter().map(|user| user.resource.to_string()).collect();
    assert_eq!(shown, ["", "resource 77", ""]);

    // Nobody who left, nobody that only programs sign in as, nobody unknown.
    for (wrong, why) in [
        (json!(22), "no active resource of this id"),
        (json!(32), "no active resource of this id"),
        (json!(99), "no active resource of this id"),
        (json!("12"), "`resource` is the id of a resource"),
        (json!(1.5), "`resource` is the id of a resource"),
        (json!({}), "`resource` is the id of a resource"),
    ] {
        let got = change(&ada, 2, wrong.clone()).await;
        assert_eq!(got.status, 400, "{wrong}");
        assert!(got.text().contains(why), "{wrong}: {}", got.text());
    }
    assert_eq!(change(&ada, 1, json!(12)).await.status, 409, "not oneself");
    assert_eq!(change(&ed, 3, json!(12)).await.status, 403);
    assert_eq!(change(&ada, 99, json!("none")).await.status, 404);
    assert_eq!(written(&world, &ed).await.2, [["77"]], "nothing of it was kept");
}

/// A proxy with people before a real sandbox.
struct Real {
    router: Router,
    users: Users,
    _folder: tempfile::TempDir,
}

impl Real {
    async fn new(faults: Value) -> Real {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let users = Users::open(&file).unwrap();
        users.add("ed@x.test", "Ed", Role::Administrator, PASSWORD).unwrap();
        let sandbox = autotask_sandbox::Config { companies: 5, faults: Some(faults), ..Default::default() };
        let mut config = sandbox_config(sandbox).await;
        config.sign_in_to_demo = true;
        config.store = Some(file);
        config.act_as_person = ActAsPerson::Required;
        Real { router: Proxy::new(config).unwrap().router(), users, _folder: folder }
    }

    async fn send(&self, cookie: &str, method: &str, path: &str, body: Value) -> Got {
        let asked = app(method, &format!("{ROOT}{path}")).header("cookie", cookie);
        asked.body(body.to_string()).of(&self.router).await
    }

    async fn cookie(&self, login: &str) -> String {
        cookie_of(&sign_in(login, PASSWORD).of(&self.router).await)
    }
}

#[tokio::test]
async fn a_real_sandbox_writes_down_who_wrote_and_who_stood_behind() {
    let real = Real::new(json!([])).await;
    let ed = real.cookie("ed@x.test").await;
    let query = json!({"filter": [{"op": "exist", "field": "id"}]});
    let rows = real.send(&ed, "POST", "/Resources/query", query.clone()).await.json()["items"].clone();
    let rows = rows.as_array().unwrap();
    let find = |is: &dyn Fn(&Value) -> bool| rows.iter().find(|row| is(row)).unwrap();
    let person = find(&|row| row["isActive"] == true && row["licenseType"] == 2);
    let gone = find(&|row| row["isActive"] == false)["id"].as_i64().unwrap();
    let api = find(&|row| row["licenseType"] == 7)["id"].as_i64().unwrap();
    let owner = find(&|row| row["licenseType"] == 1)["id"].clone();
    let company = |name: &str| json!({"companyName": name, "companyType": 1, "phone": "1", "ownerResourceID": owner});
    let count =
        async || real.send(&ed, "POST", "/Companies/query/count", query.clone()).await.json()["queryCount"].clone();
    let before = count().await;

    // Nobody at Autotask has this address.
    assert_eq!(real.send(&ed, "POST", "/Companies", company("A")).await.json()["state"], "noResource");
    // Who left, the API user itself, and nobody at all.
    for id in [gone, api, 1] {
        real.users.set_resource("ed@x.test", &ResourceChoice::Is(id, None)).unwrap();
        let got = real.send(&ed, "POST", "/Companies", company("A")).await;
        assert_eq!((got.status, &got.json()["state"]), (403, &json!("nameRefused")), "{id}: {}", got.text());
    }
    assert_eq!(count().await, before, "0 writes without the name");

    let email = person["email"].as_str().unwrap();
    real.users.add(&format!(" {} ", email.to_uppercase()), "Pat", Role::Editor, PASSWORD).unwrap();
    let pat = real.cookie(email).await;
    let made = real.send(&pat, "POST", "/Companies", company("Named")).await;
    let id = made.json()["itemId"].as_i64().unwrap_or_else(|| panic!("{}", made.text()));
    let row = real.send(&pat, "GET", &format!("/Companies/{id}"), Value::Null).await.json()["item"].clone();
    assert_eq!((&row["createdByResourceID"], &row["impersonatorCreatorResourceID"]), (&person["id"], &json!(api)));
    let note = json!({"name": "T", "note": "D", "actionType": 1, "assignedResourceID": owner,
        "startDateTime": "2026-11-01T09:00:00Z", "endDateTime": "2026-11-01T10:00:00Z"});
    let made = real.send(&pat, "POST", &format!("/Companies/{id}/Notes"), note).await;
    let note = made.json()["itemId"].as_i64().unwrap_or_else(|| panic!("{}", made.text()));
    let changed = real.send(&pat, "PATCH", &format!("/Companies/{id}/Notes"), json!({"id": note, "name": "U"})).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let row = real.send(&pat, "GET", &format!("/CompanyNotes/{note}"), Value::Null).await.json()["item"].clone();
    assert_eq!(
        (&row["name"], &row["impersonatorCreatorResourceID"], &row["impersonatorUpdaterResourceID"]),
        (&json!("U"), &json!(api), &json!(api)),
        "{row}"
    );
    // An entity that takes no name is written by the API user, and the audit says so.
    let made = real.send(&pat, "POST", "/ContactGroups", json!({"name": "G", "isActive": true})).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let audit = app("GET", "/api/audit?limit=4").header("cookie", &ed).of(&real.router).await.json();
    let told: Vec<&Value> = audit["items"].as_array().unwrap().iter().map(|item| &item["resource"]).collect();
    assert_eq!(told, [&Value::Null, &person["id"], &person["id"], &person["id"]]);
}

#[tokio::test]
async fn a_sandbox_that_denies_it_gets_no_write() {
    let real = Real::new(json!([{"fault": "impersonationDenied"}])).await;
    real.users.set_resource("ed@x.test", &ResourceChoice::Is(4, None)).unwrap();
    let ed = real.cookie("ed@x.test").await;
    let company = json!({"companyName": "Denied Ltd", "companyType": 1, "phone": "1", "ownerResourceID": 4});
    for _ in 0..20 {
        let got = real.send(&ed, "POST", "/Companies", company.clone()).await;
        assert_eq!((got.status, &got.json()["state"]), (403, &json!("nameRefused")), "{}", got.text());
    }
    let query = json!({"filter": [{"op": "eq", "field": "companyName", "value": "Denied Ltd"}]});
    let found = real.send(&ed, "POST", "/Companies/query/count", query).await.json();
    assert_eq!(found, json!({"queryCount": 0}));
}
