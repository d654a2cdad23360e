//! Marker strings given as credentials appear nowhere: not in an answer, a log line or a `Debug` text (S1).

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::{Got, Upstream, app, ask, client, config, json};
use autotask_core::request::encode_component;
use autotask_proxy::{Credentials, Proxy};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

/// Characters that each encoding writes differently.
const CANARIES: [&str; 6] = [
    "canary+user-7f3a@msp.test",
    "cAnArY$ecret#~*\"\\<91c4>",
    "CANARY/CODE=5d2e&x",
    "canary+client-08b6@msp.test",
    "cLiEnT$ecret#~*\"\\<e7aa>",
    "CANARY/CLIENT=2c19&x",
];

#[derive(Clone, Default)]
pub(crate) struct Log(pub(crate) Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

fn base64(bytes: &[u8], url: bool) -> String {
    let end = if url { "-_" } else { "+/" };
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(end.chars()).collect();
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let bits =
                chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
            (0..=chunk.len()).map(|n| letters[bits >> (18 - 6 * n) & 63]).collect::<Vec<_>>()
        })
        .collect()
}

/// Every way in which a text could be written, in lower case.
fn forms(canary: &str) -> Vec<String> {
    let json = serde_json::to_string(canary).unwrap();
    let hex = canary.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    });
    let bytes = format!("{:?}", canary.as_bytes());
    let mut forms = vec![
        canary.to_owned(),
        encode_component(canary),
        json.trim_matches('"').to_owned(),
        canary.escape_debug().to_string(),
        hex,
        bytes.trim_matches(['[', ']']).to_owned(),
        canary.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
    ];
    for url in [false, true] {
        for lead in 0..3 {
            // Letters that depend on what stands before or after are cut off.
            let text = base64(format!("{}{canary}", &"xx"[..lead.min(2)]).as_bytes(), url);
            forms.push(text[4..text.len() - 4].to_owned());
        }
    }
    forms.into_iter().map(|form| form.to_lowercase()).collect()
}

fn hits(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    CANARIES.iter().flat_map(|canary| forms(canary)).filter(|form| text.contains(form.as_str())).collect()
}

fn shown(got: &Got) -> String {
    format!("{:?}\n{}\n", got.headers, got.text())
}

/// Many requests, good and bad, before every kind of Autotask; all answers and `Debug` texts as one.
async fn everything() -> String {
    let mut shown_texts = String::new();
    let answers: [fn() -> axum::response::Response; 7] = [
        || json(200, r#"{"items":[],"pageDetails":null,"item":{"id":1},"url":"x"}"#),
        || json(401, ""),
        || json(500, r#"{"errors":["no"]}"#),
        || json(500, "<html>"),
        || json(302, ""),
        || json(503, ""),
        || json(200, "{\"items\":[{"),
    ];
    let mut urls = Vec::new();
    for answer in answers {
        urls.push(Upstream::new(move |_| answer()).await.url);
    }
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    urls.push(format!("http://{free}"));
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    urls.push(format!("http://{}", silent.local_addr().unwrap()));
    for url in urls {
        let mut config = config(&url);
        config.credentials = Credentials::new(CANARIES[0], CANARIES[1], CANARIES[2]);
        config.clients = Some(Credentials::new(CANARIES[3], CANARIES[4], CANARIES[5]));
        config.answer_timeout = Duration::from_millis(200);
        shown_texts.push_str(&format!("{config:?} {config:#?} {:?} {}", config.credentials, config.credentials.secret));
        let proxy = Proxy::new(config).unwrap();
        shown_texts.push_str(&format!("{proxy:?}"));
        let router = proxy.router();
        let root = "/ATServicesRest/V1.0";
        for asked in [
            app("GET", &format!("{root}/Companies/1")),
            app("POST", &format!("{root}/Companies/query")).body("{'filter':[]}"),
            app("POST", &format!("{root}/Companies/query")).body("{"),
            app("PATCH", &format!("{root}/Companies")).body("{'id':1}"),
            app("GET", &format!("{root}/Nothing/1")),
            app("GET", &format!("{root}/Companies/x")),
            client("GET", &format!("{root}/Companies/1")),
            ask("GET", &format!("{root}/Companies/1"))
                .header("ApiIntegrationCode", CANARIES[5])
                .header("UserName", CANARIES[3])
                .header("Secret", CANARIES[4]),
            ask("GET", &format!("{root}/Companies/1")).header("Secret", CANARIES[1]),
            ask("GET", &format!("{root}/zoneInformation?user={}", encode_component(CANARIES[3]))),
            ask("GET", "/atservicesrest/versioninformation"),
            ask("GET", "/api/session"),
            ask("GET", "/api/health"),
            ask("GET", "/"),
            ask("GET", "/x.js"),
            ask("GET", "/").host("evil.test"),
            ask("TRACE", "/").header("Secret", CANARIES[4]),
        ] {
            shown_texts.push_str(&shown(&asked.of(&router).await));
        }
    }
    shown_texts
}

#[tokio::test]
async fn they_appear_nowhere_even_at_trace() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // Also for the connections' own tasks.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let shown = everything().with_current_subscriber().await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("TRACE") && logged.contains("hyper"), "the log is a real one: {} bytes", logged.len());
    assert!(logged.lines().filter(|line| line.contains("route=")).count() >= 100);
    assert_eq!(hits(&shown), Vec::<String>::new(), "in answers");
    assert_eq!(hits(&logged), Vec::<String>::new(), "in the log");
    for personal in ["zoneInformation?", "filter", "user="] {
        assert!(!logged.contains(personal), "{personal}");
    }
}

#[test]
fn a_planted_canary_is_found_in_every_form() {
    assert_eq!(base64(b"canary", false), "Y2FuYXJ5");
    for canary in CANARIES {
        for planted in [
            canary.to_owned(),
            format!("user={}", encode_component(canary)),
            serde_json::json!({"x": canary}).to_string(),
            format!("Secret {canary:?}"),
            format!("{:?}", canary.as_bytes()),
            canary.bytes().map(|byte| format!("{byte:02X}")).collect(),
            base64(canary.as_bytes(), false),
            base64(format!("user:{canary}").as_bytes(), false),
            base64(format!("u:{canary}:x").as_bytes(), true),
            base64(canary.as_bytes(), true),
        ] {
            assert!(!hits(&planted).is_empty(), "{planted}");
        }
    }
}
