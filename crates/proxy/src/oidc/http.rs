//! Http: the way to the provider: https or this machine, no redirect, little time, few bytes.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::url::{Host, Url};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// Longest time for the connection: a person waits.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time for a whole answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of an answer: a token with 200 groups is 15 kB, a discovery document with its keys less.
const ANSWER_BYTES_MAX: usize = 128 * 1024;

/// The connection to a provider.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

impl Http {
    /// Prepares it; sends nothing yet.
    ///
    /// # Errors
    ///
    /// A sentence, when this system has no root certificates.
    pub fn new() -> Result<Http, crate::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .user_agent(crate::USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .build();
        client.map(Http).map_err(|_| {
            crate::Error::new(
                "the connection to the sign-in service cannot be prepared; check that this system has root \
                 certificates (`ca-certificates`)",
            )
        })
    }

    /// The body that stands at this address.
    pub(super) async fn get(&self, url: &Url) -> Result<Vec<u8>, HttpError> {
        let request = http::Request::get(url.as_str()).header(http::header::ACCEPT, "application/json");
        let response = self.send(request.body(Vec::new()).map_err(|_| HttpError::NotAllowed)?).await?;
        match response.status().as_u16() {
            200 => Ok(response.into_body()),
            status => Err(HttpError::Status(status)),
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(|_| HttpError::NotAllowed)?;
        if !is_allowed(request.url()) {
            return Err(HttpError::NotAllowed);
        }
        let mut response = self.0.execute(request).await.map_err(|error| HttpError::of(&error))?;
        if response.status().is_redirection() {
            return Err(HttpError::Redirect);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| HttpError::of(&error))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Whether something may be sent there: by https, or in the clear to this machine.
pub(super) fn is_allowed(url: &Url) -> bool {
    let is_this_machine = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return false,
    };
    let names_nobody = url.username().is_empty() && url.password().is_none();
    names_nobody && (url.scheme() == "https" || (url.scheme() == "http" && is_this_machine))
}

/// Why there is no answer. Public only because the trait of the protocol's crate wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// Neither https nor this machine.
    NotAllowed,
    /// No connection, or one that broke.
    Unreachable,
    /// No whole answer in time.
    TooSlow,
    /// An answer that leads elsewhere, which is never followed.
    Redirect,
    /// More bytes than any honest answer has.
    TooLarge,
    /// Another status than 200.
    Status(u16),
}

impl HttpError {
    fn of(error: &reqwest::Error) -> HttpError {
        if error.is_timeout() { HttpError::TooSlow } else { HttpError::Unreachable }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HttpError::NotAllowed => f.write_str("it is not `https://`"),
            HttpError::Unreachable => f.write_str("no connection could be made, or it broke off"),
            HttpError::TooSlow => f.write_str("no whole answer came within 10 seconds"),
            HttpError::Redirect => f.write_str("it leads elsewhere, which is not followed"),
            HttpError::TooLarge => f.write_str("its answer is larger than 128 kB"),
            HttpError::Status(status) => write!(f, "it answered with status {status}"),
        }
    }
}

impl Error for HttpError {}
