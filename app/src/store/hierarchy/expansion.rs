//! Expansion: which rows of the tree are open. Pure.

use std::collections::HashSet;

/// Which rows are open: all down to a level, but for the exceptions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expansion {
    through_level: u32,
    exceptions: HashSet<i64>,
}

impl Expansion {
    /// Everything is open.
    pub fn all() -> Self {
        Self::through(u32::MAX)
    }

    /// Rows up to this level are open; 0 for none.
    pub fn through(level: u32) -> Self {
        Self { through_level: level, exceptions: HashSet::new() }
    }

    /// Whether a row of this level is open.
    pub fn is_open(&self, key: i64, level: u32) -> bool {
        (level <= self.through_level) != self.exceptions.contains(&key)
    }

    /// Opens or closes a row of this level.
    pub fn set(&mut self, key: i64, level: u32, is_open: bool) {
        if is_open == (level <= self.through_level) {
            self.exceptions.remove(&key);
        } else {
            self.exceptions.insert(key);
        }
    }
}
