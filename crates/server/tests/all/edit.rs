//! Edits of two people at once through the server: who is later is told what the other wrote, at whichever moment of the edit it
//! was written, and what nobody else touched is kept (security.md, R5).

use std::cell::RefCell;

use autotask_client::edit::{Edited, edit};
use autotask_client::native::{Credentials, Http};
use autotask_client::{Answer, Client, Transport};
use autotask_core::route::Method;
use autotask_core::write::Patch;
use autotask_core::{EntityInfo, Operation, Record, Request, entity};
use autotask_sandbox::{DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER};
use serde_json::{Value, json};

use crate::common::Running;
use crate::common::onboarding::Place;

/// Edits that somebody else comes between.
const ROUNDS: usize = 200;

/// When somebody else writes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// Before the edit looks.
    BeforeTheLook,
    /// After the edit has looked, before its change goes out.
    BeforeTheSending,
}

/// What the app's own transport is: one to the server, which compares. Somebody else writes while it is on its way.
struct OnItsWay {
    http: Http,
    compares: bool,
    /// What is written at Autotask itself, and when.
    other: RefCell<Option<(When, Client<Http>, Operation)>>,
}

impl Transport for OnItsWay {
    async fn send(&self, request: &Request, key: Option<&str>) -> Result<Answer, String> {
        let now = if request.method == Method::Patch { When::BeforeTheSending } else { When::BeforeTheLook };
        let is_its = |(when, ..): &mut (When, Client<Http>, Operation)| *when == now;
        let other = self.other.borrow_mut().take_if(is_its);
        if let Some((_, client, operation)) = other {
            client.write(&operation).await.expect("it is written");
        }
        self.http.send(request, key).await
    }

    fn compares(&self) -> bool {
        self.compares
    }
}

fn http(origin: &str) -> Http {
    let credentials = Credentials {
        user_name: DEFAULT_USER.to_owned(),
        secret: DEFAULT_SECRET.to_owned(),
        integration_code: DEFAULT_INTEGRATION_CODE.to_owned(),
    };
    Http::new(format!("{}/ATServicesRest", origin.trim_end_matches('/')), credentials).expect("a client")
}

/// A sandbox and a server before it, and a way to each.
struct Two {
    place: Place,
    _server: Running,
    direct: Http,
    through: Http,
}

impl Two {
    fn start() -> Two {
        let place = Place::start();
        let no_limits = json!({"requestsPerHour": null, "latency": false, "threadsPerEndpoint": null});
        place.call("PATCH", "/_sandbox/settings", &no_limits);
        let arguments = ["demo", "--no-open", "--port", "0", "--no-limits", "--sandbox-url", &place.origin];
        let server = Running::start(&arguments, "CRM workbench: ");
        Two { direct: http(&place.origin), through: http(server.url()), _server: server, place }
    }

    /// Edits a row through the server, while somebody else writes `other` into it.
    async fn edit(
        &self,
        info: &'static EntityInfo,
        id: i64,
        (when, compares): (When, bool),
        other: Value,
        mine: Value,
    ) -> Edited {
        let direct = Client::new(self.direct.clone());
        let seen = direct.get(info, id).await.expect("it is read").expect("a row");
        let patch = Patch::between(info, &seen, &record(mine));
        let other =
            Operation::Update(info, record(other).with("id", id), info.parent.and_then(|above| seen.int(above.field)));
        let other = RefCell::new(Some((when, direct, other)));
        let client = Client::new(OnItsWay { http: self.through.clone(), compares, other });
        edit(&client, info, &patch, &seen).await.expect("it is answered")
    }
}

fn record(value: Value) -> Record {
    Record::from(value.as_object().cloned().expect("an object"))
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

#[test]
fn whoever_is_later_is_told_what_the_other_wrote() {
    let two = Two::start();
    let info = entity("Companies").expect("known");
    run(async {
        for round in 0..ROUNDS {
            let when = if round % 2 == 0 { When::BeforeTheLook } else { When::BeforeTheSending };
            let (theirs, yours, fax) = (format!("T{round}"), format!("Y{round}"), format!("555-{round:04}"));
            let is_same_field = round % 4 < 2;
            let other = if is_same_field { json!({"city": theirs}) } else { json!({"phone": fax}) };
            let mine = json!({"city": yours, "fax": fax});
            let edited = two.edit(info, 0, (when, true), other, mine).await;
            let now = Client::new(two.direct.clone()).get(info, 0).await.expect("it is read").expect("a row");
            match edited {
                Edited::Conflict { conflicts, now: told } => {
                    assert!(is_same_field, "round {round}: {conflicts:?}");
                    let told_of: Vec<_> = conflicts.iter().map(|one| (&*one.field, &one.theirs, &one.yours)).collect();
                    assert_eq!(told_of, [("city", &json!(theirs), &json!(yours))], "round {round}");
                    assert_eq!(
                        (told, now.text("city")),
                        (now.clone(), Some(&*theirs)),
                        "round {round}: nothing was sent"
                    );
                }
                Edited::Sent(sent) => {
                    assert!(!is_same_field && sent.doubt.is_none(), "round {round}: {when:?} was overwritten");
                    let kept = [now.text("city"), now.text("phone"), now.text("fax")];
                    assert_eq!(kept, [Some(&*yours), Some(&*fax), Some(&*fax)], "round {round}: both are kept");
                }
            }
        }
    });
    println!("{ROUNDS} edits: each of the same field was told, each of another is kept");
}

#[test]
fn what_is_cleared_is_compared_too_and_a_row_below_another() {
    let two = Two::start();
    let info = entity("Contacts").expect("known");
    let id = two.place.number("SELECT min(id) FROM Contacts WHERE isActive = 1");
    let company = two.place.number(&format!("SELECT companyID FROM Contacts WHERE id = {id}"));
    let as_before = record(json!({"id": id, "title": "Assistant", "isActive": 1}));
    run(async {
        for (mine, other, is_told) in [
            (json!({"title": null}), json!({"title": "Head of IT"}), true),
            (json!({"title": "Boss"}), json!({"title": null}), true),
            // What the other wrote is what one wants.
            (json!({"title": "Boss"}), json!({"title": "Boss"}), false),
            (json!({"title": "Boss"}), json!({"mobilePhone": "1"}), false),
            (json!({"isActive": 0}), json!({"title": "Boss"}), false),
        ] {
            let set = Operation::Update(info, as_before.clone(), Some(company));
            Client::new(two.direct.clone()).write(&set).await.expect("it is written");
            let said = format!("{mine} {other}");
            let edited = two.edit(info, id, (When::BeforeTheSending, true), other, mine).await;
            assert_eq!(matches!(edited, Edited::Conflict { .. }), is_told, "{said}: {edited:?}");
        }
    });
}

/// That the first test would see it: without `expected`, as it is with Autotask itself, the last one wins.
#[test]
fn without_saying_what_one_expects_the_last_one_wins() {
    let two = Two::start();
    let info = entity("Companies").expect("known");
    let other = json!({"city": "Linz"});
    let edited = run(two.edit(info, 0, (When::BeforeTheSending, false), other, json!({"city": "Wels"})));
    assert!(matches!(edited, Edited::Sent(_)), "{edited:?}");
    assert_eq!(two.place.number("SELECT count(*) FROM Companies WHERE id = 0 AND city = 'Wels'"), 1);
}
