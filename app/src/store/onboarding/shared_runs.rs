//! Shared runs: the journal as this server keeps it, so that another browser can go on with a run.
//!
//! An entry is kept there before it is kept here: what this browser knows, the server knows. Whoever drives is named in
//! each of them; who was overtaken hears it at the next one, and looks on.

use std::cell::OnceCell;

use autotask_core::{
    Failure,
    onboarding::{Entry, read_journal, read_plan},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::run::Run;
use crate::{
    api::{Verb, own},
    store::id::new_id,
};

/// A run in the server's list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The run.
    pub id: String,
    /// The client.
    pub title: String,
    /// When it was worked on last, in milliseconds since 1970.
    pub updated_at: f64,
}

/// Why an entry was not kept.
#[derive(Clone, Debug, PartialEq)]
pub enum NotKept {
    /// Somebody else drives the run now.
    Overtaken,
    /// The server says why not.
    Failed(String),
}

/// The runs that are kept, the last one first.
pub async fn list() -> Result<Vec<Line>, Failure> {
    let json = own(Verb::Get, "runs", None).await?;
    Ok(json.get("runs").map(|runs| Vec::deserialize(runs).unwrap_or_default()).unwrap_or_default())
}

/// A run; `None` when there is none of this id, or it is of another version of this program.
pub async fn run(id: &str) -> Result<Option<Run>, Failure> {
    let json = match own(Verb::Get, &["runs/", id].concat(), None).await {
        Err(failure) if failure.status == 404 => return Ok(None),
        answer => answer?,
    };
    let (plan, journal) = (json.get("plan").map(read_plan), json.get("journal").map(read_journal));
    Ok(match (plan, journal) {
        (Some(Ok(plan)), Some(Ok(journal))) => Some(Run { plan, journal }),
        _ => None,
    })
}

/// Makes this page the driver of the run, and answers it with everything that is known of it, here or there.
pub async fn take(own_run: &Run, title: &str) -> Result<Run, NotKept> {
    let id = &own_run.plan.run_id;
    let Some(kept) = run(id).await.map_err(failed)? else {
        let body = json!({ "plan": own_run.plan, "title": title, "driver": driver() });
        own(Verb::Post, "runs", Some(&body)).await.map_err(failed)?;
        return add_all(own_run, 0).await;
    };
    own(Verb::Put, &["runs/", id, "/driver"].concat(), Some(&json!({ "driver": driver() }))).await.map_err(failed)?;
    match kept.journal.len() < own_run.journal.len() {
        true => add_all(own_run, kept.journal.len()).await,
        false => Ok(kept),
    }
}

async fn add_all(run: &Run, from: usize) -> Result<Run, NotKept> {
    for (index, entry) in run.journal.iter().enumerate().skip(from) {
        append(&run.plan.run_id, index, entry).await?;
    }
    Ok(run.clone())
}

/// Keeps an entry as the one of this number.
pub async fn append(run: &str, number: usize, entry: &Entry) -> Result<(), NotKept> {
    let body = json!({ "driver": driver(), "expected": number, "entry": entry });
    match own(Verb::Post, &["runs/", run, "/events"].concat(), Some(&body)).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.status == 409 => Err(NotKept::Overtaken),
        Err(failure) => Err(failed(failure)),
    }
}

fn failed(failure: Failure) -> NotKept {
    NotKept::Failed(["The journal cannot be kept on the server: ", &failure.messages.join(" ")].concat())
}

/// The name of this page among all that may drive a run: a new one each time it is loaded.
fn driver() -> Value {
    thread_local!(static NAME: OnceCell<String> = const { OnceCell::new() });
    NAME.with(|known| known.get_or_init(|| ["page-", &new_id()].concat()).clone()).into()
}
