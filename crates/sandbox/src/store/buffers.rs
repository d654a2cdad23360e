//! Buffers: memory of answers that were sent, kept for the next ones.
//!
//! A page of companies has a megabyte. Fresh memory of that size comes from the system page by page, each a fault,
//! and that costs a tenth of the whole answer.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Buffers kept: as many as a page of companies has pieces, for each reader.
const KEPT_MAX: usize = 8 * super::READERS;
/// A buffer that grew beyond this is not kept: it was of an answer that did not go out in pieces.
const BYTES_MAX: usize = 512 * 1024;

/// Buffers that wait for an answer. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    /// An empty buffer, with room if one is there.
    pub(super) fn take(&self) -> Buffer {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Buffer { bytes: kept.unwrap_or_default(), home: self.clone() }
    }
}

/// A buffer that goes back when it is dropped: by whoever wrote it, or when all of it was sent.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    home: Buffers,
}

impl Buffer {
    /// An empty one from the same place.
    pub(super) fn another(&self) -> Buffer {
        self.home.take()
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Buffer> for Bytes {
    fn from(buffer: Buffer) -> Bytes {
        Bytes::from_owner(buffer)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        if bytes.capacity() == 0 || bytes.capacity() > BYTES_MAX {
            return;
        }
        bytes.clear();
        let mut kept = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_MAX {
            kept.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_a_large_one_does_not() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take();
        buffer.extend_from_slice(&[b'x'; 1000]);
        let place = buffer.as_ptr();
        let sent = Bytes::from(buffer);
        let held = sent.slice(990..);
        drop(sent);
        assert_eq!(buffers.take().capacity(), 0, "a part of it is still on its way");
        assert_eq!(&held[..], [b'x'; 10]);
        drop(held);
        let again = buffers.take();
        assert_eq!((again.len(), again.as_ptr()), (0, place));
        let mut large = buffers.take();
        large.reserve(BYTES_MAX + 1);
        drop(large);
        assert_eq!(buffers.take().capacity(), 0);
        let many: Vec<Buffer> = (0..KEPT_MAX + 2).map(|_| buffers.take()).collect();
        for mut buffer in many {
            buffer.reserve(10);
        }
        assert_eq!(buffers.0.lock().expect("not poisoned").len(), KEPT_MAX);
    }
}
