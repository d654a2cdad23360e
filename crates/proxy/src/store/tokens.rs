//! Tokens: how other clients of Autotask's sign in as a user. Of each only the hash is here.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::people::{USER, USER_COLUMNS, UserRow, user};
use crate::people::{Hash, Role};

/// The tables; and of a session, when its password was last given.
pub(super) const STEP: &str = "
    create table tokens (
        id integer primary key, user integer not null references users (id), name text not null, role text not null,
        hash blob not null unique, created_at integer not null, expires_at integer not null, used_at integer
    ) strict;
    create index tokens_by_user on tokens (user);
    alter table sessions add column confirmed_at integer not null default 0;
";

/// Most tokens of a user.
const TOKENS_MAX: i64 = 50;

/// A token as it is kept; times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
}

const TOKEN: &str = "tokens.id, tokens.name, tokens.role, tokens.created_at, expires_at, used_at";

/// Reads [`TOKEN`], which begins at this column. A role of a later version is the least one.
fn token(row: &Row<'_>, first: usize) -> rusqlite::Result<TokenRow> {
    let role: String = row.get(first + 2)?;
    Ok(TokenRow {
        id: row.get(first)?,
        name: row.get(first + 1)?,
        role: role.parse().unwrap_or(Role::Viewer),
        created_at: row.get(first + 3)?,
        expires_at: row.get(first + 4)?,
        used_at: row.get(first + 5)?,
    })
}

/// The tokens of a user, the last one first; also those that are over.
pub(crate) fn tokens(connection: &Connection, user: i64) -> rusqlite::Result<Vec<TokenRow>> {
    let sql = format!("select {TOKEN} from tokens where user = ? order by id desc");
    connection.prepare_cached(&sql)?.query_map([user], |row| token(row, 0))?.collect()
}

/// Keeps a new token, with its `id` given; `None` when the user has too many. Those that are over make room.
pub(crate) fn add_token(
    connection: &mut Connection,
    user: i64,
    hash: &Hash,
    new: &TokenRow,
) -> rusqlite::Result<Option<i64>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let count = |transaction: &Connection| -> rusqlite::Result<i64> {
        transaction.query_row("select count(*) from tokens where user = ?", [user], |row| row.get(0))
    };
    if count(&transaction)? >= TOKENS_MAX {
        transaction.execute("delete from tokens where user = ? and expires_at <= ?", params![user, new.created_at])?;
    }
    if count(&transaction)? >= TOKENS_MAX {
        return Ok(None);
    }
    let sql =
        "insert into tokens (user, name, role, hash, created_at, expires_at) values (?, ?, ?, ?, ?, ?) returning id";
    let values = params![user, new.name, new.role.as_str(), hash, new.created_at, new.expires_at];
    let id = transaction.query_row(sql, values, |row| row.get(0))?;
    transaction.commit()?;
    Ok(Some(id))
}

/// Takes a token of this user back; whether there was one.
pub(crate) fn drop_token(connection: &Connection, user: i64, id: i64) -> rusqlite::Result<bool> {
    connection.execute("delete from tokens where user = ? and id = ?", [user, id]).map(|rows| rows == 1)
}

/// A token with its owner.
pub(crate) fn token_of_hash(connection: &Connection, hash: &Hash) -> rusqlite::Result<Option<(UserRow, TokenRow)>> {
    let sql = format!("select {USER}, {TOKEN} from tokens join users on users.id = user where hash = ?");
    connection.prepare_cached(&sql)?.query_row([hash], |row| Ok((user(row)?, token(row, USER_COLUMNS)?))).optional()
}

/// Notes that a token was used.
pub(crate) fn touch_token(connection: &Connection, id: i64, now: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("update tokens set used_at = ? where id = ?")?.execute([now, id]).map(drop)
}

/// Notes that the password of a session was given.
pub(crate) fn confirm_session(connection: &Connection, hash: &Hash, now: i64) -> rusqlite::Result<()> {
    connection.execute("update sessions set confirmed_at = ? where hash = ?", params![now, hash]).map(drop)
}
