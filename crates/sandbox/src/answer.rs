//! Answer: what goes back, in the three shapes of Autotask's failures: `errors`, `Message`, and HTML or nothing.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A good answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// JSON as a tree.
    Json(Value),
    /// JSON as text: rows, of which there may be many.
    Text(Bytes),
}

impl Answer {
    /// The tree, for who changes something in it.
    pub(crate) fn into_json(self) -> Value {
        match self {
            Answer::Json(value) => value,
            // It was written by this program.
            Answer::Text(text) => serde_json::from_slice(&text).unwrap_or_default(),
        }
    }

    pub(crate) fn into_text(self) -> Bytes {
        match self {
            Answer::Json(value) => value.to_string().into(),
            Answer::Text(text) => text,
        }
    }
}

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// 500 with `errors`, which is how Autotask refuses nearly everything.
    Application(String),
    /// The same with more than one text.
    Several(Vec<String>),
    /// `errors` about what the security level does not permit, mostly with 500.
    NoPermission { status: StatusCode },
    /// `errors` about too many requests at once for an endpoint.
    TooManyThreads { status: StatusCode, endpoint: &'static str },
    /// 429: the tenant is suspended until the rolling hour has room again.
    HourUsedUp { retry_after: u64 },
    /// Autotask's sentence about an unexpected error, on purpose.
    Unexpected { status: StatusCode },
    /// 401 without a body: it does not say which of the three headers is wrong.
    Credentials,
    /// 404 with `Message`: no such route.
    NoRoute { uri: String },
    /// 405 with `Message`: the route has other verbs.
    NoVerb { method: String },
    /// 400 with `Message`: an id in the path is no number.
    BadRequest,
    /// 404 with HTML: IIS refuses a long query string before Autotask sees it.
    UrlTooLong,
    /// 413 with `Message`.
    TooLarge,
    /// 415 with `Message`.
    Encoding(String),
    /// 403 with `Message`: only from this machine.
    Forbidden(&'static str),
    /// 500 with Autotask's sentence about an unexpected error; the cause goes to the log.
    Fault(String),
}

impl Refusal {
    pub(crate) fn application(text: impl Into<String>) -> Refusal {
        Refusal::Application(text.into())
    }

    /// What it says, where it is about the request's content.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Refusal::Application(text) | Refusal::Fault(text) => Some(text.clone()),
            Refusal::Several(texts) => Some(texts.join(" ")),
            Refusal::NoPermission { .. } => Some(NO_PERMISSION.to_owned()),
            Refusal::TooManyThreads { endpoint, .. } => Some(too_many_threads(endpoint)),
            Refusal::HourUsedUp { .. } => Some(HOUR_USED_UP.to_owned()),
            _ => None,
        }
    }
}

/// What Autotask says where it says nothing.
const UNEXPECTED: &str = "An unexpected error has occurred.  If the problem persists, please contact Autotask Support \
                          and reference Error ID 00000000-0000-0000-0000-000000000000.";

/// What the security level does not permit.
const NO_PERMISSION: &str = "The logged in Resource does not have the adequate permissions to query this entity type.";

impl From<rusqlite::Error> for Refusal {
    fn from(cause: rusqlite::Error) -> Refusal {
        Refusal::Fault(cause.to_string())
    }
}

/// Decision: no body of a suspended tenant was recorded; clients go by the status.
const HOUR_USED_UP: &str = "The number of external requests exceeds the threshold of this database. Try again later.";

/// Decision: only the code and the words `thread threshold … exceeded` are recorded.
fn too_many_threads(endpoint: &str) -> String {
    format!("Itgenatr005: The thread threshold for {endpoint} has been exceeded by this API tracking identifier.")
}

fn errors(status: StatusCode, text: &str) -> Response {
    json(status, &json!({ "errors": [text] }))
}

/// Autotask's content type.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// A JSON answer with Autotask's content type.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    with_type(status, JSON, value.to_string())
}

pub(crate) fn with_type(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let message = |status, text: String| json(status, &json!({ "Message": text }));
        match self {
            Refusal::Application(text) => errors(StatusCode::INTERNAL_SERVER_ERROR, &text),
            Refusal::Several(texts) => json(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "errors": texts })),
            Refusal::NoPermission { status } => errors(status, NO_PERMISSION),
            Refusal::TooManyThreads { status, endpoint } => errors(status, &too_many_threads(endpoint)),
            Refusal::HourUsedUp { retry_after } => {
                let mut response = errors(StatusCode::TOO_MANY_REQUESTS, HOUR_USED_UP);
                response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(retry_after));
                response
            }
            Refusal::Unexpected { status } => errors(status, UNEXPECTED),
            Refusal::Credentials => StatusCode::UNAUTHORIZED.into_response(),
            Refusal::NoRoute { uri } => message(
                StatusCode::NOT_FOUND,
                format!("No HTTP resource was found that matches the request URI '{uri}'."),
            ),
            Refusal::NoVerb { method } => message(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("The requested resource does not support http method '{method}'."),
            ),
            // Decision: the body was not captured; this is the framework's default.
            Refusal::BadRequest => message(StatusCode::BAD_REQUEST, "The request is invalid.".to_owned()),
            Refusal::UrlTooLong => with_type(
                StatusCode::NOT_FOUND,
                "text/html",
                "<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body>\
                 <h2>404 - File or directory not found.</h2><h3>The resource you are looking for might have been \
                 removed, had its name changed, or is temporarily unavailable.</h3></body></html>",
            ),
            Refusal::TooLarge => message(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Maximum request length exceeded: a body may have 10,000,000 bytes, unpacked.".to_owned(),
            ),
            Refusal::Encoding(name) => message(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("The content encoding '{name}' is not supported; send the body plain or as gzip."),
            ),
            Refusal::Forbidden(text) => message(StatusCode::FORBIDDEN, text.to_owned()),
            Refusal::Fault(cause) => {
                tracing::error!(cause, "the sandbox failed");
                errors(StatusCode::INTERNAL_SERVER_ERROR, UNEXPECTED)
            }
        }
    }
}
