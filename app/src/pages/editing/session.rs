//! Session: the fields of one row that are open for editing, what is wrong with them, and their way to Autotask.

use std::sync::Arc;

use autotask_core::{
    EntityInfo, Failure, FieldInfo, Issue, Record, Severity,
    validate::{Mode, validate},
    write::Patch,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    control::opener_id,
    flow::{Ended, Flow, use_flow},
};
use crate::{
    components::{dom::focus_when_drawn, dynamic::memo, leaving::Leaving},
    pages::failed::words,
    session::{Session, use_session},
    store::{
        changes::{Changes, Order, Pending, key_of, use_changes},
        metadata::{Metadata, use_metadata},
        typed_text::{form_name, parse_form_name, text_of},
    },
};

/// What is said about the whole row.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Nothing was written.
    Failed(Failure),
    /// Not all of it was taken.
    InPart(String),
    /// Whether it was written is not known.
    InDoubt(String),
}

/// The editing of one row. It goes on where it was left, on this page or after a reload.
#[derive(Clone, Copy)]
pub struct Editing {
    /// The entity.
    pub entity: &'static str,
    row: Signal<Option<Arc<Record>>>,
    title: Signal<String>,
    company: Signal<Option<i64>>,
    changes: Changes,
    metadata: Metadata,
    flow: Flow,
    person: Session,
    key: Memo<Option<String>>,
    pending: Memo<Pending>,
    /// The issues at the fields, shown or not.
    issues: Memo<Vec<Issue>>,
    /// What Autotask refused; gone with the next key.
    refused: RwSignal<Vec<Issue>>,
    /// The fields that were left, whose issues are shown.
    left: RwSignal<Vec<String>>,
    /// What was said last about the whole.
    pub notice: RwSignal<Option<Notice>>,
    /// Counts the changes that were written whole.
    pub written: RwSignal<u32>,
    leaving: Leaving,
    /// The fields that were opened together: they stay until all of it is written or discarded.
    together: RwSignal<Vec<String>>,
    /// The field whose control takes the focus when it is drawn.
    pub focus: RwSignal<Option<String>>,
}

impl Editing {
    /// The editing of the row that this signal holds.
    pub fn new(
        entity: &'static str,
        row: Signal<Option<Arc<Record>>>,
        title: Signal<String>,
        company: Signal<Option<i64>>,
    ) -> Self {
        let (changes, metadata) = (use_changes(), use_metadata());
        let key = memo(move || row.with(|row| Some(key_of(entity, row.as_ref()?.id()?))));
        let pending = memo(move || key.with(|key| key.as_ref().map(|key| changes.pending(key))).unwrap_or_default());
        let issues = memo(move || {
            let id = row.with(|row| row.as_ref().and_then(|row| row.id())).unwrap_or_default();
            let info = metadata.entity(entity);
            pending.with(|pending| issues_of(&info, pending, id))
        });
        let notice = RwSignal::new(None);
        let own = StoredValue::new(None::<Self>);
        let on_left = move |names: Vec<String>| {
            if let Some(Some(editing)) = own.try_get_value() {
                editing.settle(names);
            }
        };
        let editing = Self {
            entity,
            row,
            title,
            company,
            changes,
            metadata,
            flow: use_flow(),
            person: use_session(),
            key,
            pending,
            issues,
            refused: RwSignal::default(),
            left: RwSignal::default(),
            notice,
            written: RwSignal::new(0),
            leaving: Leaving::new(Callback::new(on_left)),
            together: RwSignal::default(),
            focus: RwSignal::new(None),
        };
        own.set_value(Some(editing));
        // What was said of another row goes with it.
        Effect::new(move |before: Option<Option<String>>| {
            let key = key.get();
            if before.is_some_and(|before| before != key) {
                notice.set(None);
                editing.refused.set(Vec::new());
                editing.left.set(Vec::new());
                editing.together.set(Vec::new());
            }
            key
        });
        // Once the row was found as it should be, there is no doubt any more.
        Effect::new(move |_| {
            changes.written.track();
            let is_doubt = notice.with_untracked(|notice| matches!(notice, Some(Notice::InDoubt(_))));
            if is_doubt && untrack(|| !editing.is_active()) {
                notice.set(None);
            }
        });
        editing
    }

    /// The entity with the instance's fields. Reactive.
    pub fn info(&self) -> Arc<EntityInfo> {
        self.metadata.entity(self.entity)
    }

    /// The row's id; 0 before there is one. Not reactive.
    pub fn id(&self) -> i64 {
        self.row.with_untracked(|row| row.as_ref().and_then(|row| row.id())).unwrap_or_default()
    }

    /// Whether the server lets this person change rows of this entity. Reactive.
    pub fn is_allowed(&self) -> bool {
        self.person.may("update", self.entity)
    }

