//! Filter: one tree behind the builder, the text, the API's JSON, local evaluation and the sandbox's SQL.
//!
//! ```text
//! text ──parse──►        ──print──► text
//!                 Filter ──body──► JSON       Filter + EntityInfo ──typed──► Typed ──► bool, SQL
//! JSON ──body──►         ──check──► issues
//! ```

pub mod body;
pub mod check;
pub mod complete;
pub(crate) mod context;
mod lower;
pub mod op;
pub mod parse;

pub mod plan;
pub mod print;
pub mod relative;
pub mod typed;

pub use context::Context;
pub use op::{Arity, Op};

pub use plan::{Plan, plan};
pub use relative::Relative;
pub use typed::Typed;

use crate::calendar::Day;
use crate::entity::EntityInfo;
use crate::record::Record;

/// How deep groups may nest.
pub const FILTER_DEPTH_MAX: usize = 32;
/// Most conditions under `or` groups, elements of lists included, that Autotask takes in one query.
pub const OR_CONDITIONS_MAX: usize = 500;
/// Most different user-defined fields in one query.
pub const UDFS_MAX: usize = 1;

/// A filter. An empty `And` matches every row, an empty `Or` none.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of these.
    And(Vec<Filter>),
    /// Any of these.
    Or(Vec<Filter>),
    /// Exactly the rows that do not match this.
    Not(Box<Filter>),
    /// One comparison.
    Condition(Condition),
}

/// One comparison of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The field's name on the wire, in any letter case; for a user-defined field its name. A field of a related row
    /// has the relation before a dot: `company.city`.
    pub field: String,
    /// Whether it is a user-defined field.
    pub udf: bool,
    /// The comparison.
    pub op: Op,
    /// What it is compared with.
    pub operand: Operand,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Nothing, for `exist` and `notExist`.
    None,
    /// One value.
    One(FilterValue),
    /// A list, for `in` and `notIn`; the two bounds of `between`.
    Many(Vec<FilterValue>),
}

/// A value in a condition, before it is read as the type of its field.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterValue {
    /// JSON's null.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Number(f64),
    /// Text; instants and numbers may come as text too.
    Text(String),
    /// A whole day in the person's zone.
    Date(Day),
    /// A day or an instant from now on.
    Relative(Relative),
    /// The name of a referenced row, to be looked up.
    Name(String),
    /// The person who asks.
    Me,
}

impl Filter {
    /// The filter that every row matches.
    #[must_use]
    pub fn everything() -> Filter {
        Filter::And(Vec::new())
    }

    /// All of these.
    #[must_use]
    pub fn and(items: impl IntoIterator<Item = Filter>) -> Filter {
        Filter::And(items.into_iter().collect())
    }

    /// Any of these.
    #[must_use]
    pub fn or(items: impl IntoIterator<Item = Filter>) -> Filter {
        Filter::Or(items.into_iter().collect())
    }

    /// One comparison with one value.
    #[must_use]
    pub fn condition(field: impl Into<String>, op: Op, value: impl Into<FilterValue>) -> Filter {
        Filter::Condition(Condition { field: field.into(), udf: false, op, operand: Operand::One(value.into()) })
    }

    /// `field` equals `value`.
    #[must_use]
    pub fn eq(field: impl Into<String>, value: impl Into<FilterValue>) -> Filter {
        Filter::condition(field, Op::Eq, value)
    }

    /// `field` is one of `values`.
    #[must_use]
    pub fn is_in<V: Into<FilterValue>>(field: impl Into<String>, values: impl IntoIterator<Item = V>) -> Filter {
        let operand = Operand::Many(values.into_iter().map(Into::into).collect());
        Filter::Condition(Condition { field: field.into(), udf: false, op: Op::In, operand })
    }

    /// `field` has no value (`is_empty`) or has one.
    #[must_use]
    pub fn empty(field: impl Into<String>, is_empty: bool) -> Filter {
        let op = if is_empty { Op::NotExist } else { Op::Exist };
        Filter::Condition(Condition { field: field.into(), udf: false, op, operand: Operand::None })
    }

    /// Whether it has no condition at all.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self, Filter::And(items) if items.is_empty())
    }

    /// The members of the top level: of an `And` its items, else the filter itself.
    #[must_use]
    pub fn top_level(&self) -> &[Filter] {
        match self {
            Filter::And(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// Exactly the rows that do not match this.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it is the constructor of a node, as `and` and `or` are")]
    pub fn not(filter: Filter) -> Filter {
        Filter::Not(Box::new(filter))
    }

    /// Whether a row matches. A filter with errors (see [`check::check`]) matches nothing.
    #[must_use]
    pub fn matches(&self, info: &EntityInfo, row: &Record) -> bool {
        Typed::of(self, info).is_ok_and(|typed| typed.matches(row))
    }

    /// All conditions, in the order of the text.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            loop {
                match open.pop()? {
                    Filter::And(items) | Filter::Or(items) => open.extend(items.iter().rev()),
                    Filter::Not(inner) => open.push(inner),
                    Filter::Condition(condition) => return Some(condition),
                }
            }
        })
    }

    /// Whether Autotask knows its operators, groups and kinds of values, so that it can be sent as it is.
    #[must_use]
    pub fn is_wire(&self) -> bool {
        let plain = |value: &FilterValue| {
            !matches!(value, FilterValue::Date(_) | FilterValue::Relative(_) | FilterValue::Name(_) | FilterValue::Me)
        };
        match self {
            Filter::And(items) | Filter::Or(items) => items.iter().all(Filter::is_wire),
            Filter::Not(_) => false,
            Filter::Condition(Condition { op, operand, .. }) => {
                op.is_on_server()
                    && match operand {
                        Operand::None => true,
                        Operand::One(value) => plain(value),
                        Operand::Many(values) => values.iter().all(plain),
                    }
            }
        }
    }

    /// Every name that has to be looked up and is not in the context: (field, entity, name), each once.
    #[must_use]
    pub fn unresolved(&self, info: &EntityInfo, context: &Context<'_>) -> Vec<(String, String, String)> {
        let mut found = Vec::new();
        for condition in self.conditions() {
            let values = match &condition.operand {
                Operand::None => &[][..],
                Operand::One(value) => std::slice::from_ref(value),
                Operand::Many(values) => values,
            };
            for value in values {
                let FilterValue::Name(name) = value else { continue };
                let reference = info.find(&condition.field, condition.udf).and_then(|field| field.reference.as_deref());
                let entry = (condition.field.clone(), reference.unwrap_or_default().to_owned(), name.clone());
                if context.id_of(name).is_none() && !found.contains(&entry) {
                    found.push(entry);
                }
            }
        }
        found
    }
}

/// The filter that every row matches.
impl Default for Filter {
    fn default() -> Filter {
        Filter::everything()
    }
}

impl From<&str> for FilterValue {
    fn from(text: &str) -> FilterValue {
        FilterValue::Text(text.to_owned())
    }
}

impl From<String> for FilterValue {
    fn from(text: String) -> FilterValue {
        FilterValue::Text(text)
    }
}

impl From<i64> for FilterValue {
    fn from(number: i64) -> FilterValue {
        FilterValue::Int(number)
    }
}

impl From<bool> for FilterValue {
    fn from(value: bool) -> FilterValue {
        FilterValue::Bool(value)
    }
}
