//! Upstream: the one way to Autotask. Every call passes the gate.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, UNIX_EPOCH};

use autotask_core::limits::{Estimate, Ledger, Priority, read_threshold};
use autotask_core::route::{Method, Route};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};

use crate::config::{Config, Error, Mode};
use crate::gate::{Cache, Flights, Held, Lease, Login, Retries, Standing, Turns};
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::refusal::{Refusal, Unreachable, Way};
use crate::secret::Secret;
use crate::store::Store;
use crate::tail::{Coming, HELD_BYTES_MAX, Tail};
use crate::upstream_url::UpstreamUrl;
use crate::wire::{Broken, Wire};
use crate::zone::find_zone_again;

/// How long after a refused connection it is tried once more.
const SECOND_ATTEMPT_AFTER: Duration = Duration::from_millis(250);
/// For how many seconds nothing is sent after Autotask said that its limit is reached, and not for how long.
const REST: u64 = 10;

/// Names the resource in whose name a write is made.
const IMPERSONATE: HeaderName = HeaderName::from_static("impersonationresourceid");

/// The way to Autotask; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Upstream(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wire: Wire,
    url: RwLock<Arc<UpstreamUrl>>,
    /// The login whose zone is looked up again when it is refused; none where the address was set by hand.
    zone_of: Option<Secret>,
    authentication: HeaderMap,
    store: Store,
    metrics: Arc<Metrics>,
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
    /// The body, or its beginning where there is a tail.
    pub(crate) body: Bytes,
    /// What follows, of a good answer that is too large to be held.
    pub(crate) tail: Option<Tail>,
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
    pub(crate) fn new(config: &Config, store: Store, metrics: Arc<Metrics>) -> Result<Upstream, Error> {
        let wire = Wire::new(config.mode(), config.connect_timeout, config.answer_timeout)?;
        let mut authentication = HeaderMap::new();
        for (name, value) in config.credentials.headers() {
            authentication.extend(value.header().map(|value| (HeaderName::from_static(name), value)));
        }
        let turns = (!config.lift_limits).then(|| {
            let turns = Turns::new(config.clock.clone(), Ledger::default());
            turns.restore(store.leases(turns.now()));
            turns
        });
        Ok(Upstream(Arc::new(Inner {
            wire,
            url: RwLock::new(Arc::new(config.upstream.clone())),
            zone_of: config.is_zone_found.then(|| config.credentials.user_name.clone()),
            authentication,
            store,
            metrics,
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
    pub(crate) fn url(&self) -> Arc<UpstreamUrl> {
        self.0.url()
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

    /// The same, as urgent as is said: that is for reads.
    pub(crate) async fn send_as(&self, outbound: &Outbound, priority: Priority) -> Result<Answer, Refusal> {
        let answer = self.answer(outbound, priority).await?;
        match answer.tail {
            None => Ok(answer),
            Some(_) => Err(Refusal::Malformed("more than is ever asked for here")),
        }
    }

    /// The same for a caller who takes what is too large to be held as it comes.
    pub(crate) async fn open(
        &self,
        outbound: &Outbound,
        priority: Priority,
    ) -> Result<(Answer, Option<Coming>), Refusal> {
        let answer = self.answer(outbound, priority).await?;
        let Some(tail) = &answer.tail else { return Ok((answer, None)) };
        if let Some(coming) = tail.take() {
            return Ok((answer, Some(coming)));
        }
        // Somebody who asked the same at the same time has it.
        let (inner, outbound) = (Arc::clone(&self.0), outbound.clone());
        let read = tokio::spawn(async move { inner.read(&outbound, priority).await });
        let answer = read.await.unwrap_or(Err(Refusal::Fault))?;
        let coming = answer.tail.as_ref().and_then(Tail::take);
        Ok((answer, coming))
    }

    /// Sends a request: a write exactly once, a read perhaps again, or not at all when its answer is there.
    async fn answer(&self, outbound: &Outbound, priority: Priority) -> Result<Answer, Refusal> {
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
    pub(crate) fn unreachable(&self, way: Way, is_write: bool, causes: &str) -> Refusal {
        self.0.unreachable(way, is_write, causes)
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
            Box::pin(self.tell()).await;
        }
        let endpoint = outbound.route.entity().map_or("", |entity| entity.name);
        let asked = Instant::now();
        let pass = turns.enter(endpoint, priority).await.map_err(|held| match held {
            Held::Full => Refusal::Full,
            Held::Rest { seconds } => Refusal::Rest { seconds },
            Held::Hour { used, limit, seconds } => Refusal::Hour { used, limit, seconds },
        })?;
        self.metrics.note_wait(asked.elapsed());
        self.lease.take(&self.store, turns.now()).await;
        let answer = self.logged_in(outbound).await?;
        if let Some(seconds) = answer.rest() {
            turns.rest(seconds);
        }
        if let Some(tail) = &answer.tail {
            tail.keep(pass);
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

    /// Sends a request with the credentials. Who is the first to be refused looks whether the tenant has moved, and tries
    /// once more where it is now: meanwhile the others are held.
    async fn logged_in(&self, outbound: &Outbound) -> Result<Answer, Refusal> {
        let answer = self.send(outbound, true).await?;
        let is_first = self.login.note(answer.status == 401);
        // In a box, as what hardly ever happens must not make every call larger.
        if !is_first || !Box::pin(self.has_moved()).await || !self.login.may_try_elsewhere() {
            return Ok(answer);
        }
        let answer = self.send(outbound, true).await?;
        self.login.note(answer.status == 401);
        Ok(answer)
    }

    /// Looks the zone up again, which needs no credentials; whether it is another one now.
    async fn has_moved(&self) -> bool {
        let Some(user_name) = &self.zone_of else { return false };
        let known = self.url();
        match find_zone_again(&self.wire, &known, user_name).await {
            Ok(found) if found != *known => {
                tracing::warn!(zone = %found, "the tenant is at another zone now");
                *self.url.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(found);
                true
            }
            Ok(_) => false,
            Err(error) => {
                tracing::warn!(%error, "the login was refused, and the zone cannot be looked up");
                false
            }
        }
    }

    fn url(&self) -> Arc<UpstreamUrl> {
        Arc::clone(&self.url.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a request, once, and counts it.
    async fn send(&self, outbound: &Outbound, with_credentials: bool) -> Result<Answer, Refusal> {
        let began = Instant::now();
        let sent = self.send_once(outbound, with_credentials).await;
        let entity = outbound.route.entity().map(|entity| entity.name);
        self.metrics.note_call(entity, sent.as_ref().map(|answer| answer.status), began.elapsed());
        sent
    }

    async fn send_once(&self, outbound: &Outbound, with_credentials: bool) -> Result<Answer, Refusal> {
        let method = match outbound.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let url = self.url().below(&outbound.path).ok_or(Refusal::Fault)?;
        let is_write = outbound.route.is_write();
        let request = || {
            let mut request = Request::new(outbound.body.clone().map(Bytes::from).unwrap_or_default());
            *request.method_mut() = method.clone();
            *request.uri_mut() = url.clone();
            let headers = request.headers_mut();
            if with_credentials {
                headers.clone_from(&self.authentication);
            }
            // Of writes alone: it would make a query fail, as only writes are made in somebody's name.
            if let Some(resource) = outbound.impersonate.filter(|_| is_write) {
                headers.insert(IMPERSONATE, resource.into());
            }
            if outbound.body.is_some() {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            request
        };
        let failed = |broken: Broken| self.unreachable(broken.way, is_write, &broken.causes);
        let mut reply = match self.wire.send(request()).await {
            // Nothing was sent when the connection itself was refused, so that even a write may be tried once more.
            Err(Broken { way: Way::ConnectionRefused, .. }) => {
                tracing::info!("the connection was refused; one more attempt");
                tokio::time::sleep(SECOND_ATTEMPT_AFTER).await;
                self.wire.send(request()).await
            }
            first => first,
        }
        .map_err(failed)?;
        let status = reply.status.as_u16();
        if reply.status.is_redirection() {
            return Err(Refusal::Malformed("a redirect, which is never followed"));
        }
        let retry_after = reply.headers.get(header::RETRY_AFTER).cloned();
        let at = reply.headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let at = at.and_then(|date| httpdate::parse_http_date(date).ok());
        let at = at.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|since| since.as_secs());
        let mut body = Bytes::new();
        while let Some(chunk) = reply.piece().await.map_err(failed)? {
            body = if body.is_empty() {
                // Most answers are one piece, which nobody has to copy.
                chunk
            } else {
                let mut joined = BytesMut::from(body);
                joined.extend_from_slice(&chunk);
                joined.freeze()
            };
            if body.len() > HELD_BYTES_MAX {
                // Only what was asked for is large: rows and files.
                if is_write || status != 200 {
                    return Err(Refusal::Malformed("more than two megabytes"));
                }
                return Ok(Answer { status, retry_after, at, body, tail: Some(Tail::new(reply)) });
            }
        }
        Ok(Answer { status, retry_after, at, body, tail: None })
    }

    fn unreachable(&self, way: Way, is_write: bool, causes: &str) -> Refusal {
        tracing::warn!(way = ?way, cause = causes, "Autotask cannot be reached");
        let arrived = matches!(way, Way::AnswerTimeout | Way::BrokenOff | Way::Unavailable);
        let is_demo = self.url().mode() == Mode::Demo;
        Refusal::Unreachable(Unreachable { way, is_demo, in_doubt: is_write && arrived })
    }
}
