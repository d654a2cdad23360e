//! Owners: runs and drafts belong to the person who made them; what was made before people signed in belongs to nobody, until
//! there is an administrator.

use rusqlite::Connection;

/// The user that stands for nobody, who is everybody as long as people do not sign in.
pub(crate) const NOBODY: i64 = 0;

/// The columns. What was there belongs to the first administrator, if there is one.
pub(super) const STEP: &str = "
    alter table runs add column user integer not null default 0;
    create index runs_by_user on runs (user, updated_at);
    create table drafts_of_users (
        user integer not null, id text not null, version integer not null, body text not null, updated_at integer not null,
        primary key (user, id)
    ) strict, without rowid;
    insert into drafts_of_users select 0, id, version, body, updated_at from drafts;
    drop table drafts;
    alter table drafts_of_users rename to drafts;
    update runs set user = (select min(id) from users where role = 'administrator')
        where exists (select 1 from users where role = 'administrator');
    update drafts set user = (select min(id) from users where role = 'administrator')
        where exists (select 1 from users where role = 'administrator');
";

/// Whose runs and drafts somebody reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// The user, or [`NOBODY`].
    pub(crate) user: i64,
    /// Whether the runs of all others are reached too, to be looked at and taken over.
    pub(crate) sees_all_runs: bool,
}

/// Gives what belongs to nobody to this user, an administrator.
pub(super) fn adopt(connection: &Connection, user: i64) -> rusqlite::Result<()> {
    connection.execute("update runs set user = ? where user = ?", [user, NOBODY])?;
    connection.execute("update drafts set user = ? where user = ?", [user, NOBODY]).map(drop)
}
