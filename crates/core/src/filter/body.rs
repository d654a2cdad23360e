//! Body: a filter as the JSON that Autotask takes, both ways.
//!
//! ```text
//! node   := {"op": cmp,  "field": name, "value": scalar [, "udf": true]}
//!         | {"op": list, "field": name, "value": [scalar, …] [, "udf": true]}
//!         | {"op": null, "field": name [, "udf": true]}
//!         | {"op": "and"|"or", "items": [node, …]}
//! filter := [node, …]                          the top level is an `and`
//! ```
//!
//! A tree of ours in JSON has more: `{"op": "not", "items": [node]}`, operators of our own, and the values
//! `{"date": …}`, `{"relative": …}`, `{"name": …}` and `{"me": true}`. [`plan`](super::plan()) makes of it what Autotask takes.

use std::borrow::Cow;

use serde_json::Value;

use super::typed::to_json;
use super::{Arity, Condition, FILTER_DEPTH_MAX, Filter, FilterValue, Op, Operand, Relative};
use crate::alias::field_alias;
use crate::calendar::{Day, Utc};
use crate::entity::EntityInfo;
use crate::issue::{Issue, has_errors};
use crate::json::object;
use crate::record::boolean;
use crate::schema::member_of;
use crate::text::nearest;

/// Most issues that one filter gets. Nobody reads more.
const ISSUES_MAX: usize = 100;

/// How JSON is read.
#[derive(Clone, Copy, Debug)]
pub enum Reading<'a> {
    /// For people who ask for rows of this entity: `ne` is `noteq`, `= null` is `notExist`, `country` is `countryID`,
    /// each with a notice.
    Lenient(&'a EntityInfo),
    /// As Autotask does it: a comparison with null matches nothing, an unknown operator is dropped.
    Wire,
    /// As Autotask does it, except that what it would silently drop is an error.
    WireStrict,
}

/// What was read: the filter if any node of it was understood, what stood beside it, and every problem.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadFilter {
    /// The filter; `None` when there was none, or nothing of it was understood.
    pub filter: Option<Filter>,
    /// `MaxRecords`, in range or not.
    pub max_records: Option<i64>,
    /// `IncludeFields`.
    pub include_fields: Option<Vec<String>>,
    /// Members of the body that mean nothing here.
    pub ignored: Vec<String>,
    /// Every problem, each at its JSON path.
    pub issues: Vec<Issue>,
}

/// Reads an array of nodes, one node, or a whole query body; member names in any letter case.
#[must_use]
pub fn read(json: &Value, reading: Reading<'_>) -> ReadFilter {
    read_with(json, Reader { reading, issues: Vec::new(), keeps_holes: false, holes: 0 }, |_| Vec::new())
}

/// Reads as [`Reading::Lenient`] and checks what was understood, also beside what was not: all problems at once, each at
/// its path.
#[must_use]
pub fn read_and_check(json: &Value, info: &EntityInfo, check: impl FnOnce(&Filter) -> Vec<Issue>) -> ReadFilter {
    let reading = Reading::Lenient(info);
    let reader = Reader { reading, issues: Vec::new(), keeps_holes: true, holes: 0 };
    let mut read = read_with(json, reader, check);
    if read.filter.is_none() && read.issues.is_empty() {
        let hint = "write `{\"filter\": […]}`, or the list alone";
        read.issues.push(Issue::error("filter.expected", "there is no `filter` in it").hint(hint).at("filter"));
    }
    read
}

