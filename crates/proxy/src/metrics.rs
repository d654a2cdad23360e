//! Metrics: what Prometheus asks for. Names of routes and entities and numbers, nothing of a request or a person.
//!
//! | name | what |
//! | --- | --- |
//! | `autotask_crm_requests_total{route,status}` | requests to this server |
//! | `autotask_crm_request_seconds{route}` | until the head of their answers |
//! | `autotask_crm_refused_total{reason}` | requests that this server refused itself |
//! | `autotask_crm_upstream_calls_total{entity,outcome}` | calls to Autotask: `ok`, `refused`, `unreachable`, `malformed` |
//! | `autotask_crm_upstream_seconds` | until their answers, the waiting apart |
//! | `autotask_crm_upstream_wait_seconds` | for a turn |
//! | `autotask_crm_hour_used`, `…_others`, `…_limit` | calls of the last hour: all that are known of, those of other integrations, and what Autotask takes |
//! | `autotask_crm_waiting`, `autotask_crm_under_way` | calls that wait, and that Autotask has not answered |
//! | `autotask_crm_sessions` | sessions that hold |
//! | `autotask_crm_store_errors_total` | what could not be read from or written to the disk |
//! | `autotask_crm_build_info{version}` | 1 |

use std::time::Duration;

use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::gate::Standing;
use crate::log::Label;
use crate::refusal::Refusal;

/// The type of the text.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper ends of the ranges that times are counted in, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    entity: &'static str,
    outcome: &'static str,
}

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Family<Route, Histogram, fn() -> Histogram>,
    refused: Family<Refused, Counter>,
    calls: Family<Call, Counter>,
    call_seconds: Histogram,
    wait_seconds: Histogram,
    store_errors: Counter,
    hour: [Gauge; 5],
    sessions: Gauge,
}

fn times() -> Histogram {
    Histogram::new(SECONDS)
}

impl Metrics {
    /// Nothing is counted yet.
    pub(crate) fn new() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("autotask_crm"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(times),
            refused: Family::default(),
            calls: Family::default(),
            call_seconds: times(),
            wait_seconds: times(),
            store_errors: Counter::default(),
            hour: Default::default(),
            sessions: Gauge::default(),
        };
        let all = &mut metrics.registry;
        all.register("requests", "Requests to this server", metrics.requests.clone());
        all.register_with_unit(
            "request",
            "Until the head of an answer",
            Unit::Seconds,
            metrics.request_seconds.clone(),
        );
        all.register("refused", "Requests that this server refused itself", metrics.refused.clone());
        all.register("upstream_calls", "Calls to Autotask", metrics.calls.clone());
        all.register_with_unit(
            "upstream",
            "Until Autotask's answer, the waiting apart",
            Unit::Seconds,
            metrics.call_seconds.clone(),
        );
        all.register_with_unit("upstream_wait", "For a turn", Unit::Seconds, metrics.wait_seconds.clone());
        all.register(
            "store_errors",
            "What could not be read from or written to the disk",
            metrics.store_errors.clone(),
        );
        let [used, others, limit, waiting, under_way] = metrics.hour.clone();
        all.register("hour_used", "Calls of the last hour, of all integrations", used);
        all.register("hour_others", "Calls of the last hour, of other integrations", others);
        all.register("hour_limit", "Calls that Autotask takes in an hour", limit);
        all.register("waiting", "Calls that wait for a turn", waiting);
        all.register("under_way", "Calls that Autotask has not answered", under_way);
        all.register("sessions", "Sessions that hold", metrics.sessions.clone());
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        all.register("build", "This program", build);
        metrics
    }

    /// A request was answered.
    pub(crate) fn note_request(&self, label: Label, status: StatusCode, refused: Option<&'static str>, took: Duration) {
        let route = label.route;
        self.requests.get_or_create(&Request { route, status: status.as_u16() }).inc();
        self.request_seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
        if let Some(reason) = refused {
            self.refused.get_or_create(&Refused { reason }).inc();
        }
    }

    /// A call had its turn after so long.
    pub(crate) fn note_wait(&self, waited: Duration) {
        self.wait_seconds.observe(waited.as_secs_f64());
    }

    /// Autotask answered, with this status, or did not.
    pub(crate) fn note_call(&self, entity: Option<&'static str>, outcome: Result<u16, &Refusal>, took: Duration) {
        let outcome = match outcome {
            Ok(200..=299) => "ok",
            Ok(_) => "refused",
            Err(Refusal::Unreachable(_)) => "unreachable",
            Err(_) => "malformed",
        };
        self.calls.get_or_create(&Call { entity: entity.unwrap_or("none"), outcome }).inc();
        self.call_seconds.observe(took.as_secs_f64());
    }

    /// Counts what the store could not do.
    pub(crate) fn store_errors(&self) -> Counter {
        self.store_errors.clone()
    }

    /// All of it as text, with how the hour stands and how many sessions hold, as far as that is known.
    pub(crate) fn text(&self, standing: Option<Standing>, sessions: Option<i64>) -> String {
        if let Some(Standing { used, others, limit, waiting, under_way, .. }) = standing {
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let now = [used.into(), others.into(), limit.into(), number(waiting), number(under_way)];
            for (gauge, value) in self.hour.iter().zip(now) {
                gauge.set(value);
            }
        }
        if let Some(sessions) = sessions {
            self.sessions.set(sessions);
        }
        let mut out = String::new();
        // Writing to a text never fails.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}
