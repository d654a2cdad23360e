//! Deletions: what people can delete in Autotask's screens and no program through its API.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};

use super::sandbox::{blocking, is_from_here};
use crate::Inner;
use crate::answer::Refusal;
use crate::write;

/// `DELETE /_sandbox/tickets/{id}`: a ticket goes with its notes, time and attachments, and the deletion logs say so.
/// Only from this machine.
pub(super) async fn ticket(State(inner): State<Arc<Inner>>, Path(id): Path<i64>, request: Request) -> Response {
    if !is_from_here(&request) {
        return Refusal::Forbidden("Tickets are deleted only from the machine the sandbox runs on.").into_response();
    }
    blocking(move || write::delete_ticket(&inner, id)).await
}
