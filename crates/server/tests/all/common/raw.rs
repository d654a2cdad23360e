//! HTTP written by hand on a socket: what no client library would send, and every answer that comes.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head, in small letters.
    pub(crate) head: String,
    /// The cookie that it sets, as it is sent back.
    pub(crate) cookie: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value in small letters, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }

    /// Whether the server ends the connection after it.
    pub(crate) fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.contains("close"))
    }
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The other side ended it.
    Closed,
    /// It is open, and nothing comes.
    Open,
}

/// A connection to a server.
pub(crate) struct Raw {
    socket: TcpStream,
    /// What came and is no whole answer yet.
    rest: Vec<u8>,
}

impl Raw {
    pub(crate) fn connect(address: &str) -> Raw {
        let socket = TcpStream::connect(address).expect("connected");
        socket.set_nodelay(true).expect("a socket");
        Raw::of(socket)
    }

    pub(crate) fn of(socket: TcpStream) -> Raw {
        Raw { socket, rest: Vec::new() }
    }

    /// Writes as much as the other side takes: one that has refused may be gone.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let _ = self.socket.write_all(bytes);
    }

    /// Nothing more will be written.
    pub(crate) fn end_writing(&mut self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Write);
    }

    /// The next answer to a request of this method; none before the end, or in a pause of that length.
    pub(crate) fn answer(&mut self, method: &str, pause: Duration) -> Result<Answer, End> {
        self.socket.set_read_timeout(Some(pause)).expect("a timeout");
        loop {
            if let Some((answer, length)) = whole(&self.rest, method) {
                self.rest.drain(..length);
                // An interim answer says that the body may come.
                if answer.status != 100 {
                    return Ok(answer);
                }
                continue;
            }
            let mut part = [0; 16 * 1024];
            match self.socket.read(&mut part) {
                Ok(0) => return Err(End::Closed),
                Ok(length) => self.rest.extend_from_slice(&part[..length]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(End::Open);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(End::Closed),
            }
        }
    }
}

/// The answer that these bytes begin with, and how many of them it is; `None` as long as it is not whole.
fn whole(bytes: &[u8], method: &str) -> Option<(Answer, usize)> {
    let head_length = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..head_length]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status: u16 = status.unwrap_or_else(|| panic!("no status: {head}"));
    let cookie = head.find("\r\nset-cookie: ").map(|at| at + "\r\nset-cookie: ".len());
    let cookie = cookie.and_then(|at| bytes[at..].split(|byte| matches!(byte, b';' | b'\r')).next());
    let cookie = cookie.map(|cookie| String::from_utf8_lossy(cookie).into_owned());
    let mut answer = Answer { status, head, cookie, body: Vec::new() };
    let rest = &bytes[head_length..];
    if method == "HEAD" || status < 200 || matches!(status, 204 | 304) {
        return Some((answer, head_length));
    }
    if answer.header("transfer-encoding").is_some() {
        let (body, length) = chunks(rest)?;
        answer.body = body;
        return Some((answer, head_length + length));
    }
    let length: usize = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    answer.body = rest.get(..length)?.to_vec();
    Some((answer, head_length + length))
}

/// A body in chunks, and how many bytes it takes with its sizes.
fn chunks(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[at..at + line]).ok()?, 16).ok()?;
        at += line + 2;
        body.extend_from_slice(bytes.get(at..at + size)?);
        at += size + 2;
        if size == 0 {
            return (at <= bytes.len()).then_some((body, at));
        }
    }
}
