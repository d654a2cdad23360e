//! Requests with something wrong in them: a good one of every sort, spoilt at one to four places.

use super::seeded::Seeded;

/// Who asks.
pub(super) struct Callers {
    pub(super) host: String,
    /// The cookie of somebody who is signed in.
    pub(super) cookie: String,
    /// A cursor that was given to the one with the cookie.
    pub(super) cursor: String,
}

/// A request as it is sent.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) bytes: Vec<u8>,
    /// Whether its end is where its head says; else the other side may wait for more.
    pub(super) is_whole: bool,
}

const METHODS: [&str; 14] = [
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "PROPFIND",
    "G\u{e9}T",
    "",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

/// Good addresses, each with a method and a body.
const GOOD: [(&str, &str, &str); 34] = [
    (
        "POST",
        "/ATServicesRest/V1.0/Companies/query",
        r#"{"MaxRecords":25,"IncludeFields":["id","companyName"],"filter":[{"op":"or","items":[{"op":"beginsWith","field":"companyName","value":"A"},{"op":"in","field":"companyType","value":[1,2,3]}]},{"op":"exist","field":"phone"}]}"#,
    ),
    (
        "POST",
        "/ATServicesRest/V1.0/Tickets/query/count",
        r#"{"filter":[{"op":"gte","field":"createDate","value":"2026-01-01T00:00:00Z"},{"op":"not","items":[{"op":"eq","field":"status","value":5}]}]}"#,
    ),
    (
        "POST",
        "/ATServicesRest/V1.0/Contacts/query",
        r#"{"filter":[{"op":"between","field":"lastActivityDate","value":[{"relative":"-3m"},{"date":"2026-02-30"}]},{"op":"eq","field":"companyID","value":{"name":"Larch"}}]}"#,
    ),
    (
        "GET",
        "/ATServicesRest/V1.0/Companies/query?search=%7B%22filter%22%3A%5B%7B%22op%22%3A%22eq%22%2C%22field%22%3A%22id%22%2C%22value%22%3A5%7D%5D%7D",
        "",
    ),
    ("POST", "/ATServicesRest/V1.0/Companies/query/next?paging=CURSOR", r#"{"filter":[]}"#),
    ("POST", "/ATServicesRest/V1.0/Companies/query/previous?paging=CURSOR", r#"{"filter":[]}"#),
    ("GET", "/ATServicesRest/V1.0/Companies/query/next?paging=CURSOR&search={}", ""),
    ("GET", "/ATServicesRest/V1.0/Companies/5", ""),
    ("GET", "/ATServicesRest/V1.0/Companies/5/Contacts", ""),
    ("GET", "/ATServicesRest/V1.0/Companies/5/Contacts/9223372036854775807", ""),
    ("GET", "/ATServicesRest/V1.0/Companies/entityInformation/fields", ""),
    ("GET", "/ATServicesRest/V1.0/zoneInformation?user=a%40b.test", ""),
    ("GET", "/ATServicesRest/versioninformation", ""),
    ("GET", "/ATServicesRest/V1.0/ThresholdInformation", ""),
    (
        "POST",
        "/ATServicesRest/V1.0/Companies",
        r#"{"companyName":7,"companyType":"x","userDefinedFields":[{"name":"a"}],"isActive":"maybe"}"#,
    ),
    ("PATCH", "/ATServicesRest/V1.0/Companies", r#"{"id":"5x","phone":null}"#),
    ("PUT", "/ATServicesRest/V1.0/Companies/5/Contacts", r#"{"id":[],"firstName":{"a":1}}"#),
    ("DELETE", "/ATServicesRest/V1.0/Companies/5/Contacts/6x", ""),
    ("POST", "/ATServicesRest/V1.0/Contacts", r#"{"firstName":"A","companyID":"none"}"#),
    ("GET", "/api/session", ""),
    ("POST", "/api/session", r#"{"login":"ed@x.test","password":"not it at all"}"#),
    ("PUT", "/api/session", r#"{"password":"not it at all"}"#),
    ("POST", "/api/sign-in", r#"{"returnTo":"/companies"}"#),
    ("GET", "/sign-in/callback?code=a&state=b", ""),
    ("GET", "/api/budget?calls=340&each=0.2", ""),
    ("GET", "/api/audit?entity=Companies&id=5&before=9&limit=10", ""),
    ("POST", "/api/runs", r#"{"id":"a1","title":"x","plan":{"steps":[]},"driver":"d"}"#),
    ("POST", "/api/runs/a1/events", r#"{"driver":"d","expected":0,"entries":["{}"]}"#),
    ("PUT", "/api/drafts/d1", r#"{"over":0,"body":{"a":1}}"#),
    ("PATCH", "/api/people/99", r#"{"role":"viewer"}"#),
    ("POST", "/api/tokens", r#"{"name":7,"days":-1}"#),
    ("DELETE", "/api/tokens/99", ""),
    ("GET", "/", ""),
    ("GET", "/app-0123456789abcdef.js", ""),
];

/// What somebody might put in.
const TEXTS: [&str; 58] = [
    "%",
    "%0",
    "%zz",
    "%00",
    "%0d%0a",
    "%ff",
    "%c0%af",
    "%2e%2e%2f",
    "..",
    "/../",
    "//",
    "\\",
    "?",
    "#",
    "&",
    "=",
    ";",
    ":",
    "@",
    "*",
    "'",
    "\"",
    "`",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "true",
    "NaN",
    "-0",
    "1e999",
    "-1e-999",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "0x10",
    "1.7976931348623157e309",
    "123456789012345678901234567890123456789012345678901234567890",
    "\\ud800",
    "\\u0000",
    "\\uD83D\\uDE00",
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    "\r\n",
    "\n",
    "\r",
    "\t",
    " ",
    "é",
    "５",
    "İ",
    "🦀",
    "{\"op\":\"and\",\"items\":[]}",
    "<script>",
    "' or 1=1 --",
];

const HEADERS: [&str; 30] = [
    "Cookie: session=",
    "Cookie: session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; session=B",
    "Cookie: =;=;;;",
    "Cookie: __Host-session=x",
    "Content-Type: text/plain",
    "Content-Type: ;;;",
    "Content-Type: application/json; charset=\"",
    "Content-Encoding: gzip",
    "Content-Encoding: br",
    "Accept-Encoding: gzip;q=x, *;q=",
    "Idempotency-Key: a b",
    "Idempotency-Key: ",
    "Autotask-CRM-Priority: now",
    "Origin: null",
    "Origin: http://evil.test",
    "Sec-Fetch-Site: cross-site",
    "Host: evil.test",
    "Host:",
    "X-Forwarded-For: 1.2.3.4",
    "UserName: ed@x.test",
    "Secret: atcrm_",
    "Secret: atcrm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "ApiIntegrationCode: x",
    "UserName: \u{e9}",
    "Authorization: Basic !!",
    "Expect: 200-ok",
    "Range: bytes=9-1",
    "If-None-Match: \"",
    "Upgrade: websocket",
    "Connection: close, close",
];

/// The request of this number; `seed` makes others of all numbers.
pub(super) fn request(seed: u64, number: u64, callers: &Callers) -> Request {
    let mut random = Seeded::new(seed ^ number.wrapping_mul(0xd605_bbb5_8c8a_bbfd));
    let (method, address, body) = GOOD[random.below(GOOD.len())];
    let mut method = method.as_bytes().to_vec();
    let mut address = address.replace("CURSOR", &callers.cursor).into_bytes();
    let mut body = body.as_bytes().to_vec();
    let mut headers = caller(&mut random, callers);
    let mut is_whole = true;
    for _ in 0..=random.below(4) {
        match random.below(16) {
            0 => method = random.pick(&METHODS).as_bytes().to_vec(),
            1..=4 => spoil(&mut random, &mut address),
            5..=9 => spoil(&mut random, &mut body),
            10 => body = strange_body(&mut random),
            11..=12 => headers.push(random.pick(&HEADERS).as_bytes().to_vec()),
            13 => {
                let at = random.below(headers.len());
                spoil(&mut random, &mut headers[at]);
            }
            14 => many(&mut random, &mut headers, &mut address),
            _ => is_whole = random.one_in(3) && is_whole,
        }
    }
    // Nobody is signed out: all others would only see the door.
    if method == b"DELETE" && address.starts_with(b"/api/session") {
        method = b"PUT".to_vec();
    }
    // What an address cannot hold in any request is written as clients write it, most of the time.
    if !random.one_in(8) {
        address = address.into_iter().flat_map(escaped).collect();
    }
    let mut bytes = [&method[..], b" ", &address, b" HTTP/1.1\r\n"].concat();
    for header in headers {
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(b"\r\n");
    }
    if !body.is_empty() {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    if !is_whole {
        for _ in 0..=random.below(3) {
            spoil(&mut random, &mut bytes);
        }
    }
    Request { method: String::from_utf8_lossy(&method).into_owned(), bytes, is_whole }
}

/// The headers of somebody: signed in, a client, both or nobody.
fn caller(random: &mut Seeded, callers: &Callers) -> Vec<Vec<u8>> {
    let mut headers = vec![format!("Host: {}", callers.host)];
    let who = random.below(16);
    if who < 11 {
        headers.push("X-Requested-With: autotask-crm".to_owned());
        headers.push(format!("Cookie: {}", callers.cookie));
    }
    if (10..15).contains(&who) {
        headers.extend(
            ["ApiIntegrationCode: SANDBOX-TRACKING-ID", "UserName: api-user@sandbox.test", "Secret: sandbox-secret"]
                .map(str::to_owned),
        );
    }
    headers.into_iter().map(String::into_bytes).collect()
}

/// Changes one place.
fn spoil(random: &mut Seeded, bytes: &mut Vec<u8>) {
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(12)).min(bytes.len());
    match random.below(6) {
        0 => {
            let other = random.bytes(4);
            bytes.splice(at..end, other);
        }
        1 => drop(bytes.drain(at..end)),
        2 => {
            let again = bytes[at..end].repeat(1 + random.below(8));
            bytes.splice(at..at, again);
        }
        3 => bytes.truncate(at),
        _ => {
            let text = random.pick(&TEXTS).as_bytes().to_vec();
            bytes.splice(at..(if random.one_in(2) { at } else { end }), text);
        }
    }
}

/// A body that is long, deep, or no text at all.
fn strange_body(random: &mut Seeded) -> Vec<u8> {
    let depth = 1 << random.below(14);
    match random.below(9) {
        0 => random.bytes(300),
        1 => "[".repeat(depth).into_bytes(),
        2 => [vec![b'['; depth], vec![b']'; depth]].concat(),
        3 => format!("{}{}", r#"{"filter":["#, r#"{"op":"and","items":["#.repeat(depth / 8 + 1)).into_bytes(),
        4 => {
            let deep = depth / 8 + 1;
            let (open, close) = (r#"{"op":"not","items":["#.repeat(deep), "]}".repeat(deep));
            format!(r#"{{"filter":[{open}{{"op":"exist","field":"id"}}{close}]}}"#).into_bytes()
        }
        5 => format!(r#"{{"filter":[{{"op":"in","field":"id","value":[{}]}}]}}"#, "1,".repeat(depth)).into_bytes(),
        6 => format!(r#"{{"filter":[{{"op":"eq","field":"id","value":{}}}]}}"#, "9".repeat(depth)).into_bytes(),
        7 => format!(r#"{{"{}":"{}"}}"#, "a".repeat(depth), "\\u00e4".repeat(depth / 8)).into_bytes(),
        _ => "é".repeat(depth).into_bytes()[1..].to_vec(),
    }
}

/// Too many of something.
fn many(random: &mut Seeded, headers: &mut Vec<Vec<u8>>, address: &mut Vec<u8>) {
    match random.below(4) {
        0 => headers.extend((0..random.below(150)).map(|n| format!("X-{n}: {n}").into_bytes())),
        1 => headers.push([b"X: ".to_vec(), vec![b'a'; 1 << random.below(17)]].concat()),
        2 => address.extend(vec![b'a'; 1 << random.below(17)]),
        _ => {
            let again = headers[random.below(headers.len())].clone();
            headers.push(again);
        }
    }
}

fn escaped(byte: u8) -> Vec<u8> {
    if byte.is_ascii_graphic() { vec![byte] } else { format!("%{byte:02x}").into_bytes() }
}
