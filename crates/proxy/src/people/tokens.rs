//! Tokens: made and taken back by their owner, shown once, and given by other clients in the place of Autotask's `Secret`.

use super::People;
use super::random::{self, LETTERS, hash};
use super::role::Role;
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::store::people::UserRow;
use crate::store::tokens::{self, TokenRow};

/// How each begins, so that it is known where it does not belong.
const PREFIX: &str = "atcrm_";
/// Longest life of a token, in days.
pub(crate) const DAYS_MAX: u32 = 366;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// How exactly its use is noted, in milliseconds: each note is a write to the disk.
const NOTED_EACH: i64 = 60 * 1000;

impl People {
    /// Makes a token for a user: what is shown once, and what is kept.
    pub(crate) async fn make_token(
        &self,
        user: i64,
        name: String,
        role: Role,
        days: u32,
    ) -> Result<(Secret, TokenRow), Refusal> {
        let text = format!("{PREFIX}{}", random::text()?);
        let (hash, now) = (hash(&text), self.clock.now());
        let mut row =
            TokenRow { id: 0, name, role, created_at: now, expires_at: now + i64::from(days) * DAY, used_at: None };
        let new = row.clone();
        let id = self.store.with(move |connection| tokens::add_token(connection, user, &hash, &new)).await?;
        row.id = id.ok_or(Refusal::Conflict("you have fifty tokens; take back those that nobody needs any more"))?;
        tracing::info!(user, token = row.id, "a token was made");
        Ok((Secret::new(text), row))
    }

    /// A user's tokens, the last one first.
    pub(crate) async fn tokens(&self, user: i64) -> Result<Vec<TokenRow>, Refusal> {
        self.store.with(move |connection| tokens::tokens(connection, user)).await
    }

    /// Takes a token back, from the next request on; whether the user has one of this id.
    pub(crate) async fn drop_token(&self, user: i64, id: i64) -> Result<bool, Refusal> {
        let was_there = self.store.with(move |connection| tokens::drop_token(connection, user, id)).await?;
        tracing::info!(user, token = id, was_there, "a token was taken back");
        Ok(was_there)
    }

    /// The owner of a token who gives the own login with it; with the lesser of the two roles.
    pub(crate) async fn owner_of_token(
        &self,
        login: &str,
        token: &str,
    ) -> Result<Option<(UserRow, TokenRow)>, Refusal> {
        if token.len() != PREFIX.len() + LETTERS || !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let (hash, now, login) = (hash(token), self.clock.now(), login.trim().to_ascii_lowercase());
        let found = self.store.look(move |connection| tokens::token_of_hash(connection, &hash)).await?;
        let found = found.filter(|(user, token)| {
            !user.is_disabled && user.login == login && (token.created_at..token.expires_at).contains(&now)
        });
        if let Some((_, TokenRow { id, used_at, .. })) = found
            && used_at.is_none_or(|used_at| now - used_at >= NOTED_EACH)
            && Box::pin(self.store.with(move |connection| tokens::touch_token(connection, id, now))).await.is_err()
        {
            tracing::warn!("that a token is used cannot be noted");
        }
        Ok(found.map(|(mut user, token)| {
            user.role = user.role.min(token.role);
            (user, token)
        }))
    }
}
