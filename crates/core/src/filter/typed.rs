//! Typed: a filter whose fields are found and whose values are read as the type of their field.
//!
//! Both meanings of a filter, `matches` here and the sandbox's SQL, start from this form, so a value is
//! understood in one place.

use std::cmp::Ordering;

use rustc_hash::FxHashSet;
use serde_json::Value;

use super::lower::lower;
use super::{
    Condition, Context, FILTER_DEPTH_MAX, Filter, FilterValue, OR_CONDITIONS_MAX, Op, Operand, Relative, UDFS_MAX,
};
use crate::entity::{EntityInfo, Relation};
use crate::field::{DataType, FieldInfo};
use crate::instant::Instant;
use crate::issue::Issue;
use crate::json::object;
use crate::number::write_plain;
use crate::record::{Record, boolean, number, whole};
use crate::text::{fold, fold_for_equality, nearest};

/// A filter ready to run.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed<'a> {
    /// All of these.
    And(Vec<Typed<'a>>),
    /// Any of these.
    Or(Vec<Typed<'a>>),
    /// Exactly the rows that do not match this.
    Not(Box<Typed<'a>>),
    /// A comparison with null, which no row matches.
    Never,
    /// The rows whose reference points at one of these ids.
    PointsAt(&'a FieldInfo, FxHashSet<i64>),
    /// One comparison.
    Test(Test<'a>),
}

/// One comparison, with its values as the type of the field.
#[derive(Clone, Debug, PartialEq)]
pub struct Test<'a> {
    /// The field.
    pub field: &'a FieldInfo,
    /// The comparison.
    pub op: Op,
    /// No value for `exist` and `notExist`, any number for lists, else one.
    pub values: Vec<Scalar>,
}

/// A value as the type of its field.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Folded text; for equality and lists without trailing spaces.
    Text(String),
    /// A whole number; booleans and flags are 0 and 1.
    Int(i64),
    /// A number with a fraction.
    Number(f64),
    /// An instant.
    Instant(Instant),
}

/// Something that keeps a filter from running, at a node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The way to the node: which item of each group, from the top.
    pub path: Vec<usize>,
    /// What it is.
    pub kind: ProblemKind,
}

/// What keeps a filter from running.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// No such field.
    UnknownField {
        /// As written.
        name: String,
        /// Whether a user-defined field was meant.
        udf: bool,
        /// The entity.
        entity: &'static str,
        /// The nearest field.
        nearest: Option<String>,
        /// Whether the name is known as the other kind: a user-defined field without `udf`, or the reverse.
        other_kind: bool,
    },
    /// Autotask returns the field but refuses to filter by it.
    NotQueryable {
        /// The field.
        name: String,
    },
    /// The operator means nothing on this kind of field.
    OperatorNotForType {
        /// The field.
        name: String,
        /// The operator.
        op: Op,
        /// What the field holds.
        data_type: DataType,
    },
    /// The value is not of the field's type.
    ValueType {
        /// The field.
        name: String,
        /// What the field holds.
        data_type: DataType,
        /// As written.
        given: String,
        /// For a picklist, its values.
        choices: Vec<String>,
    },
    /// A whole number that JSON does not carry exactly, so that it would be compared with another one.
    Inexact {
        /// The field.
        name: String,
        /// As written.
        given: String,
    },
    /// A value is missing, or there is a list where one value belongs.
    WrongArity {
        /// The field.
        name: String,
        /// The operator.
        op: Op,
    },
    /// A list without elements.
    EmptyList {
        /// The field.
        name: String,
    },
    /// Too many conditions under `or`.
    TooManyConditions {
        /// How many there are.
        count: usize,
    },
    /// Too many different user-defined fields.
    TooManyUdfs {
        /// Their names.
        names: Vec<String>,
    },
    /// Groups nest too deep.
    TooDeep,
    /// A relative date, and nobody said what time it is.
    NoClock {
        /// The field.
        name: String,
    },
    /// `me`, and nobody said who that is.
    NoMe {
        /// The field.
        name: String,
    },
    /// A name whose id has not been looked up.
    Unresolved {
        /// The field.
        name: String,
        /// The entity it refers to.
        entity: String,
        /// The name.
        given: String,
    },
    /// A field of a related row, and the related rows are not here.
    NoRows {
        /// The field as written.
        name: String,
        /// The entity of the related rows.
        entity: &'static str,
    },
}

