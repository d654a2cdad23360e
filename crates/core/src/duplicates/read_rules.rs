//! Rules as a caller writes them in JSON.

use serde_json::Value;

use super::rules::{Compare, KEYS_MAX, Key, Rules, THRESHOLD, WEIGHT_MAX};
use crate::entity::EntityInfo;
use crate::field::{DataType, Format};
use crate::issue::Issue;
use crate::table::member_name;

impl Rules {
    /// Reads rules of a caller: `{ threshold, keys: [{ field, weight, compare, against }], notDuplicates: [[1, 2]] }`.
    /// What is not said is as in [`Rules::of`].
    ///
    /// # Errors
    ///
    /// Every issue: an unknown field or comparison, a number outside its bounds.
    pub fn read(json: &Value, info: &EntityInfo) -> Result<Rules, Vec<Issue>> {
        let mut issues = Vec::new();
        let Value::Object(map) = json else {
            return Err(vec![Issue::error("duplicates.rules", "rules are an object")]);
        };
        for name in map.keys().filter(|name| !matches!(name.as_str(), "threshold" | "keys" | "notDuplicates")) {
            issues.push(Issue::error("duplicates.rules", format!("rules have no member `{name}`")).at(name.as_str()));
        }
        let own = map.get("keys").filter(|keys| !keys.is_null()).map(|keys| read_keys(keys, info, &mut issues));
        let mut rules = match (own, Rules::of(info)) {
            (Some(keys), Ok(rules)) => Rules { keys, ..rules },
            (Some(keys), Err(_)) => {
                Rules { threshold: THRESHOLD, keys, not_duplicates: Vec::new(), parent: None, place: None }
            }
            (None, Ok(rules)) => rules,
            (None, Err(issue)) => {
                issues.push(issue);
                return Err(issues);
            }
        };
        if let Some(value) = map.get("threshold") {
            rules.threshold = read_number(value, 1.0, "threshold", &mut issues);
        }
        if let Some(value) = map.get("notDuplicates").filter(|value| !value.is_null()) {
            rules.not_duplicates = read_pairs(value, &mut issues);
        }
        if issues.is_empty() { Ok(rules) } else { Err(issues) }
    }
}

fn read_keys(json: &Value, info: &EntityInfo, issues: &mut Vec<Issue>) -> Vec<Key> {
    let Some(list) = json.as_array().filter(|list| !list.is_empty() && list.len() <= KEYS_MAX) else {
        issues.push(Issue::error("duplicates.keys", format!("`keys` is a list of 1 to {KEYS_MAX} keys")).at("keys"));
        return Vec::new();
    };
    let mut keys = Vec::new();
    for (number, json) in list.iter().enumerate() {
        let path = format!("keys[{number}]");
        let Some(field) = json.get("field").and_then(Value::as_str) else {
            issues.push(Issue::error("duplicates.keys", "a key names its `field`").at(path));
            continue;
        };
        for word in field.split('+') {
            let (name, udf) = member_name(word.trim());
            if info.find(name, udf).is_none() {
                let message = format!("unknown field `{name}` on {}", info.name);
                let issue = Issue::error("duplicates.unknown_field", message).at(format!("{path}.field"));
                issues.push(match info.nearest_field(name, udf) {
                    Some(nearest) => issue.hint(format!("did you mean `{nearest}`?")),
                    None => issue,
                });
            }
        }
        let compare = match json.get("compare").filter(|word| !word.is_null()) {
            None => compare_for(field, info),
            Some(word) => word.as_str().and_then(Compare::from_word).unwrap_or_else(|| {
                let mut issue =
                    Issue::error("duplicates.compare", format!("there is no comparison {}", crate::json::write(word)));
                issue.expected = Compare::words().map(str::to_owned).collect();
                issues.push(issue.at(format!("{path}.compare")));
                Compare::Exact
            }),
        };
        let mut key = Key::new(field.to_owned(), 1.0, compare);
        for (name, slot) in [("weight", &mut key.weight), ("against", &mut key.against)] {
            if let Some(value) = json.get(name) {
                *slot = read_number(value, WEIGHT_MAX, &format!("{path}.{name}"), issues);
            }
        }
        keys.push(key);
    }
    if issues.is_empty() && keys.iter().all(|key| key.weight == 0.0) {
        issues.push(Issue::error("duplicates.keys", "every key weighs nothing").at("keys"));
    }
    keys
}

/// How a field is compared when nobody says: by what its text looks like.
fn compare_for(field: &str, info: &EntityInfo) -> Compare {
    let (name, udf) = member_name(field.split('+').next().unwrap_or(field).trim());
    let format = info.find(name, udf).map_or(Format::Any, |field| field.format);
    let is_person = field.contains('+') || ["firstName", "lastName"].contains(&name);
    match format {
        Format::Phone => Compare::Digits,
        Format::Email => Compare::Email,
        Format::Web => Compare::Domain,
        Format::Any if is_person => Compare::Person,
        Format::Any if name.eq_ignore_ascii_case("companyName") => Compare::Name,
        Format::Any => match info.find(name, udf).map(|field| field.data_type) {
            Some(DataType::String) => Compare::Text,
            Some(DataType::DateTime) => Compare::Date,
            _ => Compare::Exact,
        },
    }
}

fn read_number(value: &Value, max: f64, path: &str, issues: &mut Vec<Issue>) -> f64 {
    // What JavaScript knows as NaN or infinity is null in JSON.
    match value.as_f64().filter(|number| (0.0..=max).contains(number)) {
        Some(number) => number,
        None => {
            let name = path.rsplit('.').next().unwrap_or(path);
            let message = format!(
                "`{name}` is a number from 0 to {}, not {}",
                crate::number::write_plain(max),
                crate::json::write(value)
            );
            issues.push(Issue::error("duplicates.number", message).at(path));
            0.0
        }
    }
}

fn read_pairs(value: &Value, issues: &mut Vec<Issue>) -> Vec<(i64, i64)> {
    let pair = |pair: &Value| match pair.as_array().map(Vec::as_slice) {
        Some([a, b]) => Some((crate::record::whole(a)?, crate::record::whole(b)?)),
        _ => None,
    };
    match value.as_array().map(|list| list.iter().map(pair).collect::<Option<Vec<_>>>()) {
        Some(Some(pairs)) => pairs,
        _ => {
            let message = "`notDuplicates` is a list of pairs of ids: [[1, 2]]";
            issues.push(Issue::error("duplicates.pairs", message).at("notDuplicates"));
            Vec::new()
        }
    }
}