fn read_with(json: &Value, mut reader: Reader<'_>, check: impl FnOnce(&Filter) -> Vec<Issue>) -> ReadFilter {
    let mut out = ReadFilter::default();
    match json {
        Value::Array(nodes) => out.filter = reader.nodes(nodes, "filter", 0).map(Filter::And),
        Value::Object(map) if member_of(map, "op").is_some() => out.filter = reader.node(json, "filter", 0),
        Value::Object(map) => {
            for (key, value) in map {
                match key.to_ascii_lowercase().as_str() {
                    "filter" => {
                        out.filter = match value {
                            Value::Array(nodes) => reader.nodes(nodes, "filter", 0).map(Filter::And),
                            Value::Object(_) if reader.is_lenient() => reader.node(value, "filter", 0),
                            Value::Null => None,
                            _ => reader.error("filter.expected", "`filter` must be a list of conditions", "filter"),
                        }
                    }
                    "maxrecords" => match crate::record::whole(value) {
                        Some(number) => out.max_records = Some(number),
                        None if value.is_null() => {}
                        None => {
                            reader.error::<()>(
                                "filter.value_type",
                                "`MaxRecords` must be a whole number",
                                "MaxRecords",
                            );
                        }
                    },
                    "includefields" => match value {
                        Value::Array(names) if names.iter().all(Value::is_string) => {
                            out.include_fields =
                                Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
                        }
                        Value::Null => {}
                        _ => {
                            reader.error::<()>(
                                "filter.value_type",
                                "`IncludeFields` must be a list of names",
                                "IncludeFields",
                            );
                        }
                    },
                    _ => out.ignored.push(key.clone()),
                }
            }
        }
        _ => {
            reader.error::<()>(
                "filter.expected",
                "a filter is a list of conditions, one condition, or a query body",
                "filter",
            );
        }
    }
    // The body itself is one node where a single one was given: the tree has a list on top either way.
    out.filter = out.filter.map(|filter| match filter {
        Filter::And(items) => Filter::And(items),
        other => Filter::And(vec![other]),
    });
    out.issues = reader.issues;
    if let Some(filter) = &mut out.filter {
        let open = ISSUES_MAX.saturating_sub(out.issues.len());
        out.issues.extend(check(filter).into_iter().take(open.max(1)));
        if reader.holes > 0 {
            close_holes(filter);
        }
    }
    out
}

/// Removes the empty groups that stand where nothing was understood.
fn close_holes(filter: &mut Filter) {
    if let Filter::And(items) | Filter::Or(items) = filter {
        items.iter_mut().for_each(close_holes);
        items.retain(|item| !item.is_everything());
    }
}

/// JSON that a person wrote or pasted: a filter, a query body, or the address of a query that holds one. Beside it the
/// text in which problems stand, for [`json::place`](crate::json::place), unless it was percent-encoded.
///
/// # Errors
///
/// As [`json::parse`](crate::json::parse).
pub fn parse(text: &[u8]) -> Result<(Value, Option<Cow<'_, str>>), Issue> {
    let Ok(plain) = std::str::from_utf8(text) else { return crate::json::parse(text).map(|value| (value, None)) };
    match search_text(plain) {
        Some((json, is_in_place)) => {
            crate::json::parse(json.as_bytes()).map(|value| (value, is_in_place.then_some(Cow::Owned(json))))
        }
        None => crate::json::parse(text).map(|value| (value, Some(Cow::Borrowed(plain)))),
    }
}

/// The JSON in the address of a query, as older texts write it: `GET /v1.0/Companies/query?search={…}`. `None` when the
/// text is no such address.
///
/// What stands before the JSON becomes spaces, so that a place in it is one in the text; `false` where that cannot be,
/// since it was percent-encoded.
fn search_text(text: &str) -> Option<(String, bool)> {
    const SEARCH: &str = "search=";
    let start = text.trim_start();
    let is_address = ["search=", "?", "/", "http", "GET ", "GET\t"].iter().any(|lead| start.starts_with(lead));
    let at = text.find(SEARCH).filter(|_| is_address)? + SEARCH.len();
    let json = text[at..].trim_end();
    if json.starts_with('{') {
        return Some((" ".repeat(at) + json, true));
    }
    let plain = json.split('&').next().unwrap_or(json).replace('+', " ");
    Some((percent_encoding::percent_decode_str(&plain).decode_utf8().ok()?.into_owned(), false))
}