impl ProblemKind {
    /// Whether the filter itself is good, and only something is not given that it needs to run.
    #[must_use]
    pub fn is_lack(&self) -> bool {
        matches!(
            self,
            ProblemKind::NoClock { .. }
                | ProblemKind::NoMe { .. }
                | ProblemKind::Unresolved { .. }
                | ProblemKind::NoRows { .. }
        )
    }

    /// A value that is not of the field's type.
    pub(super) fn value_type(field: &FieldInfo, value: &FilterValue) -> ProblemKind {
        let choices = field.picklist.iter().map(|p| format!("{} ({})", p.value, p.label)).collect();
        let (name, data_type) = (field.name.to_string(), field.data_type);
        ProblemKind::ValueType { name, data_type, given: display(value), choices }
    }
}

impl<'a> Typed<'a> {
    /// Finds the fields and reads the values.
    ///
    /// # Errors
    ///
    /// Every problem, each at its node; never just the first.
    pub fn of(filter: &Filter, info: &'a EntityInfo) -> Result<Typed<'a>, Vec<Problem>> {
        Typed::read(filter, info, &Context::default(), false)
    }

    /// The same for rows that are here, with the time, the zone and what was looked up: fields that Autotask cannot
    /// filter by are no problem then.
    ///
    /// # Errors
    ///
    /// Every problem, each at its node.
    pub fn with(filter: &Filter, info: &'a EntityInfo, context: &Context<'_>) -> Result<Typed<'a>, Vec<Problem>> {
        Typed::read(filter, info, context, true)
    }

    fn read(
        filter: &Filter,
        info: &'a EntityInfo,
        context: &Context<'_>,
        is_here: bool,
    ) -> Result<Typed<'a>, Vec<Problem>> {
        let mut reader = Reader { info, context, is_here, problems: Vec::new(), path: Vec::new() };
        let typed = reader.filter(filter);
        if reader.problems.is_empty() { Ok(typed) } else { Err(reader.problems) }
    }

    /// Whether a row matches. Every comparison with a null or missing field is false, `noteq` and `notIn` too.
    #[must_use]
    pub fn matches(&self, row: &Record) -> bool {
        match self {
            Typed::And(items) => items.iter().all(|item| item.matches(row)),
            Typed::Or(items) => items.iter().any(|item| item.matches(row)),
            Typed::Not(inner) => !inner.matches(row),
            Typed::Never => false,
            Typed::PointsAt(field, ids) => {
                row.value(&field.name, field.is_udf).and_then(whole).is_some_and(|id| ids.contains(&id))
            }
            Typed::Test(test) => test.matches(row),
        }
    }
}

impl Test<'_> {
    fn matches(&self, row: &Record) -> bool {
        let value = row.value(&self.field.name, self.field.is_udf);
        match self.op {
            Op::Exist => value.is_some(),
            Op::NotExist => value.is_none(),
            _ => value.is_some_and(|value| self.holds_for(value)),
        }
    }

    /// Whether a value that is there passes.
    pub(crate) fn holds_for(&self, value: &Value) -> bool {
        self.scalar(value).is_some_and(|value| self.holds(&value))
    }

    /// The row's value as the field's type; `None` when it is of another type.
    fn scalar(&self, value: &Value) -> Option<Scalar> {
        Some(match self.field.data_type {
            DataType::String | DataType::Bytes => Scalar::Text(comparable(self.op, value.as_str()?)),
            DataType::Boolean => Scalar::Int(i64::from(boolean(value)?)),
            DataType::Integer | DataType::Long => Scalar::Int(whole(value).or_else(|| value.as_bool().map(i64::from))?),
            DataType::Decimal | DataType::Double => match whole(value) {
                Some(whole) => Scalar::Int(whole),
                None => Scalar::Number(number(value)?),
            },
            DataType::DateTime => Scalar::Instant(Instant::parse(value.as_str()?)?),
        })
    }

    /// Whether a value that was read passes.
    pub(crate) fn holds(&self, value: &Scalar) -> bool {
        let first = self.values.first();
        let ordering = || first.and_then(|other| value.compare(other));
        let text = |test: fn(&str, &str) -> bool| match (value, first) {
            (Scalar::Text(value), Some(Scalar::Text(other))) => test(value, other),
            _ => false,
        };
        let listed = || self.values.iter().any(|other| value.compare(other) == Some(Ordering::Equal));
        match self.op {
            Op::Eq => ordering() == Some(Ordering::Equal),
            Op::NotEq => ordering().is_some_and(Ordering::is_ne),
            Op::Gt => ordering().is_some_and(Ordering::is_gt),
            Op::Gte => ordering().is_some_and(Ordering::is_ge),
            Op::Lt => ordering().is_some_and(Ordering::is_lt),
            Op::Lte => ordering().is_some_and(Ordering::is_le),
            Op::BeginsWith | Op::DigitsBeginWith => text(|value, other| value.starts_with(other)),
            Op::EndsWith => text(|value, other| value.ends_with(other)),
            Op::Contains | Op::DigitsContain => text(|value, other| value.contains(other)),
            Op::NotBeginsWith => text(|value, other| !value.starts_with(other)),
            Op::NotEndsWith => text(|value, other| !value.ends_with(other)),
            Op::NotContains => text(|value, other| !value.contains(other)),
            // It becomes two comparisons before.
            Op::Between => false,
            Op::Exist => true,
            Op::NotExist => false,
            Op::In => listed(),
            Op::NotIn => !listed(),
        }
    }
}

