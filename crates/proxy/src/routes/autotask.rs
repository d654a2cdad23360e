//! `/ATServicesRest`: Autotask's API, for the app and for any client of Autotask's.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use autotask_core::filter::Context;
use autotask_core::limits::Priority;
use autotask_core::request::{IDEMPOTENCY_KEY, Query};
use autotask_core::response::read_rows;
use autotask_core::route::{Method, Route, RouteError, below_root, flat_route, route};
use autotask_core::title::name_filter;
use autotask_core::{Instant, Issue, Record, entity};
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::body::{BODY_BYTES_MAX, read_body};
use super::{acting, labelled, write};
use crate::access::{Caller, OwnOrigin};
use crate::json_pieces::JsonPieces;
use crate::log::{Label, RequestId};
use crate::outbound::{Built, Outbound, sentence};
use crate::page_cursor::PagesOf;
use crate::people::{Role, permissions};
use crate::refusal::{Refusal, Way, json_body, of_route};
use crate::rewrite::Rewrite;
use crate::state::State;
use crate::tail::Coming;
use crate::upstream::Answer;

/// Most bytes of a body where an attachment is written, whose file is in it: what Autotask takes in five minutes.
const ATTACHMENT_BYTES_MAX: usize = 10_000_000;
/// Most names that are looked up for one request.
const NAMES_MAX: usize = 10;
/// Most notices that an answer carries.
const NOTICES_MAX: usize = 20;
/// Carries a notice: what of the request was read otherwise than it was written.
const NOTICE_HEADER: HeaderName = HeaderName::from_static("autotask-crm-notice");
/// Says that nobody waits for a read: `prefetch`, `export` or `sync`, each of which leaves more of the hour to others.
const PRIORITY_HEADER: HeaderName = HeaderName::from_static("autotask-crm-priority");
/// Longest key.
const KEY_BYTES_MAX: usize = 200;

/// Answers a request below the REST root.
pub(super) async fn handle(Extract(state): Extract<Arc<State>>, request: Request) -> Response {
    let path = below_root(request.uri().path()).unwrap_or_default();
    let found = match Method::parse(request.method().as_str()) {
        // Older texts write children to a path of their own, which Autotask does not have.
        Some(method) => route(method, path).or_else(|error| flat_route(method, path).ok_or(error)),
        None => Err(RouteError::MethodNotAllowed),
    };
    let label = found.as_ref().map_or(Label::of("no route"), Label::of_route);
    // Who calls was asked before: it comes before what exists, as at Autotask.
    let caller = request.extensions().get::<Caller>().cloned();
    let response = match found {
        Ok(route) => answer(&state, route, caller, request).await,
        Err(error) => Err(of_route(error, path)),
    };
    labelled(response.unwrap_or_else(IntoResponse::into_response), label)
}

