//! Journal: what happened to a run, in order; it is only ever added to.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::{below, count, list, record, text, texts, whole, wrong};
use crate::instant::Instant;
use crate::issue::Issue;
use crate::record::Record;

/// What happened, in order.
pub type Journal = [Entry];

/// Something that happened, and when.
///
/// As JSON: `{"event": "confirmed", "step": "company", "id": 7, "at": "2026-11-20T09:30:00Z"}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// When, on the clock of whoever drove the run.
    #[serde(serialize_with = "as_text")]
    pub at: Instant,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

fn as_text<S: serde::Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// Something that happened to a step, or to the run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// A look-up by natural key answered with these ids.
    Found {
        /// The step.
        step: String,
        /// The ids, in ascending order.
        ids: Vec<i64>,
    },
    /// It is about to be sent; written before the sending.
    Intended {
        /// The step.
        step: String,
        /// Which sending of the step this is, from 1.
        attempt: u32,
        /// What is sent, as [`super::Action::Send`] gave it.
        hash: String,
    },
    /// Autotask confirmed it.
    Confirmed {
        /// The step.
        step: String,
        /// The row's id.
        id: i64,
    },
    /// A row that was found is taken for this step.
    Adopted {
        /// The step.
        step: String,
        /// The row's id.
        id: i64,
    },
    /// The rows that were found are not this one: a person said so.
    NotTheSame {
        /// The step.
        step: String,
    },
    /// Autotask refused it, so nothing was written.
    Rejected {
        /// The step.
        step: String,
        /// Autotask's sentences.
        messages: Vec<String>,
    },
    /// Autotask was too busy for it, or the limit of the hour was reached; nothing was written. It is sent again later,
    /// without anybody being asked.
    Throttled {
        /// The step.
        step: String,
        /// What was said.
        why: String,
    },
    /// No answer came, so it may or may not have been written.
    Unknown {
        /// The step.
        step: String,
        /// What happened.
        why: String,
    },
    /// The row was corrected and is tried again.
    Edited {
        /// The step.
        step: String,
        /// The row now.
        record: Record,
    },
    /// A person decided to go on without it.
    Skipped {
        /// The step.
        step: String,
    },
    /// A person stopped the run.
    Paused,
    /// A person goes on with it.
    Resumed {
        /// Who.
        by: String,
    },
}

impl Event {
    /// The step that it happened to; `None` for the run as a whole.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        match self {
            Event::Found { step, .. }
            | Event::Intended { step, .. }
            | Event::Confirmed { step, .. }
            | Event::Adopted { step, .. }
            | Event::NotTheSame { step }
            | Event::Rejected { step, .. }
            | Event::Throttled { step, .. }
            | Event::Unknown { step, .. }
            | Event::Edited { step, .. }
            | Event::Skipped { step } => Some(step),
            Event::Paused | Event::Resumed { .. } => None,
        }
    }

    fn read(json: &Value) -> Result<Event, Issue> {
        let event = text(json, "event")?;
        // Once for all: each way out is code of its own in a download.
        let step = if matches!(event.as_str(), "paused" | "resumed") { String::new() } else { text(json, "step")? };
        let id = || whole(json, "id");
        Ok(match event.as_str() {
            "found" => {
                let ids: Option<Vec<i64>> = list(json, "ids")?.iter().map(Value::as_i64).collect();
                Event::Found { step, ids: ids.ok_or_else(|| wrong("ids", "`ids` is a list of whole numbers"))? }
            }
            "intended" => Event::Intended { step, attempt: count(json, "attempt")?, hash: text(json, "hash")? },
            "confirmed" => Event::Confirmed { step, id: id()? },
            "adopted" => Event::Adopted { step, id: id()? },
            "notTheSame" => Event::NotTheSame { step },
            "rejected" => Event::Rejected { step, messages: texts(json, "messages")? },
            "throttled" => Event::Throttled { step, why: text(json, "why")? },
            "unknown" => Event::Unknown { step, why: text(json, "why")? },
            "edited" => Event::Edited { step, record: record(json, "record")? },
            "skipped" => Event::Skipped { step },
            "paused" => Event::Paused,
            "resumed" => Event::Resumed { by: text(json, "by")? },
            _ => return Err(wrong("event", format!("there is no event `{event}`"))),
        })
    }
}

impl Entry {
    fn read(json: &Value) -> Result<Entry, Issue> {
        if !json.is_object() {
            return Err(wrong("", "an event is an object"));
        }
        let at = Instant::parse(&text(json, "at")?);
        let at = at.ok_or_else(|| wrong("at", "`at` is a time such as 2026-11-20T09:30:00Z"))?;
        Ok(Entry { at, event: Event::read(json)? })
    }
}

/// Reads a journal: a list of entries.
///
/// # Errors
///
/// `onboarding.malformed` at the first entry that is none, and why: `[3].at`.
pub fn read_journal(json: &Value) -> Result<Vec<Entry>, Issue> {
    let list = json.as_array().ok_or_else(|| wrong("", "a journal is a list of events"))?;
    let entry = |(index, entry)| Entry::read(entry).map_err(|issue| below(&format!("[{index}]"), issue));
    list.iter().enumerate().map(entry).collect()
}

/// Written by hand: what serde derives for an enum of so many structs is several times as much to download.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
        let json = Value::deserialize(deserializer)?;
        Entry::read(&json).map_err(|issue| serde::de::Error::custom(issue.message))
    }
}
