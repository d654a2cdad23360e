//! Sessions: begun by a password or an identity, ended by signing out, by time, and when their user is disabled.

use std::net::IpAddr;

use super::random::{self, Hash, hash};
use super::{People, ResourceFrom, Role, password};
use crate::oidc::Identity;
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::store::people::{self, NewUserRow, SessionRow, UserRow};
use crate::store::tokens;

/// How long a session lasts that nobody uses, in milliseconds: 30 minutes.
const IDLE: i64 = 30 * 60 * 1000;
/// How long a session lasts at most: 12 hours.
const AGE_MAX: i64 = 12 * 60 * 60 * 1000;
/// How long a password that was given counts for what must not be done from a page that somebody left open: 5 minutes.
const CONFIRMED: i64 = 5 * 60 * 1000;
/// How exactly its use is noted: each note is a write to the disk. So a session ends up to a minute before its time.
const NOTED_EACH: i64 = 60 * 1000;

/// Somebody who was signed in just now.
#[derive(Debug)]
pub(crate) struct Signed {
    /// What the cookie is to hold; kept nowhere.
    pub(crate) id: Secret,
    pub(crate) user: UserRow,
}

impl People {
    /// The user whose session this cookie is, and whether the password was given just now; `None` when there is none or it is
    /// over. Notes that it is used.
    pub(crate) async fn user_of_session(&self, id: &str) -> Result<Option<(UserRow, bool)>, Refusal> {
        let (hash, now) = (hash(id), self.clock.now());
        let row = self.store.look(move |connection| people::session(connection, &hash)).await?;
        let Some(row) = row.filter(|row| holds(row, now)) else { return Ok(None) };
        // What cannot be noted is no reason to refuse: reading goes on when nothing can be written.
        if now - row.seen_at >= NOTED_EACH
            && Box::pin(self.store.with(move |connection| people::touch_session(connection, &hash, now))).await.is_err()
        {
            tracing::warn!("that a session is used cannot be noted");
        }
        Ok(Some((row.user, now - row.confirmed_at < CONFIRMED)))
    }

    /// Begins a session for login and password, in place of the one that the caller had. Whoever is unknown, disabled or
    /// without password is refused as a wrong password is, and as late.
    pub(crate) async fn sign_in(
        &self,
        login: &str,
        given: Secret,
        peer: IpAddr,
        replaced: Option<&str>,
    ) -> Result<Signed, Refusal> {
        let login = login.trim().to_ascii_lowercase();
        self.check_password(&login, given, peer).await?;
        // Looked up again: who was disabled while the password was checked does not get in.
        let user = self.store.with(move |connection| people::user_of_login(connection, &login)).await?;
        let (user, _) = user.filter(|(user, _)| !user.is_disabled).ok_or(Refusal::WrongSignIn)?;
        self.begin(user, replaced).await
    }

    /// Checks a password, within the number of tries that a login and a place have.
    async fn check_password(&self, login: &str, given: Secret, peer: IpAddr) -> Result<(), Refusal> {
        if !password::is_short(given.expose()) {
            return Err(Refusal::WrongSignIn);
        }
        self.throttle.try_once(login, peer, self.clock.now()).map_err(|seconds| Refusal::TooManyTries { seconds })?;
        let looked_up = login.to_owned();
        let checked = async {
            let found = self.store.with(move |connection| people::user_of_login(connection, &looked_up)).await?;
            let hash = found.filter(|(user, _)| !user.is_disabled).and_then(|(_, password)| password);
            self.hashing.verify(given, hash).await
        };
        match checked.await {
            Ok(true) => {
                self.throttle.forget(login, peer);
                Ok(())
            }
            Ok(false) => {
                tracing::warn!("a sign-in was refused");
                Err(Refusal::WrongSignIn)
            }
            Err(refusal) => {
                self.throttle.take_back(login, peer);
                Err(refusal)
            }
        }
    }

    /// Begins a session for somebody whom an identity provider vouches for, by the key that it never changes.
    ///
    /// Whoever comes for the first time becomes a disabled user, with the least role: an administrator says who gets in.
    /// A user of the same e-mail is never taken for the same person, since anybody may be given an address.
    pub(crate) async fn sign_in_identity(
        &self,
        identity: &Identity,
        replaced: Option<&str>,
    ) -> Result<Signed, Refusal> {
        let key = &identity.key;
        // Whoever has no e-mail there is called by a part of the key's hash.
        let login = identity
            .email
            .as_ref()
            .map_or_else(|| format!("id-{}", hex(&hash(key))), |email| email.to_ascii_lowercase());
        let name = identity.name.clone().unwrap_or_else(|| login.clone());
        let new = NewUserRow {
            name,
            login,
            role: Role::Viewer,
            password: None,
            identity: Some(key.clone()),
            is_disabled: true,
            // Nobody writes in the name of another by giving the provider that one's address.
            resource_from: if identity.is_email_verified { ResourceFrom::Email } else { ResourceFrom::Unproven },
            now: self.clock.now(),
        };
        let user = self.store.with(move |connection| {
            if let Some(key) = &new.identity
                && let Some(known) = people::user_of_identity(connection, key)?
            {
                return Ok(Some(known));
            }
            if people::add_user(connection, &new)?.is_none() {
                tracing::warn!("somebody new cannot be added: there is a user of this e-mail already");
            }
            Ok(None)
        });
        match user.await? {
            Some(user) if !user.is_disabled => self.begin(user, replaced).await,
            _ => Err(Refusal::NotLetIn),
        }
    }

