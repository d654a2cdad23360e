//! Print: a filter as canonical text, which `parse` reads back to the same tree.

use std::fmt::Write as _;

use super::{Condition, Filter, FilterValue, Op, Operand};
use crate::calendar::{Day, Utc};
use crate::entity::EntityInfo;
use crate::field::DataType;
use crate::instant::Instant;
use crate::number;

/// The filter as one line of text, with the field names of the entity and numbers for picklist values.
///
/// ```
/// use autotask_core::{Filter, Op, entity, filter::print::print};
/// let filter = Filter::and([
///     Filter::eq("companytype", 1),
///     Filter::or([Filter::condition("city", Op::Contains, "spring"), Filter::empty("phone", true)]),
/// ]);
/// assert_eq!(
///     print(&filter, entity("Companies").unwrap()),
///     r#"companyType = 1 and (city contains "spring" or phone is empty)"#,
/// );
/// ```
#[must_use]
pub fn print(filter: &Filter, info: &EntityInfo) -> String {
    let mut out = String::new();
    match filter {
        Filter::And(items) if items.is_empty() => {}
        Filter::And(items) => join(&mut out, items, " and ", info),
        other => group(&mut out, other, info),
    }
    out
}

/// The widest line that [`pretty`] leaves whole, in characters.
const LINE_MAX: usize = 80;

/// The filter over several lines, a condition or a short group on each, for people who read and edit it. What fits on
/// one line stays there. [`parse`](super::parse) reads it back to the same tree.
///
/// ```
/// use autotask_core::{entity, filter::{parse::parse, print::pretty}};
/// let info = entity("Companies").unwrap();
/// let text = "companyType = 1 and (city contains \"spring\" or phone is empty) and lastActivityDate < -12m";
/// let (filter, _) = parse(text, info);
/// assert_eq!(pretty(&filter.unwrap(), info), "\
/// companyType = 1
/// and (city contains \"spring\" or phone is empty)
/// and lastActivityDate < -12m");
/// ```
#[must_use]
pub fn pretty(filter: &Filter, info: &EntityInfo) -> String {
    let line = print(filter, info);
    match filter {
        Filter::And(items) if line.chars().count() > LINE_MAX => {
            let mut out = String::new();
            lines(&mut out, items, "and", 0, info);
            out
        }
        _ => line,
    }
}

/// The items of a group, each on lines of its own.
fn lines(out: &mut String, items: &[Filter], word: &str, depth: usize, info: &EntityInfo) {
    let indent = "  ".repeat(depth);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(&indent);
        if index > 0 {
            let _ = write!(out, "{word} ");
        }
        let mut line = String::new();
        group(&mut line, item, info);
        let used = indent.len() + word.len() + 1;
        match item {
            Filter::Condition(_) => out.push_str(&line),
            _ if used + line.chars().count() <= LINE_MAX => out.push_str(&line),
            _ => open_group(out, item, &line, depth, info),
        }
    }
}

/// A group that is too wide for its line.
fn open_group(out: &mut String, item: &Filter, line: &str, depth: usize, info: &EntityInfo) {
    let (not, inner) = match item {
        Filter::Not(inner) => ("not ", &**inner),
        other => ("", other),
    };
    match inner {
        Filter::And(items) | Filter::Or(items) if items.len() > 1 => {
            let word = if matches!(inner, Filter::And(_)) { "and" } else { "or" };
            let _ = writeln!(out, "{not}(");
            lines(out, items, word, depth + 1, info);
            let _ = write!(out, "\n{})", "  ".repeat(depth));
        }
        _ => out.push_str(line),
    }
}

fn join(out: &mut String, items: &[Filter], between: &str, info: &EntityInfo) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        group(out, item, info);
    }
}

