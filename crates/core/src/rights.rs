//! Rights: what the API user may do with an entity, as the instance itself says at `entityInformation`.

use serde_json::Value;

/// How far a right goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Not at all.
    None,
    /// For some rows: those of the user's own companies, for example.
    Restricted,
    /// For every row.
    All,
}

/// What may be done with the rows of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Finding and reading them.
    pub query: Access,
    /// Making new ones.
    pub create: Access,
    /// Changing them.
    pub update: Access,
    /// Deleting them.
    pub delete: Access,
}

/// Reads an answer of `entityInformation`; `None` when it says nothing of rights.
///
/// The documentation has numbers (0 none, 1 all, 2 restricted), live answers have words (protocol.md §5, §10): both are read.
///
/// ```
/// use autotask_core::rights::{Access, read_rights};
/// let told = serde_json::json!({"info": {"name": "Contact", "userAccessForQuery": "All", "userAccessForCreate": 2,
///     "userAccessForUpdate": "Restricted", "userAccessForDelete": "None"}});
/// let rights = read_rights(&told).unwrap();
/// assert_eq!((rights.query, rights.create, rights.delete), (Access::All, Access::Restricted, Access::None));
/// ```
#[must_use]
pub fn read_rights(answer: &Value) -> Option<Rights> {
    let info = answer.get("info").unwrap_or(answer);
    let access = |name: &str| match info.get(name)? {
        Value::Number(number) => match number.as_u64()? {
            0 => Some(Access::None),
            1 => Some(Access::All),
            2 => Some(Access::Restricted),
            _ => None,
        },
        Value::String(word) => [("none", Access::None), ("all", Access::All), ("restricted", Access::Restricted)]
            .into_iter()
            .find(|(known, _)| word.eq_ignore_ascii_case(known))
            .map(|(_, access)| access),
        _ => None,
    };
    Some(Rights {
        query: access("userAccessForQuery")?,
        create: access("userAccessForCreate")?,
        update: access("userAccessForUpdate")?,
        delete: access("userAccessForDelete")?,
    })
}
