//! Session: the fields of one row that are open for editing, what is wrong with them, and their way to Autotask.

use std::sync::Arc;

use autotask_core::{
    EntityInfo, Failure, FieldInfo, Issue, Record, Severity,
    validate::{Mode, validate},
    write::Patch,
};
use leptos::{prelude::*, task::spawn_local};

use super::flow::{Ended, Flow, use_flow};
use crate::{
    components::dynamic::memo,
    pages::failed::words,
    store::{
        changes::{Changes, Order, Pending, key_of, use_changes},
        metadata::{Metadata, use_metadata},
        typed_text::{form_name, text_of},
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
        let editing = Self {
            entity,
            row,
            title,
            company,
            changes,
            metadata,
            flow: use_flow(),
            key,
            pending,
            issues,
            refused: RwSignal::default(),
            left: RwSignal::default(),
            notice,
            written: RwSignal::new(0),
            together: RwSignal::default(),
            focus: RwSignal::new(None),
        };
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
        let id = self.row.with(|row| row.as_ref().and_then(|row| row.id()));
        id.is_some() && self.changes.under_way.get() == id.map(|id| (self.entity, id))
    }

    /// Opens fields and moves the focus into the first of them.
    pub fn open(&self, fields: &[FieldInfo]) {
        let Some(row) = self.row.get_untracked() else { return };
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

    /// A field was left: what is wrong with it is shown.
    pub fn leave(&self, name: &str) {
        self.left.update(|left| {
            if !left.iter().any(|known| known == name) {
                left.push(name.to_owned());
            }
        });
    }

    /// Whether a field holds what it held. Not reactive.
    fn is_unchanged(&self, field: &FieldInfo) -> bool {
        let name = form_name(field);
        let Some(row) = self.row.get_untracked() else { return true };
        self.pending.with_untracked(|pending| pending.text(&name) == Some(text_of(field, &row).as_str()))
    }

    /// Whether a field closes by itself when it is left as it was. Not reactive.
    pub fn closes_alone(&self, field: &FieldInfo) -> bool {
        let name = form_name(field);
        self.is_unchanged(field) && !self.together.with_untracked(|together| together.contains(&name))
    }

    /// Closes everything; what was typed is forgotten.
    pub fn discard(&self) {
        self.edit(|pending| *pending = Pending::default());
        self.refused.set(Vec::new());
        self.left.set(Vec::new());
        self.together.set(Vec::new());
        self.notice.set(None);
    }

    /// What is wrong at a field, once it is time to say so. Reactive.
    pub fn error_at(&self, name: &str) -> Option<String> {
        let at = |issues: &Vec<Issue>| issues.iter().find(|issue| issue.path.as_deref() == Some(name)).map(words);
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
            return self.discard();
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
                    editing.together.try_set(Vec::new());
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
