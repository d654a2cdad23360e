//! Body: the bytes of a request, unpacked and bounded.

use std::io::Read;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;

use crate::answer::Refusal;

/// Most bytes of a body, packed and unpacked.
pub(super) const BODY_BYTES_MAX: usize = 10_000_000;

/// How every gzip stream begins.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Reads a body, and unpacks it if it is gzip.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refusal> {
    let bytes = axum::body::to_bytes(body, BODY_BYTES_MAX).await.map_err(|cause| {
        // What else can fail is that the client went away, and then nobody reads the answer.
        tracing::debug!(%cause, "the body could not be read");
        Refusal::TooLarge
    })?;
    let encoding = headers.get(header::CONTENT_ENCODING).map(|e| String::from_utf8_lossy(e.as_bytes()).to_lowercase());
    match encoding.as_deref().map(str::trim) {
        None | Some("" | "identity") => Ok(bytes.into()),
        Some("gzip" | "x-gzip") => gunzip(&bytes),
        Some(other) => Err(Refusal::Encoding(other.to_owned())),
    }
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut out = Vec::new();
    let bound = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    match MultiGzDecoder::new(bytes).take(bound).read_to_end(&mut out) {
        Ok(_) if out.len() > BODY_BYTES_MAX => Err(Refusal::TooLarge),
        Ok(_) => Ok(out),
        // .NET's own sentences.
        Err(_) if !bytes.starts_with(&GZIP_MAGIC) => Err(Refusal::application(
            "The magic number in GZip header is not correct. Make sure you are passing in a GZip stream.",
        )),
        Err(_) => Err(Refusal::application("Found invalid data while decoding.")),
    }
}