struct Reader<'a> {
    reading: Reading<'a>,
    issues: Vec<Issue>,
    /// Whether an empty group stands for what was not understood, so that the paths of the rest stay right.
    keeps_holes: bool,
    holes: usize,
}

impl Reader<'_> {
    /// Keeps an issue while there are few enough to be read.
    fn push(&mut self, issue: Issue) {
        // The first error counts however many notices there are: without it the filter would seem good.
        if self.issues.len() < ISSUES_MAX || (issue.is_error() && !has_errors(&self.issues)) {
            self.issues.push(issue);
        }
    }

    /// Whether a further error would be left out.
    fn is_full(&self) -> bool {
        self.issues.len() >= ISSUES_MAX && has_errors(&self.issues)
    }

    fn is_lenient(&self) -> bool {
        matches!(self.reading, Reading::Lenient(_))
    }

    /// `None` when there were nodes and none of them was understood.
    fn nodes(&mut self, nodes: &[Value], path: &str, depth: usize) -> Option<Vec<Filter>> {
        if depth >= FILTER_DEPTH_MAX {
            return self.error("filter.too_deep", &format!("groups nest deeper than {FILTER_DEPTH_MAX} levels"), path);
        }
        let mut understood = Vec::with_capacity(nodes.len());
        let mut count = 0;
        for (index, node) in nodes.iter().enumerate() {
            match self.node(node, &format!("{path}[{index}]"), depth) {
                Some(filter) => {
                    count += 1;
                    understood.push(filter);
                }
                None if self.keeps_holes => {
                    self.holes += 1;
                    understood.push(Filter::everything());
                }
                None => {}
            }
        }
        (nodes.is_empty() || count > 0).then_some(understood)
    }

    fn node(&mut self, node: &Value, path: &str, depth: usize) -> Option<Filter> {
        if self.is_full() {
            return None;
        }
        let Some(map) = node.as_object() else {
            return self.error("filter.expected", "a condition is an object with `op` and `field`", path);
        };
        let Some(word) = member_of(map, "op").and_then(Value::as_str) else {
            return self.error("filter.expected", "the condition has no `op`", path);
        };
        if self.is_lenient() && word.eq_ignore_ascii_case("not") {
            let Some(items) = member_of(map, "items").and_then(Value::as_array) else {
                return self.error("filter.expected", "the group `not` has no list `items`", path);
            };
            let mut items = self.nodes(items, &format!("{path}.items"), depth + 1)?;
            return Some(match items.len() {
                1 => Filter::not(items.remove(0)),
                _ => Filter::not(Filter::And(items)),
            });
        }
        let is_and = word.eq_ignore_ascii_case("and");
        if is_and || word.eq_ignore_ascii_case("or") {
            let Some(items) = member_of(map, "items").and_then(Value::as_array) else {
                return self.error("filter.expected", &format!("the group `{word}` has no list `items`"), path);
            };
            let items = self.nodes(items, &format!("{path}.items"), depth + 1)?;
            return Some(if is_and { Filter::And(items) } else { Filter::Or(items) });
        }
        let Some(field) = member_of(map, "field").and_then(Value::as_str) else {
            return self.error("filter.expected", "the condition has no `field`", path);
        };
        let op = self.op(word, path)?;
        let udf = member_of(map, "udf").and_then(boolean).unwrap_or(false);
        let (op, mut operand) = self.operand(op, member_of(map, "value"), path)?;
        let field = if udf { field.to_owned() } else { self.field(field, &mut operand, path) };
        Some(Filter::Condition(Condition { field, udf, op, operand }))
    }

    /// The field's name of today; the text that a reference is compared with is the name of a row.
    fn field(&mut self, word: &str, operand: &mut Operand, path: &str) -> String {
        let Reading::Lenient(info) = self.reading else { return word.to_owned() };
        let known = info.field(word);
        let Some(field) = known.or_else(|| info.short_field(word)).or_else(|| field_alias(info, word)) else {
            return word.to_owned();
        };
        let notice = |message: String, path: String| Issue::notice("filter.alias", message).at(path);
        if known.is_none() {
            let message = format!("`{word}` was read as `{}`", field.name);
            self.push(notice(message, format!("{path}.field")).hint("Autotask does not know the word"));
        }
        if field.reference.is_some() && field.data_type.is_whole() {
            let values = match operand {
                Operand::None => &mut [],
                Operand::One(value) => std::slice::from_mut(value),
                Operand::Many(values) => values.as_mut_slice(),
            };
            for value in values {
                let FilterValue::Text(text) = value else { continue };
                if text.trim().parse::<i64>().is_err() && !text.trim().is_empty() {
                    let message = format!(
                        "\"{text}\" was read as the name of one of {}",
                        field.reference.as_deref().unwrap_or_default()
                    );
                    self.push(notice(message, format!("{path}.value")).hint("Autotask takes an id"));
                    *value = FilterValue::Name(std::mem::take(text));
                }
            }
        }
        if known.is_some() { word.to_owned() } else { field.name.to_string() }
    }

    fn op(&mut self, word: &str, path: &str) -> Option<Op> {
        if let Some(op) = Op::from_wire(word) {
            return Some(op);
        }
        if let Some(op) = Op::from_own(word).filter(|_| self.is_lenient()) {
            return Some(op);
        }
        let path = format!("{path}.op");
        match (self.reading, Op::from_alias(word)) {
            (Reading::Wire, _) => None,
            (Reading::WireStrict, Some(op)) if !op.is_on_server() => {
                self.push(Issue::error("filter.unknown_operator", format!("unknown operator `{word}`")).at(path));
                None
            }
            (Reading::Lenient(_), Some(op)) => {
                self.push(
                    Issue::notice("filter.alias", format!("`{word}` was read as `{}`", op.wire()))
                        .hint("Autotask does not know the word and would drop the condition")
                        .at(path),
                );
                Some(op)
            }
            (_, alias) => {
                let mut issue = Issue::error("filter.unknown_operator", format!("unknown operator `{word}`"));
                let lenient = self.is_lenient();
                let known: Vec<&str> =
                    Op::ALL.into_iter().filter(|op| lenient || op.is_on_server()).map(Op::wire).collect();
                issue.hint = alias
                    .map(Op::wire)
                    .or_else(|| nearest(word, known.iter().copied()))
                    .map(|w| format!("did you mean `{w}`?"));
                issue.expected = known.into_iter().map(str::to_owned).collect();
                self.push(issue.at(path));
                None
            }
        }
    }

    fn operand(&mut self, op: Op, value: Option<&Value>, path: &str) -> Option<(Op, Operand)> {
        let path = format!("{path}.value");
        match op.arity() {
            Arity::None => Some((op, Operand::None)),
            Arity::One => match value {
                // A member that is not there is null to Json.NET. Clients that leave `value` out where it is false or 0
                // are in daily use and get rows, not an error.
                None if matches!(self.reading, Reading::Wire) => Some((op, Operand::One(FilterValue::Null))),
                None => self.error("filter.expected", &format!("`{}` needs a value", op.wire()), &path),
                Some(Value::Null) if self.is_lenient() && matches!(op, Op::Eq | Op::NotEq) => {
                    let (op, words) =
                        if op == Op::Eq { (Op::NotExist, "is empty") } else { (Op::Exist, "has a value") };
                    self.push(
                        Issue::notice(
                            "filter.alias",
                            format!("a comparison with null was read as `{}` ({words})", op.wire()),
                        )
                        .hint("Autotask matches nothing when a value is compared with null")
                        .at(path),
                    );
                    Some((op, Operand::None))
                }
                Some(value) => match self.scalar(value) {
                    Some(scalar) => Some((op, Operand::One(scalar))),
                    None => self.error(
                        "filter.value_type",
                        &format!("`{}` takes one value, not a list or object", op.wire()),
                        &path,
                    ),
                },
            },
            Arity::Two => match value {
                Some(Value::Array(values)) if values.len() == 2 => {
                    let bounds: Option<Vec<_>> = values.iter().map(|value| self.scalar(value)).collect();
                    match bounds {
                        Some(bounds) => Some((op, Operand::Many(bounds))),
                        None => self.error(
                            "filter.value_type",
                            &format!("the bounds of `{}` are plain values", op.wire()),
                            &path,
                        ),
                    }
                }
                _ => self.error("filter.expected", &format!("`{}` needs a list of two bounds", op.wire()), &path),
            },
            Arity::Many => match value {
                Some(Value::Array(values)) => {
                    let scalars: Option<Vec<_>> = values.iter().map(|value| self.scalar(value)).collect();
                    match scalars {
                        Some(scalars) => Some((op, Operand::Many(scalars))),
                        None => self.error(
                            "filter.value_type",
                            &format!("the list of `{}` takes plain values", op.wire()),
                            &path,
                        ),
                    }
                }
                Some(value) if self.is_lenient() => {
                    self.scalar(value).map(|scalar| (op, Operand::Many(vec![scalar]))).or_else(|| {
                        self.error("filter.value_type", &format!("`{}` needs a list of values", op.wire()), &path)
                    })
                }
                _ => self.error("filter.expected", &format!("`{}` needs a list of values", op.wire()), &path),
            },
        }
    }

    /// A value; one of ours only where people are read.
    fn scalar(&self, value: &Value) -> Option<FilterValue> {
        let Some(map) = value.as_object().filter(|map| self.is_lenient() && map.len() == 1) else {
            return scalar(value);
        };
        let (key, inner) = map.iter().next()?;
        match (key.as_str(), inner) {
            ("date", Value::String(text)) => Day::parse(text).map(FilterValue::Date),
            ("relative", Value::String(text)) => Relative::parse(text).map(FilterValue::Relative),
            ("name", Value::String(name)) => Some(FilterValue::Name(name.clone())),
            ("me", Value::Bool(true)) => Some(FilterValue::Me),
            _ => None,
        }
    }

    fn error<T>(&mut self, code: &'static str, message: &str, path: &str) -> Option<T> {
        self.push(Issue::error(code, message).at(path));
        None
    }
}

