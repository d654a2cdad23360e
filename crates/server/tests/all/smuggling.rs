//! Requests whose end can be read in two ways: each is refused or answered as exactly one, and nothing that is hidden in it is
//! ever taken for a request, here and behind an nginx or an HAProxy.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use crate::common::raw::{Answer, End, Raw};
use crate::common::stub::Stub;

/// Who has not answered after such a pause waits for the rest of a body.
const PAUSE: Duration = Duration::from_secs(2);
/// What an answer takes at most; a slow machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);
const NGINX: &str = "/usr/sbin/nginx";
const HAPROXY: &str = "/usr/sbin/haproxy";

/// A request that hides another.
struct Case {
    name: String,
    bytes: Vec<u8>,
}

/// What every request here carries to be let in.
fn entrance(host: &str) -> String {
    format!(
        "Host: {host}\r\nApiIntegrationCode: SANDBOX-TRACKING-ID\r\nUserName: api-user@sandbox.test\r\nSecret: sandbox-secret\r\n"
    )
}

/// Every request: the hidden one would read company 666.
fn cases(host: &str) -> Vec<Case> {
    let entrance = entrance(host);
    let line = "POST /ATServicesRest/V1.0/Companies/query HTTP/1.1\r\n";
    let hidden = format!("GET /ATServicesRest/V1.0/Companies/666 HTTP/1.1\r\n{entrance}\r\n");
    let json = r#"{"filter":[{"op":"gte","field":"id","value":0}]}"#;
    let hex = format!("{:x}", json.len());
    let mut cases = Vec::new();
    let mut add = |name: &str, bytes: String| cases.push(Case { name: name.to_owned(), bytes: bytes.into_bytes() });

    // The end by length is behind the hidden request, the end by chunks before it.
    let both = format!("0\r\n\r\n{hidden}");
    let length = both.len();
    for (name, fields) in [
        ("CL.TE", format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n")),
        ("TE.CL order", format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n")),
        ("CL.TE small letters", format!("content-length:{length}\r\ntransfer-encoding:chunked\r\n")),
        ("CL.TE.CL", format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\nContent-Length: {length}\r\n")),
    ] {
        add(name, format!("{line}{entrance}{fields}\r\n{both}"));
    }
    for value in [
        "Chunked",
        "CHUNKED",
        "xchunked",
        "chunkedx",
        " chunked",
        "\tchunked",
        "chunked ",
        "chunked\t",
        "chunked\u{b}",
        "chunked\0",
        "chunked;q=1",
        "\"chunked\"",
        "'chunked'",
        "identity",
        "cow",
        "",
        ",chunked",
        "chunked,",
        "chunked, identity",
        "identity, chunked",
        "gzip, chunked",
        "chunked, chunked",
        "chunked, cow",
        "chu nked",
        "cһunked",
    ] {
        let fields = format!("Content-Length: {length}\r\nTransfer-Encoding:{value}\r\n");
        add(&format!("TE {value:?}"), format!("{line}{entrance}{fields}\r\n{both}"));
    }
    for field in [
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked",
        " Transfer-Encoding: chunked",
        "\tTransfer-Encoding: chunked",
        "Transfer_Encoding: chunked",
        "Transfer Encoding: chunked",
        "Transfer-Encoding\u{0}: chunked",
        "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding:\n chunked",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\r\rTransfer-Encoding: chunked",
        "\u{b}Transfer-Encoding: chunked",
        "Transfer-Encoding chunked",
        ": chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
        "Connection: Content-Length\r\nTransfer-Encoding: chunked",
        "TE: trailers, chunked\r\nTransfer-encoding: chunked",
    ] {
        let fields = format!("Content-Length: {length}\r\n{field}\r\n");
        add(&format!("field {field:?}"), format!("{line}{entrance}{fields}\r\n{both}"));
    }
    // The end by chunks is behind the hidden request, the end by length before it.
    let inside = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    for (name, fields) in [
        ("TE.CL", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
        ("TE.CL zero", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
        ("TE alone", "Transfer-Encoding: chunked\r\n"),
    ] {
        add(name, format!("{line}{entrance}{fields}\r\n{inside}"));
    }

    // Lengths that are none, or two.
    let long = format!("{json}{hidden}");
    let (short, whole) = (json.len(), long.len());
    for (name, fields) in [
        ("two lengths, long first", format!("Content-Length: {whole}\r\nContent-Length: {short}\r\n")),
        ("two lengths, short first", format!("Content-Length: {short}\r\nContent-Length: {whole}\r\n")),
        ("zero and a length", format!("Content-Length: 0\r\nContent-Length: {whole}\r\n")),
        ("a list of lengths", format!("Content-Length: {short}, {whole}\r\n")),
        ("plus", format!("Content-Length: +{short}\r\n")),
        ("minus", format!("Content-Length: -{short}\r\n")),
        ("minus zero", "Content-Length: -0\r\n".to_owned()),
        ("hexadecimal", format!("Content-Length: 0x{short:x}\r\n")),
        ("a blank in it", "Content-Length: 4 8\r\n".to_owned()),
        ("a semicolon", format!("Content-Length: {short};\r\n")),
        ("a fraction", format!("Content-Length: {short}.0\r\n")),
        ("an exponent", "Content-Length: 1e1\r\n".to_owned()),
        ("nothing", "Content-Length:\r\n".to_owned()),
        ("other digits", "Content-Length: ٤٨\r\n".to_owned()),
        ("beyond 64 bits", format!("Content-Length: {}\r\n", 18_446_744_073_709_551_616_u128 + short as u128)),
        ("the largest", "Content-Length: 18446744073709551615\r\n".to_owned()),
        ("a length and a blank before the colon", format!("Content-Length : {short}\r\n")),
        ("a folded length", format!("Content-Length:\r\n {short}\r\n")),
        ("a length in a folded line", format!("X: y\r\n Content-Length: {short}\r\n")),
        ("a length behind a bare CR", format!("X: y\rContent-Length: {short}\r\n")),
        ("an underscore", format!("Content_Length: {short}\r\nContent-Length: {whole}\r\n")),
    ] {
        add(&format!("length: {name}"), format!("{line}{entrance}{fields}\r\n{long}"));
    }
    for (name, first) in [
        ("GET with a body", "GET /ATServicesRest/V1.0/Companies/5 HTTP/1.1\r\n"),
        ("HEAD with a body", "HEAD /index.html HTTP/1.1\r\n"),
        ("DELETE with a body", "DELETE /ATServicesRest/V1.0/Companies/5 HTTP/1.1\r\n"),
        ("OPTIONS with a body", "OPTIONS /ATServicesRest/V1.0/Companies HTTP/1.1\r\n"),
        ("a body that is too much for nobody", "POST /ATServicesRest/V1.0/Nothing HTTP/1.1\r\n"),
        ("HTTP/1.0", "POST /ATServicesRest/V1.0/Companies/query HTTP/1.0\r\n"),
    ] {
        add(name, format!("{first}{entrance}Content-Length: {}\r\n\r\n{hidden}", hidden.len()));
    }
    add(
        "HTTP/1.0 in chunks",
        format!("{}{entrance}Transfer-Encoding: chunked\r\n\r\n{both}", line.replace("1.1", "1.0")),
    );
    add(
        "expects to be asked",
        format!("{line}{entrance}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n{both}"),
    );
    add(
        "an upgrade",
        format!("{line}{entrance}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: {length}\r\n\r\n{both}"),
    );

    // Chunks that are no chunks.
    let chunked = |body: &str| format!("{line}{entrance}Transfer-Encoding: chunked\r\n\r\n{body}");
    let end = format!("0\r\n\r\n{hidden}");
    for (name, body) in [
        ("the size overflows", format!("1{:0>16}\r\n{json}\r\n{end}", hex)),
        ("the size is the largest", format!("ffffffffffffffff\r\n{json}\r\n{end}")),
        ("minus", format!("-1\r\n{json}\r\n{end}")),
        ("plus", format!("+{hex}\r\n{json}\r\n{end}")),
        ("0x", format!("0x{hex}\r\n{json}\r\n{end}")),
        ("no digit", format!("\r\n{json}\r\n{end}")),
        ("a letter too far", format!("{hex}g\r\n{json}\r\n{end}")),
        ("an underscore", format!("3_0\r\n{json}\r\n{end}")),
        ("a blank before", format!(" {hex}\r\n{json}\r\n{end}")),
        ("a blank in it", format!("3 0\r\n{json}\r\n{end}")),
        ("the size ends with LF", format!("{hex}\n{json}\r\n{end}")),
        ("the size ends with CR", format!("{hex}\r{json}\r\n{end}")),
        ("an extension ends with LF", format!("{hex};\n{json}\r\n{end}")),
        ("an extension with CR", format!("{hex};a=\rb\r\n{json}\r\n{end}")),
        ("a chunk ends with LF", format!("{hex}\r\n{json}\n{end}")),
        ("a chunk does not end", format!("{hex}\r\n{json}{end}")),
        ("a chunk is longer than its size", format!("{hex}\r\n{json}xx\r\n{end}")),
        ("the last one ends with LF", format!("{hex}\r\n{json}\r\n0\n\n{hidden}")),
        ("the last one ends with CR", format!("{hex}\r\n{json}\r\n0\r\r\n{hidden}")),
        ("an endless extension", format!("{hex};{}\r\n{json}\r\n{end}", "a".repeat(70_000))),
        ("a trailer without its end", format!("{hex}\r\n{json}\r\n0\r\n{hidden}")),
        ("a trailer that is no field", format!("{hex}\r\n{json}\r\n0\r\nX\r\n\r\n{hidden}")),
    ] {
        add(&format!("chunks: {name}"), chunked(&body));
    }
    let size = hidden.len();
    for (name, body) in [
        ("an extension", format!("{size:x};a=b\r\n{hidden}\r\n0\r\n\r\n")),
        ("a quoted extension", format!("{size:x};a=\"b\"\r\n{hidden}\r\n0\r\n\r\n")),
        ("large letters", format!("{size:X}\r\n{hidden}\r\n0\r\n\r\n")),
        ("many zeros", format!("{size:0>40x}\r\n{hidden}\r\n0\r\n\r\n")),
        ("a blank behind the size", format!("{size:x} \r\n{hidden}\r\n0\r\n\r\n")),
        ("a length as trailer", format!("{size:x}\r\n{hidden}\r\n0\r\nContent-Length: 5\r\n\r\n")),
        ("chunks as trailer", format!("{size:x}\r\n{hidden}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n")),
        ("a secret as trailer", format!("{size:x}\r\n{hidden}\r\n0\r\nSecret: other\r\nHost: evil.test\r\n\r\n")),
    ] {
        add(&format!("chunks with {name}"), chunked(&body));
    }

    // Heads that end where not everybody sees it.
    let get = "GET /ATServicesRest/V1.0/Companies/5 HTTP/1.1\r\n";
    for (name, field) in [
        ("LF LF", format!("X: y\n\n{hidden}")),
        ("LF CRLF", format!("X: y\n\r\n{hidden}")),
        ("CRLF LF", format!("X: y\r\n\n{hidden}")),
        ("CR CR", format!("X: y\r\r{hidden}")),
        ("CR CR LF", format!("X: y\r\r\n{hidden}")),
        ("CR LF CR", format!("X: y\r\n\r{hidden}")),
        ("NUL", format!("X: y\0\r\n\r\n{hidden}")),
        ("NUL in a name", format!("X\0: y\r\n\r\n{hidden}")),
        ("no colon", format!("X\r\n\r\n{hidden}")),
        ("no name", format!(": y\r\n\r\n{hidden}")),
        ("a blank in a name", format!("X Y: y\r\n\r\n{hidden}")),
        ("a folded line", format!("X: y\r\n z: {}", hidden.replace("\r\n\r\n", "\r\n"))),
        ("another host", "Host: evil.test\r\n\r\n".to_owned()),
    ] {
        add(&format!("head: {name}"), format!("{get}{entrance}{field}"));
    }
    for (name, first) in [
        ("LF in the line", "GET /ATServicesRest/V1.0/Companies/5\nGET /ATServicesRest/V1.0/Companies/666 HTTP/1.1\r\n"),
        ("CR in the line", "GET /ATServicesRest/V1.0/Companies/5\rGET /ATServicesRest/V1.0/Companies/666 HTTP/1.1\r\n"),
        ("two addresses", "GET /ATServicesRest/V1.0/Companies/5 /ATServicesRest/V1.0/Companies/666 HTTP/1.1\r\n"),
        (
            "two versions",
            "GET /ATServicesRest/V1.0/Companies/5 HTTP/1.1 GET /ATServicesRest/V1.0/Companies/666 HTTP/1.1\r\n",
        ),
        ("a version that is none", "GET /ATServicesRest/V1.0/Companies/5 HTTP/1.2\r\n"),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("HTTP/0.9", "GET /ATServicesRest/V1.0/Companies/5\r\n"),
        ("a whole other address", "GET http://evil.test/ATServicesRest/V1.0/Companies/5 HTTP/1.1\r\n"),
        ("another server's address", "GET http://127.0.0.1:1/ATServicesRest/V1.0/Companies/5 HTTP/1.1\r\n"),
        ("a tunnel", "CONNECT 127.0.0.1:1 HTTP/1.1\r\n"),
        ("a trace", "TRACE /ATServicesRest/V1.0/Companies/666 HTTP/1.1\r\n"),
    ] {
        add(&format!("line: {name}"), format!("{first}{entrance}\r\n"));
    }
    cases
}

/// A request that is one, on a connection of its own; reads the company of this id.
fn plain(host: &str, id: usize) -> Vec<u8> {
    format!("GET /ATServicesRest/V1.0/Companies/{id} HTTP/1.1\r\n{}\r\n", entrance(host)).into_bytes()
}

fn is_company(answer: &Answer, id: usize) -> bool {
    answer.status == 200 && answer.text() == format!(r#"{{"item":{{"id":{id}}}}}"#)
}

/// Sends every case that is wanted to an address; nothing hidden is asked of the stub, and whoever comes next gets their own answer.
fn attack(address: &str, host: &str, stub: &Stub, is_wanted: fn(&str) -> bool) -> [usize; 3] {
    let (mut refused, mut answered, mut waits) = (0, 0, 0);
    let cases: Vec<Case> = cases(host).into_iter().filter(|case| is_wanted(&case.name)).collect();
    let all = cases.len();
    assert!(all >= 60, "{all}");
    for (number, Case { name, bytes }) in cases.into_iter().enumerate() {
        let method = if bytes.starts_with(b"HEAD") { "HEAD" } else { "GET" };
        let mut raw = Raw::connect(address);
        raw.write(&bytes);
        match raw.answer(method, PAUSE) {
            Err(End::Closed) => refused += 1,
            Err(End::Open) => waits += 1,
            Ok(answer) => {
                let is_balancers = answer.header("x-content-type-options").is_none();
                let is_word = answer.status == 500 && answer.text().contains("errors");
                assert!(answer.status < 500 || is_balancers || is_word, "{name}: {answer:?}");
                // Where both sides agree on its end, what comes now is a request of its own, and nothing was answered before it.
                raw.write(&plain(host, 1_000 + number));
                match raw.answer("GET", PAUSE) {
                    Ok(after) => {
                        let is_answered = !answer.closes() && is_company(&after, 1_000 + number);
                        // A balancer that took the body for the next request has refused that, and ended it there.
                        let is_refused = address != host && after.closes() && after.status == 400;
                        assert!(is_answered || is_refused, "{name}: {answer:?} {after:?}");
                    }
                    Err(End::Closed) => {}
                    // A balancer goes on taking the body of what was refused behind it.
                    Err(End::Open) => assert!(address != host && answer.status >= 400, "{name}: {answer:?}"),
                }
                if (400..500).contains(&answer.status) { refused += 1 } else { answered += 1 }
            }
        }
        let asked = stub.taken();
        assert!(asked.len() <= 2 && !asked.iter().any(|line| line.contains("/666 ")), "{name}: {asked:#?}");
        let mut next = Raw::connect(address);
        next.write(&plain(host, 5_000 + number));
        let answer = next.answer("GET", PATIENCE);
        assert!(answer.as_ref().is_ok_and(|answer| is_company(answer, 5_000 + number)), "after {name}: {answer:?}");
        assert_eq!(stub.taken().len(), 1, "after {name}");
    }
    println!("{all} requests: {refused} refused, {answered} answered as one, {waits} wait for the rest of a body");
    [refused, answered, waits]
}

#[test]
fn what_hides_another_request_is_refused_or_is_one() {
    let stub = Stub::start(Duration::ZERO);
    let demo = stub.demo(&["--no-limits"]);
    let address = demo.address();
    let [refused, answered, _] = attack(&address, &address, &stub, |_| true);
    assert!(refused > 0 && answered > 0);
}

/// A program that stands before the server; stopped when it is dropped.
struct Balancer(Child);

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Balancer {
    /// Starts one with this file of settings, and waits until it listens there.
    fn start(command: &mut Command, file: &Path, settings: String, listens: SocketAddr) -> Balancer {
        fs::write(file, settings).expect("a file");
        let mut balancer = Balancer(command.arg(file).spawn().expect("it starts"));
        while balancer.0.try_wait().expect("it can be asked").is_none() {
            if std::net::TcpStream::connect(listens).is_ok() {
                return balancer;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{command:?} has ended");
    }
}

/// Where nobody listens.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

/// An nginx that keeps connections to the server behind it, as people set it up, and lets pass what it can.
fn nginx(folder: &Path, behind: &str) -> (Balancer, String) {
    let port = free();
    let path = folder.display();
    // One process, so that stopping it stops all.
    let settings = format!(
        "daemon off; master_process off; pid {path}/pid; error_log {path}/error.log; events {{ worker_connections 256; }}
         http {{ access_log off; client_body_temp_path {path}/body; proxy_temp_path {path}/proxy; fastcgi_temp_path {path}/f;
         uwsgi_temp_path {path}/u; scgi_temp_path {path}/s; underscores_in_headers on; ignore_invalid_headers off;
         upstream crm {{ server {behind}; keepalive 2; }}
         server {{ listen {port}; location / {{ proxy_pass http://crm; proxy_http_version 1.1; proxy_request_buffering off;
         proxy_set_header Connection \"\"; proxy_set_header Host {behind}; }} }} }}"
    );
    let mut command = Command::new(NGINX);
    command.arg("-p").arg(folder).arg("-c");
    (Balancer::start(&mut command, &folder.join("nginx.conf"), settings, port), port.to_string())
}

/// An HAProxy that sends everybody's requests over the same connections, and lets pass what it can.
fn haproxy(folder: &Path, behind: &str) -> (Balancer, String) {
    let port = free();
    let settings = format!(
        "global
           maxconn 256
         defaults
           mode http
           option accept-invalid-http-request
           http-reuse always
           timeout connect 60s
           timeout client 60s
           timeout server 60s
         listen crm
           bind {port}
           http-request set-header Host {behind}
           server crm {behind}
"
    );
    let mut command = Command::new(HAPROXY);
    // In the foreground, one process.
    command.args(["-db", "-f"]);
    (Balancer::start(&mut command, &folder.join("haproxy.cfg"), settings, port), port.to_string())
}

/// Whether a request is one to a balancer as well. In the others the hidden request stands openly behind one whose form this
/// server refuses; a balancer lets some of the forms pass, such as a bare LF for the end of a line, and then they are two requests
/// to both. The folded lines are put together by HAProxy, as they may be, and then the length is one.
fn is_one(name: &str) -> bool {
    !["chunks: ", "head: ", "length: a folded"].iter().any(|begin| name.starts_with(begin))
}

/// Sends everything to a balancer before the server; `package` has it on Debian.
fn behind(program: &str, package: &str, balancer: fn(&Path, &str) -> (Balancer, String)) {
    if !Path::new(program).exists() {
        println!("left out, as {program} is missing; on Debian: apt-get install {package}");
        return;
    }
    let stub = Stub::start(Duration::ZERO);
    let demo = stub.demo(&["--no-limits"]);
    let folder = tempfile::tempdir().expect("a folder");
    let (_balancer, address) = balancer(folder.path(), &demo.address());
    let [refused, answered, _] = attack(&address, &demo.address(), &stub, is_one);
    assert!(refused > 0 && answered > 0);
}

#[test]
fn behind_nginx_nothing_hidden_gets_through() {
    behind(NGINX, "nginx-light", nginx);
}

#[test]
fn behind_haproxy_nothing_hidden_gets_through() {
    behind(HAPROXY, "haproxy", haproxy);
}
