//! Recorder: the last requests and what became of them, without secrets.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

/// Requests kept; older ones go.
const REQUESTS_MAX: usize = 1_000;
/// Longest body kept whole.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// What stands in the place of a secret.
const HIDDEN: &str = "(not shown)";

/// The last requests.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    requests: VecDeque<Recorded>,
    last: u64,
}

/// One request and what became of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    /// 1 for the first since the start; set when it is kept.
    pub(crate) number: u64,
    /// When it came, by the sandbox's clock.
    pub(crate) at: String,
    pub(crate) method: String,
    /// Path and query string.
    pub(crate) url: String,
    pub(crate) entity: Option<&'static str>,
    pub(crate) operation: Option<&'static str>,
    /// Names and values, those of secrets hidden.
    pub(crate) headers: Vec<(String, String)>,
    /// The body as JSON where it is JSON, otherwise as text.
    pub(crate) body: Option<Value>,
    pub(crate) status: u16,
    /// The text of a refusal.
    pub(crate) refusal: Option<String>,
    pub(crate) milliseconds: u128,
    /// The faults that struck it.
    pub(crate) faults: Vec<String>,
}

/// Which requests are asked for.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) entity: Option<String>,
    pub(crate) operation: Option<String>,
    /// Only those with a higher number.
    pub(crate) after: u64,
    pub(crate) limit: Option<usize>,
}

impl Recorder {
    pub(crate) fn keep(&self, mut request: Recorded) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        request.number = ring.last;
        if ring.requests.len() >= REQUESTS_MAX {
            ring.requests.pop_front();
        }
        ring.requests.push_back(request);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).requests.clear();
    }

    /// The newest that are wanted, in the order in which they ended.
    pub(crate) fn list(&self, wanted: &Wanted) -> Vec<Value> {
        let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is = |given: Option<&str>, wanted: &Option<String>| {
            wanted.as_deref().is_none_or(|wanted| given.is_some_and(|given| given.eq_ignore_ascii_case(wanted)))
        };
        let found = ring.requests.iter().rev().filter(|request| {
            request.number > wanted.after
                && is(request.entity, &wanted.entity)
                && is(request.operation, &wanted.operation)
        });
        let mut out: Vec<Value> = found.take(wanted.limit.unwrap_or(REQUESTS_MAX)).map(Recorded::to_json).collect();
        out.reverse();
        out
    }
}

impl Recorded {
    fn to_json(&self) -> Value {
        let headers: Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "number": self.number,
            "at": self.at,
            "method": self.method,
            "url": self.url,
            "entity": self.entity,
            "operation": self.operation,
            "headers": headers,
            "body": self.body,
            "status": self.status,
            "refusal": self.refusal,
            "milliseconds": u64::try_from(self.milliseconds).unwrap_or(u64::MAX),
            "faults": self.faults,
        })
    }
}

/// Headers as they may be shown. A bad login shows neither what was given nor what would be right.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    const SECRET: [&str; 5] = ["secret", "apiintegrationcode", "authorization", "cookie", "proxy-authorization"];
    headers
        .iter()
        .map(|(name, value)| {
            let shown = match SECRET.contains(&name.as_str()) {
                true => HIDDEN.to_owned(),
                false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            };
            (name.to_string(), shown)
        })
        .collect()
}

/// A body as it may be shown: without the secret keys of webhooks, and cut where it is long.
pub(crate) fn body(bytes: &[u8]) -> Option<Value> {
    if bytes.is_empty() {
        return None;
    }
    if bytes.len() > BODY_BYTES_MAX {
        return Some(json!(format!("({} bytes)", bytes.len())));
    }
    match autotask_core::json::parse(bytes) {
        Ok(Value::Object(mut map)) => {
            for (key, value) in &mut map {
                if is_secret(key) {
                    *value = json!(HIDDEN);
                }
            }
            Some(Value::Object(map))
        }
        Ok(other) => Some(other),
        // What cannot be taken apart may have a secret anywhere.
        Err(_) if String::from_utf8_lossy(bytes).to_lowercase().contains("secret") => Some(json!(HIDDEN)),
        Err(_) => Some(json!(String::from_utf8_lossy(bytes))),
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("secret") || key.contains("password")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let shown = body(br#"{"Name": "hook", "SecretKey": "s3", "x": [1]}"#).expect("a body");
        assert_eq!(shown, json!({"Name": "hook", "SecretKey": HIDDEN, "x": [1]}));
        assert_eq!(body(br#"{"secretkey": "s3""#), Some(json!(HIDDEN)));
        assert_eq!(body(b"{oops"), Some(json!("{oops")));
        assert_eq!(body(b""), None);
        assert_eq!(body(&vec![b'x'; BODY_BYTES_MAX + 1]), Some(json!("(16385 bytes)")));
        let mut given = HeaderMap::new();
        given.insert("Secret", "s3".parse().expect("a value"));
        given.insert("UserName", "me".parse().expect("a value"));
        assert_eq!(
            headers(&given),
            [("secret".to_owned(), HIDDEN.to_owned()), ("username".to_owned(), "me".to_owned())]
        );
    }

    #[test]
    fn the_oldest_go_and_numbers_stay() {
        let recorder = Recorder::default();
        for number in 0..REQUESTS_MAX + 5 {
            let entity = if number % 2 == 0 { Some("Companies") } else { Some("Contacts") };
            recorder.keep(Recorded { entity, ..Recorded::default() });
        }
        let all = recorder.list(&Wanted::default());
        assert_eq!((all.len(), &all[0]["number"]), (REQUESTS_MAX, &json!(6)));
        let wanted = Wanted { entity: Some("contacts".to_owned()), after: 1_000, limit: Some(2), ..Wanted::default() };
        let numbers: Vec<Value> = recorder.list(&wanted).iter().map(|request| request["number"].clone()).collect();
        assert_eq!(numbers, [json!(1_002), json!(1_004)]);
    }
}
