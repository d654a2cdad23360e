//! Signing in at a certified provider from npm, which others wrote.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::SystemTime;

use autotask_proxy::Secret;
use autotask_proxy::oidc::{Http, Identity, OidcConfig, Pending, Provider, Refused};

/// Where the provider, `tests/oidc/provider.mjs`, sends people back to.
const REDIRECT: &str = "https://crm.example.com/api/sign-in/callback";

/// The provider as a process of its own, which ends with the test.
struct Real {
    child: Child,
    /// Held open: the provider ends when it cannot write.
    _said: Lines<BufReader<ChildStdout>>,
    issuer: String,
    http: Http,
}

impl Drop for Real {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).unwrap();
    }
}

impl Real {
    fn start(options: &[&str]) -> Real {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oidc");
        let mut node = Command::new("node");
        node.arg("provider.mjs").args(options).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().expect("`node` runs");
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = said.find_map(|line| line.unwrap().strip_prefix("Provider: ").map(str::to_owned));
        let issuer = issuer.expect("the provider starts; type `npm ci` in tests/oidc");
        Real { child, _said: said, issuer, http: Http::new().unwrap() }
    }

    async fn provider(&self, client: &str, secret: Option<&str>) -> Provider {
        let config = OidcConfig {
            issuer: self.issuer.clone(),
            client_id: client.to_owned(),
            client_secret: secret.map(Secret::new),
            tenant: None,
            redirect_url: REDIRECT.to_owned(),
        };
        Provider::discover(config, self.http.clone()).await.unwrap()
    }
}

/// A browser at the provider's pages, with its cookies.
#[derive(Default)]
struct Browser(BTreeMap<String, String>);

impl Browser {
    /// Follows the pages until they lead back; the query that came with it.
    async fn sign_in(&mut self, provider: &Provider) -> (String, Pending) {
        let (mut url, pending) = provider.begin("/quality", SystemTime::now());
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        for _ in 0..10 {
            let cookies: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let response = client.get(&url).header("cookie", cookies.join("; ")).send().await.unwrap();
            for cookie in response.headers().get_all("set-cookie") {
                let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
                self.0.insert(name.to_owned(), value.to_owned());
            }
            let place = response.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
            let Some(place) = place else { panic!("{}: {}", response.status(), response.text().await.unwrap()) };
            url = reqwest::Url::parse(&url).unwrap().join(&place).unwrap().into();
            if let Some(query) = url.strip_prefix(REDIRECT) {
                return (query.trim_start_matches('?').to_owned(), pending);
            }
        }
        panic!("the provider does not lead back, but to {url}");
    }
}

async fn finish((query, pending): (String, Pending), provider: &Provider) -> Result<Identity, Refused> {
    provider.finish(&query, pending, SystemTime::now()).await
}

/// The query with another value for this member, or without it.
fn with(query: &str, name: &str, value: Option<&str>) -> String {
    let prefix = format!("{name}=");
    assert!(query.split('&').any(|member| member.starts_with(&prefix)), "{query}");
    let others = query.split('&').filter(|member| !member.starts_with(&prefix)).map(str::to_owned);
    others.chain(value.map(|value| format!("{name}={value}"))).collect::<Vec<_>>().join("&")
}

fn of<'a>(query: &'a str, name: &str) -> &'a str {
    query.split('&').find_map(|member| member.strip_prefix(name)?.strip_prefix('=')).unwrap()
}

#[tokio::test]
async fn a_certified_provider_signs_a_person_in() {
    let real = Real::start(&[]);
    let in_body = Real::start(&["--post"]);
    // RS256 and a secret in the header, ES256 and one in the body, no secret.
    for (real, client, secret) in
        [(&real, "basic", Some("a secret/1:+%")), (&in_body, "post", Some("another secret")), (&real, "public", None)]
    {
        let provider = real.provider(client, secret).await;
        let mut browser = Browser::default();
        // The second time the provider knows her.
        for _ in 0..2 {
            let trip = browser.sign_in(&provider).await;
            assert_eq!(trip.1.return_to().as_str(), "/quality");
            let identity = finish(trip, &provider).await.unwrap();
            assert_eq!(identity.key, format!("{}|ada-1", real.issuer), "{client}");
            assert_eq!(identity.email.as_deref(), Some("ada@msp.test"));
            assert_eq!((identity.is_email_verified, identity.name.as_deref()), (true, Some("Ada Lovelace")));
        }
    }
}

#[tokio::test]
async fn a_certified_provider_and_this_module_refuse_the_same_attacks() {
    let real = Real::start(&[]);
    let provider = real.provider("public", None).await;
    let mut browser = Browser::default();

    let declining = real.provider("declining", None).await;
    assert_eq!(finish(Browser::default().sign_in(&declining).await, &declining).await, Err(Refused::Denied));

    let wrong = real.provider("basic", Some("not the secret")).await;
    assert_eq!(finish(browser.sign_in(&wrong).await, &wrong).await, Err(Refused::Client));

    let (query, pending) = browser.sign_in(&provider).await;
    let again = serde_json::from_value(serde_json::to_value(&pending).unwrap()).unwrap();
    assert!(finish((query.clone(), pending), &provider).await.is_ok());
    assert_eq!(finish((query, again), &provider).await, Err(Refused::Code), "a code twice");

    let (victim, _) = Browser::default().sign_in(&provider).await;
    let (query, pending) = browser.sign_in(&provider).await;
    let stolen = with(&query, "code", Some(of(&victim, "code")));
    assert_eq!(finish((stolen, pending), &provider).await, Err(Refused::Code), "the code of another sign-in");

    let basic = real.provider("basic", Some("a secret/1:+%")).await;
    let (foreign, _) = Browser::default().sign_in(&basic).await;
    let (query, pending) = browser.sign_in(&provider).await;
    let foreign = with(&query, "code", Some(of(&foreign, "code")));
    assert_eq!(finish((foreign, pending), &provider).await, Err(Refused::Code), "the code of another client");

    for (name, value, refused) in [
        ("state", None, Refused::State),
        ("state", Some("x"), Refused::State),
        ("iss", None, Refused::Issuer),
        ("iss", Some("https%3A%2F%2Fevil.test"), Refused::Issuer),
        ("code", None, Refused::Query),
        ("code", Some("x"), Refused::Code),
    ] {
        let (query, pending) = browser.sign_in(&provider).await;
        let outcome = finish((with(&query, name, value), pending), &provider).await;
        assert_eq!(outcome, Err(refused), "{name} {value:?}");
    }
}
