//! Opening: files that are new, ours, of another version, or something else.

use crate::common::{Api, config};
use autotask_sandbox::{Config, Sandbox};
use serde_json::json;

#[tokio::test]
async fn a_file_keeps_its_world_and_flags_count_only_when_it_is_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("world.db");
    let id = {
        let api = Api::with(Config { database: Some(file.clone()), ..config(5) });
        api.company("Kept", json!({})).await
    };
    let api = Api::with(Config { database: Some(file), seed: 99, ..config(50) });
    assert_eq!(api.row("Companies", id).await["companyName"], "Kept");
    assert_eq!(api.everything("Companies").await.len(), 7);
}

#[test]
fn other_files_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |name: &str| Sandbox::open(Config { database: Some(folder.path().join(name)), ..config(1) }).map(drop);
    std::fs::write(folder.path().join("text.db"), "this is not a database, whatever its name says").expect("written");
    let error = open("text.db").expect_err("not a database");
    assert!(
        error.is_not_a_database()
            && error.to_string().starts_with("the file is not a sandbox's database; give another file: "),
        "{error}"
    );
    let other = rusqlite::Connection::open(folder.path().join("other.db")).expect("made");
    other.execute_batch("CREATE TABLE t (a)").expect("made");
    drop(other);
    assert!(open("other.db").expect_err("not ours").is_not_a_database());
    open("ours.db").expect("made");
    let ours = rusqlite::Connection::open(folder.path().join("ours.db")).expect("opened");
    ours.pragma_update(None, "user_version", 1).expect("written");
    drop(ours);
    let error = open("ours.db").expect_err("of another version");
    assert!(error.is_other_version() && error.to_string().contains("another version"), "{error}");
    let error = open("no/such/folder/x.db").expect_err("no folder");
    assert!(error.to_string().starts_with("the database cannot be opened; check that the folder exists"), "{error}");
    let error = Sandbox::open(Config { database: Some(folder.path().to_owned()), ..config(1) })
        .map(drop)
        .expect_err("a folder");
    assert!(error.to_string().contains("cannot be opened"), "{error}");
}

#[test]
fn memory_goes_by_both_names() {
    Sandbox::open(Config { database: Some(":memory:".into()), ..config(1) }).expect("opened");
    assert!(!std::path::Path::new(":memory:").exists());
}

#[test]
fn credentials_are_not_in_debug_output() {
    assert!(!format!("{:?}", config(1)).contains("sandbox-secret"));
}
