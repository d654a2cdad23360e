//! Upstream: the one gate to Autotask. Limits, priorities and the audit will stand here.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::time::Duration;

use autotask_core::entities::ALL;
use autotask_core::route::{Method, Route};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::Semaphore;

use crate::config::{Config, Error, Mode};
use crate::outbound::Outbound;
use crate::public_addresses::PublicAddresses;
use crate::refusal::{Refusal, Unreachable, Way};
use crate::upstream_url::UpstreamUrl;

/// Most bytes of an answer: 500 rows are a quarter of a megabyte, an attachment ten.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long after a refused connection it is tried once more.
const SECOND_ATTEMPT_AFTER: Duration = Duration::from_millis(250);
/// How long an unused connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Requests at once that Autotask takes for one endpoint; children count as their own entity. The next one waits here.
const AT_ONCE_MAX: usize = 3;

/// The connection to Autotask.
#[derive(Debug)]
pub(crate) struct Upstream {
    client: reqwest::Client,
    places: HashMap<&'static str, Semaphore>,
    url: UpstreamUrl,
    authentication: HeaderMap,
}

/// What Autotask answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

impl Upstream {
    pub(crate) fn new(config: &Config) -> Result<Upstream, Error> {
        let client = client(config.mode(), config.connect_timeout, config.answer_timeout)?;
        let mut authentication = HeaderMap::new();
        for (name, value) in config.credentials.headers() {
            authentication.extend(value.header().map(|value| (http::HeaderName::from_static(name), value)));
        }
        let places = ALL.iter().map(|entity| (entity.name, Semaphore::new(AT_ONCE_MAX))).collect();
        Ok(Upstream { client, places, url: config.upstream.clone(), authentication })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &UpstreamUrl {
        &self.url
    }

    /// Sends a request, once.
    pub(crate) async fn send(&self, outbound: &Outbound) -> Result<Answer, Refusal> {
        let method = match outbound.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let mut request = self.client.request(method, self.url.below(&outbound.path));
        // The zone and the versions need no credentials, so they get none.
        if !matches!(outbound.route, Route::Zone | Route::Versions) {
            request = request.headers(self.authentication.clone());
        }
        if let Some(body) = &outbound.body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let is_write = outbound.route.is_write();
        let places = outbound.route.entity().and_then(|entity| self.places.get(entity.name));
        // Given back when the whole answer is here. A semaphore that nobody closes never refuses.
        let _place = match places {
            Some(places) => places.acquire().await.ok(),
            None => None,
        };
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
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Refusal::Malformed("more than 64 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, retry_after, body: body.freeze() })
    }

    /// No answer came; a write that may have arrived is in doubt.
    pub(crate) fn unreachable(&self, way: Way, is_write: bool, cause: Option<&reqwest::Error>) -> Refusal {
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
