//! Access: who may call. One guard before everything that is served, so a new route is protected by existing.
//!
//! First where a request comes from. Without users only this machine may call: the peer is a loopback address and `Host` a
//! loopback name; with users also whoever opens `public_url`. A page that calls is our own: one of another site fails at
//! `Origin` and `Sec-Fetch-Site`, one that rebinds its name fails at `Host`.
//!
//! Then who calls: the app marks its requests with a header that no other page can send, and its cookie says who is signed
//! in; another client sends Autotask's three headers, with a token for a
//! secret, and no cookie counts. Below `/api` and the REST root nobody gets further
//! without that, except to what [`is_open`] names.

use std::net::SocketAddr;

use autotask_core::route::{self, Route, below_root};
use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::SESSION_HEADER;
use crate::config::Mode;
use crate::log::Label;
use crate::people::cookie::{self, Cookie};
use crate::people::{Role, permissions};
use crate::refusal::Refusal;
use crate::secret::Credentials;
use crate::state::State;
use crate::store::people::UserRow;
use crate::store::{NOBODY, Owner};
use crate::upstream_url::{is_loopback_name, split_port};

/// Under which origin the caller reached us: page addresses in answers begin with it.
#[derive(Clone, Debug)]
pub(crate) struct OwnOrigin(pub(crate) String);

impl OwnOrigin {
    /// Whether the caller reached us over https.
    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

/// Who calls: an extension of every request that needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The name that is shown, and noted beside what was done.
    pub(crate) actor: String,
    /// The login, of a user.
    pub(crate) login: Option<String>,
    /// Which user it is; none for the local user and for the configured client.
    pub(crate) user: Option<i64>,
    /// What they may do.
    pub(crate) role: Role,
    /// How they call.
    pub(crate) kind: Kind,
    /// Whether the password was given in the last five minutes.
    pub(crate) is_confirmed: bool,
}

/// How somebody calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The app, in somebody's session.
    Session,
    /// Another client of Autotask's, with its owner's login and a token in the headers that such clients always send.
    Token,
    /// The client of the settings, with the three headers.
    Client,
}

impl Caller {
    /// Whoever sits at this machine, as long as nobody signs in.
    fn local(mode: Mode) -> Caller {
        Caller {
            actor: mode.local_user().to_owned(),
            login: None,
            user: None,
            role: Role::Administrator,
            kind: Kind::Session,
            is_confirmed: true,
        }
    }

    /// Who it is for the audit: with the login, as two people may be called the same.
    pub(crate) fn who(&self) -> String {
        match &self.login {
            Some(login) => format!("{} <{login}>", self.actor),
            None => self.actor.clone(),
        }
    }

    /// Whose page cursors these are: a person's own, in a session and by token.
    pub(crate) fn cursor_owner(&self) -> String {
        match (self.user, self.kind) {
            (Some(id), _) => format!("user {id}"),
            (None, Kind::Client) => "client".to_owned(),
            (None, Kind::Session | Kind::Token) => "local".to_owned(),
        }
    }

    /// Whose runs and drafts the caller reaches. The local user's are nobody's, as long as nobody signs in.
    pub(crate) fn owner(&self) -> Owner {
        Owner { user: self.user.unwrap_or(NOBODY), sees_all_runs: self.role == Role::Administrator }
    }

    /// A user in a session.
    pub(crate) fn of_user(user: UserRow, is_confirmed: bool) -> Caller {
        let UserRow { id, name, login, role, .. } = user;
        Caller { actor: name, login: Some(login), user: Some(id), role, kind: Kind::Session, is_confirmed }
    }
}

const HOST_FOREIGN: &str = "this server is reached under another name; open it at its public address, or on its own machine at `localhost` \
                            or `127.0.0.1` and its port";
const ORIGIN_FOREIGN: &str = "pages of other sites may not call this server; open the app at this server's own address";
const PEER_FOREIGN: &str = "this server answers this machine only; open the app on the machine that runs it";
const UNMARKED: &str = "the app's own requests carry `X-Requested-With: autotask-crm`; send it";

