//! Rule: a fault with where it strikes and how often, as JSON.

use autotask_core::entity;
use autotask_core::route::Route;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::kind::{CATALOGUE, Kind, RetryAfter};
use crate::world::dice::Dice;

/// Longest time that anything is delayed.
const MILLISECONDS_MAX: u64 = 600_000;

/// What a rule of any fault may say beside `fault`, and what it means.
pub(crate) const OF_EVERY_FAULT: [(&str, &str); 5] = [
    ("entity", "strikes requests of this entity alone, such as Companies; left out: all"),
    ("operation", "strikes this operation alone; left out: all"),
    ("times", "strikes so often, at least once; left out: always"),
    ("probability", "strikes by chance, from 0 to 1; left out: 1"),
    ("seed", "a whole number from which the chances are rolled, the same ones for the same number; left out: 1"),
];

/// A fault with where it strikes and how often.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) kind: Kind,
    /// The plural name; `None`: every one, and requests without an entity.
    entity: Option<&'static str>,
    operation: Option<Operation>,
    /// How often it strikes before it is spent; `None`: always.
    pub(crate) times: Option<u64>,
    /// Of a million.
    chance: u32,
    pub(crate) seed: u64,
    /// What it was read from.
    given: Map<String, Value>,
}

/// What a request does, as a rule names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Query,
    Count,
    Get,
    Create,
    Update,
    Replace,
    Delete,
    Metadata,
    Zone,
    Other,
}

impl Operation {
    const NAMES: [(&'static str, Operation); 10] = [
        ("query", Operation::Query),
        ("count", Operation::Count),
        ("get", Operation::Get),
        ("create", Operation::Create),
        ("update", Operation::Update),
        ("replace", Operation::Replace),
        ("delete", Operation::Delete),
        ("metadata", Operation::Metadata),
        ("zone", Operation::Zone),
        ("other", Operation::Other),
    ];

    pub(crate) fn of(route: &Route) -> Operation {
        match route {
            Route::Query(..) => Operation::Query,
            Route::Count(..) => Operation::Count,
            Route::Get(..) | Route::Children(..) | Route::Child(..) => Operation::Get,
            Route::Create(..) => Operation::Create,
            Route::Update(..) => Operation::Update,
            Route::Replace(..) => Operation::Replace,
            Route::Delete(..) => Operation::Delete,
            Route::Entities | Route::EntityInformation(_) | Route::Fields(_) | Route::UserDefinedFields(_) => {
                Operation::Metadata
            }
            Route::Zone => Operation::Zone,
            Route::Versions | Route::Version | Route::Threshold | Route::Modules => Operation::Other,
        }
    }

    /// All names, for people.
    pub(crate) fn names() -> String {
        Operation::NAMES.map(|(name, _)| name).join(", ")
    }

    pub(crate) fn name(self) -> &'static str {
        Operation::NAMES.iter().find(|(_, operation)| *operation == self).map_or("other", |(name, _)| name)
    }
}

/// The members of a rule, before they are known to fit each other.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    fault: String,
    entity: Option<String>,
    operation: Option<String>,
    times: Option<u64>,
    probability: Option<f64>,
    seed: Option<u64>,
    status: Option<u16>,
    #[serde(default, deserialize_with = "present")]
    retry_after: Option<Value>,
    milliseconds: Option<u64>,
    url: Option<String>,
    location: Option<String>,
    bytes: Option<usize>,
    logins: Option<u32>,
}

