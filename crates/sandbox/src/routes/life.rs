//! Life: lets people do something in the book, once or again and again.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::control::bad;
use super::pipeline::Work;
use super::sandbox::{blocking, is_from_here};
use crate::Inner;
use crate::answer::Refusal;
use crate::world::life;

/// Most steps of one call: a few seconds.
const STEPS_MAX: u32 = 10_000;

/// How much shall happen.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    steps: Option<u32>,
}

/// `POST /_sandbox/life?steps=10`: so many things happen, and are listed. Only from this machine.
pub(super) async fn live(
    State(inner): State<Arc<Inner>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Response {
    if !is_from_here(&request) {
        return Refusal::Forbidden("Life goes on only from the machine the sandbox runs on.").into_response();
    }
    let steps = match asked {
        Ok(Query(Asked { steps })) => steps.unwrap_or(1),
        Err(error) => return bad(&format!("{}; give ?steps=10.", error.body_text())),
    };
    if steps > STEPS_MAX {
        return bad(&format!("At most {STEPS_MAX} steps at once."));
    }
    blocking(move || {
        let done: Vec<Value> = (0..steps).map(|_| step(&inner)).collect::<Result<_, _>>()?;
        Ok(json!({ "steps": done }))
    })
    .await
}

/// One step, done or refused.
pub(crate) fn step(inner: &Arc<Inner>) -> Result<Value, Refusal> {
    let number = inner.store.write(|connection| life::next_number(connection))?;
    let tenant = inner.tenant();
    let now = inner.clock.now();
    let step = inner.store.read(|connection| life::step(connection, &tenant, inner.config.seed, number, now))?;
    let Some(step) = step else { return Ok(json!({ "step": number, "what": "nothing", "refusal": null })) };
    let entity = step.route.entity().map(|entity| entity.name);
    let work = Work::of_a_person(inner, step.route, &step.body, step.resource);
    let (id, refusal) = match work.run_here(None) {
        Ok(done) => (done.into_json()["itemId"].clone(), None),
        Err(refusal) => (Value::Null, Some(refusal.text().unwrap_or_default())),
    };
    Ok(json!({ "step": step.number, "what": step.what, "entity": entity, "id": id, "refusal": refusal }))
}
