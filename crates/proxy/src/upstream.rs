//! Upstream: the one way to Autotask. Every call passes the gate.

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use autotask_core::limits::{Estimate, Ledger, Priority, read_threshold};
use autotask_core::route::{Method, Route};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};

use crate::config::{Config, Error, Mode};
use crate::gate::{Cache, Flights, Held, Lease, Login, Retries, Standing, Turns, system_clock};
use crate::outbound::Outbound;
use crate::public_addresses::PublicAddresses;
use crate::refusal::{Refusal, Unreachable, Way};
use crate::store::Store;
use crate::upstream_url::UpstreamUrl;

/// Most bytes of an answer: 500 rows are a quarter of a megabyte, an attachment ten.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long after a refused connection it is tried once more.
const SECOND_ATTEMPT_AFTER: Duration = Duration::from_millis(250);
/// For how many seconds nothing is sent after Autotask said that its limit is reached, and not for how long.
const REST: u64 = 10;
/// How long an unused connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The way to Autotask; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Upstream(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: reqwest::Client,
    url: UpstreamUrl,
    authentication: HeaderMap,
    store: Store,
    /// Without turns nothing is counted: for benchmarks.
    turns: Option<Turns>,
    asks_threshold: bool,
    lease: Lease,
    login: Login,
    retries: Retries,
    flights: Flights,
    cache: Cache,
}

/// What Autotask answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<HeaderValue>,
    /// What time it is there, in seconds since 1970, where it says so.
    pub(crate) at: Option<u64>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// For how long Autotask asks to wait, where it says so in seconds.
    pub(crate) fn seconds_to_wait(&self) -> Option<u64> {
        self.retry_after.as_ref()?.to_str().ok()?.trim().parse().ok()
    }

    /// For how many seconds nothing should be sent: Autotask suspends the whole tenant at its limit. Too many at once to one
    /// endpoint come with the same status at times, and pass by themselves.
    pub(crate) fn rest(&self) -> Option<u64> {
        let is_of_threads = || self.body.to_ascii_lowercase().windows(6).any(|word| word == b"thread");
        (self.status == 429 && !is_of_threads()).then(|| self.seconds_to_wait().unwrap_or(REST))
    }
}

