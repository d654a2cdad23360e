//! Refusal: every answer that the proxy gives in place of Autotask, each with its status and final wording.
//!
//! The body is Autotask's own `{"errors":[text]}`, so that every client reads it, with `kind` beside it. Causes go
//! to the log; no host, path, value or type of ours is in a text.

use autotask_core::display::grouped;
use autotask_core::route::{Method, RouteError, route};
use autotask_core::write::Conflict;
use autotask_core::{Failure, FailureKind};
use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::oidc::Refused;

/// Why a request got no answer of Autotask's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not from this machine, or from another page.
    Foreign(&'static str),
    /// Neither the app's session nor a known client: Autotask's own empty 401.
    Unauthenticated,
    /// The app's page, and nobody is signed in or not any more.
    SignIn,
    /// Login or password are wrong; which one is not said.
    WrongSignIn,
    /// Somebody whom a provider vouches for, and no administrator has let in.
    NotLetIn,
    /// The caller's role does not reach; says what for.
    Role(String),
    /// Who is signed in has to give the password once more.
    Confirm,
    /// Too many tries to sign in; the next one after so many seconds.
    TooManyTries { seconds: u32 },
    /// One person has read so many times in an hour; the next time after so many seconds.
    ReadEnough {
        /// As often as one person may.
        max: u32,
        seconds: u32,
    },
    /// So many sign in at the moment that nobody waits.
    Busy,
    /// No verb has this path below the REST root.
    NoRoute,
    /// Another verb has this path; these do.
    Method(Vec<&'static str>),
    /// Something of the request cannot be read.
    Request(&'static str),
    /// The body of a request below `/api` is not what is asked for: where and why.
    Body(String),
    /// The body is larger than so many bytes.
    TooLarge { max: usize },
    /// The body did not come in time.
    TooSlow,
    /// The body is not JSON, or in an encoding that is not known.
    MediaType(&'static str),
    /// JSON that cannot be sent on: answered with status 500, as Autotask does.
    Json(Vec<String>),
    /// The key of this create is being sent by another request.
    InProgress,
    /// The key of this create was used for another one.
    OtherBody,
    /// A create with this key was sent, and its answer is not known.
    OutcomeUnknown,
    /// Somebody else was first; says what to do.
    Conflict(&'static str),
    /// Somebody else has changed what this changes: these fields are not what the caller expected.
    Overtaken(Vec<Conflict>),
    /// Something had to be looked up at Autotask before a write, and could not be.
    LookUp(FailureKind, Vec<String>),
    /// Writes are made in somebody's name here, and it is not known who the caller is at Autotask.
    NoResource,
    /// Autotask does not let this write be made in the caller's name.
    NameRefused {
        /// The caller's resource.
        resource: i64,
        /// What was to be written.
        entity: &'static str,
        /// In Autotask's words.
        said: String,
    },
    /// Nothing can be kept at the moment.
    Store,
    /// There is no such thing below `/api`, or no such file.
    NotFound(&'static str),
    /// No answer of Autotask's.
    Unreachable(Unreachable),
    /// Autotask refused this server's credentials. Not 401: who reads that would take it for their own.
    Credentials,
    /// Autotask refused this server's credentials before, and they are not sent again yet.
    LoginHeld {
        /// Minutes until they are by themselves.
        minutes: u64,
    },
    /// Too many requests wait for the same endpoint of Autotask's.
    Full,
    /// Autotask said that its limit of calls is reached.
    Rest {
        /// Seconds until it may be asked again.
        seconds: u64,
    },
    /// As much of Autotask's hour is used as requests of this sort may use.
    Hour {
        /// Calls of the last hour, of all integrations.
        used: u32,
        /// Calls that Autotask takes in an hour.
        limit: u32,
        /// Seconds until there may be room again.
        seconds: u64,
    },
    /// The identity provider cannot be used.
    SignInService(Refused),
    /// What came is not Autotask's.
    Malformed(&'static str),
    /// A fault of ours.
    Fault,
}

/// How the way to Autotask failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreachable {
    pub(crate) way: Way,
    /// Whether this is the demo, whose Autotask is the sandbox.
    pub(crate) is_demo: bool,
    /// Whether it was a write that Autotask may have carried out.
    pub(crate) in_doubt: bool,
}

/// What happened on the way to Autotask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nobody listens there.
    ConnectionRefused,
    /// The name has no address.
    Name,
    /// Who answers there cannot prove to be Autotask.
    Certificate,
    /// The connection could not be made for another reason.
    NoConnection,
    /// The connection was not made in time.
    ConnectTimeout,
    /// No whole answer came in time.
    AnswerTimeout,
    /// The connection ended before the whole answer had come.
    BrokenOff,
    /// Something before Autotask says that it is not available, with 502, 503 or 504.
    Unavailable,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Refusal::Foreign(_)
            | Refusal::NotLetIn
            | Refusal::Role(_)
            | Refusal::Confirm
            | Refusal::NoResource
            | Refusal::NameRefused { .. } => StatusCode::FORBIDDEN,
            Refusal::LookUp(FailureKind::Throttled, _) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Unauthenticated | Refusal::SignIn | Refusal::WrongSignIn => StatusCode::UNAUTHORIZED,
            Refusal::TooManyTries { .. } | Refusal::ReadEnough { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refusal::NoRoute | Refusal::NotFound(_) => StatusCode::NOT_FOUND,
            Refusal::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::Request(_) | Refusal::Body(_) => StatusCode::BAD_REQUEST,
            Refusal::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refusal::InProgress | Refusal::OutcomeUnknown | Refusal::Conflict(_) | Refusal::Overtaken(_) => {
                StatusCode::CONFLICT
            }
            Refusal::OtherBody => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Store | Refusal::Busy | Refusal::Full => StatusCode::SERVICE_UNAVAILABLE,
            // As Autotask itself answers then.
            Refusal::Rest { .. } | Refusal::Hour { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refusal::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Json(_) | Refusal::Fault => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::Unreachable(Unreachable { way: Way::ConnectTimeout | Way::AnswerTimeout, .. }) => {
                StatusCode::GATEWAY_TIMEOUT
            }
            Refusal::Credentials
            | Refusal::LoginHeld { .. }
            | Refusal::LookUp(..)
            | Refusal::SignInService(_)
            | Refusal::Unreachable(_)
            | Refusal::Malformed(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// What it is in a word, for counting.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Refusal::Foreign(_) => "foreign",
            Refusal::Unauthenticated => "unauthenticated",
            Refusal::SignIn => "signIn",
            Refusal::WrongSignIn => "wrongSignIn",
            Refusal::NotLetIn => "notLetIn",
            Refusal::Role(_) => "role",
            Refusal::Confirm => "confirm",
            Refusal::TooManyTries { .. } => "tooManyTries",
            Refusal::ReadEnough { .. } => "readEnough",
            Refusal::Busy => "busy",
            Refusal::NoRoute => "noRoute",
            Refusal::Method(_) => "method",
            Refusal::Request(_) | Refusal::Body(_) | Refusal::Json(_) => "request",
            Refusal::TooLarge { .. } => "tooLarge",
            Refusal::TooSlow => "tooSlow",
            Refusal::MediaType(_) => "mediaType",
            Refusal::InProgress => "inProgress",
            Refusal::OtherBody => "otherBody",
            Refusal::OutcomeUnknown => "outcomeUnknown",
            Refusal::Conflict(_) => "conflict",
            Refusal::Store => "store",
            Refusal::NotFound(_) => "notFound",
            Refusal::Overtaken(_) => "overtaken",
            Refusal::LookUp(..) => "lookUp",
            Refusal::NoResource => "noResource",
            Refusal::NameRefused { .. } => "nameRefused",
            Refusal::Unreachable(unreachable) => unreachable.way.as_str(),
            Refusal::Credentials => "credentials",
            Refusal::LoginHeld { .. } => "loginHeld",
            Refusal::Full => "full",
            Refusal::Rest { .. } => "rest",
            Refusal::Hour { .. } => "hour",
            Refusal::SignInService(_) => "signInService",
            Refusal::Malformed(_) => "malformed",
            Refusal::Fault => "fault",
        }
    }

    fn kind(&self) -> Option<FailureKind> {
        Some(match self {
            Refusal::Foreign(_)
            | Refusal::NotLetIn
            | Refusal::Role(_)
            | Refusal::Confirm
            | Refusal::NoResource
            | Refusal::NameRefused { .. } => FailureKind::Permission,
            Refusal::LookUp(kind, _) => *kind,
            Refusal::TooManyTries { .. } | Refusal::ReadEnough { .. } | Refusal::Busy => FailureKind::Throttled,
            Refusal::Request(_)
            | Refusal::Body(_)
            | Refusal::TooLarge { .. }
            | Refusal::TooSlow
            | Refusal::MediaType(_)
            | Refusal::OtherBody
            | Refusal::Conflict(_)
            | Refusal::Overtaken(_) => FailureKind::Validation,
            // Whoever reads this has to look for the row.
            Refusal::InProgress | Refusal::OutcomeUnknown => FailureKind::Unreachable,
            Refusal::NotFound(_) => FailureKind::Route,
            Refusal::Unreachable(_) | Refusal::SignInService(_) => FailureKind::Unreachable,
            Refusal::Credentials | Refusal::LoginHeld { .. } | Refusal::WrongSignIn | Refusal::SignIn => {
                FailureKind::Credentials
            }
            Refusal::Full | Refusal::Rest { .. } | Refusal::Hour { .. } => FailureKind::Throttled,
            Refusal::Malformed(_) => FailureKind::Malformed,
            Refusal::Fault | Refusal::Store => FailureKind::Fault,
            // These are answered in Autotask's own words and shapes.
            Refusal::Unauthenticated | Refusal::NoRoute | Refusal::Method(_) | Refusal::Json(_) => return None,
        })
    }

    /// What a program does about it, in a word. Where a create with a key stands is resolved by looking for the row.
    fn state(&self) -> Option<&'static str> {
        match self {
            Refusal::InProgress => Some("inProgress"),
            Refusal::OutcomeUnknown => Some("outcomeUnknown"),
            Refusal::Overtaken(_) => Some("conflict"),
            Refusal::NoResource => Some("noResource"),
            Refusal::NameRefused { .. } => Some("nameRefused"),
            _ => None,
        }
    }

    /// What it is, and what to do next, in sentences for people.
    pub(crate) fn messages(&self) -> Vec<String> {
        match self {
            Refusal::Foreign(why) | Refusal::Request(why) | Refusal::MediaType(why) | Refusal::NotFound(why) => {
                vec![(*why).to_owned()]
            }
            Refusal::SignIn => vec!["nobody is signed in, or not any more; sign in".to_owned()],
            Refusal::WrongSignIn => vec!["the login or the password is wrong; try again".to_owned()],
            Refusal::NotLetIn => vec![
                "you are known now, but not let in; ask an administrator of this server to let you in".to_owned(),
            ],
            Refusal::TooManyTries { seconds } => {
                vec![format!("too many tries to sign in; wait {} minutes and try again", seconds.div_ceil(60))]
            }
            Refusal::ReadEnough { max, seconds } => vec![format!(
                "you have read {} times in an hour, as often as one person may; go on in {} minutes, or ask an administrator of this \
                 server, who can set `reads_per_hour`",
                grouped(&max.to_string()),
                seconds.div_ceil(60)
            )],
            Refusal::Confirm => vec!["this needs your password once more; give it, or sign in again".to_owned()],
            Refusal::Role(what) => vec![what.clone()],
            Refusal::Busy => vec!["too many sign in at the moment; try again in a few seconds".to_owned()],
            Refusal::TooLarge { max } => vec![format!("the body is larger than {max} bytes; send less at once")],
            Refusal::Body(why) => vec![format!("the body cannot be read: {why}")],
            Refusal::InProgress => vec!["this is being sent already; wait for its answer, or look for the row".to_owned()],
            Refusal::OtherBody => vec![
                "this `Idempotency-Key` was used for another create; take a new one for each intent".to_owned(),
            ],
            Refusal::OutcomeUnknown => vec![
                "this was sent before, and what came of it is not known; look for the row before you send it under another key"
                    .to_owned(),
            ],
            Refusal::Conflict(why) => vec![(*why).to_owned()],
            Refusal::Overtaken(conflicts) => {
                let fields: Vec<String> = conflicts.iter().map(|one| format!("`{}`", one.field)).collect();
                vec![format!(
                    "somebody else has changed {} meanwhile, and nothing was sent; look at what is there now, and send yours upon that",
                    fields.join(", ")
                )]
            }
            Refusal::LookUp(_, messages) => vec![format!(
                "nothing was written, since Autotask did not answer what had to be known before: {}",
                messages.join("; ")
            )],
            Refusal::NoResource => vec![
                "what is written here is written in the name of an Autotask resource, and it is not known which one you are, so \
                 nothing was sent; ask an administrator of this server to say so, or give one active resource at Autotask the \
                 e-mail address of your login"
                    .to_owned(),
            ],
            Refusal::NameRefused { resource, entity, said } => vec![format!(
                "Autotask does not let this server write {entity} in the name of resource {resource}, which you are here, and nothing \
                 is written without the name; ask the Autotask administrator to allow impersonation in the security level of that \
                 resource, to give it and the API user's level the right to add and edit {entity}, and to see that it is active: \
                 {said}"
            )],
            Refusal::Store => vec![
                "this server cannot keep anything at the moment, so nothing was sent; its administrator must check the disk"
                    .to_owned(),
            ],
            Refusal::TooSlow => vec!["the body did not come within 30 seconds; send it again".to_owned()],
            Refusal::Json(messages) => messages.clone(),
            Refusal::Unreachable(unreachable) => vec![unreachable.message()],
            Refusal::Credentials => vec![
                "Autotask refused the credentials of this server; its administrator must check user name, secret and \
                 integration code, and that the API user is active"
                    .to_owned(),
            ],
            Refusal::LoginHeld { minutes } => vec![format!(
                "Autotask refused the credentials of this server, so they are not sent again for {}, or its API user might be \
                 locked; its administrator must correct them, then have the connection checked",
                counted(*minutes, "minute")
            )],
            Refusal::Full => vec![
                "too many requests wait for Autotask already, which takes three at once of a kind; nothing was sent, try again \
                 in a moment"
                    .to_owned(),
            ],
            Refusal::Rest { seconds } => vec![format!(
                "Autotask's limit of calls is reached, for all its integrations together; nothing was sent, try again in {}",
                wait(*seconds)
            )],
            Refusal::Hour { used, limit, seconds } => vec![format!(
                "{} of the {} calls that Autotask takes in an hour are used, by all its integrations together; nothing was sent, \
                 try again in {}",
                grouped(&used.to_string()),
                grouped(&limit.to_string()),
                wait(*seconds)
            )],
            Refusal::SignInService(refused) => vec![refused.to_string()],
            Refusal::Malformed(what) => vec![format!("what came is not an answer of Autotask's: {what}")],
            Refusal::Fault => vec![
                "this server failed at the request; try again, and give its `X-Request-Id` to the administrator if it stays"
                    .to_owned(),
            ],
            Refusal::Unauthenticated | Refusal::NoRoute | Refusal::Method(_) => Vec::new(),
        }
    }
}

impl Refusal {
    /// Why something that had to be known before a write is not. This server's own credentials are nobody else's.
    pub(crate) fn of_look_up(failure: Failure) -> Refusal {
        match failure.kind {
            FailureKind::Credentials => Refusal::Credentials,
            kind => Refusal::LookUp(kind, failure.messages),
        }
    }

    /// Whether the request certainly did not reach Autotask.
    pub(crate) fn was_not_sent(&self) -> bool {
        let never = [Way::ConnectionRefused, Way::Name, Way::Certificate, Way::NoConnection, Way::ConnectTimeout];
        match self {
            Refusal::Unreachable(unreachable) => never.contains(&unreachable.way),
            Refusal::LoginHeld { .. } | Refusal::Full | Refusal::Rest { .. } | Refusal::Hour { .. } => true,
            _ => false,
        }
    }
}

/// `40 seconds`, `2 minutes`.
fn wait(seconds: u64) -> String {
    if seconds < 120 { counted(seconds, "second") } else { counted(seconds.div_ceil(60), "minute") }
}

/// `1 minute`, `2 minutes`.
fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

impl Way {
    /// The word for it in the audit.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Way::ConnectionRefused => "connectionRefused",
            Way::Name => "name",
            Way::Certificate => "certificate",
            Way::NoConnection => "noConnection",
            Way::ConnectTimeout => "connectTimeout",
            Way::AnswerTimeout => "answerTimeout",
            Way::BrokenOff => "brokenOff",
            Way::Unavailable => "unavailable",
        }
    }
}

impl Unreachable {
    fn message(self) -> String {
        let what = match self.way {
            Way::ConnectionRefused => "the connection was refused",
            Way::Name => "its name could not be looked up",
            Way::Certificate => "its certificate is not one that this server trusts, so nothing was sent",
            Way::NoConnection => "no connection could be made",
            Way::ConnectTimeout => "no connection was made in time",
            Way::AnswerTimeout => "no answer came in time",
            Way::BrokenOff => "the connection broke off before the whole answer had come",
            Way::Unavailable => "something before it says that it is not available",
        };
        let check = match self.is_demo {
            _ if self.way == Way::Certificate => {
                "check this server's clock and root certificates (`ca-certificates`), and whether something between it and the \
                 internet answers in Autotask's place"
            }
            true => "check that the sandbox runs",
            false => "check that this server has access to the internet, and Autotask's status page",
        };
        let doubt = match self.in_doubt {
            true => "; whether the change was made is not known, so look before you send it again",
            false => "",
        };
        format!("Autotask cannot be reached: {what}; {check}{doubt}")
    }
}

/// Answers as Autotask does for a path or verb that it does not have.
pub(crate) fn of_route(error: RouteError, path: &str) -> Refusal {
    match error {
        RouteError::NotFound => Refusal::NoRoute,
        RouteError::BadId => Refusal::Request("an id in the path is not a whole number"),
        RouteError::MethodNotAllowed => {
            let all = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
            Refusal::Method(all.into_iter().filter(|m| route(*m, path).is_ok()).map(Method::as_str).collect())
        }
    }
}

/// Why a request was refused: left in the answer for counting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reason(pub(crate) &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let reason = Extension(Reason(self.reason()));
        let status = self.status();
        let body = match &self {
            Refusal::Unauthenticated => return (status, reason, [(header::CONTENT_LENGTH, "0")]).into_response(),
            Refusal::NoRoute => json!({"Message": "No HTTP resource was found that matches the request."}),
            Refusal::Method(_) => {
                json!({"Message": "The requested resource does not support this http method."})
            }
            // A word of its own: the app asks for the password then, and not when Autotask refuses this server's.
            Refusal::SignIn => json!({"errors": self.messages(), "kind": "signIn"}),
            Refusal::Confirm => json!({"errors": self.messages(), "kind": "confirm"}),
            Refusal::Overtaken(conflicts) => {
                json!({"errors": self.messages(), "kind": self.kind(), "state": self.state(), "conflicts": conflicts})
            }
            _ => match self.kind() {
                Some(kind) => match self.state() {
                    Some(state) => json!({"errors": self.messages(), "kind": kind, "state": state}),
                    None => json!({"errors": self.messages(), "kind": kind}),
                },
                None => json!({"errors": self.messages()}),
            },
        };
        let allow = match &self {
            Refusal::Method(verbs) => HeaderValue::from_str(&verbs.join(", ")).ok(),
            _ => None,
        };
        let wait = match &self {
            Refusal::Rest { seconds } | Refusal::Hour { seconds, .. } => Some(HeaderValue::from(*seconds)),
            Refusal::TooManyTries { seconds } | Refusal::ReadEnough { seconds, .. } => {
                Some(HeaderValue::from(*seconds))
            }
            Refusal::Full | Refusal::Busy => Some(HeaderValue::from_static("2")),
            _ => None,
        };
        let named = |name: HeaderName, value: Option<HeaderValue>| {
            value.map(|value| axum::response::AppendHeaders([(name, value)]))
        };
        (status, reason, named(header::ALLOW, allow), named(header::RETRY_AFTER, wait), json_body(body.to_string()))
            .into_response()
    }
}

