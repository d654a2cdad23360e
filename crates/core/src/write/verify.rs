//! Verify: what became of the fields of a write, told from the row as it was read again.

use serde::Serialize;

use super::{is_same, names};
use crate::entity::EntityInfo;
use crate::record::Record;

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It is what was sent.
    Changed,
    /// It is what it was before: Autotask took the write and left the field alone.
    Ignored,
    /// It is neither: cut, rounded, set by a rule of Autotask, or changed by somebody else.
    Other,
}

/// A field of a write, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldOutcome {
    /// The field; a user-defined one as `udf.Name`.
    pub field: String,
    /// What became of it.
    pub outcome: Verdict,
}

/// What became of each field that was sent: `before` is the row before the write, `after` as it was read again. A field
/// that was sent as it already was is `Changed`: it is what was wanted.
///
/// ```
/// use autotask_core::{Record, entity, write::{Verdict, verify}};
/// let row = |name: &str, city: &str| Record::new().with("companyName", name).with("city", city);
/// let outcomes = verify(entity("Companies").unwrap(), &row("Acme", "Troy"), &row("Old", "Rome"), &row("Acme", "Rome"));
/// assert_eq!(outcomes.iter().map(|field| field.outcome).collect::<Vec<_>>(), [Verdict::Changed, Verdict::Ignored]);
/// ```
#[must_use]
pub fn verify(info: &EntityInfo, sent: &Record, before: &Record, after: &Record) -> Vec<FieldOutcome> {
    let judged = names(info, sent).into_iter().map(|name| {
        let field = name.field(info);
        let value = |row: &'_ Record| row.value(&name.name, name.is_udf).cloned();
        let (wanted, was, is) = (value(sent), value(before), value(after));
        let outcome = if is_same(field, wanted.as_ref(), is.as_ref()) {
            Verdict::Changed
        } else if is_same(field, was.as_ref(), is.as_ref()) {
            Verdict::Ignored
        } else {
            Verdict::Other
        };
        FieldOutcome { field: name.path(), outcome }
    });
    judged.collect()
}
