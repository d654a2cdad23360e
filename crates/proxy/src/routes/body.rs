//! Bodies of requests: JSON, bounded in size and time, plain or packed.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, header};

use crate::assets::gunzip;
use crate::refusal::Refusal;

/// Most bytes of a request's body, packed and unpacked.
pub(super) const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Longest time for a body to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The body of a request, unpacked, of at most `max` bytes.
pub(super) async fn read_body(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Refusal> {
    let is_json = headers.get(header::CONTENT_TYPE).is_none_or(|value| {
        let essence = value.to_str().unwrap_or("?").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
    });
    if !is_json {
        return Err(Refusal::MediaType("the body must be JSON; send `Content-Type: application/json`"));
    }
    let bytes = tokio::time::timeout(BODY_TIMEOUT, collect(body, max)).await.map_err(|_| Refusal::TooSlow)??;
    match headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase()).as_deref() {
        None | Some(b"identity") => Ok(bytes),
        Some(b"gzip") => match gunzip(&bytes, max) {
            Some(plain) => Ok(plain.into()),
            None => Err(Refusal::MediaType("the body is not gzip, or too large when it is unpacked")),
        },
        Some(_) => Err(Refusal::MediaType("the body's encoding is not known; send it plain or as gzip")),
    }
}

async fn collect(body: Body, max: usize) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::Request("the body broke off; send it again"))?;
        if bytes.len() + chunk.len() > max {
            return Err(Refusal::TooLarge { max });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
