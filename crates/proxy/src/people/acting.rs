//! Acting: which Autotask resource a person is, so that what they write is written in their name.
//!
//! Found by the e-mail address of the login: the one active resource that has it. It is kept beside the user, sought again
//! after a while, and an administrator's word stands above it. A login that came from an identity provider which does not
//! vouch for the address is never sought by: anybody may be given an address.

use std::fmt;
use std::str::FromStr;

use super::People;
use crate::refusal::Refusal;
use crate::store::acting;
use crate::store::people::{self, UserRow};

/// How long a resource that was found counts, in milliseconds: as long as a session at most, 12 hours.
const FOUND_FOR: i64 = 12 * 60 * 60 * 1000;
/// How long it counts that none was found: 5 minutes, so that what is mended at Autotask soon holds.
const NOT_FOUND_FOR: i64 = 5 * 60 * 1000;

/// Whether people's writes are made in their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActAsPerson {
    /// Never: Autotask knows the API user alone, and the audit knows who asked.
    #[default]
    Off,
    /// Where it is known which resource a person is; all others write as the API user.
    WhenMapped,
    /// Always: whoever is no resource writes nothing.
    Required,
}

impl FromStr for ActAsPerson {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<ActAsPerson, &'static str> {
        match text {
            "off" => Ok(ActAsPerson::Off),
            "when_mapped" => Ok(ActAsPerson::WhenMapped),
            "required" => Ok(ActAsPerson::Required),
            _ => Err("it is `off`, `when_mapped` or `required`"),
        }
    }
}

/// Where it is from which resource somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceFrom {
    /// The login is sought among the e-mail addresses at Autotask.
    Email,
    /// An administrator says.
    Administrator,
    /// Nobody says: the login is an address that nobody vouches for.
    Unproven,
}

impl ResourceFrom {
    /// Its name in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ResourceFrom::Email => "email",
            ResourceFrom::Administrator => "administrator",
            ResourceFrom::Unproven => "unproven",
        }
    }
}

/// Which resource somebody is, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonResource {
    /// Its id; none where nobody is found, or is to be.
    pub id: Option<i64>,
    /// What it was called when it was looked up.
    pub name: Option<String>,
    /// Who says so.
    pub from: ResourceFrom,
    /// When it was sought by e-mail, in milliseconds since 1970.
    pub sought_at: Option<i64>,
}

impl fmt::Display for PersonResource {
    /// In a few words, for lists; empty as long as nobody has sought.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        match (self.id, self.from) {
            (Some(id), ResourceFrom::Email) => write!(f, "resource {id}{name}, by e-mail"),
            (Some(id), _) => write!(f, "resource {id}{name}"),
            (None, ResourceFrom::Email) if self.sought_at.is_none() => Ok(()),
            (None, ResourceFrom::Email) => f.write_str("no resource has this e-mail address alone"),
            (None, ResourceFrom::Administrator) => f.write_str("no resource"),
            (None, ResourceFrom::Unproven) => f.write_str("no resource: nobody vouches for the e-mail address"),
        }
    }
}

/// What an administrator says of which resource somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceChoice {
    /// The one with the login for an e-mail address.
    ByEmail,
    /// None.
    Nobody,
    /// This one, and what it is called where that was looked up.
    Is(i64, Option<String>),
}

/// Which resource somebody is, as far as it is known.
#[derive(Debug)]
pub(crate) enum Known {
    /// This one, or none.
    Settled(Option<i64>),
    /// The one that has this e-mail address has to be sought.
    Seek(String),
}

impl People {
    /// Which resource a user is.
    pub(crate) async fn resource(&self, user: i64) -> Result<Known, Refusal> {
        let found = self.store.with(move |connection| people::user_of_id(connection, user)).await?;
        let Some(UserRow { login, resource, .. }) = found else { return Ok(Known::Settled(None)) };
        let age_max = if resource.id.is_some() { FOUND_FOR } else { NOT_FOUND_FOR };
        let now = self.clock.now();
        let is_fresh = resource.sought_at.is_some_and(|at| (at..at + age_max).contains(&now));
        Ok(match resource.from {
            ResourceFrom::Email if !is_fresh => Known::Seek(login),
            _ => Known::Settled(resource.id),
        })
    }

    /// Keeps what was sought: a resource with its name, or none. Answers which one the user is now, as an administrator may
    /// have said otherwise meanwhile.
    pub(crate) async fn keep_resource(&self, user: i64, found: Option<(i64, String)>) -> Result<Option<i64>, Refusal> {
        let now = self.clock.now();
        let kept = self.store.with(move |connection| acting::keep_found(connection, user, found.as_ref(), now)).await?;
        Ok(kept.and_then(|user| user.resource.id))
    }
}
