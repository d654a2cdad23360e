//! Patch: the fields that a change changes, each left alone, cleared, or given a value.

use serde::Serialize;
use serde_json::Value;

use super::{Name, is_blank, is_same, names};
use crate::entity::EntityInfo;
use crate::record::Record;

/// What a patch does with a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot<'p> {
    /// Nothing: the field is not sent.
    Unset,
    /// Clears it: null is sent.
    Null,
    /// Gives it this value.
    Value(&'p Value),
}

/// The changed fields of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    id: Option<i64>,
    /// Null clears.
    fields: Vec<(Name, Value)>,
}

impl Patch {
    /// The fields of `after` that are others than in `before`. What `after` does not carry is left alone; what is blank
    /// in it is cleared.
    #[must_use]
    pub fn between(info: &EntityInfo, before: &Record, after: &Record) -> Patch {
        let fields = names(info, after).into_iter().filter_map(|name| {
            let is = after.value(&name.name, name.is_udf).filter(|value| !is_blank(Some(value)));
            let is_changed = !is_same(name.field(info), before.value(&name.name, name.is_udf), is);
            is_changed.then(|| (name, is.cloned().unwrap_or_default()))
        });
        Patch { id: after.id().or_else(|| before.id()), fields: fields.collect() }
    }

    /// The fields that both `row` and `base` carry, whatever is in them: of a PATCH that somebody wrote, what is to be compared
    /// with what was there.
    #[must_use]
    pub fn over(info: &EntityInfo, row: &Record, base: &Record) -> Patch {
        let compared = names(info, base);
        let is_compared = |name: &Name| compared.iter().any(|known| known.is(&name.name, name.is_udf));
        let fields = names(info, row).into_iter().filter(is_compared).map(|name| {
            let value = row.value(&name.name, name.is_udf).cloned().unwrap_or_default();
            (name, value)
        });
        Patch { id: row.id(), fields: fields.collect() }
    }

    /// Whether nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The same without this field, given as in [`Conflict::field`].
    #[must_use]
    pub fn without(&self, field: &str) -> Patch {
        let others = self.fields.iter().filter(|(name, _)| !name.path().eq_ignore_ascii_case(field));
        Patch { id: self.id, fields: others.cloned().collect() }
    }

    /// What is done with a field.
    #[must_use]
    pub fn slot(&self, name: &str, is_udf: bool) -> Slot<'_> {
        match self.fields.iter().find(|(field, _)| field.is(name, is_udf)) {
            None => Slot::Unset,
            Some((_, Value::Null)) => Slot::Null,
            Some((_, value)) => Slot::Value(value),
        }
    }

    /// The fields that are changed, in the order in which they are sent, each as in [`Conflict::field`].
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.fields.iter().map(|(name, _)| name.path())
    }

    /// The row as PATCH takes it: its id, the changed fields, and of the user-defined ones those that change.
    #[must_use]
    pub fn record(&self) -> Record {
        let mut row = Record::new();
        if let Some(id) = self.id {
            row.set("id", id);
        }
        for (Name { name, is_udf }, value) in &self.fields {
            row.set_value(name, *is_udf, value.clone());
        }
        row
    }

    /// The patch that takes this one back, for a row that was so before it.
    #[must_use]
    pub fn inverse(&self, before: &Record) -> Patch {
        let was = |name: &Name| {
            let value = before.value(&name.name, name.is_udf).filter(|value| !is_blank(Some(value)));
            value.cloned().unwrap_or_default()
        };
        Patch { id: self.id, fields: self.fields.iter().map(|(name, _)| (name.clone(), was(name))).collect() }
    }
}

/// A field that somebody else changed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The field; a user-defined one as `udf.Name`.
    pub field: String,
    /// What one saw.
    pub base: Value,
    /// What is there now.
    pub theirs: Value,
    /// What one wants to write; null clears.
    pub yours: Value,
}

/// The fields of a patch that are not what they were when it was made: `base` is the row that one saw, `now` the row as
/// it is. A field that already is what one wants is none of them. Other fields may change as they like: Autotask moves
/// some of them by itself.
#[must_use]
pub fn conflicts(info: &EntityInfo, patch: &Patch, base: &Record, now: &Record) -> Vec<Conflict> {
    let conflict = |(name, yours): &(Name, Value)| {
        let field = name.field(info);
        let (base, theirs) = (base.value(&name.name, name.is_udf), now.value(&name.name, name.is_udf));
        let is_fine = is_same(field, base, theirs) || is_same(field, theirs, Some(yours));
        (!is_fine).then(|| Conflict {
            field: name.path(),
            base: base.cloned().unwrap_or_default(),
            theirs: theirs.cloned().unwrap_or_default(),
            yours: yours.clone(),
        })
    };
    patch.fields.iter().filter_map(conflict).collect()
}
