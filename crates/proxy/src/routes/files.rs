//! Everything else: the files of the app.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};

use super::{labelled, no_store};
use crate::assets::Assets;
use crate::log::Label;
use crate::refusal::Refusal;

/// What `/` says as long as there is no app.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>CRM Workbench</title>\n\
     <h1>The app is not built</h1>\n<p>Run <code>cargo xtask start</code>. \
     The API is already here, under <code>/ATServicesRest</code>.</p>\n</html>\n";

/// Answers with a file of the app.
pub(super) fn handle(app: &Assets, request: &Request) -> Response {
    labelled(answer(app, request), Label::of("file"))
}

fn answer(app: &Assets, request: &Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Refusal::Method(vec!["GET", "HEAD"]).into_response();
    }
    let path = request.uri().path();
    if !app.is_built() && path == "/" {
        let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        return no_store((StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response());
    }
    let Some(asset) = app.find(path) else {
        return Refusal::NotFound("there is no such file").into_response();
    };
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let (bytes, is_packed) = match &asset.gzip {
        Some(gzip) if accepted.is_some_and(accepts_gzip) => (gzip.clone(), true),
        _ => (asset.bytes.clone(), false),
    };
    // The length is that of the body which GET brings; the server leaves the body out for HEAD.
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, asset.content_type.clone());
    headers.insert(header::CACHE_CONTROL, asset.cache_control.clone());
    if asset.gzip.is_some() {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn accepts_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_gzip && weight != Some(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::accepts_gzip;

    #[test]
    fn gzip_is_accepted_when_named() {
        for accepted in ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5"] {
            assert!(accepts_gzip(accepted), "{accepted}");
        }
        for accepted in ["", "br", "gzip;q=0", "x-gzipped"] {
            assert!(!accepts_gzip(accepted), "{accepted}");
        }
    }
}