/// A body of JSON with its type.
pub(crate) fn json_body(body: impl Into<axum::body::Body>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_that_failed_says_what_to_check() {
        let unreachable = Unreachable { way: Way::ConnectionRefused, is_demo: true, in_doubt: false };
        assert_eq!(
            unreachable.message(),
            "Autotask cannot be reached: the connection was refused; check that the sandbox runs"
        );
        let doubtful = Unreachable { way: Way::AnswerTimeout, is_demo: false, in_doubt: true };
        assert_eq!(
            doubtful.message(),
            "Autotask cannot be reached: no answer came in time; check that this server has access to the internet, \
             and Autotask's status page; whether the change was made is not known, so look before you send it again"
        );
    }

    #[test]
    fn what_core_makes_of_a_refusal() {
        let unreachable = |way| Refusal::Unreachable(Unreachable { way, is_demo: true, in_doubt: false });
        for (refusal, status, kind) in [
            (unreachable(Way::ConnectionRefused), 502, FailureKind::Unreachable),
            (unreachable(Way::AnswerTimeout), 504, FailureKind::Unreachable),
            (unreachable(Way::BrokenOff), 502, FailureKind::Unreachable),
            (Refusal::Credentials, 502, FailureKind::Credentials),
            (Refusal::Unauthenticated, 401, FailureKind::Credentials),
            (Refusal::Foreign("x"), 403, FailureKind::Permission),
            (Refusal::NoRoute, 404, FailureKind::Route),
            (Refusal::Method(vec!["GET"]), 405, FailureKind::Route),
            (Refusal::Json(vec!["unknown operator `x`".to_owned()]), 500, FailureKind::Validation),
            (Refusal::TooLarge { max: 1 }, 413, FailureKind::Validation),
        ] {
            let body = match refusal.messages() {
                errors if errors.is_empty() => String::new(),
                errors => match refusal.kind() {
                    Some(kind) => json!({"errors": errors, "kind": kind}).to_string(),
                    None => json!({"errors": errors}).to_string(),
                },
            };
            let failure = autotask_core::response::read(refusal.status().as_u16(), body.as_bytes()).unwrap_err();
            assert_eq!((failure.status, failure.kind), (status, kind), "{refusal:?}");
        }
    }
}
