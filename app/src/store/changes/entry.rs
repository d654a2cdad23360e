//! Entry: one change that was sent, as it is kept and told.

use autotask_client::edit::ReadBack;
use autotask_core::{
    EntityInfo, Record,
    write::{FieldOutcome, Patch, Verdict, conflicts, label_of, name_of, verify},
};
use serde::{Deserialize, Serialize};

/// A change that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Tells it from all others.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub at: f64,
    /// Who.
    pub by: String,
    /// The entity.
    pub entity: String,
    /// What the row was called.
    pub title: String,
    /// The company on whose page the row is.
    pub company: Option<i64>,
    /// The fields that were sent as they were before, with the row's id.
    pub before: Record,
    /// The fields as they were sent.
    pub sent: Record,
    /// The fields as they were read again; nothing while they could not be.
    pub after: Option<Record>,
    /// Why it is not known whether it was written.
    pub doubt: Option<String>,
    /// The entry that this one takes back.
    pub undoes: Option<String>,
}

/// What became of an entry as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Written, all or in part; it can be taken back.
    Written,
    /// Nothing of it was taken.
    Ignored,
    /// No answer came, or the row could not be read again.
    InDoubt,
    /// A later entry took it back.
    Undone,
}

/// A field of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is called.
    pub label: String,
    /// The field; the tenant's own ones as `udf.Name`.
    pub path: String,
    /// What became of it; nothing while it was not read again.
    pub outcome: Option<Verdict>,
}

impl Entry {
    /// The row's id.
    pub fn row(&self) -> i64 {
        self.sent.id().unwrap_or_default()
    }

    /// Takes over what was read again; once all of it is there, nothing is in doubt any more.
    pub fn take(&mut self, found: &ReadBack) {
        let mut after = Record::new().with("id", self.row());
        for field in &found.fields {
            let (name, is_udf) = name_of(&field.field);
            after.set_value(name, is_udf, found.row.value(name, is_udf).cloned().unwrap_or_default());
        }
        self.after = Some(after);
        if found.fields.iter().all(|field| field.outcome == Verdict::Changed) {
            self.doubt = None;
        }
    }

    /// The fields, in the order in which they were sent.
    pub fn lines(&self, info: &EntityInfo) -> Vec<Line> {
        let after = self.after.as_ref();
        let told = verify(info, &self.sent, &self.before, after.unwrap_or(&self.before));
        let line = |told: FieldOutcome| {
            let label = label_of(info, &told.field).to_owned();
            Line { label, path: told.field, outcome: after.map(|_| told.outcome) }
        };
        told.into_iter().map(line).collect()
    }

    /// What became of it, told with all other entries.
    pub fn state(&self, all: &[Entry]) -> State {
        let Some(after) = self.after.as_ref().filter(|_| self.doubt.is_none()) else { return State::InDoubt };
        if all.iter().any(|other| other.undoes.as_ref() == Some(&self.id) && other.is_whole()) {
            return State::Undone;
        }
        let is_ignored = verdicts(self, after).all(|outcome| outcome == Verdict::Ignored);
        if is_ignored { State::Ignored } else { State::Written }
    }

    /// What takes it back: from what was read again to what was before. Nothing for what was not taken.
    pub fn undo(&self, info: &EntityInfo) -> Option<Patch> {
        let patch = Patch::between(info, self.after.as_ref()?, &self.before);
        (!patch.is_empty()).then_some(patch)
    }

    /// Whether the row has changed since, in a field that this entry wrote.
    pub fn is_overwritten(&self, info: &EntityInfo, now: &Record) -> bool {
        let patch = self.undo(info);
        patch.zip(self.after.as_ref()).is_some_and(|(patch, after)| !conflicts(info, &patch, after, now).is_empty())
    }

    fn is_whole(&self) -> bool {
        let is_changed = |after| verdicts(self, after).all(|outcome| outcome == Verdict::Changed);
        self.doubt.is_none() && self.after.as_ref().is_some_and(is_changed)
    }
}

/// What became of each field; none for an entity that is not known.
fn verdicts(entry: &Entry, after: &Record) -> impl Iterator<Item = Verdict> {
    let info = autotask_core::entity(&entry.entity);
    let fields = info.map(|info| verify(info, &entry.sent, &entry.before, after)).unwrap_or_default();
    fields.into_iter().map(|field| field.outcome)
}

#[cfg(test)]
mod tests {
    use autotask_core::entity;
    use serde_json::json;

    use super::*;

    fn record(json: serde_json::Value) -> Record {
        Record::from(json.as_object().cloned().expect("an object"))
    }

    fn entry(id: &str, undoes: Option<&str>) -> Entry {
        Entry {
            id: id.to_owned(),
            at: 0.0,
            by: "Mara".to_owned(),
            entity: "Companies".to_owned(),
            title: "Acme".to_owned(),
            company: Some(7),
            before: record(json!({"id":7,"city":"Troy","phone":null})),
            sent: record(json!({"id":7,"city":"Rome","phone":"1"})),
            after: None,
            doubt: None,
            undoes: undoes.map(str::to_owned),
        }
    }

    fn found(info: &EntityInfo, entry: &Entry, row: serde_json::Value) -> ReadBack {
        let row = record(row);
        ReadBack { fields: verify(info, &entry.sent, &entry.before, &row), row }
    }

    #[test]
    fn an_entry_tells_what_became_of_each_field_and_how_it_is_taken_back() {
        let info = entity("Companies").expect("known");
        let mut entry = entry("1", None);
        entry.doubt = Some("no answer came".to_owned());
        assert_eq!(entry.state(&[]), State::InDoubt);
        let outcomes = |entry: &Entry| entry.lines(info).into_iter().map(|line| line.outcome).collect::<Vec<_>>();
        assert_eq!(outcomes(&entry), [None, None]);
        entry.take(&found(info, &entry, json!({"id":7,"city":"Rome","phone":null,"fax":"2"})));
        assert_eq!(
            (entry.state(&[]), outcomes(&entry)),
            (State::InDoubt, vec![Some(Verdict::Changed), Some(Verdict::Ignored)])
        );
        entry.doubt = None;
        assert_eq!(entry.state(&[]), State::Written);
        let undo = entry.undo(info).expect("something was written");
        assert_eq!(undo.record(), record(json!({"id":7,"city":"Troy"})));
        assert!(!entry.is_overwritten(info, &record(json!({"city":"Rome","phone":"9"}))));
        assert!(entry.is_overwritten(info, &record(json!({"city":"Bonn"}))));
        entry.take(&found(info, &entry, json!({"id":7,"city":"Troy"})));
        assert_eq!((entry.state(&[]), entry.undo(info)), (State::Ignored, None));
    }

    #[test]
    fn an_entry_is_undone_once_its_undoing_is_there() {
        let info = entity("Companies").expect("known");
        let mut first = entry("1", None);
        first.take(&found(info, &first, json!({"id":7,"city":"Rome","phone":"1"})));
        let mut undo = entry("2", Some("1"));
        std::mem::swap(&mut undo.before, &mut undo.sent);
        assert_eq!(first.state(&[undo.clone()]), State::Written, "not known yet");
        undo.take(&found(info, &undo, json!({"id":7,"city":"Troy","phone":null})));
        assert_eq!(first.state(&[undo]), State::Undone);
    }
}
