//! Routes: from a request to the one function that answers it. Which URLs exist is core's knowledge.

mod body;
mod children;
mod metadata;
mod page;
mod query;
mod sandbox;
mod zone;

use std::sync::Arc;

use autotask_core::EntityInfo;
use autotask_core::route::{Method, Route, RouteError, below_root, route};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::Inner;
use crate::answer::{Refusal, json};
use crate::auth;
use crate::tenant::{Table, Tenant};
use crate::write;

pub(crate) use query::conversion_failed;

/// Longest query string that IIS lets through.
const QUERY_CHARACTERS_MAX: usize = 2_048;

/// One request, taken apart.
pub(crate) struct Call<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) tenant: &'a Tenant,
    /// `http://127.0.0.1:8081`, as the client addressed us.
    pub(crate) origin: String,
    /// The query string.
    pub(crate) search: &'a str,
    /// The `ImpersonationResourceId` header, if it was there.
    pub(crate) impersonation: Option<String>,
    /// The body, unpacked.
    pub(crate) body: &'a [u8],
}

impl Call<'_> {
    /// A parameter of the query string, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.search.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            key.eq_ignore_ascii_case(name).then(|| {
                let value = value.replace('+', " ");
                percent_encoding::percent_decode_str(&value).decode_utf8_lossy().into_owned()
            })
        })
    }

    pub(crate) fn table(&self, info: &EntityInfo) -> &Table {
        self.tenant.table(info)
    }
}

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    let cors = inner.config.cors;
    let router = Router::new()
        .route("/", get(sandbox::welcome))
        .route("/_sandbox/health", get(sandbox::health))
        .route("/_sandbox/world", get(sandbox::world))
        .route("/_sandbox/reset", post(sandbox::reset))
        .fallback(answer)
        .with_state(inner);
    if cors { router.layer(loopback_pages()) } else { router }
}

/// Lets pages call that come from this machine, and no others.
fn loopback_pages() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(|origin: &HeaderValue, _| {
            origin.to_str().is_ok_and(sandbox::is_loopback_origin)
        }))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response {
    match answer_or_refuse(inner, request).await {
        Ok(response) | Err(response) => response,
    }
}

async fn answer_or_refuse(inner: Arc<Inner>, request: Request<Body>) -> Result<Response, Response> {
    let (parts, body) = request.into_parts();
    let refuse = |refusal: Refusal| refusal.into_response();
    let origin = origin(&parts.headers, &parts.uri);
    let path = parts.uri.path();
    let search = parts.uri.query().unwrap_or("").to_owned();
    let uri = format!("{origin}{}", parts.uri.path_and_query().map_or(path, |all| all.as_str()));
    if search.chars().count() > QUERY_CHARACTERS_MAX {
        return Err(refuse(Refusal::UrlTooLong));
    }
    // Clients in the wild send `//`, and it works.
    let path = single_slashes(path);
    let no_route = || Refusal::NoRoute { uri: uri.clone() };
    let below = below_root(&path).ok_or_else(|| refuse(no_route()))?;
    let method = Method::parse(parts.method.as_str());
    let found = match method {
        Some(method) => route(method, below),
        // A verb that no route has: whether the path exists decides between 404 and 405.
        None => match route(Method::Get, below) {
            Err(error @ (RouteError::NotFound | RouteError::BadId)) => Err(error),
            _ => Err(RouteError::MethodNotAllowed),
        },
    };
    if !matches!(found, Ok(Route::Zone | Route::Versions)) {
        auth::check(&parts.headers, &inner.config.credentials).map_err(refuse)?;
        inner.threshold.count(inner.config.now());
    }
    let route = found.map_err(|error| {
        refuse(match error {
            RouteError::NotFound => no_route(),
            RouteError::MethodNotAllowed => Refusal::NoVerb { method: parts.method.to_string() },
            RouteError::BadId => Refusal::BadRequest,
        })
    })?;
    let body = body::read(&parts.headers, body).await.map_err(refuse)?;
    let impersonation =
        parts.headers.get("ImpersonationResourceId").map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    let work = move || {
        let tenant = inner.tenant();
        let call = Call { inner: &inner, tenant: &tenant, origin, search: &search, impersonation, body: &body };
        dispatch(&call, route)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => Ok(json(StatusCode::OK, &value)),
        Ok(Err(refusal)) => Err(refuse(refusal)),
        Err(cause) => Err(refuse(Refusal::Fault(cause.to_string()))),
    }
}

fn dispatch(call: &Call<'_>, route: Route) -> Result<Value, Refusal> {
    let reads_rows =
        matches!(route, Route::Query(..) | Route::Count(..) | Route::Get(..) | Route::Children(..) | Route::Child(..));
    if reads_rows && call.impersonation.is_some() {
        return Err(Refusal::application(
            "The logged in Resource does not have the adequate permissions to query this entity type.",
        ));
    }
    match route {
        Route::Zone => zone::zone(call),
        Route::Versions => Ok(zone::versions()),
        Route::Version => Ok(zone::version()),
        Route::Threshold => Ok(zone::threshold(call)),
        Route::Modules => Ok(metadata::modules()),
        Route::Entities => Ok(metadata::entities(call)),
        Route::EntityInformation(entity) => Ok(metadata::entity_information(call.table(entity))),
        Route::Fields(entity) => Ok(metadata::fields(call.table(entity))),
        Route::UserDefinedFields(entity) => Ok(metadata::user_defined_fields(call.table(entity))),
        Route::Query(entity, method, page) => query::page(call, entity, method, page),
        Route::Count(entity, method) => query::count(call, entity, method),
        Route::Get(entity, id) => children::by_id(call, entity, id),
        Route::Children(entity, parent) => children::all(call, entity, parent),
        Route::Child(entity, parent, id) => children::one(call, entity, parent, id),
        Route::Create(entity, parent) => write::create(call, entity, parent),
        Route::Update(entity, parent) => write::update(call, entity, parent, false),
        Route::Replace(entity, parent) => write::update(call, entity, parent, true),
        Route::Delete(entity, parent, id) => write::delete(call, entity, parent, id),
    }
}

/// How the client addressed us: the scheme is always http, the host is the one it named.
fn origin(headers: &HeaderMap, uri: &axum::http::Uri) -> String {
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