fn scalar(value: &Value) -> Option<FilterValue> {
    Some(match value {
        Value::Null => FilterValue::Null,
        Value::Bool(value) => FilterValue::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => FilterValue::Int(whole),
            None => FilterValue::Number(number.as_f64()?),
        },
        Value::String(text) => FilterValue::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => return None,
    })
}

/// Writes the list that Autotask takes: its own spellings of fields and operators, booleans as `true` and
/// `false`, flags as 1 and 0, numbers as numbers. An empty filter becomes `id >= 0`, since company 0 is real.
///
/// Fields that the entity does not have are written as they are; `check` is what refuses them.
#[must_use]
pub fn write(filter: &Filter, info: &EntityInfo) -> Vec<Value> {
    if filter.is_everything() {
        return vec![object(vec![("field", "id".into()), ("op", "gte".into()), ("value", 0.into())])];
    }
    nodes(filter, info)
}

/// The tree as JSON, as [`write`] does, but without a condition of its own for an empty filter.
#[must_use]
pub fn nodes(filter: &Filter, info: &EntityInfo) -> Vec<Value> {
    filter.top_level().iter().map(|node| write_node(node, info)).collect()
}

fn write_node(filter: &Filter, info: &EntityInfo) -> Value {
    let group = |op: &str, items: &[Filter]| {
        let items: Value = items.iter().map(|item| write_node(item, info)).collect();
        object(vec![("op", op.into()), ("items", items)])
    };
    match filter {
        Filter::And(items) => group("and", items),
        Filter::Or(items) => group("or", items),
        Filter::Not(inner) => group("not", std::slice::from_ref(inner)),
        Filter::Condition(Condition { field: name, udf, op, operand }) => {
            let field = info.find(name, *udf);
            let value = |value: &FilterValue| write_value(value, field);
            let mut members =
                vec![("field", field.map_or(name.as_str(), |f| &f.name).into()), ("op", op.wire().into())];
            match operand {
                Operand::None => {}
                Operand::One(one) => members.push(("value", value(one))),
                Operand::Many(many) => members.push(("value", many.iter().map(value).collect())),
            }
            if *udf {
                members.push(("udf", Value::Bool(true)));
            }
            object(members)
        }
    }
}

