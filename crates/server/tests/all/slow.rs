//! Clients that say nothing, or little by little: they are cut, and others do not notice them.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::common::Running;

/// The connection ends by itself, and how long that took.
fn cut_after(mut socket: TcpStream) -> Duration {
    let began = Instant::now();
    socket.set_read_timeout(Some(Duration::from_secs(40))).expect("a timeout");
    let mut answer = Vec::new();
    match socket.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("still open after {:?}: {error}", began.elapsed()),
    }
    began.elapsed()
}

#[test]
fn many_who_say_nothing_are_cut_and_nobody_waits_for_them() {
    let arguments =
        ["demo", "--no-open", "--port", "0", "--sandbox-port", "0", "--database", ":memory:", "--companies", "20"];
    let demo = Running::start(&arguments, "CRM workbench: ");
    let url = demo.url().to_owned();
    let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let silent: Vec<TcpStream> = (0..500).map(|_| TcpStream::connect(&address).expect("connected")).collect();
    let mut slow = TcpStream::connect(&address).expect("connected");
    slow.write_all(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").expect("written");
    let health = reqwest::blocking::get(format!("{url}api/health")).expect("an answer");
    assert_eq!(health.status().as_u16(), 200);
    let waited = cut_after(slow);
    assert!(waited > Duration::from_secs(5) && waited < Duration::from_secs(30), "{waited:?}");
    for socket in silent {
        cut_after(socket);
    }
    let health = reqwest::blocking::get(format!("{url}api/health")).expect("an answer");
    assert_eq!(health.status().as_u16(), 200);
}