async fn answer(
    state: &Arc<State>,
    route: Route,
    caller: Option<Caller>,
    request: Request,
) -> Result<Response, Refusal> {
    // Nobody gets here unknown, but for what everybody may.
    permissions::check(caller.as_ref().map_or(Role::Viewer, |caller| caller.role), &route)?;
    let user = caller.as_ref().and_then(|caller| caller.user);
    if let (Some(user), Route::Query(..) | Route::Get(..) | Route::Children(..) | Route::Child(..)) = (user, &route) {
        count_read(state, user)?;
    }
    let (parts, body) = request.into_parts();
    let takes_body = matches!(
        route,
        Route::Query(_, Method::Post, _)
            | Route::Count(_, Method::Post)
            | Route::Create(..)
            | Route::Update(..)
            | Route::Replace(..)
    );
    // In boxes is what not every request needs, so that the others are not the larger for it.
    let bytes = match takes_body {
        true => Box::pin(read_body(&parts.headers, body, bytes_max(&route))).await?,
        false => Bytes::new(),
    };
    let cursors = state.cursors.of(caller.as_ref().map(Caller::cursor_owner).unwrap_or_default());
    let (mut outbound, notices, filter) = understand(state, route, parts.uri.query(), &bytes, &cursors).await?;
    if route == Route::Zone
        && let Some(zone) = own_zone(state, &outbound)
    {
        outbound = zone;
    }
    let (answer, coming) = if route.is_write() {
        outbound.impersonate = Box::pin(acting::resource(state, caller.as_ref(), &outbound.route)).await?;
        let who = caller.as_ref().map(Caller::who).unwrap_or_default();
        let request = parts.extensions.get::<RequestId>().map_or("", |id| &id.0);
        let asked = write::Asked { who: &who, request, key: idempotency_key(&parts.headers)? };
        (Box::pin(write::send(state, outbound, asked)).await?, None)
    } else if route == Route::Zone && state.people.had_users() {
        // Whose login it is does not matter: all of them work through this server's user.
        (Box::pin(state.own_zone()).await?, None)
    } else {
        state.upstream.open(&outbound, priority(&parts.headers)?).await?
    };
    let own_origin = parts.extensions.get::<OwnOrigin>().ok_or(Refusal::Fault)?.0.clone();
    let rewrite = Rewrite { route, own_origin, upstream: state.upstream.url(), cursors, filter };
    let mut response = match coming {
        None => respond(state, &rewrite, answer)?,
        Some(coming) => hand_on(state, rewrite, answer, coming)?,
    };
    for notice in notices.iter().take(NOTICES_MAX) {
        // A header holds ASCII only, and a name may be of any script.
        let text = utf8_percent_encode(&sentence(notice), CONTROLS).to_string();
        response.headers_mut().extend(HeaderValue::from_str(&text).ok().map(|text| (NOTICE_HEADER, text)));
    }
    Ok(response)
}

/// Counts a read of rows. Whoever calls as a program of this server's owner has Autotask's hour alone.
fn count_read(state: &State, user: i64) -> Result<(), Refusal> {
    state.reading.take(user, state.config.clock.now()).map_err(|enough| {
        if enough.is_news {
            tracing::warn!(
                user,
                max = state.config.reads_per_hour,
                "somebody has read as often as one person may in an hour"
            );
        }
        Refusal::ReadEnough { max: state.config.reads_per_hour, seconds: enough.seconds }
    })
}

/// How urgent a read is: as somebody waits for it, unless the caller says that nobody does.
fn priority(headers: &HeaderMap) -> Result<Priority, Refusal> {
    match headers.get(PRIORITY_HEADER).map(HeaderValue::as_bytes) {
        None => Ok(Priority::Read),
        Some(b"prefetch") => Ok(Priority::Prefetch),
        Some(b"export") => Ok(Priority::Export),
        Some(b"sync") => Ok(Priority::Sync),
        Some(_) => Err(Refusal::Request("`Autotask-CRM-Priority` is `prefetch`, `export` or `sync`, or is not sent")),
    }
}

/// What tells one intent of writing from all others; at most once, of visible characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let is_visible = |value: &HeaderValue| value.as_bytes().iter().all(u8::is_ascii_graphic);
    if values.next().is_some() || !(1..=KEY_BYTES_MAX).contains(&value.len()) || !is_visible(value) {
        return Err(Refusal::Request("`Idempotency-Key` comes once, with 1 to 200 visible characters"));
    }
    Ok(value.to_str().ok().map(str::to_owned))
}

/// The request to Autotask, with every name in it looked up, notices of what was read otherwise than it was written, and what
/// is searched for.
async fn understand(
    state: &State,
    route: Route,
    search: Option<&str>,
    bytes: &[u8],
    cursors: &PagesOf,
) -> Result<(Outbound, Vec<Issue>, String), Refusal> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_micros()).ok());
    let now = now.map(|micros| Instant(micros * 10));
    let names = match Outbound::build(route, search, bytes, &Context { now, ..Context::default() }, cursors)? {
        Built::Ready { outbound, notices, filter } => return Ok((outbound, notices, filter)),
        Built::Names(names) => names,
    };
    if names.len() > NAMES_MAX {
        return Err(Refusal::Request("more than ten names would have to be looked up; write their ids"));
    }
    let mut resolved = HashMap::new();
    for (entity, name) in names {
        let id = Box::pin(id_of(state, &entity, &name)).await?;
        resolved.insert(name, id);
    }
    let context = Context { now, resolved: Some(&resolved), ..Context::default() };
    match Outbound::build(route, search, bytes, &context, cursors)? {
        Built::Ready { outbound, notices, filter } => Ok((outbound, notices, filter)),
        Built::Names(_) => Err(Refusal::Fault),
    }
}

