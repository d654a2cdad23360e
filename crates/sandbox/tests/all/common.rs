//! A sandbox in this process, and calls to it.

use std::sync::Arc;

use autotask_core::{Instant, Schema};
use autotask_sandbox::{Config, Credentials, DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER, Sandbox};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Where the entities are.
pub(crate) const ROOT: &str = "/ATServicesRest/V1.0";

/// The time at which every test runs.
pub(crate) fn now() -> Instant {
    Instant::parse("2026-11-21T10:00:00Z").expect("an instant")
}

/// A small world at a fixed time.
pub(crate) fn config(companies: u32) -> Config {
    Config { companies, clock: Arc::new(now), ..Config::default() }
}

/// A sandbox to call.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON, null where there is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body of a good answer.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The only text of `errors`.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        let json = self.json();
        assert_eq!(self.status, 500, "{}", self.text);
        json["errors"][0].as_str().unwrap_or_else(|| panic!("no errors in {}", self.text)).to_owned()
    }

    #[track_caller]
    pub(crate) fn item_id(&self) -> i64 {
        self.ok()["itemId"].as_i64().unwrap_or_else(|| panic!("no itemId in {}", self.text))
    }

    #[track_caller]
    pub(crate) fn items(&self) -> Vec<Value> {
        self.ok()["items"].as_array().cloned().unwrap_or_else(|| panic!("no items in {}", self.text))
    }
}

impl Api {
    pub(crate) fn new(companies: u32) -> Api {
        Api::with(config(companies))
    }

    pub(crate) fn with(config: Config) -> Api {
        Api { sandbox: Sandbox::open(config).expect("it opens") }
    }

    pub(crate) fn strict(companies: u32) -> Api {
        Api::with(Config { strict: true, ..config(companies) })
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.sandbox.router().oneshot(request).await.expect("infallible");
        let status = response.status().as_u16();
        let content_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .map(|v| v.to_str().unwrap_or("").to_owned())
            .unwrap_or_default();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        Answer { status, content_type, text: String::from_utf8_lossy(&body).into_owned() }
    }

    /// A request with the three headers; `path` from `/Companies…` on, or a whole URL.
    pub(crate) fn request(method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
        let uri = match path.split_once("://") {
            Some((_, rest)) => rest[rest.find('/').unwrap_or(0)..].to_owned(),
            None if path.to_ascii_lowercase().starts_with("/atservicesrest") => path.to_owned(),
            None => format!("{ROOT}{path}"),
        };
        let Credentials { user, secret, integration_code } = Credentials::default();
        assert_eq!((user.as_str(), secret.as_str()), (DEFAULT_USER, DEFAULT_SECRET));
        assert_eq!(integration_code, DEFAULT_INTEGRATION_CODE);
        Request::builder()
            .method(method)
            .uri(uri)
            .header(header::HOST, "127.0.0.1:8081")
            .header("UserName", user)
            .header("Secret", secret)
            .header("apiintegrationcode", integration_code)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())
            .expect("a request")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Api::request("GET", path, Body::empty())).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.send(Api::request(method, path, body.to_string())).await
    }

    pub(crate) async fn text(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(Api::request(method, path, body.to_owned())).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, body).await
    }

    /// A call of `/_sandbox/…`, which needs no credentials.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder().method(method).uri(format!("/_sandbox/{path}"));
        self.send(request.header(header::HOST, "127.0.0.1:8081").body(body).expect("a request")).await
    }

    /// Switches one fault or a list of them on.
    pub(crate) async fn fault(&self, rules: Value) {
        self.control("POST", "faults", rules).await.ok();
    }

    /// One row by id.
    pub(crate) async fn row(&self, entity: &str, id: i64) -> Value {
        self.get(&format!("/{entity}/{id}")).await.ok()["item"].clone()
    }

    /// All rows that match, over all pages, by POST.
    pub(crate) async fn all(&self, entity: &str, filter: Value) -> Vec<Value> {
        let body = json!({ "filter": filter });
        let mut path = format!("/{entity}/query");
        let mut rows = Vec::new();
        loop {
            let answer = self.post(&path, body.clone()).await;
            rows.extend(answer.items());
            match answer.json()["pageDetails"]["nextPageUrl"].as_str() {
                Some(next) => path = next.to_owned(),
                None => return rows,
            }
        }
    }

    /// All rows of an entity.
    pub(crate) async fn everything(&self, entity: &str) -> Vec<Value> {
        self.all(entity, json!([{"op": "gte", "field": "id", "value": 0}])).await
    }

    /// The instance's own metadata, read as a client reads it.
    pub(crate) async fn schema(&self, entities: &[&str]) -> Schema {
        let mut schema = Schema::new();
        for entity in entities {
            let fields = self.get(&format!("/{entity}/entityInformation/fields")).await.ok();
            assert_eq!(schema.load_fields(entity, &fields), []);
            let udfs = self.get(&format!("/{entity}/entityInformation/userDefinedFields")).await.ok();
            assert_eq!(schema.load_user_defined_fields(entity, &udfs), []);
        }
        schema
    }

    /// A new company with what must be sent, and `more`.
    pub(crate) async fn company(&self, name: &str, more: Value) -> i64 {
        let mut body = json!({"companyName": name, "companyType": 1, "phone": "5185550100", "ownerResourceID": 4});
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        self.post("/Companies", body).await.item_id()
    }
}

/// A sandbox behind a real port, for what only a connection shows.
pub(crate) struct Served {
    pub(crate) api: Api,
    pub(crate) origin: String,
    pub(crate) client: reqwest::Client,
    server: tokio::task::JoinHandle<()>,
}

impl Served {
    pub(crate) async fn new(api: Api) -> Served {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let router = api.sandbox.router();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .expect("a client");
        Served { api, origin, client, server }
    }

    /// A request with the three headers, not yet sent.
    pub(crate) fn request(&self, method: &str, path: &str, body: Option<&Value>) -> reqwest::RequestBuilder {
        let Credentials { user, secret, integration_code } = Credentials::default();
        let request = self
            .client
            .request(method.parse().expect("a method"), format!("{}{ROOT}{path}", self.origin))
            .header("UserName", user)
            .header("Secret", secret)
            .header("ApiIntegrationCode", integration_code);
        match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}
