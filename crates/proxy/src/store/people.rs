//! People: users and their sessions. Of a session only the hash of its id is here, of a password only its Argon2id hash.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::{acting, owners};
use crate::people::{Hash, PersonResource, ResourceChoice, ResourceFrom, Role};

/// The tables.
pub(super) const STEP: &str = "
    create table users (
        id integer primary key, name text not null, login text not null unique, role text not null,
        password text, identity text unique, disabled_at integer, created_at integer not null
    ) strict;
    create table sessions (
        hash blob primary key, user integer not null references users (id),
        created_at integer not null, seen_at integer not null
    ) strict, without rowid;
    create index sessions_by_user on sessions (user);
";

/// Most sessions of a user; the oldest end when more begin.
const SESSIONS_MAX: u32 = 20;

/// A user as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// In lower case.
    pub(crate) login: String,
    pub(crate) role: Role,
    pub(crate) is_disabled: bool,
    /// Whether there is a password; otherwise who signs in elsewhere.
    pub(crate) has_password: bool,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    /// Which Autotask resource it is.
    pub(crate) resource: PersonResource,
}

/// A user to be kept.
#[derive(Clone, Debug)]
pub(crate) struct NewUserRow {
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) role: Role,
    pub(crate) password: Option<String>,
    pub(crate) identity: Option<String>,
    pub(crate) is_disabled: bool,
    /// By what the Autotask resource is found.
    pub(crate) resource_from: ResourceFrom,
    pub(crate) now: i64,
}

/// A session as it is kept; times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionRow {
    pub(crate) user: UserRow,
    pub(crate) created_at: i64,
    pub(crate) seen_at: i64,
    /// When the password was last given.
    pub(crate) confirmed_at: i64,
}

/// What [`user`] reads. A role of a later version is the least one.
pub(super) const USER: &str = "users.id, users.name, login, users.role, disabled_at is not null, password is not null, \
    users.created_at, resource, resource_name, resource_from, resource_sought_at";
/// How many columns these are.
pub(super) const USER_COLUMNS: usize = 11;

pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    let role: String = row.get(3)?;
    Ok(UserRow {
        id: row.get(0)?,
        name: row.get(1)?,
        login: row.get(2)?,
        role: role.parse().unwrap_or(Role::Viewer),
        is_disabled: row.get(4)?,
        has_password: row.get(5)?,
        created_at: row.get(6)?,
        resource: acting::resource(row, 7)?,
    })
}

/// Whether there is any user, be it a disabled one.
pub(crate) fn has_users(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("select exists (select 1 from users)")?.query_row([], |row| row.get(0))
}

/// All users, by login.
pub(crate) fn users(connection: &Connection) -> rusqlite::Result<Vec<UserRow>> {
    let mut statement = connection.prepare_cached(&format!("select {USER} from users order by login"))?;
    statement.query_map([], user)?.collect()
}

/// The user of this login, with the hash of the password.
pub(crate) fn user_of_login(
    connection: &Connection,
    login: &str,
) -> rusqlite::Result<Option<(UserRow, Option<String>)>> {
    let mut statement = connection.prepare_cached(&format!("select {USER}, password from users where login = ?"))?;
    statement.query_row([login], |row| Ok((user(row)?, row.get(USER_COLUMNS)?))).optional()
}

/// The user of this identity at a provider.
pub(crate) fn user_of_identity(connection: &Connection, identity: &str) -> rusqlite::Result<Option<UserRow>> {
    let mut statement = connection.prepare_cached(&format!("select {USER} from users where identity = ?"))?;
    statement.query_row([identity], user).optional()
}

/// The user of this id.
pub(crate) fn user_of_id(connection: &Connection, id: i64) -> rusqlite::Result<Option<UserRow>> {
    let mut statement = connection.prepare_cached(&format!("select {USER} from users where id = ?"))?;
    statement.query_row([id], user).optional()
}

/// Keeps a new user; `None` when there is one of this login or identity.
pub(crate) fn add_user(connection: &mut Connection, new: &NewUserRow) -> rusqlite::Result<Option<i64>> {
    // Not left to the statement: one that returns rows ends when it is dropped, and a failure of the disk is not told then.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sql = "insert into users (name, login, role, password, identity, disabled_at, created_at, resource_from) \
               values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id";
    let disabled_at = new.is_disabled.then_some(new.now);
    let (role, from) = (new.role.as_str(), new.resource_from.as_str());
    let values = params![new.name, new.login, role, new.password, new.identity, disabled_at, new.now, from];
    let id = transaction.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    if let Some(id) = id.filter(|_| new.role == Role::Administrator) {
        owners::adopt(&transaction, id)?;
    }
    transaction.commit()?;
    Ok(id)
}

fn set_role(transaction: &Transaction<'_>, id: i64, role: Role) -> rusqlite::Result<()> {
    let rows = transaction.execute("update users set role = ? where id = ?", params![role.as_str(), id])?;
    if rows == 1 && role == Role::Administrator {
        owners::adopt(transaction, id)?;
    }
    Ok(())
}

