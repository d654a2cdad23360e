//! Changes of a row in a real sandbox: what is written, ignored, in conflict or in doubt is told, and can be taken back.

use autotask_client::Client;
use autotask_client::edit::{Edited, Sent, edit, read_back};
use autotask_client::native::{Credentials, Http};
use autotask_core::write::{Patch, Verdict};
use autotask_core::{EntityInfo, FailureKind, Operation, Record, entity};
use autotask_sandbox::{Config, DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER, Sandbox};
use serde_json::{Value, json};

/// A client of a sandbox with these faults, and the first of its companies.
async fn world(faults: Value) -> (Client<Http>, Record) {
    let config = Config { companies: 3, faults: Some(faults), ..Config::default() };
    let sandbox = tokio::task::spawn_blocking(|| Sandbox::open(config).expect("a world")).await.expect("done");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("done");
    let root = format!("http://{}/ATServicesRest", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, sandbox.router()).await });
    let credentials = Credentials {
        user_name: DEFAULT_USER.to_owned(),
        secret: DEFAULT_SECRET.to_owned(),
        integration_code: DEFAULT_INTEGRATION_CODE.to_owned(),
    };
    let client = Client::new(Http::new(root, credentials).expect("a client"));
    let company = client.get(companies(), 0).await.expect("done").expect("a row");
    (client, company)
}

fn companies() -> &'static EntityInfo {
    entity("Companies").expect("known")
}

fn change(row: &Record, to: Value) -> Patch {
    Patch::between(companies(), row, &Record::from(to.as_object().cloned().expect("an object")))
}

fn sent(edited: Edited) -> Sent {
    match edited {
        Edited::Sent(sent) => sent,
        Edited::Conflict { conflicts, .. } => panic!("{conflicts:?}"),
    }
}

fn verdicts(sent: &Sent) -> Vec<(String, Verdict)> {
    let fields = &sent.read_back.as_ref().expect("read again").fields;
    fields.iter().map(|field| (field.field.clone(), field.outcome)).collect()
}

#[tokio::test]
async fn an_edit_is_read_back_and_its_undo_restores_it() {
    let (client, row) = world(json!([])).await;
    let patch = change(&row, json!({"city": "Bad Ischl", "fax": "555-0199"}));
    let done = sent(edit(&client, companies(), &patch, &row).await.unwrap());
    let changed = |name: &str| (name.to_owned(), Verdict::Changed);
    assert_eq!((verdicts(&done), &done.doubt), (vec![changed("city"), changed("fax")], &None));
    let now = done.read_back.unwrap().row;
    assert_eq!((now.text("city"), now.text("fax")), (Some("Bad Ischl"), Some("555-0199")));

    let undo = Patch::between(companies(), &now, &patch.inverse(&done.before).record());
    let undone = sent(edit(&client, companies(), &undo, &now).await.unwrap());
    let restored = undone.read_back.unwrap().row;
    assert_eq!([restored.get("city"), restored.get("fax")], [row.get("city"), row.get("fax")]);
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_a_conflict_and_nothing_is_sent() {
    let (client, row) = world(json!([])).await;
    let other = Record::new().with("id", 0).with("city", "Linz").with("phone", "555-0177");
    client.write(&Operation::Update(companies(), other, None)).await.unwrap();
    let patch = change(&row, json!({"city": "Wels", "fax": "555-0199"}));
    let Edited::Conflict { conflicts, now } = edit(&client, companies(), &patch, &row).await.unwrap() else {
        panic!("it was sent")
    };
    let told: Vec<_> = conflicts.iter().map(|one| (one.field.as_str(), &one.theirs, &one.yours)).collect();
    assert_eq!(told, [("city", &json!("Linz"), &json!("Wels"))], "the phone is nobody's conflict");
    assert_eq!(client.get(companies(), 0).await.unwrap().unwrap(), now, "nothing was written");

    // Theirs is kept for the city, and the rest is written upon what there is now.
    let done = sent(edit(&client, companies(), &patch.without("city"), &now).await.unwrap());
    let row = done.read_back.unwrap().row;
    assert_eq!((row.text("city"), row.text("fax")), (Some("Linz"), Some("555-0199")));
}

#[tokio::test]
async fn a_change_that_autotask_silently_ignores_is_told() {
    let (client, row) = world(json!([{"fault": "silentlyIgnore", "entity": "Companies"}])).await;
    let patch = change(&row, json!({"city": "Graz"}));
    let done = sent(edit(&client, companies(), &patch, &row).await.unwrap());
    assert_eq!((verdicts(&done), done.doubt), (vec![("city".to_owned(), Verdict::Ignored)], None));
}

#[tokio::test]
async fn an_answer_that_never_came_is_a_doubt_that_reading_resolves() {
    let (client, row) = world(json!([{"fault": "commitThenCut", "entity": "Companies", "operation": "update"}])).await;
    let patch = change(&row, json!({"city": "Graz"}));
    let done = sent(edit(&client, companies(), &patch, &row).await.unwrap());
    assert_eq!(done.doubt.as_ref().map(|failure| failure.kind), Some(FailureKind::Unreachable));
    assert_eq!(verdicts(&done), [("city".to_owned(), Verdict::Changed)]);
    let again = read_back(&client, companies(), &patch.record(), &done.before).await.unwrap();
    assert_eq!(again.row.text("city"), Some("Graz"));
}

#[tokio::test]
async fn a_refusal_and_a_row_that_is_gone_are_failures_and_nothing_is_written() {
    let (client, row) = world(json!([])).await;
    let patch = change(&row, json!({"companyName": "", "city": "Graz"}));
    let refused = edit(&client, companies(), &patch, &row).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Validation, "{refused}");
    assert_eq!(client.get(companies(), 0).await.unwrap().unwrap().get("city"), row.get("city"));
    let nameless =
        edit(&client, companies(), &change(&Record::new(), json!({"city": "Graz"})), &row).await.unwrap_err();
    assert_eq!((nameless.kind, nameless.message().as_str()), (FailureKind::Validation, "Id is required"));
    let gone = change(&Record::new(), json!({"id": 999_999_999, "city": "Graz"}));
    let failure = edit(&client, companies(), &gone, &Record::new()).await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.message().as_str()),
        (FailureKind::NotFound, "Companies 999999999 is not there any more")
    );
}

#[tokio::test]
async fn a_contact_is_written_below_its_company() {
    let (client, _) = world(json!([])).await;
    let info = entity("Contacts").unwrap();
    let query = autotask_core::Query::new(info, autotask_core::Filter::everything());
    let contact = client.rows(&query).await.unwrap().swap_remove(0);
    let wanted = Record::new().with("title", "Head of IT");
    let patch = Patch::between(info, &contact, &wanted);
    let done = sent(edit(&client, info, &patch, &contact).await.unwrap());
    assert_eq!(done.read_back.unwrap().row.text("title"), Some("Head of IT"));
}