    /// Whether a field is open. Reactive.
    pub fn is_open(&self, name: &str) -> bool {
        self.pending.with(|pending| pending.text(name).is_some())
    }

    /// Whether anything is open. Reactive.
    pub fn is_active(&self) -> bool {
        self.pending.with(|pending| !pending.is_empty())
    }

    /// What would be written. Reactive.
    pub fn patch(&self) -> Patch {
        let id = self.row.with(|row| row.as_ref().and_then(|row| row.id())).unwrap_or_default();
        let info = self.info();
        self.pending.with(|pending| pending.patch(&info, id))
    }

    /// The row as it was seen by who typed, for the fields that are open. Reactive.
    pub fn seen(&self) -> Record {
        let id = self.row.with(|row| row.as_ref().and_then(|row| row.id())).unwrap_or_default();
        self.pending.with(|pending| pending.seen(id))
    }

    /// Whether the row is being written. Reactive.
    pub fn is_under_way(&self) -> bool {
        self.key.with(|key| key.as_ref().is_some_and(|key| self.changes.is_under_way(key)))
    }

    /// Opens fields and moves the focus into the first of them.
    pub fn open(&self, fields: &[FieldInfo]) {
        let Some(row) = self.row.get_untracked().filter(|_| untrack(|| self.is_allowed())) else { return };
        self.focus.set(fields.first().map(form_name));
        if fields.len() > 1 {
            self.together.update(|together| together.extend(fields.iter().map(form_name)));
        }
        self.edit(|pending| {
            for field in fields {
                pending.open(&form_name(field), &row, text_of(field, &row));
            }
        });
    }

    /// The text of a field, as typed or as the row has it. Reactive.
    pub fn text_or(&self, field: &FieldInfo) -> String {
        let name = form_name(field);
        let typed = self.pending.with(|pending| pending.text(&name).map(str::to_owned));
        typed.unwrap_or_else(|| self.row.with(|row| row.as_ref().map(|row| text_of(field, row))).unwrap_or_default())
    }

    /// Types into a field, which is opened by that.
    pub fn set(&self, field: &FieldInfo, text: String) {
        let name = &form_name(field);
        let Some(row) = self.row.get_untracked() else { return };
        self.edit(|pending| {
            pending.open(name, &row, text_of(field, &row));
            pending.set(name, text);
        });
        self.refused.update(|refused| refused.retain(|issue| issue.path.as_deref() != Some(name)));
        // While it is typed, what was wrong with it is out of date.
        self.left.update(|left| left.retain(|known| known != name));
    }

    /// Closes a field; what was typed is forgotten.
    pub fn close(&self, name: &str) {
        self.edit(|pending| pending.close(name));
        self.refused.update(|refused| refused.retain(|issue| issue.path.as_deref() != Some(name)));
    }

    /// A field was left: one that is as it was closes, unless it was opened with others; of another it is shown what is
    /// wrong. Not before the pointer is released, or what is clicked would move away from under it.
    pub fn leave(&self, name: &str) {
        self.leaving.leave(name);
    }

    fn settle(&self, names: Vec<String>) {
        let info = self.metadata.entity_untracked(self.entity);
        for name in names {
            let (own, is_udf) = parse_form_name(&name);
            let is_unchanged = info.find(own, is_udf).is_some_and(|field| self.is_unchanged(field));
            if is_unchanged && !self.is_together(&name) {
                self.close(&name);
            } else {
                self.left.update(|left| left.push(name));
            }
        }
    }

    /// Goes back on a field: what was typed is forgotten. A field that was opened alone is closed by that, and so is a
    /// whole group in which nothing is changed.
    pub fn back(&self, field: &FieldInfo) {
        let name = form_name(field);
        if !self.is_together(&name) {
            self.close(&name);
            return self.return_focus(Some(&name));
        }
        if let Some(row) = self.row.get_untracked().filter(|_| !self.is_unchanged(field)) {
            return self.set(field, text_of(field, &row));
        }
        let editing = *self;
        if untrack(|| editing.patch().is_empty()) {
            self.discard();
            self.return_focus(None);
        }
    }

    /// Moves the focus to where the editing of a field, or of the row, is begun.
    fn return_focus(&self, name: Option<&str>) {
        let opener = name.map(|name| opener_id(*self, name));
        let is_there = |id: &String| document().get_element_by_id(id).is_some();
        focus_when_drawn(opener.filter(is_there).unwrap_or_else(|| row_opener_id(self.entity, self.id())));
    }

    fn is_together(&self, name: &str) -> bool {
        self.together.with_untracked(|together| together.iter().any(|known| known == name))
    }

