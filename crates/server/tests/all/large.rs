//! Fifty megabytes through the real proxy: all of them arrive, and its memory hardly grows.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::common::Running;

/// Rows of a kilobyte in an answer.
const ROWS: usize = 50 * 1024;
/// How much more memory the proxy may take for it, in kilobytes: what is held of an answer, what is on its way, and what the
/// allocator keeps.
const GROWTH_MAX: u64 = 16 * 1024;

fn row() -> String {
    let row = format!(r#"{{"id":1,"x":"{}"}},"#, "a".repeat(1024 - 16));
    assert_eq!(row.len(), 1024);
    row
}

fn end(next: &str) -> String {
    format!(r#"{{"id":2}}],"pageDetails":{{"count":2,"requestCount":2,"prevPageUrl":null,"nextPageUrl":"{next}"}}}}"#)
}

/// An Autotask whose answers have fifty megabytes, or a small row.
fn upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("the port's address"));
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(socket));
        }
    });
    url
}

fn answer(mut socket: std::net::TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let is_large = String::from_utf8_lossy(&head).contains("/query");
    let (rows, beginning) = if is_large { (ROWS, r#"{"items":["#) } else { (0, r#"{"item":null}"#) };
    let end = if is_large {
        end("http://127.0.0.1:1/ATServicesRest/V1.0/Companies/query/next?paging=%7b%7d")
    } else {
        String::new()
    };
    let length = beginning.len() + rows * 1024 + end.len();
    write!(
        socket,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{beginning}"
    )?;
    let many = row().repeat(64);
    for _ in 0..rows / 64 {
        socket.write_all(many.as_bytes())?;
    }
    socket.write_all(end.as_bytes())
}

/// The most memory that a process has had, in kilobytes.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process of this system");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the line of the most memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
}

#[test]
fn fifty_megabytes_arrive_and_the_memory_stays_flat() {
    let url = upstream();
    let demo = Running::start(&["demo", "--no-open", "--port", "0", "--sandbox-url", &url], "CRM workbench: ");
    // However long it takes on a busy machine.
    let client = reqwest::blocking::Client::builder().timeout(None).build().unwrap();
    let get = |path: &str| {
        let url = format!("{}ATServicesRest/V1.0/{path}", demo.url());
        let response = client.get(url).header("X-Requested-With", "autotask-crm").send().unwrap();
        assert_eq!(response.status().as_u16(), 200);
        response
    };
    get("Companies/1").text().unwrap();
    let before = peak(demo.child.id());
    let mut response = get("Companies/query");
    // A cursor of this server's stands behind it.
    let own = end(&format!("{}ATServicesRest/V1.0/Companies/query/next?paging=", demo.url()));
    let (before_cursor, after_cursor) = own.rsplit_once("\"}}").unwrap();
    assert_eq!(after_cursor, "");
    let row = row().into_bytes();
    let mut beginning = [0; 10];
    response.read_exact(&mut beginning).unwrap();
    assert_eq!(&beginning, br#"{"items":["#);
    let mut buffer = vec![0; 1024];
    for number in 0..ROWS {
        response.read_exact(&mut buffer).unwrap();
        assert!(buffer == row, "row {number}");
    }
    buffer.clear();
    response.read_to_end(&mut buffer).unwrap();
    let found = String::from_utf8_lossy(&buffer);
    let cursor = found.strip_prefix(before_cursor).and_then(|rest| rest.strip_suffix("\"}}"));
    assert!(cursor.is_some_and(|cursor| cursor.len() > 40 && !cursor.contains('"')), "{found}");
    let after = peak(demo.child.id());
    println!("{} MB through the proxy: most memory {before} kB before, {after} kB after", ROWS / 1024);
    assert!(after - before < GROWTH_MAX, "{before} kB before, {after} kB after");
}
