//! Read: rules from JSON, with everything that is wrong with them.

use serde_json::{Map, Value};

use super::checks::Check;
use super::rule::{DUPLICATES, Fix, NamedCheck, Related, Rule, Same, SameKey};
use super::same::Compare;
use crate::entity::{entity, nearest_entity};
use crate::hierarchy::ProblemKind;
use crate::issue::{Issue, Severity};
use crate::text::nearest;

/// Most rules that are read.
pub const RULES_MAX: usize = 1_000;
/// Most issues that a list of rules gets.
const ISSUES_MAX: usize = 100;

const MEMBERS: [&str; 13] = [
    "id",
    "entity",
    "title",
    "severity",
    "why",
    "scope",
    "filter",
    "check",
    "with",
    "without",
    "same",
    "hierarchy",
    "fix",
];

const PROBLEMS: [(&str, ProblemKind); 5] = [
    ("cycle", ProblemKind::Cycle),
    ("orphan", ProblemKind::Orphan),
    ("self", ProblemKind::SelfParent),
    ("depth", ProblemKind::Depth),
    ("inactiveParent", ProblemKind::InactiveParent),
];

/// Rules that were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadRules {
    /// Those that can be understood, in their order.
    pub rules: Vec<Rule>,
    /// Why others cannot, each at its place: `rules[3].severity`. At most 100.
    pub issues: Vec<Issue>,
}

/// Reads a list of rules. One with an error is left out and its errors are told; the filters in it are read when it
/// runs.
#[must_use]
pub fn read(json: &Value) -> ReadRules {
    let mut read = ReadRules::default();
    let Some(list) = json.as_array() else {
        read.issues.push(Issue::error("quality.malformed", "rules are a list of objects").at("rules"));
        return read;
    };
    for (index, rule) in list.iter().enumerate() {
        if index == RULES_MAX {
            read.issues.push(
                Issue::error("quality.too_many_rules", format!("only the first {RULES_MAX} rules were read"))
                    .at("rules"),
            );
            break;
        }
        let mut reader = Reader { path: format!("rules[{index}]"), issues: Vec::new() };
        let rule = reader.rule(rule);
        match rule {
            Some(rule) if read.rules.iter().any(|known| known.id == rule.id) => {
                reader.wrong("id", format!("there is another rule `{}`", rule.id));
            }
            Some(rule) if reader.issues.is_empty() => read.rules.push(rule),
            _ => {}
        }
        // One place is kept for the sentence about too many rules.
        let open = (ISSUES_MAX - 1).saturating_sub(read.issues.len());
        read.issues.extend(reader.issues.into_iter().take(open));
    }
    read
}

struct Reader {
    path: String,
    issues: Vec<Issue>,
}

impl Reader {
    fn rule(&mut self, json: &Value) -> Option<Rule> {
        let map = self.object(json, "", &MEMBERS)?;
        let severity = match self.text(map, "severity", "", true).as_deref() {
            Some("error") => Severity::Error,
            Some("warning") => Severity::Warning,
            Some("notice") => Severity::Notice,
            given => {
                if given.is_some() {
                    self.wrong("severity", "it is `error`, `warning` or `notice`".to_owned());
                }
                Severity::Notice
            }
        };
        let id = self.text(map, "id", "", true);
        let rule = Rule {
            title: self.text(map, "title", "", false).or_else(|| id.clone()).unwrap_or_default(),
            id: id.unwrap_or_default(),
            entity: self.entity(map, "").unwrap_or_default(),
            severity,
            why: self.text(map, "why", "", false).unwrap_or_default(),
            scope: self.text(map, "scope", "", false),
            filter: self.text(map, "filter", "", false),
            check: given(map, "check").and_then(|check| self.check(check)),
            with: given(map, "with").and_then(|related| self.related(related, "with")),
            without: given(map, "without").and_then(|related| self.related(related, "without")),
            same: given(map, "same").and_then(|same| self.same(same)),
            hierarchy: given(map, "hierarchy").map(|kinds| self.hierarchy(kinds)).unwrap_or_default(),
            fix: given(map, "fix").and_then(|fix| self.fix(fix)),
        };
        let has_condition = rule.filter.is_some()
            || rule.check.is_some()
            || rule.with.is_some()
            || rule.without.is_some()
            || rule.same.is_some()
            || !rule.hierarchy.is_empty();
        if !has_condition && self.issues.is_empty() {
            self.wrong("", "it says nothing about what a finding is; give a `filter`".to_owned());
        }
        Some(rule)
    }

