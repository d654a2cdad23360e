//! `GET /_sandbox/webhooks`: what waits to be delivered and what came of the last events, without secrets.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use super::sandbox::{blocking, is_from_here};
use crate::Inner;
use crate::answer::Refusal;
use crate::webhooks;

/// The webhooks and their queue. Only from this machine.
pub(super) async fn state(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    if !is_from_here(&request) {
        return Refusal::Forbidden("The webhooks are shown only on the machine the sandbox runs on.").into_response();
    }
    blocking(move || {
        let tenant = inner.tenant();
        Ok(inner.store.read(|connection| webhooks::state(connection, &tenant))?)
    })
    .await
}
