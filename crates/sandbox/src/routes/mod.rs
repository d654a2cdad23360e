//! Routes: from a request to the one function that answers it. Which URLs exist is core's knowledge.

mod body;
mod children;
mod control;
mod deletions;
pub(crate) mod life;
mod metadata;
mod page;
mod page_for_people;
mod pipeline;
mod query;
mod sandbox;
mod webhooks;
mod zone;

use std::sync::Arc;

use autotask_core::EntityInfo;
use autotask_core::route::Route;
use axum::Router;
use axum::http::{HeaderValue, StatusCode};
use axum::routing::{delete, get, post};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::Inner;
use crate::answer::{Answer, Refusal};
use crate::outlet::Outlet;
use crate::settings::Settings;
use crate::tenant::{Table, Tenant};
use crate::write;

pub(crate) use query::conversion_failed;

/// One request, taken apart.
pub(crate) struct Call<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) tenant: &'a Tenant,
    /// `http://127.0.0.1:8081`, as the client addressed us.
    pub(crate) origin: String,
    /// The whole address, as the client wrote it.
    pub(crate) uri: String,
    /// The query string.
    pub(crate) search: &'a str,
    /// The `ImpersonationResourceId` header, if it was there.
    pub(crate) impersonation: Option<String>,
    /// The body, unpacked.
    pub(crate) body: &'a [u8],
    /// How the sandbox behaves now.
    pub(crate) settings: &'a Settings,
    /// What the faults that struck change in the work itself.
    pub(crate) effects: Effects,
    /// Where the first rows of a page go ahead, unless something is done to the whole answer.
    pub(crate) outlet: Option<&'a Outlet>,
}

/// What faults change in the work itself; what they do to the answer alone is done outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    /// A write says it was done, and was not.
    pub(crate) ignore_writes: bool,
    /// Whoever impersonates is refused.
    pub(crate) deny_impersonation: bool,
    /// A walk ends with an empty page.
    pub(crate) empty_last_page: bool,
    /// A row that is not there is 404.
    pub(crate) absent_is_not_found: bool,
    /// The zone's URL has no slash at its end.
    pub(crate) zone_without_slash: bool,
    /// The zone is elsewhere.
    pub(crate) zone_url: Option<String>,
    /// No user has a zone.
    pub(crate) zone_unknown: bool,
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
        .route("/", get(page_for_people::page))
        .route("/_sandbox/page.css", get(page_for_people::style))
        .route("/_sandbox/page.js", get(page_for_people::script))
        .route("/_sandbox/figures", get(page_for_people::figures))
        .route("/_sandbox/health", get(sandbox::health))
        .route("/_sandbox/world", get(sandbox::world))
        .route("/_sandbox/reset", post(sandbox::reset))
        .route("/_sandbox/tickets/{id}", delete(deletions::ticket))
        .route("/_sandbox/life", post(life::live))
        .route("/_sandbox/faults", get(control::faults).post(control::add_faults).delete(control::clear_faults))
        .route("/_sandbox/faults/{id}", delete(control::remove_fault))
        .route("/_sandbox/settings", get(control::settings).patch(control::change_settings))
        .route("/_sandbox/clock", get(control::clock).post(control::move_clock))
        .route("/_sandbox/requests", get(control::requests).delete(control::clear_requests))
        .route("/_sandbox/webhooks", get(webhooks::state))
        .fallback(pipeline::answer)
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

fn dispatch(call: &Call<'_>, route: Route) -> Result<Answer, Refusal> {
    let reads_rows =
        matches!(route, Route::Query(..) | Route::Count(..) | Route::Get(..) | Route::Children(..) | Route::Child(..));
    if reads_rows && call.impersonation.is_some() {
        return Err(Refusal::NoPermission { status: StatusCode::INTERNAL_SERVER_ERROR });
    }
    let json = match route {
        Route::Zone => zone::zone(call),
        Route::Versions => Ok(zone::versions()),
        Route::Version => Ok(zone::version()),
        Route::Threshold => Ok(zone::threshold(call)),
        Route::Modules => Ok(metadata::modules()),
        Route::Entities => Ok(metadata::entities(call)),
        Route::EntityInformation(entity) => Ok(metadata::entity_information(call.table(entity))),
        Route::Fields(entity) => Ok(metadata::fields(call.table(entity))),
        Route::UserDefinedFields(entity) => Ok(metadata::user_defined_fields(call.table(entity))),
        Route::Query(entity, method, page) => return query::page(call, entity, method, page),
        Route::Count(entity, method) => query::count(call, entity, method),
        Route::Get(entity, id) => return children::by_id(call, entity, id),
        Route::Children(entity, parent) => return children::all(call, entity, parent),
        Route::Child(entity, parent, id) => return children::one(call, entity, parent, id),
        Route::Create(entity, parent) => write::create(call, entity, parent),
        Route::Update(entity, parent) => write::update(call, entity, parent, false),
        Route::Replace(entity, parent) => write::update(call, entity, parent, true),
        Route::Delete(entity, parent, id) => write::delete(call, entity, parent, id),
    };
    json.map(Answer::Json)
}
