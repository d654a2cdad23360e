//! Config: every setting of the proxy, typed. Nothing here reads files or the environment.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::assets::Assets;
use crate::clock::Clock;
use crate::people::ActAsPerson;
use crate::secret::{Credentials, Secret};
use crate::upstream_url::{UpstreamUrl, is_loopback_name, split_port};

/// Longest time to make a connection to Autotask.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for a whole answer: Autotask itself gives up after about five minutes.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(310);

/// Longest time for which a caller may take nothing of an answer that is handed on as it comes.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many months the audit is kept at least.
const AUDIT_MONTHS_MIN: u32 = 6;
/// How many months the audit is kept unless told otherwise.
const AUDIT_MONTHS: u32 = 12;
/// A book of a million rows is read whole in two thousand.
const READS_PER_HOUR: u32 = 3_000;

/// What the proxy stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A sandbox on this machine, with made-up data and a demo user.
    Demo,
    /// Autotask itself.
    Serve,
}

impl Mode {
    /// Its name in `/api/session`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Demo => "demo",
            Mode::Serve => "serve",
        }
    }

    /// Whoever uses the app while there is no sign-in.
    pub(crate) fn local_user(self) -> &'static str {
        match self {
            Mode::Demo => "Demo user",
            Mode::Serve => "Local user",
        }
    }

    /// Where writes go.
    #[must_use]
    pub fn environment(self) -> &'static str {
        match self {
            Mode::Demo => "sandbox",
            Mode::Serve => "production",
        }
    }
}

/// The identity provider that people sign in with, as it is entered; see [`OidcConfig`](crate::oidc::OidcConfig).
#[derive(Clone, Debug)]
pub struct SignInService {
    /// What it is called on the button, such as `Contoso`.
    pub name: String,
    /// The issuer exactly as the provider writes it.
    pub issuer: String,
    /// The client id.
    pub client_id: String,
    /// The client's secret; a public client has none.
    pub client_secret: Option<Secret>,
    /// For Entra ID: the one directory whose people may sign in, by its id.
    pub tenant: Option<String>,
}

/// Every setting of the proxy.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens, with the real port; only an address of this machine, unless there are users and `public_url`.
    pub listen: SocketAddr,
    /// Where people open the app from elsewhere, such as `https://crm.example.com`; this machine only without it.
    pub public_url: Option<String>,
    /// Where Autotask is. Says by its kind whether this is the demo: the two cannot be mixed.
    pub upstream: UpstreamUrl,
    /// Whether that was looked up, so that it is once more when Autotask refuses the login: tenants move; false.
    pub is_zone_found: bool,
    /// What Autotask asks for.
    pub credentials: Credentials,
    /// What Autotask's other clients have to send to get through; without it they are refused.
    pub clients: Option<Credentials>,
    /// Whether people sign in to the demo as they do to `serve`, to try that with made-up data; else it has a user of its own.
    pub sign_in_to_demo: bool,
    /// The identity provider that people sign in with, beside or in place of passwords; none without it.
    pub sign_in_service: Option<SignInService>,
    /// The one foreign origin whose pages may call, such as `http://localhost:5173`; none without it.
    pub cors_origin: Option<String>,
    /// The built app.
    pub app: Assets,
    /// The file in which runs, drafts, outcomes and the audit are kept; without it they last as long as the process.
    pub store: Option<PathBuf>,
    /// Whether people's writes are made in their names at Autotask; off, since Autotask has to be prepared for it.
    pub act_as_person: ActAsPerson,
    /// Whether Autotask is asked, about every 90 seconds while there are calls, how many it has counted; true.
    pub ask_threshold: bool,
    /// Whether calls are neither counted nor kept waiting: for benchmarks before a sandbox; false.
    pub lift_limits: bool,
    /// For how many months the audit of writes is kept, at least 6; 12.
    pub audit_months: u32,
    /// How often one person may read rows in an hour, so that nobody carries the whole book away with somebody's session or token;
    /// 3,000, which are 1,500,000 rows.
    pub reads_per_hour: u32,
    /// Longest time to make a connection to Autotask; 10 seconds.
    pub connect_timeout: Duration,
    /// Longest time for a whole answer of Autotask's; 310 seconds.
    pub answer_timeout: Duration,
    /// Longest time for which a caller may take nothing of an answer that is handed on as it comes: it keeps one of three places
    /// at Autotask; 30 seconds.
    pub patience: Duration,
    /// What time it is; the system's.
    pub clock: Clock,
}

