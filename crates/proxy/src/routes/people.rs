//! `/api/session`: who is signed in, signing in and signing out.
//!
//! Every request carries `X-Requested-With: autotask-crm`; bodies and answers are JSON. A refusal is
//! `{"errors": [text], "kind": word}` with its status, as everywhere below `/api`.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /api/session` | 200 `{"user": {"name", "role", "login"}, "may", "mode", "environment", "apiRoot", "webUrl", "version"}` |
//! | `POST /api/session` `{"login", "password"}` | 200 with the same, and the cookie |
//! | `PUT /api/session` `{"password"}` | 204: who is signed in gives the password once more, which counts for five minutes |
//! | `DELETE /api/session` | 204, and the cookie is taken back; also when nobody was signed in |
//!
//! The administrator's list of people is in [`administration`](super::administration), tokens are in [`tokens`](super::tokens).
//!
//! `role` is `viewer`, `editor` or `administrator`. `login` is the e-mail address, and `null` for the user of the demo and for
//! the local user of a server without users: these do not sign in, so there is nothing to sign out of either. `may` is what that
//! role is let do: entities in `create`, `update` and `delete`, first words of addresses below `/api` in `readApi` and `changeApi`.
//!
//! | status | `kind` | when |
//! | --- | --- | --- |
//! | 401 | `signIn` | nobody is signed in, or not any more: of any request below `/api` and `/ATServicesRest`; show the sign-in |
//! | 401 | `credentials` | of `POST` and `PUT`: login or password are wrong; which one is not said |
//! | 403 | `confirm` | this needs a password that was given in the last five minutes: ask for it, `PUT` it, and repeat |
//! | 429 | `throttled` | of `POST` and `PUT`: five wrong tries in 15 minutes; `Retry-After` has the seconds |
//! | 503 | `throttled` | of `POST`: too many sign in at once; `Retry-After` has the seconds |
//! | 409 | `validation` | of `POST`: this server has no users, as the demo |
//! | 403 | `permission` | the header is missing, or the role does not reach; nothing to do with being signed in |

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::body::read_body;
use super::labelled;
use crate::access::{Caller, OwnOrigin};
use crate::log::Label;
use crate::people::cookie::{self, Cookie};
use crate::people::permissions::{self, May};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::state::State;

/// Most bytes of the body of a sign-in.
const BYTES_MAX: usize = 8 * 1024;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    user: User,
    may: May,
    mode: &'static str,
    environment: &'static str,
    /// Where the API is on this server.
    api_root: &'static str,
    /// Where Autotask's own pages are, for links.
    web_url: Option<String>,
    version: &'static str,
}

#[derive(Serialize)]
struct User {
    name: String,
    role: &'static str,
    login: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    login: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    password: String,
}

/// Who is signed in.
pub(super) async fn session(state: Extract<Arc<State>>, caller: Option<Extension<Caller>>) -> Response {
    finish(match caller {
        Some(Extension(caller)) => Ok(answer(&state, caller).await),
        None => Err(Refusal::SignIn),
    })
}

/// Signs somebody in.
pub(super) async fn sign_in(state: Extract<Arc<State>>, request: Request) -> Response {
    finish(signed_in(&state, request).await)
}

async fn signed_in(state: &State, request: Request) -> Result<Response, Refusal> {
    if !state.people.is_sign_in_needed().await? {
        return Err(Refusal::Conflict("this server has no users, so whoever opens it is signed in already"));
    }
    let (parts, body) = request.into_parts();
    let origin = parts.extensions.get::<OwnOrigin>().ok_or(Refusal::Fault)?;
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or(Refusal::Fault)?;
    let bytes = read_body(&parts.headers, body, BYTES_MAX).await?;
    // The reader's own words would repeat what was sent.
    let SignIn { login, password } = serde_json::from_slice(&bytes)
        .map_err(|_| Refusal::Request("the body is `{\"login\": …, \"password\": …}`, two texts"))?;
    // What the browser had is ended and never taken over.
    let replaced = cookie::read(&parts.headers, Cookie::Session, origin.is_https());
    let signed = state.people.sign_in(&login, Secret::new(password), peer.ip(), replaced).await?;
    let set = Cookie::Session.set(signed.id.expose(), origin.is_https());
    let mut response = answer(state, Caller::of_user(signed.user, true)).await;
    put(&mut response, set)?;
    Ok(response)
}

/// Takes the password of who is signed in once more.
pub(super) async fn confirm(state: Extract<Arc<State>>, request: Request) -> Response {
    finish(confirmed(&state, request).await)
}

async fn confirmed(state: &State, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let caller = parts.extensions.get::<Caller>().ok_or(Refusal::SignIn)?;
    let Some(login) = caller.login.as_deref() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let origin = parts.extensions.get::<OwnOrigin>().ok_or(Refusal::Fault)?;
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or(Refusal::Fault)?;
    let bytes = read_body(&parts.headers, body, BYTES_MAX).await?;
    let Password { password } =
        serde_json::from_slice(&bytes).map_err(|_| Refusal::Request("the body is `{\"password\": …}`, a text"))?;
    let id = cookie::read(&parts.headers, Cookie::Session, origin.is_https()).ok_or(Refusal::SignIn)?;
    state.people.confirm(id, login, Secret::new(password), peer.ip()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Signs out whoever is signed in.
pub(super) async fn sign_out(
    state: Extract<Arc<State>>,
    Extension(origin): Extension<OwnOrigin>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        if let Some(id) = cookie::read(&headers, Cookie::Session, origin.is_https()) {
            state.people.sign_out(id).await?;
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        put(&mut response, Cookie::Session.clear(origin.is_https()))?;
        Ok(response)
    };
    finish(answer.await)
}

async fn answer(state: &State, caller: Caller) -> Response {
    let mode = state.config.mode();
    let session = Session {
        user: User { name: caller.actor, role: caller.role.as_str(), login: caller.login },
        may: permissions::may(caller.role),
        mode: mode.as_str(),
        environment: mode.environment(),
        api_root: "/ATServicesRest",
        web_url: state.web_url().await,
        version: env!("CARGO_PKG_VERSION"),
    };
    Json(session).into_response()
}

fn put(response: &mut Response, cookie: Option<HeaderValue>) -> Result<(), Refusal> {
    response.headers_mut().insert(header::SET_COOKIE, cookie.ok_or(Refusal::Fault)?);
    Ok(())
}

fn finish(answer: Result<Response, Refusal>) -> Response {
    labelled(answer.unwrap_or_else(IntoResponse::into_response), Label::of("session"))
}
