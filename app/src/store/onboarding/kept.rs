//! What the browser keeps of the onboarding: the draft, and the last clients that were created.

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use crate::store::kept::{read, read_text, remove, write};

const DRAFT_KEY: &str = "onboarding.draft";
const RECENT_KEY: &str = "onboarding.recent";

/// More are forgotten.
const RECENT_MAX: usize = 10;

/// A client that was created here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// The company's id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// When, in milliseconds since 1970.
    pub at: f64,
}

/// The draft, if one is kept and can be read.
pub fn draft() -> Option<Draft> {
    Draft::read(&read_text(DRAFT_KEY)?)
}

/// Keeps the draft; whether the browser did.
pub fn keep_draft(draft: &Draft) -> bool {
    write(DRAFT_KEY, draft)
}

/// Forgets the draft.
pub fn drop_draft() {
    remove(DRAFT_KEY);
}

/// The clients that were created here, the last one first.
pub fn recent() -> Vec<Created> {
    read(RECENT_KEY).unwrap_or_default()
}

/// Adds a client to the list.
pub fn keep_created(created: Created) {
    write(RECENT_KEY, &with_created(recent(), created));
}

/// Milliseconds since 1970.
pub fn now() -> f64 {
    js_sys::Date::now()
}

fn with_created(mut list: Vec<Created>, created: Created) -> Vec<Created> {
    list.retain(|known| known.id != created.id);
    list.insert(0, created);
    list.truncate(RECENT_MAX);
    list
}

#[cfg(test)]
mod tests {
    use super::{Created, RECENT_MAX, with_created};

    #[test]
    fn the_list_is_short_and_names_a_company_once() {
        let created = |id| Created { id, name: id.to_string(), at: 0.0 };
        let list = (0..15).fold(Vec::new(), |list, id| with_created(list, created(id)));
        let list = with_created(list, created(12));
        let ids: Vec<i64> = list.iter().map(|one| one.id).collect();
        assert_eq!(ids, [12, 14, 13, 11, 10, 9, 8, 7, 6, 5]);
        assert_eq!(ids.len(), RECENT_MAX);
    }
}
