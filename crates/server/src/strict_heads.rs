//! Strict heads: the lines of a request's head end with CR LF and nothing else.
//!
//! The parser behind takes a bare LF for the end of a line too. Who stands before this server may not, and then a request that
//! it let through as one is two here. A bare LF becomes a NUL on its way in, which the parser refuses with 400 and the end of
//! the connection.
//!
//! Only heads are looked at: how long the body is, its head says. Behind a head with `Transfer-Encoding` nothing is looked at
//! any more; [`listen`](crate::listen) ends the connection after that request.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much of a line is kept: the longest name that matters with twenty digits and some blanks.
const LINE_BYTES_KEPT: usize = 64;

/// What comes next of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Head,
    /// So many bytes of a body, and then a head.
    Body(u64),
    /// Nobody knows any more.
    Anything,
}

/// Follows what comes in.
#[derive(Debug)]
struct Heads {
    next: Next,
    /// How the line begins that is under way.
    line: Vec<u8>,
    is_after_cr: bool,
    length: u64,
    is_chunked: bool,
}

impl Heads {
    fn new() -> Heads {
        Heads { next: Next::Head, line: Vec::new(), is_after_cr: false, length: 0, is_chunked: false }
    }

    /// Takes the bytes that came, and makes a NUL of each bare LF in a head.
    fn pass(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            match self.next {
                Next::Anything => return,
                Next::Body(left) => {
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = &mut bytes[taken..];
                    self.next = match left - taken as u64 {
                        0 => Next::Head,
                        left => Next::Body(left),
                    };
                }
                Next::Head => {
                    let (first, rest) = bytes.split_at_mut(1);
                    self.head_byte(&mut first[0]);
                    bytes = rest;
                }
            }
        }
    }

    fn head_byte(&mut self, byte: &mut u8) {
        match *byte {
            b'\n' if self.is_after_cr => self.end_line(),
            b'\n' => *byte = 0,
            b'\r' => {}
            other if self.line.len() < LINE_BYTES_KEPT => self.line.push(other.to_ascii_lowercase()),
            _ => {}
        }
        self.is_after_cr = *byte == b'\r';
    }

    fn end_line(&mut self) {
        if self.line.is_empty() {
            self.next = match (self.is_chunked, self.length) {
                (true, _) => Next::Anything,
                (false, 0) => Next::Head,
                (false, length) => Next::Body(length),
            };
            self.length = 0;
        } else if let Some(value) = self.line.strip_prefix(b"content-length:") {
            // What is no length is refused behind, and so are two that differ.
            self.length = std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok()).unwrap_or(0);
        } else if self.line.starts_with(b"transfer-encoding") {
            self.is_chunked = true;
        }
        self.line.clear();
    }
}

/// A connection whose heads are strict.
#[derive(Debug)]
pub(crate) struct StrictHeads<S> {
    socket: S,
    heads: Heads,
}

impl<S> StrictHeads<S> {
    pub(crate) fn new(socket: S) -> StrictHeads<S> {
        StrictHeads { socket, heads: Heads::new() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for StrictHeads<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        self.heads.pass(&mut buffer.filled_mut()[before..]);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for StrictHeads<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out is the same, however the bytes come in.
    #[track_caller]
    fn check(sent: &str, expected: &str) {
        for step in [1, 2, 3, 7, 1_000] {
            let (mut heads, mut found) = (Heads::new(), sent.as_bytes().to_vec());
            found.chunks_mut(step).for_each(|part| heads.pass(part));
            assert_eq!(String::from_utf8_lossy(&found), expected, "{step} at once");
        }
    }

    #[test]
    fn a_bare_lf_in_a_head_is_a_nul() {
        check("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        check("GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\0Host: a\0\0");
        check("GET / HTTP/1.1\r\nX: y\n\r\n\r\n", "GET / HTTP/1.1\r\nX: y\0\r\n\r\n");
        check("\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\n", "\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\0");
    }

    #[test]
    fn bodies_stay_as_they_are() {
        let head = "POST / HTTP/1.1\r\ncontent-LENGTH: 4\r\nX: Content-Length: 9\r\n\r\n";
        check(&format!("{head}\n\n\n\n{head}a\nb\nGET /\n"), &format!("{head}\n\n\n\n{head}a\nb\nGET /\0"));
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na\nb\nc\r\n0\r\n\r\n";
        check(chunked, chunked);
    }
}
