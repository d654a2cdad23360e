//! Clients that say nothing, or little by little: they are cut, and others do not notice them.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::raw::{Answer, End, Raw};
use crate::common::stub::Stub;

/// What an answer takes at most; a slow machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);
/// What everybody sends who is let in.
const ENTRANCE: &str = "Host: localhost\r\nApiIntegrationCode: SANDBOX-TRACKING-ID\r\nUserName: api-user@sandbox.test\r\nSecret: sandbox-secret\r\n";
/// Others who work meanwhile.
const OTHERS: u64 = 4;

/// What somebody slow sends at first; a letter a second follows, except from who says nothing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slow {
    Silent,
    Head,
    Body,
    /// A body in chunks, each of one letter.
    Chunks,
}

impl Slow {
    const ALL: [Slow; 4] = [Slow::Silent, Slow::Head, Slow::Body, Slow::Chunks];

    fn beginning(self) -> String {
        let line = "POST /ATServicesRest/V1.0/Companies/query HTTP/1.1";
        match self {
            Slow::Silent => String::new(),
            Slow::Head => format!("{line}\r\n{ENTRANCE}X-Slow: "),
            Slow::Body => format!("{line}\r\n{ENTRANCE}Content-Length: 1000\r\n\r\n"),
            Slow::Chunks => format!("{line}\r\n{ENTRANCE}Transfer-Encoding: chunked\r\n\r\n"),
        }
    }

    fn letter(self) -> &'static [u8] {
        match self {
            Slow::Silent => b"",
            Slow::Head | Slow::Body => b" ",
            Slow::Chunks => b"1\r\n \r\n",
        }
    }

    /// How a server that cuts it off ends the connection.
    fn is_cut(self, answer: Option<&Answer>) -> bool {
        match self {
            // Its head never came, so there is nothing to answer.
            Slow::Silent | Slow::Head => answer.is_none_or(|answer| answer.status == 408),
            Slow::Body | Slow::Chunks => answer.is_some_and(|answer| answer.status == 408),
        }
    }
}

/// How many sockets this process may open beside those that it has.
fn sockets_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft =
        limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok());
    soft.unwrap_or(1024_usize).saturating_sub(200)
}

#[test]
fn many_who_are_slow_are_cut_and_nobody_waits_for_them() {
    let wanted = if std::env::var_os("AUTOTASK_CRM_LONG").is_some() { 5_000 } else { 500 };
    let all = wanted.min(sockets_max());
    let stub = Stub::start(Duration::ZERO);
    let demo = stub.demo(&["--no-limits"]);
    let address = demo.address();
    let memory = demo.resident();
    let (is_over, served) = (AtomicBool::new(false), AtomicU64::new(0));
    let (began, mut most) = (Instant::now(), memory);
    let mut longest = [Duration::ZERO; Slow::ALL.len()];
    std::thread::scope(|scope| {
        for other in 0..OTHERS {
            let (is_over, served, address) = (&is_over, &served, &address);
            scope.spawn(move || {
                let mut raw = Raw::connect(address);
                for number in 0.. {
                    let id = number * OTHERS + other;
                    raw.write(format!("GET /ATServicesRest/V1.0/Companies/{id} HTTP/1.1\r\n{ENTRANCE}\r\n").as_bytes());
                    let answer = raw.answer("GET", PATIENCE).expect("an answer");
                    assert_eq!((answer.status, answer.text()), (200, format!(r#"{{"item":{{"id":{id}}}}}"#)));
                    served.fetch_add(1, Ordering::Relaxed);
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
        }
        let mut slow: Vec<(Slow, Instant, TcpStream)> = Vec::new();
        for number in 0..all {
            let how = Slow::ALL[number % Slow::ALL.len()];
            let mut socket = TcpStream::connect(&address).expect("connected");
            socket.write_all(how.beginning().as_bytes()).expect("written");
            slow.push((how, Instant::now(), socket));
        }
        // Whoever was cut off cannot write any more, or gets an end when they read.
        while !slow.is_empty() {
            std::thread::sleep(Duration::from_secs(1));
            most = most.max(demo.resident());
            let mut open = Vec::new();
            for (how, since, mut socket) in slow {
                let _ = socket.write_all(how.letter());
                socket.set_nonblocking(true).expect("a socket");
                let is_open = matches!(socket.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
                socket.set_nonblocking(false).expect("a socket");
                if is_open {
                    open.push((how, since, socket));
                    continue;
                }
                longest[how as usize] = longest[how as usize].max(since.elapsed());
                let mut raw = Raw::of(socket);
                let answer = raw.answer("POST", PATIENCE);
                assert!(how.is_cut(answer.as_ref().ok()), "{how:?}: {answer:?}");
                if answer.is_ok() {
                    assert_eq!(raw.answer("POST", PATIENCE), Err(End::Closed), "{how:?}");
                }
            }
            slow = open;
            assert!(began.elapsed() < 10 * PATIENCE, "{} are still there", slow.len());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let longest = Slow::ALL.map(|how| format!("{how:?} {:.0} s", longest[how as usize].as_secs_f32())).join(", ");
    println!("{all} slow connections of {wanted} that were wanted; each was cut after at most: {longest}");
    println!(
        "{} answers to others meanwhile, none wrong; {memory:?} KiB before, at most {most:?} KiB",
        served.into_inner()
    );
}