/// An item of a group. Groups always stand in parentheses, so that one-element groups survive the round trip.
fn group(out: &mut String, filter: &Filter, info: &EntityInfo) {
    let (word, items) = match filter {
        Filter::And(items) => ("and", items),
        Filter::Or(items) => ("or", items),
        Filter::Not(inner) => {
            out.push_str("not ");
            // `not city = "a"` reads as if the comparison were negated alone; it is, and parentheses say so.
            if matches!(**inner, Filter::Condition(_)) {
                out.push('(');
                group(out, inner, info);
                out.push(')');
                return;
            }
            return group(out, inner, info);
        }
        Filter::Condition(condition) => return write_condition(out, condition, info),
    };
    // `all (…)` and `any (…)` say the kind of a group that its words cannot: with one member or none.
    if items.len() < 2 {
        out.push_str(if word == "and" { "all " } else { "any " });
    }
    out.push('(');
    join(out, items, if word == "and" { " and " } else { " or " }, info);
    out.push(')');
}

fn write_condition(out: &mut String, condition: &Condition, info: &EntityInfo) {
    let field = info.find(&condition.field, condition.udf);
    let name = field.map_or(condition.field.as_str(), |f| &*f.name);
    if condition.udf {
        out.push_str("udf.");
        quote(out, name);
    } else if is_plain_name(name) {
        out.push_str(name);
    } else if let Some((relation, rest)) = related_name(name, info) {
        let _ = write!(out, "{relation}.{rest}");
    } else {
        let _ = write!(out, "`{}`", name.replace('`', ""));
    }
    let _ = write!(out, " {}", condition.op.text());
    let related = || info.relation(&condition.field).and_then(|r| r.entity.field(&r.rest)).map(|f| f.data_type);
    let data_type = field.map(|f| f.data_type).or_else(related);
    match &condition.operand {
        Operand::None => {}
        Operand::One(value) => {
            out.push(' ');
            write_value(out, value, data_type);
        }
        Operand::Many(values) if condition.op == Op::Between => {
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index == 0 { " " } else { " and " });
                write_value(out, value, data_type);
            }
        }
        Operand::Many(values) => {
            out.push_str(" (");
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_value(out, value, data_type);
            }
            out.push(')');
        }
    }
}

fn write_value(out: &mut String, value: &FilterValue, data_type: Option<DataType>) {
    let _ = match value {
        FilterValue::Null => write!(out, "null"),
        FilterValue::Bool(value) => write!(out, "{}", if *value { "yes" } else { "no" }),
        FilterValue::Int(value) => write!(out, "{value}"),
        // With a fraction or an exponent, so that the number is not read back as a whole one.
        FilterValue::Number(value) => write!(out, "{}", number::write(*value)),
        FilterValue::Text(text) if data_type == Some(DataType::DateTime) && is_bare_date(text) => {
            match Day::parse(text) {
                // A date alone in JSON is its midnight in UTC, and not the whole day that it would be in text.
                Some(day) => write!(out, "{}", day.start(&Utc)),
                None => write!(out, "{text}"),
            }
        }
        FilterValue::Date(day) => write!(out, "{day}"),
        FilterValue::Relative(relative) => write!(out, "{relative}"),
        FilterValue::Me => write!(out, "me"),
        FilterValue::Name(name) => return quote(out, name),
        FilterValue::Text(text) => return quote(out, text),
    };
}

/// The shortest form of `companyID.city`, with the names as Autotask spells them.
fn related_name(name: &str, info: &EntityInfo) -> Option<(String, String)> {
    let relation = info.relation(name)?;
    let rest = relation.entity.field(&relation.rest).map_or_else(|| relation.rest.clone(), |f| f.name.to_string());
    Some((info.short_name(&relation.field.name).to_owned(), rest)).filter(|(_, rest)| is_plain_name(rest))
}

/// Whether the parser reads this date back without quotes, as the same text.
pub(crate) fn is_bare_date(text: &str) -> bool {
    Instant::parse(text).is_some()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'.' | b'+'))
}

pub(crate) fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !super::parse::is_keyword(name)
}

/// A text as it stands in a filter.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    quote(&mut out, text);
    out
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