impl Upstream {
    pub(crate) fn new(config: &Config, store: Store) -> Result<Upstream, Error> {
        let client = client(config.mode(), config.connect_timeout, config.answer_timeout)?;
        let mut authentication = HeaderMap::new();
        for (name, value) in config.credentials.headers() {
            authentication.extend(value.header().map(|value| (http::HeaderName::from_static(name), value)));
        }
        let turns = (!config.lift_limits).then(|| {
            let clock = system_clock();
            let mut ledger = Ledger::default();
            store.leases(clock()).into_iter().for_each(|(at, calls)| ledger.restore(at, calls));
            Turns::new(clock, ledger)
        });
        Ok(Upstream(Arc::new(Inner {
            client,
            url: config.upstream.clone(),
            authentication,
            store,
            turns,
            asks_threshold: config.ask_threshold,
            lease: Lease::default(),
            login: Login::default(),
            retries: Retries::default(),
            flights: Flights::default(),
            cache: Cache::default(),
        })))
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &UpstreamUrl {
        &self.0.url
    }

    /// How the hour stands; `None` when nothing is counted.
    pub(crate) fn standing(&self) -> Option<Standing> {
        self.0.turns.as_ref().map(Turns::standing)
    }

    /// What so many calls would cost now; `None` when nothing is counted.
    pub(crate) fn estimate(&self, calls: u32, seconds_each: f64) -> Option<Estimate> {
        self.0.turns.as_ref().map(|turns| turns.estimate(calls, seconds_each))
    }

    /// Sends a request for whoever waits for its answer.
    pub(crate) async fn send(&self, outbound: &Outbound) -> Result<Answer, Refusal> {
        self.send_as(outbound, Priority::Read).await
    }

    /// Sends a request: a write exactly once, a read perhaps again, or not at all when its answer is there. `priority` is
    /// that of reads.
    pub(crate) async fn send_as(&self, outbound: &Outbound, priority: Priority) -> Result<Answer, Refusal> {
        if outbound.route.is_write() {
            let (inner, outbound) = (Arc::clone(&self.0), outbound.clone());
            // A task of its own: whoever asked may leave, and its place is given back when Autotask has answered.
            let write = tokio::spawn(async move {
                inner.flights.note_write();
                let sent = inner.pass(&outbound, Priority::Write).await;
                outbound.route.entity().into_iter().for_each(|entity| inner.cache.forget(entity));
                inner.flights.note_write();
                sent
            });
            return write.await.unwrap_or(Err(Refusal::Fault));
        }
        let request =
            [outbound.method.as_str(), &outbound.path, outbound.body.as_deref().unwrap_or_default()].join(" ");
        if let Some(answer) = self.0.cache.find(&request) {
            return Ok(answer);
        }
        let (inner, outbound, key) = (Arc::clone(&self.0), outbound.clone(), request.clone());
        let read = async move {
            let read = inner.read(&outbound, priority).await;
            if let Ok(answer) = &read {
                inner.cache.keep(key, &outbound.route, answer);
            }
            read
        };
        self.0.flights.join(request, read).await
    }

    /// Whether Autotask refused the credentials, and has not taken them since.
    pub(crate) fn is_login_refused(&self) -> bool {
        self.0.login.is_refused()
    }

    /// Lets the credentials be tried again, after somebody mended what was wrong with them at Autotask.
    pub(crate) fn try_login(&self) {
        self.0.login.try_now();
    }

    /// No answer came; a write that may have arrived is in doubt.
    pub(crate) fn unreachable(&self, way: Way, is_write: bool, cause: Option<&reqwest::Error>) -> Refusal {
        self.0.unreachable(way, is_write, cause)
    }
}

impl Inner {
    /// Sends a read, and again where that is likely to help.
    async fn read(self: &Arc<Inner>, outbound: &Outbound, priority: Priority) -> Result<Answer, Refusal> {
        self.retries.earn();
        for attempt in 0.. {
            let outcome = self.pass(outbound, priority).await;
            match self.retries.after(attempt, &outcome) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return outcome,
            }
        }
        Err(Refusal::Fault)
    }

    /// Sends a request when its turn has come.
    async fn pass(self: &Arc<Inner>, outbound: &Outbound, priority: Priority) -> Result<Answer, Refusal> {
        // The zone and the versions need no credentials, so they get none, and they are not counted.
        if matches!(outbound.route, Route::Zone | Route::Versions) {
            return self.send(outbound, false).await;
        }
        self.login.check().map_err(|wait| Refusal::LoginHeld { minutes: wait.as_secs().div_ceil(60) })?;
        let Some(turns) = &self.turns else { return self.logged_in(outbound).await };
        if self.asks_threshold && !matches!(outbound.route, Route::Threshold) && turns.begin_telling() {
            self.tell().await;
        }
        let endpoint = outbound.route.entity().map_or("", |entity| entity.name);
        let _pass = turns.enter(endpoint, priority).await.map_err(|held| match held {
            Held::Full => Refusal::Full,
            Held::Rest { seconds } => Refusal::Rest { seconds },
            Held::Hour { used, limit, seconds } => Refusal::Hour { used, limit, seconds },
        })?;
        self.lease.take(&self.store, turns.now()).await;
        let answer = self.logged_in(outbound).await?;
        if let Some(seconds) = answer.rest() {
            turns.rest(seconds);
        }
        Ok(answer)
    }