/// Tells a null from an absent member.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Rule {
    /// Reads one rule or a list of them.
    ///
    /// # Errors
    ///
    /// A sentence that says which rule, what is wrong with it, and what would be right.
    pub(crate) fn read_all(json: &Value) -> Result<Vec<Rule>, String> {
        match json {
            Value::Array(rules) => {
                let read = |(index, rule): (usize, &Value)| {
                    Rule::read(rule).map_err(|why| format!("Rule {}: {why}", index + 1))
                };
                rules.iter().enumerate().map(read).collect()
            }
            rule => Ok(vec![Rule::read(rule)?]),
        }
    }

    fn read(json: &Value) -> Result<Rule, String> {
        let Value::Object(map) = json else {
            return Err("a fault is an object such as {\"fault\":\"slow\",\"milliseconds\":2000}.".to_owned());
        };
        let given: Given = serde_json::from_value(json.clone()).map_err(|error| format!("{error}."))?;
        let Some(catalogued) = CATALOGUE.iter().find(|entry| entry.name == given.fault) else {
            let names: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
            return Err(format!("there is no fault \"{}\"; there are {}.", given.fault, names.join(", ")));
        };
        // Members of other faults would be silently without effect.
        for name in map.keys().map(String::as_str) {
            let is_own = catalogued.members.iter().any(|(member, _)| *member == name);
            if !is_own && name != "fault" && !OF_EVERY_FAULT.iter().any(|(member, _)| *member == name) {
                return Err(format!("\"{name}\" means nothing for {}.", given.fault));
            }
        }
        let entity = match &given.entity {
            None => None,
            Some(name) => {
                let found = entity(name)
                    .ok_or_else(|| format!("there is no entity \"{name}\"; give a plural such as Companies."))?;
                Some(found.name)
            }
        };
        let operation = match &given.operation {
            None => None,
            Some(name) => Some(
                Operation::NAMES
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, op)| *op)
                    .ok_or_else(|| format!("there is no operation \"{name}\"; there are {}.", Operation::names()))?,
            ),
        };
        if given.times == Some(0) {
            return Err("times is at least 1; leave it out for always.".to_owned());
        }
        let probability = given.probability.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&probability) {
            return Err(format!("probability is a number from 0 to 1, not {probability}."));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was just checked to be 0 to 1")]
        let chance = (probability * 1_000_000.0).round() as u32;
        Ok(Rule {
            kind: kind(&given)?,
            entity,
            operation,
            times: given.times,
            chance,
            seed: given.seed.unwrap_or(1),
            given: map.clone(),
        })
    }

    /// Whether it is about such requests at all.
    pub(crate) fn applies_to(&self, route: &Route) -> bool {
        let operation = Operation::of(route);
        let fits = match self.kind {
            Kind::CommitThenCut
            | Kind::CommitLate { .. }
            | Kind::FailWithoutCommit { .. }
            | Kind::SilentlyIgnore
            | Kind::ImpersonationDenied => route.is_write(),
            Kind::HostilePageUrl { .. } | Kind::EmptyLastPage => operation == Operation::Query,
            Kind::HostileText => matches!(operation, Operation::Query | Operation::Get),
            Kind::AbsentIsNotFound => operation == Operation::Get,
            Kind::ZoneWithoutSlash | Kind::ZoneUnknown | Kind::ZoneElsewhere { .. } => operation == Operation::Zone,
            Kind::PermissionDenied { .. } => route.entity().is_some() && operation != Operation::Metadata,
            // Zone and versions are exempt from limits.
            Kind::ThreadRefusal { .. } => route.entity().is_some(),
            Kind::TooManyRequests { .. } => !matches!(route, Route::Zone | Route::Versions),
            // It is asked for by `lock_after`, and strikes nobody by itself.
            Kind::LockAfter { .. } => false,
            Kind::Redirect { .. }
            | Kind::Slow { .. }
            | Kind::SlowBody { .. }
            | Kind::CutBody { .. }
            | Kind::MalformedBody
            | Kind::HtmlNotFound => true,
        };
        fits && self.operation.is_none_or(|wanted| wanted == operation)
            && self.entity.is_none_or(|wanted| route.entity().is_some_and(|entity| entity.name == wanted))
    }

    /// Whether it strikes this time.
    pub(crate) fn chance(&self, dice: &mut Dice) -> bool {
        self.chance == 1_000_000 || dice.below(1_000_000) < self.chance
    }

    pub(crate) fn to_json(&self) -> Value {
        Value::Object(self.given.clone())
    }
}

/// The fault with its own members; what is absent has the catalogue's example as default where there is one.
fn kind(given: &Given) -> Result<Kind, String> {
    let milliseconds = |default| match given.milliseconds.unwrap_or(default) {
        given if given > MILLISECONDS_MAX => Err(format!("milliseconds is at most {MILLISECONDS_MAX}.")),
        given => Ok(given),
    };
    let status = |range: std::ops::RangeInclusive<u16>, default: u16| {
        let number = given.status.unwrap_or(default);
        StatusCode::from_u16(number)
            .ok()
            .filter(|_| range.contains(&number))
            .ok_or_else(|| format!("status is a number from {} to {}, not {number}.", range.start(), range.end()))
    };
    let text = |value: &Option<String>, name: &str| {
        let text = value.clone().ok_or_else(|| format!("{} needs \"{name}\".", given.fault))?;
        match axum::http::HeaderValue::from_str(&text) {
            Ok(_) => Ok(text),
            Err(_) => Err(format!("{name} has characters that no header can carry.")),
        }
    };
    Ok(match given.fault.as_str() {
        "commitThenCut" => Kind::CommitThenCut,
        "commitLate" => Kind::CommitLate { milliseconds: milliseconds(2_000)? },
        "failWithoutCommit" => Kind::FailWithoutCommit { status: status(400..=599, 500)? },
        "silentlyIgnore" => Kind::SilentlyIgnore,
        "impersonationDenied" => Kind::ImpersonationDenied,
        "permissionDenied" => Kind::PermissionDenied { status: status(400..=599, 500)? },
        "threadRefusal" => Kind::ThreadRefusal { status: status(400..=599, 500)? },
        "tooManyRequests" => Kind::TooManyRequests { retry_after: retry_after(given.retry_after.as_ref())? },
        "lockAfter" => match given.logins.unwrap_or(5) {
            0 => return Err("logins is at least 1.".to_owned()),
            logins => Kind::LockAfter { logins },
        },
        "redirect" => Kind::Redirect { status: status(300..=399, 302)?, location: text(&given.location, "location")? },
        "slow" => Kind::Slow { milliseconds: milliseconds(3_000)? },
        "slowBody" => Kind::SlowBody { milliseconds: milliseconds(3_000)? },
        "cutBody" => Kind::CutBody { bytes: given.bytes },
        "malformedBody" => Kind::MalformedBody,
        "htmlNotFound" => Kind::HtmlNotFound,
        "hostilePageUrl" => Kind::HostilePageUrl { url: text(&given.url, "url")? },
        "emptyLastPage" => Kind::EmptyLastPage,
        "hostileText" => Kind::HostileText,
        "absentIsNotFound" => Kind::AbsentIsNotFound,
        "zoneWithoutSlash" => Kind::ZoneWithoutSlash,
        "zoneUnknown" => Kind::ZoneUnknown,
        "zoneElsewhere" => Kind::ZoneElsewhere { url: text(&given.url, "url")? },
        other => return Err(format!("there is no fault \"{other}\".")),
    })
}

