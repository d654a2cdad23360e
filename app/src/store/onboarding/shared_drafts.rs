//! Shared drafts: what is entered as this server keeps it too, so that another browser can go on with it.
//!
//! Whoever keeps a draft says which version it was made from. Where another browser was quicker, this one's goes on as a
//! draft of its own: nothing that was typed is lost, and both are in the list.

use autotask_core::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::draft::Draft;
use crate::{
    api::{Verb, own},
    store::id::new_id,
};

/// Which draft of the server this is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Its id.
    pub id: String,
    /// The version that this one was made from; 0 for one that the server does not have yet.
    pub version: i64,
}

impl Share {
    /// One that the server does not have yet.
    pub fn new() -> Self {
        Self { id: new_id(), version: 0 }
    }
}

/// A draft in the server's list.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The draft, with its id and version.
    pub draft: Draft,
    /// When it was kept, in milliseconds since 1970.
    pub updated_at: f64,
}

/// What became of a keeping.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// It has this version now.
    As(Share),
    /// Another browser has changed it since; nothing was kept.
    Overtaken,
}

/// The drafts that the server has, the last one first. One of another version of this program is left out.
pub async fn list() -> Result<Vec<Line>, Failure> {
    let json = own(Verb::Get, "drafts", None).await?;
    let lines = json.get("drafts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(lines.iter().filter_map(line).collect())
}

/// Keeps a draft over the version that it was made from.
pub async fn keep(draft: &Draft, share: &Share) -> Result<Kept, Failure> {
    let body = json!({ "over": share.version, "body": draft });
    match own(Verb::Put, &["drafts/", &share.id].concat(), Some(&body)).await {
        Ok(json) => {
            let version = json.get("version").and_then(Value::as_i64).unwrap_or(share.version + 1);
            Ok(Kept::As(Share { id: share.id.clone(), version }))
        }
        Err(failure) if failure.status == 409 => Ok(Kept::Overtaken),
        Err(failure) => Err(failure),
    }
}

/// Forgets a draft: it was created or thrown away. One that is not there is forgotten already.
pub async fn forget(id: &str) {
    let _ = own(Verb::Delete, &["drafts/", id].concat(), None).await;
}

fn line(json: &Value) -> Option<Line> {
    let (id, version) = (json.get("id")?.as_str()?.to_owned(), json.get("version")?.as_i64()?);
    let mut draft = Draft::read(&json.get("body")?.to_string())?;
    draft.share = Some(Share { id, version });
    Some(Line { draft, updated_at: json.get("updatedAt")?.as_f64()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_server_is_a_draft_with_its_version() {
        let draft = Draft { saved_at: 5.0, ..Draft::default() };
        let json = json!({"id": "d", "version": 3, "body": draft, "updatedAt": 7});
        let line = line(&json).expect("a draft");
        assert_eq!(line.draft.share, Some(Share { id: "d".to_owned(), version: 3 }));
        assert_eq!((line.draft.saved_at, line.updated_at), (5.0, 7.0));
        assert_eq!(super::line(&json!({"id": "d", "version": 3, "body": {"version": 99}, "updatedAt": 7})), None);
    }
}