impl Scalar {
    /// Compares two values of one type; texts by their folded code points.
    #[must_use]
    pub fn compare(&self, other: &Scalar) -> Option<Ordering> {
        match (self, other) {
            (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
            (Scalar::Instant(a), Scalar::Instant(b)) => Some(a.cmp(b)),
            (Scalar::Int(a), Scalar::Int(b)) => Some(a.cmp(b)),
            (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b),
            (Scalar::Int(a), Scalar::Number(b)) => compare_mixed(*a, *b),
            (Scalar::Number(a), Scalar::Int(b)) => compare_mixed(*b, *a).map(Ordering::reverse),
            _ => None,
        }
    }
}

/// Compares a whole number with a float without rounding the whole number, as SQLite does; `None` for what is no number.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the range is checked first")]
pub(crate) fn compare_mixed(whole: i64, float: f64) -> Option<Ordering> {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= TWO_63 {
        return Some(Ordering::Less);
    }
    if float < -TWO_63 {
        return Some(Ordering::Greater);
    }
    let floor = float.floor();
    Some(whole.cmp(&(floor as i64)).then(if float > floor { Ordering::Less } else { Ordering::Equal }))
}

fn comparable(op: Op, text: &str) -> String {
    match op {
        Op::Eq | Op::NotEq | Op::In | Op::NotIn => fold_for_equality(text),
        Op::DigitsContain | Op::DigitsBeginWith => text.chars().filter(char::is_ascii_digit).collect(),
        _ => fold(text),
    }
}

/// What Autotask refuses in one query although each condition of it is good: too many of them, too many
/// user-defined fields.
#[must_use]
pub fn limits(filter: &Filter) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |kind| problems.push(Problem { path: Vec::new(), kind });
    let count = or_conditions(filter);
    if count > OR_CONDITIONS_MAX {
        problem(ProblemKind::TooManyConditions { count });
    }
    let names = udf_names(filter);
    if names.len() > UDFS_MAX {
        problem(ProblemKind::TooManyUdfs { names });
    }
    problems
}

/// Conditions under an `or`, plus elements of lists: what Autotask counts.
pub(super) fn or_conditions(filter: &Filter) -> usize {
    let mut open = vec![(filter, false)];
    let mut count = 0;
    while let Some((filter, under_or)) = open.pop() {
        match filter {
            Filter::And(items) => open.extend(items.iter().map(|item| (item, under_or))),
            Filter::Or(items) => open.extend(items.iter().map(|item| (item, true))),
            Filter::Not(inner) => open.push((inner, under_or)),
            Filter::Condition(condition) => {
                count += usize::from(under_or);
                if let Operand::Many(values) = &condition.operand {
                    count += values.len();
                }
            }
        }
    }
    count
}

/// The user-defined fields, each once.
pub(super) fn udf_names(filter: &Filter) -> Vec<String> {
    let mut seen = FxHashSet::default();
    let udfs = filter.conditions().filter(|condition| condition.udf);
    udfs.filter(|c| seen.insert(c.field.to_ascii_lowercase())).map(|c| c.field.clone()).collect()
}

struct Reader<'a, 'c> {
    info: &'a EntityInfo,
    context: &'c Context<'c>,
    /// Whether the rows are here, and not at Autotask.
    is_here: bool,
    problems: Vec<Problem>,
    path: Vec<usize>,
}

