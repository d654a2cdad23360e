//! Zone: which of Autotask's hosts a user's data is on.

use std::time::Duration;

use autotask_core::request::encode_component;
use autotask_core::route::Route;
use bytes::Bytes;
use http::{Request, Uri};
use serde::Deserialize;
use tokio::time::timeout;

use crate::config::{CONNECT_TIMEOUT, Error, Mode};
use crate::secret::Secret;
use crate::upstream_url::UpstreamUrl;
use crate::wire::Wire;

/// The REST root at which any user's zone is asked for. Gets the login and no credentials.
const ZONES: &str = "https://webservices.autotask.net/ATServicesRest";

/// Longest time to wait for the answer: somebody waits for the start.
const ZONE_TIMEOUT: Duration = Duration::from_secs(30);
/// Most bytes that are read of it; it has two hundred.
const ZONE_BYTES_MAX: usize = 64 * 1024;

#[derive(Deserialize)]
struct Zone {
    url: Option<String>,
    #[serde(rename = "webUrl")]
    web_url: Option<String>,
}

/// Asks Autotask for the zone of the API user.
///
/// # Errors
///
/// A sentence, when Autotask cannot be reached, does not know the user, or names a host that is not one of its own.
pub async fn find_zone(user_name: &Secret) -> Result<UpstreamUrl, Error> {
    let wire = Wire::new(Mode::Serve, CONNECT_TIMEOUT, ZONE_TIMEOUT)?;
    look_up(&wire, for_anybody(&path_of(user_name)), Mode::Serve).await
}

/// The same again, as a tenant may move: in the demo the sandbox that is known is asked.
pub(crate) async fn find_zone_again(
    wire: &Wire,
    known: &UpstreamUrl,
    user_name: &Secret,
) -> Result<UpstreamUrl, Error> {
    let path = path_of(user_name);
    match known.mode() {
        Mode::Serve => look_up(wire, for_anybody(&path), Mode::Serve).await,
        Mode::Demo => look_up(wire, known.below(&path), Mode::Demo).await,
    }
}

fn path_of(user_name: &Secret) -> String {
    format!("{}?user={}", Route::Zone.to_request_line().1, encode_component(user_name.expose()))
}

/// Where any user's zone is asked for.
fn for_anybody(path: &str) -> Option<Uri> {
    [ZONES, path].concat().parse().ok()
}

async fn look_up(wire: &Wire, address: Option<Uri>, mode: Mode) -> Result<UpstreamUrl, Error> {
    let body = timeout(ZONE_TIMEOUT, ask(wire, address)).await.ok().flatten().ok_or_else(|| {
        Error::new(
            "Autotask cannot be reached to look up the zone; check that this server has access to the internet, \
             or set the address of your zone as `url` in the configuration or as AUTOTASK_URL",
        )
    })?;
    of_answer(&body, mode)
}

/// The body of the answer; `None` where there is no address or no answer.
async fn ask(wire: &Wire, address: Option<Uri>) -> Option<Vec<u8>> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = address?;
    let mut reply = wire.send(request).await.ok()?;
    let mut body = Vec::new();
    while let Some(piece) = reply.piece().await.ok()? {
        body.extend_from_slice(&piece);
        if body.len() > ZONE_BYTES_MAX {
            break;
        }
    }
    Some(body)
}

/// The zone that an answer of `zoneInformation` names.
pub(crate) fn of_answer(body: &[u8], mode: Mode) -> Result<UpstreamUrl, Error> {
    let url = serde_json::from_slice(body).ok().and_then(|zone: Zone| zone.url).ok_or_else(|| {
        Error::new(
            "Autotask knows no zone for the user; check the login of the API user, for example in AUTOTASK_USERNAME",
        )
    })?;
    UpstreamUrl::parse(mode, &url).map_err(|_| {
        Error::new(
            "the zone that was named is not one of Autotask's hosts, so nothing is sent there; \
             set the address of your zone as `url` in the configuration or as AUTOTASK_URL",
        )
    })
}

/// Where Autotask's own pages are, from an answer of `zoneInformation`; only `https://ww<number>.autotask.net/`.
pub(crate) fn web_url(body: &[u8]) -> Option<String> {
    let zone: Zone = serde_json::from_slice(body).ok()?;
    let url = zone.web_url?.to_ascii_lowercase();
    let url = url.strip_suffix('/').unwrap_or(&url);
    let number = url.strip_prefix("https://ww")?.strip_suffix(".autotask.net")?;
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{url}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_one_of_autotasks_hosts() {
        let zone = |url: &str| of_answer(format!(r#"{{"zoneName":"x","url":"{url}","ci":1}}"#).as_bytes(), Mode::Serve);
        let found = zone("https://webservices3.autotask.net/atservicesrest/").unwrap();
        assert_eq!(found.origin(), "https://webservices3.autotask.net");
        for url in ["https://evil.test/atservicesrest/", "http://webservices3.autotask.net/", "http://127.0.0.1/", ""] {
            assert!(zone(url).unwrap_err().to_string().contains("not one of Autotask's hosts"), "{url}");
        }
        let unknown =
            of_answer(br#"{"errors":["Zone information could not be determined"]}"#, Mode::Serve).unwrap_err();
        assert!(unknown.to_string().contains("knows no zone"));
        assert!(of_answer(b"<html>", Mode::Serve).is_err());
    }

    #[test]
    fn the_web_address_is_one_of_autotasks_hosts() {
        let web = |url: &str| web_url(format!(r#"{{"webUrl":"{url}"}}"#).as_bytes());
        assert_eq!(web("https://ww18.autotask.net").as_deref(), Some("https://ww18.autotask.net/"));
        assert_eq!(web("https://ww3.autotask.net/").as_deref(), Some("https://ww3.autotask.net/"));
        for url in
            ["javascript:alert(1)", "https://evil.test/", "http://ww3.autotask.net/", "https://wwx.autotask.net/"]
        {
            assert_eq!(web(url), None, "{url}");
        }
    }
}
