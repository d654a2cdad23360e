//! Answer: what goes back, in the three shapes of Autotask's failures: `errors`, `Message`, and HTML or nothing.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// 500 with `errors`, which is how Autotask refuses nearly everything.
    Application(String),
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
}

impl From<rusqlite::Error> for Refusal {
    fn from(cause: rusqlite::Error) -> Refusal {
        Refusal::Fault(cause.to_string())
    }
}

/// A JSON answer with Autotask's content type.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    with_type(status, "application/json; charset=utf-8", value.to_string())
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
            Refusal::Application(text) => json(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "errors": [text] })),
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
                json(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    &json!({ "errors": ["An unexpected error has occurred.  If the problem persists, please contact \
                        Autotask Support and reference Error ID 00000000-0000-0000-0000-000000000000."] }),
                )
            }
        }
    }
}