/// Lets a request in or refuses it.
pub(crate) async fn guard(state: &State, mut request: Request, next: Next) -> Response {
    let allowed_origin = state.config.cors_origin.as_deref();
    let is_sign_in_needed = match state.people.is_sign_in_needed().await {
        Ok(is_needed) => is_needed,
        Err(refusal) => return refused(refusal),
    };
    let admitted = match admit(state, &request, is_sign_in_needed) {
        Ok(admitted) => admitted,
        Err(refusal) => return refused(refusal),
    };
    let mut response = if admitted.is_cross_origin && is_preflight(&request) {
        labelled(preflight())
    } else {
        let origin = OwnOrigin(admitted.origin);
        let asked = Asked { method: request.method(), path: request.uri().path(), headers: request.headers() };
        match who(state, asked, &origin, is_sign_in_needed).await {
            Ok(caller) => {
                request.extensions_mut().insert(origin);
                if let Some(caller) = caller {
                    request.extensions_mut().insert(caller);
                }
                next.run(request).await
            }
            Err(refusal) => refused(refusal),
        }
    };
    if let Some(origin) = allowed_origin {
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if admitted.is_cross_origin
            && let Ok(origin) = HeaderValue::from_str(origin)
        {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
    response
}

fn refused(refusal: Refusal) -> Response {
    let mut response = refusal.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    labelled(response)
}

fn labelled(mut response: Response) -> Response {
    response.extensions_mut().insert(Label::of("access"));
    response
}

struct Admitted {
    origin: String,
    /// Whether it is a page of the one foreign origin that is configured.
    is_cross_origin: bool,
}

fn admit(state: &State, request: &Request, is_sign_in_needed: bool) -> Result<Admitted, Refusal> {
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        return Err(Refusal::Method(vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]));
    }
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
        return Err(Refusal::Foreign(PEER_FOREIGN));
    };
    let is_near = peer.ip().to_canonical().is_loopback();
    // Without sign-in nobody else is let in, whatever is configured.
    let public_url = state.config.public_url.as_deref().filter(|_| is_sign_in_needed);
    if !is_near && public_url.is_none() {
        return Err(Refusal::Foreign(PEER_FOREIGN));
    }
    let headers = request.headers();
    let host = single(headers, &header::HOST)?.ok_or(Refusal::Request("the header `Host` is missing"))?;
    let port = state.config.listen.port();
    let authority = request.uri().authority().map(|authority| authority.as_str());
    if authority.is_some_and(|authority| !authority.eq_ignore_ascii_case(host)) {
        return Err(Refusal::Foreign(HOST_FOREIGN));
    }
    let own = match public_url.filter(|url| is_host_of(host, url)) {
        Some(url) => url.to_owned(),
        None if is_near && is_own_host(host, port) => format!("http://{}", host.to_ascii_lowercase()),
        None => return Err(Refusal::Foreign(HOST_FOREIGN)),
    };
    let origin = single(headers, &header::ORIGIN)?;
    let is_cross_origin = origin.is_some() && origin == state.config.cors_origin.as_deref();
    if !is_cross_origin {
        let is_own = origin.is_none_or(|origin| origin == own);
        let site = single(headers, &HeaderName::from_static("sec-fetch-site"))?;
        let is_same_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
        if !is_own || !(is_same_site || is_visit(request)) {
            return Err(Refusal::Foreign(ORIGIN_FOREIGN));
        }
    }
    Ok(Admitted { origin: own, is_cross_origin })
}

/// A header that comes once or not at all; twice is a trick.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str().map_err(|_| Refusal::Request("a header is not text")));
    match values.next() {
        Some(_) => Err(Refusal::Request("a header that may come once came twice")),
        None => first.transpose(),
    }
}

/// Whether a `Host` names this machine, with our port or none.
fn is_own_host(host: &str, port: u16) -> bool {
    split_port(host)
        .is_some_and(|(name, given)| is_loopback_name(name) && given.is_none_or(|given| given == port.to_string()))
}

/// Whether a `Host` is the one of this address, with its port or, where that is https's own, none.
fn is_host_of(host: &str, url: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let is = |host: &str| url.split_once("://").is_some_and(|(_, expected)| expected == host);
    is(&host) || (url.starts_with("https:") && host.strip_suffix(":443").is_some_and(is))
}

/// What of a request says who calls.
struct Asked<'a> {
    method: &'a Method,
    path: &'a str,
    headers: &'a HeaderMap,
}

/// Who calls; refused when somebody must and nobody does.
async fn who(
    state: &State,
    Asked { method, path, headers }: Asked<'_>,
    origin: &OwnOrigin,
    is_sign_in_needed: bool,
) -> Result<Option<Caller>, Refusal> {
    let is_rest = below_root(path).is_some();
    let is_api = path == "/api" || path.starts_with("/api/");
    if !is_rest && !is_api {
        return Ok(None);
    }
    let is_marked = is_marked(headers);
    let is_open = is_open(method, path, is_sign_in_needed);
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    if is_api && !is_marked && !(is_open && is_read) {
        return Err(Refusal::Foreign(UNMARKED));
    }
    // Nothing is changed by asking who works here, so a script may do so on this machine as before.
    let is_local = !is_sign_in_needed && (is_marked || path == "/api/session");
    let caller = if is_local {
        Some(Caller::local(state.config.mode()))
    } else if is_marked {
        signed_in(state, headers, origin).await?
    } else {
        client(state, headers, is_sign_in_needed).await?
    };
    let may = match &caller {
        Some(caller) if is_api => {
            permissions::check_api(caller.role, method, path)?;
            caller.kind == Kind::Session
        }
        Some(_) => true,
        None => false,
    };
    match (may, is_open) {
        (true, _) => Ok(caller),
        (false, true) => Ok(None),
        (false, false) if is_marked => Err(Refusal::SignIn),
        (false, false) => Err(Refusal::Unauthenticated),
    }
}

