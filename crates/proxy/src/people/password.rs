//! Passwords: hashed with Argon2id, at most two at once, and with a short queue that refuses when it is full.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;

use crate::refusal::Refusal;
use crate::secret::Secret;

/// Fewest letters of a password.
const PASSWORD_LETTERS_MIN: usize = 12;
/// Most bytes of a password.
const PASSWORD_BYTES_MAX: usize = 1024;
/// OWASP's least for Argon2id: memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Most hashes at once: 19 MiB each.
const AT_ONCE_MAX: usize = 2;
/// Most that wait for one: about a second's work.
const WAITING_MAX: usize = 16;
/// The hash of no password, of the same cost: who has none takes as long to be refused as who has one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether a text may be a password; else a sentence.
pub(crate) fn check(password: &str) -> Result<(), &'static str> {
    if password.chars().count() < PASSWORD_LETTERS_MIN {
        return Err("a password has at least 12 letters; a few words are a good one");
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err("a password has at most 1024 bytes");
    }
    Ok(())
}

/// What is kept of a password; `None` when the system has no random bytes for its salt.
pub(crate) fn hash(password: &str) -> Option<String> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).ok()?;
    Some(argon2().hash_password_with_salt(password.as_bytes(), &salt).ok()?.to_string())
}

/// Whether it is the password of this hash, worked out in this memory; `None` when the hash cannot be read.
fn is_password(password: &[u8], hash: &str, memory: &mut Vec<Block>) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = Version::try_from(hash.version?).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let (salt, expected) = (hash.salt?, hash.hash?);
    memory.resize(params.block_count(), Block::new());
    let mut found = vec![0; expected.len()];
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password, &salt, &mut found, memory.as_mut_slice())
        .ok()?;
    // Takes as long wherever they differ.
    Some(Output::new(&found).ok()? == expected)
}

/// Who waits for a hash, and who has one made.
#[derive(Debug)]
pub(crate) struct Hashing {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// The memory of those that were made, for the next ones: given back to the system's allocator it would stay with each
    /// thread that ever made one.
    memories: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Default for Hashing {
    fn default() -> Hashing {
        let of = |permits| Arc::new(Semaphore::new(permits));
        Hashing { running: of(AT_ONCE_MAX), places: of(AT_ONCE_MAX + WAITING_MAX), memories: Arc::default() }
    }
}

impl Hashing {
    /// Whether it is the password of this hash. Without a hash it never is, and takes as long.
    pub(crate) async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool, Refusal> {
        let memories = Arc::clone(&self.memories);
        let verifying = move || {
            let mut memory = memories.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let text = hash.as_deref().unwrap_or(NOBODYS);
            let is_same = is_password(password.expose().as_bytes(), text, &mut memory) == Some(true);
            memories.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            is_same && hash.is_some()
        };
        self.in_turn(verifying).await
    }

    /// What is kept of a password.
    pub(crate) async fn hash(&self, password: Secret) -> Result<String, Refusal> {
        self.in_turn(move || hash(password.expose())).await?.ok_or(Refusal::Fault)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Refusal::Fault)?;
        let working = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when whoever asked has left.
            let _held = (place, running);
            work()
        });
        working.await.map_err(|_| Refusal::Fault)
    }
}

/// Whether a text is short enough to be looked at as a password.
pub(crate) fn is_short(password: &str) -> bool {
    password.len() <= PASSWORD_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_argon2id_of_the_given_cost_and_salted() {
        let (one, other) = (hash("correct horse battery").unwrap(), hash("correct horse battery").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        // Also in memory that another one has left.
        let mut memory = Vec::new();
        for _ in 0..2 {
            assert_eq!(is_password(b"correct horse battery", &one, &mut memory), Some(true));
            assert_eq!(is_password(b"correct horse batterx", &one, &mut memory), Some(false));
            assert_eq!(is_password(b"correct horse battery", "$argon2id$v=19$m=19456,t=2,p=1", &mut memory), None);
        }
        assert_eq!(memory.len(), 19 * 1024, "KiB");
    }

    #[tokio::test]
    async fn the_memory_of_many_is_that_of_two() {
        let hashing = Arc::new(Hashing::default());
        let tries: Vec<_> = (0..12)
            .map(|_| {
                let hashing = Arc::clone(&hashing);
                tokio::spawn(async move { hashing.verify(Secret::new("x"), None).await })
            })
            .collect();
        for tried in tries {
            assert_eq!(tried.await.unwrap(), Ok(false));
        }
        assert!((1..=AT_ONCE_MAX).contains(&hashing.memories.lock().unwrap().len()));
    }

    #[tokio::test]
    async fn nobodys_hash_is_worked_on_and_never_right() {
        // A hash that cannot be read would be refused at once: that it takes its time shows that it is worked on.
        assert_eq!(is_password(b"x", NOBODYS, &mut Vec::new()), Some(false));
        assert!(!Hashing::default().verify(Secret::new(""), None).await.unwrap());
    }

    #[test]
    fn short_ones_are_refused() {
        assert!(check("elf letters").is_err());
        assert!(check("zwölf Letter").is_ok());
        assert!(check(&"x".repeat(1025)).is_err());
    }
}
