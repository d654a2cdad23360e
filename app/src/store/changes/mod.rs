//! Changes: what was written from this browser and what became of it, and what is typed and not written yet.

mod entry;
mod pending;
mod under_way;

use std::collections::BTreeMap;

use autotask_core::{Record, write::Conflict};
use leptos::prelude::*;

pub use entry::{Entry, Line, State};
pub use pending::Pending;
use under_way::UnderWay;

use super::{kept, use_late_store};

const ENTRIES_KEY: &str = "changes";
const PENDING_KEY: &str = "changes.pending";

/// Older ones are forgotten.
const ENTRIES_MAX: usize = 200;
/// Rows whose typed changes are kept; the last ones by name go first, and nobody has so many open.
const PENDING_MAX: usize = 50;

/// A change that somebody else's change stands against.
#[derive(Clone, Debug, PartialEq)]
pub struct Contested {
    /// The change.
    pub order: Order,
    /// The fields.
    pub conflicts: Vec<Conflict>,
    /// The row as it is.
    pub now: Record,
}

/// A change that is to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The entity.
    pub entity: &'static str,
    /// What the row is called.
    pub title: String,
    /// The company on whose page the row is.
    pub company: Option<i64>,
    /// What is changed.
    pub patch: autotask_core::write::Patch,
    /// The row as it was seen.
    pub seen: Record,
    /// The change that this one takes back.
    pub undoes: Option<String>,
}

/// The changes. Get them with [`use_changes`].
#[derive(Clone, Copy)]
pub struct Changes {
    entries: RwSignal<Vec<Entry>>,
    pending: RwSignal<BTreeMap<String, Pending>>,
    /// The row that was written or read again last, for the pages that show it.
    pub written: RwSignal<Option<(&'static str, Record)>>,
    /// What a person has to decide, for the dialog that asks; set by [`Changes::contest`].
    pub contested: RwSignal<Option<Contested>>,
    /// How many dialogs are there to ask: not every page has one.
    askers: StoredValue<u32>,
    under_way: RwSignal<UnderWay>,
}

impl Changes {
    /// What was written, the last first. Reactive.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.get()
    }

    /// What became of an entry. Reactive.
    pub fn state(&self, entry: &Entry) -> State {
        self.entries.with(|entries| entry.state(entries))
    }

    /// Adds a change, or puts what is known of it now in its place.
    pub fn keep(&self, entry: Entry) {
        // Another tab may have written meanwhile.
        let entries = with_entry(kept::read(ENTRIES_KEY).unwrap_or_default(), entry);
        kept::write(ENTRIES_KEY, &entries);
        self.entries.set(entries);
    }

    /// Says that there is a dialog to ask, as long as the calling component lives.
    pub fn can_ask(&self) {
        let askers = self.askers;
        askers.update_value(|askers| *askers += 1);
        on_cleanup(move || askers.update_value(|askers| *askers -= 1));
    }

    /// Has a person decide. Given back where no dialog is there to ask.
    pub fn contest(&self, contested: Contested) -> Result<(), Contested> {
        if self.askers.get_value() == 0 {
            return Err(contested);
        }
        self.contested.set(Some(contested));
        Ok(())
    }

    /// Whether a row is being written. Reactive.
    pub fn is_under_way(&self, key: &str) -> bool {
        self.under_way.with(|under_way| under_way.has(key))
    }

    /// A write of a row begins; [`Changes::end`] follows.
    pub fn begin(&self, key: &str) {
        self.under_way.update(|under_way| under_way.begin(key));
    }

    /// A write of a row has ended.
    pub fn end(&self, key: &str) {
        self.under_way.update(|under_way| under_way.end(key));
    }

    /// What is typed for a row. Reactive.
    pub fn pending(&self, key: &str) -> Pending {
        self.pending.with(|pending| pending.get(key).cloned()).unwrap_or_default()
    }

    /// Keeps what is typed for a row; nothing typed is forgotten.
    pub fn keep_pending(&self, key: &str, typed: Pending) {
        self.pending.update(|pending| {
            if typed.is_empty() {
                pending.remove(key);
            } else {
                pending.insert(key.to_owned(), typed);
            }
            while pending.len() > PENDING_MAX {
                pending.pop_last();
            }
        });
        self.pending.with_untracked(|pending| kept::write(PENDING_KEY, pending));
    }
}

fn with_entry(mut entries: Vec<Entry>, entry: Entry) -> Vec<Entry> {
    match entries.iter().position(|known| known.id == entry.id) {
        Some(at) => entries[at] = entry,
        None => entries.insert(0, entry),
    }
    entries.truncate(ENTRIES_MAX);
    entries
}

/// The changes of this browser.
pub fn use_changes() -> Changes {
    use_late_store(|| Changes {
        entries: RwSignal::new(kept::read(ENTRIES_KEY).unwrap_or_default()),
        pending: RwSignal::new(kept::read(PENDING_KEY).unwrap_or_default()),
        written: RwSignal::new(None),
        contested: RwSignal::new(None),
        askers: StoredValue::new(0),
        under_way: RwSignal::default(),
    })
}

/// The name under which typed changes of a row are kept.
pub fn key_of(entity: &str, id: i64) -> String {
    [entity, "/", &id.to_string()].concat()
}