/// What is answered to anybody: whether this server is well, who is signed in, and Autotask's own two open calls.
fn is_open(method: &Method, path: &str, is_sign_in_needed: bool) -> bool {
    if matches!(path, "/api/health" | "/api/session" | "/api/sign-in") {
        return true;
    }
    let Some((method, path)) = route::Method::parse(method.as_str()).zip(below_root(path)) else { return false };
    match route::route(method, path) {
        // A client asks for its zone before it sends anything else.
        Ok(Route::Zone) => true,
        // Each is a call to Autotask, which nobody unknown may spend.
        Ok(Route::Versions) => !is_sign_in_needed,
        _ => false,
    }
}

async fn signed_in(state: &State, headers: &HeaderMap, origin: &OwnOrigin) -> Result<Option<Caller>, Refusal> {
    let Some(id) = cookie::read(headers, Cookie::Session, origin.is_https()) else { return Ok(None) };
    let user = state.people.user_of_session(id).await?;
    Ok(user.map(|(user, is_confirmed)| Caller::of_user(user, is_confirmed)))
}

/// Another client: the owner of a token, else the client of the settings.
async fn client(state: &State, headers: &HeaderMap, is_sign_in_needed: bool) -> Result<Option<Caller>, Refusal> {
    if is_sign_in_needed
        && let Some((login, token)) = once(headers, "username").zip(once(headers, "secret"))
        && let Some((user, token)) = state.people.owner_of_token(login, token).await?
    {
        let caller = Caller::of_user(user, false);
        return Ok(Some(Caller {
            actor: format!("{}, by token {}", caller.actor, token.name),
            kind: Kind::Token,
            ..caller
        }));
    }
    Ok(configured(state, headers, is_sign_in_needed))
}

/// A header that came once.
fn once<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    single(headers, &HeaderName::from_static(name)).ok().flatten()
}

/// The client of the settings. Where people sign in it has no more rights than it needs for a client's work.
fn configured(state: &State, headers: &HeaderMap, is_sign_in_needed: bool) -> Option<Caller> {
    let is_client = has_credentials(headers, state.config.clients.as_ref()?);
    is_client.then(|| Caller {
        actor: "Configured client".to_owned(),
        login: None,
        user: None,
        role: if is_sign_in_needed { Role::Editor } else { Role::Administrator },
        kind: Kind::Client,
        is_confirmed: false,
    })
}

/// Whether the app marked the request as its own.
fn is_marked(headers: &HeaderMap) -> bool {
    let (name, value) = SESSION_HEADER;
    headers.get(name).is_some_and(|found| found == value)
}

fn has_credentials(headers: &HeaderMap, credentials: &Credentials) -> bool {
    credentials.headers().iter().all(|(name, value)| {
        let mut given = headers.get_all(*name).iter();
        given.next().is_some_and(|given| value.is(given.as_bytes())) && given.next().is_none()
    })
}

/// Whether somebody followed a link from another site to the app: the page itself, never data.
fn is_visit(request: &Request) -> bool {
    let has = |name: &'static str, value: &str| {
        request.headers().get(HeaderName::from_static(name)).is_some_and(|found| found == value)
    };
    let path = request.uri().path().to_ascii_lowercase();
    let is_data = ["/api", "/atservicesrest"].iter().any(|root| path.starts_with(root));
    request.method() == Method::GET
        && !is_data
        && has("sec-fetch-mode", "navigate")
        && has("sec-fetch-dest", "document")
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "content-type, x-requested-with, idempotency-key, autotask-crm-priority, apiintegrationcode, username, secret",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for host in ["localhost:8080", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "localhost", "127.8.8.8"] {
            assert!(is_own_host(host, 8080), "{host}");
        }
        for host in [
            "evil.test",
            "evil.test:8080",
            "localhost:8081",
            "localhost:",
            "localhost:8080:8080",
            "127.0.0.1.evil.test",
            "localhost.evil.test:8080",
            "localhost.:8080",
            "0.0.0.0:8080",
            "[::]:8080",
            "[::1",
            "::1",
            "",
            ":8080",
            "a@localhost:8080",
            "localhost:08080",
            "localhost:+8080",
            "2130706433:8080",
            "192.168.0.1:8080",
        ] {
            assert!(!is_own_host(host, 8080), "{host}");
        }
    }
}
