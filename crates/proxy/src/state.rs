//! State: what all requests share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use autotask_core::route::Route;
use bytes::Bytes;
use tokio::sync::Mutex;

use crate::config::{Config, Error, Mode};
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::page_cursor::PageCursors;
use crate::people::provider::SignInProvider;
use crate::people::{People, Reading};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::under_way::UnderWay;
use crate::upstream::{Answer, Upstream};
use crate::upstream_url::UpstreamUrl;
use crate::zone;

/// How long the state of Autotask counts as known.
const HEALTH_AGE_MAX: Duration = Duration::from_secs(2);
/// How often somebody may have refused credentials tried again.
const LOGIN_TRY_AGAIN: Duration = Duration::from_secs(60);
/// Longest time to wait for an answer that only informs.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// What all requests share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) upstream: Upstream,
    pub(crate) store: Store,
    pub(crate) people: People,
    pub(crate) reading: Reading,
    /// Where people sign in without a password of this server's.
    pub(crate) provider: Option<SignInProvider>,
    pub(crate) under_way: UnderWay,
    pub(crate) cursors: PageCursors,
    health: Mutex<Option<(Instant, &'static str)>>,
    login_tried_at: Mutex<Option<Instant>>,
    zone: Mutex<Option<(Arc<UpstreamUrl>, Bytes)>>,
}

impl State {
    pub(crate) fn new(config: Config) -> Result<State, Error> {
        config.check()?;
        let metrics = Arc::new(Metrics::new());
        let store = Store::open(config.store.as_deref())?.counting(metrics.store_errors());
        let upstream = Upstream::new(&config, store.clone(), Arc::clone(&metrics))?;
        let cursors = PageCursors::new(store.cursor_key()?, config.clock.clone());
        // A connection of its own: who somebody is does not wait until what others write is on the disk.
        let of_people = match &config.store {
            Some(file) => Store::open(Some(file))?.counting(metrics.store_errors()),
            None => store.clone(),
        };
        let people = People::new(of_people, config.clock.clone(), config.sign_in_service.is_some())?;
        config.check_people(people.had_users())?;
        let origin = config.public_url.clone().unwrap_or_else(|| format!("http://localhost:{}", config.listen.port()));
        let provider =
            config.sign_in_service.clone().map(|service| SignInProvider::new(service, &origin)).transpose()?;
        Ok(State {
            reading: Reading::new(config.reads_per_hour),
            config,
            metrics,
            provider,
            upstream,
            store,
            people,
            under_way: UnderWay::default(),
            cursors,
            health: Mutex::new(None),
            login_tried_at: Mutex::new(None),
            zone: Mutex::new(None),
        })
    }

    /// Whether Autotask answers: `ok`, `unreachable` or `malformed`. Asked at most every two seconds.
    pub(crate) async fn upstream_health(&self) -> &'static str {
        // Held while asking: who comes meanwhile waits for that one answer.
        let mut known = self.health.lock().await;
        if let Some((at, state)) = *known
            && at.elapsed() < HEALTH_AGE_MAX
        {
            return state;
        }
        let state = match self.probe(Outbound::plain(Route::Versions)).await {
            Ok(_) => "ok",
            Err(Refusal::Malformed(_)) => "malformed",
            Err(_) => "unreachable",
        };
        *known = Some((Instant::now(), state));
        state
    }

    /// Lets refused credentials be tried once more, as somebody asks for; at most once a minute, or the API user might be locked.
    pub(crate) async fn try_login(&self) {
        let mut tried = self.login_tried_at.lock().await;
        // A look at a connection that is well is no try, so that the one after the next refusal is free.
        if self.upstream.is_login_refused() && tried.is_none_or(|at| at.elapsed() >= LOGIN_TRY_AGAIN) {
            *tried = Some(Instant::now());
            self.upstream.try_login();
        }
    }

    /// Where Autotask's own pages are; `None` in the demo, and as long as Autotask does not say.
    pub(crate) async fn web_url(&self) -> Option<String> {
        if self.config.mode() == Mode::Demo {
            return None;
        }
        let zone = tokio::time::timeout(PROBE_TIMEOUT, self.own_zone()).await.ok()?.ok()?;
        if zone.status == 200 { zone::web_url(&zone.body) } else { None }
    }

    /// The zone of this server's own user, asked for until it is known, and again when the tenant has moved: whoever asks may
    /// be anybody.
    pub(crate) async fn own_zone(&self) -> Result<Answer, Refusal> {
        let here = self.upstream.url();
        // Held while asking: who comes meanwhile waits for that one answer.
        let mut known = self.zone.lock().await;
        if let Some((of, body)) = &*known
            && *of == here
        {
            return Ok(Answer { status: 200, body: body.clone(), retry_after: None, at: None, tail: None });
        }
        let answer = self.upstream.send(&Outbound::zone(self.config.credentials.user_name.expose())).await?;
        if answer.status == 200 {
            *known = Some((here, answer.body.clone()));
        }
        Ok(answer)
    }

    async fn probe(&self, request: Outbound) -> Result<bytes::Bytes, Refusal> {
        let answer = tokio::time::timeout(PROBE_TIMEOUT, self.upstream.send(&request)).await;
        let answer = answer.map_err(|_| Refusal::Fault)??;
        if answer.status == 200 { Ok(answer.body) } else { Err(Refusal::Malformed("another status than 200")) }
    }
}
