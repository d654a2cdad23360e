//! Listening and stopping: the one place where a socket meets a router.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;

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

/// The address that was taken: with the real port where any was asked for.
pub(crate) fn address(listener: &TcpListener) -> Result<SocketAddr> {
    listener.local_addr().context("the system does not say which port was taken")
}

/// Serves until told to stop, and then what is under way for a few seconds.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: Stop) -> Result<()> {
    let listener = listener.tap_io(|socket| {
        // A small answer must not wait for the next one.
        let _ = socket.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop.clone().wait());
    let late = async {
        stop.wait().await;
        tokio::time::sleep(STOP_TIMEOUT).await;
    };
    tokio::select! {
        ended = served.into_future() => ended.context("the server cannot go on listening"),
        () = late => Ok(()),
    }
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
