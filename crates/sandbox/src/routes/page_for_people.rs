//! Page for people: what this is, how to point a client at it, and the switches, at `GET /`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::pipeline::origin;
use super::sandbox::blocking;
use crate::Inner;
use crate::answer;
use crate::config::{Credentials, DEFAULT_INTEGRATION_CODE, DEFAULT_SECRET, DEFAULT_USER};
use crate::store::rows;
use crate::store::sql::Where;

/// Scripts and styles come from here alone, and nothing may show this page in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /`. Credentials that somebody set are theirs to know, so only the default ones are shown.
pub(super) async fn page(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let is_default = inner.config.credentials == Credentials::default();
    let [user, secret, code] = match is_default {
        true => [DEFAULT_USER, DEFAULT_SECRET, DEFAULT_INTEGRATION_CODE],
        false => ["your user", "your secret", "your code"],
    };
    let credentials: String = match is_default {
        true => [("UserName", user), ("Secret", secret), ("ApiIntegrationCode", code)]
            .map(|(name, value)| format!("<div><dt>{name}</dt><dd><code>{value}</code></dd></div>"))
            .concat(),
        false => {
            "<div><dt>UserName, Secret, ApiIntegrationCode</dt><dd>as set when it was started</dd></div>".to_owned()
        }
    };
    let html = include_str!("../../page/index.html")
        .replace("{origin}", &escaped(&origin(request.headers(), request.uri())))
        .replace("{credentials}", &credentials)
        .replace("{user}", user)
        .replace("{secret}", secret)
        .replace("{code}", code);
    file("text/html; charset=utf-8", html)
}

/// `GET /_sandbox/page.css`.
pub(super) async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("../../page/page.css").to_owned())
}

/// `GET /_sandbox/page.js`.
pub(super) async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("../../page/page.js").to_owned())
}

/// `GET /_sandbox/figures`: how many rows of each entity, and how many things of each kind were planted.
pub(super) async fn figures(State(inner): State<Arc<Inner>>) -> Response {
    blocking(move || {
        let tenant = inner.tenant();
        let mut counts = Map::new();
        inner.store.read(|connection| -> rusqlite::Result<()> {
            for table in tenant.tables().iter().filter(|table| table.info.can_query) {
                let count = rows::count(connection, table, &Where::everything())?;
                counts.insert(table.info.name.to_owned(), json!(count));
            }
            Ok(())
        })?;
        let planted = inner.store.read(|connection| -> rusqlite::Result<Map<String, Value>> {
            connection
                .prepare_cached("SELECT \"kind\", count(*) FROM \"_world\" GROUP BY \"kind\" ORDER BY \"kind\"")?
                .query_map([], |row| Ok((row.get(0)?, json!(row.get::<_, i64>(1)?))))?
                .collect()
        })?;
        Ok(json!({ "counts": counts, "planted": planted }))
    })
    .await
}

fn file(content_type: &'static str, text: String) -> Response {
    let mut response = answer::with_type(StatusCode::OK, content_type, text);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Text as HTML: whoever calls names the host.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
