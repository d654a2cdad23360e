//! Lookup: finds a number by the hash of what it stands for, which is kept elsewhere and only once.

use hashbrown::HashTable;

/// Lookup by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookup(HashTable<u32>);

impl Lookup {
    /// Room for so many.
    pub(crate) fn with_capacity(count: usize) -> Lookup {
        Lookup(HashTable::with_capacity(count))
    }

    /// The number of that hash which is the one meant.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_meant: impl Fn(u32) -> bool) -> Option<u32> {
        self.0.find(hash, |number| is_meant(*number)).copied()
    }

    /// Adds a number that is not there. `hash_of` is for growing; behind a pointer, so that one copy serves all tables.
    pub(crate) fn add(&mut self, hash: u64, number: u32, hash_of: &dyn Fn(u32) -> u64) {
        self.0.insert_unique(hash, number, |number| hash_of(*number));
    }
}