fn retry_after(given: Option<&Value>) -> Result<RetryAfter, String> {
    match given {
        None => Ok(RetryAfter::Seconds(60)),
        Some(Value::Null) => Ok(RetryAfter::Absent),
        Some(Value::String(word)) if word == "date" => Ok(RetryAfter::Date(60)),
        Some(value) => value
            .as_u64()
            .map(RetryAfter::Seconds)
            .ok_or_else(|| format!("retryAfter is a number of seconds, \"date\", or null for none, not {value}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autotask_core::route::{Method, route};
    use serde_json::json;

    #[test]
    fn every_fault_of_the_catalogue_is_read_with_its_example() {
        for entry in &CATALOGUE {
            let mut rule = json!({ "fault": entry.name });
            for (member, example) in entry.members {
                rule[*member] = serde_json::from_str(example).expect("the example is JSON");
            }
            let read = Rule::read_all(&rule).unwrap_or_else(|why| panic!("{}: {why}", entry.name));
            assert_eq!(read[0].to_json(), rule);
        }
    }

    #[track_caller]
    fn refused(rule: Value, expected: &str) {
        let why = Rule::read_all(&rule).expect_err("it is refused");
        assert!(why.contains(expected), "{why}");
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_said() {
        refused(
            json!([{"fault": "slow"}, {"fault": "sloow"}]),
            "Rule 2: there is no fault \"sloow\"; there are commitThenCut,",
        );
        refused(json!({"fault": "slow", "url": "x"}), "\"url\" means nothing for slow.");
        refused(json!({"fault": "slow", "milisec": 3}), "unknown field `milisec`");
        refused(json!({"fault": "slow", "entity": "Companys"}), "there is no entity \"Companys\"");
        refused(json!({"fault": "slow", "operation": "read"}), "there is no operation \"read\"; there are query,");
        refused(json!({"fault": "slow", "probability": 1.5}), "from 0 to 1, not 1.5");
        refused(json!({"fault": "slow", "milliseconds": 600_001}), "at most 600000");
        refused(json!({"fault": "redirect", "location": "/", "status": 200}), "from 300 to 399, not 200");
        refused(json!({"fault": "redirect"}), "redirect needs \"location\"");
        refused(json!({"fault": "hostilePageUrl", "url": "a\nb"}), "no header can carry");
        refused(json!({"fault": "tooManyRequests", "retryAfter": "soon"}), "not \"soon\"");
        refused(json!({"fault": "slow", "times": 0}), "at least 1");
        refused(json!({"fault": "lockAfter", "logins": 0}), "at least 1");
        refused(json!("slow"), "a fault is an object");
    }

    #[test]
    fn a_rule_strikes_only_what_it_names() {
        let rule = |json| Rule::read_all(&json).expect("a rule").remove(0);
        let path = |method, path| route(method, path).expect("a route");
        let create = path(Method::Post, "/V1.0/Companies");
        let query = path(Method::Post, "/V1.0/Companies/query");
        let other = path(Method::Post, "/V1.0/Companies/1/Contacts");
        let cut = rule(json!({"fault": "commitThenCut"}));
        assert!(cut.applies_to(&create) && cut.applies_to(&other) && !cut.applies_to(&query));
        let slow = rule(json!({"fault": "slow", "entity": "companies", "operation": "QUERY"}));
        assert!(slow.applies_to(&query) && !slow.applies_to(&create) && !slow.applies_to(&other));
    }

    #[test]
    fn the_chance_is_the_same_for_the_same_seed() {
        let rule = Rule::read_all(&json!({"fault": "slow", "probability": 0.3, "seed": 9})).expect("a rule").remove(0);
        let rolls = || {
            let mut dice = Dice::new(rule.seed, 0);
            (0..1_000).map(|_| rule.chance(&mut dice)).collect::<Vec<_>>()
        };
        assert_eq!(rolls(), rolls());
        let struck = rolls().iter().filter(|struck| **struck).count();
        assert!((250..350).contains(&struck), "{struck}");
    }
}
