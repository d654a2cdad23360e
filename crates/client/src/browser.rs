//! The browser's transport: fetch, to the proxy that served the page.

use autotask_core::Request;
use autotask_core::route::Method;
use gloo_net::http::RequestBuilder;

use autotask_core::request::IDEMPOTENCY_KEY;

use crate::transport::{Answer, Transport};

/// Fetches from a REST root on the page's own origin, for example `/ATServicesRest`.
#[derive(Clone, Debug)]
pub struct Fetch {
    root: String,
    on_status: Option<fn(u16)>,
}

impl Fetch {
    /// A transport to this root.
    #[must_use]
    pub fn new(root: impl Into<String>) -> Fetch {
        Fetch { root: root.into(), on_status: None }
    }

    /// The same, telling the status of each answer: an app learns so that its session has ended, whichever call met it.
    #[must_use]
    pub fn telling(self, on_status: fn(u16)) -> Fetch {
        Fetch { on_status: Some(on_status), ..self }
    }
}

impl Transport for Fetch {
    async fn send(&self, request: &Request, key: Option<&str>) -> Result<Answer, String> {
        let method = match request.method {
            Method::Get => gloo_net::http::Method::GET,
            Method::Post => gloo_net::http::Method::POST,
            Method::Put => gloo_net::http::Method::PUT,
            Method::Patch => gloo_net::http::Method::PATCH,
            Method::Delete => gloo_net::http::Method::DELETE,
        };
        // The header that only our own page can set without asking: other sites would need a preflight.
        let mut builder = RequestBuilder::new(&format!("{}{}", self.root, request.path))
            .method(method)
            .header("X-Requested-With", "autotask-crm");
        if let Some(key) = key {
            builder = builder.header(IDEMPOTENCY_KEY, key);
        }
        let built = match &request.body {
            Some(body) => builder.header("Content-Type", "application/json").body(body.clone()),
            None => builder.build(),
        };
        let unreachable = |_| "the server does not answer".to_owned();
        let response = built.map_err(|error| error.to_string())?.send().await.map_err(unreachable)?;
        let status = response.status();
        if let Some(tell) = self.on_status {
            tell(status);
        }
        let body = response.binary().await.map_err(|_| "the answer was cut off".to_owned())?;
        Ok(Answer { status, body })
    }
    fn compares(&self) -> bool {
        true
    }
}