impl Config {
    /// The settings that have no default; the others are at theirs.
    #[must_use]
    pub fn new(listen: SocketAddr, upstream: UpstreamUrl, credentials: Credentials) -> Config {
        Config {
            listen,
            public_url: None,
            upstream,
            is_zone_found: false,
            credentials,
            clients: None,
            sign_in_to_demo: false,
            sign_in_service: None,
            cors_origin: None,
            app: Assets::none(),
            store: None,
            act_as_person: ActAsPerson::Off,
            ask_threshold: true,
            lift_limits: false,
            audit_months: AUDIT_MONTHS,
            reads_per_hour: READS_PER_HOUR,
            connect_timeout: CONNECT_TIMEOUT,
            answer_timeout: ANSWER_TIMEOUT,
            patience: PATIENCE,
            clock: Clock::system(),
        }
    }

    /// What the proxy stands before.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.upstream.mode()
    }

    /// Refuses what must not be served to these people: none from elsewhere without users, no users in the demo.
    pub(crate) fn check_people(&self, has_users: bool) -> Result<(), Error> {
        let has_users = has_users || self.sign_in_service.is_some();
        if self.mode() == Mode::Demo && !self.sign_in_to_demo && (has_users || self.public_url.is_some()) {
            return Err(Error::new(
                "the demo has a user of its own and is for this machine only; `serve` is what runs with users and a public address",
            ));
        }
        if self.sign_in_to_demo && !has_users {
            return Err(Error::new("there are no users to sign in; add one with `autotask-crm user add`"));
        }
        if self.public_url.is_some() && !has_users {
            return Err(Error::new(
                "nobody could sign in: with `public_url` other machines reach this server, and there are no users; \
                 add one with `autotask-crm user add`",
            ));
        }
        Ok(())
    }

    /// Refuses what must not be served.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_listen(self.listen, self.public_url.as_deref())?;
        for (credentials, whose) in
            [(Some(&self.credentials), "for Autotask"), (self.clients.as_ref(), "for other clients")]
        {
            for (name, value) in credentials.into_iter().flat_map(Credentials::headers) {
                if value.header().is_none() {
                    return Err(Error::new(format!(
                        "the value of `{name}` {whose} is empty, or has spaces around it or characters that no header can carry; \
                         copy it again"
                    )));
                }
            }
        }
        if self.mode() == Mode::Serve && is_sandbox(&self.credentials) {
            return Err(Error::new(
                "these are the sandbox's credentials; `serve` needs the three values of an API user of Autotask, \
                 `demo` is what runs with the sandbox",
            ));
        }
        if self.mode() == Mode::Serve
            && let Some(what) = self.placeholder()
        {
            return Err(Error::new(format!(
                "{what} is what stands in an example, such as `changeme` or `<secret>`; put your own in its place"
            )));
        }
        if self.audit_months < AUDIT_MONTHS_MIN {
            return Err(Error::new(format!(
                "the audit of writes is kept for at least {AUDIT_MONTHS_MIN} months; set more than {}",
                self.audit_months
            )));
        }
        match &self.cors_origin {
            Some(origin) if !is_origin(origin) => Err(Error::new(
                "the origin for CORS must be exactly one, such as `https://crm.example.com` or `http://localhost:5173`, \
                 in lower case and without a path",
            )),
            _ => Ok(()),
        }
    }
}

impl Config {
    /// Which secret nobody has set, in words.
    fn placeholder(&self) -> Option<String> {
        let named = |credentials: &Credentials, whose: &str| {
            let found = credentials.headers().into_iter().find(|(_, value)| value.is_placeholder());
            found.map(|(name, _)| format!("the value of `{name}` {whose}"))
        };
        let service = self.sign_in_service.as_ref().and_then(|service| service.client_secret.as_ref());
        named(&self.credentials, "for Autotask")
            .or_else(|| named(self.clients.as_ref()?, "for other clients"))
            .or_else(|| service?.is_placeholder().then(|| "the secret at the identity provider".to_owned()))
    }
}

