//! Pipeline: what happens to a request of Autotask's API from its arrival to its answer.
//!
//! ```text
//! route ── credentials ── hour ── threads ── faults before ── work where it may block ── faults after ── recorded
//! ```

use std::sync::Arc;
use std::time::{Duration, Instant as Moment, SystemTime};

use autotask_core::route::{Method, Route, RouteError, below_root, route};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Call, Effects, body, dispatch};
use crate::Inner;
use crate::answer::{self, Answer, Refusal};
use crate::auth;
use crate::faults::{Broken, Kind, Operation, RetryAfter, hostile};
use crate::limits::Hour;
use crate::outlet::{self, Outlet};
use crate::recorder::{self, Recorded};

/// Longest query string that IIS lets through.
const QUERY_CHARACTERS_MAX: usize = 2_048;
/// Longest body of an answer that a fault takes apart.
const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Answers a request, and keeps what it was and what became of it.
pub(super) async fn answer(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response {
    let began = Moment::now();
    let (parts, body) = request.into_parts();
    let mut record = Recorded {
        at: inner.clock.now().to_string(),
        method: parts.method.to_string(),
        url: parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string),
        headers: recorder::headers(&parts.headers),
        ..Recorded::default()
    };
    let response = match respond(&inner, &parts, body, &mut record).await {
        Ok(response) => response,
        Err(refusal) => {
            record.refusal = match refusal {
                Refusal::Credentials => Some(auth::what_is_wrong(&parts.headers, &inner.config.credentials)),
                _ => refusal.text(),
            };
            refusal.into_response()
        }
    };
    record.status = response.status().as_u16();
    record.milliseconds = began.elapsed().as_millis();
    inner.recorder.keep(record);
    response
}

async fn respond(inner: &Arc<Inner>, parts: &Parts, body: Body, record: &mut Recorded) -> Result<Response, Refusal> {
    let origin = origin(&parts.headers, &parts.uri);
    let search = parts.uri.query().unwrap_or("").to_owned();
    if search.chars().count() > QUERY_CHARACTERS_MAX {
        return Err(Refusal::UrlTooLong);
    }
    let uri = format!("{origin}{}", record.url);
    let no_route = || Refusal::NoRoute { uri: uri.clone() };
    // Clients in the wild send `//`, and it works.
    let path = single_slashes(parts.uri.path());
    let below = below_root(&path).ok_or_else(no_route)?;
    let found = find(parts.method.as_str(), below);
    let settings = inner.settings();
    if !matches!(found, Ok(Route::Zone | Route::Versions)) {
        inner.logins.check(&parts.headers, &inner.config.credentials, inner.faults.lock_after())?;
        match inner.threshold.take(inner.clock.now(), &settings) {
            Hour::Open(Duration::ZERO) => {}
            Hour::Open(latency) => tokio::time::sleep(latency).await,
            Hour::Suspended { retry_after } => return Err(Refusal::HourUsedUp { retry_after }),
        }
    }
    let route = found.map_err(|error| match error {
        RouteError::NotFound => no_route(),
        RouteError::MethodNotAllowed => Refusal::NoVerb { method: parts.method.to_string() },
        RouteError::BadId => Refusal::BadRequest,
    })?;
    let entity = route.entity().map(|entity| entity.name);
    (record.entity, record.operation) = (entity, Some(Operation::of(&route).name()));
    // Held until the answer is there; children count as their own entity.
    let thread = match entity {
        None => None,
        Some(endpoint) => {
            let refused = Refusal::TooManyThreads { status: StatusCode::INTERNAL_SERVER_ERROR, endpoint };
            Some(inner.threads.take(endpoint, settings.threads_per_endpoint).ok_or(refused)?)
        }
    };
    let body = body::read(&parts.headers, body).await?;
    record.body = recorder::body(&body);
    let struck = inner.faults.strike(&route);
    record.faults = struck.iter().map(Kind::name).map(ToOwned::to_owned).collect();
    for fault in &struck {
        if let Kind::Slow { milliseconds } = fault {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
        }
    }
    if let Some(response) = instead(&struck, entity)? {
        return Ok(response);
    }
    let work = Work {
        inner: Arc::clone(inner),
        route,
        origin,
        uri,
        search,
        impersonation: parts
            .headers
            .get("ImpersonationResourceId")
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        body,
        effects: effects(&struck),
    };
    if let Some(late) = struck.iter().find_map(Kind::commits_after) {
        // The caller knows nothing of it any more, so it must not end with the caller.
        tokio::spawn(async move {
            tokio::time::sleep(late).await;
            if let Err(refusal) = work.run().await {
                tracing::info!(refusal = refusal.text(), "a late write was refused");
            }
        });
        return Ok(Broken::cut());
    }
    if struck.is_empty() {
        let run = move |outlet: &Outlet| {
            // Held as long as there is work, and no longer: with the end of the answer the client asks again.
            let _thread = thread;
            work.run_here(Some(outlet))
        };
        return Ok(answer::with_type(StatusCode::OK, answer::JSON, outlet::run(run).await?));
    }
    let done = work.run().await?;
    after(done, &struck).await
}

/// The route of a request, whose verb may be one that no route has: the path decides between 404 and 405 then.
fn find(method: &str, below: &str) -> Result<Route, RouteError> {
    match Method::parse(method) {
        Some(method) => route(method, below),
        None => match route(Method::Get, below) {
            Err(error @ (RouteError::NotFound | RouteError::BadId)) => Err(error),
            _ => Err(RouteError::MethodNotAllowed),
        },
    }
}

/// One request's work, which runs on a thread that may block.
pub(super) struct Work {
    inner: Arc<Inner>,
    route: Route,
    origin: String,
    uri: String,
    search: String,
    impersonation: Option<String>,
    body: Vec<u8>,
    effects: Effects,
}