impl<'a> Reader<'a, '_> {
    fn filter(&mut self, filter: &Filter) -> Typed<'a> {
        match filter {
            Filter::And(items) => Typed::And(self.group(items)),
            Filter::Or(items) => Typed::Or(self.group(items)),
            Filter::Not(inner) => {
                let inner = self.group(std::slice::from_ref(inner)).pop();
                inner.map_or(Typed::Never, |inner| Typed::Not(Box::new(inner)))
            }
            Filter::Condition(condition) => self.condition(condition),
        }
    }

    fn group(&mut self, items: &[Filter]) -> Vec<Typed<'a>> {
        if self.path.len() >= FILTER_DEPTH_MAX {
            self.problem(ProblemKind::TooDeep);
            return Vec::new();
        }
        let read = |(index, item)| {
            self.path.push(index);
            let typed = self.filter(item);
            self.path.pop();
            typed
        };
        items.iter().enumerate().map(read).collect()
    }

    /// A condition of which nothing but its field was looked at.
    fn condition(&mut self, condition: &Condition) -> Typed<'a> {
        let Condition { field: name, udf, op, .. } = condition;
        let Some(field) = self.info.find(name, *udf) else {
            if let Some(relation) = self.info.relation(name).filter(|_| !udf) {
                return self.related(condition, &relation);
            }
            let nearest = self.info.nearest_field(name, *udf).map(str::to_owned);
            let other_kind = self.info.find(name, !udf).is_some();
            let entity = self.info.name;
            return self.problem(ProblemKind::UnknownField {
                name: name.clone(),
                udf: *udf,
                entity,
                nearest,
                other_kind,
            });
        };
        let name = field.name.to_string();
        if !field.is_queryable && !self.is_here {
            return self.problem(ProblemKind::NotQueryable { name });
        }
        if !op.is_for(field.data_type) {
            return self.problem(ProblemKind::OperatorNotForType { name, op: *op, data_type: field.data_type });
        }
        match lower(condition, field, self.context) {
            Ok(None) => self.plain(condition, field),
            Ok(Some(lowered)) => self.lowered(&lowered, field),
            Err(kind) => self.problem(kind),
        }
    }

    /// What a condition became; it stands at the place of the condition.
    fn lowered(&mut self, filter: &Filter, field: &'a FieldInfo) -> Typed<'a> {
        match filter {
            Filter::And(items) => Typed::And(items.iter().map(|item| self.lowered(item, field)).collect()),
            Filter::Or(items) => Typed::Or(items.iter().map(|item| self.lowered(item, field)).collect()),
            Filter::Not(inner) => Typed::Not(Box::new(self.lowered(inner, field))),
            Filter::Condition(condition) => self.plain(condition, field),
        }
    }

    /// A condition on a field of the row that a reference points at: the rows whose reference points at a match.
    fn related(&mut self, condition: &Condition, relation: &Relation<'a>) -> Typed<'a> {
        let inner = Filter::Condition(Condition { field: relation.rest.clone(), ..condition.clone() });
        match Typed::with(&inner, relation.entity, self.context) {
            Ok(typed) => {
                let Some(table) = self.context.table(relation.entity.name) else {
                    let (name, entity) = (condition.field.clone(), relation.entity.name);
                    return self.problem(ProblemKind::NoRows { name, entity });
                };
                let ids = table.filter(&typed).into_iter().filter_map(|row| table.id(row)).collect();
                Typed::PointsAt(relation.field, ids)
            }
            Err(problems) => {
                let at = self.path.clone();
                self.problems.extend(problems.into_iter().map(|p| Problem { path: at.clone(), kind: p.kind }));
                Typed::Never
            }
        }
    }

    /// A comparison with plain values.
    fn plain(&mut self, condition: &Condition, field: &'a FieldInfo) -> Typed<'a> {
        let Condition { op, operand, .. } = condition;
        let name = field.name.to_string();
        let values = match (op.arity(), operand) {
            // What Autotask does with a value beside `exist` is unknown; it has no use for one.
            (super::Arity::None, _) => &[][..],
            (super::Arity::One, Operand::One(FilterValue::Null)) => return Typed::Never,
            (super::Arity::One, Operand::One(value)) => std::slice::from_ref(value),
            (super::Arity::Many, Operand::Many(values)) if values.is_empty() => {
                return self.problem(ProblemKind::EmptyList { name });
            }
            (super::Arity::Many, Operand::Many(values)) => values,
            _ => return self.problem(ProblemKind::WrongArity { name, op: *op }),
        };
        let mut scalars = Vec::with_capacity(values.len());
        for value in values {
            if matches!(value, FilterValue::Null) {
                continue;
            }
            match scalar(value, field, *op) {
                Some(scalar) if self.is_here && field.data_type.is_whole() && !scalar.is_exact() => {
                    self.problem(ProblemKind::Inexact { name: name.clone(), given: display(value) });
                }
                Some(scalar) => scalars.push(scalar),
                None => {
                    self.problem(ProblemKind::value_type(field, value));
                }
            }
        }
        Typed::Test(Test { field, op: *op, values: scalars })
    }

    fn problem(&mut self, kind: ProblemKind) -> Typed<'a> {
        self.problems.push(Problem { path: self.path.clone(), kind });
        Typed::Never
    }
}

/// The largest whole number that JSON carries exactly wherever it is read: 2^53 − 1.
const EXACT_MAX: i64 = 9_007_199_254_740_991;

impl Scalar {
    /// Whether a number is one that JSON carries exactly.
    fn is_exact(&self) -> bool {
        match self {
            Scalar::Int(number) => number.unsigned_abs() <= EXACT_MAX.unsigned_abs(),
            #[allow(clippy::cast_precision_loss, reason = "2^53 − 1 is exact")]
            Scalar::Number(number) => number.abs() <= EXACT_MAX as f64,
            _ => true,
        }
    }
}

/// Reads a value as the type of a field: numbers and booleans may come as text, booleans as 0 and 1, and a flag
/// takes `true` and `false`.
fn scalar(value: &FilterValue, field: &FieldInfo, op: Op) -> Option<Scalar> {
    let is_flag = field.is_flag || field.data_type == DataType::Boolean;
    Some(match field.data_type {
        DataType::String | DataType::Bytes => match value {
            FilterValue::Text(text) => Scalar::Text(comparable(op, text)),
            FilterValue::Int(number) => Scalar::Text(number.to_string()),
            FilterValue::Number(number) => Scalar::Text(write_plain(*number)),
            _ => return None,
        },
        DataType::DateTime => match value {
            FilterValue::Text(text) => Scalar::Instant(Instant::parse(text)?),
            _ => return None,
        },
        DataType::Boolean | DataType::Integer | DataType::Long | DataType::Decimal | DataType::Double => {
            let json = to_json(value);
            match boolean(&json).filter(|_| is_flag) {
                Some(flag) => Scalar::Int(i64::from(flag)),
                None if field.data_type == DataType::Boolean => return None,
                None => match whole(&json) {
                    Some(whole) => Scalar::Int(whole),
                    None => Scalar::Number(number(&json)?),
                },
            }
        }
    })
}

/// The first of these names, with an ellipsis when there are more.
fn first(names: &[String], count: usize) -> String {
    let shown = names[..names.len().min(count)].join(", ");
    if names.len() > count { format!("{shown}, …") } else { shown }
}

pub(crate) fn to_json(value: &FilterValue) -> Value {
    match value {
        FilterValue::Null => Value::Null,
        FilterValue::Bool(value) => Value::from(*value),
        FilterValue::Int(value) => Value::from(*value),
        FilterValue::Number(value) => Value::from(*value),
        FilterValue::Text(value) => Value::from(value.as_str()),
        FilterValue::Date(day) => object(vec![("date", day.to_string().into())]),
        FilterValue::Relative(relative) => object(vec![("relative", relative.to_string().into())]),
        FilterValue::Name(name) => object(vec![("name", name.as_str().into())]),
        FilterValue::Me => object(vec![("me", true.into())]),
    }
}

fn display(value: &FilterValue) -> String {
    match value {
        FilterValue::Null => "null".to_owned(),
        FilterValue::Bool(value) => value.to_string(),
        FilterValue::Int(value) => value.to_string(),
        FilterValue::Number(value) => write_plain(*value),
        FilterValue::Text(value) | FilterValue::Name(value) => value.clone(),
        FilterValue::Date(day) => day.to_string(),
        FilterValue::Relative(relative) => relative.to_string(),
        FilterValue::Me => "me".to_owned(),
    }
}

impl Problem {
    /// The problem in words, at its JSON path.
    #[must_use]
    pub fn issue(&self) -> Issue {
        let (issue, member) = self.kind.issue();
        let mut path = String::from("filter");
        for (depth, index) in self.path.iter().enumerate() {
            if depth > 0 {
                path.push_str(".items");
            }
            path.push_str(&format!("[{index}]"));
        }
        if !member.is_empty() && !self.path.is_empty() {
            path.push('.');
            path.push_str(member);
        }
        issue.at(path)
    }
}

impl ProblemKind {
    /// The issue, and the member of the condition it is about.
    fn issue(&self) -> (Issue, &'static str) {
        match self {
            ProblemKind::UnknownField { name, udf, entity, nearest, other_kind } => {
                let kind = if *udf { "user-defined field" } else { "field" };
                let issue = Issue::error("filter.unknown_field", format!("unknown {kind} `{name}` on {entity}"));
                let issue = match (nearest, other_kind) {
                    (_, true) if *udf => issue.hint(format!("`{name}` is a field of Autotask's own; leave `udf` out")),
                    (_, true) => issue.hint(format!("`{name}` is a user-defined field; say `\"udf\": true`")),
                    (Some(nearest), _) => issue.hint(format!("did you mean `{nearest}`?")),
                    (None, _) if *udf => issue.hint("the name, or the metadata of your instance, is missing here"),
                    (None, _) => issue,
                };
                (issue, "field")
            }
            ProblemKind::NotQueryable { name } => (
                Issue::error("filter.not_queryable", format!("Autotask cannot filter by `{name}`"))
                    .hint("load the rows and look at the field here"),
                "field",
            ),
            ProblemKind::OperatorNotForType { name, op, data_type } => {
                let mut issue = Issue::error(
                    "filter.operator_not_for_type",
                    format!("`{}` cannot be used on `{name}`, which holds {}", op.wire(), data_type.noun()),
                );
                issue.expected = Op::ALL.into_iter().filter(|op| op.is_for(*data_type)).map(|op| op.wire().to_owned()).collect();
                (issue, "op")
            }
            ProblemKind::ValueType { name, data_type, given, choices } => {
                let issue =
                    Issue::error("filter.value_type", format!("`{given}` is not {}, which `{name}` holds", data_type.noun()));
                let meant = nearest(given, Relative::WORDS).filter(|_| *data_type == DataType::DateTime);
                let issue = if let Some(meant) = meant {
                    issue.hint(format!("did you mean `{meant}`?"))
                } else if choices.is_empty() || choices.len() > 20 {
                    issue
                } else {
                    issue.hint(format!("the values are {}", choices.join(", ")))
                };
                (issue, "value")
            }
            ProblemKind::Inexact { name, given } => (
                Issue::error("filter.value_type", format!("`{given}` is too large for `{name}`"))
                    .hint(format!("whole numbers are exact up to {EXACT_MAX}, as in JSON")),
                "value",
            ),
            ProblemKind::WrongArity { name, op } => (
                match op.arity() {
                    super::Arity::Many => Issue::error("filter.value_type", format!("`{}` on `{name}` needs a list of values", op.wire())),
                    _ => Issue::error("filter.expected", format!("`{}` on `{name}` needs one value", op.wire())),
                },
                "value",
            ),
            ProblemKind::EmptyList { name } => {
                (Issue::error("filter.empty_list", format!("the list for `{name}` is empty")).hint("give at least one value"), "value")
            }
            ProblemKind::TooManyConditions { count } => (
                Issue::error(
                    "filter.too_many_conditions",
                    format!("{count} conditions under `or` and in lists; Autotask takes at most {OR_CONDITIONS_MAX} in one query"),
                )
                .hint("split the query"),
                "",
            ),
            ProblemKind::TooManyUdfs { names } => (
                Issue::error(
                    "filter.too_many_udfs",
                    format!("{} user-defined fields ({}); Autotask takes one in a query", names.len(), first(names, 5)),
                ),
                "",
            ),
            ProblemKind::NoClock { name } => (
                Issue::error("filter.no_clock", format!("`{name}` is compared with a relative date, and the time is not given"))
                    .hint("give `now`"),
                "value",
            ),
            ProblemKind::NoMe { name } => (
                Issue::error("filter.no_me", format!("`{name}` is compared with `me`, and nobody said who that is"))
                    .hint("give the id of your resource as `me`, or write the name"),
                "value",
            ),
            ProblemKind::Unresolved { name, entity, given } => (
                Issue::error("filter.unresolved_name", format!("`{given}`, which `{name}` is compared with, has not been looked up in {entity}"))
                    .hint("look the name up and give its id, or write the id as `#123`"),
                "value",
            ),
            ProblemKind::NoRows { name, entity } => (
                Issue::error("filter.no_rows", format!("`{name}` is a field of related rows, and the rows of {entity} are not here"))
                    .hint(format!("load {entity} into a table and give it in the context's `tables`")),
                "field",
            ),
            ProblemKind::TooDeep => {
                (Issue::error("filter.too_deep", format!("groups nest deeper than {FILTER_DEPTH_MAX} levels")), "")
            }
        }
    }
}