    /// Asks Autotask for its count; the first time before anything else is sent, later beside it.
    async fn tell(self: &Arc<Inner>) {
        let inner = Arc::clone(self);
        let asking = tokio::spawn(async move {
            let Some(turns) = &inner.turns else { return };
            let threshold = Outbound::plain(Route::Threshold);
            let told = match turns.enter("", Priority::Write).await {
                Ok(_pass) => {
                    inner.lease.take(&inner.store, turns.now()).await;
                    inner.logged_in(&threshold).await.ok()
                }
                Err(_) => None,
            };
            let told = told.filter(|answer| answer.status == 200);
            turns.tell(told.and_then(|answer| read_threshold(&serde_json::from_slice(&answer.body).ok()?)));
        });
        if self.lease.is_new().await {
            let _ = asking.await;
        }
    }

    async fn logged_in(&self, outbound: &Outbound) -> Result<Answer, Refusal> {
        let answer = self.send(outbound, true).await?;
        self.login.note(answer.status == 401);
        Ok(answer)
    }

    /// Sends a request, once.
    async fn send(&self, outbound: &Outbound, with_credentials: bool) -> Result<Answer, Refusal> {
        let method = match outbound.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let mut request = self.client.request(method, self.url.below(&outbound.path));
        if with_credentials {
            request = request.headers(self.authentication.clone());
        }
        if let Some(body) = &outbound.body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let is_write = outbound.route.is_write();
        let failed = |error: reqwest::Error| self.unreachable(way_of(&error), is_write, Some(&error));
        let again = request.try_clone();
        let mut response = match (request.send().await, again) {
            // Nothing was sent when the connection itself was refused, so that even a write may be tried once more.
            (Err(error), Some(again)) if way_of(&error) == Way::ConnectionRefused => {
                tracing::info!("the connection was refused; one more attempt");
                tokio::time::sleep(SECOND_ATTEMPT_AFTER).await;
                again.send().await
            }
            (first, _) => first,
        }
        .map_err(failed)?;
        let status = response.status().as_u16();
        if response.status().is_redirection() {
            return Err(Refusal::Malformed("a redirect, which is never followed"));
        }
        let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
        let at = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        let at = at.and_then(|date| httpdate::parse_http_date(date).ok());
        let at = at.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|since| since.as_secs());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Refusal::Malformed("more than 64 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, retry_after, at, body: body.freeze() })
    }

    fn unreachable(&self, way: Way, is_write: bool, cause: Option<&reqwest::Error>) -> Refusal {
        let causes: Vec<String> = cause.into_iter().flat_map(causes).map(ToString::to_string).collect();
        tracing::warn!(way = ?way, cause = causes.join(": "), "Autotask cannot be reached");
        let arrived = matches!(way, Way::AnswerTimeout | Way::BrokenOff | Way::Unavailable);
        let is_demo = self.url.mode() == Mode::Demo;
        Refusal::Unreachable(Unreachable { way, is_demo, in_doubt: is_write && arrived })
    }
}

/// A client that goes where it is sent and nowhere else.
pub(crate) fn client(
    mode: Mode,
    connect_timeout: Duration,
    answer_timeout: Duration,
) -> Result<reqwest::Client, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("autotask-crm/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(connect_timeout)
        .timeout(answer_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT);
    let builder = match mode {
        Mode::Demo => builder,
        Mode::Serve => builder.https_only(true).dns_resolver(PublicAddresses),
    };
    builder.build().map_err(|_| {
        Error::new("the connection to Autotask cannot be prepared; check that this system has root certificates (`ca-certificates`)")
    })
}

/// What stands behind an error, nearest first. The error itself would name the address.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

fn way_of(error: &reqwest::Error) -> Way {
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => Way::ConnectTimeout,
        (false, true) => Way::AnswerTimeout,
        (true, false) => {
            let refused = |cause: &(dyn std::error::Error + 'static)| {
                cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::ConnectionRefused)
            };
            if causes(error).any(refused) {
                Way::ConnectionRefused
            } else if causes(error).any(|cause| cause.to_string().starts_with("dns error")) {
                Way::Name
            } else {
                Way::NoConnection
            }
        }
        (false, false) => Way::BrokenOff,
    }
}
