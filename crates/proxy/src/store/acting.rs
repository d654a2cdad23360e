//! Acting: which Autotask resource each user is, kept beside the user.

use rusqlite::{Connection, Row, params};

use super::people::{self, UserRow};
use crate::people::{PersonResource, ResourceChoice, ResourceFrom};

/// The columns. The login of who came from an identity provider was not written by an administrator: nobody is sought by it.
pub(super) const STEP: &str = "
    alter table users add column resource integer;
    alter table users add column resource_name text;
    alter table users add column resource_from text not null default 'email';
    alter table users add column resource_sought_at integer;
    update users set resource_from = 'unproven' where identity is not null;
";

/// Reads these four columns, which begin here. Whom a word of a later version names is nobody.
pub(super) fn resource(row: &Row<'_>, first: usize) -> rusqlite::Result<PersonResource> {
    let from: String = row.get(first + 2)?;
    let known = [ResourceFrom::Email, ResourceFrom::Administrator, ResourceFrom::Unproven];
    let known = known.into_iter().find(|known| known.as_str() == from);
    Ok(PersonResource {
        id: if known.is_some() { row.get(first)? } else { None },
        name: row.get(first + 1)?,
        from: known.unwrap_or(ResourceFrom::Unproven),
        sought_at: row.get(first + 3)?,
    })
}

/// Keeps what was found by a user's e-mail, unless an administrator has said otherwise meanwhile; the user as it is then.
pub(crate) fn keep_found(
    connection: &Connection,
    user: i64,
    found: Option<&(i64, String)>,
    now: i64,
) -> rusqlite::Result<Option<UserRow>> {
    let (id, name) = (found.map(|found| found.0), found.map(|found| found.1.as_str()));
    let sql =
        "update users set resource = ?, resource_name = ?, resource_sought_at = ? where id = ? and resource_from = ?";
    connection.execute(sql, params![id, name, now, user, ResourceFrom::Email.as_str()])?;
    people::user_of_id(connection, user)
}

/// Keeps an administrator's word on which resource a user is; whether there is such a user.
pub(crate) fn choose(connection: &Connection, user: i64, choice: &ResourceChoice) -> rusqlite::Result<bool> {
    let (from, id, name) = match choice {
        ResourceChoice::ByEmail => (ResourceFrom::Email, None, None),
        ResourceChoice::Nobody => (ResourceFrom::Administrator, None, None),
        ResourceChoice::Is(id, name) => (ResourceFrom::Administrator, Some(*id), name.as_deref()),
    };
    let sql =
        "update users set resource = ?, resource_name = ?, resource_from = ?, resource_sought_at = null where id = ?";
    connection.execute(sql, params![id, name, from.as_str(), user]).map(|rows| rows == 1)
}
