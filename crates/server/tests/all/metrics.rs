//! What Prometheus reads: at an address of its own, with numbers and without anybody's data.

use crate::common::Running;

fn get(url: &str, host: Option<&str>) -> (u16, String, String) {
    let mut request = reqwest::blocking::Client::new().get(url).header("X-Requested-With", "autotask-crm");
    if let Some(host) = host {
        request = request.header("Host", host);
    }
    let response = request.send().expect("an answer");
    let content_type =
        response.headers().get("content-type").map_or("", |value| value.to_str().expect("ASCII")).to_owned();
    (response.status().as_u16(), content_type, response.text().expect("a whole answer"))
}

/// The value of a sample, by its name with its labels as they are written.
#[track_caller]
fn sample(text: &str, name: &str) -> f64 {
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    let (_, value) =
        line.unwrap_or_else(|| panic!("{name} is not in {text}")).rsplit_once(' ').expect("a name and a value");
    value.parse().expect("a number")
}

#[test]
fn a_scrape_counts_what_happened_and_names_nobody() {
    let demo = Running::start(&crate::common::demo(&["--metrics-listen", "127.0.0.1:0"]), "CRM workbench: ");
    let metrics = demo.lines.iter().find_map(|line| line.strip_prefix("Metrics: ")).expect("said at the start");
    let url = demo.url();
    for id in ["0", "0", "731337426"] {
        get(&format!("{url}ATServicesRest/V1.0/Companies/{id}"), None);
    }
    let secret = "Zebra-Canary";
    get(&format!("{url}ATServicesRest/V1.0/{secret}/1?{secret}={secret}"), None);
    get(&format!("{url}ATServicesRest/V1.0/Companies/query?search={{'filter':[{{'op':'{secret}'}}]}}"), None);
    assert_eq!(get(url, Some("evil.test")).0, 403);

    let (status, content_type, text) = get(metrics, None);
    assert_eq!((status, content_type.as_str()), (200, "application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(text.ends_with("# EOF\n"), "{text}");
    for (name, expected) in [
        (r#"autotask_crm_requests_total{route="get",status="200"}"#, 3.0),
        (r#"autotask_crm_requests_total{route="no route",status="404"}"#, 1.0),
        (r#"autotask_crm_request_seconds_count{route="get"}"#, 3.0),
        (r#"autotask_crm_refused_total{reason="foreign"}"#, 1.0),
        (r#"autotask_crm_refused_total{reason="noRoute"}"#, 1.0),
        (r#"autotask_crm_refused_total{reason="request"}"#, 1.0),
        (r#"autotask_crm_upstream_calls_total{entity="Companies",outcome="ok"}"#, 3.0),
        ("autotask_crm_upstream_wait_seconds_count", 3.0),
        ("autotask_crm_hour_limit", 10_000.0),
        ("autotask_crm_waiting", 0.0),
        ("autotask_crm_under_way", 0.0),
        ("autotask_crm_sessions", 0.0),
        ("autotask_crm_store_errors_total", 0.0),
        (concat!("autotask_crm_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0),
    ] {
        assert_eq!(sample(&text, name), expected, "{name} in {text}");
    }
    // Three reads, and one question for the count itself.
    assert_eq!((sample(&text, "autotask_crm_hour_used"), sample(&text, "autotask_crm_hour_others")), (4.0, 0.0));
    for unwanted in [secret, "sandbox-secret", "api-user", "731337426", "127.0.0.1"] {
        assert!(!text.contains(unwanted), "{unwanted} is in {text}");
    }

    // A page that calls this machine by a name of its own reads nothing, and there is nothing else.
    assert_eq!(get(metrics, Some("evil.test")).0, 403);
    let elsewhere = metrics.strip_suffix("metrics").unwrap();
    for path in ["", "api/session", "ATServicesRest/V1.0/Companies/0", "index.html"] {
        assert_eq!(get(&format!("{elsewhere}{path}"), None).0, 404, "{path}");
    }
    let (_, content_type, text) = get(&format!("{url}metrics"), None);
    assert!(!text.contains("autotask_crm_") && !content_type.contains("openmetrics"), "not on the main port: {text}");
}