/// Disables a user at this time and ends all sessions, or lets one in again; whether there is one.
pub(crate) fn set_disabled(connection: &mut Connection, id: i64, at: Option<i64>) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let rows = transaction.execute("update users set disabled_at = ? where id = ?", params![at, id])?;
    if at.is_some() {
        transaction.execute("delete from sessions where user = ?", [id])?;
    }
    transaction.commit()?;
    Ok(rows == 1)
}

/// What an administrator changes of a user; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserChange {
    pub(crate) role: Option<Role>,
    pub(crate) is_disabled: Option<bool>,
    pub(crate) resource: Option<ResourceChoice>,
}

/// Gives a user another role, keeps one out or lets one in, and says which resource it is, all or nothing; what is kept
/// then, if there is such a user.
pub(crate) fn change_user(
    connection: &mut Connection,
    id: i64,
    change: &UserChange,
    now: i64,
) -> rusqlite::Result<Option<UserRow>> {
    let UserChange { role, is_disabled, resource } = change;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(role) = role {
        set_role(&transaction, id, *role)?;
    }
    if let Some(resource) = resource {
        acting::choose(&transaction, id, resource)?;
    }
    match is_disabled {
        Some(true) => {
            // Whoever is kept out already was so since then.
            let sql = "update users set disabled_at = coalesce(disabled_at, ?) where id = ?";
            transaction.execute(sql, [now, id])?;
            transaction.execute("delete from sessions where user = ?", [id])?;
        }
        Some(false) => {
            transaction.execute("update users set disabled_at = null where id = ?", [id])?;
        }
        None => {}
    }
    let changed = user_of_id(&transaction, id)?;
    transaction.commit()?;
    Ok(changed)
}

/// Ends all sessions of a user; whether there is one.
pub(crate) fn end_sessions(connection: &mut Connection, id: i64) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let is_there = transaction.query_row("select exists (select 1 from users where id = ?)", [id], |row| row.get(0))?;
    transaction.execute("delete from sessions where user = ?", [id])?;
    transaction.commit()?;
    Ok(is_there)
}

/// Sets another password and ends all sessions; whether there is such a user.
pub(crate) fn set_password(connection: &mut Connection, id: i64, password: &str) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let rows = transaction.execute("update users set password = ? where id = ?", params![password, id])?;
    transaction.execute("delete from sessions where user = ?", [id])?;
    transaction.commit()?;
    Ok(rows == 1)
}

/// Begins a session of a user in place of the one that was there, and forgets all that began or were seen before these times.
pub(crate) fn begin_session(
    connection: &mut Connection,
    hash: &Hash,
    user: i64,
    replaced: Option<&Hash>,
    (now, began_after, seen_after): (i64, i64, i64),
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction
        .execute("delete from sessions where created_at <= ? or seen_at <= ?", params![began_after, seen_after])?;
    if let Some(replaced) = replaced {
        transaction.execute("delete from sessions where hash = ?", [replaced])?;
    }
    let sql = "insert into sessions (hash, user, created_at, seen_at, confirmed_at) values (?, ?, ?3, ?3, ?3)";
    transaction.execute(sql, params![hash, user, now])?;
    let sql = "delete from sessions where user = ?1 and hash not in \
               (select hash from sessions where user = ?1 order by created_at desc, hash = ?3 desc limit ?2)";
    transaction.execute(sql, params![user, SESSIONS_MAX, hash])?;
    transaction.commit()
}

/// A session with its user.
pub(crate) fn session(connection: &Connection, hash: &Hash) -> rusqlite::Result<Option<SessionRow>> {
    let sql = format!(
        "select {USER}, sessions.created_at, seen_at, confirmed_at from sessions join users on users.id = user where hash = ?"
    );
    let at = USER_COLUMNS;
    let read = |row: &Row<'_>| {
        Ok(SessionRow {
            user: user(row)?,
            created_at: row.get(at)?,
            seen_at: row.get(at + 1)?,
            confirmed_at: row.get(at + 2)?,
        })
    };
    connection.prepare_cached(&sql)?.query_row([hash], read).optional()
}

/// How many sessions there are of users who are let in, begun and used after these times.
pub(crate) fn count_sessions(connection: &Connection, begun: i64, used: i64) -> rusqlite::Result<i64> {
    let sql = "select count(*) from sessions join users on users.id = user
        where disabled_at is null and sessions.created_at > ? and seen_at > ?";
    connection.prepare_cached(sql)?.query_row([begun, used], |row| row.get(0))
}

/// Notes that a session is in use.
pub(crate) fn touch_session(connection: &Connection, hash: &Hash, now: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("update sessions set seen_at = ? where hash = ?")?.execute(params![now, hash]).map(drop)
}

/// Ends a session.
pub(crate) fn end_session(connection: &Connection, hash: &Hash) -> rusqlite::Result<()> {
    connection.execute("delete from sessions where hash = ?", [hash]).map(drop)
}