    async fn begin(&self, user: UserRow, replaced: Option<&str>) -> Result<Signed, Refusal> {
        let id = random::text()?;
        let (own, replaced, now, user_id) = (hash(&id), replaced.map(hash), self.clock.now(), user.id);
        let begun = self.store.with(move |connection| {
            let times = (now, now - AGE_MAX, now - IDLE);
            people::begin_session(connection, &own, user_id, replaced.as_ref(), times)
        });
        begun.await?;
        tracing::info!(user = user.id, "signed in");
        Ok(Signed { id: Secret::new(id), user })
    }

    /// Checks the password of a session's user once more.
    pub(crate) async fn confirm(&self, id: &str, login: &str, given: Secret, peer: IpAddr) -> Result<(), Refusal> {
        self.check_password(login, given, peer).await?;
        let (hash, now) = (hash(id), self.clock.now());
        self.store.with(move |connection| tokens::confirm_session(connection, &hash, now)).await
    }

    /// How many sessions hold.
    pub(crate) async fn count_sessions(&self) -> Result<i64, Refusal> {
        let now = self.clock.now();
        self.store.look(move |connection| people::count_sessions(connection, now - AGE_MAX, now - IDLE)).await
    }

    /// Ends the session of this cookie, if there is one.
    pub(crate) async fn sign_out(&self, id: &str) -> Result<(), Refusal> {
        let hash = hash(id);
        self.store.with(move |connection| people::end_session(connection, &hash)).await
    }
}

/// The first eight digits.
fn hex(hash: &Hash) -> String {
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

fn holds(row: &SessionRow, now: i64) -> bool {
    !row.user.is_disabled && now - row.seen_at < IDLE && now - row.created_at < AGE_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::store::Store;

    #[tokio::test]
    async fn an_identity_is_known_by_its_key_and_let_in_by_an_administrator() {
        let store = Store::open(None).unwrap();
        let people = People::new(store.clone(), Clock::of(|| 1_000), false).unwrap();
        let sign_in = async |key: &'static str, email: &'static str| {
            let identity = Identity {
                key: key.to_owned(),
                email: Some(email.to_owned()),
                is_email_verified: email.ends_with("@X.test"),
                name: Some("Ann".to_owned()),
            };
            people.sign_in_identity(&identity, None).await.map(|signed| signed.user.login)
        };
        assert_eq!(sign_in("tenant/1", "Ann@X.test").await, Err(Refusal::NotLetIn));
        assert!(people.is_sign_in_needed().await.unwrap());
        let users = store.at_once(|connection| people::users(connection)).unwrap();
        assert_eq!((users.len(), users[0].role, users[0].has_password), (1, Role::Viewer, false));
        // Without a password nobody gets in by one.
        let here = "127.0.0.1".parse().unwrap();
        let signed = people.sign_in("ann@x.test", Secret::new(""), here, None).await;
        assert_eq!(signed.map(|signed| signed.user), Err(Refusal::WrongSignIn));
        store.at_once(|connection| people::set_disabled(connection, users[0].id, None)).unwrap();
        assert_eq!(sign_in("tenant/1", "ann.new-name@x.test").await, Ok("ann@x.test".to_owned()));
        assert_eq!(sign_in("tenant/2", "ann@x.test").await, Err(Refusal::NotLetIn), "an address is no proof");
        assert_eq!(store.at_once(|connection| people::users(connection)).unwrap().len(), 1);
        // Nobody is found at Autotask by an address that the provider does not vouch for.
        assert_eq!(sign_in("tenant/3", "boss@x.test").await, Err(Refusal::NotLetIn));
        let users = store.at_once(|connection| people::users(connection)).unwrap();
        let from: Vec<_> = users.iter().map(|user| (user.login.as_str(), user.resource.from)).collect();
        assert_eq!(from, [("ann@x.test", ResourceFrom::Email), ("boss@x.test", ResourceFrom::Unproven)]);
        let resource = people.resource(users[1].id).await.unwrap();
        assert!(matches!(resource, crate::people::Known::Settled(None)), "{resource:?}");
    }
}
