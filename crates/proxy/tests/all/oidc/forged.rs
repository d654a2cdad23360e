//! A provider whose every answer a test can change, and a browser's way there and back.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use autotask_proxy::Secret;
use autotask_proxy::oidc::{Http, OidcConfig, Pending, Provider};
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::signers::{HONEST, base64};

pub(super) const CLIENT: &str = "crm";
pub(super) const SECRET: &str = "client secret/1:e";
pub(super) const REDIRECT: &str = "https://crm.example.com/api/sign-in/callback";
pub(super) const TENANT: &str = "11111111-2222-3333-4444-555555555555";
pub(super) const PERSON: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

/// What the provider remembers of a code.
#[derive(Clone, Debug)]
struct Code {
    client: String,
    challenge: String,
    redirect: String,
    nonce: String,
}

type TokenOf = fn(&Forged, &Value) -> String;

/// What a test changes.
struct Answers {
    document: Value,
    keys: (u16, Value),
    claims: fn(&mut Value),
    token: TokenOf,
    /// The token endpoint's whole answer.
    answer: fn(&Forged, String) -> Response,
}

/// A provider of our own.
#[derive(Clone)]
pub(super) struct Forged {
    pub(super) http: Http,
    /// The issuer, with the tenant in its path.
    pub(super) issuer: String,
    origin: String,
    /// An address of somebody else, where nobody should ever ask.
    pub(super) elsewhere: String,
    pub(super) asked_elsewhere: Arc<AtomicUsize>,
    pub(super) asked_for_keys: Arc<AtomicUsize>,
    pub(super) asked_for_tokens: Arc<AtomicUsize>,
    codes: Arc<Mutex<HashMap<String, Code>>>,
    answers: Arc<Mutex<Answers>>,
}