fn write_value(value: &FilterValue, field: Option<&crate::field::FieldInfo>) -> Value {
    let json = to_json(value);
    if json.is_object() {
        return json;
    }
    // A date alone is its midnight in UTC, as Autotask reads it, and is written so that nobody reads it otherwise.
    if let (FilterValue::Text(text), Some(crate::field::DataType::DateTime)) = (value, field.map(|f| f.data_type))
        && let Some(day) = Day::parse(text)
    {
        return Value::from(day.start(&Utc).to_string());
    }
    let Some(field) = field.filter(|f| f.data_type.is_number() || f.data_type == crate::field::DataType::Boolean)
    else {
        return json;
    };
    let is_boolean = field.data_type == crate::field::DataType::Boolean;
    match boolean(&json) {
        Some(flag) if is_boolean => Value::Bool(flag),
        // Text that is no boolean stays what it is: as the number in it, it would be read as one the next time.
        None if is_boolean => json,
        Some(flag) if field.is_flag => i64::from(flag).into(),
        _ => match (crate::record::whole(&json), crate::record::number(&json)) {
            (Some(whole), _) => whole.into(),
            (None, Some(number)) => number.into(),
            (None, None) => json,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::entity;

    fn companies() -> &'static EntityInfo {
        entity("Companies").expect("known")
    }

    fn codes(read: &ReadFilter) -> Vec<(&str, &str)> {
        read.issues.iter().map(|i| (i.code, i.path.as_deref().unwrap_or(""))).collect()
    }

    #[test]
    fn a_whole_body_is_read_with_keys_in_any_case() {
        let read = read(
            &json!({"maxRecords": "25", "IncludeFields": ["Id"], "FILTER": [{"OP":"BeginsWith","Field":"companyname","value":"A"}], "Xml": 1}),
            Reading::Wire,
        );
        assert_eq!(read.filter, Some(Filter::and([Filter::condition("companyname", Op::BeginsWith, "A")])));
        assert_eq!(
            (read.max_records, read.include_fields, read.ignored),
            (Some(25), Some(vec!["Id".to_owned()]), vec!["Xml".to_owned()])
        );
    }

    #[test]
    fn the_address_of_a_query_holds_its_json() {
        let json = r#"{"filter":[{"op":"exist","field":"id"}]}"#;
        for text in [
            format!("GET /v1.0/Companies/query?search={json}"),
            format!("search={json}\n"),
            format!("https://x.test/V1.0/Companies/query?search={}", crate::request::encode_component(json)),
            format!("/V1.0/Companies/query?search={}&x=1", crate::request::encode_component(json)),
        ] {
            assert_eq!(search_text(&text).as_ref().map(|(json, _)| json.trim()), Some(json), "{text}");
        }
        for text in [json, "city = \"search=\"", "", "GET /V1.0/Companies/5", "?search=%ff"] {
            assert_eq!(search_text(text), None, "{text}");
        }
    }

    #[test]
    fn an_unknown_operator_is_dropped_refused_or_translated() {
        let json = json!([{"op":"ne","field":"status","value":5},{"op":"eq","field":"id","value":1}]);
        let wire = read(&json, Reading::Wire);
        assert_eq!(wire.filter, Some(Filter::and([Filter::eq("id", 1)])));
        assert_eq!(wire.issues, []);
        assert_eq!(codes(&read(&json, Reading::WireStrict)), [("filter.unknown_operator", "filter[0].op")]);
        let lenient = read(&json, Reading::Lenient(companies()));
        assert_eq!(lenient.filter.as_ref().map(|f| f.top_level().len()), Some(2));
        assert_eq!(codes(&lenient), [("filter.alias", "filter[0].op")]);
        assert_eq!(read(&json!([{"op":"ne","field":"a","value":1}]), Reading::Wire).filter, None);
    }

    #[test]
    fn null_matches_nothing_on_the_wire_and_means_empty_for_people() {
        let json = json!([{"op":"eq","field":"parentCompanyID","value":null}]);
        assert_eq!(
            read(&json, Reading::Wire).filter,
            Some(Filter::and([Filter::condition("parentCompanyID", Op::Eq, FilterValue::Null)]))
        );
        assert_eq!(
            read(&json, Reading::Lenient(companies())).filter,
            Some(Filter::and([Filter::empty("parentCompanyID", true)]))
        );
    }

    #[test]
    fn a_missing_value_is_null_on_the_wire_and_a_mistake_for_people() {
        let json = json!([{"op":"eq","field":"parentCompanyID"}]);
        let wire = read(&json, Reading::Wire);
        assert_eq!(wire.filter, Some(Filter::and([Filter::condition("parentCompanyID", Op::Eq, FilterValue::Null)])));
        assert_eq!(wire.issues, []);
        for reading in [Reading::WireStrict, Reading::Lenient(companies())] {
            assert_eq!(codes(&read(&json, reading)), [("filter.expected", "filter[0].value")]);
        }
        let list = json!([{"op":"in","field":"parentCompanyID"}]);
        assert_eq!(codes(&read(&list, Reading::Wire)), [("filter.expected", "filter[0].value")]);
    }

    #[test]
    fn every_problem_is_named_with_its_path() {
        let json = json!([7, {"op":"or","items":[{"op":"eq","field":"id"},{"field":"id"}]}, {"op":"in","field":"id","value":[[1]]}, {"op":"and"}]);
        assert_eq!(
            codes(&read(&json, Reading::Lenient(companies()))),
            [
                ("filter.expected", "filter[0]"),
                ("filter.expected", "filter[1].items[0].value"),
                ("filter.expected", "filter[1].items[1]"),
                ("filter.value_type", "filter[2].value"),
                ("filter.expected", "filter[3]"),
            ]
        );
    }

    #[test]
    fn depth_is_bounded() {
        let nest = |levels: usize| {
            (0..levels).fold(json!({"op":"eq","field":"id","value":1}), |inner, _| json!({"op":"and","items":[inner]}))
        };
        assert_eq!(read(&json!([nest(FILTER_DEPTH_MAX - 1)]), Reading::Lenient(companies())).issues, []);
        assert_eq!(
            read(&json!([nest(FILTER_DEPTH_MAX)]), Reading::Lenient(companies())).issues[0].code,
            "filter.too_deep"
        );
    }

    #[test]
    fn what_is_written_is_canonical() {
        let contacts = entity("Contacts").expect("known");
        let filter = read(
            &json!([{"op":"EQ","field":"ISACTIVE","value":"True"},{"op":"in","field":"companyid","value":["1",2]},{"op":"eq","field":"Ranking","udf":true,"value":"Golden"}]),
            Reading::Lenient(companies()),
        )
        .filter
        .expect("read");
        assert_eq!(
            Value::from(write(&filter, contacts)),
            json!([{"field":"isActive","op":"eq","value":1},{"field":"companyID","op":"in","value":[1,2]},{"field":"Ranking","op":"eq","value":"Golden","udf":true}])
        );
        assert_eq!(Value::from(write(&Filter::everything(), contacts)), json!([{"field":"id","op":"gte","value":0}]));
    }
}
