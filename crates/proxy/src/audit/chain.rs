//! Chain: each entry holds the hash of the one before it, so that none can be changed, left out or added unseen.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Entry;

/// The hash of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hash(pub(crate) [u8; 32]);

/// The hash of an entry with this number and text, after one with the hash `previous`.
pub(crate) fn hash_of(previous: Hash, number: i64, text: &str) -> Hash {
    let hash = Sha256::new().chain_update(previous.0).chain_update(number.to_be_bytes()).chain_update(text);
    Hash(hash.finalize().into())
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Hash {
    type Err = ();

    fn from_str(text: &str) -> Result<Hash, ()> {
        let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut hash = Hash::default();
        for (byte, digits) in hash.0.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(drop)?;
            *byte = u8::from_str_radix(digits, 16).map_err(drop)?;
        }
        if is_hex { Ok(hash) } else { Err(()) }
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom("a hash has 64 hexadecimal digits"))
    }
}

/// The end of a chain: what an administrator writes down, so that an end that was cut off later is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last entry; none where only its hash was written down.
    number: Option<i64>,
    hash: Hash,
}

impl Head {
    pub(crate) fn new(number: i64, hash: Hash) -> Head {
        Head { number: Some(number), hash }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{number}:{}", self.hash),
            None => self.hash.fmt(f),
        }
    }
}

impl FromStr for Head {
    type Err = String;

    /// Reads `NUMBER:HASH`, or the hash alone.
    fn from_str(text: &str) -> Result<Head, String> {
        let wrong = || "a head is a number, a colon and 64 hexadecimal digits, as `audit verify` prints it".to_owned();
        let (number, hash) = match text.trim().split_once(':') {
            Some((number, hash)) => (Some(number.parse().ok().filter(|n| *n >= 0).ok_or_else(wrong)?), hash),
            None => (None, text.trim()),
        };
        Ok(Head { number, hash: hash.parse().map_err(|()| wrong())? })
    }
}

/// A chain in which nothing is missing and nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intact {
    /// The first entry that is kept; 1 unless earlier ones were removed because of their age.
    pub first: i64,
    /// How many entries are kept.
    pub entries: u64,
    /// How many intents have no outcome: under way, or cut off by the end of a server.
    pub open: u64,
    /// The last entry.
    pub head: Head,
}

/// The first place at which a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The entry.
    pub number: i64,
    /// What is wrong.
    pub what: String,
}

fn broken<T>(number: i64, what: impl Into<String>) -> Result<T, Broken> {
    Err(Broken { number, what: what.into() })
}

/// Goes along a chain, entry by entry.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The first entry, its hash and its text: where it is not number 1, a checkpoint further on tells whether they agree.
    first: Option<(i64, Hash, String)>,
    is_first_known: bool,
    last: i64,
    hash: Hash,
    entries: u64,
    open: BTreeSet<i64>,
    wanted: Option<Head>,
    /// The hash that was found at the number that is wanted.
    at_wanted: Option<Hash>,
    is_found: bool,
}

impl Walk {
    /// Looks for an entry that was written down on the way.
    pub(crate) fn new(wanted: Option<Head>) -> Walk {
        Walk { wanted, ..Walk::default() }
    }

    /// Takes the next entry.
    pub(crate) fn step(&mut self, number: i64, hash: Hash, text: &str) -> Result<(), Broken> {
        if self.first.is_none() {
            self.is_first_known = number == 1;
            self.first = Some((number, hash, if self.is_first_known { String::new() } else { text.to_owned() }));
            if self.is_first_known && hash_of(Hash::default(), number, text) != hash {
                return broken(number, CHANGED);
            }
        } else {
            if number != self.last + 1 {
                let missing = self.last + 1;
                let what = if number - 1 > missing { format!(", up to {},", number - 1) } else { String::new() };
                return broken(missing, format!("it is missing{what} while {number} is there"));
            }
            if hash_of(self.hash, number, text) != hash {
                return broken(number, CHANGED);
            }
        }
        (self.last, self.hash) = (number, hash);
        self.entries += 1;
        if let Some(wanted) = self.wanted {
            self.is_found |= wanted.hash == hash && wanted.number.is_none_or(|wanted| wanted == number);
            if wanted.number == Some(number) {
                self.at_wanted = Some(hash);
            }
        }
        self.meaning(number, text)
    }

    fn meaning(&mut self, number: i64, text: &str) -> Result<(), Broken> {
        let Ok(entry) = serde_json::from_str(text) else {
            return broken(number, "it cannot be read; it was written by a later version, or by something else");
        };
        let first = self.first.as_ref().map_or(0, |(first, ..)| *first);
        match entry {
            Entry::Intent(_) => {
                self.open.insert(number);
            }
            Entry::Outcome(outcome) => {
                // What is older than the first entry was removed.
                if !self.open.remove(&outcome.intent) && outcome.intent >= first {
                    return broken(number, format!("it is an outcome of {}, which waits for none", outcome.intent));
                }
            }
            Entry::Checkpoint(checkpoint) => {
                if let Some((first, hash, text)) = &self.first
                    && !self.is_first_known
                    && checkpoint.number == first - 1
                {
                    if hash_of(checkpoint.hash, *first, text) != *hash {
                        return broken(*first, CHANGED);
                    }
                    self.is_first_known = true;
                }
            }
        }
        Ok(())
    }

    /// Ends at the head that is kept beside the entries.
    pub(crate) fn end(self, number: i64, hash: Hash) -> Result<Intact, Broken> {
        if let Some((first, ..)) = self.first
            && !self.is_first_known
        {
            return broken(
                first - 1,
                "it and all before it are missing, and no checkpoint says that they were removed",
            );
        }
        if number > self.last {
            return broken(self.last + 1, format!("the end is missing, up to {number}"));
        }
        if number < self.last || hash != self.hash {
            return broken(
                self.last,
                format!("the head that is kept says {}, so it was added or the head changed", Head::new(number, hash)),
            );
        }
        let first = self.first.map_or(1, |(first, ..)| first);
        if let Some(wanted) = self.wanted.filter(|wanted| !self.is_found && *wanted != Head::new(0, Hash::default())) {
            return match wanted.number {
                Some(number) if number > self.last => broken(
                    self.last + 1,
                    format!("the end is missing: the head that was written down is entry {number}"),
                ),
                Some(number) if number < first => broken(
                    number,
                    format!(
                        "the head that was written down was removed because of its age; the first entry is {first}"
                    ),
                ),
                Some(number) if self.at_wanted.is_some() => {
                    broken(number, "its hash is not the one that was written down: the chain was made anew")
                }
                _ => broken(
                    self.last,
                    "no entry has the hash that was written down: the end is missing, or the chain was made anew",
                ),
            };
        }
        let open = u64::try_from(self.open.len()).unwrap_or(u64::MAX);
        Ok(Intact { first, entries: self.entries, open, head: Head::new(self.last, self.hash) })
    }
}

const CHANGED: &str = "its text or its hash was changed, or what stands before it";
