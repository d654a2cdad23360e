//! Sizes of downloads, as a browser receives them.

use std::io::Write;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

/// How many bytes gzip makes of these.
pub(crate) fn gzip_size(content: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

/// Bytes as whole KiB, rounded up.
pub(crate) fn kibibytes(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}
