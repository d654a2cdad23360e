//! Wire: HTTP to Autotask and to nowhere else. Follows no redirect, uses no proxy, and a whole answer has one time limit.
//!
//! Of hyper itself: what reqwest does around it takes a tenth of the time of a call, most of it to read the address again.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tower::{Service, ServiceExt};
use tower_http::decompression::{Decompression, DecompressionBody};

use crate::USER_AGENT;
use crate::addresses::Addresses;
use crate::config::{Error, Mode};
use crate::refusal::Way;

/// How long an unused connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long nothing may come before the other side is asked whether it is still there, how long between two such
/// questions, and how many go unanswered.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(15), 3);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The connections to Autotask; clones share them.
#[derive(Clone)]
pub(crate) struct Wire {
    // gzip: a page of 500 rows is 230 kB plain.
    client: Decompression<Client<Connector, Full<Bytes>>>,
    answer_timeout: Duration,
}

/// An answer whose body is still to come.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Pin<Box<DecompressionBody<Incoming>>>,
    /// Until when all of it must have come.
    until: Instant,
}

/// Why there is no whole answer. What it says names no address.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) way: Way,
    /// What went wrong, and what is behind it.
    pub(crate) causes: String,
}

impl Wire {
    /// Prepares it; sends nothing yet. In `serve` it goes by https to public addresses alone.
    ///
    /// # Errors
    ///
    /// A sentence, when this system has no root certificates.
    pub(crate) fn new(mode: Mode, connect_timeout: Duration, answer_timeout: Duration) -> Result<Wire, Error> {
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(|_| Error::new("the connection to Autotask cannot be prepared; check that this system has root certificates (`ca-certificates`)"))?
            .with_no_client_auth();
        let mut tcp = HttpConnector::new_with_resolver(Addresses { only_public: mode == Mode::Serve });
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let (after, between, most) = KEEPALIVE;
        tcp.set_keepalive(Some(after));
        tcp.set_keepalive_interval(Some(between));
        tcp.set_keepalive_retries(Some(most));
        let https = HttpsConnectorBuilder::new().with_tls_config(tls);
        let https = match mode {
            Mode::Serve => https.https_only(),
            Mode::Demo => https.https_or_http(),
        };
        let connector = Connector { https: https.enable_http1().wrap_connector(tcp), timeout: connect_timeout };
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        Ok(Wire { client: Decompression::new(client), answer_timeout })
    }

