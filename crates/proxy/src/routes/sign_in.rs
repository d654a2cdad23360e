//! Signing in with an identity provider: what the app asks before, the way there, and the way back.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /api/sign-in` | 200 `{"provider": {"name"} or null}`: how people sign in beside a password |
//! | `POST /api/sign-in` `{"returnTo"}` | 200 `{"url"}`: where the browser goes, and a cookie for ten minutes |
//! | `GET /sign-in/callback?…` | the provider sends the browser here: 303 to the page, signed in, or a page that says why not |
//!
//! The way back is a visit from another site, so it is outside of `/api`; what it is good for is bound to the cookie of the
//! browser that began (security.md W2).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::body::read_body;
use super::{labelled, no_store};
use crate::access::OwnOrigin;
use crate::log::Label;
use crate::people::cookie::{self, Cookie};
use crate::refusal::Refusal;
use crate::state::State;

/// Most bytes of the body of a beginning.
const BYTES_MAX: usize = 8 * 1024;

#[derive(Serialize)]
struct Ways<'a> {
    provider: Option<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Begin {
    return_to: String,
}

#[derive(Serialize)]
struct Begun {
    url: String,
}

/// How people sign in here, beside a password.
pub(super) async fn ways(Extract(state): Extract<Arc<State>>) -> Response {
    let provider = state.provider.as_ref().map(|provider| Named { name: provider.name() });
    labelled(Json(Ways { provider }).into_response(), Label::of("sign-in"))
}

/// Begins a sign-in.
pub(super) async fn begin(state: Extract<Arc<State>>, request: Request) -> Response {
    let response = begun(&state, request).await.unwrap_or_else(IntoResponse::into_response);
    labelled(response, Label::of("sign-in"))
}

async fn begun(state: &State, request: Request) -> Result<Response, Refusal> {
    let Some(provider) = &state.provider else {
        return Err(Refusal::Conflict("this server has no identity provider; sign in with a password"));
    };
    let (parts, body) = request.into_parts();
    let origin = parts.extensions.get::<OwnOrigin>().ok_or(Refusal::Fault)?;
    let bytes = read_body(&parts.headers, body, BYTES_MAX).await?;
    let Begin { return_to } = serde_json::from_slice(&bytes)
        .map_err(|_| Refusal::Request("the body is `{\"returnTo\": …}`, the page to come back to"))?;
    let (url, id) = provider.begin(&return_to).await?;
    let mut response = Json(Begun { url }).into_response();
    put(&mut response, Cookie::SignIn.set(&id, origin.is_https()))?;
    Ok(response)
}

/// The browser is back.
pub(super) async fn callback(state: Extract<Arc<State>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let Some(origin) = parts.extensions.get::<OwnOrigin>() else { return Refusal::Fault.into_response() };
    let is_https = origin.is_https();
    let mut response = match finished(&state, &parts.headers, parts.uri.query().unwrap_or_default(), is_https).await {
        Ok(response) => response,
        Err(sentence) => page(&sentence),
    };
    // Whatever came of it, it is spent.
    if let Some(value) = Cookie::SignIn.clear(is_https) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    labelled(no_store(response), Label::of("sign-in"))
}

async fn finished(state: &State, headers: &HeaderMap, query: &str, is_https: bool) -> Result<Response, String> {
    let nothing = || "there is nothing to come back from here; open the app".to_owned();
    let provider = state.provider.as_ref().ok_or_else(nothing)?;
    let id = cookie::read(headers, Cookie::SignIn, is_https);
    let (identity, page) = provider.finish(query, id).await.map_err(|refused| refused.to_string())?;
    let replaced = cookie::read(headers, Cookie::Session, is_https);
    let signed = state.people.sign_in_identity(&identity, replaced).await;
    let signed = signed.map_err(|refusal| refusal.messages().join("; "))?;
    let location = HeaderValue::from_str(page.as_str()).map_err(|_| nothing())?;
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    put(&mut response, Cookie::Session.set(signed.id.expose(), is_https)).map_err(|_| nothing())?;
    Ok(response)
}

fn put(response: &mut Response, cookie: Option<HeaderValue>) -> Result<(), Refusal> {
    response.headers_mut().append(header::SET_COOKIE, cookie.ok_or(Refusal::Fault)?);
    Ok(())
}

/// A page without the app: whoever sees it is not in. The sentences are this server's own and hold no markup.
fn page(sentence: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Not signed in – CRM Workbench</title>\
         <h1>Not signed in</h1><p>Nobody was signed in: {sentence}.</p><p><a href=\"/\">Back to the sign-in</a></p></html>"
    );
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}