    /// Whether a field holds what it held. Not reactive.
    fn is_unchanged(&self, field: &FieldInfo) -> bool {
        let name = form_name(field);
        let Some(row) = self.row.get_untracked() else { return true };
        self.pending
            .with_untracked(|pending| pending.text(&name).is_none_or(|text| text == text_of(field, &row).as_str()))
    }

    /// Closes everything; what was typed is forgotten.
    pub fn discard(&self) {
        self.together.set(Vec::new());
        self.edit(|pending| *pending = Pending::default());
        self.refused.set(Vec::new());
        self.left.set(Vec::new());
        self.notice.set(None);
    }

    /// Closes everything and goes back to where the editing was begun.
    pub fn give_up(&self) {
        self.discard();
        self.return_focus(None);
    }

    /// What is wrong at a field, once it is time to say so. Reactive.
    pub fn error_at(&self, name: &str) -> Option<String> {
        let info = self.info();
        let (own, is_udf) = parse_form_name(name);
        let label = |issue: &Issue| in_words(words(issue), info.find(own, is_udf));
        let at = |issues: &Vec<Issue>| issues.iter().find(|issue| issue.path.as_deref() == Some(name)).map(label);
        if let Some(refused) = self.refused.with(at) {
            return Some(refused);
        }
        let is_shown = self.left.with(|left| left.iter().any(|known| known == name));
        self.issues.with(at).filter(|_| is_shown)
    }

    /// Writes what was changed, as one PATCH. What is wrong is shown first, and the focus moves there.
    pub fn save(&self) {
        let editing = *self;
        if untrack(|| editing.is_under_way()) {
            return;
        }
        let names: Vec<String> = self.pending.with_untracked(|pending| pending.names().map(str::to_owned).collect());
        self.left.set(names);
        self.notice.set(None);
        if let Some(issue) = self.issues.with_untracked(|issues| issues.first().cloned()) {
            self.focus.set(issue.path);
            return;
        }
        let (patch, seen) = untrack(|| (editing.patch(), editing.seen()));
        if patch.is_empty() {
            return self.give_up();
        }
        let order = Order {
            entity: self.entity,
            title: self.title.get_untracked(),
            company: self.company.get_untracked(),
            patch,
            seen,
            undoes: None,
        };
        let flow = self.flow;
        spawn_local(async move {
            let ended = flow.write(order).await;
            // The page may be left by now.
            match ended {
                Ended::Written => {
                    if editing.together.try_set(Vec::new()).is_none() {
                        editing.return_focus(None);
                    }
                    editing.written.try_update(|written| *written += 1);
                }
                Ended::Contested => {}
                Ended::InPart(text) => drop(editing.notice.try_set(Some(Notice::InPart(text)))),
                Ended::InDoubt(text) => drop(editing.notice.try_set(Some(Notice::InDoubt(text)))),
                Ended::Failed(failure) => {
                    let at_fields: Vec<Issue> = failure.issues.clone();
                    editing.refused.try_set(at_fields);
                    editing.notice.try_set(Some(Notice::Failed(failure)));
                }
            }
        });
    }

    fn edit(&self, change: impl FnOnce(&mut Pending)) {
        let Some(key) = self.key.get_untracked() else { return };
        let mut pending = self.pending.get_untracked();
        change(&mut pending);
        self.changes.keep_pending(&key, pending);
    }
}

/// What forbids sending, at the open fields.
fn issues_of(info: &EntityInfo, pending: &Pending, id: i64) -> Vec<Issue> {
    let issues = validate(&pending.patch(info, id).record(), info, Mode::Update);
    issues.into_iter().filter(|issue| issue.severity == Severity::Error).collect()
}

/// The id of the button that opens a row for editing.
pub fn row_opener_id(entity: &str, id: i64) -> String {
    ["edit-", entity, "-", &id.to_string()].concat()
}

/// The sentence with the field's label in the place of its name.
fn in_words(sentence: String, field: Option<&FieldInfo>) -> String {
    let Some(field) = field else { return sentence };
    let pascal = field.pascal_name();
    let is_name = |word: &str| [pascal.as_str(), &field.name].contains(&word.trim_matches([',', ':', '`']));
    let said = sentence.split(' ').map(|word| match is_name(word) {
        true => word.replacen(word.trim_matches([',', ':', '`']), &field.label, 1),
        false => word.to_owned(),
    });
    said.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn a_sentence_says_what_the_screen_says() {
        let info = autotask_core::entity("Companies").expect("known");
        let said = |sentence: &str, field: &str| in_words(sentence.to_owned(), info.field(field));
        assert_eq!(
            said("address1 has 227 characters: at most 128", "address1"),
            "Address line 1 has 227 characters: at most 128"
        );
        assert_eq!(said("CompanyName is required", "companyName"), "Company name is required");
        assert_eq!(said("Invalid companyType: choose one", "companyType"), "Invalid Company type: choose one");
    }
}
