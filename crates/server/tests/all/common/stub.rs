//! An Autotask that answers each request alike and keeps what it was asked, in threads of the test itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::Running;

pub(crate) struct Stub {
    pub(crate) url: String,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The line of each request with its body.
    asked: Mutex<Vec<String>>,
    under_way: AtomicU64,
    most_at_once: AtomicU64,
}

impl Stub {
    /// One that takes so long for each answer.
    pub(crate) fn start(latency: Duration) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let kept: Arc<Kept> = Arc::default();
        let shared = Arc::clone(&kept);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&shared);
                thread::spawn(move || serve(socket, &kept, latency));
            }
        });
        Stub { url, kept }
    }

    /// What was asked since the last time, the health of the server aside.
    pub(crate) fn taken(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.kept.asked.lock().unwrap_or_else(PoisonError::into_inner));
        asked.retain(|line| !line.contains("/versioninformation") && !line.contains("/ThresholdInformation"));
        asked
    }

    /// Most requests for companies that were under way together.
    pub(crate) fn most_at_once(&self) -> u64 {
        self.kept.most_at_once.load(Ordering::Relaxed)
    }

    /// A demo before it, which any client may use that has the sandbox's three values.
    pub(crate) fn demo(&self, more: &[&str]) -> Running {
        let arguments = ["demo", "--no-open", "--port", "0", "--sandbox-url", &self.url];
        Running::start(&[&arguments[..], more].concat(), "CRM workbench: ")
    }
}

/// Answers one request after another: a row with the id that the path ends with, an outcome of a write, or a page without rows.
fn serve(socket: TcpStream, kept: &Kept, latency: Duration) {
    let Ok(mut writer) = socket.try_clone() else { return };
    let mut reader = BufReader::new(socket);
    loop {
        let (mut first, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if !matches!(reader.read_line(&mut line), Ok(1..)) {
                return;
            }
            let line = line.trim_end();
            if first.is_empty() {
                line.clone_into(&mut first);
            } else if line.is_empty() {
                break;
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().expect("the proxy writes a number");
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let asked = format!("{first} {}", String::from_utf8_lossy(&body));
        kept.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let counted = u64::from(path.contains("/Companies"));
        let under_way = kept.under_way.fetch_add(counted, Ordering::Relaxed) + counted;
        kept.most_at_once.fetch_max(under_way, Ordering::Relaxed);
        thread::sleep(latency);
        kept.under_way.fetch_sub(counted, Ordering::Relaxed);
        let answer = match path.rsplit('/').next().and_then(|id| id.parse::<i64>().ok()) {
            Some(id) => format!(r#"{{"item":{{"id":{id}}}}}"#),
            None if path.contains("/query") => page(&path),
            None => r#"{"itemId":1}"#.to_owned(),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}",
            answer.len()
        );
        if writer.write_all(head.as_bytes()).is_err() {
            return;
        }
    }
}

/// A page without rows, and always a next one.
fn page(path: &str) -> String {
    let query = path.split('?').next().unwrap_or_default().trim_end_matches("/next").trim_end_matches("/previous");
    let next = format!("http://127.0.0.1:1{query}/next?paging=%7b%22nextIds%22%3a%5b1%5d%7d");
    format!(
        r#"{{"items":[],"pageDetails":{{"count":0,"requestCount":500,"prevPageUrl":null,"nextPageUrl":"{next}"}}}}"#
    )
}
