//! Settings: what can be changed while a sandbox runs. They begin as the configuration says.

use serde::{Deserialize, Serialize};

use crate::config::{Config, WebhookBody};

/// How a sandbox behaves now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Whether to refuse what Autotask would silently drop.
    pub(crate) strict: bool,
    /// Whether companies have two levels and no more.
    pub(crate) two_level_parents: bool,
    /// Requests of a rolling hour at which the tenant is suspended; `null`: no limit.
    pub(crate) requests_per_hour: Option<u32>,
    /// Whether calls get slower from half of that on.
    pub(crate) latency: bool,
    /// What the tenant's other integrations have used of the hour.
    pub(crate) other_requests: u32,
    /// Requests at once for one tracking identifier and endpoint; `null`: no limit.
    pub(crate) threads_per_endpoint: Option<u32>,
    /// Which bytes of a webhook's body are sent: `asSigned` or `unescaped`.
    pub(crate) webhook_body: WebhookBody,
}

/// Changes to the settings; what is absent stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Changes {
    strict: Option<bool>,
    two_level_parents: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    requests_per_hour: Option<Option<u32>>,
    latency: Option<bool>,
    other_requests: Option<u32>,
    #[serde(default, deserialize_with = "present")]
    threads_per_endpoint: Option<Option<u32>>,
    webhook_body: Option<WebhookBody>,
}

/// Tells a null from an absent member.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Settings {
    pub(crate) fn new(config: &Config) -> Settings {
        Settings {
            strict: config.strict,
            two_level_parents: config.two_level_parents,
            requests_per_hour: config.limits.requests_per_hour,
            latency: config.limits.latency,
            other_requests: 0,
            threads_per_endpoint: config.limits.threads_per_endpoint,
            webhook_body: config.webhook_body,
        }
    }

    pub(crate) fn change(&mut self, changes: &Changes) {
        let Changes {
            strict,
            two_level_parents,
            requests_per_hour,
            latency,
            other_requests,
            threads_per_endpoint,
            webhook_body,
        } = changes;
        self.strict = strict.unwrap_or(self.strict);
        self.two_level_parents = two_level_parents.unwrap_or(self.two_level_parents);
        self.requests_per_hour = requests_per_hour.unwrap_or(self.requests_per_hour);
        self.latency = latency.unwrap_or(self.latency);
        self.other_requests = other_requests.unwrap_or(self.other_requests);
        self.threads_per_endpoint = threads_per_endpoint.unwrap_or(self.threads_per_endpoint);
        self.webhook_body = webhook_body.unwrap_or(self.webhook_body);
    }
}