    /// Sends a request, once, and waits for the beginning of its answer.
    pub(crate) async fn send(&self, mut request: Request<Bytes>) -> Result<Reply, Broken> {
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let until = Instant::now() + self.answer_timeout;
        match timeout_at(until, self.client.clone().oneshot(request.map(Full::new))).await {
            Ok(Ok(answer)) => {
                let (parts, body) = answer.into_parts();
                Ok(Reply { status: parts.status, headers: parts.headers, body: Box::pin(body), until })
            }
            Ok(Err(error)) => Err(Broken::at_sending(&error)),
            Err(_) => Err(Broken::too_slow()),
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Reply {
    /// The next piece of the body; `None` at its end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Broken> {
        loop {
            match timeout_at(self.until, poll_fn(|context| self.body.as_mut().poll_frame(context))).await {
                // What stands behind the body is none of it.
                Ok(Some(Ok(frame))) => {
                    if let Ok(piece) = frame.into_data() {
                        return Ok(Some(piece));
                    }
                }
                Ok(Some(Err(error))) => return Err(Broken::at_reading(&*error)),
                Ok(None) => return Ok(None),
                Err(_) => return Err(Broken::too_slow()),
            }
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Broken {
    fn too_slow() -> Broken {
        Broken { way: Way::AnswerTimeout, causes: "no whole answer in time".to_owned() }
    }

    fn at_sending(error: &ClientError) -> Broken {
        let chain = || causes(error);
        let is_io = |kind: io::ErrorKind| chain().any(|cause| kind_of(cause) == Some(kind));
        let begins = |text: &str| chain().any(|cause| cause.to_string().starts_with(text));
        let way = if !error.is_connect() {
            if is_io(io::ErrorKind::TimedOut) { Way::AnswerTimeout } else { Way::BrokenOff }
        } else if is_io(io::ErrorKind::TimedOut) {
            Way::ConnectTimeout
        } else if is_io(io::ErrorKind::ConnectionRefused) {
            Way::ConnectionRefused
        } else if begins("dns error") {
            Way::Name
        } else if begins("invalid peer certificate") {
            Way::Certificate
        } else {
            Way::NoConnection
        };
        Broken { way, causes: joined(error) }
    }

    fn at_reading(error: &(dyn std::error::Error + 'static)) -> Broken {
        let is_late = causes(error).any(|cause| kind_of(cause) == Some(io::ErrorKind::TimedOut));
        Broken { way: if is_late { Way::AnswerTimeout } else { Way::BrokenOff }, causes: joined(error) }
    }
}

/// An error and what stands behind it, nearest first.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}

fn joined(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn kind_of(error: &(dyn std::error::Error + 'static)) -> Option<io::ErrorKind> {
    error.downcast_ref::<io::Error>().map(io::Error::kind)
}

/// Makes connections within a time limit, the look-up of the name and TLS included.
#[derive(Clone)]
struct Connector {
    https: HttpsConnector<HttpConnector<Addresses>>,
    timeout: Duration,
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connected = timeout(self.timeout, self.https.call(uri));
        Box::pin(async move { connected.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))? })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

    use super::*;
    use crate::refusal::{Refusal, Unreachable};

    /// A certificate for `localhost` that nobody trusts, and its key, which opens nothing else.
    const CERTIFICATE: &str = "MIIBlDCCATugAwIBAgIUejkHhqsy9GIkJ/BDCgRBZrDXxQ8wCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2\
         MTEyMjA1MjI0NFoYDzIxMjYxMDI5MDUyMjQ0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\
         AARS81BcTP148fBYUpRbaJMu6PeBJyEACfa9Ce6ApMfjkRHaJDXlAxIt/3nkveaK4jvugNZNhAaWgN9o1SM2dVEvo2kwZzAdBgNV\
         HQ4EFgQUe02RaVfiAKKYmxWIO80BJqFvLTEwHwYDVR0jBBgwFoAUe02RaVfiAKKYmxWIO80BJqFvLTEwDwYDVR0TAQH/BAUwAwEB\
         /zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDRwAwRAIgXX+zqRVKXiAP7ooN3ekt+JO6DTmeApfBZbYqbMN34aMC\
         IGuu+w1e56+FRaZWWGPtLlI3kL+lT5Dfsx/1eERql/D5";
    const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBLuYAX7ddqByqwaijPJA1GLpTWQLRON2pXvngBRtRI2hRANCAARS\
         81BcTP148fBYUpRbaJMu6PeBJyEACfa9Ce6ApMfjkRHaJDXlAxIt/3nkveaK4jvugNZNhAaWgN9o1SM2dVEv";

    #[tokio::test]
    async fn a_certificate_that_nobody_trusts_is_told_from_other_failures_and_nothing_is_sent() {
        let decode = |text: &str| STANDARD.decode(text).unwrap();
        let server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![decode(CERTIFICATE).into()], PrivatePkcs8KeyDer::from(decode(KEY)).into())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let met = tokio::spawn(async move {
            let (socket, _) = listener.accept().await.unwrap();
            TlsAcceptor::from(Arc::new(server)).accept(socket).await.is_ok()
        });
        let wait = Duration::from_secs(20);
        let wire = Wire::new(Mode::Demo, wait, wait).unwrap();
        let request = Request::get(url).header("Secret", "s").body(Bytes::new()).unwrap();
        let broken = wire.send(request).await.unwrap_err();
        assert_eq!(broken.way, Way::Certificate, "{broken:?}");
        assert!(!met.await.unwrap(), "no connection to send it over");
        let refusal = Refusal::Unreachable(Unreachable { way: Way::Certificate, is_demo: false, in_doubt: false });
        let text = refusal.messages().join("");
        assert!(
            refusal.was_not_sent() && text.contains("its certificate is not one that this server trusts"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn the_time_for_a_connection_holds_for_tls_too() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            let _says_nothing = listener.accept().await.unwrap();
            std::future::pending::<()>().await;
        });
        let wire = Wire::new(Mode::Demo, Duration::from_millis(200), Duration::from_secs(20)).unwrap();
        let broken = wire.send(Request::get(url).body(Bytes::new()).unwrap()).await.unwrap_err();
        assert_eq!(broken.way, Way::ConnectTimeout, "{broken:?}");
    }

    #[tokio::test]
    async fn serve_goes_by_https_to_public_addresses_alone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let met = tokio::spawn(async move { listener.accept().await.is_ok() });
        let wire = Wire::new(Mode::Serve, Duration::from_secs(20), Duration::from_secs(20)).unwrap();
        for url in [format!("http://127.0.0.1:{port}/"), format!("https://localhost:{port}/")] {
            let broken = wire.send(Request::get(&url).body(Bytes::new()).unwrap()).await.unwrap_err();
            assert!(matches!(broken.way, Way::NoConnection | Way::Name), "{url}: {broken:?}");
        }
        assert!(!met.is_finished(), "nobody came");
        met.abort();
    }
}
