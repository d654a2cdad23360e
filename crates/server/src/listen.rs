//! Listening and stopping: the one place where a socket meets a router.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use autotask_proxy::Proxy;
use axum::Router;
use axum::extract::ConnectInfo;
use http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

use crate::say::say;
use crate::strict_heads::StrictHeads;

/// Longest time in which the head of a request comes, and in which an open connection may be without one.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Most connections at once; further ones wait in the system's line.
const CONNECTIONS_MAX: usize = 8_192;
/// How long after a connection that could not be taken the next one is.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);
/// Longest time that requests under way get when the process is told to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Takes a port; `setting` says how another one is chosen.
pub(crate) async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            bail!("port {} on {} is taken; choose another with {setting}", address.port(), address.ip())
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            bail!("port {} needs more rights than this user has; choose one above 1023 with {setting}", address.port())
        }
        Err(error) => bail!("cannot listen on {address} ({error}); choose another address with {setting}"),
    }
}

/// Takes the address at which Prometheus reads, where one is set.
pub(crate) async fn bind_metrics(address: Option<SocketAddr>) -> Result<Option<TcpListener>> {
    match address {
        Some(address) => {
            bind(address, "`metrics_listen`, AUTOTASK_CRM_METRICS_LISTEN or --metrics-listen").await.map(Some)
        }
        None => Ok(None),
    }
}

/// Says where that is, and who can read there.
pub(crate) fn say_metrics(listener: Option<&TcpListener>) -> Result<()> {
    let Some(listener) = listener else { return Ok(()) };
    let address = address(listener)?;
    say(&format!("Metrics: http://{address}/metrics"));
    if !address.ip().to_canonical().is_loopback() {
        say("Metrics: whoever reaches that address reads them; nobody signs in there");
    }
    Ok(())
}

/// Says that this machine's clock is wrong, when Autotask has told what time it is; nothing waits for that.
pub(crate) fn say_clock(proxy: &Proxy) {
    let proxy = proxy.clone();
    tokio::spawn(async move {
        if let Some(warning) = proxy.clock_warning().await {
            say(&format!("Clock: {warning}"));
        }
    });
}

/// Serves them until told to stop.
pub(crate) async fn serve_metrics(listener: Option<TcpListener>, proxy: &Proxy, stop: Stop) -> Result<()> {
    match listener {
        Some(listener) => serve(listener, proxy.metrics_router(), stop).await,
        None => Ok(()),
    }
}

/// An address that somebody types, such as `127.0.0.1:8081`; `localhost` is this machine too.
pub(crate) fn parse(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .or_else(|| text.parse().ok())
        .ok_or("give an IP address and a port, such as 127.0.0.1:8081")
}

/// Where this machine reaches what listens there: one that listens at every address has no name of its own.
pub(crate) fn reached_at(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// The address that was taken: with the real port where any was asked for.
pub(crate) fn address(listener: &TcpListener) -> Result<SocketAddr> {
    listener.local_addr().context("the system does not say which port was taken")
}

/// Serves until told to stop, and then what is under way for a few seconds.
///
/// Not by `axum::serve`, which sets no timer: whoever opens connections and says nothing would keep them all for good.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: Stop) -> Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let open = GracefulShutdown::new();
    loop {
        let accepted = async {
            // A semaphore that nobody closes never refuses.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = stop.clone().wait() => break,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most often too many open files; those that are cut give theirs back.
                tracing::warn!(%error, "a connection cannot be taken");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        // A small answer must not wait for the next one.
        let _ = socket.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            let is_in_chunks = request.headers().contains_key(header::TRANSFER_ENCODING);
            let answer = router.clone().oneshot(request.map(axum::body::Body::new));
            async move {
                let mut answer = answer.await?;
                if is_in_chunks {
                    // Where such a body ends can be read in several ways: nothing behind it is taken for a request.
                    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = open.watch(http.serve_connection(TokioIo::new(StrictHeads::new(socket)), service));
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_TIMEOUT, open.shutdown()).await;
    Ok(())
}

/// Tells when the process is to stop: Ctrl-C, or SIGTERM.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Begins to listen for signals.
    pub(crate) fn on_signal() -> Stop {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signal().await;
            let _ = sender.send(true);
        });
        Stop(receiver)
    }

    /// Returns when it is time.
    pub(crate) async fn wait(mut self) {
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}

/// Returns at the next Ctrl-C or SIGTERM.
pub(crate) async fn signal() {
    let interrupted = async {
        // Without a handler the system's own way of stopping stays.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    interrupted.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_type_them() {
        let listens = |text: &str| parse(text).map(|address| reached_at(address).to_string());
        assert_eq!(listens("127.0.0.1:8081").as_deref(), Ok("127.0.0.1:8081"));
        assert_eq!(listens("localhost:8081").as_deref(), Ok("127.0.0.1:8081"));
        assert_eq!(listens("0.0.0.0:8081").as_deref(), Ok("127.0.0.1:8081"));
        assert_eq!(listens("[::]:8081").as_deref(), Ok("[::1]:8081"));
        assert_eq!(listens("10.0.0.5:0").as_deref(), Ok("10.0.0.5:0"));
        for text in ["", "8081", "localhost", "localhost:", "localhost:70000", "example.com:80", "127.0.0.1"] {
            assert_eq!(listens(text), Err("give an IP address and a port, such as 127.0.0.1:8081"), "{text}");
        }
    }
}
