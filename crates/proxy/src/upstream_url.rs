//! UpstreamUrl: where Autotask is. Only two shapes exist, so there is nothing to be tricked with.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;

use crate::config::{Error, Mode};

/// An address that the proxy may call: a zone of Autotask, or in the demo a sandbox on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamUrl {
    /// `https://webservices18.autotask.net` or `http://127.0.0.1:8081`.
    origin: String,
    /// The same, read once and not for each request.
    root: Uri,
    mode: Mode,
}

impl UpstreamUrl {
    /// Reads the REST root of Autotask, with or without `ATServicesRest` and version behind the host.
    ///
    /// # Errors
    ///
    /// A sentence, when it is anything but `https://webservices<number>.autotask.net` for `serve`, or a sandbox on
    /// this machine for the demo.
    ///
    /// ```
    /// use autotask_proxy::{Mode, UpstreamUrl};
    /// assert!(UpstreamUrl::parse(Mode::Serve, "https://webservices18.autotask.net/ATServicesRest/").is_ok());
    /// assert!(UpstreamUrl::parse(Mode::Serve, "http://127.0.0.1:8081").is_err());
    /// ```
    pub fn parse(mode: Mode, url: &str) -> Result<UpstreamUrl, Error> {
        let found = match mode {
            Mode::Serve => production(url),
            Mode::Demo => sandbox(url),
        };
        let sentence = match mode {
            Mode::Serve => {
                "the address of Autotask must be `https://webservices<number>.autotask.net/ATServicesRest`, \
                 with the number of your zone; leave it out and the zone is looked up"
            }
            Mode::Demo => {
                "the address of the sandbox must be one on this machine, such as `http://127.0.0.1:8081`; \
                 the demo never talks to Autotask, `serve` does"
            }
        };
        let taken = found.and_then(|origin| Some(UpstreamUrl { root: origin.parse().ok()?, origin, mode }));
        taken.ok_or_else(|| Error::new(sentence))
    }

    /// The origin: scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What it may be used in.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The address of a path below the REST root, perhaps with a query string; `None` for what is none.
    pub(crate) fn below(&self, path: &str) -> Option<Uri> {
        let path = ["/ATServicesRest", path].concat();
        // A fragment would be cut off, and all else is written in ASCII.
        if path.contains('#') || !path.is_ascii() {
            return None;
        }
        let mut parts = self.root.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::from_maybe_shared(Bytes::from(path)).ok()?);
        Uri::from_parts(parts).ok()
    }

    /// Takes a page address of upstream's apart: what stands behind the origin, `None` when it is foreign.
    ///
    /// Autotask may name another zone's host than the one asked; the sandbox names itself by any loopback name.
    pub(crate) fn behind_origin<'a>(&self, url: &'a str) -> Option<&'a str> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, behind) = rest.split_at(rest.find('/')?);
        let origin = format!("{scheme}://{authority}");
        let is_known = match self.mode {
            Mode::Serve => production(&origin).is_some(),
            Mode::Demo => sandbox(&origin).is_some(),
        };
        is_known.then_some(behind)
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// `https://webservices<1 to 3 digits>.autotask.net`, port 443 if any.
fn production(url: &str) -> Option<String> {
    let authority = authority(url, "https://")?;
    let host = authority.strip_suffix(":443").unwrap_or(&authority);
    let number = host.strip_prefix("webservices")?.strip_suffix(".autotask.net")?;
    is_digits(number, 3).then(|| format!("https://{host}"))
}

/// `http://` and a loopback address or `localhost`, with any port.
fn sandbox(url: &str) -> Option<String> {
    let authority = authority(url, "http://")?;
    let (host, port) = split_port(&authority)?;
    let is_port = port.is_none_or(|port| is_digits(port, 5) && port.parse::<u16>().is_ok_and(|port| port > 0));
    (is_loopback_name(host) && is_port).then(|| format!("http://{authority}"))
}

/// The host and port of a URL of this scheme whose path is empty or the REST root.
fn authority(url: &str, scheme: &str) -> Option<String> {
    let url = url.to_ascii_lowercase();
    let rest = url.strip_prefix(scheme)?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_root = matches!(path.strip_suffix('/').unwrap_or(path), "" | "/atservicesrest" | "/atservicesrest/v1.0");
    is_root.then(|| authority.to_owned())
}

fn is_digits(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Host and port of `host`, `host:port`, `[::1]` or `[::1]:port`.
pub(crate) fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let after_host = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(after_host);
    match port.strip_prefix(':') {
        Some(port) => Some((host, Some(port))),
        None => port.is_empty().then_some((host, None)),
    }
}

