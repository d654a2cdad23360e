//! Users: kept by whoever has the store's file, on the command line, and changed by administrators.

use std::path::Path;

use super::{People, PersonResource, ResourceChoice, ResourceFrom, Role, password};
use crate::clock::Clock;
use crate::config::Error;
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::store::Store;
use crate::store::acting;
use crate::store::people::{self, NewUserRow, UserChange, UserRow};

/// Most bytes of a login and of a name.
const TEXT_BYTES_MAX: usize = 200;

/// The users of a store.
#[derive(Debug)]
pub struct Users {
    store: Store,
    clock: Clock,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The e-mail address to sign in with, in lower case.
    pub login: String,
    /// The name that is shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they are kept out.
    pub is_disabled: bool,
    /// Whether there is a password; otherwise they sign in elsewhere.
    pub has_password: bool,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Which Autotask resource they are.
    pub resource: PersonResource,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> User {
        let UserRow { id: _, name, login, role, is_disabled, has_password, created_at, resource } = row;
        User { login, name, role, is_disabled, has_password, created_at, resource }
    }
}

impl Users {
    /// Opens the store, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// A sentence that says why it cannot be opened.
    pub fn open(file: &Path) -> Result<Users, Error> {
        Ok(Users { store: Store::open(Some(file))?, clock: Clock::system() })
    }

    /// Adds a user.
    ///
    /// # Errors
    ///
    /// A sentence, where login, name or password are none, or the login is taken.
    pub fn add(&self, login: &str, name: &str, role: Role, password: &str) -> Result<(), Error> {
        let new = NewUserRow {
            name: check_name(name)?,
            login: check_login(login)?,
            role,
            password: Some(hash(password)?),
            identity: None,
            is_disabled: false,
            resource_from: ResourceFrom::Email,
            now: self.clock.now(),
        };
        match self.store.at_once(|connection| people::add_user(connection, &new))? {
            Some(_) => Ok(()),
            None => Err(taken(&new.login)),
        }
    }

    /// Looks whether a user of this login and name could be added, before anybody types a password.
    ///
    /// # Errors
    ///
    /// As [`Users::add`].
    pub fn check_new(&self, login: &str, name: &str) -> Result<(), Error> {
        let (login, _) = (check_login(login)?, check_name(name)?);
        match self.store.at_once(|connection| people::user_of_login(connection, &login))? {
            Some(_) => Err(taken(&login)),
            None => Ok(()),
        }
    }

    /// All users, by login.
    ///
    /// # Errors
    ///
    /// A sentence, when the store cannot be read.
    pub fn list(&self) -> Result<Vec<User>, Error> {
        let rows = self.store.at_once(|connection| people::users(connection))?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// Keeps a user out, at once, or lets one in again.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no such user.
    pub fn set_disabled(&self, login: &str, is_disabled: bool) -> Result<(), Error> {
        let (id, at) = (self.id(login)?, is_disabled.then(|| self.clock.now()));
        self.store.at_once(|connection| people::set_disabled(connection, id, at)).map(drop)
    }

    /// Gives a user another role, from the next request on.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no such user.
    pub fn set_role(&self, login: &str, role: Role) -> Result<(), Error> {
        let id = self.id(login)?;
        let change = UserChange { role: Some(role), ..UserChange::default() };
        let now = self.clock.now();
        self.store.at_once(|connection| people::change_user(connection, id, &change, now)).map(drop)
    }

    /// Says which Autotask resource a user is, from the next write on. Whether there is such a resource is not looked up.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no such user.
    pub fn set_resource(&self, login: &str, choice: &ResourceChoice) -> Result<(), Error> {
        let id = self.id(login)?;
        self.store.at_once(|connection| acting::choose(connection, id, choice)).map(drop)
    }

    /// Sets another password and ends all sessions.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no such user or the text is no password.
    pub fn set_password(&self, login: &str, password: &str) -> Result<(), Error> {
        let (id, hash) = (self.id(login)?, hash(password)?);
        self.store.at_once(|connection| people::set_password(connection, id, &hash)).map(drop)
    }

    /// Looks whether there is such a user.
    ///
    /// # Errors
    ///
    /// A sentence, when there is none.
    pub fn check(&self, login: &str) -> Result<(), Error> {
        self.id(login).map(drop)
    }

    fn id(&self, login: &str) -> Result<i64, Error> {
        let login = check_login(login)?;
        let found = self.store.at_once(|connection| people::user_of_login(connection, &login))?;
        let unknown = || Error::new(format!("there is no user {login}; `autotask-crm user list` shows all"));
        found.map(|(user, _)| user.id).ok_or_else(unknown)
    }
}

impl People {
    /// All users, by login.
    pub(crate) async fn users(&self) -> Result<Vec<UserRow>, Refusal> {
        self.store.with(|connection| people::users(connection)).await
    }