/// Refuses an address that other machines can reach without the name under which they do.
///
/// # Errors
///
/// A sentence, for any but a loopback address without a public one, and for a public one that is not `https`.
pub fn check_listen(address: SocketAddr, public_url: Option<&str>) -> Result<(), Error> {
    match public_url {
        Some(url) if !is_public_url(url) => Err(Error::new(
            "`public_url` must be the address at which people open the app, such as `https://crm.example.com`, in lower case \
             and without a path; only on this machine it may be `http`, as passwords would be read on the way",
        )),
        None if !address.ip().to_canonical().is_loopback() => Err(Error::new(
            "other machines reach this address, and it is not said under which name; set `public_url`, such as \
             `https://crm.example.com`, and add users with `autotask-crm user add`; or listen on `127.0.0.1` and a port",
        )),
        _ => Ok(()),
    }
}

/// Whether it is an origin that passwords may go to.
fn is_public_url(url: &str) -> bool {
    let is_safe = match url.strip_prefix("http://") {
        Some(host) => split_port(host).is_some_and(|(name, _)| is_loopback_name(name)),
        None => true,
    };
    is_safe && is_origin(url)
}

/// Whether one of the values is a sandbox's: then the others are likely to be mixed up as well.
fn is_sandbox(credentials: &Credentials) -> bool {
    let Credentials { user_name, secret, integration_code } = credentials;
    user_name.is(b"api-user@sandbox.test")
        || secret.is(b"sandbox-secret")
        || integration_code.is(b"SANDBOX-TRACKING-ID")
}

/// Whether it is an origin as browsers write it: scheme, host and perhaps a port.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        let is_known = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
        };
        !host.is_empty() && host.bytes().all(is_known)
    })
}

/// Why the proxy does not start: a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(sentence: impl Into<String>) -> Error {
        Error(sentence.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str) -> Config {
        let upstream = UpstreamUrl::parse(Mode::Demo, "http://127.0.0.1:8081").unwrap();
        Config::new(listen.parse().unwrap(), upstream, Credentials::new("a", "b", "c"))
    }

    #[track_caller]
    fn check(config: &Config, expected: &str) {
        let sentence = config.check().map_or_else(|error| error.to_string(), |()| "fine".to_owned());
        assert!(sentence.contains(expected), "{sentence}");
    }

    #[test]
    fn only_this_machine_is_listened_on() {
        for listen in ["127.0.0.1:8080", "[::1]:8080", "127.0.0.9:1", "[::ffff:127.0.0.1]:1"] {
            check(&config(listen), "fine");
        }
        for listen in ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:8080"] {
            check(&config(listen), "it is not said under which name");
        }
        let mut config = config("0.0.0.0:8080");
        for url in ["https://crm.example.com", "https://crm.example.com:8443", "http://localhost:8080"] {
            config.public_url = Some(url.to_owned());
            check(&config, "fine");
        }
        for url in [
            "http://crm.example.com",
            "https://crm.example.com/",
            "https://CRM.test",
            "crm.test",
            "http://localhost.test",
        ] {
            config.public_url = Some(url.to_owned());
            check(&config, "`public_url` must be the address");
        }
    }

    #[test]
    fn values_that_no_header_can_carry_are_named_but_not_shown() {
        let mut config = config("127.0.0.1:8080");
        config.credentials = Credentials::new("a", "b\nhidden", "c");
        check(&config, "the value of `secret` for Autotask");
        assert!(!config.check().unwrap_err().to_string().contains("hidden"));
        config.credentials = Credentials::new("a", "b", "c");
        config.clients = Some(Credentials::new("", "b", "c"));
        check(&config, "the value of `username` for other clients");
    }

    #[test]
    fn the_origin_for_cors_is_exactly_one() {
        let mut config = config("127.0.0.1:8080");
        for origin in ["https://crm.example.com", "http://localhost:5173", "http://[::1]:5173"] {
            config.cors_origin = Some(origin.to_owned());
            check(&config, "fine");
        }
        for origin in [
            "*",
            "null",
            "https://",
            "https://a.test/",
            "https://a.test,https://b.test",
            "https://*.a.test",
            "https://A.test",
            "ftp://a",
        ] {
            config.cors_origin = Some(origin.to_owned());
            check(&config, "exactly one");
        }
    }
}
