//! What every test of the proxy begins with: an Autotask that records and answers as told, and a proxy before it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use autotask_proxy::{Assets, Config, Credentials, Mode, Proxy, UpstreamUrl};
use autotask_sandbox::{DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER, Sandbox};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode};
use tower::ServiceExt;

/// A request as Autotask got it.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

type Answer = Arc<dyn Fn(&Recorded) -> Response + Send + Sync>;

/// An Autotask of our own.
pub(crate) struct Upstream {
    pub(crate) url: String,
    pub(crate) calls: Arc<Mutex<Vec<Recorded>>>,
}

impl Upstream {
    /// One that answers everything alike.
    pub(crate) async fn saying(status: u16, body: &'static str) -> Upstream {
        Upstream::new(move |_| json(status, body)).await
    }

    pub(crate) async fn new(answer: impl Fn(&Recorded) -> Response + Send + Sync + 'static) -> Upstream {
        let calls: Arc<Mutex<Vec<Recorded>>> = Arc::default();
        let (seen, answer): (_, Answer) = (Arc::clone(&calls), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, usize::MAX).await.unwrap();
                let recorded = Recorded {
                    line: format!("{} {}", parts.method, parts.uri),
                    headers: parts.headers,
                    body: String::from_utf8(body.to_vec()).unwrap(),
                };
                let response = answer(&recorded);
                seen.lock().unwrap().push(recorded);
                response
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Upstream { url, calls }
    }

    /// What was recorded since the last time.
    pub(crate) fn taken(&self) -> Vec<Recorded> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

pub(crate) fn json(status: u16, body: &'static str) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body).into_response()
}

pub(crate) const LISTEN: &str = "127.0.0.1:8080";
pub(crate) const HOST: &str = "localhost:8080";

/// A demo before this upstream, with the values that a sandbox takes.
pub(crate) fn config(upstream: &str) -> Config {
    let url = UpstreamUrl::parse(Mode::Demo, upstream).unwrap();
    let mut config = Config::new(LISTEN.parse().unwrap(), url, Credentials::new("up-user", "up-secret", "UP-CODE"));
    config.clients = Some(Credentials::new("client@test", "client-secret", "CLIENT-CODE"));
    // Calls are counted by what the upstream recorded.
    config.ask_threshold = false;
    config.connect_timeout = Duration::from_secs(2);
    config.answer_timeout = Duration::from_secs(2);
    config.app = Assets::from_files([
        ("index.html", b"<!doctype html><title>app</title>".as_slice()),
        ("app-0123456789abcdef.js", "export const x = 1;\n".repeat(100).as_bytes()),
        ("app-0123456789abcdef_bg.wasm", b"\0asm".as_slice()),
        ("favicon.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice()),
    ]);
    config
}

/// A production proxy; nothing can be reached through it in a test.
pub(crate) fn serve_config() -> Config {
    let url = UpstreamUrl::parse(Mode::Serve, "https://webservices18.autotask.net").unwrap();
    Config::new(LISTEN.parse().unwrap(), url, Credentials::new("me@msp.test", "s", "c"))
}

pub(crate) fn proxy(upstream: &str) -> Router {
    Proxy::new(config(upstream)).unwrap().router()
}

/// A proxy before a real sandbox.
pub(crate) async fn before_sandbox(config: autotask_sandbox::Config) -> Router {
    Proxy::new(sandbox_config(config).await).unwrap().router()
}

/// The settings of a proxy before a real sandbox.
pub(crate) async fn sandbox_config(config: autotask_sandbox::Config) -> Config {
    let sandbox = tokio::task::spawn_blocking(|| Sandbox::open(config).unwrap()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, sandbox.router()).await });
    let upstream = UpstreamUrl::parse(Mode::Demo, &url).unwrap();
    let credentials = Credentials::new(DEFAULT_USER, DEFAULT_SECRET, DEFAULT_INTEGRATION_CODE);
    let mut config = Config::new(LISTEN.parse().unwrap(), upstream, credentials);
    config.clients = Some(Credentials::new("client@test", "client-secret", "CLIENT-CODE"));
    config
}

/// A request from this machine to the proxy's own address, without any session.
pub(crate) struct Ask {
    method: Method,
    uri: String,
    headers: Vec<(String, String)>,
    peer: Option<SocketAddr>,
    body: Body,
}

pub(crate) fn ask(method: &str, uri: &str) -> Ask {
    Ask {
        method: method.parse().unwrap(),
        uri: uri.to_owned(),
        headers: vec![("host".to_owned(), HOST.to_owned())],
        peer: Some("127.0.0.1:50000".parse().unwrap()),
        body: Body::empty(),
    }
}

/// The same in the app's session.
pub(crate) fn app(method: &str, uri: &str) -> Ask {
    ask(method, uri).header("x-requested-with", "autotask-crm")
}

/// The same as another client of Autotask's sends it.
pub(crate) fn client(method: &str, uri: &str) -> Ask {
    ask(method, uri)
        .header("ApiIntegrationCode", "CLIENT-CODE")
        .header("UserName", "client@test")
        .header("Secret", "client-secret")
}

impl Ask {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn host(mut self, host: &str) -> Ask {
        host.clone_into(&mut self.headers[0].1);
        self
    }

    pub(crate) fn no_host(mut self) -> Ask {
        self.headers.remove(0);
        self
    }

    pub(crate) fn peer(mut self, peer: Option<&str>) -> Ask {
        self.peer = peer.map(|peer| peer.parse().unwrap());
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Ask {
        self.body = body.into();
        self
    }

    pub(crate) async fn of(self, proxy: &Router) -> Got {
        let mut request = Request::builder().method(self.method).uri(self.uri);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        let response = proxy.clone().oneshot(request.body(self.body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Got { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }
}

/// An answer of the proxy's.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Got {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and `kind`.
    pub(crate) fn kind(&self) -> (u16, String) {
        (self.status, self.json()["kind"].as_str().unwrap_or("").to_owned())
    }

    /// What the app makes of it.
    pub(crate) fn failure(&self) -> autotask_core::Failure {
        autotask_core::response::read(self.status, &self.bytes).unwrap_err()
    }
}