    /// Adds a user with a password that is made here and kept nowhere.
    pub(crate) async fn add_user(&self, login: &str, name: &str, role: Role) -> Result<(UserRow, Secret), Refusal> {
        let wrong = |error: Error| Refusal::Body(error.to_string());
        let (login, name) = (check_login(login).map_err(wrong)?, check_name(name).map_err(wrong)?);
        let password = generate_password().map_err(wrong)?;
        let hash = self.hashing.hash(Secret::new(password.clone())).await?;
        let now = self.clock.now();
        let added = self.store.with(move |connection| {
            let new = NewUserRow {
                name,
                login,
                role,
                password: Some(hash),
                identity: None,
                resource_from: ResourceFrom::Email,
                is_disabled: false,
                now,
            };
            match people::add_user(connection, &new)? {
                Some(_) => people::user_of_login(connection, &new.login),
                None => Ok(None),
            }
        });
        let taken = Refusal::Conflict("there is a user of this e-mail address already");
        let (user, _) = added.await?.ok_or(taken)?;
        Ok((user, Secret::new(password)))
    }

    /// Ends all sessions of a user; whether there is such a user.
    pub(crate) async fn end_sessions(&self, id: i64) -> Result<bool, Refusal> {
        self.store.with(move |connection| people::end_sessions(connection, id)).await
    }

    /// Changes what a user may do, or which resource it is; what is kept then, if there is such a user.
    pub(crate) async fn change_user(&self, id: i64, change: UserChange) -> Result<Option<UserRow>, Refusal> {
        let now = self.clock.now();
        self.store.with(move |connection| people::change_user(connection, id, &change, now)).await
    }
}

/// A new password of five groups of letters: more than 120 bits.
///
/// # Errors
///
/// A sentence, when the system has no random bytes.
pub fn generate_password() -> Result<String, Error> {
    // Without the letters that are read as another, 32 in all, so that each takes five bits evenly.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 25];
    getrandom::fill(&mut bytes)
        .map_err(|_| Error::new("the system gives no random bytes; give a password yourself"))?;
    let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).copied().map_or('x', char::from);
    let groups: Vec<String> = bytes.chunks(5).map(|group| group.iter().map(letter).collect()).collect();
    Ok(groups.join("-"))
}

fn taken(login: &str) -> Error {
    Error::new(format!("there is a user {login} already; `autotask-crm user list` shows all"))
}

fn hash(password: &str) -> Result<String, Error> {
    password::check(password).map_err(Error::new)?;
    password::hash(password).ok_or_else(|| Error::new("the system gives no random bytes for the password's salt"))
}

/// A login in lower case: an address, of characters that a header can carry.
pub(crate) fn check_login(login: &str) -> Result<String, Error> {
    let login = login.trim().to_ascii_lowercase();
    let is_address = login.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && login.bytes().all(|byte| byte.is_ascii_graphic())
    });
    match is_address && login.len() <= TEXT_BYTES_MAX {
        true => Ok(login),
        false => Err(Error::new("a login is an e-mail address, such as `ann@example.com`")),
    }
}

pub(crate) fn check_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let is_good = !name.is_empty() && name.len() <= TEXT_BYTES_MAX && !name.chars().any(char::is_control);
    match is_good {
        true => Ok(name.to_owned()),
        false => Err(Error::new("a name has 1 to 200 bytes, without control characters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_passwords_are_long_and_new() {
        let (one, other) = (generate_password().unwrap(), generate_password().unwrap());
        assert_eq!((one.len(), one != other), (29, true), "{one}");
        assert_eq!(password::check(&one), Ok(()));
    }

    #[test]
    fn logins_are_addresses() {
        for (login, expected) in [("Ann@Example.com", Some("ann@example.com")), (" a@b ", Some("a@b"))] {
            assert_eq!(check_login(login).ok().as_deref(), expected);
        }
        for login in ["", "ann", "@b", "a@", "a@b@c", "a b@c", "ä@b.test", "a@b\n"] {
            assert_eq!(check_login(login).is_err(), login != "a@b\n", "{login:?}");
        }
    }
}
