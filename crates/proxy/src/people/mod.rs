//! People: who works here, how they sign in, and how long that holds.
//!
//! As long as there is no user nobody signs in: whoever sits at this machine is the local user, and nobody else is reached
//! by this server. From the first user on everybody signs in, and that never turns back, even if all are disabled.

mod acting;
pub(crate) mod cookie;
mod password;
pub(crate) mod permissions;
pub(crate) mod provider;
mod random;
mod reading;
mod role;
mod sessions;
mod throttle;
mod tokens;
mod users;

use std::sync::atomic::{AtomicBool, Ordering};

use password::Hashing;
use throttle::Throttle;

use crate::clock::Clock;
use crate::config::Error;
use crate::refusal::Refusal;
use crate::store::{Store, people};

pub(crate) use acting::Known;
pub use acting::{ActAsPerson, PersonResource, ResourceChoice, ResourceFrom};
pub(crate) use random::Hash;
pub(crate) use reading::Reading;
pub use role::Role;
pub(crate) use tokens::DAYS_MAX;
pub use users::{User, Users, generate_password};

/// What the server knows of people.
#[derive(Debug)]
pub(crate) struct People {
    store: Store,
    clock: Clock,
    hashing: Hashing,
    throttle: Throttle,
    /// Whether there was a user once: then there is one for ever, and nobody has to look again.
    has_users: AtomicBool,
}

impl People {
    /// Looks whether there are users; where a provider vouches for people, everybody signs in all the same.
    pub(crate) fn new(store: Store, clock: Clock, has_provider: bool) -> Result<People, Error> {
        let has_users = has_provider || store.at_once(|connection| people::has_users(connection))?;
        Ok(People {
            store,
            clock,
            hashing: Hashing::default(),
            throttle: Throttle::default(),
            has_users: AtomicBool::new(has_users),
        })
    }

    /// Whether there was a user when somebody last looked.
    pub(crate) fn had_users(&self) -> bool {
        self.has_users.load(Ordering::Relaxed)
    }

    /// Whether everybody has to sign in. A user who was added meanwhile counts at once.
    pub(crate) async fn is_sign_in_needed(&self) -> Result<bool, Refusal> {
        if self.had_users() {
            return Ok(true);
        }
        let has_users = self.store.look(people::has_users).await?;
        if has_users {
            self.has_users.store(true, Ordering::Relaxed);
        }
        Ok(has_users)
    }
}