/// Whether a host names this machine and cannot be made to name another: `localhost`, `127.0.0.0/8`, `[::1]`.
pub(crate) fn is_loopback_name(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match v6 {
        Some(address) => address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()),
        None => {
            host.eq_ignore_ascii_case("localhost")
                || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mode: Mode, url: &str, expected: Option<&str>) {
        let found = UpstreamUrl::parse(mode, url).ok();
        assert_eq!(found.as_ref().map(UpstreamUrl::origin), expected, "{url}");
    }

    #[test]
    fn zones_are_read() {
        let zone = Some("https://webservices18.autotask.net");
        for url in [
            "https://webservices18.autotask.net",
            "https://webservices18.autotask.net/",
            "https://webservices18.autotask.net:443/ATServicesRest",
            "HTTPS://WebServices18.Autotask.net/atservicesrest/v1.0/",
        ] {
            check(Mode::Serve, url, zone);
            check(Mode::Demo, url, None);
        }
    }

    #[test]
    fn sandboxes_are_read() {
        for url in ["http://127.0.0.1:8081", "http://localhost:8081", "http://[::1]:8081", "http://127.0.0.1"] {
            check(Mode::Demo, url, Some(url));
            check(Mode::Serve, url, None);
        }
        check(Mode::Demo, "http://localhost:8081/ATServicesRest/", Some("http://localhost:8081"));
    }

    #[test]
    fn a_path_stays_below_the_root() {
        let sandbox = UpstreamUrl::parse(Mode::Demo, "http://127.0.0.1:8081").unwrap();
        for path in [
            "/V1.0/Companies/5",
            "/V1.0/Companies/query?search=%7B%22a%22%3A1%7D",
            "/V1.0/Companies/query?a=b?c",
            "/V1.0/../x",
        ] {
            let url = sandbox.below(path).unwrap();
            assert_eq!(url.to_string(), format!("http://127.0.0.1:8081/ATServicesRest{path}"));
        }
        for path in ["/x#y", "/x y", "/x\ny", "/\u{e9}", "/x\0"] {
            assert_eq!(sandbox.below(path), None, "{path:?}");
        }
    }

    #[test]
    fn tricks_are_refused() {
        let hosts = [
            "evil.test",
            "webservices18.autotask.net.evil.test",
            "evil.test#webservices18.autotask.net",
            "webservices18.autotask.net@evil.test",
            "user:pass@webservices18.autotask.net",
            "webservices.autotask.net",
            "webservicesx.autotask.net",
            "webservices18.autotask.net:8443",
            "webservices18.autotask.net:443:443",
            "webservices18.autotask.net.",
            "webservices18.autotask.net%2eevil.test",
            "webservices18%00.autotask.net",
            "webservices1234.autotask.net",
            "webservices１８.autotask.net",
            "webservices-18.autotask.net",
            "webservices18.autotask.net\\@evil.test",
            "webservices18.autotask.net?x",
            "webservices18.autotask.net#x",
            " webservices18.autotask.net",
            "webservices18.autotask.net ",
            "webservices18.autotask.net\t",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f.0.0.1",
            "127.1",
            "0.0.0.0",
            "localhost.evil.test",
            "localhost.",
            "evil@localhost",
            "localhost:",
            "localhost:0",
            "localhost:99999",
            "localhost:80a",
            "[::1",
            "[::1]x",
            "",
        ];
        for host in hosts {
            for scheme in ["https://", "http://", "", "//", "ftp://", "https:", "https:/", "https:///"] {
                for path in ["", "/ATServicesRest", "/ATServicesRest/../x", "//"] {
                    let url = format!("{scheme}{host}{path}");
                    check(Mode::Serve, &url, None);
                    check(Mode::Demo, &url, None);
                }
            }
        }
    }

    #[test]
    fn a_page_address_of_a_foreign_host_is_foreign() {
        let production = UpstreamUrl::parse(Mode::Serve, "https://webservices18.autotask.net").unwrap();
        assert_eq!(production.behind_origin("https://webservices5.autotask.net/a?b"), Some("/a?b"));
        for url in ["https://evil.test/a", "http://webservices5.autotask.net/a", "/a", "", "http://127.0.0.1/a"] {
            assert_eq!(production.behind_origin(url), None, "{url}");
        }
        let sandbox = UpstreamUrl::parse(Mode::Demo, "http://127.0.0.1:8081").unwrap();
        assert_eq!(sandbox.behind_origin("http://localhost:8081/a?b"), Some("/a?b"));
        assert_eq!(sandbox.behind_origin("https://webservices5.autotask.net/a"), None);
    }
}
