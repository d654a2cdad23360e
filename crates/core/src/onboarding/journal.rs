//! Journal: what happened to a run, in order; it is only ever added to.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::instant::Instant;
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
            | Event::Unknown { step, .. }
            | Event::Edited { step, .. }
            | Event::Skipped { step } => Some(step),
            Event::Paused | Event::Resumed { .. } => None,
        }
    }

    fn of_json(json: &Value) -> Option<Event> {
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = || json.get("id").and_then(Value::as_i64);
        let step = || text("step");
        Some(match json.get("event")?.as_str()? {
            "found" => {
                let ids: Option<Vec<i64>> = json.get("ids")?.as_array()?.iter().map(Value::as_i64).collect();
                Event::Found { step: step()?, ids: ids? }
            }
            "intended" => {
                let attempt = json.get("attempt")?.as_u64().and_then(|attempt| u32::try_from(attempt).ok())?;
                Event::Intended { step: step()?, attempt, hash: text("hash")? }
            }
            "confirmed" => Event::Confirmed { step: step()?, id: id()? },
            "adopted" => Event::Adopted { step: step()?, id: id()? },
            "notTheSame" => Event::NotTheSame { step: step()? },
            "rejected" => {
                let messages = json.get("messages")?.as_array()?.iter();
                let messages: Option<Vec<String>> = messages.map(|m| m.as_str().map(str::to_owned)).collect();
                Event::Rejected { step: step()?, messages: messages? }
            }
            "unknown" => Event::Unknown { step: step()?, why: text("why")? },
            "edited" => Event::Edited { step: step()?, record: Record::from(json.get("record")?.as_object()?.clone()) },
            "skipped" => Event::Skipped { step: step()? },
            "paused" => Event::Paused,
            "resumed" => Event::Resumed { by: text("by")? },
            _ => return None,
        })
    }
}

/// Written by hand: what serde derives for an enum of so many structs is several times as much to download.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
        let json = Value::deserialize(deserializer)?;
        let at = json.get("at").and_then(Value::as_str).and_then(Instant::parse);
        let entry = at.zip(Event::of_json(&json)).map(|(at, event)| Entry { at, event });
        entry.ok_or_else(|| serde::de::Error::custom("this is no event of an onboarding"))
    }
}