/// What stands in the address that a browser was sent to.
fn asked(url: &str) -> HashMap<String, String> {
    reqwest::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

fn of(asked: &HashMap<String, String>, name: &str) -> String {
    asked.get(name).unwrap_or_else(|| panic!("no {name} was asked")).clone()
}

/// What the browser carries back.
pub(super) struct Trip {
    pub(super) state: String,
    pub(super) code: String,
    pub(super) pending: Pending,
}

impl Forged {
    pub(super) async fn start() -> Forged {
        Forged::start_behind(Http::new().unwrap()).await
    }

    /// One that is asked through this, which takes a while to make.
    pub(super) async fn start_behind(http: Http) -> Forged {
        let (asked_elsewhere, asked_for_keys, asked_for_tokens) = Default::default();
        let elsewhere = {
            let asked = Arc::clone(&asked_elsewhere);
            serve(move |_| {
                AtomicUsize::fetch_add(&asked, 1, Ordering::SeqCst);
                async { StatusCode::OK.into_response() }
            })
            .await
        };
        let provider: Arc<Mutex<Option<Forged>>> = Arc::default();
        let origin = {
            let provider = Arc::clone(&provider);
            serve(move |request| {
                let provider = provider.lock().unwrap().clone();
                async move { provider.unwrap().handle(request).await }
            })
            .await
        };
        let issuer = format!("{origin}/{TENANT}/v2.0");
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{origin}/authorize?fixed=1"),
            "token_endpoint": format!("{origin}/token"),
            "jwks_uri": format!("{origin}/keys"),
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let answers = Answers {
            document,
            keys: (200, HONEST.key_set()),
            claims: |_| (),
            token: |_, claims| HONEST.rs256(claims),
            answer: |_, token| token_answer(&token),
        };
        let answers = Arc::new(Mutex::new(answers));
        let codes = Arc::default();
        let forged = Forged {
            http,
            issuer,
            origin,
            elsewhere,
            asked_elsewhere,
            asked_for_keys,
            asked_for_tokens,
            codes,
            answers,
        };
        *provider.lock().unwrap() = Some(forged.clone());
        forged
    }

    /// Changes the document.
    pub(super) fn document(&self, name: &str, value: Value) {
        self.answers.lock().unwrap().document[name] = value;
    }

    pub(super) fn keys(&self, status: u16, keys: Value) {
        self.answers.lock().unwrap().keys = (status, keys);
    }

    pub(super) fn claims(&self, change: fn(&mut Value)) {
        self.answers.lock().unwrap().claims = change;
    }

    pub(super) fn token(&self, token: TokenOf) {
        self.answers.lock().unwrap().token = token;
    }

    pub(super) fn answer(&self, answer: fn(&Forged, String) -> Response) {
        self.answers.lock().unwrap().answer = answer;
    }

    pub(super) fn config(&self) -> OidcConfig {
        OidcConfig {
            issuer: self.issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(Secret::new(SECRET)),
            tenant: None,
            redirect_url: REDIRECT.to_owned(),
        }
    }

    pub(super) async fn provider(&self, tenant: Option<&str>) -> Provider {
        let config = OidcConfig { tenant: tenant.map(str::to_owned), ..self.config() };
        Provider::discover(config, self.http.clone()).await.unwrap()
    }

    /// What is wrong with the provider, as it is now.
    pub(super) async fn sentence(&self, config: OidcConfig) -> String {
        match Provider::discover(config, self.http.clone()).await {
            Ok(_) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// A person signs in: what a browser does between `begin` and `finish`.
    pub(super) fn sign_in(&self, provider: &Provider, now: SystemTime) -> Trip {
        let (url, pending) = provider.begin("/companies/7?q=a", now);
        assert!(url.starts_with(&format!("{}/authorize?fixed=1&", self.origin)), "{url}");
        let asked = asked(&url);
        let of = |name: &str| of(&asked, name);
        assert_eq!((of("response_type"), of("scope")), ("code".to_owned(), "openid profile email".to_owned()));
        assert_eq!(of("code_challenge_method"), "S256");
        for (name, digits) in [("state", 43), ("nonce", 43), ("code_challenge", 43)] {
            assert_eq!(of(name).len(), digits, "{url}");
        }
        Trip { state: of("state"), code: self.code(&asked), pending }
    }

    /// What the browser carries back that was sent to this address.
    pub(super) fn query(&self, url: &str) -> String {
        let asked = asked(url);
        let code = self.code(&asked).replace('/', "%2F").replace('+', "%2B");
        format!("code={code}&state={}", of(&asked, "state"))
    }

    /// A code for what was asked.
    fn code(&self, asked: &HashMap<String, String>) -> String {
        self.remember(Code {
            client: of(asked, "client_id"),
            challenge: of(asked, "code_challenge"),
            redirect: of(asked, "redirect_uri"),
            nonce: of(asked, "nonce"),
        })
    }

    /// A code that was given to another client.
    pub(super) fn code_of_another_client(&self, code: &str) -> String {
        let known = self.codes.lock().unwrap().get(code).cloned().unwrap();
        self.remember(Code { client: "another".to_owned(), ..known })
    }

    /// Somebody else was first with it.
    pub(super) fn spend(&self, code: &str) {
        self.codes.lock().unwrap().remove(code).unwrap();
    }

    fn remember(&self, code: Code) -> String {
        let mut codes = self.codes.lock().unwrap();
        let name = format!("code/{}+{}", codes.len(), codes.len() * 7);
        codes.insert(name.clone(), code);
        name
    }

    async fn handle(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        if path.ends_with("/.well-known/openid-configuration") {
            return axum::Json(self.answers.lock().unwrap().document.clone()).into_response();
        }
        match path {
            "/keys" => {
                self.asked_for_keys.fetch_add(1, Ordering::SeqCst);
                let (status, keys) = self.answers.lock().unwrap().keys.clone();
                (StatusCode::from_u16(status).unwrap(), axum::Json(keys)).into_response()
            }
            "/token" => {
                self.asked_for_tokens.fetch_add(1, Ordering::SeqCst);
                let body = axum::body::to_bytes(body, 100_000).await.unwrap();
                self.exchange(&parts.headers, &String::from_utf8_lossy(&body))
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// The token endpoint: client, code, address and PKCE are checked as an honest one does.
    fn exchange(&self, headers: &HeaderMap, body: &str) -> Response {
        let refuse = |error: &str| (StatusCode::BAD_REQUEST, axum::Json(json!({"error": error}))).into_response();
        let url = reqwest::Url::parse(&format!("http://form/?{body}")).unwrap();
        let form: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let of = |name: &str| form.get(name).cloned().unwrap_or_default();
        // RFC 6749, 2.3.1: both are written as in a form before they are joined.
        let login = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "crm:client+secret%2F1%3Ae");
        if headers.get("authorization").is_none_or(|value| value != &format!("Basic {login}")) {
            return refuse("invalid_client");
        }
        let Some(code) = self.codes.lock().unwrap().remove(&of("code")) else {
            return refuse("invalid_grant");
        };
        let challenge = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, of("code_verifier").as_bytes());
        let is_same = code.client == CLIENT
            && code.redirect == of("redirect_uri")
            && code.challenge == base64(challenge.as_ref())
            && of("grant_type") == "authorization_code";
        if !is_same {
            return refuse("invalid_grant");
        }
        let (change, token, answer) = {
            let answers = self.answers.lock().unwrap();
            (answers.claims, answers.token, answers.answer)
        };
        let now = seconds(SystemTime::now());
        let mut claims = json!({
            "iss": self.issuer, "sub": "ada-1", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": code.nonce,
            "tid": TENANT, "oid": PERSON, "email": "ada@msp.test", "email_verified": true, "name": "Ada Lovelace",
        });
        change(&mut claims);
        answer(self, token(self, &claims))
    }
}

/// An honest answer with this token.
pub(super) fn token_answer(token: &str) -> Response {
    let answer = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token});
    axum::Json(answer).into_response()
}

pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(super) fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// Serves every path alike and tells the origin.
async fn serve<F, A>(handle: F) -> String
where
    F: Fn(Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handle)).await.unwrap() });
    origin
}
