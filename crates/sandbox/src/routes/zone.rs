//! Zone: where a user's instance is, which versions there are, and how much of the hour's limit is used.

use serde_json::{Value, json};

use super::Call;
use crate::answer::Refusal;
use crate::auth;
use crate::limits::WINDOW_MINUTES;

/// `zoneInformation?user=…`: everything is at the address the client already uses.
pub(super) fn zone(call: &Call<'_>) -> Result<Value, Refusal> {
    match call.parameter("user") {
        Some(user) if auth::is_user(&user, &call.inner.config.credentials) && !call.effects.zone_unknown => {
            let slash = if call.effects.zone_without_slash { "" } else { "/" };
            let here = || format!("{}/ATServicesRest{slash}", call.origin);
            Ok(json!({
                "zoneName": "Sandbox",
                "url": call.effects.zone_url.clone().unwrap_or_else(here),
                "webUrl": format!("{}/", call.origin),
                "ci": 1,
            }))
        }
        _ => Err(Refusal::application("Zone information could not be determined")),
    }
}

/// `versioninformation`.
pub(super) fn versions() -> Value {
    json!({ "apiVersions": ["V1.0"] })
}

/// `Version`.
pub(super) fn version() -> Value {
    json!({ "majorVersion": "2026", "minorVersion": "3", "build": env!("CARGO_PKG_VERSION"), "customerType": "Sandbox" })
}

/// `ThresholdInformation`.
pub(super) fn threshold(call: &Call<'_>) -> Value {
    json!({
        "externalRequestThreshold": call.settings.requests_per_hour,
        "requestThresholdTimeframe": WINDOW_MINUTES,
        "currentTimeframeRequestCount": call.inner.threshold.current(call.inner.clock.now(), call.settings),
    })
}