impl Work {
    /// A write that some resource of the MSP makes.
    pub(super) fn of_a_person(inner: &Arc<Inner>, route: Route, body: &Value, resource: i64) -> Work {
        Work {
            inner: Arc::clone(inner),
            route,
            origin: String::new(),
            uri: String::new(),
            search: String::new(),
            impersonation: Some(resource.to_string()),
            body: body.to_string().into_bytes(),
            effects: Effects::default(),
        }
    }

    /// Runs where it may block.
    async fn run(self) -> Result<Answer, Refusal> {
        let work = move || self.run_here(None);
        tokio::task::spawn_blocking(work).await.map_err(|cause| Refusal::Fault(cause.to_string()))?
    }

    /// Runs on this thread, which may block.
    pub(super) fn run_here(self, outlet: Option<&Outlet>) -> Result<Answer, Refusal> {
        let tenant = self.inner.tenant();
        let settings = self.inner.settings();
        let call = Call {
            inner: &self.inner,
            tenant: &tenant,
            origin: self.origin,
            uri: self.uri,
            search: &self.search,
            impersonation: self.impersonation,
            body: &self.body,
            settings: &settings,
            effects: self.effects,
            outlet,
        };
        dispatch(&call, self.route)
    }
}

/// What is answered without any work, if the faults say so.
fn instead(struck: &[Kind], entity: Option<&'static str>) -> Result<Option<Response>, Refusal> {
    for fault in struck {
        return match fault {
            Kind::FailWithoutCommit { status } => Err(Refusal::Unexpected { status: *status }),
            Kind::PermissionDenied { status } => Err(Refusal::NoPermission { status: *status }),
            Kind::ThreadRefusal { status } => {
                Err(Refusal::TooManyThreads { status: *status, endpoint: entity.unwrap_or_default() })
            }
            Kind::TooManyRequests { retry_after } => Ok(Some(too_many(*retry_after))),
            Kind::Redirect { status, location } => {
                let mut response = status.into_response();
                // It was checked when the rule was read.
                if let Ok(location) = HeaderValue::from_str(location) {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                Ok(Some(response))
            }
            Kind::HtmlNotFound => Err(Refusal::UrlTooLong),
            _ => continue,
        };
    }
    Ok(None)
}

fn too_many(retry_after: RetryAfter) -> Response {
    let mut response = Refusal::HourUsedUp { retry_after: 60 }.into_response();
    let headers = response.headers_mut();
    match retry_after {
        RetryAfter::Absent => {
            headers.remove(header::RETRY_AFTER);
        }
        RetryAfter::Seconds(seconds) => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        RetryAfter::Date(seconds) => {
            // By the machine's clock, which is what a client compares it with.
            let date = SystemTime::now() + Duration::from_secs(seconds.min(u64::from(u32::MAX)));
            if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(date)) {
                headers.insert(header::RETRY_AFTER, date);
            }
        }
    }
    response
}

fn effects(struck: &[Kind]) -> Effects {
    let mut effects = Effects::default();
    for fault in struck {
        match fault {
            Kind::SilentlyIgnore => effects.ignore_writes = true,
            Kind::ImpersonationDenied => effects.deny_impersonation = true,
            Kind::EmptyLastPage => effects.empty_last_page = true,
            Kind::AbsentIsNotFound => effects.absent_is_not_found = true,
            Kind::ZoneWithoutSlash => effects.zone_without_slash = true,
            Kind::ZoneUnknown => effects.zone_unknown = true,
            Kind::ZoneElsewhere { url } => effects.zone_url = Some(url.clone()),
            _ => {}
        }
    }
    effects
}

/// The answer as the faults leave it.
async fn after(mut done: Answer, struck: &[Kind]) -> Result<Response, Refusal> {
    if struck.contains(&Kind::CommitThenCut) {
        return Ok(Broken::cut());
    }
    for fault in struck {
        match fault {
            Kind::HostileText => {
                let mut json = done.into_json();
                hostile(&mut json);
                done = Answer::Json(json);
            }
            Kind::HostilePageUrl { url } => {
                let mut json = done.into_json();
                if let Some(next) = json.pointer_mut("/pageDetails/nextPageUrl").filter(|next| !next.is_null()) {
                    *next = Value::from(url.as_str());
                }
                done = Answer::Json(json);
            }
            _ => {}
        }
    }
    let response = answer::with_type(StatusCode::OK, answer::JSON, done.into_text());
    for fault in struck {
        if matches!(fault, Kind::SlowBody { .. } | Kind::CutBody { .. } | Kind::MalformedBody) {
            let (parts, body) = response.into_parts();
            let body: Bytes = axum::body::to_bytes(body, ANSWER_BYTES_MAX)
                .await
                .map_err(|cause| Refusal::Fault(cause.to_string()))?;
            let response = Response::from_parts(parts, Body::empty());
            return Ok(match fault {
                Kind::SlowBody { milliseconds } => Broken::slow(response, &body, Duration::from_millis(*milliseconds)),
                Kind::CutBody { bytes } => Broken::cut_after(response, &body, bytes.unwrap_or(body.len() / 2)),
                _ => {
                    let (parts, _) = response.into_parts();
                    Response::from_parts(parts, Body::from(body.slice(..body.len() / 2)))
                }
            });
        }
    }
    Ok(response)
}

/// How the client addressed us: the scheme is always http, the host is the one it named.
pub(super) fn origin(headers: &HeaderMap, uri: &axum::http::Uri) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| uri.authority().map(axum::http::uri::Authority::as_str))
        .unwrap_or("localhost");
    format!("http://{host}")
}

fn single_slashes(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}