    fn check(&mut self, json: &Value) -> Option<NamedCheck> {
        let map = self.object(json, "check", &["is", "fields"])?;
        let name = self.text(map, "is", "check", true)?;
        let Some(check) = Check::from_name(&name) else {
            let names = Check::ALL.map(Check::as_str);
            let meant = nearest(&name, names).map(|name| format!("; did you mean `{name}`?"));
            self.wrong("check.is", format!("there is no check `{name}`{}", meant.unwrap_or_default()));
            return None;
        };
        let fields = self.names(map, "fields", "check");
        if fields.is_empty() && check.is_of_text() {
            self.wrong("check.fields", "say which fields are looked at".to_owned());
        }
        Some(NamedCheck { check, fields })
    }

    fn related(&mut self, json: &Value, member: &str) -> Option<Related> {
        let map = self.object(json, member, &["entity", "field", "filter"])?;
        let entity = self.entity(map, member)?;
        let field = self.text(map, "field", member, true)?;
        Some(Related { entity, field, filter: self.text(map, "filter", member, false) })
    }

    fn same(&mut self, json: &Value) -> Option<Same> {
        if json.as_str() == Some(DUPLICATES) {
            return Some(Same::Duplicates);
        }
        let Some(list) = json.as_array().filter(|list| !list.is_empty()) else {
            self.wrong("same", "it is `duplicates` or a list of `{ field, compare }`".to_owned());
            return None;
        };
        let mut keys = Vec::new();
        for key in list {
            let Some(map) = self.object(key, "same", &["field", "compare"]) else { continue };
            let field = self.text(map, "field", "same", true);
            let compare = match self.text(map, "compare", "same", false) {
                None => Some(Compare::Text),
                Some(name) => Compare::from_name(&name),
            };
            if compare.is_none() {
                self.wrong("same.compare", "it is `exact`, `name`, `digits`, `text` or `email`".to_owned());
            }
            keys.extend(field.zip(compare).map(|(field, compare)| SameKey { field, compare }));
        }
        Some(Same::Fields(keys))
    }

    fn hierarchy(&mut self, json: &Value) -> Vec<ProblemKind> {
        let kind =
            |value: &Value| PROBLEMS.iter().find(|(name, _)| Some(*name) == value.as_str()).map(|(_, kind)| *kind);
        let kinds: Option<Vec<ProblemKind>> = json.as_array().and_then(|list| list.iter().map(kind).collect());
        kinds.filter(|kinds| !kinds.is_empty()).unwrap_or_else(|| {
            self.wrong("hierarchy", "it lists `cycle`, `orphan`, `self`, `depth`, `inactiveParent`".to_owned());
            Vec::new()
        })
    }

    fn fix(&mut self, json: &Value) -> Option<Fix> {
        let map = self.object(json, "fix", &["advice", "set"])?;
        let set = match given(map, "set") {
            None => Map::new(),
            Some(Value::Object(set)) => set.clone(),
            Some(_) => {
                self.wrong("fix.set", "it is an object of fields and values".to_owned());
                Map::new()
            }
        };
        Some(Fix { advice: self.text(map, "advice", "fix", true)?, set })
    }

    fn entity(&mut self, map: &Map<String, Value>, under: &str) -> Option<&'static str> {
        let name = self.text(map, "entity", under, true)?;
        let found = entity(&name).map(|info| info.name);
        if found.is_none() {
            let meant = nearest_entity(&name).map(|name| format!("; did you mean `{name}`?"));
            self.wrong(&below(under, "entity"), format!("unknown entity `{name}`{}", meant.unwrap_or_default()));
        }
        found
    }

    fn names(&mut self, map: &Map<String, Value>, member: &str, under: &str) -> Vec<String> {
        let name = |value: &Value| value.as_str().map(str::to_owned);
        let Some(list) = given(map, member) else { return Vec::new() };
        list.as_array().and_then(|list| list.iter().map(name).collect::<Option<Vec<_>>>()).unwrap_or_else(|| {
            self.wrong(&below(under, member), "it is a list of names".to_owned());
            Vec::new()
        })
    }

    fn text(&mut self, map: &Map<String, Value>, member: &str, under: &str, is_needed: bool) -> Option<String> {
        match given(map, member) {
            Some(Value::String(text)) if !is_needed || !text.trim().is_empty() => return Some(text.clone()),
            None if !is_needed => {}
            None => self.wrong(&below(under, member), format!("`{member}` is missing")),
            Some(_) => self.wrong(&below(under, member), format!("`{member}` is a text")),
        }
        None
    }

    fn object<'v>(&mut self, json: &'v Value, at: &str, members: &[&str]) -> Option<&'v Map<String, Value>> {
        let Some(map) = json.as_object() else {
            self.wrong(at, "it is an object".to_owned());
            return None;
        };
        // A misspelled member would make it another rule without a word.
        for name in map.keys().filter(|name| !members.contains(&name.as_str())) {
            let meant = nearest(name, members.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
            self.wrong(&below(at, name), format!("unknown member `{name}`{}", meant.unwrap_or_default()));
        }
        Some(map)
    }

    fn wrong(&mut self, member: &str, message: String) {
        self.issues.push(Issue::error("quality.malformed", message).at(below(&self.path, member)));
    }
}

