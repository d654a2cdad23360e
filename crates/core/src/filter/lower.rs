//! Lower: one condition as comparisons with plain values. Days become ranges of instants, relative dates what they are
//! now, names and `me` ids, `between` two comparisons.

use super::relative::Moment;
use super::typed::ProblemKind;
use super::{Condition, Context, Filter, FilterValue, Op, Operand};
use crate::calendar::{Day, Unit, Utc, Zone};
use crate::field::{DataType, FieldInfo};
use crate::instant::Instant;

/// A value after what is relative about it is gone.
enum Plain {
    Value(FilterValue),
    Day(Day),
}

/// The condition in plain comparisons; `None` when it is one already.
pub(super) fn lower(
    condition: &Condition,
    field: &FieldInfo,
    context: &Context<'_>,
) -> Result<Option<Filter>, ProblemKind> {
    let values = match &condition.operand {
        Operand::None => return Ok(None),
        Operand::One(value) => std::slice::from_ref(value),
        Operand::Many(values) => values,
    };
    if condition.op != Op::Between && values.iter().all(is_plain) {
        return Ok(None);
    }
    let plain = values.iter().map(|value| plain(value, condition, field, context)).collect::<Result<Vec<_>, _>>()?;
    // A mere date is kept at midnight UTC, wherever the person is.
    let zone: &dyn Zone = if field.is_date_only { &Utc } else { context.zone };
    let test = |op: Op, value: FilterValue| {
        Filter::Condition(Condition {
            field: condition.field.clone(),
            udf: condition.udf,
            op,
            operand: Operand::One(value),
        })
    };
    let at = |op: Op, instant: Instant| test(op, FilterValue::Text(instant.to_string()));
    let compare = |op: Op, value: Plain| {
        let day = match value {
            Plain::Value(value) => return test(op, value),
            Plain::Day(day) => day,
        };
        let (from, until) = range(day, zone);
        match op {
            Op::NotEq => Filter::Or(vec![at(Op::Lt, from), at(Op::Gte, until)]),
            Op::Gt => at(Op::Gte, until),
            Op::Gte => at(Op::Gte, from),
            Op::Lt => at(Op::Lt, from),
            Op::Lte => at(Op::Lt, until),
            _ => Filter::And(vec![at(Op::Gte, from), at(Op::Lt, until)]),
        }
    };
    let has_days = plain.iter().any(|value| matches!(value, Plain::Day(_)));
    Ok(Some(match condition.op {
        Op::Between => {
            let [low, high] = <[Plain; 2]>::try_from(plain).map_err(|_| wrong_arity(condition))?;
            Filter::And(vec![compare(Op::Gte, low), compare(Op::Lte, high)])
        }
        Op::In if has_days => Filter::Or(plain.into_iter().map(|value| compare(Op::Eq, value)).collect()),
        Op::NotIn if has_days => Filter::And(plain.into_iter().map(|value| compare(Op::NotEq, value)).collect()),
        Op::In | Op::NotIn => {
            let values = plain.into_iter().filter_map(|value| match value {
                Plain::Value(value) => Some(value),
                Plain::Day(_) => None,
            });
            Filter::Condition(Condition { operand: Operand::Many(values.collect()), ..condition.clone() })
        }
        op => compare(op, plain.into_iter().next().ok_or_else(|| wrong_arity(condition))?),
    }))
}

/// Whether every filter that is sent may hold this value.
pub(super) fn is_plain(value: &FilterValue) -> bool {
    !matches!(value, FilterValue::Date(_) | FilterValue::Relative(_) | FilterValue::Name(_) | FilterValue::Me)
}

/// The first instant of a day and the first one after it.
fn range(day: Day, zone: &dyn Zone) -> (Instant, Instant) {
    let from = day.start(zone);
    let until = day.plus(1, Unit::Day).map_or_else(|| from.plus_seconds(86_400), |next| next.start(zone));
    (from, until)
}

fn plain(
    value: &FilterValue,
    condition: &Condition,
    field: &FieldInfo,
    context: &Context<'_>,
) -> Result<Plain, ProblemKind> {
    let name = || field.name.to_string();
    let is_date = field.data_type == DataType::DateTime;
    let wrong_type = || ProblemKind::value_type(field, value);
    Ok(match value {
        FilterValue::Date(day) if is_date => Plain::Day(*day),
        FilterValue::Relative(relative) if is_date => match relative.resolve(context) {
            Some(Moment::Day(day)) => Plain::Day(day),
            Some(Moment::Instant(instant)) => Plain::Value(FilterValue::Text(instant.to_string())),
            None if context.now.is_none() => return Err(ProblemKind::NoClock { name: name() }),
            None => return Err(wrong_type()),
        },
        FilterValue::Date(_) | FilterValue::Relative(_) => return Err(wrong_type()),
        FilterValue::Name(given) if field.reference.is_some() => match context.id_of(given) {
            Some(id) => Plain::Value(FilterValue::Int(id)),
            None => {
                let entity = field.reference.as_deref().unwrap_or_default().to_owned();
                return Err(ProblemKind::Unresolved { name: name(), entity, given: given.clone() });
            }
        },
        FilterValue::Me if field.reference.as_deref() == Some("Resources") => match context.me {
            Some(id) => Plain::Value(FilterValue::Int(id)),
            None => return Err(ProblemKind::NoMe { name: name() }),
        },
        FilterValue::Name(_) | FilterValue::Me => return Err(wrong_type()),
        // `between` with null is a comparison with null: false.
        FilterValue::Null if condition.op == Op::Between => Plain::Value(FilterValue::Null),
        other => Plain::Value(other.clone()),
    })
}

fn wrong_arity(condition: &Condition) -> ProblemKind {
    ProblemKind::WrongArity { name: condition.field.clone(), op: condition.op }
}