/// The id of the one row that is called so.
async fn id_of(state: &State, name: &str, wanted: &str) -> Result<i64, Refusal> {
    let refused = |text: String| Refusal::Json(vec![text]);
    let unknown = || refused(format!("none of {name} is called \"{wanted}\"; write its id"));
    let entity = entity(name).ok_or_else(unknown)?;
    let filter = name_filter(entity, wanted).ok_or_else(unknown)?;
    let query = Query { include_fields: Some(Vec::new()), ..Query::new(entity, filter) };
    let answer = state.upstream.send(&Outbound::query(&query)).await?;
    let rows = read_rows(answer.status, &answer.body).map_err(|failure| refused(failure.messages.join("; ")))?;
    match rows.items.iter().filter_map(Record::id).collect::<Vec<_>>().as_slice() {
        [] => Err(unknown()),
        [id] => Ok(*id),
        several => Err(refused(format!("\"{wanted}\" is the name of {} {name}; write the id", several.len()))),
    }
}

/// A client that is known by its own three values has no zone at Autotask: the one of this server's API user is its.
fn own_zone(state: &State, asked: &Outbound) -> Option<Outbound> {
    let client = Outbound::zone(state.config.clients.as_ref()?.user_name.expose());
    (asked.path == client.path).then(|| Outbound::zone(state.config.credentials.user_name.expose()))
}

fn respond(state: &State, rewrite: &Rewrite, answer: Answer) -> Result<Response, Refusal> {
    let status = answer.status;
    if status == 401 {
        tracing::warn!("Autotask refused the credentials of this server");
        return Err(Refusal::Credentials);
    }
    let body = match rewrite.apply(status, &answer.body) {
        Ok(body) => body,
        Err(_) if matches!(status, 502..=504) => {
            return Err(state.upstream.unreachable(Way::Unavailable, rewrite.route.is_write(), ""));
        }
        // The status says it all, and core knows what.
        Err(_) if answer.body.is_empty() && matches!(status, 403 | 429) => String::new(),
        Err(why) => {
            tracing::warn!(status, why, "an answer is not Autotask's");
            return Err(Refusal::Malformed(match status {
                404 => "a page that says 404, as it comes for an address that is too long; send long searches by POST",
                _ => why,
            }));
        }
    };
    let status = StatusCode::from_u16(status).map_err(|_| Refusal::Malformed("an unknown status"))?;
    let mut response = (status, json_body(body)).into_response();
    if let Some(wait) = answer.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    Ok(response)
}

/// A good answer that is too large to be held. What is wrong with its beginning is refused; what is wrong later breaks the answer
/// off, as its status has gone by then.
fn hand_on(state: &State, rewrite: Rewrite, answer: Answer, coming: Coming) -> Result<Response, Refusal> {
    let mut json = JsonPieces::new(rewrite.into_change());
    let first = json.push(answer.body).map_err(Refusal::Malformed)?;
    Ok((StatusCode::OK, json_body(coming.into_body(first, json, state.config.patience))).into_response())
}

/// Most bytes of the body of a request to this route.
fn bytes_max(route: &Route) -> usize {
    match route {
        Route::Create(entity, _) | Route::Update(entity, _) | Route::Replace(entity, _)
            if entity.name.ends_with("Attachments") =>
        {
            ATTACHMENT_BYTES_MAX
        }
        _ => BODY_BYTES_MAX,
    }
}
