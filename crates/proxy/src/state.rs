//! State: what all requests share.

use std::time::{Duration, Instant};

use autotask_core::route::Route;
use bytes::Bytes;
use tokio::sync::{Mutex, OnceCell};

use crate::config::{Config, Error, Mode};
use crate::outbound::Outbound;
use crate::people::People;
use crate::people::provider::SignInProvider;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::under_way::UnderWay;
use crate::upstream::{Answer, Upstream};
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
    pub(crate) upstream: Upstream,
    pub(crate) store: Store,
    pub(crate) people: People,
    /// Where people sign in without a password of this server's.
    pub(crate) provider: Option<SignInProvider>,
    pub(crate) under_way: UnderWay,
    health: Mutex<Option<(Instant, &'static str)>>,
    web_url: OnceCell<Option<String>>,
    login_tried_at: Mutex<Option<Instant>>,
    zone: OnceCell<Bytes>,
}

impl State {
    pub(crate) fn new(config: Config) -> Result<State, Error> {
        config.check()?;
        let store = Store::open(config.store.as_deref())?;
        let upstream = Upstream::new(&config, store.clone())?;
        // A connection of its own: who somebody is does not wait until what others write is on the disk.
        let of_people = match &config.store {
            Some(file) => Store::open(Some(file))?,
            None => store.clone(),
        };
        let people = People::new(of_people, config.clock.clone(), config.sign_in_service.is_some())?;
        config.check_people(people.had_users())?;
        let origin = config.public_url.clone().unwrap_or_else(|| format!("http://localhost:{}", config.listen.port()));
        let provider =
            config.sign_in_service.clone().map(|service| SignInProvider::new(service, &origin)).transpose()?;
        Ok(State {
            config,
            provider,
            upstream,
            store,
            people,
            under_way: UnderWay::default(),
            health: Mutex::new(None),
            web_url: OnceCell::new(),
            login_tried_at: Mutex::new(None),
            zone: OnceCell::new(),
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
        let ask = || async {
            let user = self.config.credentials.user_name.expose();
            let body = self.probe(Outbound::zone(user)).await.map_err(drop)?;
            Ok::<_, ()>(zone::web_url(&body))
        };
        self.web_url.get_or_try_init(ask).await.ok().cloned().flatten()
    }

    /// The zone of this server's own user, asked for until it is known: whoever asks may be anybody.
    pub(crate) async fn own_zone(&self) -> Result<Answer, Refusal> {
        let ask = || async {
            let user = self.config.credentials.user_name.expose();
            match self.upstream.send(&Outbound::zone(user)).await {
                Ok(answer) if answer.status == 200 => Ok(answer.body),
                other => Err(other),
            }
        };
        match self.zone.get_or_try_init(ask).await {
            Ok(body) => Ok(Answer { status: 200, body: body.clone(), retry_after: None, at: None }),
            Err(other) => other,
        }
    }

    async fn probe(&self, request: Outbound) -> Result<bytes::Bytes, Refusal> {
        let answer = tokio::time::timeout(PROBE_TIMEOUT, self.upstream.send(&request)).await;
        let answer = answer.map_err(|_| Refusal::Fault)??;
        if answer.status == 200 { Ok(answer.body) } else { Err(Refusal::Malformed("another status than 200")) }
    }
}
