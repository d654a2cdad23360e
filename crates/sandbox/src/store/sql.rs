//! SQL: a typed filter → a WHERE clause with bound values.
//!
//! Every comparison with null is null in SQL, which a WHERE takes as false; where something is negated it is said as
//! `IS NOT TRUE`, so that it is the filter's own meaning. Text is compared through the folded column; no `LIKE` and no collation is involved.

use autotask_core::DataType;
use autotask_core::filter::Op;
use autotask_core::filter::typed::{Scalar, Test, Typed};
use rusqlite::types::Value;

use super::schema::{folded, quoted};
use crate::tenant::Table;

/// Most values that SQLite binds in one statement, a few kept for ourselves.
pub(crate) const VALUES_MAX: usize = 32_000;

/// A condition of SQL and the values of its question marks.
#[derive(Debug)]
pub(crate) struct Where {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Where {
    /// Every row.
    pub(crate) fn everything() -> Where {
        Where { sql: "1".to_owned(), values: Vec::new() }
    }

    /// The rows whose column has this value.
    pub(crate) fn equals(column: &str, value: i64) -> Where {
        Where { sql: format!("{} = ?", quoted(column)), values: vec![Value::Integer(value)] }
    }

    /// The rows that match a filter.
    pub(crate) fn of(typed: &Typed<'_>, table: &Table) -> Where {
        let mut values = Vec::new();
        let sql = node(typed, table, &mut values);
        Where { sql, values }
    }

    /// Both this and a condition on the id.
    pub(crate) fn and_id(mut self, comparison: &str, id: i64) -> Where {
        self.sql = format!("({}) AND \"id\" {comparison} ?", self.sql);
        self.values.push(Value::Integer(id));
        self
    }
}

fn node(typed: &Typed<'_>, table: &Table, values: &mut Vec<Value>) -> String {
    match typed {
        Typed::And(items) if items.is_empty() => "1".to_owned(),
        Typed::Or(items) if items.is_empty() => "0".to_owned(),
        Typed::And(items) => joined(items, " AND ", table, values),
        Typed::Or(items) => joined(items, " OR ", table, values),
        Typed::Not(inner) => format!("({}) IS NOT TRUE", node(inner, table, values)),
        Typed::Never => "0".to_owned(),
        Typed::PointsAt(field, ids) => {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            format!("{} IN ({})", quoted(&field.name), ids.join(", "))
        }
        Typed::Test(test) => test_of(test, table, values),
    }
}

/// Joins in halves: a chain of thousands would be deeper than SQLite's parser goes.
fn joined(items: &[Typed<'_>], word: &str, table: &Table, values: &mut Vec<Value>) -> String {
    match items {
        [only] => node(only, table, values),
        _ => {
            let (first, second) = items.split_at(items.len() / 2);
            let first = joined(first, word, table, values);
            let second = joined(second, word, table, values);
            format!("({first}{word}{second})")
        }
    }
}

fn test_of(test: &Test<'_>, table: &Table, values: &mut Vec<Value>) -> String {
    let field = test.field;
    let is_text = matches!(field.data_type, DataType::String | DataType::Bytes);
    if !field.is_udf {
        let raw = quoted(&field.name);
        return match test.op {
            Op::Exist => format!("{raw} IS NOT NULL"),
            Op::NotExist => format!("{raw} IS NULL"),
            _ => comparison(&if is_text { folded(&field.name) } else { raw }, is_text, test, values),
        };
    }
    values.push(Value::Integer(table.definition(field)));
    // The definition is of this entity, so a row of another one with the same id has no value for it.
    let among = |condition: &str| format!("(SELECT \"row\" FROM \"_udf\" WHERE \"definition\" = ?{condition})");
    match test.op {
        Op::Exist => format!("\"id\" IN {}", among("")),
        Op::NotExist => format!("\"id\" NOT IN {}", among("")),
        _ => {
            let column = match field.data_type {
                DataType::String | DataType::Bytes => "\"folded\"",
                DataType::DateTime => "\"instant\"",
                _ => "\"number\"",
            };
            let condition = comparison(column, is_text, test, values);
            format!("\"id\" IN {}", among(&format!(" AND {condition}")))
        }
    }
}

fn comparison(column: &str, is_text: bool, test: &Test<'_>, values: &mut Vec<Value>) -> String {
    // Equality on text ignores spaces at the end; the values come without them.
    let trimmed = || if is_text { format!("rtrim({column}, ' ')") } else { column.to_owned() };
    let mut bind = |value: &Scalar| values.push(bound(value));
    let Some(first) = test.values.first() else {
        // A list of nothing but nulls.
        return match test.op {
            Op::NotIn => format!("{column} IS NOT NULL"),
            _ => "0".to_owned(),
        };
    };
    match test.op {
        Op::Eq => {
            bind(first);
            format!("{} = ?", trimmed())
        }
        Op::NotEq => {
            bind(first);
            format!("{} <> ?", trimmed())
        }
        Op::Gt | Op::Gte | Op::Lt | Op::Lte => {
            bind(first);
            let sign = match test.op {
                Op::Gt => ">",
                Op::Gte => ">=",
                Op::Lt => "<",
                _ => "<=",
            };
            format!("{column} {sign} ?")
        }
        Op::BeginsWith => {
            bind(first);
            match first {
                Scalar::Text(text) => match after_prefix(text) {
                    Some(end) => {
                        values.push(Value::Text(end));
                        format!("({column} >= ? AND {column} < ?)")
                    }
                    None => format!("{column} >= ?"),
                },
                _ => "0".to_owned(),
            }
        }
        Op::EndsWith => {
            bind(first);
            format!("ends_with({column}, ?)")
        }
        Op::NotEndsWith => {
            bind(first);
            format!("NOT ends_with({column}, ?)")
        }
        Op::Contains => {
            bind(first);
            format!("instr({column}, ?) > 0")
        }
        Op::NotContains => {
            bind(first);
            format!("instr({column}, ?) = 0")
        }
        Op::NotBeginsWith => {
            bind(first);
            format!("instr({column}, ?) <> 1")
        }
        Op::DigitsContain => {
            bind(first);
            format!("instr(digits({column}), ?) > 0")
        }
        Op::DigitsBeginWith => {
            bind(first);
            format!("instr(digits({column}), ?) = 1")
        }
        // It becomes two comparisons before.
        Op::Between => "0".to_owned(),
        Op::In | Op::NotIn => {
            test.values.iter().for_each(bind);
            let marks = vec!["?"; test.values.len()].join(", ");
            let word = if test.op == Op::In { "IN" } else { "NOT IN" };
            format!("{} {word} ({marks})", trimmed())
        }
        Op::Exist => format!("{column} IS NOT NULL"),
        Op::NotExist => format!("{column} IS NULL"),
    }
}

/// The first text after all texts with this prefix, by code points; `None` when there is none.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            char::MAX => None,
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

fn bound(value: &Scalar) -> Value {
    match value {
        Scalar::Text(text) => Value::Text(text.clone()),
        Scalar::Int(number) => Value::Integer(*number),
        Scalar::Number(number) => Value::Real(*number),
        Scalar::Instant(instant) => Value::Integer(instant.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_range() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after_prefix(""), None);
        assert_eq!(after_prefix("\u{10ffff}"), None);
    }
}