fn given<'v>(map: &'v Map<String, Value>, member: &str) -> Option<&'v Value> {
    map.get(member).filter(|value| !value.is_null())
}

fn below(path: &str, member: &str) -> String {
    match (path, member) {
        ("", _) => member.to_owned(),
        (_, "") => path.to_owned(),
        _ => [path, ".", member].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::built_in;
    use serde_json::json;

    #[track_caller]
    fn wrong(rule: Value, expected: &[(&str, &str)]) {
        let read = read(&json!([rule]));
        let found: Vec<_> = read.issues.iter().map(|i| (i.path.as_deref().unwrap_or(""), i.message.as_str())).collect();
        assert_eq!(found, expected);
        assert!(read.rules.is_empty());
    }

    #[test]
    fn the_built_in_rules_can_all_be_read_and_come_back_as_they_are() {
        let json = crate::json::parse(include_bytes!("rules.json")).expect("JSON");
        let answer = read(&json);
        assert_eq!(answer.issues, []);
        assert_eq!(answer.rules.len(), json.as_array().expect("a list").len());
        assert_eq!(serde_json::to_value(&answer.rules).expect("serialises"), json);
        for rule in built_in() {
            let said = [&rule.title, &rule.why, &rule.fix.as_ref().expect("a way to mend it").advice];
            assert!(said.iter().all(|text| !text.is_empty()), "{}", rule.id);
        }
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_told_at_its_place() {
        let rule = || json!({"id": "a", "entity": "company", "severity": "error", "filter": "city is empty"});
        assert_eq!(read(&json!([rule()])).rules[0].entity, "Companies", "any spelling of the entity");
        let with = |name: &str, value: Value| {
            let mut rule = rule();
            rule[name] = value;
            rule
        };
        wrong(with("filtr", json!("x")), &[("rules[0].filtr", "unknown member `filtr`; did you mean `filter`?")]);
        wrong(with("severity", json!("fatal")), &[("rules[0].severity", "it is `error`, `warning` or `notice`")]);
        wrong(with("id", Value::Null), &[("rules[0].id", "`id` is missing")]);
        wrong(with("scope", json!(7)), &[("rules[0].scope", "`scope` is a text")]);
        wrong(
            with("entity", json!("Compnies")),
            &[("rules[0].entity", "unknown entity `Compnies`; did you mean `Companies`?")],
        );
        wrong(
            with("check", json!({"is": "shoutin", "fields": ["city"]})),
            &[("rules[0].check.is", "there is no check `shoutin`; did you mean `shouting`?")],
        );
        wrong(with("check", json!({"is": "shouting"})), &[("rules[0].check.fields", "say which fields are looked at")]);
        wrong(with("without", json!({"entity": "Contacts"})), &[("rules[0].without.field", "`field` is missing")]);
        wrong(with("same", json!([])), &[("rules[0].same", "it is `duplicates` or a list of `{ field, compare }`")]);
        wrong(
            with("hierarchy", json!(["circle"])),
            &[("rules[0].hierarchy", "it lists `cycle`, `orphan`, `self`, `depth`, `inactiveParent`")],
        );
        wrong(with("fix", json!({"set": {}})), &[("rules[0].fix.advice", "`advice` is missing")]);
        wrong(with("filter", Value::Null), &[("rules[0]", "it says nothing about what a finding is; give a `filter`")]);
        wrong(json!(7), &[("rules[0]", "it is an object")]);
        assert_eq!(read(&json!({})).issues.len(), 1);
        let twice = read(&json!([rule(), rule()]));
        assert_eq!((twice.rules.len(), twice.issues[0].path.as_deref()), (1, Some("rules[1].id")));
        let many = read(&Value::Array(vec![json!({}); 2_000]));
        assert_eq!((many.rules.len(), many.issues.len()), (0, ISSUES_MAX));
    }
}
